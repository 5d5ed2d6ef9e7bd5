//! (case, evidence) → verdict. A pure function; nothing else is asked.

use wscheck_wire::{CloseCode, Registry, Role};

use crate::case::{Case, Script};
use crate::evidence::{Closing, Evidence, HeardKind};
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
        (OpeningRule::Opens, Some(_)) => {
            let verdict = judge_open(expectation, profile, testee, evidence);
            let script = case.connections.last();
            match script.is_some_and(Script::needs_deflate) && evidence.opening.deflate.is_none() {
                true => unimplemented(verdict),
                false => verdict,
            }
        }
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

/// Without the extension nothing was played, so nothing was heard.
fn unimplemented(mut verdict: Verdict) -> Verdict {
    verdict.reasons.retain(|reason| {
        !matches!(
            reason,
            Reason::RoundTripsBroke { .. } | Reason::HeardDiffers { .. }
        )
    });
    verdict.reasons.insert(0, Reason::DeflateNotAgreed);
    Verdict::new(Behaviour::Unimplemented, verdict.close, verdict.reasons)
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

fn judge_open(
    expectation: &Expectation,
    profile: Profile,
    testee: Role,
    evidence: &Evidence,
) -> Verdict {
    let mut reasons = Vec::new();
    let mut behaviour = behaviour(expectation, evidence, &mut reasons);
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
    if rule.clean && !closing.clean {
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
    if testee == Role::Server && closing.dropped_by_us {
        reasons.push(Reason::TcpLeftOpen);
        return CloseBehaviour::FailedByClient;
    }
    CloseBehaviour::Ok
}

/// The codes that the testee may close with. Where we failed the connection,
/// `rfc` lets it echo our code (RFC 6455 §5.5.1); the original does not. A code
/// that no Close may carry (§7.4) is not right because a script sent it first.
fn allowed_codes(
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

fn marks(evidence: &Evidence) -> Vec<String> {
    let marks = evidence.heard.iter().filter_map(|heard| match &heard.what {
        HeardKind::Mark(name) => Some(name.clone()),
        _ => None,
    });
    marks.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Comparison, Content, Heard, RoundTrips, ViolationAt};
    use crate::vocabulary::{CaseBuilder, case, echo, ping, text};
    use wscheck_wire::{Moment, Violation};

    /// A case that we close, once the text has come back.
    fn ours() -> CaseBuilder {
        case("99.1", "a text")
            .send(text("hi"))
            .ok([echo("hi")])
            .non_strict([])
    }

    /// A case in which the testee must fail the connection.
    fn theirs() -> CaseBuilder {
        case("99.2", "a bad frame")
            .send(ping(""))
            .ok([])
            .peer_fails_with([1002])
    }

    /// The text came back, and the closing handshake was complete.
    fn good() -> Evidence {
        let content = Content {
            length: 2,
            sha256: None,
            octets: b"hi"[..].into(),
            compared: Comparison::Same,
        };
        let heard = Heard {
            what: HeardKind::Text(content),
            at: Moment::ZERO,
            times: 1,
        };
        let closing = Closing {
            closed_by_us: true,
            clean: true,
            local_code: Some(1000),
            remote_code: Some(1000),
            ..Closing::default()
        };
        let mut evidence = Evidence {
            heard: vec![heard],
            closing,
            ..Evidence::default()
        };
        evidence.opening.opened_at = Some(Moment::ZERO);
        evidence
    }

    fn changed(change: impl FnOnce(&mut Evidence)) -> Evidence {
        let mut evidence = good();
        change(&mut evidence);
        evidence
    }

    fn axes(case: CaseBuilder, evidence: &Evidence) -> (Behaviour, CloseBehaviour) {
        let verdict = judge(&case.build(), Profile::Autobahn, Role::Server, evidence);
        (verdict.behaviour, verdict.close)
    }

    #[test]
    fn the_first_fault_of_the_close_decides() {
        use CloseBehaviour::{Failed, FailedByClient, Ok, Unclean, WrongCode};
        type Change = fn(&mut Closing);
        let closings: [(Change, CloseBehaviour); 7] = [
            (|_| {}, Ok),
            (|c| c.remote_code = None, Ok),
            (|c| c.dropped_by_us = true, FailedByClient),
            (|c| c.remote_code = Some(1001), WrongCode),
            (
                |c| (c.remote_code, c.dropped_by_us) = (Some(1001), true),
                WrongCode,
            ),
            (|c| (c.remote_code, c.clean) = (Some(1001), false), Unclean),
            (|c| (c.clean, c.closed_by_us) = (false, false), Failed),
        ];
        for (change, wanted) in closings {
            let evidence = changed(|evidence| change(&mut evidence.closing));
            assert_eq!(
                axes(ours(), &evidence),
                (Behaviour::Ok, wanted),
                "{:?}",
                evidence.closing
            );
        }
    }

    #[test]
    fn a_tcp_end_alone_is_a_close_by_the_testee() {
        let evidence = changed(|evidence| {
            evidence.heard.clear();
            evidence.closing = Closing::default();
        });
        assert_eq!(
            axes(theirs(), &evidence),
            (Behaviour::Ok, CloseBehaviour::Ok)
        );
        assert_eq!(
            axes(ours(), &evidence),
            (Behaviour::NonStrict, CloseBehaviour::Failed)
        );
    }

    #[test]
    fn a_fatal_close_fails_the_behaviour_too() {
        let wrong_end = changed(|evidence| evidence.heard.clear());
        assert_eq!(
            axes(theirs(), &wrong_end),
            (Behaviour::Ok, CloseBehaviour::Failed)
        );
        let fatal = theirs().wrong_end_fails();
        assert_eq!(
            axes(fatal, &wrong_end),
            (Behaviour::Failed, CloseBehaviour::Failed)
        );
        let wrong_code = changed(|evidence| evidence.closing.remote_code = Some(1003));
        let fatal = ours().wrong_code_fails();
        assert_eq!(
            axes(fatal, &wrong_code),
            (Behaviour::Failed, CloseBehaviour::WrongCode)
        );
    }

    #[test]
    fn an_opening_that_failed_fails_both_but_what_is_informational() {
        let evidence = changed(|evidence| evidence.opening.opened_at = None);
        assert_eq!(
            axes(ours(), &evidence),
            (Behaviour::Failed, CloseBehaviour::Failed)
        );
        let told = ours().informational("RFC 6455", "5", "nothing binds");
        let both = (Behaviour::Informational, CloseBehaviour::Informational);
        assert_eq!(axes(told, &evidence), both);
    }

    #[test]
    fn an_opening_may_have_to_be_refused() {
        let statuses = |statuses: &[u16]| OpeningRule::Refuses {
            statuses: statuses.to_vec(),
        };
        let refused = changed(|evidence| {
            evidence.opening.opened_at = None;
            evidence.opening.status = Some(400);
        });
        for (rule, evidence, wanted) in [
            (statuses(&[400]), &refused, Behaviour::Ok),
            (statuses(&[]), &refused, Behaviour::Ok),
            (statuses(&[426]), &refused, Behaviour::NonStrict),
            (statuses(&[400]), &good(), Behaviour::Failed),
            (OpeningRule::Either, &refused, Behaviour::Ok),
        ] {
            assert_eq!(axes(ours().opening_rule(rule), evidence).0, wanted);
        }
    }

    #[test]
    fn round_trips_must_all_be_right() {
        let trips = |sent, done, wrong| RoundTrips {
            sent,
            done,
            of: 3,
            wrong,
            fastest: None,
            slowest: None,
        };
        for (trips, wanted) in [
            (trips(3, 3, false), Behaviour::Ok),
            (trips(3, 2, false), Behaviour::Failed),
            (trips(3, 3, true), Behaviour::Failed),
        ] {
            let case = case("99.3", "trips")
                .round_trips(text("hi"), 3)
                .ok_if(Pattern::RoundTrips);
            let evidence = changed(|evidence| evidence.round_trips = Some(trips));
            assert_eq!(axes(case, &evidence).0, wanted, "{trips:?}");
        }
    }

    #[test]
    fn only_rfc_lets_the_testee_echo_the_code_that_we_failed_with() {
        let evidence = changed(|evidence| {
            let closing = &mut evidence.closing;
            closing.failed_by_us = true;
            (closing.local_code, closing.remote_code) = (Some(1001), Some(1001));
        });
        let close = |profile| judge(&ours().build(), profile, Role::Server, &evidence).close;
        assert_eq!(close(Profile::Autobahn), CloseBehaviour::WrongCode);
        assert_eq!(close(Profile::Rfc), CloseBehaviour::Ok);
    }

    /// Section 7.4: a script may send what no Close may carry; who sends it back
    /// is not right for that.
    #[test]
    fn nobody_may_echo_a_code_that_no_close_may_carry() {
        for (code, wanted) in [
            (0, CloseBehaviour::WrongCode),
            (1004, CloseBehaviour::WrongCode),
            (1005, CloseBehaviour::WrongCode),
            (1015, CloseBehaviour::WrongCode),
            (1016, CloseBehaviour::WrongCode),
            (2999, CloseBehaviour::WrongCode),
            (5000, CloseBehaviour::WrongCode),
            (1012, CloseBehaviour::Ok),
            (3000, CloseBehaviour::Ok),
        ] {
            let evidence = changed(|evidence| {
                let closing = &mut evidence.closing;
                closing.failed_by_us = true;
                (closing.local_code, closing.remote_code) = (Some(code), Some(code));
            });
            for testee in [Role::Client, Role::Server] {
                let verdict = judge(&ours().build(), Profile::Rfc, testee, &evidence);
                assert_eq!(verdict.close, wanted, "{code} from a {testee}");
            }
        }
    }

    #[test]
    fn some_codes_are_for_clients_alone() {
        let evidence = changed(|evidence| evidence.closing.remote_code = Some(1002));
        let mut case = ours().build();
        case.expect.close.codes_from_client = vec![Codes::One(1002)];
        let close = |role| judge(&case, Profile::Autobahn, role, &evidence).close;
        assert_eq!(close(Role::Client), CloseBehaviour::Ok);
        assert_eq!(close(Role::Server), CloseBehaviour::WrongCode);
    }

    #[test]
    fn violations_and_marks_are_named() {
        let evidence = changed(|evidence| {
            let mark = HeardKind::Mark("A".into());
            evidence.heard.push(Heard {
                what: mark,
                at: Moment::ZERO,
                times: 1,
            });
            let violation = Violation::MaskedFrame;
            evidence.violations.push(ViolationAt {
                violation,
                offset: 7,
                at: Moment::ZERO,
            });
        });
        let verdict = judge(&ours().build(), Profile::Rfc, Role::Server, &evidence);
        assert_eq!(
            verdict.reasons,
            [
                Reason::HeardDiffers {
                    item: 1,
                    octet: None
                },
                Reason::FailedAt {
                    open_at: vec!["A".into()]
                },
                Reason::Violation {
                    violation: Violation::MaskedFrame,
                    offset: 7
                },
            ]
        );
    }
}
