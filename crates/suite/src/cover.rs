//! A set of cases as few patterns, for files that people read.

use std::collections::BTreeSet;

use crate::case_id::CaseId;

/// So many cases or sections in a row are written as a range.
const A_ROW: usize = 3;

/// Patterns that cover the cases of `set` and no other of `all`, which is sorted.
/// Whole chapters are `12.*`, whole sections `6.4.*`, rows `6.1.1-6.1.3`.
pub fn cover(set: &BTreeSet<CaseId>, all: &[CaseId]) -> Vec<String> {
    let within = |id: &CaseId| set.contains(id);
    if !all.is_empty() && all.iter().all(within) {
        return vec!["*".to_owned()];
    }
    let mut patterns = Vec::new();
    for chapter in all.chunk_by(|one, other| one.chapter() == other.chapter()) {
        if chapter.iter().all(within) {
            patterns.push(format!("{}.*", chapter[0].chapter()));
        } else if chapter.iter().any(within) {
            chapter_in_part(chapter, set, &mut patterns);
        }
    }
    patterns
}

/// The cases of `chosen` among `all`, as what is wanted or as what is not,
/// whichever is shorter. None for all.
pub fn selection(chosen: &BTreeSet<CaseId>, all: &[CaseId]) -> Vec<String> {
    let others = all.iter().copied().filter(|id| !chosen.contains(id));
    let others: BTreeSet<CaseId> = others.collect();
    let without = cover(&others, all);
    let wanted = cover(chosen, all);
    if without.len() < wanted.len() || others.is_empty() {
        without
            .iter()
            .map(|pattern| format!("!{pattern}"))
            .collect()
    } else {
        wanted
    }
}

fn chapter_in_part(chapter: &[CaseId], set: &BTreeSet<CaseId>, patterns: &mut Vec<String>) {
    let sections: Vec<&[CaseId]> = chapter
        .chunk_by(|one, other| section(*one) == section(*other))
        .collect();
    // A section of a chapter that has none is a case.
    let whole = |cases: &[CaseId]| cases.iter().all(|id| set.contains(id));
    for row in sections.chunk_by(|one, other| whole(one) == whole(other)) {
        match row {
            [first, .., last] if whole(first) && row.len() >= A_ROW => {
                patterns.push(format!("{}-{}", name(first), name(last)));
            }
            _ if whole(row[0]) => patterns.extend(row.iter().map(|cases| in_full(cases))),
            _ => row
                .iter()
                .for_each(|cases| section_in_part(cases, set, patterns)),
        }
    }
}

fn section_in_part(section: &[CaseId], set: &BTreeSet<CaseId>, patterns: &mut Vec<String>) {
    for row in section.chunk_by(|one, other| set.contains(one) == set.contains(other)) {
        match row {
            [first, ..] if !set.contains(first) => {}
            [first, .., last] if row.len() >= A_ROW => patterns.push(format!("{first}-{last}")),
            _ => patterns.extend(row.iter().map(ToString::to_string)),
        }
    }
}

fn section(id: CaseId) -> u16 {
    id.parts().get(1).copied().unwrap_or_default()
}

/// `6.4`, or `2.10` where that is a case.
fn name(cases: &[CaseId]) -> String {
    format!("{}.{}", cases[0].chapter(), section(cases[0]))
}

fn in_full(cases: &[CaseId]) -> String {
    match cases {
        [only] => only.to_string(),
        _ => format!("{}.*", name(cases)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case_id::{Pattern, select};
    use crate::catalogue;

    fn all() -> Vec<CaseId> {
        catalogue::all().iter().map(|case| case.id).collect()
    }

    fn chosen(patterns: &str) -> BTreeSet<CaseId> {
        let patterns = patterns.split_whitespace();
        let patterns: Vec<Pattern> = patterns.map(|p| p.parse().unwrap()).collect();
        select(&patterns, &all()).unwrap().into_iter().collect()
    }

    #[test]
    fn few_patterns_cover_what_many_cases_are() {
        for (set, expected) in [
            ("*", "*"),
            ("12.* 13.*", "12.* 13.*"),
            ("6.4.3 6.4.4 7.1.6", "6.4.3 6.4.4 7.1.6"),
            ("6.1.1 6.1.2 6.1.3 6.2.1", "6.1.* 6.2.1"),
            ("6.2.1 6.2.2 6.2.3 6.2.4 6.3.1", "6.2.* 6.3.1"),
            ("6.5.1 6.5.2 6.5.3 6.9.1", "6.5.1-6.5.3 6.9.1"),
            ("2.1 2.2 2.3 2.10", "2.1-2.3 2.10"),
            ("9.1 9.2 9.3 9.4.1 9.8", "9.1-9.3 9.4.1 9.8.*"),
        ] {
            let found = cover(&chosen(set), &all());
            assert_eq!(found.join(" "), expected, "{set}");
            assert_eq!(chosen(&found.join(" ")), chosen(set), "{set}");
        }
        assert_eq!(cover(&BTreeSet::new(), &all()), [""; 0]);
    }

    #[test]
    fn a_selection_says_what_is_shorter() {
        assert_eq!(selection(&chosen("!9.* !12.*"), &all()), ["!9.*", "!12.*"]);
        assert_eq!(selection(&chosen("1.*"), &all()), ["1.*"]);
        assert_eq!(selection(&chosen("*"), &all()), [""; 0]);
    }

    #[test]
    fn what_is_covered_is_what_was_meant() {
        let all = all();
        // Every third, every seventh …: many shapes of rows.
        for step in [2, 3, 5, 7, 11, 64] {
            let set: BTreeSet<CaseId> = all
                .iter()
                .enumerate()
                .filter(|(index, _)| (index / step) % 2 == 0)
                .map(|(_, id)| *id)
                .collect();
            assert_eq!(chosen(&cover(&set, &all).join(" ")), set, "{step}");
            assert_eq!(chosen(&selection(&set, &all).join(" ")), set, "{step}");
        }
    }
}
