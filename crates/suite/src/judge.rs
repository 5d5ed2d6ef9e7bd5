//! (case, evidence) → verdict. A pure function; nothing else is asked.

mod closing;
mod opening;
#[cfg(test)]
mod tests;

use wscheck_wire::{CloseCode, Opcode, Role};

use crate::case::{Case, Prelude};
use crate::evidence::{Evidence, Heard, HeardKind};
use crate::expectation::{AnswerGrade, Expectation, OpeningRule, Pattern};
use crate::masking_keys::{KeyFlaw, KeySummary};
use crate::matching;
use crate::profile::Profile;
use crate::verdict::{Behaviour, CloseBehaviour, Reason, Verdict};
use closing::{allowed_codes, behind_the_close, close, close_without, ended_rightly};
use opening::{never_opened, opened_though, refused, requested, turned_down};

/// The most violations that a verdict names.
const NAMED_VIOLATIONS: usize = 8;

/// Judges what happened on the connections of `case`, in order, where the testee
/// was in the role `testee`. What it did on the last one decides; on all of them
/// it must have what the case is about.
pub fn judge(case: &Case, profile: Profile, testee: Role, connections: &[&Evidence]) -> Verdict {
    let nothing = Evidence::default();
    let evidence = connections.last().copied().unwrap_or(&nothing);
    let expectation = case.expectation(profile);
    let open = || judge_open(expectation, profile, testee, evidence);
    let mut verdict = match (&expectation.opening, Opened::by(testee, evidence)) {
        (OpeningRule::Opens, _) if evidence.opening.opened_at.is_some() => open(),
        (OpeningRule::Opens, _) => never_opened(Behaviour::Failed, evidence),
        (OpeningRule::Refuses { .. }, Opened::Yes | Opened::Wrongly) => {
            opened_though(Behaviour::Failed)
        }
        (OpeningRule::ShouldRefuse, Opened::Yes | Opened::Wrongly) => {
            opened_though(Behaviour::NonStrict)
        }
        (OpeningRule::Refuses { .. } | OpeningRule::ShouldRefuse, Opened::No)
            if testee == Role::Client =>
        {
            turned_down(evidence)
        }
        (OpeningRule::Refuses { statuses, fields }, Opened::No) => {
            refused(statuses, fields, evidence)
        }
        (OpeningRule::ShouldRefuse, Opened::No) => refused(&[], &[], evidence),
        (OpeningRule::ShouldOpen | OpeningRule::Either, Opened::Yes) => open(),
        (OpeningRule::ShouldOpen | OpeningRule::Either, Opened::Wrongly) => {
            never_opened(Behaviour::Failed, evidence)
        }
        (OpeningRule::ShouldOpen, Opened::No) => never_opened(Behaviour::NonStrict, evidence),
        (OpeningRule::Either, Opened::No) if evidence.closing.open_timed_out => {
            never_opened(Behaviour::NonStrict, evidence)
        }
        (OpeningRule::Either, Opened::No) => {
            Verdict::new(Behaviour::Ok, CloseBehaviour::Ok, Vec::new())
        }
    };
    if testee == Role::Client && !expectation.request.is_empty() {
        let opened = evidence.opening.opened_at.is_some();
        verdict = requested(expectation, evidence, opened.then_some(verdict));
    }
    verdict = judge_preludes(verdict, case, connections);
    if expectation.fresh_keys {
        verdict = judge_keys(verdict, connections);
    }
    if let Some(lacking) = lacking(case, connections) {
        let has_prelude = case
            .connections
            .iter()
            .any(|script| script.prelude.is_some());
        let close = match has_prelude {
            // How it ended depends on what was to be shown.
            true => CloseBehaviour::Ok,
            false => close_without(verdict.close, testee, evidence),
        };
        verdict = unimplemented(verdict, close, lacking);
    }
    if expectation.informational {
        verdict = Verdict::new(
            Behaviour::Informational,
            CloseBehaviour::Informational,
            verdict.reasons,
        );
    }
    if verdict.reasons.contains(&Reason::OpenedThough) {
        // What the testee sends there follows from what it took to be agreed on.
        return verdict;
    }
    let named = evidence.violations.iter().take(NAMED_VIOLATIONS);
    verdict.reasons.extend(named.map(|found| Reason::Violation {
        violation: found.violation,
        offset: found.offset,
    }));
    verdict
}

