//! When a case came into the catalogue. A run that holds to an edition is told
//! what newer cases find, and does not fail by it.

use crate::case_id::CaseId;

/// The edition of the catalogue that this program has.
pub const NEWEST_EDITION: u16 = 2;

/// The last chapter of each edition, from the first on. Later chapters that stand
/// here before their edition are of the next.
const LAST_CHAPTERS: [u16; NEWEST_EDITION as usize] = [13, 30];

/// The cases of users begin with this chapter.
const FIRST_OF_USERS: u16 = 1000;

/// The edition that `case` appeared in; users' own cases have none. A case that
/// this program does not know is of the next.
pub fn edition(case: CaseId) -> Option<u16> {
    let chapter = case.chapter();
    if chapter >= FIRST_OF_USERS {
        return None;
    }
    let mut editions = (1..).zip(LAST_CHAPTERS);
    let found = editions.find(|(_, last)| chapter <= *last);
    Some(found.map_or(NEWEST_EDITION + 1, |(edition, _)| edition))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    #[test]
    fn every_case_of_the_catalogue_is_of_an_edition_that_there_is() {
        for case in catalogue::all() {
            let edition = edition(case.id);
            assert!(
                edition.is_some_and(|edition| edition <= NEWEST_EDITION),
                "{}: {edition:?}",
                case.id
            );
        }
    }

    #[test]
    fn what_is_not_known_is_newer_and_what_is_the_users_is_neither() {
        assert_eq!(edition(CaseId::new(&[13, 7, 18])), Some(1));
        assert_eq!(edition(CaseId::new(&[999, 1])), Some(NEWEST_EDITION + 1));
        assert_eq!(edition(CaseId::new(&[1000, 1])), None);
    }
}
