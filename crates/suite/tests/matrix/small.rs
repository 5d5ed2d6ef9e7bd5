//! Cases made small.
//!
//! - A message is at most 70,000 octets long, which takes a length of 64 bits,
//!   and at most 4,096 units if it is an excerpt, that is, compressed.
//! - A frame is repeated at most 100 times.
//! - Of a series of round trips three are made, unless it is to show many
//!   masking keys.
//!
//! Cases that are the same then are played once.

use wscheck_suite::case::{Case, Step};
use wscheck_suite::catalogue;
use wscheck_suite::expectation::{Expectation, Item, Pattern};
use wscheck_suite::payload::Payload;

const LONGEST: u64 = 70_000;
const LONGEST_EXCERPT: u64 = 4096;
const ROUND_TRIPS: u32 = 3;
const REPEATS: u32 = 100;

/// The cases, small, each with those that are the same.
pub fn cases() -> Vec<(Case, Vec<Case>)> {
    let mut groups: Vec<(Case, Vec<Case>)> = Vec::new();
    for case in catalogue::all() {
        let small = small(case);
        let same = groups.iter_mut().find(|(known, _)| {
            (&known.connections, &known.expect, &known.rfc, known.testee)
                == (&small.connections, &small.expect, &small.rfc, small.testee)
        });
        match same {
            Some((_, group)) => group.push(case.clone()),
            None => groups.push((small, vec![case.clone()])),
        }
    }
    groups
}

fn small(case: &Case) -> Case {
    let mut case = case.clone();
    let few = match case.expect.fresh_keys {
        true => u32::MAX,
        false => ROUND_TRIPS,
    };
    let mut fewer_octets = 0;
    for step in case
        .connections
        .iter_mut()
        .flat_map(|script| &mut script.steps)
    {
        match step {
            Step::Send(frame) => shorten(&mut frame.payload),
            Step::Fragments { payload, .. } => shorten(payload),
            Step::Repeat { frame, times } => {
                let most = LONGEST / frame.payload.len().max(1);
                let most = u32::try_from(most.max(1)).unwrap_or(REPEATS);
                let fewer = (*times).min(REPEATS).min(most);
                fewer_octets += u64::from(*times - fewer) * frame.payload.len();
                *times = fewer;
                shorten(&mut frame.payload);
            }
            Step::RoundTrips { frame, times, .. } => {
                shorten(&mut frame.payload);
                *times = (*times).min(few);
            }
            _ => {}
        }
    }
    shorten_expected(&mut case.expect, fewer_octets);
    if let Some(departure) = &mut case.rfc {
        shorten_expected(&mut departure.expect, fewer_octets);
    }
    case
}

/// `fewer` octets were sent of what is expected.
fn shorten_expected(expect: &mut Expectation, fewer: u64) {
    for answer in &mut expect.answers {
        let items: &mut [Item] = match &mut answer.heard {
            Pattern::Exactly(items) | Pattern::AnyPrefix(items) | Pattern::AtLeastLast(items) => {
                items
            }
            Pattern::Contains(item) | Pattern::Until(item) => std::slice::from_mut(item),
            Pattern::RoundTrips | Pattern::Anything => &mut [],
        };
        for item in items {
            if let Item::Text(payload) | Item::Binary(payload) = item {
                if let Payload::Repeat { length, .. } = payload {
                    *length = length.saturating_sub(fewer);
                }
                shorten(payload);
            }
        }
    }
}

fn shorten(payload: &mut Payload) {
    match payload {
        Payload::Octets(_) => {}
        Payload::Repeat { length, .. } => *length = (*length).min(LONGEST),
        Payload::Excerpt { length, .. } => *length = (*length).min(LONGEST_EXCERPT),
    }
}