/// What was heard on connections where nothing is to be heard.
fn judge_preludes(verdict: Verdict, case: &Case, connections: &[&Evidence]) -> Verdict {
    let mut behaviour = verdict.behaviour;
    let mut reasons = Vec::new();
    for (index, (script, evidence)) in case.connections.iter().zip(connections).enumerate() {
        if script.prelude != Some(Prelude::Silent) {
            continue;
        }
        let is_message =
            |heard: &Heard| matches!(heard.what, HeardKind::Text(_) | HeardKind::Binary(_));
        if evidence.heard.iter().any(is_message) {
            behaviour = Behaviour::Failed;
            reasons.push(Reason::HeardBefore {
                connection: index + 1,
            });
        }
        let open_at = marks(evidence);
        if !open_at.is_empty() {
            behaviour = behaviour.max(Behaviour::NonStrict);
            reasons.push(Reason::FailedAt { open_at });
        }
    }
    reasons.extend(verdict.reasons);
    Verdict::new(behaviour, verdict.close, reasons)
}

/// What the testee lacks of what the case is about.
fn lacking(case: &Case, connections: &[&Evidence]) -> Option<Reason> {
    let mut played = case.connections.iter().zip(connections);
    played.find_map(|(script, evidence)| {
        let opening = &evidence.opening;
        if script.prelude == Some(Prelude::TooBig)
            && evidence.closing.remote_code != Some(CloseCode::MESSAGE_TOO_BIG.0)
        {
            let why = "the testee did not refuse by 1009 what is to show its limit".to_owned();
            return Some(Reason::NotApplicable { why });
        }
        if let Some(why) = &opening.not_applicable {
            return Some(Reason::NotApplicable { why: why.clone() });
        }
        let agreed = opening.opened_at.is_none() || opening.deflate.is_some();
        (script.needs_deflate() && !agreed).then_some(Reason::DeflateNotAgreed)
    })
}

/// What the case is about was not played, so nothing of it was heard.
fn unimplemented(mut verdict: Verdict, close: CloseBehaviour, lacking: Reason) -> Verdict {
    verdict.reasons.retain(|reason| {
        let of_the_close = close == CloseBehaviour::Ok
            && matches!(
                reason,
                Reason::ClosedByWrongEnd { .. } | Reason::OpenedThough | Reason::NeverOpened { .. }
            );
        !of_the_close
            && !matches!(
                reason,
                Reason::RoundTripsBroke { .. } | Reason::HeardDiffers { .. }
            )
    });
    verdict.reasons.insert(0, lacking);
    Verdict::new(Behaviour::Unimplemented, close, verdict.reasons)
}

/// Whether the testee took the connection for open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opened {
    Yes,
    /// It answered 101, and not as it should have.
    Wrongly,
    No,
}

impl Opened {
    /// A client shows it by frames other than a Close of its own.
    fn by(testee: Role, evidence: &Evidence) -> Self {
        let opening = &evidence.opening;
        let close = u64::from(Opcode::CLOSE.bits());
        let closed_by_us = evidence.closing.closed_by_us;
        let mut frames = evidence.counters.received_frames.iter();
        match testee {
            Role::Client if frames.any(|(opcode, _)| opcode != close || closed_by_us) => Self::Yes,
            Role::Server if opening.opened_at.is_some() => Self::Yes,
            Role::Server if opening.status == Some(101) => Self::Wrongly,
            _ => Self::No,
        }
    }
}

