//! What is said of the end of a connection.

use wscheck_wire::{CloseCode, Registry, Role, Violation};

use super::worse;
use crate::evidence::{Closing, Evidence};
use crate::expectation::{CloseRule, Codes, Party};
use crate::profile::Profile;
use crate::verdict::{Behaviour, CloseBehaviour, Reason};
use crate::vocabulary::clean_close;

/// No data frame follows a Close, by anybody (RFC 6455 §5.5.1). A second Close
/// answers nothing.
pub(super) fn behind_the_close(
    behaviour: Behaviour,
    evidence: &Evidence,
    reasons: &mut Vec<Reason>,
) -> Behaviour {
    let mut violations = evidence.violations.iter();
    if violations.any(|found| found.violation == Violation::FrameAfterClose) {
        return Behaviour::Failed;
    }
    if evidence.closing.closes_heard > 1 {
        reasons.push(Reason::SecondClose);
        return worse(behaviour, Behaviour::NonStrict);
    }
    behaviour
}

pub(super) fn ended_rightly(rule: &CloseRule, evidence: &Evidence) -> bool {
    let closing = &evidence.closing;
    match rule.by {
        Party::Us => closing.closed_by_us,
        Party::Peer => !closing.closed_by_us,
        // What streams back more than we take has not failed.
        Party::Either => !closing.failed_by_us || evidence.too_large.is_some(),
    }
}

/// The second axis: the first thing that is wrong decides.
pub(super) fn close(
    rule: &CloseRule,
    allowed: Vec<Codes>,
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
    let by_us = closing.closed_by_us && evidence.too_large.is_none();
    let must_be_clean = rule.clean || (rule.by == Party::Either && by_us);
    if must_be_clean && !closing.clean {
        let why = closing
            .unclean_why
            .clone()
            .unwrap_or_else(|| "the closing handshake was not complete".into());
        reasons.push(Reason::Unclean { why });
        return CloseBehaviour::Unclean;
    }
    if let Some(code) = closing.remote_code
        && !allowed.iter().any(|codes| codes.contains(code))
    {
        reasons.push(Reason::WrongCode { code, allowed });
        return CloseBehaviour::WrongCode;
    }
    if let Some(expected) = &rule.reason {
        let came = closing.remote_reason.as_ref();
        if came.is_none_or(|came| came.0 != *expected.to_octets()) {
            let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
            reasons.push(Reason::WrongReason {
                expected: text(&expected.to_octets()),
                came: came.map(|came| text(&came.0)),
            });
            return CloseBehaviour::WrongCode;
        }
    }
    // A server that closed first, and was answered, ends TCP itself as well.
    let left_open = rule.by == Party::Peer && rule.clean && closing.peer_ended.is_none();
    if testee == Role::Server && (closing.dropped_by_us || left_open) {
        reasons.push(Reason::TcpLeftOpen);
        return CloseBehaviour::FailedByClient;
    }
    CloseBehaviour::Ok
}

/// The codes that the testee may close with. Where we failed the connection,
/// `rfc` lets it echo our code (RFC 6455 §5.5.1); the original does not. A code
/// that no Close may carry (§7.4) is not right because a script sent it first.
pub(super) fn allowed_codes(
    rule: &CloseRule,
    profile: Profile,
    testee: Role,
    closing: &Closing,
) -> Vec<Codes> {
    let mut allowed = rule.codes.clone();
    if testee == Role::Client {
        allowed.extend(&rule.codes_from_client);
    }
    if profile == Profile::Rfc && closing.failed_by_us {
        let echoed = closing.local_code.map(CloseCode);
        let echoed = echoed.filter(|code| Registry::Iana.allows(*code));
        allowed.extend(echoed.map(|code| Codes::One(code.0)));
    }
    allowed
}

/// How a connection ended on which nothing was played: as the case wants it, or
/// as a connection ends that we close ourselves.
pub(super) fn close_without(
    judged: CloseBehaviour,
    testee: Role,
    evidence: &Evidence,
) -> CloseBehaviour {
    if judged == CloseBehaviour::Ok || evidence.opening.opened_at.is_none() {
        return CloseBehaviour::Ok;
    }
    let rule = clean_close();
    match close(&rule, rule.codes.clone(), testee, evidence, &mut Vec::new()) {
        CloseBehaviour::Ok => CloseBehaviour::Ok,
        _ => judged,
    }
}
