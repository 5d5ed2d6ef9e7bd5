//! A play with its verdict, its reasons, and what was expected beside what came.

use std::time::Duration;

use wscheck_suite::result::{Outcome, Proved};
use wscheck_wire::Role;

use super::contrast::{Contrast, DifferenceView, contrasts, difference};
use super::room::Wire;
use super::runs::When;
use crate::account::{Account, Agent, Play};
use crate::console::safe_text::fit;
use crate::console::{took, visible};
use crate::wording;

/// The most characters of a reason.
const REASON: usize = 240;

/// The most reasons.
const REASONS: usize = 4;

pub(super) struct PlayView {
    pub(super) agent: String,
    /// Of which run it is, where there are two.
    pub(super) when: &'static str,
    pub(super) class: &'static str,
    pub(super) word: &'static str,
    pub(super) facts: String,
    pub(super) ending: Option<String>,
    /// What is to be said of what was expected.
    pub(super) remark: Option<String>,
    pub(super) reasons: Vec<String>,
    pub(super) contrasts: Vec<Contrast>,
    pub(super) difference: Option<DifferenceView>,
    /// What stands in the page of its timeline.
    pub(super) detail: String,
    /// By what its packed timeline is known.
    pub(super) packed: Option<String>,
}

/// What all plays of a page have in common.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    /// Whether two runs are compared.
    pub(super) compares: bool,
    /// The most characters of what was expected, and of what came.
    pub(super) longest: usize,
}

impl PlayView {
    /// `wire` is its timeline, if there is room for it, and `key` what it is
    /// known by if that is packed.
    pub(super) fn new(
        account: &Account<'_>,
        agent: &Agent<'_>,
        play: &Play<'_>,
        (when, manner): (When, Manner),
        (wire, key): (Option<Wire>, String),
    ) -> Self {
        let mut facts = facts(play);
        if wire.is_none() {
            facts.push("the wire is left out to keep this page small".to_owned());
        }
        let (detail, packed) = match wire {
            Some(Wire::Plain(detail)) => (detail, None),
            Some(Wire::Packed) => (String::new(), Some(key)),
            None => (String::new(), None),
        };
        let mut view = Self {
            agent: agent.shown_name(),
            when: match when {
                _ if !manner.compares => "",
                When::Now => "now",
                When::Before => "before",
            },
            class: play.tag().key(),
            word: play.tag().as_str(),
            facts: facts.join(" · "),
            ending: ending(play, account.run.testee.role()),
            remark: remark(play),
            reasons: reasons(play),
            contrasts: Vec::new(),
            difference: None,
            detail,
            packed,
        };
        view.contrast(account, play, manner.longest);
        view
    }

    fn contrast(&mut self, account: &Account<'_>, play: &Play<'_>, longest: usize) {
        let run = account.run;
        let last = play.result.transcript.connections.last();
        if let (Outcome::Judged(verdict), Some(case), Some(last)) =
            (&play.result.outcome, play.case, last)
            && case.relay.is_none()
        {
            let evidence = &last.evidence;
            let (profile, testee) = (run.profile, run.testee.role());
            self.contrasts = contrasts(case, profile, testee, verdict, evidence, longest);
            self.difference = difference(case, profile, verdict, evidence);
        }
    }
}

fn facts(play: &Play<'_>) -> Vec<String> {
    let mut facts = Vec::new();
    if let Outcome::Judged(verdict) = &play.result.outcome {
        facts.push(format!(
            "behaviour {}, close {}",
            verdict.behaviour, verdict.close
        ));
    }
    facts.push(took(Duration::from_micros(play.result.duration_us)));
    if play.result.attempt > 1 {
        facts.push(format!("play {}", play.result.attempt));
    }
    match play.result.proved {
        Some(Proved::Recovered) => facts.push("recovered: played again alone".to_owned()),
        Some(Proved::Flaky) => facts.push("flaky: it failed before".to_owned()),
        None => {}
    }
    facts
}

fn reasons(play: &Play<'_>) -> Vec<String> {
    let shown = |text: &str| fit(&visible(text), REASON);
    match &play.result.outcome {
        Outcome::Judged(verdict) => {
            let first = verdict.reasons.iter().take(REASONS);
            first.map(|r| shown(&wording::reason(r))).collect()
        }
        Outcome::CouldNotTest { why } | Outcome::Skipped { why } => vec![shown(why)],
    }
}

fn remark(play: &Play<'_>) -> Option<String> {
    let words = play.remark_shown()?;
    Some(wording::sentence(&fit(&words, REASON)))
}

/// How the connection ended, if it was opened.
fn ending(play: &Play<'_>, testee: Role) -> Option<String> {
    play.result.outcome.verdict()?;
    let record = play.result.transcript.connections.last()?;
    record.evidence.opening.opened_at?;
    if record.evidence.relay.is_some() {
        return None;
    }
    let text = wording::ending(&record.evidence, testee);
    Some(wording::sentence(&fit(&visible(&text), REASON)))
}
