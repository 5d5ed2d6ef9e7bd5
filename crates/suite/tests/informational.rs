//! What decides nothing is counted: who turns a case informational, to be rid
//! of a verdict, has to say so here, and which words of the RFC leave it open.

use wscheck_suite::case::{Case, Level};
use wscheck_suite::case_id::CaseId;
use wscheck_suite::catalogue;
use wscheck_suite::expectation::Expectation;

/// The cases that judge nothing, in either profile, and why.
const INFORMATIONAL: [(&str, &str); 7] = [
    (
        "7.1.6",
        "RFC 6455 §1.4: what comes behind a Close is discarded, and whether an echo comes before it is a matter of who is faster",
    ),
    (
        "7.13.1",
        "RFC 6455 §7.4.2: nothing is said of codes over 4999",
    ),
    (
        "7.13.2",
        "RFC 6455 §7.4.2: nothing is said of codes over 4999",
    ),
    (
        "30.3.11",
        "RFC 9110 §15.2.2: a 101 without Upgrade binds who sends it, not who forwards it",
    ),
    (
        "30.3.12",
        "RFC 9110 §7.8: a 101 that nobody asked for binds who sends it, not who forwards it",
    ),
    (
        "30.5.10",
        "RFC 9110 §9.3.6: the other side is ended, by whatever means",
    ),
    (
        "30.5.11",
        "RFC 9110 §9.3.6: the other side is ended, by whatever means",
    ),
];

/// The same of the chapters from 20 on: what each cites says which words of an
/// RFC leave it open.
const SAY_THEMSELVES: &str = "\
    20.1.10 20.1.13 20.1.20 20.1.22 20.2.6 20.2.7 20.3.18 20.4.20 20.6.5 20.7.13 20.9.27 20.9.28 20.9.29 \
    20.11.7 20.13.1 20.13.2 20.13.3 20.14.1 20.14.2 20.14.3 20.14.4 \
    21.1.14 21.2.14 21.2.15 21.3.12 21.5.10 21.6.6 21.7.12 21.7.13 21.7.14 \
    21.10.6 21.10.7 21.10.8 21.10.9 \
    22.1.19 22.3.21 23.3.11 23.3.12 24.7.1 24.7.2 24.7.3 \
    26.8.1 26.8.2 26.8.3 26.8.4 26.8.5 27.2.9 27.3.6 27.3.7 27.4.9 \
    28.2.1 28.2.2 28.2.3 28.2.4 28.7.5 28.8.1 28.8.2 \
    29.1.1 29.1.2 29.1.3 29.1.4 29.2.1 29.2.2 29.3.1 29.3.2 29.3.3";

fn informational(of: impl Fn(&Expectation) -> bool) -> Vec<&'static Case> {
    let cases = catalogue::all().iter();
    let is = |case: &&Case| {
        let departure = case.rfc.iter().map(|departure| &departure.expect);
        departure.chain([&case.expect]).any(&of)
    };
    cases.filter(is).collect()
}

fn ids(cases: &[&Case]) -> Vec<String> {
    cases.iter().map(|case| case.id.to_string()).collect()
}

#[test]
fn few_cases_judge_nothing_and_each_has_a_reason() {
    let found = informational(|expectation| expectation.informational);
    let known = INFORMATIONAL.iter().map(|(id, _)| *id);
    let known = known.chain(SAY_THEMSELVES.split_whitespace());
    let mut known: Vec<CaseId> = known.map(|id| id.parse().expect("a number")).collect();
    known.sort_unstable();
    let found: Vec<CaseId> = found.iter().map(|case| case.id).collect();
    assert_eq!(found, known);
    for (id, reason) in INFORMATIONAL {
        assert!(reason.starts_with("RFC "), "{id}");
    }
}

/// A close that is not judged, where the rest is: who takes a message that ends too
/// soon, and who does not, end the connection each in its own way.
#[test]
fn the_end_is_judged_in_every_other_case() {
    let found =
        informational(|expectation| expectation.close.informational && !expectation.informational);
    assert_eq!(ids(&found), ["27.6.13", "27.6.14", "27.6.15"]);
}

#[test]
fn an_informational_case_says_what_leaves_it_open() {
    for case in informational(|expectation| expectation.informational) {
        let mut levels = case.citations.iter().map(|citation| citation.level);
        let open = |level| matches!(level, Level::May | Level::Informational);
        assert!(
            !case.citations.is_empty() && levels.all(open),
            "{}",
            case.id
        );
    }
}
