use super::*;
use crate::evidence::{Closing, Comparison, Content, RoundTrips, ViolationAt};
use crate::expectation::Codes;
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
    let verdict = judge(&case.build(), Profile::Autobahn, Role::Server, &[evidence]);
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
        fields: Vec::new(),
    };
    let refused = changed(|evidence| {
        evidence.opening.opened_at = None;
        evidence.opening.status = Some(400);
    });
    let wrongly = changed(|evidence| {
        evidence.opening.opened_at = None;
        evidence.opening.status = Some(101);
    });
    let silent = changed(|evidence| {
        evidence.opening.opened_at = None;
        evidence.closing.open_timed_out = true;
    });
    for (rule, evidence, wanted) in [
        (statuses(&[400]), &refused, Behaviour::Ok),
        (statuses(&[]), &refused, Behaviour::Ok),
        (statuses(&[426]), &refused, Behaviour::NonStrict),
        (statuses(&[400]), &good(), Behaviour::Failed),
        (OpeningRule::Either, &refused, Behaviour::Ok),
        (OpeningRule::Either, &good(), Behaviour::Ok),
        (OpeningRule::Either, &wrongly, Behaviour::Failed),
        (OpeningRule::Either, &silent, Behaviour::NonStrict),
        (OpeningRule::ShouldOpen, &good(), Behaviour::Ok),
        (OpeningRule::ShouldOpen, &refused, Behaviour::NonStrict),
        (OpeningRule::ShouldOpen, &wrongly, Behaviour::Failed),
        (OpeningRule::ShouldRefuse, &refused, Behaviour::Ok),
        (OpeningRule::ShouldRefuse, &good(), Behaviour::NonStrict),
        (OpeningRule::ShouldRefuse, &wrongly, Behaviour::NonStrict),
        (statuses(&[]), &wrongly, Behaviour::Failed),
        (statuses(&[]), &silent, Behaviour::NonStrict),
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
    let close = |profile| judge(&ours().build(), profile, Role::Server, &[&evidence]).close;
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
            let verdict = judge(&ours().build(), Profile::Rfc, testee, &[&evidence]);
            assert_eq!(verdict.close, wanted, "{code} from a {testee}");
        }
    }
}

#[test]
fn some_codes_are_for_clients_alone() {
    let evidence = changed(|evidence| evidence.closing.remote_code = Some(1002));
    let mut case = ours().build();
    case.expect.close.codes_from_client = vec![Codes::One(1002)];
    let close = |role| judge(&case, Profile::Autobahn, role, &[&evidence]).close;
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
    let verdict = judge(&ours().build(), Profile::Rfc, Role::Server, &[&evidence]);
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
