//! What a frame carries, held as a rule rather than as octets: a message of
//! 16 MiB costs as much to keep as a short one.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::corpus::Corpus;
use crate::octets::{from_hex, to_hex};

/// Octets that are produced when they are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "Written", try_from = "Written")]
pub enum Payload {
    /// These octets. Clones share them.
    Octets(Bytes),
    /// One unit over and over, cut off at `length` octets. The unit is empty
    /// only if `length` is 0.
    Repeat {
        /// What is repeated.
        unit: Vec<u8>,
        /// Octets in all.
        length: u64,
    },
    /// A part of a larger whole. After its end it begins anew.
    Excerpt {
        /// What it is taken from.
        of: Corpus,
        /// Where it begins: in characters of a text, else in octets; less than
        /// there are.
        from: u64,
        /// How long it is, in the same units; at most as many as there are.
        length: u64,
    },
}

impl Default for Payload {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl Payload {
    /// No octets.
    pub const EMPTY: Self = Self::Octets(Bytes::new());

    /// Repeats `unit` up to `length` octets.
    ///
    /// # Panics
    /// If `unit` is empty and `length` is not 0.
    pub fn repeat(unit: impl Into<Vec<u8>>, length: u64) -> Self {
        let unit = unit.into();
        assert!(
            !unit.is_empty() || length == 0,
            "nothing cannot be repeated to {length} octets"
        );
        Self::Repeat { unit, length }
    }

