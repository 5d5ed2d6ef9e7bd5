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

#[cfg(test)]
mod tests {
    use super::super::judge;
    use super::super::tests::{axes, changed, good, ours, theirs};
    use super::*;
    use crate::evidence::ViolationAt;
    use crate::vocabulary::{CaseBuilder, case, ping};
    use wscheck_wire::{Eof, Moment};

    /// A case in which the testee closes in good order.
    fn closed_by_the_testee() -> CaseBuilder {
        case("99.3", "a command")
            .send(ping(""))
            .ok([])
            .peer_closes_with([1000])
    }

    /// Nothing was heard, and the connection ended like this.
    fn ended(change: impl FnOnce(&mut Closing)) -> Evidence {
        changed(|evidence| {
            evidence.heard.clear();
            change(&mut evidence.closing);
        })
    }

    #[test]
    fn behind_a_close_come_neither_data_nor_another() {
        let judged = |evidence: &Evidence| {
            let mut reasons = Vec::new();
            let behaviour = behind_the_close(Behaviour::Ok, evidence, &mut reasons);
            (behaviour, reasons)
        };
        for closes in [0, 1] {
            let evidence = ended(|closing| closing.closes_heard = closes);
            assert_eq!(judged(&evidence), (Behaviour::Ok, Vec::new()), "{closes}");
        }
        let twice = ended(|closing| closing.closes_heard = 3);
        let second = vec![Reason::SecondClose];
        assert_eq!(judged(&twice), (Behaviour::NonStrict, second));
        let found = |violation| {
            changed(|evidence| {
                evidence.violations.push(ViolationAt {
                    violation,
                    offset: 0,
                    at: Moment::ZERO,
                });
            })
        };
        let data = found(Violation::FrameAfterClose);
        assert_eq!(judged(&data).0, Behaviour::Failed);
        let other = found(Violation::MaskedFrame);
        assert_eq!(judged(&other).0, Behaviour::Ok);
    }

    #[test]
    fn where_either_end_may_close_one_must() {
        let close = |change: fn(&mut Evidence)| {
            let either = case("99.4", "too much")
                .send(ping(""))
                .ok([])
                .either_closes_with([1000]);
            let mut evidence = ended(|_| {});
            change(&mut evidence);
            axes(either, &evidence).1
        };
        let by_us = close(|_| {});
        assert_eq!(by_us, CloseBehaviour::Ok);
        let by_us_without_an_answer = close(|evidence| evidence.closing.clean = false);
        assert_eq!(by_us_without_an_answer, CloseBehaviour::Unclean);
        let by_the_testee = close(|evidence| evidence.closing = Closing::default());
        assert_eq!(by_the_testee, CloseBehaviour::Ok);
        let by_none = close(|evidence| evidence.closing.failed_by_us = true);
        assert_eq!(by_none, CloseBehaviour::Failed);
        let we_took_no_more = close(|evidence| {
            evidence.closing.failed_by_us = true;
            evidence.closing.clean = false;
            evidence.too_large = Some(1);
        });
        assert_eq!(we_took_no_more, CloseBehaviour::Ok);
    }

    #[test]
    fn a_server_that_closes_first_ends_tcp() {
        let left_open = ended(|closing| closing.closed_by_us = false);
        let ended_it = ended(|closing| {
            closing.closed_by_us = false;
            closing.peer_ended = Some(Eof::Fin);
        });
        for (testee, evidence, wanted) in [
            (Role::Server, &left_open, CloseBehaviour::FailedByClient),
            (Role::Server, &ended_it, CloseBehaviour::Ok),
            (Role::Client, &left_open, CloseBehaviour::Ok),
        ] {
            let case = closed_by_the_testee().build();
            let verdict = judge(&case, Profile::Rfc, testee, &[evidence]);
            assert_eq!(verdict.close, wanted, "{testee}");
        }
        assert_eq!(axes(theirs(), &left_open).1, CloseBehaviour::WrongCode);
    }

    #[test]
    fn a_reason_must_be_the_one_that_was_asked_for() {
        let close = |reason: Option<&[u8]>| {
            let evidence = changed(|evidence| {
                evidence.closing.remote_reason = reason.map(Into::into);
            });
            axes(ours().with_the_reason("bye"), &evidence).1
        };
        assert_eq!(close(Some(b"bye")), CloseBehaviour::Ok);
        assert_eq!(close(Some(b"bye!")), CloseBehaviour::WrongCode);
        assert_eq!(close(None), CloseBehaviour::WrongCode);
    }

    #[test]
    fn our_code_is_echoed_only_where_we_failed_the_connection() {
        let evidence = changed(|evidence| {
            let closing = &mut evidence.closing;
            (closing.local_code, closing.remote_code) = (Some(1001), Some(1001));
        });
        let verdict = judge(&ours().build(), Profile::Rfc, Role::Server, &[&evidence]);
        assert_eq!(verdict.close, CloseBehaviour::WrongCode);
    }

    #[test]
    fn a_close_that_is_told_is_not_judged() {
        let told = axes(theirs().close_is_told(), &good()).1;
        assert_eq!(told, CloseBehaviour::Informational);
    }
}
