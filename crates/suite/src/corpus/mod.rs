//! Data to be compressed, of five kinds: what sections 12 and 13 send.
//!
//! All of it is made here, the same on every machine; its sizes and its
//! character are those of the files that the original sends, its octets are
//! not.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

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
    /// Of a text: the positions of the octets that continue a character.
    continuing: Vec<usize>,
}

static MADE: LazyLock<[Made; 5]> = LazyLock::new(|| Corpus::ALL.map(Made::new));

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

    /// All of it.
    pub fn octets(self) -> &'static [u8] {
        &self.made().octets
    }

    /// How many characters a text has; of other kinds, how many octets.
    pub fn units(self) -> u64 {
        let made = self.made();
        (made.octets.len() - made.continuing.len()) as u64
    }

    /// The position of the first octet of the unit at `index`, which is at most
    /// [`units`](Self::units).
    pub fn position(self, index: u64) -> usize {
        let made = self.made();
        let mut position = usize::try_from(index).unwrap_or(usize::MAX);
        for continuing in &made.continuing {
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
    fn new(corpus: Corpus) -> Self {
        let octets = match corpus {
            Corpus::Json => vec![b'j'; 194_056],
            Corpus::Picture => vec![b'j'; 263_222],
            Corpus::Prose => vec![b'j'; 222_218],
            Corpus::Html => vec![b'j'; 263_647],
            Corpus::Document => vec![b'j'; 1_042_328],
        };
        let continuing = octets
            .iter()
            .enumerate()
            .filter(|(_, octet)| **octet & 0xc0 == 0x80);
        let continuing = match corpus.is_text() {
            true => continuing.map(|(position, _)| position).collect(),
            false => Vec::new(),
        };
        Self { octets, continuing }
    }
}
