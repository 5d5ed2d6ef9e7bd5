//! Expectations beside hand-made results.

use time::{Date, Month};
use wscheck_suite::result::{CaseResult, Outcome, Proved, RunResult};
use wscheck_suite::tested::Tested;
use wscheck_suite::verdict::{Behaviour, CloseBehaviour, Reason};
use wscheck_suite::wildcard::Wildcard;
use wscheck_wire::Eof;

use super::*;
use crate::account::{Account, of_catalogue};
use crate::sample;
use crate::summary::Tag;
use wscheck_suite::verdict::Grade;

fn deviation(
    cases: &str,
    behaviour: Option<Behaviour>,
    close: Option<CloseBehaviour>,
) -> Deviation {
    let patterns = cases.split_whitespace();
    Deviation {
        cases: patterns.map(|p| p.parse().unwrap()).collect(),
        agent: None,
        role: None,
        grades: Grades {
            behaviour: behaviour.into_iter().collect(),
            close: close.into_iter().collect(),
            ..Grades::default()
        },
        reason: "it is so".to_owned(),
        issue: None,
        expires: None,
        line: 7,
    }
}

fn failing(cases: &str) -> Deviation {
    deviation(cases, Some(Behaviour::Failed), None)
}

fn expecting(deviations: Vec<Deviation>) -> Expectations {
    Expectations {
        deviations,
        ..Expectations::default()
    }
}

fn judged(case: &str, behaviour: Behaviour, close: CloseBehaviour) -> CaseResult {
    sample::judged("alpha", case, behaviour, close, vec![])
}

fn failed(case: &str) -> CaseResult {
    judged(case, Behaviour::Failed, CloseBehaviour::Ok)
}

fn right(case: &str) -> CaseResult {
    sample::result("alpha", case)
}

/// What each play stands for, and what is said of it.
fn told(expectations: &Expectations, cases: Vec<CaseResult>) -> (Vec<String>, Review) {
    let stored = RunResult {
        run: sample::run(&["alpha"]),
        cases,
    };
    let account = Account::new(&stored, of_catalogue).beside(expectations);
    let plays = account.plays().map(|(_, play)| {
        let remark = play.remark().map(|remark| format!(" {}", remark.words()));
        format!(
            "{} {:?}{}",
            play.result.case,
            play.standing(),
            remark.unwrap_or_default()
        )
    });
    (plays.collect(), account.review.clone())
}

#[test]
fn what_is_expected_does_not_fail() {
    let expectations = expecting(vec![failing("4.2.* !4.2.3")]);
    let (plays, review) = told(
        &expectations,
        vec![
            failed("4.2.1"),
            failed("4.2.3"),
            right("4.2.4"),
            failed("4.1.1"),
        ],
    );
    assert_eq!(
        plays,
        [
            "4.1.1 Failed",
            "4.2.1 Expected expected: it is so",
            "4.2.3 Failed",
            "4.2.4 Passed",
        ]
    );
    assert_eq!((review.expected, review.unexpected), (1, 2));
    assert_eq!(review.deviations[0].state, State::Needed);
    assert!(!review.fails_by_itself());
}

#[test]
fn what_is_expected_is_told_exactly() {
    let unclean = deviation("4.2.1", None, Some(CloseBehaviour::Unclean));
    let (plays, _) = told(
        &expecting(vec![unclean.clone()]),
        vec![judged(
            "4.2.1",
            Behaviour::NonStrict,
            CloseBehaviour::Unclean,
        )],
    );
    assert_eq!(plays, ["4.2.1 Expected expected: it is so"]);
    for (behaviour, close) in [
        (Behaviour::Failed, CloseBehaviour::Unclean),
        (Behaviour::Ok, CloseBehaviour::WrongCode),
    ] {
        let (plays, review) = told(
            &expecting(vec![unclean.clone()]),
            vec![judged("4.2.1", behaviour, close)],
        );
        assert_eq!(
            plays,
            ["4.2.1 Failed not what was expected, close UNCLEAN: it is so"]
        );
        assert_eq!(review.deviations[0].state, State::NoLongerNeeded);
    }
}

