//! Which of the kept cases a run plays.

use std::collections::BTreeMap;

use crate::kept::Verdict;

/// The sizes of messages that a peer which compresses plays in every section of the
/// chapters 12 and 13, as the last number of a case: 16 octets, 1 KiB, and 8 KiB in
/// fragments. All eighteen take minutes, and as much of the peer's processor.
pub const SIZES: [&str; 3] = ["1", "4", "11"];

/// What it plays beside them: 128 KiB, the second time in a window of 512 octets.
pub const LARGE: [&str; 2] = ["12.1.10", "13.3.18"];

/// The sections of the chapters 12 and 13.
const SECTIONS: [&str; 12] = [
    "12.1", "12.2", "12.3", "12.4", "12.5", "13.1", "13.2", "13.3", "13.4", "13.5", "13.6", "13.7",
];

/// The cases of these sizes in every section of the chapters 12 and 13.
pub fn compression_of(sizes: &[&str]) -> Vec<String> {
    let sections = SECTIONS.iter();
    let cases =
        sections.flat_map(|section| sizes.iter().map(move |size| format!("{section}.{size}")));
    cases.collect()
}

/// What a run plays, by what the original said of one agent.
pub struct Selection<'a> {
    /// The kept verdicts of the cases that it plays.
    pub played: BTreeMap<&'a str, &'a Verdict>,
    /// The cases that would take too long, kept or not.
    pub left_out: Vec<String>,
}

impl<'a> Selection<'a> {
    /// Selects for the agent that got these verdicts. One that declines to compress is done
    /// with a case at once, and plays them all.
    pub fn new(kept: &'a BTreeMap<String, Verdict>) -> Self {
        let declines = |case: &String| kept.get(case).is_some_and(Verdict::is_unimplemented);
        let left_out: Vec<String> = SECTIONS
            .iter()
            .flat_map(|section| (1..=18).map(move |size| format!("{section}.{size}")))
            .filter(|case| takes_long(case) && !declines(case))
            .collect();
        let played = kept
            .iter()
            .filter(|(case, _)| !left_out.contains(case))
            .map(|(case, verdict)| (case.as_str(), verdict))
            .collect();
        Self { played, left_out }
    }
}

fn takes_long(case: &str) -> bool {
    let (_, size) = case.rsplit_once('.').unwrap_or_default();
    !SIZES.contains(&size) && !LARGE.contains(&case)
}
