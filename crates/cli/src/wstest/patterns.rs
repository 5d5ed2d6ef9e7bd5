//! The case patterns of the original's spec files, which differ from ours.

use std::collections::{BTreeMap, BTreeSet};

use wscheck_suite::case_id::CaseId;
use wscheck_suite::wildcard::Wildcard;

/// What `cases` and `exclude-cases` hold: with `*` it is anchored at the start
/// only (`1*` covers 10.1.1), without it is an exact number.
pub fn covers(pattern: &str, id: &str) -> bool {
    if pattern.contains('*') {
        matches_whole(&format!("{pattern}*"), id)
    } else {
        pattern == id
    }
}

/// Whether `exclude-agent-cases` keeps a case from an agent: patterns of agents
/// to patterns of cases, all of them anchored at both ends.
pub fn is_excluded(exclusions: &BTreeMap<String, Vec<String>>, agent: &str, id: &str) -> bool {
    exclusions.iter().any(|(agents, cases)| {
        matches_whole(agents, agent) && cases.iter().any(|case| matches_whole(case, id))
    })
}

/// With `*` for anything, and both ends anchored.
fn matches_whole(pattern: &str, text: &str) -> bool {
    Wildcard::new(pattern).fits(text)
}

/// The cases that `cases` selects less those that `exclude` takes away, each
/// once and by number; and the patterns of `cases` that select nothing.
pub fn select<'p>(
    cases: &'p [String],
    exclude: &[String],
    all: impl Iterator<Item = CaseId>,
) -> (BTreeSet<CaseId>, Vec<&'p str>) {
    let mut idle: Vec<&str> = cases.iter().map(String::as_str).collect();
    let mut chosen = BTreeSet::new();
    for id in all {
        let name = id.to_string();
        idle.retain(|pattern| !covers(pattern, &name));
        let wanted = cases.iter().any(|pattern| covers(pattern, &name));
        if wanted && !exclude.iter().any(|pattern| covers(pattern, &name)) {
            chosen.insert(id);
        }
    }
    (chosen, idle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(cases: &[&str], exclude: &[&str]) -> Vec<String> {
        let own = |list: &[&str]| -> Vec<String> { list.iter().map(ToString::to_string).collect() };
        let all = ["1.1.1", "1.2.1", "2.1", "2.10", "6.4.3", "9.1.1", "10.1.1"];
        let all = all.iter().map(|id| id.parse().unwrap());
        let (chosen, _) = select(&own(cases), &own(exclude), all);
        chosen.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_star_is_anchored_at_the_start_only() {
        assert_eq!(chosen(&["1*"], &[]), ["1.1.1", "1.2.1", "10.1.1"]);
        assert_eq!(chosen(&["1.*"], &[]), ["1.1.1", "1.2.1"]);
        assert_eq!(chosen(&["*.1.1"], &[]), ["1.1.1", "9.1.1", "10.1.1"]);
        assert_eq!(chosen(&["1.*.1"], &["1.1*"]), ["1.2.1"]);
    }

    #[test]
    fn without_a_star_it_is_a_number() {
        assert_eq!(chosen(&["2.1"], &[]), ["2.1"]);
        assert_eq!(chosen(&["2"], &[]), [""; 0]);
        assert_eq!(chosen(&["*"], &["2.1"]).len(), 6);
    }

    #[test]
    fn each_case_once_and_by_number() {
        assert_eq!(
            chosen(&["10.1.1", "2.10", "2*", "2.1"], &[]),
            ["2.1", "2.10", "10.1.1"]
        );
    }

    #[test]
    fn patterns_that_select_nothing_are_told() {
        let cases = ["1.*", "12.*", "77.1"].map(String::from);
        let all = ["1.1.1"].iter().map(|id| id.parse().unwrap());
        assert_eq!(select(&cases, &[], all).1, ["12.*", "77.1"]);
    }

    #[test]
    fn agents_are_anchored_at_both_ends() {
        assert!(matches_whole("Auto*", "AutobahnPython/0.6"));
        assert!(matches_whole("*bahn*", "AutobahnPython/0.6"));
        assert!(matches_whole("*", ""));
        assert!(!matches_whole("Auto", "AutobahnPython/0.6"));
        assert!(!matches_whole("*Python", "AutobahnPython/0.6"));
        assert!(matches_whole("a*ab", "aab"));
        assert!(!matches_whole("ab*b", "ab"));
    }
}
