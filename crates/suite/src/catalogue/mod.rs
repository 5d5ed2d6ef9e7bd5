//! The catalogue: every case that comes with the suite, a file a chapter.

mod ch01_framing;
mod ch02_pings;
mod ch03_reserved_bits;
mod ch04_reserved_opcodes;
mod ch05_fragmentation;
mod ch06_utf8;
mod ch07_closing;
mod ch09_limits;
mod ch10_auto_fragmentation;
mod ch12_compression;
mod ch13_compression_parameters;
mod ch20_requests;
mod ch21_answers;
mod ch22_masking;
mod ch23_lengths;
mod ch24_fragments;
mod ch25_reserved_bits_in_use;
mod ch26_deflate_negotiation;
mod ch27_deflate_messages;
mod ch28_closing;
mod ch29_endurance;
mod ch30_proxy;
mod deflate_words;
mod departures;
mod edition;
mod quick;
mod size_rows;

use std::sync::LazyLock;

use crate::case::Case;
use crate::case_id::CaseId;
use crate::profile::Profile;

pub use edition::{NEWEST_EDITION, edition};
pub use quick::{Quick, quick};

/// A chapter of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chapter {
    /// The first part of its cases' numbers.
    pub number: u16,
    /// What it is about.
    pub title: &'static str,
    /// Its sections, if it has any: the second part of the numbers, and what
    /// the section is about.
    pub sections: &'static [(u16, &'static str)],
}

/// The chapters, by number.
pub const CHAPTERS: &[Chapter] = &[
    ch01_framing::CHAPTER,
    ch02_pings::CHAPTER,
    ch03_reserved_bits::CHAPTER,
    ch04_reserved_opcodes::CHAPTER,
    ch05_fragmentation::CHAPTER,
    ch06_utf8::CHAPTER,
    ch07_closing::CHAPTER,
    ch09_limits::CHAPTER,
    ch10_auto_fragmentation::CHAPTER,
    ch12_compression::CHAPTER,
    ch13_compression_parameters::CHAPTER,
    ch20_requests::CHAPTER,
    ch21_answers::CHAPTER,
    ch22_masking::CHAPTER,
    ch23_lengths::CHAPTER,
    ch24_fragments::CHAPTER,
    ch25_reserved_bits_in_use::CHAPTER,
    ch26_deflate_negotiation::CHAPTER,
    ch27_deflate_messages::CHAPTER,
    ch28_closing::CHAPTER,
    ch29_endurance::CHAPTER,
    ch30_proxy::CHAPTER,
];

static ALL: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let chapters = [
        ch01_framing::cases(),
        ch02_pings::cases(),
        ch03_reserved_bits::cases(),
        ch04_reserved_opcodes::cases(),
        ch05_fragmentation::cases(),
        ch06_utf8::cases(),
        ch07_closing::cases(),
        ch09_limits::cases(),
        ch10_auto_fragmentation::cases(),
        ch12_compression::cases(),
        ch13_compression_parameters::cases(),
        ch20_requests::cases(),
        ch21_answers::cases(),
        ch22_masking::cases(),
        ch23_lengths::cases(),
        ch24_fragments::cases(),
        ch25_reserved_bits_in_use::cases(),
        ch26_deflate_negotiation::cases(),
        ch27_deflate_messages::cases(),
        ch28_closing::cases(),
        ch29_endurance::cases(),
        ch30_proxy::cases(),
    ];
    let mut all: Vec<Case> = chapters.into_iter().flatten().collect();
    all.sort_by_key(|case| case.id);
    all
});

/// Every case, by number.
pub fn all() -> &'static [Case] {
    &ALL
}

/// The numbers of the cases that `profile` has: chapters that the original has
/// not are in `rfc` alone.
pub fn of(profile: Profile) -> impl Iterator<Item = CaseId> {
    let all = all().iter().map(|case| case.id);
    all.filter(move |id| belongs_to(*id, profile))
}

/// Whether `profile` has the case. Those of users are in both.
pub fn belongs_to(case: CaseId, profile: Profile) -> bool {
    profile == Profile::Rfc || edition(case).is_none_or(|edition| edition == 1)
}

/// The case with this number.
pub fn find(id: CaseId) -> Option<&'static Case> {
    let at = ALL.binary_search_by_key(&id, |case| case.id).ok()?;
    ALL.get(at)
}

/// The chapter that `id` belongs to, be there such a case or not.
pub fn chapter(id: CaseId) -> Option<&'static Chapter> {
    CHAPTERS
        .iter()
        .find(|chapter| chapter.number == id.chapter())
}

/// What the section of `id` is about, if its chapter has sections.
pub fn section_title(id: CaseId) -> Option<&'static str> {
    let section = *id.parts().get(1)?;
    let chapter = chapter(id)?;
    chapter
        .sections
        .iter()
        .find(|(number, _)| *number == section)
        .map(|(_, title)| *title)
}

/// The document that most cases cite.
const RFC6455: &str = "RFC 6455";

/// The document that decides on compression.
const RFC7692: &str = "RFC 7692";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_517_cases_of_the_original() {
        let count = |chapter| all().iter().filter(|c| c.id.chapter() == chapter).count();
        let counts = CHAPTERS.iter().map(|chapter| count(chapter.number));
        assert_eq!(
            counts.take(11).collect::<Vec<_>>(),
            [16, 11, 7, 10, 20, 145, 37, 54, 1, 90, 126]
        );
    }

    #[test]
    fn every_case_is_found_and_has_its_chapter_and_section() {
        for case in all() {
            assert_eq!(find(case.id), Some(case));
            assert!(chapter(case.id).is_some(), "{}", case.id);
            assert_eq!(
                section_title(case.id).is_some(),
                case.id.parts().len() == 3,
                "{}",
                case.id
            );
        }
        assert_eq!(find(CaseId::new(&[8, 1])), None);
    }
}
