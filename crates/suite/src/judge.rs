//! (case, evidence) → verdict. A pure function; nothing else is asked.

use wscheck_wire::Role;

use crate::case::Case;
use crate::evidence::{Evidence, HeardKind};
use crate::expectation::{AnswerGrade, CloseRule, Codes, Expectation, OpeningRule, Party, Pattern};
use crate::matching;
use crate::profile::Profile;
use crate::verdict::{Behaviour, CloseBehaviour, Reason, Verdict};

/// The most violations that a verdict names.
const NAMED_VIOLATIONS: usize = 8;

/// Judges what happened on the last connection of `case`, where the testee
/// was in the role `testee`.
pub fn judge(case: &Case, profile: Profile, testee: Role, evidence: &Evidence) -> Verdict {
    let expectation = case.expectation(profile);
    let mut verdict = match (&expectation.opening, evidence.opening.opened_at) {
        (OpeningRule::Opens, Some(_)) => judge_open(expectation, testee, evidence),
        (OpeningRule::Opens, None) => never_opened(evidence),
        (OpeningRule::Refuses { .. }, Some(_)) => Verdict::new(
            Behaviour::Failed,
            CloseBehaviour::Failed,
            vec![Reason::OpenedThough],
        ),
        (OpeningRule::Refuses { statuses }, None) => refused(statuses, evidence),
        (OpeningRule::Either, _) => Verdict::new(Behaviour::Ok, CloseBehaviour::Ok, Vec::new()),
    };
    if expectation.informational {
        verdict = Verdict::new(
            Behaviour::Informational,
            CloseBehaviour::Informational,
            verdict.reasons,
        );
    }
    let named = evidence.violations.iter().take(NAMED_VIOLATIONS);
    verdict.reasons.extend(named.map(|found| Reason::Violation {
        violation: found.violation,
        offset: found.offset,
    }));
    verdict
}

fn never_opened(evidence: &Evidence) -> Verdict {
    let why = evidence
        .opening
        .fault
        .clone()
        .unwrap_or_else(|| "the opening handshake was not complete".into());
    Verdict::new(
        Behaviour::Failed,
        CloseBehaviour::Failed,
        vec![Reason::NeverOpened { why }],
    )
}

/// A server that does not want the connection says so by a status (RFC 6455
/// §4.2.1); silence or another status is a refusal all the same.
fn refused(statuses: &[u16], evidence: &Evidence) -> Verdict {
    let behaviour = match evidence.opening.status {
        Some(status) if statuses.is_empty() || statuses.contains(&status) => Behaviour::Ok,
        _ => Behaviour::NonStrict,
    };
    Verdict::new(behaviour, CloseBehaviour::Ok, Vec::new())
}

fn judge_open(expectation: &Expectation, testee: Role, evidence: &Evidence) -> Verdict {
    let mut reasons = Vec::new();
    let mut behaviour = behaviour(expectation, evidence, &mut reasons);
    let close = if expectation.close.informational {
        CloseBehaviour::Informational
    } else {
        close(&expectation.close, testee, evidence, &mut reasons)
    };
    let rule = &expectation.close;
    let wrong_end = rule.wrong_end_fails && !ended_rightly(rule, evidence);
    let wrong_code = rule.wrong_code_fails && close == CloseBehaviour::WrongCode;
    if wrong_end || wrong_code {
        behaviour = Behaviour::Failed;
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

fn ended_rightly(rule: &CloseRule, evidence: &Evidence) -> bool {
    (rule.by == Party::Us) == evidence.closing.closed_by_us
}

/// The second axis: the first thing that is wrong decides.
fn close(
    rule: &CloseRule,
    testee: Role,
    evidence: &Evidence,
    reasons: &mut Vec<Reason>,
) -> CloseBehaviour {
    let closing = &evidence.closing;
    if !ended_rightly(rule, evidence) {
        let by = if closing.closed_by_us {
            Party::Us
        } else {
            Party::Peer
        };
        reasons.push(Reason::ClosedByWrongEnd { by });
        return CloseBehaviour::Failed;
    }
    if rule.clean && !closing.clean {
        let why = closing
            .unclean_why
            .clone()
            .unwrap_or_else(|| "the closing handshake was not complete".into());
        reasons.push(Reason::Unclean { why });
        return CloseBehaviour::Unclean;
    }
    let allowed = allowed_codes(rule, testee);
    if let Some(code) = closing.remote_code
        && !allowed.iter().any(|codes| codes.contains(code))
    {
        reasons.push(Reason::WrongCode { code, allowed });
        return CloseBehaviour::WrongCode;
    }
    if testee == Role::Server && closing.dropped_by_us {
        reasons.push(Reason::TcpLeftOpen);
        return CloseBehaviour::FailedByClient;
    }
    CloseBehaviour::Ok
}

fn allowed_codes(rule: &CloseRule, testee: Role) -> Vec<Codes> {
    let mut allowed = rule.codes.clone();
    if testee == Role::Client {
        allowed.extend(&rule.codes_from_client);
    }
    allowed
}

fn marks(evidence: &Evidence) -> Vec<String> {
    let marks = evidence.heard.iter().filter_map(|heard| match &heard.what {
        HeardKind::Mark(name) => Some(name.clone()),
        _ => None,
    });
    marks.collect()
}
