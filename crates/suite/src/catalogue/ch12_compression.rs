//! Compressed messages of data of five kinds, from what compresses well to what
//! does not.

use super::Chapter;
use super::size_rows::section;
use crate::case::{Case, Demand};
use crate::corpus::Corpus;

pub(super) const CHAPTER: Chapter = Chapter {
    number: 12,
    title: "Compression of data of several kinds",
    sections: &[
        (1, "records in JSON, as text"),
        (2, "a grey picture, as binary"),
        (3, "German prose in Latin-1, as binary"),
        (4, "a page of HTML, as text"),
        (5, "a PDF document, mostly compressed already, as binary"),
    ],
};

pub(super) fn cases() -> Vec<Case> {
    let sections = (1..).zip(Corpus::ALL);
    sections
        .flat_map(|(number, corpus)| {
            section(CHAPTER.number, number, corpus, "compressed", |builder| {
                builder.deflate(Demand::default())
            })
        })
        .collect()
}
