use super::*;
use crate::evidence::{Closing, Comparison, Content, RoundTrips, ViolationAt};
use crate::expectation::{Codes, Party};
use crate::octets::Octets;
use crate::request_rule::RequestRule;
use crate::vocabulary::{CaseBuilder, case, echo, ping, text};
use wscheck_wire::deflate::Agreement;
use wscheck_wire::{Moment, Violation};

/// A case that we close, once the text has come back.
pub(super) fn ours() -> CaseBuilder {
    case("99.1", "a text")
        .send(text("hi"))
        .ok([echo("hi")])
        .non_strict([])
}

/// A case in which the testee must fail the connection.
pub(super) fn theirs() -> CaseBuilder {
    case("99.2", "a bad frame")
        .send(ping(""))
        .ok([])
        .peer_fails_with([1002])
}

/// The text came back, and the closing handshake was complete.
pub(super) fn good() -> Evidence {
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

pub(super) fn changed(change: impl FnOnce(&mut Evidence)) -> Evidence {
    let mut evidence = good();
    change(&mut evidence);
    evidence
}

pub(super) fn axes(case: CaseBuilder, evidence: &Evidence) -> (Behaviour, CloseBehaviour) {
    let verdict = judge(&case.build(), Profile::Autobahn, Role::Server, &[evidence]);
    (verdict.behaviour, verdict.close)
}

fn mark() -> Heard {
    Heard {
        what: HeardKind::Mark("A".into()),
        at: Moment::ZERO,
        times: 1,
    }
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
        evidence.heard.push(mark());
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

#[test]
fn a_fatal_close_that_is_right_fails_nothing() {
    let both = (Behaviour::Ok, CloseBehaviour::Ok);
    let case = ours().wrong_end_fails().wrong_code_fails();
    assert_eq!(axes(case, &good()), both);
}

#[test]
fn who_does_not_know_what_it_was_asked_is_not_judged_by_its_close() {
    let case = case("99.4", "a command")
        .send(text("hi"))
        .ok([])
        .unimplemented([echo("hi")])
        .peer_closes_with([1000]);
    let both = (Behaviour::Unimplemented, CloseBehaviour::Ok);
    assert_eq!(axes(case, &good()), both);
}

#[test]
fn a_code_that_is_wished_for_and_missing_is_not_strict() {
    let (wished, without) = (
        || ours().code_wished(),
        changed(|evidence| evidence.closing.remote_code = None),
    );
    let unclean = changed(|evidence| {
        evidence.closing.remote_code = None;
        evidence.closing.clean = false;
    });
    for (case, evidence, wanted) in [
        (wished(), &good(), Behaviour::Ok),
        (wished(), &without, Behaviour::NonStrict),
        (ours(), &without, Behaviour::Ok),
        (wished(), &unclean, Behaviour::Ok),
    ] {
        assert_eq!(axes(case, evidence).0, wanted);
    }
}

#[test]
fn only_rfc_minds_what_comes_behind_a_close() {
    let evidence = changed(|evidence| evidence.closing.closes_heard = 2);
    let behaviour = |profile| judge(&ours().build(), profile, Role::Server, &[&evidence]).behaviour;
    assert_eq!(behaviour(Profile::Autobahn), Behaviour::Ok);
    assert_eq!(behaviour(Profile::Rfc), Behaviour::NonStrict);
}

/// A Close of its own is how a client refuses; after ours it answers.
#[test]
fn a_client_that_sends_frames_has_taken_the_answer() {
    let sent = |opcode: Opcode, closed_by_us| {
        let evidence = changed(|evidence| {
            let frames = &mut evidence.counters.received_frames;
            frames.count(opcode.bits().into());
            evidence.closing.closed_by_us = closed_by_us;
        });
        let case = ours().should_be_refused().build();
        let verdict = judge(&case, Profile::Rfc, Role::Client, &[&evidence]);
        verdict.reasons.contains(&Reason::OpenedThough)
    };
    assert!(sent(Opcode::TEXT, false));
    assert!(sent(Opcode::CLOSE, true));
    assert!(!sent(Opcode::CLOSE, false));
}

#[test]
fn the_rules_for_a_request_are_for_clients_alone() {
    let posted = changed(|evidence| {
        evidence.opening.request = b"POST / HTTP/1.1\r\n\r\n"[..].into();
    });
    let closed = changed(|evidence| evidence.opening.opened_at = None);
    let with_a_rule = || ours().request(RequestRule::Get);
    for (case, testee, evidence, wanted) in [
        (with_a_rule(), Role::Client, &posted, Behaviour::Failed),
        (with_a_rule(), Role::Server, &posted, Behaviour::Ok),
        (ours(), Role::Client, &posted, Behaviour::Ok),
        (ours(), Role::Client, &closed, Behaviour::Failed),
        (with_a_rule(), Role::Server, &closed, Behaviour::Failed),
    ] {
        let verdict = judge(&case.build(), Profile::Rfc, testee, &[evidence]);
        assert_eq!(verdict.behaviour, wanted, "{testee}");
    }
}

#[test]
fn on_a_silent_connection_no_message_may_be_heard() {
    let case = case("99.5", "silence before a text")
        .send(ping(""))
        .silent()
        .next_connection()
        .send(text("hi"))
        .ok([echo("hi")])
        .build();
    let judged = |before: &Evidence| {
        let verdict = judge(&case, Profile::Rfc, Role::Server, &[before, &good()]);
        (verdict.behaviour, verdict.reasons)
    };
    let heard = |heard| Evidence {
        heard,
        ..Evidence::default()
    };
    assert_eq!(judged(&heard(Vec::new())), (Behaviour::Ok, Vec::new()));
    assert_eq!(
        judged(&good()),
        (
            Behaviour::Failed,
            vec![Reason::HeardBefore { connection: 1 }]
        )
    );
    let open_at = vec!["A".into()];
    assert_eq!(
        judged(&heard(vec![mark()])),
        (Behaviour::NonStrict, vec![Reason::FailedAt { open_at }])
    );
}

#[test]
fn a_limit_that_is_to_be_shown_is_shown_by_1009() {
    let case = case("99.6", "too much, and then a text")
        .send(ping(""))
        .too_big()
        .next_connection()
        .send(text("hi"))
        .ok([echo("hi")])
        .build();
    let behaviour = |code| {
        let before = changed(|evidence| evidence.closing.remote_code = code);
        judge(&case, Profile::Rfc, Role::Server, &[&before, &good()]).behaviour
    };
    assert_eq!(behaviour(Some(1009)), Behaviour::Ok);
    assert_eq!(behaviour(Some(1002)), Behaviour::Unimplemented);
    assert_eq!(behaviour(None), Behaviour::Unimplemented);
}

/// A case of compression.
fn squeezed(case: CaseBuilder) -> CaseBuilder {
    case.send(text("hi").compressed())
}

#[test]
fn compression_is_lacking_where_a_connection_opened_without_it() {
    let agreed = changed(|evidence| evidence.opening.deflate = Some(Agreement::default()));
    let closed = changed(|evidence| evidence.opening.opened_at = None);
    for (case, evidence, wanted) in [
        (squeezed(ours()), &good(), Behaviour::Unimplemented),
        (squeezed(ours()), &agreed, Behaviour::Ok),
        (squeezed(ours()), &closed, Behaviour::Failed),
        (ours(), &good(), Behaviour::Ok),
    ] {
        assert_eq!(axes(case, evidence).0, wanted);
    }
}

/// Nor by whom was closed, where that is as a connection ends that we close.
#[test]
fn what_was_not_played_is_not_judged_by_what_was_heard() {
    let evidence = changed(|evidence| evidence.heard = vec![mark()]);
    let case = squeezed(theirs()).build();
    let verdict = judge(&case, Profile::Rfc, Role::Server, &[&evidence]);
    let open_at = vec!["A".into()];
    assert_eq!(
        verdict,
        Verdict::new(
            Behaviour::Unimplemented,
            CloseBehaviour::Ok,
            vec![Reason::DeflateNotAgreed, Reason::FailedAt { open_at }]
        )
    );
}

#[test]
fn what_was_not_played_must_end_in_good_order() {
    let evidence = changed(|evidence| evidence.closing.closed_by_us = false);
    let verdict = judge(
        &squeezed(ours()).build(),
        Profile::Rfc,
        Role::Server,
        &[&evidence],
    );
    assert_eq!(
        verdict,
        Verdict::new(
            Behaviour::Unimplemented,
            CloseBehaviour::Failed,
            vec![
                Reason::DeflateNotAgreed,
                Reason::ClosedByWrongEnd { by: Party::Peer }
            ]
        )
    );
}

#[test]
fn what_does_not_apply_need_not_open() {
    let why = "the client has no offer".to_owned();
    let evidence = changed(|evidence| {
        evidence.opening.opened_at = None;
        evidence.opening.not_applicable = Some(why.clone());
        evidence.closing = Closing::default();
    });
    let verdict = judge(&ours().build(), Profile::Rfc, Role::Client, &[&evidence]);
    assert_eq!(
        verdict,
        Verdict::new(
            Behaviour::Unimplemented,
            CloseBehaviour::Ok,
            vec![Reason::NotApplicable { why }]
        )
    );
}

#[test]
fn the_gravest_flaw_of_the_masking_keys_decides() {
    let keys = |zero, different, first: &[u8]| {
        changed(|evidence| {
            evidence.masking_keys = Some(KeySummary {
                keys: 64,
                zero,
                different: [different; 4],
                set: [32; 32],
                first: Octets(first.to_vec()),
                ..KeySummary::default()
            });
        })
    };
    let (good, few, zero) = (keys(0, 60, b""), keys(0, 8, b""), keys(2, 60, b""));
    let first = keys(0, 60, b"abcdefgh");
    for (connections, wanted) in [
        ([&good, &good], Behaviour::Ok),
        ([&good, &few], Behaviour::NonStrict),
        ([&zero, &few], Behaviour::Failed),
        ([&first, &first], Behaviour::Failed),
    ] {
        let case = ours().fresh_keys().build();
        let verdict = judge(&case, Profile::Rfc, Role::Client, &connections);
        assert_eq!(verdict.behaviour, wanted, "{:?}", verdict.reasons);
    }
}