fn judge_open(
    expectation: &Expectation,
    profile: Profile,
    testee: Role,
    evidence: &Evidence,
) -> Verdict {
    let mut reasons = Vec::new();
    let mut behaviour = behaviour(expectation, evidence, &mut reasons);
    if behaviour == Behaviour::Unimplemented {
        return Verdict::new(behaviour, CloseBehaviour::Ok, reasons);
    }
    let close = if expectation.close.informational {
        CloseBehaviour::Informational
    } else {
        let allowed = allowed_codes(&expectation.close, profile, testee, &evidence.closing);
        close(&expectation.close, allowed, testee, evidence, &mut reasons)
    };
    let rule = &expectation.close;
    let wrong_end = rule.wrong_end_fails && !ended_rightly(rule, evidence);
    let wrong_code = rule.wrong_code_fails && close == CloseBehaviour::WrongCode;
    if wrong_end || wrong_code {
        behaviour = Behaviour::Failed;
    }
    if close == CloseBehaviour::Ok && rule.code_wished && evidence.closing.remote_code.is_none() {
        behaviour = worse(behaviour, Behaviour::NonStrict);
        reasons.push(Reason::NoCode);
    }
    if profile == Profile::Rfc {
        behaviour = behind_the_close(behaviour, evidence, &mut reasons);
    }
    if let Some(octets) = evidence.too_large {
        reasons.push(Reason::MessageTooLarge { octets });
    }
    let open_at = marks(evidence);
    if !open_at.is_empty() {
        reasons.push(Reason::FailedAt { open_at });
    }
    Verdict::new(behaviour, close, reasons)
}

/// The first axis: the first answer that fits.
fn behaviour(
    expectation: &Expectation,
    evidence: &Evidence,
    reasons: &mut Vec<Reason>,
) -> Behaviour {
    let Some(best) = expectation.answers.first() else {
        return Behaviour::Ok;
    };
    let fitting = expectation
        .answers
        .iter()
        .find(|answer| matching::fits(&answer.heard, evidence));
    match fitting.map(|answer| answer.grade) {
        Some(AnswerGrade::Ok) => Behaviour::Ok,
        Some(AnswerGrade::NonStrict) => Behaviour::NonStrict,
        Some(AnswerGrade::Unimplemented) => {
            reasons.push(Reason::NotUnderstood);
            Behaviour::Unimplemented
        }
        None => {
            reasons.push(match (&best.heard, evidence.round_trips) {
                (Pattern::RoundTrips, Some(trips)) => Reason::RoundTripsBroke {
                    done: trips.done,
                    of: trips.of,
                },
                (pattern, _) => {
                    let (item, octet) = matching::first_difference(pattern.items(), evidence);
                    Reason::HeardDiffers { item, octet }
                }
            });
            Behaviour::Failed
        }
    }
}

/// Of two that say how well the testee did, the worse.
fn worse(one: Behaviour, other: Behaviour) -> Behaviour {
    one.max(other)
}

/// What speaks against the masking keys of all connections.
fn judge_keys(verdict: Verdict, connections: &[&Evidence]) -> Verdict {
    let summaries = || connections.iter().filter_map(|it| it.masking_keys.as_ref());
    let mut flaws: Vec<KeyFlaw> = summaries().filter_map(KeySummary::flaw).collect();
    for (index, summary) in summaries().enumerate() {
        let earlier = summaries().take(index);
        flaws.extend(earlier.filter_map(|earlier| summary.flaw_beside(earlier)));
    }
    let Some(flaw) = flaws.into_iter().max_by_key(|flaw| flaw.is_grave) else {
        return verdict;
    };
    let behaviour = match flaw.is_grave {
        true => Behaviour::Failed,
        false => verdict.behaviour.max(Behaviour::NonStrict),
    };
    let mut reasons = vec![Reason::MaskingKeys { why: flaw.why }];
    reasons.extend(verdict.reasons);
    Verdict::new(behaviour, verdict.close, reasons)
}

fn marks(evidence: &Evidence) -> Vec<String> {
    let marks = evidence.heard.iter().filter_map(|heard| match &heard.what {
        HeardKind::Mark(name) => Some(name.clone()),
        _ => None,
    });
    marks.collect()
}