    /// How many octets there are.
    pub fn len(&self) -> u64 {
        match self {
            Self::Octets(octets) => octets.len() as u64,
            Self::Repeat { length, .. } => *length,
            Self::Excerpt { .. } => {
                let [first, second] = self.excerpt();
                (first.len() + second.len()) as u64
            }
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes the octets from `offset` on into `into` and says how many there
    /// were: fewer than `into` holds only at the end.
    pub fn fill(&self, offset: u64, into: &mut [u8]) -> usize {
        let left = usize::try_from(self.len().saturating_sub(offset)).unwrap_or(usize::MAX);
        let count = left.min(into.len());
        if count == 0 {
            return 0;
        }
        let into = &mut into[..count];
        match self {
            Self::Octets(octets) => {
                let start = self.index(offset);
                into.copy_from_slice(&octets[start..start + count]);
            }
            Self::Repeat { unit, .. } if unit.len() == 1 => into.fill(unit[0]),
            Self::Repeat { unit, .. } => fill_repeating(unit, offset, into),
            Self::Excerpt { .. } => {
                let [first, second] = self.excerpt();
                let start = self.index(offset);
                let (first, second) = match start.checked_sub(first.len()) {
                    None => (&first[start..], second),
                    Some(start) => (&second[start..], &[][..]),
                };
                let cut = first.len().min(count);
                into[..cut].copy_from_slice(&first[..cut]);
                into[cut..].copy_from_slice(&second[..count - cut]);
            }
        }
        count
    }

    /// The position in `actual`, which stands at `offset` of the whole, of the
    /// first octet that is not this payload's, if there is one. Octets beyond
    /// the end differ.
    pub fn first_difference(&self, offset: u64, actual: &[u8]) -> Option<usize> {
        let mut buffer = [0; 4096];
        let mut done = 0;
        while done < actual.len() {
            let want = (actual.len() - done).min(buffer.len());
            let got = self.fill(offset + done as u64, &mut buffer[..want]);
            let slice = &actual[done..done + got];
            if slice != &buffer[..got] {
                let at = slice.iter().zip(&buffer).position(|(a, b)| a != b);
                return Some(done + at.unwrap_or(0));
            }
            done += got;
            if got < want {
                return Some(done);
            }
        }
        None
    }

    /// All octets. Meant for short payloads: it allocates them.
    pub fn to_octets(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Octets(octets) => Cow::Borrowed(octets),
            Self::Excerpt { .. } if self.excerpt()[1].is_empty() => {
                Cow::Borrowed(self.excerpt()[0])
            }
            Self::Repeat { .. } | Self::Excerpt { .. } => Cow::Owned(self.slice(0, self.len())),
        }
    }

    /// The octets from `start` to `end`, both bounded by the length.
    pub fn slice(&self, start: u64, end: u64) -> Vec<u8> {
        let end = end.min(self.len());
        let count = usize::try_from(end.saturating_sub(start)).unwrap_or(usize::MAX);
        let mut octets = vec![0; count];
        self.fill(start, &mut octets);
        octets
    }

    /// What follows on this in a series: of an excerpt the next one of the same
    /// length, else the same again.
    pub fn next(&self) -> Self {
        match self {
            Self::Excerpt { of, from, length } => Self::Excerpt {
                of: *of,
                from: (from + length) % of.units().max(1),
                length: *length,
            },
            same => same.clone(),
        }
    }

    /// The two pieces of an excerpt, the second from the beginning again.
    fn excerpt(&self) -> [&'static [u8]; 2] {
        let Self::Excerpt { of, from, length } = self else {
            return [&[], &[]];
        };
        let (octets, units) = (of.octets(), of.units());
        let start = of.position(*from);
        match (from + length).checked_sub(units) {
            None => [&octets[start..of.position(from + length)], &[]],
            Some(rest) => [&octets[start..], &octets[..of.position(rest)]],
        }
    }

    fn index(&self, offset: u64) -> usize {
        usize::try_from(offset.min(self.len())).unwrap_or(usize::MAX)
    }
}

/// One turn of the unit is copied, and then what is there already, twice as much each time.
fn fill_repeating(unit: &[u8], offset: u64, into: &mut [u8]) {
    let at = usize::try_from(offset % unit.len() as u64).unwrap_or(0);
    let mut done = 0;
    for part in [&unit[at..], &unit[..at]] {
        let count = part.len().min(into.len() - done);
        into[done..done + count].copy_from_slice(&part[..count]);
        done += count;
    }
    while done < into.len() {
        let count = done.min(into.len() - done);
        into.copy_within(..count, done);
        done += count;
    }
}

impl From<&str> for Payload {
    fn from(text: &str) -> Self {
        Self::Octets(Bytes::copy_from_slice(text.as_bytes()))
    }
}

impl From<String> for Payload {
    fn from(text: String) -> Self {
        Self::Octets(text.into())
    }
}

impl From<Vec<u8>> for Payload {
    fn from(octets: Vec<u8>) -> Self {
        Self::Octets(octets.into())
    }
}

impl From<&[u8]> for Payload {
    fn from(octets: &[u8]) -> Self {
        Self::Octets(Bytes::copy_from_slice(octets))
    }
}

impl<const N: usize> From<&[u8; N]> for Payload {
    fn from(octets: &[u8; N]) -> Self {
        Self::Octets(Bytes::copy_from_slice(octets))
    }
}

impl fmt::Display for Payload {
    /// At most some 60 characters: quoted text or digits, and the length where
    /// something is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 48;
        let write = |f: &mut fmt::Formatter<'_>, octets: &[u8]| match std::str::from_utf8(octets) {
            Ok(text) => write!(f, "{text:?}"),
            Err(_) => write!(f, "0x{}", to_hex(octets)),
        };
        let write_cut = |f: &mut fmt::Formatter<'_>, octets: &[u8]| {
            if octets.len() <= SHOWN {
                return write(f, octets);
            }
            let cut = (SHOWN - 8..=SHOWN)
                .rev()
                .find(|&n| std::str::from_utf8(&octets[..n]).is_ok());
            write(f, &octets[..cut.unwrap_or(SHOWN / 2)])?;
            write!(f, "… ({} octets)", octets.len())
        };
        match self {
            Self::Octets(octets) => write_cut(f, octets),
            Self::Repeat { unit, length } => {
                write_cut(f, unit)?;
                write!(f, " repeated to {length} octets")
            }
            Self::Excerpt { of, from, length } => {
                let units = if of.is_text() { "characters" } else { "octets" };
                write!(f, "{length} {units} of {} from {from} on", of.name())
            }
        }
    }
}

/// How payloads stand in TOML and JSON: a string is text.
#[derive(Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "a payload: text, { hex }, { repeat, length }, { repeat-hex, length } or \
                 { excerpt, from, length }"
)]
enum Written {
    Text(String),
    Rule(Rule),
}

#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Rule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hex: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    repeat: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    repeat_hex: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    excerpt: Option<Corpus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    length: Option<u64>,
}

impl From<Payload> for Written {
    fn from(payload: Payload) -> Self {
        let none = Rule::default();
        match payload {
            Payload::Octets(octets) => match String::from_utf8(octets.into()) {
                Ok(text) => Self::Text(text),
                Err(not) => Self::Rule(Rule {
                    hex: Some(to_hex(not.as_bytes())),
                    ..none
                }),
            },
            Payload::Repeat { unit, length } => Self::Rule(match String::from_utf8(unit) {
                Ok(text) => Rule {
                    repeat: Some(text),
                    length: Some(length),
                    ..none
                },
                Err(not) => Rule {
                    repeat_hex: Some(to_hex(not.as_bytes())),
                    length: Some(length),
                    ..none
                },
            }),
            Payload::Excerpt { of, from, length } => Self::Rule(Rule {
                excerpt: Some(of),
                from: (from > 0).then_some(from),
                length: Some(length),
                ..none
            }),
        }
    }
}

