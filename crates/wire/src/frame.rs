//! A frame's header, every bit as it stands on the wire (RFC 6455 §5.2).

use std::fmt;

/// A frame's opcode, 0 to 15, reserved ones included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
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
