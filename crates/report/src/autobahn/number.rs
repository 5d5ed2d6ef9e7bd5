//! The number that the original's files give a case beside its id.

use wscheck_suite::case_id::CaseId;
use wscheck_suite::catalogue;

/// What a case's number counts in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Numbering {
    /// All cases, as the original counts its 517 when it is the client; those that
    /// it has not follow.
    AmongAll,
    /// These cases, as it counts them when it is the server.
    InSelection(Vec<CaseId>),
}

impl Numbering {
    /// The number of a case, from 1; `None` if it is not among those counted.
    pub fn number(&self, id: CaseId) -> Option<usize> {
        match self {
            Self::InSelection(selected) => position(selected.iter().copied(), id),
            Self::AmongAll => position(catalogue::all().iter().map(|case| case.id), id),
        }
    }
}

fn position(mut ids: impl Iterator<Item = CaseId>, id: CaseId) -> Option<usize> {
    ids.position(|other| other == id).map(|index| index + 1)
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
            ("999.1.1", None),
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