impl TryFrom<Written> for Payload {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let rule = match written {
            Written::Text(text) => return Ok(text.into()),
            Written::Rule(rule) => rule,
        };
        let Rule {
            hex,
            repeat,
            repeat_hex,
            excerpt,
            from,
            length,
        } = rule;
        match (hex, repeat, repeat_hex, excerpt, from, length) {
            (Some(hex), None, None, None, None, None) => Ok(from_hex(&hex)?.into()),
            (None, Some(text), None, None, None, Some(length)) => {
                checked_repeat(text.into_bytes(), length)
            }
            (None, None, Some(hex), None, None, Some(length)) => {
                checked_repeat(from_hex(&hex)?, length)
            }
            (None, None, None, Some(of), from, Some(length)) => {
                checked_excerpt(of, from.unwrap_or(0), length)
            }
            _ => Err(
                "a payload is text, { hex }, { repeat, length }, { repeat-hex, length } or \
                 { excerpt, from, length }"
                    .into(),
            ),
        }
    }
}

fn checked_excerpt(of: Corpus, from: u64, length: u64) -> Result<Payload, String> {
    let units = of.units();
    let name = of.name();
    if from >= units {
        return Err(format!(
            "'from' is less than {units} in '{name}', not {from}"
        ));
    }
    if length > units {
        return Err(format!(
            "'length' is at most {units} in '{name}', not {length}"
        ));
    }
    Ok(Payload::Excerpt { of, from, length })
}

fn checked_repeat(unit: Vec<u8>, length: u64) -> Result<Payload, String> {
    if unit.is_empty() && length > 0 {
        return Err(format!("nothing cannot be repeated to {length} octets"));
    }
    Ok(Payload::Repeat { unit, length })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_unit_goes_round_and_is_cut_off() {
        let payload = Payload::repeat("abc", 8);
        assert_eq!(payload.to_octets().as_ref(), b"abcabcab");
        assert_eq!(payload.slice(2, 5), b"cab");
        assert_eq!(payload.slice(7, 99), b"b");
        assert_eq!(Payload::repeat("", 0).to_octets().as_ref(), b"");
    }

    #[test]
    fn the_first_difference_is_found_wherever_it_is() {
        let payload = Payload::repeat("abc", 10_000);
        let mut octets = payload.to_octets().into_owned();
        assert_eq!(payload.first_difference(0, &octets), None);
        assert_eq!(payload.first_difference(5, &octets[5..]), None);
        octets[9_998] ^= 1;
        assert_eq!(payload.first_difference(0, &octets), Some(9_998));
        octets[9_998] ^= 1;
        octets.push(b'x');
        assert_eq!(payload.first_difference(0, &octets), Some(10_000));
    }

    #[test]
    fn every_form_survives_json() {
        for payload in [
            Payload::EMPTY,
            "Hello".into(),
            b"\xff\x00".into(),
            Payload::repeat("*", 65_536),
            Payload::repeat(b"\x00\xfe", 9),
            Payload::Excerpt {
                of: Corpus::Picture,
                from: 7,
                length: 9,
            },
        ] {
            let json = serde_json::to_string(&payload).unwrap();
            assert_eq!(
                serde_json::from_str::<Payload>(&json).unwrap(),
                payload,
                "{json}"
            );
        }
        let error = serde_json::from_str::<Payload>(r#"{"repeat": "", "length": 3}"#).unwrap_err();
        assert!(
            error.to_string().contains("nothing cannot be repeated"),
            "{error}"
        );
    }

    proptest! {
        #[test]
        fn slices_agree_with_the_whole(
            unit in prop::collection::vec(any::<u8>(), 1..9),
            length in 0u64..200, start in 0u64..220, count in 0u64..220,
        ) {
            let whole: Vec<u8> = unit.iter().copied().cycle().take(length as usize).collect();
            let payload = Payload::repeat(unit, length);
            let end = (start + count).min(length) as usize;
            let expected = whole.get(start as usize..end).unwrap_or(&[]);
            prop_assert_eq!(payload.slice(start, start + count), expected);
        }
    }
}
