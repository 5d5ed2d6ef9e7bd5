//! Two strings of octets one above the other, with a mark under the first
//! difference.

use wscheck_suite::octets::to_hex;

/// How many octets before the difference are shown at most.
const BEFORE: u64 = 24;

/// How many octets from the difference on are shown at most.
pub(super) const AFTER: usize = 48;

/// One side of a comparison: octets of something longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Excerpt<'a> {
    /// The octets.
    pub octets: &'a [u8],
    /// How many octets come before them.
    pub start: u64,
    /// How many octets there are in all.
    pub length: u64,
}

/// A comparison in lines of equal length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What was expected, as text or as hexadecimal digits.
    pub expected: String,
    /// What came, in the same form.
    pub actual: String,
    /// The column of the first difference, from 0.
    pub column: usize,
}

/// Shows `expected` and `actual` around `offset`, the first octet in which they
/// differ, in `width` columns. Both excerpts hold the octets just before it.
///
/// Text is shown as text if both sides are ASCII there; control characters are
/// escaped.
pub fn diff(expected: Excerpt<'_>, actual: Excerpt<'_>, offset: u64, width: usize) -> Difference {
    let is_text = [expected, actual]
        .iter()
        .all(|side| side.near(offset).iter().all(|o| is_plain(*o)));
    let form = if is_text { Form::Text } else { Form::Hex };
    let room = width.saturating_sub(FRAME).max(1);
    let from = form.first_shown(&expected, offset, room / 2);
    let (expected, column) = form.line(&expected, from, offset, room);
    let (actual, _) = form.line(&actual, from, offset, room);
    Difference {
        expected,
        actual,
        column,
    }
}

/// Columns for quotes and dots on both sides.
const FRAME: usize = 4;

impl<'a> Excerpt<'a> {
    /// The octets around `offset`.
    fn near(&self, offset: u64) -> &'a [u8] {
        let end = self
            .index(offset)
            .saturating_add(AFTER)
            .min(self.octets.len());
        &self.octets[self.index(offset.saturating_sub(BEFORE)).min(end)..end]
    }

    fn index(&self, offset: u64) -> usize {
        usize::try_from(offset.saturating_sub(self.start)).unwrap_or(usize::MAX)
    }
}

fn is_plain(octet: u8) -> bool {
    matches!(octet, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

/// How octets are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Hex,
}

impl Form {
    fn cell(self, octet: u8) -> String {
        match (self, octet) {
            (Self::Text, b'\'') => "'".to_owned(),
            (Self::Text, octet) => char::from(octet).escape_debug().to_string(),
            (Self::Hex, octet) => to_hex(&[octet]) + " ",
        }
    }

    fn quote(self) -> &'static str {
        match self {
            Self::Text => "\"",
            Self::Hex => "",
        }
    }

    /// The first octet to show: as many before `offset` as fit into `room`.
    fn first_shown(self, side: &Excerpt<'_>, offset: u64, room: usize) -> u64 {
        let near = side.near(offset);
        let earliest = offset.saturating_sub(BEFORE).max(side.start);
        let before = usize::try_from(offset - earliest)
            .unwrap_or(0)
            .min(near.len());
        let mut used = 0;
        let fitting = near[..before].iter().rev().take_while(|octet| {
            used += self.cell(**octet).len();
            used <= room
        });
        offset - fitting.count() as u64
    }

    /// The octets from `from` on as far as they fit, and the column of `offset`.
    fn line(self, side: &Excerpt<'_>, from: u64, offset: u64, room: usize) -> (String, usize) {
        let start = if from > 0 { "…" } else { "" };
        let mut line = format!("{start}{}", self.quote());
        let mut column = line.chars().count();
        let (mut used, mut next) = (0, from);
        for octet in side.octets.get(side.index(from)..).unwrap_or_default() {
            let cell = self.cell(*octet);
            used += cell.len();
            if used > room || next >= offset + AFTER as u64 {
                break;
            }
            if next < offset {
                column += cell.len();
            }
            line.push_str(&cell);
            next += 1;
        }
        if self == Self::Hex {
            line.truncate(line.trim_end().len());
        }
        line.push_str(self.quote());
        if next < side.length {
            line.push('…');
        }
        (line, column)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(octets: &[u8]) -> Excerpt<'_> {
        Excerpt {
            octets,
            start: 0,
            length: octets.len() as u64,
        }
    }

    fn shown(expected: &[u8], actual: &[u8], offset: u64, width: usize) -> String {
        let Difference {
            expected,
            actual,
            column,
        } = diff(whole(expected), whole(actual), offset, width);
        format!("{expected}\n{actual}\n{}^", " ".repeat(column))
    }

    #[test]
    fn the_first_difference_is_marked() {
        insta::assert_snapshot!(
            [
                shown(b"Hello, world!", b"Hello, wurld!", 8, 80),
                shown(b"Hello\r\n", b"Hello\n", 5, 80),
                shown(b"Hello", b"Hello, world", 5, 80),
                shown(b"Hello", b"", 0, 80),
                shown(b"\xff\x00\x01", b"\xff\x01\x01", 1, 80),
                shown(
                    &[b'a'; 300],
                    &[&[b'a'; 200][..], b"b", &[b'a'; 99]].concat(),
                    200,
                    60
                ),
                shown(
                    &[0xfe; 300],
                    &[&[0xfe; 200][..], b"b", &[0xfe; 99]].concat(),
                    200,
                    40
                ),
            ]
            .join("\n\n")
        );
    }

    proptest! {
        #[test]
        fn both_lines_agree_up_to_the_mark(
            expected in prop::collection::vec(any::<u8>(), 0..200),
            actual in prop::collection::vec(any::<u8>(), 0..200),
            width in 10usize..120,
        ) {
            let same = expected.iter().zip(&actual).take_while(|(a, b)| a == b).count();
            let diff = diff(whole(&expected), whole(&actual), same as u64, width);
            // The shorter one may end before the space in front of the mark.
            let cut = |line: &str| {
                let cut: String = line.chars().take(diff.column).collect();
                cut.trim_end().to_owned()
            };
            prop_assert_eq!(cut(&diff.expected), cut(&diff.actual));
            for line in [&diff.expected, &diff.actual] {
                prop_assert!(line.chars().count() <= width);
                prop_assert!(!line.chars().any(char::is_control));
            }
        }
    }
}
