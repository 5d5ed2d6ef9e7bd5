//! What decides nothing is counted: who turns a case informational, to be rid
//! of a verdict, has to say so here, and which words of the RFC leave it open.

use wscheck_suite::case::{Case, Level};
use wscheck_suite::catalogue;
use wscheck_suite::expectation::Expectation;

/// The cases that judge nothing, in either profile, and why.
const INFORMATIONAL: [(&str, &str); 3] = [
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
];

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
    assert_eq!(ids(&found), INFORMATIONAL.map(|(id, _)| id));
    for (id, reason) in INFORMATIONAL {
        assert!(reason.starts_with("RFC 6455 §"), "{id}");
    }
}

/// A close that is not judged, where the rest is.
#[test]
fn the_end_is_judged_in_every_other_case() {
    let found =
        informational(|expectation| expectation.close.informational && !expectation.informational);
    assert_eq!(ids(&found), [] as [&str; 0]);
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
