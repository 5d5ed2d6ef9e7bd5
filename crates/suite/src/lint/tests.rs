use super::*;
use crate::catalogue;
use crate::expectation::{Answer, AnswerGrade, Codes, Pattern};
use crate::vocabulary::{CaseBuilder, case, close, echo, open_at, ping, text};

#[test]
fn the_catalogue_obeys_every_law() {
    let findings: Vec<String> = lint(catalogue::all())
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(findings, [""; 0]);
}

pub(super) fn good() -> CaseBuilder {
    case("1000.1", "any")
        .must("RFC 6455", "5.2", "any")
        .send(text("a"))
        .ok([echo("a")])
}

pub(super) fn broken(case: Case) -> Vec<Law> {
    let mut laws: Vec<Law> = lint(&[case]).iter().map(|finding| finding.law).collect();
    laws.dedup();
    laws
}

#[test]
fn a_good_case_breaks_no_law() {
    assert_eq!(broken(good().fail_after(1).build()), []);
}

#[test]
fn ids() {
    let with = |id: &str| {
        let mut case = good().fail_after(1).build();
        case.id = id.parse().unwrap();
        case
    };
    let findings = lint(&[with("1.2"), with("1.1"), with("1.2"), with("1.10")]);
    let texts: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "case 1.1: stands behind 1.2 (numbers are in order)",
            "case 1.2: number is taken by an earlier case (numbers are unique)",
        ]
    );
}

#[test]
fn titles() {
    for title in ["", " a", "a.", "a\nb", "a <b>"] {
        let mut case = good().fail_after(1).build();
        case.title = title.into();
        assert_eq!(broken(case), [Law::Title], "{title}");
    }
}

#[test]
fn citations() {
    let mut case = good().fail_after(1).build();
    case.citations[0].section.clear();
    assert_eq!(broken(case.clone()), [Law::Citation]);
    case.citations.clear();
    assert_eq!(broken(case.clone()), [Law::Citation]);
    case.expect.informational = true;
    assert_eq!(broken(case), []);
    let mut case = good().fail_after(1).build();
    case.expect.informational = true;
    assert_eq!(broken(case), [Law::Citation]);
}

#[test]
fn departures() {
    assert_eq!(
        broken(good().fail_after(1).rfc("because", |_| {}).build()),
        [Law::Departure]
    );
    let departed = good()
        .fail_after(1)
        .rfc("", |expect| expect.close.codes.push(Codes::One(1001)));
    assert_eq!(broken(departed.build()), [Law::Departure]);
}

#[test]
fn answers() {
    let mut case = good().fail_after(1).non_strict([]).build();
    assert_eq!(broken(case.clone()), []);
    case.expect.answers.reverse();
    assert_eq!(broken(case), [Law::BestFirst]);
}

#[test]
fn declared_violations() {
    let undeclared = good().send(ping("").rsv(1)).fail_after(1).build();
    assert_eq!(broken(undeclared), [Law::Breaks]);
    let declared = good().send(ping("").breaks("reserved-bits")).fail_after(1);
    let findings = lint(&[declared.build()]);
    assert_eq!(
        findings[0].to_string(),
        "case 1000.1: step 2 declares 'reserved-bits', which it does not break as a client \
         (what a step breaks is declared)"
    );
    let masked = || {
        good()
            .send(
                ping("")
                    .masking(crate::case::Masking::Off)
                    .breaks("unmasked-frame"),
            )
            .fail_after(1)
    };
    assert_eq!(broken(masked().build()), [Law::Breaks]);
    assert_eq!(broken(masked().only(Testee::Server).build()), []);
}

#[test]
fn marks_on_both_sides() {
    assert_eq!(
        broken(good().pause_while_open(1, "A").fail_after(1).build()),
        [Law::Marks]
    );
    assert_eq!(
        broken(good().fail_after(1).non_strict([open_at("A")]).build()),
        [Law::Marks]
    );
}

#[test]
fn bounds() {
    assert_eq!(broken(good().build()), [Law::Bounded]);
    assert_eq!(broken(good().send(close(1000)).build()), []);
    let second = good().fail_after(1).next_connection().send(text("a"));
    assert_eq!(
        lint(&[second.build()])[0].what,
        "the script of connection 2 has no 'fail-after', 'close-after', 'reset' or Close"
    );
}

#[test]
fn parts_have_a_frame() {
    assert_eq!(
        broken(good().begin(text("ab")).part("abc").fail_after(1).build()),
        [Law::Parts]
    );
    let lonely = good().begin(text("")).send(text("")).part("");
    assert_eq!(broken(lonely.fail_after(1).build()), [Law::Parts]);
}

#[test]
fn round_trips_stand_alone() {
    let trips = |frame| {
        let mut case = case("1000.1", "any")
            .must("RFC 6455", "5.2", "any")
            .close_after(1)
            .round_trips(frame, 10)
            .build();
        case.expect.answers = vec![Answer {
            grade: AnswerGrade::Ok,
            heard: Pattern::RoundTrips,
        }];
        case
    };
    assert_eq!(broken(trips(text("a"))), []);
    assert_eq!(broken(trips(ping("a"))), [Law::RoundTrips]);
    let mut follows = trips(text("a"));
    let steps = &mut follows.connections[0].steps;
    steps.push(Step::Send(text("b").into_frame()));
    assert_eq!(broken(follows), [Law::RoundTrips]);
    let mut judged_otherwise = trips(text("a"));
    judged_otherwise.expect.answers[0].heard = Pattern::Anything;
    assert_eq!(broken(judged_otherwise), [Law::RoundTrips]);
}

#[test]
fn what_files_cannot_hold() {
    let mut case = good().fail_after(1).build();
    case.connections.clear();
    assert_eq!(broken(case), [Law::RoundTrip]);
}
