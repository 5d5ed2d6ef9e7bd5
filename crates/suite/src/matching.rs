//! Whether what was heard fits a pattern.

use crate::evidence::{Comparison, Content, Evidence, Heard, HeardKind};
use crate::expectation::{Item, Pattern};
use crate::payload::Payload;

/// Whether `evidence` fits `pattern`.
pub(crate) fn fits(pattern: &Pattern, evidence: &Evidence) -> bool {
    if let Pattern::RoundTrips = pattern {
        return evidence
            .round_trips
            .is_some_and(|trips| trips.done >= trips.of && !trips.wrong);
    }
    let takes_all = matches!(
        pattern,
        Pattern::Anything | Pattern::Contains(_) | Pattern::Until(_)
    );
    if evidence.heard_beyond > 0 && !takes_all {
        return false;
    }
    let mut heard = each(evidence);
    match pattern {
        Pattern::Exactly(items) => {
            items
                .iter()
                .all(|item| heard.next().is_some_and(|what| is(item, what)))
                && heard.next().is_none()
        }
        Pattern::AnyPrefix(items) => {
            let mut items = items.iter();
            heard.all(|what| items.next().is_some_and(|item| is(item, what)))
        }
        Pattern::AtLeastLast(items) => at_least_last(items, heard),
        // Each once, however often it came: it is asked for at every one.
        Pattern::Contains(item) | Pattern::Until(item) => {
            evidence.heard.iter().any(|heard| is(item, &heard.what))
        }
        Pattern::Anything => true,
        Pattern::RoundTrips => false,
    }
}

/// Whether `evidence` fits `pattern` so that nothing more is hoped for.
pub(crate) fn is_complete(pattern: &Pattern, evidence: &Evidence) -> bool {
    match pattern {
        Pattern::AnyPrefix(items) => fits(&Pattern::Exactly(items.clone()), evidence),
        Pattern::Anything => false,
        _ => fits(pattern, evidence),
    }
}

/// The position of the first item of `items` that was not heard in its place,
/// and where the octets of that item differ.
pub(crate) fn first_difference(items: &[Item], evidence: &Evidence) -> (usize, Option<u64>) {
    let mut heard = each(evidence);
    for (index, item) in items.iter().enumerate() {
        match heard.next() {
            Some(what) if is(item, what) => {}
            Some(what) => return (index, octet_of_difference(item, what)),
            None => return (index, None),
        }
    }
    (items.len(), None)
}

fn octet_of_difference(item: &Item, what: &HeardKind) -> Option<u64> {
    let (payload, content) = same_kind(item, what)?;
    if let Some(at) = payload.first_difference(0, &content.octets.0) {
        return Some(at as u64);
    }
    match content.compared {
        Comparison::Differs { offset, .. } => Some(offset),
        _ => Some(payload.len().min(content.length)),
    }
}

/// What was heard, one by one.
fn each(evidence: &Evidence) -> impl Iterator<Item = &HeardKind> {
    let repeat = |heard: &Heard| usize::try_from(heard.times).unwrap_or(usize::MAX);
    evidence
        .heard
        .iter()
        .flat_map(move |heard| std::iter::repeat_n(&heard.what, repeat(heard)))
}

fn at_least_last<'a>(items: &[Item], heard: impl Iterator<Item = &'a HeardKind>) -> bool {
    let mut rest = items;
    let mut last_heard = items.is_empty();
    for what in heard {
        let Some(at) = rest.iter().position(|item| is(item, what)) else {
            return false;
        };
        rest = &rest[at + 1..];
        last_heard = rest.is_empty();
    }
    last_heard
}

fn is(item: &Item, what: &HeardKind) -> bool {
    match (item, what) {
        (Item::Mark(item), HeardKind::Mark(heard)) => item == heard,
        _ => same_kind(item, what).is_some_and(|(payload, content)| carries(payload, content)),
    }
}

fn same_kind<'a>(item: &'a Item, what: &'a HeardKind) -> Option<(&'a Payload, &'a Content)> {
    match (item, what) {
        (Item::Text(payload), HeardKind::Text(content))
        | (Item::Binary(payload), HeardKind::Binary(content))
        | (Item::Pong(payload), HeardKind::Pong(content)) => Some((payload, content)),
        _ => None,
    }
}

