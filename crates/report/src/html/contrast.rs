//! What was expected beside what came, in words.

use sha2::{Digest, Sha256};
use wscheck_suite::case::Case;
use wscheck_suite::evidence::Evidence;
use wscheck_suite::octets::to_hex;
use wscheck_suite::profile::Profile;
use wscheck_suite::verdict::{Behaviour, Verdict};
use wscheck_wire::Role;

use crate::console::comparison::first_difference;
use crate::console::safe_text::fit;
use crate::console::visible;
use crate::wording;

/// The columns of the first difference.
const WIDTH: usize = 72;

pub(super) struct Contrast {
    pub(super) expected: Vec<String>,
    pub(super) actual: String,
}

pub(super) struct DifferenceView {
    pub(super) expected: String,
    pub(super) actual: String,
    pub(super) mark: String,
}

/// Where the testee and the case part: at the opening, in what was heard, at
/// the end; in at most `longest` characters each. Nothing where they agree.
pub(super) fn contrasts(
    case: &Case,
    profile: Profile,
    testee: Role,
    verdict: &Verdict,
    evidence: &Evidence,
    longest: usize,
) -> Vec<Contrast> {
    let expectation = case.expectation(profile);
    if evidence.opening.opened_at.is_none() {
        let expected = wording::opening(expectation);
        let actual = match (evidence.opening.status, &evidence.opening.fault) {
            (_, Some(fault)) => fault.clone(),
            (Some(status), None) => format!("status {status}"),
            (None, None) => "nothing came".to_owned(),
        };
        return vec![Contrast::new(vec![expected.to_owned()], &actual, longest)];
    }
    let mut contrasts = Vec::new();
    if !matches!(verdict.behaviour, Behaviour::Ok | Behaviour::Informational) {
        let answers = wording::answers(expectation);
        contrasts.push(Contrast::new(answers, &wording::heard(evidence), longest));
    }
    if verdict.close.fails() {
        let rule = wording::end(expectation, testee);
        let ending = wording::ending(evidence, testee);
        contrasts.push(Contrast::new(vec![rule], &ending, longest));
    }
    contrasts
}

impl Contrast {
    /// Either side in at most `longest` characters.
    fn new(expected: Vec<String>, actual: &str, longest: usize) -> Self {
        let shown = |text: &str| fit(&visible(text), longest);
        Self {
            expected: expected.iter().map(|text| shown(text)).collect(),
            actual: shown(actual),
        }
    }
}

/// The first octets that differ, one above the other.
pub(super) fn difference(
    case: &Case,
    profile: Profile,
    verdict: &Verdict,
    evidence: &Evidence,
) -> Option<DifferenceView> {
    if matches!(verdict.behaviour, Behaviour::Ok | Behaviour::Informational) {
        return None;
    }
    let expectation = case.expectation(profile);
    let (place, difference) = first_difference(expectation, verdict, evidence, WIDTH)?;
    Some(DifferenceView {
        mark: format!("{}^ {place}", " ".repeat(difference.column)),
        expected: difference.expected,
        actual: difference.actual,
    })
}

/// What is told of octets beyond `shown`: how many there are, and the hash of
/// all of them.
pub(super) fn cut(octets: &[u8], shown: usize) -> String {
    match octets.len().checked_sub(shown) {
        None | Some(0) => String::new(),
        Some(more) => format!(
            "\n… {more} octets more, SHA-256 of all: {}",
            to_hex(&Sha256::digest(octets))
        ),
    }
}
