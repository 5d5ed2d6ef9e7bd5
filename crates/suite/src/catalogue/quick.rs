//! A selection of cases made shorter by those that say much the same as others.

use std::collections::BTreeMap;

use crate::case::{Case, Step};
use crate::payload::Payload;

/// The chapters whose sections are one exchange in many sizes.
const CHAPTERS_OF_SIZES: [u16; 3] = [9, 12, 13];

/// Cases, less those that a quick run does without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quick<'c> {
    /// What is left, in the order in which it came.
    pub kept: Vec<&'c Case>,
    /// What is not.
    pub left_out: Vec<&'c Case>,
}

/// Leaves out most of chapters 9, 12 and 13, which take longest: of the cases of
/// each section only that with the shortest message stays, one in the middle,
/// and that with the longest. Of several with messages of one length the
/// smaller number comes first. All other cases stay.
pub fn quick<'c>(cases: impl IntoIterator<Item = &'c Case>) -> Quick<'c> {
    let cases: Vec<&Case> = cases.into_iter().collect();
    let mut sections: BTreeMap<&[u16], Vec<&Case>> = BTreeMap::new();
    for case in &cases {
        if let Some(section) = section(case) {
            sections.entry(section).or_default().push(case);
        }
    }
    for section in sections.values_mut() {
        section.sort_by_key(|case| (longest_message(case), case.id));
        section.dedup();
        let last = section.len() - 1;
        *section = vec![section[0], section[last / 2], section[last]];
    }
    let stays = |case: &&Case| match section(case) {
        None => true,
        Some(section) => sections[section].contains(case),
    };
    let (kept, left_out) = cases.into_iter().partition(stays);
    Quick { kept, left_out }
}

/// The section of a case, if it is one exchange in many sizes.
fn section(case: &Case) -> Option<&[u16]> {
    let parts = case.id.parts();
    match CHAPTERS_OF_SIZES.contains(&case.id.chapter()) {
        true => parts.get(..2),
        false => None,
    }
}

/// In characters where it is an excerpt of a text, else in octets.
fn longest_message(case: &Case) -> u64 {
    let steps = case.connections.iter().flat_map(|script| &script.steps);
    let lengths = steps.filter_map(|step| match step {
        Step::Send(frame) | Step::RoundTrips { frame, .. } => Some(&frame.payload),
        Step::Fragments { payload, .. } => Some(payload),
        _ => None,
    });
    let lengths = lengths.map(|payload| match payload {
        Payload::Excerpt { length, .. } => *length,
        other => other.len(),
    });
    lengths.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    fn ids(cases: &[&Case]) -> Vec<String> {
        cases.iter().map(|case| case.id.to_string()).collect()
    }

    fn of_section(prefix: &str) -> Vec<&'static Case> {
        let all = catalogue::all().iter();
        all.filter(|case| case.id.to_string().starts_with(prefix))
            .collect()
    }

    #[test]
    fn three_of_each_section_stay() {
        for (section, kept) in [
            ("9.1.", ["9.1.1", "9.1.3", "9.1.6"]),
            ("9.3.", ["9.3.1", "9.3.5", "9.3.9"]),
            ("9.8.", ["9.8.1", "9.8.3", "9.8.6"]),
            ("12.1.", ["12.1.1", "12.1.12", "12.1.18"]),
            ("12.4.", ["12.4.1", "12.4.12", "12.4.18"]),
            ("13.7.", ["13.7.1", "13.7.12", "13.7.18"]),
        ] {
            assert_eq!(ids(&quick(of_section(section)).kept), kept);
        }
    }

    #[test]
    fn the_rest_stays_and_nothing_is_lost() {
        let original = catalogue::all()
            .iter()
            .filter(|case| case.id.chapter() <= 13);
        let of_all = quick(original.clone());
        assert_eq!((of_all.kept.len(), of_all.left_out.len()), (307, 210));
        let mut joined = [&of_all.kept[..], &of_all.left_out].concat();
        joined.sort_by_key(|case| case.id);
        assert!(joined.into_iter().eq(original));
        let sized = |case: &&Case| CHAPTERS_OF_SIZES.contains(&case.id.chapter());
        assert!(of_all.left_out.iter().all(sized));
    }

    #[test]
    fn what_is_left_of_a_section_counts() {
        let few = of_section("12.1.1");
        assert_eq!(
            ids(&few),
            [
                "12.1.1", "12.1.10", "12.1.11", "12.1.12", "12.1.13", "12.1.14", "12.1.15",
                "12.1.16", "12.1.17", "12.1.18"
            ]
        );
        let kept = quick(few).kept;
        assert_eq!(ids(&kept), ["12.1.1", "12.1.14", "12.1.18"]);
        for count in 1..=3 {
            let few = of_section("9.2.").into_iter().take(count);
            assert_eq!(quick(few).left_out, [] as [&Case; 0]);
        }
        assert_eq!(quick([]).kept, [] as [&Case; 0]);
    }
}