/// Octets that are all kept are compared here; of longer ones the session has
/// compared each as it came.
fn carries(payload: &Payload, content: &Content) -> bool {
    let kept_whole = content.octets.0.len() as u64 == content.length;
    payload.len() == content.length
        && payload.first_difference(0, &content.octets.0).is_none()
        && (kept_whole || content.compared == Comparison::Same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::{answer, echo, open_at};
    use wscheck_wire::Moment;

    fn evidence(items: &[Item]) -> Evidence {
        let content = |payload: &Payload| Content {
            length: payload.len(),
            sha256: None,
            octets: payload.to_octets().into_owned().into(),
            compared: Comparison::Unexpected,
        };
        let what = |item: &Item| match item {
            Item::Text(payload) => HeardKind::Text(content(payload)),
            Item::Binary(payload) => HeardKind::Binary(content(payload)),
            Item::Pong(payload) => HeardKind::Pong(content(payload)),
            Item::Mark(name) => HeardKind::Mark(name.clone()),
        };
        let heard = items.iter().map(|item| Heard {
            what: what(item),
            at: Moment::ZERO,
            times: 1,
        });
        Evidence {
            heard: heard.collect(),
            ..Evidence::default()
        }
    }

    #[test]
    fn patterns_fit() {
        let items = |n: usize| (0..n).map(|i| answer(i.to_string())).collect::<Vec<_>>();
        let three = || items(3);
        let picked = |indices: &[usize]| {
            evidence(
                &indices
                    .iter()
                    .map(|i| items(9)[*i].clone())
                    .collect::<Vec<_>>(),
            )
        };
        for (pattern, heard, wanted) in [
            (Pattern::Exactly(three()), &[0, 1, 2][..], true),
            (Pattern::Exactly(three()), &[0, 1], false),
            (Pattern::Exactly(three()), &[0, 1, 2, 3], false),
            (Pattern::Exactly(three()), &[0, 2, 1], false),
            (Pattern::Exactly(vec![]), &[], true),
            (Pattern::AnyPrefix(three()), &[], true),
            (Pattern::AnyPrefix(three()), &[0, 1], true),
            (Pattern::AnyPrefix(three()), &[1], false),
            (Pattern::AnyPrefix(three()), &[0, 1, 2, 2], false),
            (Pattern::AtLeastLast(three()), &[2], true),
            (Pattern::AtLeastLast(three()), &[0, 2], true),
            (Pattern::AtLeastLast(three()), &[0, 1], false),
            (Pattern::AtLeastLast(three()), &[1, 0, 2], false),
            (Pattern::AtLeastLast(three()), &[2, 2], false),
            (Pattern::AtLeastLast(three()), &[], false),
            (Pattern::Contains(answer("1")), &[4, 1, 5], true),
            (Pattern::Contains(answer("1")), &[4], false),
            (Pattern::Anything, &[4], true),
        ] {
            assert_eq!(
                fits(&pattern, &picked(heard)),
                wanted,
                "{pattern:?} {heard:?}"
            );
        }
    }

    #[test]
    fn kinds_are_told_apart_and_folded_items_count() {
        assert!(!fits(
            &Pattern::Exactly(vec![echo("a")]),
            &evidence(&[answer("a")])
        ));
        assert!(fits(
            &Pattern::Exactly(vec![open_at("A")]),
            &evidence(&[open_at("A")])
        ));
        let mut folded = evidence(&[echo("a")]);
        folded.heard[0].times = 2;
        assert!(fits(&Pattern::Exactly(vec![echo("a"), echo("a")]), &folded));
        assert!(!fits(&Pattern::Exactly(vec![echo("a")]), &folded));
    }

    #[test]
    fn the_first_difference_is_named() {
        let heard = evidence(&[echo("Hello"), echo("world")]);
        assert_eq!(
            first_difference(&[echo("Hello"), echo("worlds")], &heard),
            (1, Some(5))
        );
        assert_eq!(first_difference(&[echo("Jello")], &heard), (0, Some(0)));
        assert_eq!(first_difference(&[answer("Hello")], &heard), (0, None));
        assert_eq!(first_difference(&[echo("Hello")], &heard), (1, None));
    }
}
