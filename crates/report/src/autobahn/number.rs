//! The number that the original's files give a case beside its id.

use wscheck_suite::case_id::CaseId;
use wscheck_suite::catalogue;

/// What a case's number counts in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Numbering {
    /// All cases of the original, as it counts them when it is the client.
    AmongAll,
    /// These cases, as it counts them when it is the server.
    InSelection(Vec<CaseId>),
}

/// The last chapter of the cases that fill a catalogue file each.
const LAST_PLAIN_CHAPTER: u16 = 10;

/// Cases in each group of chapters 12 and 13.
const GROUP: usize = 18;

/// Groups of chapter 12.
const PAYLOAD_KINDS: usize = 5;

/// Groups of chapter 13.
const PARAMETER_SETS: usize = 7;

impl Numbering {
    /// The number of a case, from 1; `None` if it is not among those counted.
    pub fn number(&self, id: CaseId) -> Option<usize> {
        match self {
            Self::InSelection(selected) => position(selected.iter().copied(), id),
            Self::AmongAll => number_among_all(id),
        }
    }
}

fn position(mut ids: impl Iterator<Item = CaseId>, id: CaseId) -> Option<usize> {
    ids.position(|other| other == id).map(|index| index + 1)
}

fn number_among_all(id: CaseId) -> Option<usize> {
    let plain = || {
        let all = catalogue::all().iter().map(|case| case.id);
        all.filter(|id| id.chapter() <= LAST_PLAIN_CHAPTER)
    };
    let (before, groups) = match id.chapter() {
        12 => (0, PAYLOAD_KINDS),
        13 => (PAYLOAD_KINDS * GROUP, PARAMETER_SETS),
        _ => return position(plain(), id),
    };
    let [_, group, row] = id.parts() else {
        return None;
    };
    let (group, row) = (usize::from(*group), usize::from(*row));
    let known = (1..=groups).contains(&group) && (1..=GROUP).contains(&row);
    known.then(|| plain().count() + before + (group - 1) * GROUP + row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_517() {
        for (id, number) in [
            ("1.1.1", Some(1)),
            ("6.4.3", Some(76)),
            ("7.5.1", Some(222)),
            ("9.7.1", Some(289)),
            ("10.1.1", Some(301)),
            ("12.1.1", Some(302)),
            ("12.5.18", Some(391)),
            ("13.1.1", Some(392)),
            ("13.7.18", Some(517)),
            ("13.8.1", None),
            ("12.1.19", None),
            ("20.1.1", None),
            ("8.1", None),
        ] {
            assert_eq!(
                Numbering::AmongAll.number(id.parse().unwrap()),
                number,
                "{id}"
            );
        }
    }

    #[test]
    fn a_selection_counts_from_1() {
        let [first, second, other] = ["2.1", "5.1", "5.2"].map(|id| id.parse().unwrap());
        let numbering = Numbering::InSelection(vec![first, second]);
        assert_eq!(numbering.number(second), Some(2));
        assert_eq!(numbering.number(other), None);
    }
}
