//! Octets as reports and stored results show them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Octets that read as text where they are text, and as hexadecimal digits
/// where they are not. Stored as `{"text": "…"}` or `{"hex": "…"}`.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Octets(pub Vec<u8>);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Stored {
    Text(String),
    Hex(String),
}

impl Octets {
    /// The octets as text, if they are valid UTF-8 without control characters
    /// other than tab, line feed and carriage return.
    pub fn as_text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok().filter(|text| {
            !text
                .chars()
                .any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
        })
    }
}

impl From<Vec<u8>> for Octets {
    fn from(octets: Vec<u8>) -> Self {
        Self(octets)
    }
}

impl From<&[u8]> for Octets {
    fn from(octets: &[u8]) -> Self {
        Self(octets.to_vec())
    }
}

/// Writes `octets` as lower-case hexadecimal digits.
pub fn to_hex(octets: &[u8]) -> String {
    use fmt::Write;
    octets
        .iter()
        .fold(String::with_capacity(octets.len() * 2), |mut hex, octet| {
            let _ = write!(hex, "{octet:02x}");
            hex
        })
}

/// Reads hexadecimal digits; spaces between octets are skipped.
///
/// # Errors
/// Names the first character that is not a digit, or an odd count of digits.
pub fn from_hex(text: &str) -> Result<Vec<u8>, String> {
    let mut digits = Vec::with_capacity(text.len());
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        let digit = c
            .to_digit(16)
            .ok_or_else(|| format!("'{c}' is not a hexadecimal digit"))?;
        digits.push(u8::try_from(digit).unwrap_or(0));
    }
    if digits.len() % 2 != 0 {
        return Err(format!(
            "{} hexadecimal digits: an octet takes two",
            digits.len()
        ));
    }
    Ok(digits
        .chunks_exact(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect())
}

impl fmt::Display for Octets {
    /// Quoted text with escapes, or `0x` and digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_text() {
            Some(text) => write!(f, "{text:?}"),
            None => write!(f, "0x{}", to_hex(&self.0)),
        }
    }
}

impl fmt::Debug for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Octets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.as_text() {
            Some(text) => Stored::Text(text.to_owned()),
            None => Stored::Hex(to_hex(&self.0)),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Octets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Stored::deserialize(deserializer)? {
            Stored::Text(text) => text.into_bytes(),
            Stored::Hex(hex) => from_hex(&hex).map_err(serde::de::Error::custom)?,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text_and_the_rest_is_hex() {
        for (octets, json, shown) in [
            (&b"Hello"[..], r#"{"text":"Hello"}"#, "\"Hello\""),
            (&[0xff, 0x00], r#"{"hex":"ff00"}"#, "0xff00"),
            (&[0x1b], r#"{"hex":"1b"}"#, "0x1b"),
            (b"", r#"{"text":""}"#, "\"\""),
        ] {
            let octets = Octets::from(octets);
            assert_eq!(serde_json::to_string(&octets).unwrap(), json);
            assert_eq!(serde_json::from_str::<Octets>(json).unwrap(), octets);
            assert_eq!(octets.to_string(), shown);
        }
    }

    #[test]
    fn bad_hex_is_named() {
        assert_eq!(
            from_hex("0g").unwrap_err(),
            "'g' is not a hexadecimal digit"
        );
        assert_eq!(
            from_hex("012").unwrap_err(),
            "3 hexadecimal digits: an octet takes two"
        );
        assert_eq!(from_hex("00 fF").unwrap(), [0, 255]);
    }
}
