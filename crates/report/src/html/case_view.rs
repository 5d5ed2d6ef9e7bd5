//! A case with all that came of it.

use std::collections::BTreeMap;
use std::time::Duration;

use askama::Template;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::result::{Outcome, Proved};
use wscheck_suite::verdict::{Grade, Verdict};

use super::detail::Detail;
use super::script_line::{ScriptLine, script};
use crate::account::{Account, Agent, Play};
use crate::console::safe_text::fit;
use crate::console::{took, visible};
use crate::standing::Standing;
use crate::summary::Tag;
use crate::wording;

/// The most characters of a reason.
const REASON: usize = 240;

/// The most reasons.
const REASONS: usize = 4;

pub(super) struct CaseView {
    pub(super) id: CaseId,
    pub(super) title: String,
    pub(super) script: Vec<ScriptLine>,
    /// A cell an agent.
    pub(super) cells: Vec<Cell>,
    pub(super) plays: Vec<PlayView>,
    /// The class of the gravest cell, and its word.
    pub(super) worst: &'static str,
    pub(super) word: &'static str,
    /// The classes of all cells.
    pub(super) classes: String,
    pub(super) micros: u64,
    pub(super) time: String,
}

pub(super) struct Cell {
    pub(super) class: &'static str,
    pub(super) text: &'static str,
}

pub(super) struct PlayView {
    pub(super) agent: String,
    pub(super) class: &'static str,
    pub(super) word: &'static str,
    pub(super) facts: String,
    pub(super) ending: Option<String>,
    pub(super) reasons: Vec<String>,
    pub(super) detail: String,
}

impl CaseView {
    /// `plays` are those of the case: the agent, and the play among its plays.
    pub(super) fn new(
        account: &Account<'_>,
        id: CaseId,
        plays: &[(usize, usize)],
        room: &mut Room,
    ) -> Self {
        let of = |(agent, play): (usize, usize)| {
            let agent = &account.agents[agent];
            (agent, &agent.plays[play])
        };
        let all: Vec<(&Agent<'_>, &Play<'_>)> = plays.iter().copied().map(of).collect();
        let worst = all.iter().max_by_key(|(_, play)| gravity(play));
        let worst = worst.map_or(Tag::Skipped, |(_, play)| play.tag());
        let micros = all.iter().map(|(_, play)| play.result.duration_us).max();
        let micros = micros.unwrap_or(0);
        let case = all.iter().find_map(|(_, play)| play.case);
        let run = account.run;
        let mut classes: Vec<&str> = all.iter().map(|(_, play)| play.tag().key()).collect();
        classes.sort_unstable();
        classes.dedup();
        let cells = account.agents.iter().enumerate().map(|(index, agent)| {
            let own = plays.iter().filter(|(at, _)| *at == index);
            let own = own.map(|(_, play)| &agent.plays[*play]);
            own.max_by_key(|play| gravity(play)).map_or(NONE, Cell::of)
        });
        let views = plays.iter().zip(&all);
        Self {
            id,
            title: all.first().map_or_else(String::new, |(_, p)| p.title()),
            script: case.map_or_else(Vec::new, |case| script(case, run.profile, run.testee)),
            cells: cells.collect(),
            worst: worst.key(),
            word: worst.as_str(),
            classes: classes.join(" "),
            micros,
            time: took(Duration::from_micros(micros)),
            plays: views
                .map(|(place, (agent, play))| {
                    PlayView::new(account, agent, play, room.take(*place))
                })
                .collect(),
        }
    }
}

/// An agent that has not played the case.
const NONE: Cell = Cell {
    class: "skipped",
    text: "–",
};

impl Cell {
    fn of(play: &Play<'_>) -> Self {
        let tag = play.tag();
        let text = match (&play.result.outcome, tag) {
            (Outcome::Judged(verdict), Tag::Judged(Grade::Failed)) => axis(verdict),
            _ => tag.as_str(),
        };
        Self {
            class: tag.key(),
            text,
        }
    }
}

/// The axis by which a case failed.
fn axis(verdict: &Verdict) -> &'static str {
    match Grade::of(
        verdict.behaviour,
        wscheck_suite::verdict::CloseBehaviour::Ok,
    ) {
        Grade::Failed => verdict.behaviour.as_str(),
        _ => verdict.close.as_str(),
    }
}

fn gravity(play: &Play<'_>) -> (Standing, Option<Grade>) {
    (play.standing(), play.result.outcome.grade())
}

impl PlayView {
    fn new(
        account: &Account<'_>,
        agent: &Agent<'_>,
        play: &Play<'_>,
        detail: Option<String>,
    ) -> Self {
        let shown = |text: &str| fit(&visible(text), REASON);
        let mut facts = Vec::new();
        let (mut reasons, mut ending) = (Vec::new(), None);
        match &play.result.outcome {
            Outcome::Judged(verdict) => {
                facts.push(format!(
                    "behaviour {}, close {}",
                    verdict.behaviour, verdict.close
                ));
                let first = verdict.reasons.iter().take(REASONS);
                reasons = first.map(|r| shown(&wording::reason(r))).collect();
                let record = play.result.transcript.connections.last();
                ending = record
                    .filter(|record| record.evidence.opening.opened_at.is_some())
                    .map(|record| wording::ending(&record.evidence, account.run.testee))
                    .map(|text| wording::sentence(&shown(&text)));
            }
            Outcome::CouldNotTest { why } | Outcome::Skipped { why } => reasons.push(shown(why)),
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
        if detail.is_none() {
            facts.push("the wire is left out to keep this page small".to_owned());
        }
        Self {
            agent: agent.shown_name(),
            class: play.tag().key(),
            word: play.tag().as_str(),
            facts: facts.join(" · "),
            ending,
            reasons,
            detail: detail.unwrap_or_default(),
        }
    }
}

/// The details of plays, as many as there is room for.
pub(super) struct Room {
    left: usize,
    details: BTreeMap<(usize, usize), String>,
}

impl Room {
    pub(super) fn new(octets: usize) -> Self {
        Self {
            left: octets,
            details: BTreeMap::new(),
        }
    }

    /// Takes in the details of `account`: the gravest plays first, then by case.
    pub(super) fn fill(&mut self, account: &Account<'_>) -> Result<(), askama::Error> {
        let mut order = Vec::new();
        for (agent, known) in account.agents.iter().enumerate() {
            for (index, play) in known.plays.iter().enumerate() {
                let gravity = std::cmp::Reverse(gravity(play));
                order.push((gravity, play.result.case, (agent, index)));
            }
        }
        order.sort_unstable();
        for (_, _, place) in order {
            let play = &account.agents[place.0].plays[place.1];
            let detail = Detail::new(play, account.run.profile, account.run.testee).render()?;
            match self.left.checked_sub(detail.len()) {
                Some(left) => self.left = left,
                None => break,
            }
            self.details.insert(place, detail);
        }
        Ok(())
    }

    fn take(&mut self, place: (usize, usize)) -> Option<String> {
        self.details.remove(&place)
    }
}
