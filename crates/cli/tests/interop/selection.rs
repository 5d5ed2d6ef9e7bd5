//! Which of the kept cases a run plays.

use std::collections::BTreeMap;

use crate::kept::Verdict;

/// The sizes of messages that a peer which compresses plays in every section of the
/// chapters 12 and 13, as the last number of a case: 16 octets, 1 KiB, and 8 KiB in
/// fragments. All eighteen take minutes, and as much of the peer's processor.
const SIZES: [&str; 3] = ["1", "4", "11"];

/// What it plays beside them: 128 KiB, the second time in a window of 512 octets.
const LARGE: [&str; 2] = ["12.1.10", "13.3.18"];

/// The kept cases of one agent, by whether they are played.
pub struct Selection<'a> {
    /// What the original said of those that are.
    pub played: BTreeMap<&'a str, &'a Verdict>,
    /// Those that would take too long.
    pub left_out: Vec<&'a str>,
}

impl<'a> Selection<'a> {
    /// Selects among the verdicts that the original gave to one agent.
    pub fn new(kept: &'a BTreeMap<String, Verdict>) -> Self {
        let mut selection = Self {
            played: BTreeMap::new(),
            left_out: Vec::new(),
        };
        for (case, verdict) in kept {
            if !verdict.is_unimplemented() && takes_long(case) {
                selection.left_out.push(case);
            } else {
                selection.played.insert(case, verdict);
            }
        }
        selection
    }
}

/// Whether a case is one of the thousand compressed round trips that a run leaves out.
fn takes_long(case: &str) -> bool {
    let mut numbers = case.split('.');
    let compresses = matches!(numbers.next(), Some("12" | "13"));
    let size = numbers.next_back().unwrap_or_default();
    compresses && !SIZES.contains(&size) && !LARGE.contains(&case)
}
