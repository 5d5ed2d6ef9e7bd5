//! Data to be compressed, of five kinds: what sections 12 and 13 send.
//!
//! All of it is made here, the same on every machine; its sizes and its
//! character are those of the files that the original sends, its octets are
//! not.

mod chance;
mod document;
mod html;
mod json;
mod picture;
mod prose;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

pub(crate) use chance::noise;

/// A kind of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Corpus {
    /// Records in JSON, ASCII.
    Json,
    /// A smooth grey picture, 512 by 512, as a bitmap file.
    Picture,
    /// Prose in German, Latin-1.
    Prose,
    /// A page of HTML, with a few characters that are not ASCII.
    Html,
    /// A document of parts that are already compressed.
    Document,
}

/// One kind of data, made.
#[derive(Debug)]
struct Made {
    octets: Vec<u8>,
    /// Of a text: the positions of the octets that continue a character. They
    /// are few.
    continuing: Vec<usize>,
}

/// What was asked for so far, in the order of [`Corpus::ALL`].
static MADE: [LazyLock<Made>; 5] = [
    LazyLock::new(|| Made::text(json::make())),
    LazyLock::new(|| Made::binary(picture::make())),
    LazyLock::new(|| Made::binary(prose::make())),
    LazyLock::new(|| Made::text(html::make())),
    LazyLock::new(|| Made::binary(document::make())),
];

impl Corpus {
    /// Each kind, in the order of the original's sections.
    pub const ALL: [Self; 5] = [
        Self::Json,
        Self::Picture,
        Self::Prose,
        Self::Html,
        Self::Document,
    ];

    /// The word for it in TOML and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Picture => "picture",
            Self::Prose => "prose",
            Self::Html => "html",
            Self::Document => "document",
        }
    }

    /// Whether it is UTF-8, and counted in characters.
    pub const fn is_text(self) -> bool {
        matches!(self, Self::Json | Self::Html)
    }

    /// All of it. It is made when it is first asked for.
    pub fn octets(self) -> &'static [u8] {
        &self.made().octets
    }

    /// How many characters a text has; of other kinds, how many octets.
    pub const fn units(self) -> u64 {
        let units = match self {
            Self::Json => json::LENGTH,
            Self::Picture => picture::LENGTH,
            Self::Prose => prose::LENGTH,
            Self::Html => html::LENGTH - html::TWO_OCTET_CHARACTERS,
            Self::Document => document::LENGTH,
        };
        units as u64
    }

    /// The position of the first octet of the unit at `index`, which is at most
    /// [`units`](Self::units).
    pub fn position(self, index: u64) -> usize {
        let mut position = usize::try_from(index).unwrap_or(usize::MAX);
        for continuing in &self.made().continuing {
            if *continuing > position {
                break;
            }
            position += 1;
        }
        position
    }

    fn made(self) -> &'static Made {
        &MADE[self as usize]
    }
}

impl Made {
    fn text(octets: Vec<u8>) -> Self {
        let continues = |octet: u8| octet & 0xc0 == 0x80;
        let continuing = (0..octets.len()).filter(|at| continues(octets[*at]));
        Self {
            continuing: continuing.collect(),
            octets,
        }
    }

    fn binary(octets: Vec<u8>) -> Self {
        Self {
            octets,
            continuing: Vec::new(),
        }
    }
}
