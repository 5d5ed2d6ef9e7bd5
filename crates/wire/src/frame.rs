//! A frame's header, every bit as it stands on the wire (RFC 6455 §5.2).

use std::fmt;
use std::ops::Deref;

/// A frame's opcode, 0 to 15, reserved ones included.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(try_from = "u8", into = "u8")]
pub struct Opcode(u8);

impl Opcode {
    /// Continues a fragmented message.
    pub const CONTINUATION: Self = Self(0);
    /// Begins a text message.
    pub const TEXT: Self = Self(1);
    /// Begins a binary message.
    pub const BINARY: Self = Self(2);
    /// Closes the connection.
    pub const CLOSE: Self = Self(8);
    /// Asks for a pong.
    pub const PING: Self = Self(9);
    /// Answers a ping.
    pub const PONG: Self = Self(10);

    /// The opcode in the low four bits of `bits`.
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & 0x0f)
    }

    /// The four bits.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether the most significant bit is set (§5.5).
    pub const fn is_control(self) -> bool {
        self.0 >= 8
    }

    /// Whether RFC 6455 leaves the opcode undefined: 3 to 7 and 11 to 15.
    pub const fn is_reserved(self) -> bool {
        matches!(self.0, 3..=7 | 11..=15)
    }
}

impl TryFrom<u8> for Opcode {
    type Error = OpcodeTooLarge;

    fn try_from(value: u8) -> Result<Self, OpcodeTooLarge> {
        if value > 0x0f {
            return Err(OpcodeTooLarge { value });
        }
        Ok(Self(value))
    }
}

impl From<Opcode> for u8 {
    fn from(opcode: Opcode) -> Self {
        opcode.0
    }
}

/// A number that does not fit the four bits of an opcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an opcode is 0 to 15, not {value}")]
pub struct OpcodeTooLarge {
    /// The number.
    pub value: u8,
}

impl fmt::Display for Opcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("continuation"),
            1 => f.write_str("text"),
            2 => f.write_str("binary"),
            8 => f.write_str("close"),
            9 => f.write_str("ping"),
            10 => f.write_str("pong"),
            n => write!(f, "opcode {n}"),
        }
    }
}

impl fmt::Debug for Opcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// In how many octets a header writes the payload length.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum LengthForm {
    /// Seven bits of the second octet: 0 to 125.
    Short,
    /// 126 and 16 bits.
    Bits16,
    /// 127 and 64 bits.
    Bits64,
}

impl LengthForm {
    /// The only form that §5.2 allows for `length`.
    pub const fn minimal(length: u64) -> Self {
        match length {
            0..=125 => Self::Short,
            126..=0xffff => Self::Bits16,
            _ => Self::Bits64,
        }
    }
}

/// RSV1 among the three reserved bits. It is the "Per-Message Compressed" bit
/// where permessage-deflate is agreed (RFC 7692 §6).
pub const RSV1: u8 = 4;

/// A complete frame header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Header {
    /// Whether this is the last frame of its message.
    pub fin: bool,
    /// The three reserved bits: 4 is RSV1, 2 is RSV2, 1 is RSV3.
    pub rsv: u8,
    /// The opcode.
    pub opcode: Opcode,
    /// The masking key, if the frame says that it is masked.
    pub mask: Option<[u8; 4]>,
    /// The announced payload length, octets; up to 2^64−1 as sent.
    pub length: u64,
    /// How the length is written.
    pub length_form: LengthForm,
}

impl Header {
    /// The octets of the header, each field as given, never corrected: a
    /// length too large for its form leaves its low bits.
    pub fn encode(&self) -> HeaderOctets {
        let mut header = HeaderOctets {
            octets: [0; MAX_HEADER],
            len: 2,
        };
        let length7 = match self.length_form {
            LengthForm::Short => self.length as u8 & 0x7f,
            LengthForm::Bits16 => 126,
            LengthForm::Bits64 => 127,
        };
        header.octets[0] = u8::from(self.fin) << 7 | (self.rsv & 0x07) << 4 | self.opcode.bits();
        header.octets[1] = u8::from(self.mask.is_some()) << 7 | length7;
        match self.length_form {
            LengthForm::Short => {}
            LengthForm::Bits16 => header.append(&(self.length as u16).to_be_bytes()),
            LengthForm::Bits64 => header.append(&self.length.to_be_bytes()),
        }
        if let Some(key) = self.mask {
            header.append(&key);
        }
        header
    }

    /// How many octets [`encode`](Self::encode) gives: 2 to 14.
    pub fn encoded_len(&self) -> usize {
        let length = match self.length_form {
            LengthForm::Short => 0,
            LengthForm::Bits16 => 2,
            LengthForm::Bits64 => 8,
        };
        2 + length + if self.mask.is_some() { 4 } else { 0 }
    }

    /// Whether the length is written in its shortest form, as §5.2 demands:
    /// "the minimal number of bytes MUST be used".
    pub fn is_minimal(&self) -> bool {
        self.length_form == LengthForm::minimal(self.length)
    }

    /// What the first two octets say.
    pub fn start(&self) -> HeaderStart {
        let octets = self.encode();
        HeaderStart::from_octets([octets[0], octets[1]])
    }
}