#[test]
fn a_deviation_that_no_case_shows_is_no_longer_needed() {
    let expectations = expecting(vec![failing("4.2.1 4.2.2")]);
    let state = |cases| told(&expectations, cases).1.deviations[0].state;
    assert_eq!(
        state(vec![right("4.2.1"), right("4.2.2")]),
        State::NoLongerNeeded
    );
    assert_eq!(state(vec![right("4.2.1"), failed("4.2.2")]), State::Needed);
    // The other may show it.
    assert_eq!(state(vec![right("4.2.1")]), State::Needed);
    let skipped = Outcome::Skipped { why: String::new() };
    let skipped = sample::outcome("alpha", "4.2.2", skipped);
    assert_eq!(state(vec![right("4.2.1"), skipped]), State::Needed);
    let (_, review) = told(&expectations, vec![right("1.1.1")]);
    assert!(review.is_silent());
    // Another agent may show it.
    let other = sample::result("beta", "4.2.1");
    assert_eq!(
        state(vec![right("4.2.1"), right("4.2.2"), other]),
        State::Needed
    );

    let strict = Expectations {
        policy: Policy::STRICT,
        ..expectations
    };
    let (_, review) = told(&strict, vec![right("4.2.1"), right("4.2.2")]);
    assert!(review.fails_by_itself());
}

#[test]
fn now_right_now_wrong_is_always_needed() {
    let mut unsteady = failing("4.2.1");
    unsteady.grades.behaviour.push(Behaviour::Ok);
    let (plays, review) = told(&expecting(vec![unsteady]), vec![right("4.2.1")]);
    assert_eq!(plays, ["4.2.1 Passed"]);
    assert_eq!(review.deviations[0].state, State::Needed);
    let flaky = CaseResult {
        proved: Some(Proved::Flaky),
        ..right("4.2.1")
    };
    let (plays, review) = told(&expecting(vec![failing("4.2.1")]), vec![flaky]);
    assert_eq!(plays, ["4.2.1 Passed expected: it is so"]);
    assert_eq!(review.deviations[0].state, State::Needed);
}

#[test]
fn a_deviation_holds_up_to_its_last_day() {
    let mut dated = failing("4.2.1");
    // The run is of 2026-01-02.
    let on = |day| Date::from_calendar_date(2026, Month::January, day).ok();
    dated.expires = on(2);
    dated.issue = Some("https://example.org/1".to_owned());
    let (plays, _) = told(&expecting(vec![dated.clone()]), vec![failed("4.2.1")]);
    assert_eq!(
        plays,
        ["4.2.1 Expected expected: it is so <https://example.org/1> (until 2026-01-02)"]
    );
    dated.expires = on(1);
    let (plays, review) = told(&expecting(vec![dated.clone()]), vec![failed("4.2.1")]);
    assert_eq!(
        plays,
        ["4.2.1 Failed was expected until 2026-01-01: it is so <https://example.org/1>"]
    );
    assert_eq!(review.deviations[0].state, State::Expired);
    let (_, review) = told(&expecting(vec![dated]), vec![right("4.2.1")]);
    assert_eq!(review.deviations[0].state, State::NoLongerNeeded);
}

#[test]
fn a_reason_that_nobody_wrote_excuses_only_where_little_is_asked() {
    let mut todo = failing("4.2.1");
    todo.reason = "TODO: nothing was heard".to_owned();
    let mut expectations = expecting(vec![todo]);
    let (plays, review) = told(&expectations, vec![failed("4.2.1")]);
    assert_eq!(plays, ["4.2.1 Expected expected: TODO: nothing was heard"]);
    assert!(review.deviations[0].todo);
    expectations.policy = Policy::STRICT;
    let (plays, _) = told(&expectations, vec![failed("4.2.1")]);
    assert_eq!(
        plays,
        ["4.2.1 Failed expected without a reason: TODO: nothing was heard"]
    );
}

#[test]
fn deviations_are_those_of_an_agent_in_a_role() {
    let mut client = failing("4.2.1");
    client.role = Some(Tested::Client);
    let mut other = failing("4.2.1");
    other.agent = Some(Wildcard::new("beta*"));
    let (plays, review) = told(&expecting(vec![client, other]), vec![failed("4.2.1")]);
    assert_eq!(plays, ["4.2.1 Failed"]);
    assert!(review.is_silent());
}

