//! The words that stand for opcodes, lengths and masks in a step's row.

use std::fmt;

use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use wscheck_wire::Opcode;

use crate::case::Masking;
use crate::octets::{from_hex, to_hex};

/// An opcode by its name, or by its number if it has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OpcodeWord(pub(crate) Opcode);

const OPCODE_WORDS: [(&str, Opcode); 6] = [
    ("continuation", Opcode::CONTINUATION),
    ("text", Opcode::TEXT),
    ("binary", Opcode::BINARY),
    ("close", Opcode::CLOSE),
    ("ping", Opcode::PING),
    ("pong", Opcode::PONG),
];

impl Serialize for OpcodeWord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match OPCODE_WORDS.iter().find(|(_, opcode)| *opcode == self.0) {
            Some((word, _)) => serializer.serialize_str(word),
            None => serializer.serialize_u8(self.0.bits()),
        }
    }
}

impl<'de> Deserialize<'de> for OpcodeWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OpcodeVisitor)
    }
}

struct OpcodeVisitor;

impl Visitor<'_> for OpcodeVisitor {
    type Value = OpcodeWord;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = quoted(OPCODE_WORDS.map(|(word, _)| word));
        write!(f, "an opcode: {words} or a number from 0 to 15")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<OpcodeWord, E> {
        OPCODE_WORDS
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, opcode)| OpcodeWord(*opcode))
            .ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_u64<E: serde::de::Error>(self, bits: u64) -> Result<OpcodeWord, E> {
        u8::try_from(bits)
            .ok()
            .and_then(|bits| Opcode::try_from(bits).ok())
            .map(OpcodeWord)
            .ok_or_else(|| E::invalid_value(Unexpected::Unsigned(bits), &self))
    }

    fn visit_i64<E: serde::de::Error>(self, bits: i64) -> Result<OpcodeWord, E> {
        match u64::try_from(bits) {
            Ok(bits) => self.visit_u64(bits),
            Err(_) => Err(E::invalid_value(Unexpected::Signed(bits), &self)),
        }
    }
}

/// A length of 64 bits: a number or, as TOML's numbers end at 2^63−1, its
/// digits in quotes after `0x`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LengthWord(pub(crate) u64);

impl Serialize for LengthWord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if i64::try_from(self.0).is_ok() {
            serializer.serialize_u64(self.0)
        } else {
            serializer.serialize_str(&format!("{:#x}", self.0))
        }
    }
}

impl<'de> Deserialize<'de> for LengthWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LengthVisitor)
    }
}

struct LengthVisitor;

impl Visitor<'_> for LengthVisitor {
    type Value = LengthWord;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a length: a number, or '0x' and up to 16 hexadecimal digits in quotes")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<LengthWord, E> {
        text.strip_prefix("0x")
            .and_then(|digits| u64::from_str_radix(digits, 16).ok())
            .map(LengthWord)
            .ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_u64<E: serde::de::Error>(self, length: u64) -> Result<LengthWord, E> {
        Ok(LengthWord(length))
    }

    fn visit_i64<E: serde::de::Error>(self, length: i64) -> Result<LengthWord, E> {
        u64::try_from(length)
            .map(LengthWord)
            .map_err(|_| E::invalid_value(Unexpected::Signed(length), &self))
    }
}

/// `off`, `on`, or the eight digits of a masking key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MaskWord(pub(crate) Masking);

impl Serialize for MaskWord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Masking::ByRole => serializer.serialize_str("by-role"),
            Masking::Off => serializer.serialize_str("off"),
            Masking::On => serializer.serialize_str("on"),
            Masking::Key(key) => serializer.serialize_str(&to_hex(&key)),
        }
    }
}

impl<'de> Deserialize<'de> for MaskWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        let key = || <[u8; 4]>::try_from(from_hex(&word).ok()?).ok();
        let masking = match word.as_str() {
            "by-role" => Masking::ByRole,
            "off" => Masking::Off,
            "on" => Masking::On,
            _ => Masking::Key(key().ok_or_else(|| {
                serde::de::Error::invalid_value(
                    Unexpected::Str(&word),
                    &"'by-role', 'off', 'on' or a key of eight hexadecimal digits",
                )
            })?),
        };
        Ok(Self(masking))
    }
}

/// Words in quotes, with commas between them.
pub(crate) fn quoted<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("'{word}'")).collect();
    words.join(", ")
}