/// The most octets that a header can have.
pub const MAX_HEADER: usize = 14;

/// A header as octets: 2 to 14 of them, without allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderOctets {
    octets: [u8; MAX_HEADER],
    len: u8,
}

impl HeaderOctets {
    fn append(&mut self, octets: &[u8]) {
        let from = usize::from(self.len);
        self.octets[from..from + octets.len()].copy_from_slice(octets);
        self.len += octets.len() as u8;
    }
}

impl Deref for HeaderOctets {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.octets[..usize::from(self.len)]
    }
}

/// What the first two octets of a header say: all that most rules need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HeaderStart {
    /// Whether this is the last frame of its message.
    pub fin: bool,
    /// The three reserved bits: 4 is RSV1, 2 is RSV2, 1 is RSV3.
    pub rsv: u8,
    /// The opcode.
    pub opcode: Opcode,
    /// Whether the frame says that it is masked.
    pub masked: bool,
    /// The seven bits of the length: 126 and 127 announce a longer form.
    pub length7: u8,
}

impl HeaderStart {
    /// Reads the first two octets of a header.
    pub const fn from_octets(octets: [u8; 2]) -> Self {
        Self {
            fin: octets[0] & 0x80 != 0,
            rsv: octets[0] >> 4 & 0x07,
            opcode: Opcode::from_bits(octets[0]),
            masked: octets[1] & 0x80 != 0,
            length7: octets[1] & 0x7f,
        }
    }

    /// How many octets the whole header has: 2 to 14.
    pub const fn header_len(&self) -> usize {
        let length = match self.length7 {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        2 + length + if self.masked { 4 } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY_TEXT: Header = Header {
        fin: true,
        rsv: 0,
        opcode: Opcode::TEXT,
        mask: None,
        length: 0,
        length_form: LengthForm::Short,
    };

    fn encoded(header: Header) -> Vec<u8> {
        assert_eq!(header.encode().len(), header.encoded_len());
        header.encode().to_vec()
    }

    #[test]
    fn writes_the_examples_of_section_5_7() {
        let key = Some([0x37, 0xfa, 0x21, 0x3d]);
        let ping = Header {
            opcode: Opcode::PING,
            length: 5,
            ..EMPTY_TEXT
        };
        let binary = Header {
            opcode: Opcode::BINARY,
            ..EMPTY_TEXT
        };

        assert_eq!(
            encoded(Header {
                length: 5,
                ..EMPTY_TEXT
            }),
            [0x81, 0x05]
        );
        assert_eq!(
            encoded(Header {
                fin: false,
                length: 3,
                ..EMPTY_TEXT
            }),
            [0x01, 0x03]
        );
        assert_eq!(encoded(ping), [0x89, 0x05]);
        assert_eq!(
            encoded(Header { mask: key, ..ping }),
            [0x89, 0x85, 0x37, 0xfa, 0x21, 0x3d]
        );
        assert_eq!(
            encoded(Header {
                length: 256,
                length_form: LengthForm::Bits16,
                ..binary
            }),
            [0x82, 0x7e, 0x01, 0x00]
        );
        assert_eq!(
            encoded(Header {
                length: 65536,
                length_form: LengthForm::Bits64,
                ..binary
            }),
            [0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0]
        );
    }

    #[test]
    fn writes_what_is_illegal_as_it_is_given() {
        let header = Header {
            rsv: 5,
            opcode: Opcode::from_bits(11),
            length: 5,
            ..EMPTY_TEXT
        };
        assert_eq!(encoded(header), [0xdb, 0x05]);
        let long = Header {
            length_form: LengthForm::Bits64,
            ..header
        };
        assert_eq!(encoded(long), [0xdb, 0x7f, 0, 0, 0, 0, 0, 0, 0, 5]);
        assert!(header.is_minimal() && !long.is_minimal());
    }

    #[test]
    fn a_length_too_large_for_its_form_leaves_its_low_bits() {
        let short = Header {
            length: 0x1_0203,
            ..EMPTY_TEXT
        };
        assert_eq!(encoded(short), [0x81, 0x03]);
        assert_eq!(
            encoded(Header {
                length_form: LengthForm::Bits16,
                ..short
            }),
            [0x81, 0x7e, 0x02, 0x03]
        );
    }

    #[test]
    fn minimal_at_each_border() {
        for (length, form) in [
            (125, LengthForm::Short),
            (126, LengthForm::Bits16),
            (65535, LengthForm::Bits16),
            (65536, LengthForm::Bits64),
        ] {
            assert_eq!(LengthForm::minimal(length), form, "{length}");
        }
    }

    #[test]
    fn an_opcode_has_four_bits() {
        assert_eq!(Opcode::try_from(15), Ok(Opcode::from_bits(15)));
        assert_eq!(Opcode::try_from(16), Err(OpcodeTooLarge { value: 16 }));
        let reserved: Vec<u8> = (0..16)
            .filter(|bits| Opcode::from_bits(*bits).is_reserved())
            .collect();
        assert_eq!(reserved, [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]);
    }
}