#[test]
fn newer_cases_are_told_and_fail_nothing() {
    let held = Expectations {
        edition: Some(1),
        ..Expectations::default()
    };
    let (plays, review) = told(
        &held,
        vec![failed("999.1"), failed("1000.1"), right("999.2")],
    );
    assert_eq!(
        plays,
        [
            "999.1 Newer new in edition 3, which this run does not hold to",
            "999.2 Passed",
            "1000.1 Failed",
        ]
    );
    assert_eq!((review.newer, review.unexpected), (1, 1));
    let (plays, _) = told(&Expectations::default(), vec![failed("999.1")]);
    assert_eq!(plays, ["999.1 Failed"]);
}

#[test]
fn what_a_testee_is_without_explains_what_demands_it() {
    let without = |capabilities| Expectations {
        capabilities,
        ..Expectations::default()
    };
    let no_utf8 = without(Capabilities {
        utf8_validation: false,
        ..Capabilities::ALL
    });
    let (plays, review) = told(&no_utf8, vec![failed("6.3.1"), failed("6.1.1")]);
    assert_eq!(
        plays,
        [
            "6.1.1 Failed",
            "6.3.1 Expected expected: the testee does not validate UTF-8 (utf8-validation)"
        ]
    );
    assert_eq!(review.capabilities[0].state, State::Needed);
    let died = Reason::TesteeDied { how: "x".into() };
    let close = CloseBehaviour::Failed;
    let died = sample::judged("alpha", "6.3.1", Behaviour::Failed, close, vec![died]);
    assert_eq!(told(&no_utf8, vec![died]).0, ["6.3.1 Failed"]);

    let no_compression = Expectations {
        policy: Policy::STRICT,
        ..without(Capabilities {
            compression: false,
            ..Capabilities::ALL
        })
    };
    let unimplemented = judged("12.1.1", Behaviour::Unimplemented, CloseBehaviour::Ok);
    let (plays, _) = told(&no_compression, vec![unimplemented, failed("12.1.2")]);
    assert_eq!(
        plays,
        [
            "12.1.1 Expected expected: the testee does not compress (compression)",
            "12.1.2 Failed"
        ]
    );
}

#[test]
fn a_message_that_is_too_long_is_refused_in_good_order() {
    let limited = Expectations {
        capabilities: Capabilities {
            largest_message: Some(1000),
            ..Capabilities::ALL
        },
        ..Expectations::default()
    };
    let closed = |case, code, ended| {
        let mut result = failed(case);
        let closing = &mut result.transcript.connections[0].evidence.closing;
        (closing.remote_code, closing.peer_ended) = (code, ended);
        told(&limited, vec![result]).0.remove(0)
    };
    assert!(closed("9.1.1", Some(1009), None).contains("longer than the testee takes"));
    assert!(closed("9.1.1", None, Some(Eof::Reset)).contains("longer than the testee takes"));
    assert_eq!(closed("9.1.1", None, Some(Eof::Fin)), "9.1.1 Failed");
    assert_eq!(closed("9.1.1", Some(1002), None), "9.1.1 Failed");
    assert_eq!(closed("1.1.2", Some(1009), None), "1.1.2 Failed");
}

#[test]
fn a_capability_that_is_there_is_told() {
    let no_utf8 = Expectations {
        capabilities: Capabilities {
            utf8_validation: false,
            ..Capabilities::ALL
        },
        ..Expectations::default()
    };
    let all = catalogue::all().iter();
    let all: Vec<CaseResult> = all.map(|case| right(&case.id.to_string())).collect();
    let some = told(&no_utf8, all[..200].to_vec()).1;
    assert_eq!(some.capabilities_found().count(), 0);
    assert_eq!(told(&no_utf8, all).1.capabilities_found().count(), 1);
}

#[test]
fn whole_grades_are_expected_whatever_they_are_made_of() {
    let mut any = failing("4.2.1");
    any.grades = Grades {
        whole: vec![Tag::Judged(Grade::Failed)],
        ..Grades::default()
    };
    let unclean = judged("4.2.1", Behaviour::Ok, CloseBehaviour::Unclean);
    let (plays, _) = told(&expecting(vec![any.clone()]), vec![unclean]);
    assert_eq!(plays, ["4.2.1 Expected expected: it is so"]);
    assert_eq!(any.grades.words(), "FAILED");
    assert!(!any.grades.allow_only_right());
}
