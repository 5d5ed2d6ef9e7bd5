//! Where what was heard first differs from the best answer.

use std::borrow::Cow;

use wscheck_suite::evidence::{Comparison, Content, Evidence, HeardKind};
use wscheck_suite::expectation::{Expectation, Item};
use wscheck_suite::octets::Octets;
use wscheck_suite::payload::Payload;
use wscheck_suite::verdict::{Reason, Verdict};
use wscheck_wire::Moment;

use super::difference::{Difference, Excerpt, diff};

/// How many octets on both sides of a difference are looked at.
const CONTEXT: u64 = 64;

/// Where the best answer and what was heard differ by an octet, in words, and
/// how that looks in `width` columns. `None` if they differ in their kinds or
/// their number, or if the octets were not kept.
pub(crate) fn first_difference(
    expectation: &Expectation,
    verdict: &Verdict,
    evidence: &Evidence,
    width: usize,
) -> Option<(String, Difference)> {
    let by_octet = verdict.reasons.iter().find_map(|reason| match reason {
        Reason::HeardDiffers {
            item,
            octet: Some(octet),
        } => Some((*item, *octet)),
        _ => None,
    });
    if let Some((item, octet)) = by_octet {
        let best = payload(expectation.answers.first()?.heard.items().get(item)?)?;
        let content = content(nth_heard(evidence, item)?.0)?;
        let difference = compare(best, content, octet, width)?;
        return Some((format!("item {}, octet {octet}", item + 1), difference));
    }
    let mut contents = evidence
        .heard
        .iter()
        .filter_map(|heard| content(&heard.what));
    let (offset, expected, actual) = contents.find_map(known_difference)?;
    let difference = diff(
        excerpt(expected, offset),
        excerpt(actual, offset),
        offset,
        width,
    );
    Some((format!("octet {offset}"), difference))
}

/// What was heard in this place, and when; folded things are counted one by
/// one.
pub(super) fn nth_heard(evidence: &Evidence, item: usize) -> Option<(&HeardKind, Moment)> {
    let mut left = item as u64;
    for heard in &evidence.heard {
        if left < heard.times {
            return Some((&heard.what, heard.at));
        }
        left -= heard.times;
    }
    None
}

fn compare(expected: &Payload, content: &Content, octet: u64, width: usize) -> Option<Difference> {
    let start = octet.saturating_sub(CONTEXT);
    let window = expected.slice(start, octet + CONTEXT);
    let kept = &content.octets.0;
    let actual: Cow<'_, [u8]> = match (usize::try_from(start), known_difference(content)) {
        (Ok(start), _) if octet < kept.len() as u64 || content.length == kept.len() as u64 => {
            kept.get(start..)?.into()
        }
        // Up to the difference the two are the same.
        (_, Some((offset, _, actual))) if offset == octet => {
            [&expected.slice(start, octet), &actual.0[..]]
                .concat()
                .into()
        }
        _ => return None,
    };
    let expected = Excerpt {
        octets: &window,
        start,
        length: expected.len(),
    };
    let actual = Excerpt {
        octets: &actual,
        start,
        length: content.length,
    };
    Some(diff(expected, actual, octet, width))
}

/// What the session found when it compared a message as it came.
fn known_difference(content: &Content) -> Option<(u64, &Octets, &Octets)> {
    match &content.compared {
        Comparison::Differs {
            offset,
            expected,
            actual,
        } => Some((*offset, expected, actual)),
        _ => None,
    }
}

fn excerpt(octets: &Octets, start: u64) -> Excerpt<'_> {
    Excerpt {
        octets: &octets.0,
        start,
        length: start + octets.0.len() as u64,
    }
}

fn payload(item: &Item) -> Option<&Payload> {
    match item {
        Item::Text(payload) | Item::Binary(payload) | Item::Pong(payload) => Some(payload),
        Item::Mark(_) => None,
    }
}

fn content(what: &HeardKind) -> Option<&Content> {
    match what {
        HeardKind::Text(content) | HeardKind::Binary(content) | HeardKind::Pong(content) => {
            Some(content)
        }
        HeardKind::Mark(_) => None,
    }
}
