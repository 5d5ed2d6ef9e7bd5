//! Every way in which the octets of one direction can break RFC 6455, or
//! RFC 7692 once permessage-deflate is agreed on.

use std::fmt;

use crate::close::CloseCode;
use crate::frame::Opcode;

/// One breach of RFC 6455 §5, §7 or §8, or of RFC 7692 §6 or §7.2, by the
/// sender of frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(tag = "violation", rename_all = "kebab-case")]
pub enum Violation {
    /// A reserved bit is set to which no extension gives a meaning.
    ReservedBits {
        /// The three bits: 4 is RSV1, 2 is RSV2, 1 is RSV3.
        rsv: u8,
    },
    /// An opcode without a meaning.
    ReservedOpcode {
        /// The opcode.
        opcode: Opcode,
    },
    /// A control frame without FIN.
    FragmentedControl,
    /// A control frame whose length does not fit seven bits.
    ControlTooLong,
    /// A frame from a client, not masked.
    UnmaskedFrame,
    /// A frame from a server, masked.
    MaskedFrame,
    /// A length written in more octets than it needs.
    LengthNotMinimal,
    /// A length of 2^63 or more.
    LengthTooLarge,
    /// A continuation frame outside a message.
    ContinuationWithoutMessage,
    /// A data frame that is not a continuation, inside a message.
    DataInsideMessage,
    /// A text message with octets that are not UTF-8.
    InvalidUtf8 {
        /// The position in the message of the first bad octet.
        offset: u64,
    },
    /// A text message that ends inside a code point.
    TruncatedUtf8 {
        /// The length of the message.
        offset: u64,
    },
    /// A close frame with a body of one octet.
    CloseLengthOne,
    /// A close frame with a code that must not be sent.
    CloseCodeInvalid {
        /// The code.
        code: CloseCode,
    },
    /// A close frame with a reason that is not UTF-8.
    CloseReasonNotUtf8,
    /// A data frame after a close frame.
    FrameAfterClose,
    /// A control frame that says it is compressed.
    Rsv1OnControl,
    /// A frame, not the first of its message, that says it is compressed.
    Rsv1OnContinuation,
    /// A compressed message that is not DEFLATE, or refers to octets that there
    /// are none of.
    CorruptDeflate,
    /// A compressed message that ends inside a block.
    TruncatedDeflate,
    /// A reference that goes back further than the window that was agreed on.
    WindowExceeded {
        /// How far it goes back, octets.
        distance: u32,
        /// The window, as a power of two.
        bits: u8,
    },
    /// A reference to a former message, though none was to be made.
    ContextTakenOver {
        /// How far it goes back before the start of the message, octets.
        reach: u32,
    },
}

impl Violation {
    /// Each [`name`](Self::name), in the order of the variants.
    pub const ALL_NAMES: [&'static str; 22] = [
        "reserved-bits",
        "reserved-opcode",
        "fragmented-control",
        "control-too-long",
        "unmasked-frame",
        "masked-frame",
        "length-not-minimal",
        "length-too-large",
        "continuation-without-message",
        "data-inside-message",
        "invalid-utf8",
        "truncated-utf8",
        "close-length-one",
        "close-code-invalid",
        "close-reason-not-utf8",
        "frame-after-close",
        "rsv1-on-control",
        "rsv1-on-continuation",
        "corrupt-deflate",
        "truncated-deflate",
        "window-exceeded",
        "context-taken-over",
    ];

    /// The stable name, in kebab-case, as users write it in their cases.
    pub const fn name(&self) -> &'static str {
        self.rule().0
    }

    /// The section of the [`document`](Self::document) that is broken, such as
    /// `5.2`.
    pub const fn section(&self) -> &'static str {
        self.rule().1
    }

    /// The shortest quote from that section that is enough.
    pub const fn sentence(&self) -> &'static str {
        self.rule().2
    }

    /// The document that [`section`](Self::section) counts in.
    pub const fn document(&self) -> &'static str {
        match self {
            Self::Rsv1OnControl
            | Self::Rsv1OnContinuation
            | Self::CorruptDeflate
            | Self::TruncatedDeflate
            | Self::WindowExceeded { .. }
            | Self::ContextTakenOver { .. } => "RFC 7692",
            _ => "RFC 6455",
        }
    }

    /// The code with which the receiver fails the connection: 1002, or 1007
    /// for what is not UTF-8 or cannot be inflated (RFC 6455 §7.4.1).
    pub const fn close_code(&self) -> CloseCode {
        match self {
            Self::InvalidUtf8 { .. }
            | Self::TruncatedUtf8 { .. }
            | Self::CloseReasonNotUtf8
            | Self::CorruptDeflate
            | Self::TruncatedDeflate
            | Self::WindowExceeded { .. }
            | Self::ContextTakenOver { .. } => CloseCode::INVALID_PAYLOAD,
            _ => CloseCode::PROTOCOL_ERROR,
        }
    }

    /// Name, section and sentence.
    const fn rule(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::ReservedBits { .. } => (
                "reserved-bits",
                "5.2",
                "MUST be 0 unless an extension is negotiated",
            ),
            Self::ReservedOpcode { .. } => (
                "reserved-opcode",
                "5.2",
                "If an unknown opcode is received, the receiving endpoint MUST _Fail the WebSocket Connection_",
            ),
            Self::FragmentedControl => (
                "fragmented-control",
                "5.5",
                "All control frames [...] MUST NOT be fragmented",
            ),
            Self::ControlTooLong => (
                "control-too-long",
                "5.5",
                "All control frames MUST have a payload length of 125 bytes or less",
            ),
            Self::UnmaskedFrame => (
                "unmasked-frame",
                "5.1",
                "a client MUST mask all frames that it sends to the server",
            ),
            Self::MaskedFrame => (
                "masked-frame",
                "5.1",
                "A server MUST NOT mask any frames that it sends to the client",
            ),
            Self::LengthNotMinimal => (
                "length-not-minimal",
                "5.2",
                "the minimal number of bytes MUST be used to encode the length",
            ),
            Self::LengthTooLarge => (
                "length-too-large",
                "5.2",
                "the most significant bit MUST be 0",
            ),
            Self::ContinuationWithoutMessage => (
                "continuation-without-message",
                "5.4",
                "a single frame with the FIN bit clear and an opcode other than 0, followed by",
            ),
            Self::DataInsideMessage => (
                "data-inside-message",
                "5.4",
                "The fragments of one message MUST NOT be interleaved between the fragments of another message",
            ),
            Self::InvalidUtf8 { .. } => (
                "invalid-utf8",
                "8.1",
                "the byte stream is not, in fact, a valid UTF-8 stream",
            ),
            Self::TruncatedUtf8 { .. } => (
                "truncated-utf8",
                "5.6",
                "the whole message MUST contain valid UTF-8",
            ),
            Self::CloseLengthOne => (
                "close-length-one",
                "5.5.1",
                "the first two bytes of the body MUST be a 2-byte unsigned integer",
            ),
            Self::CloseCodeInvalid { code } => close_code_rule(*code),
            Self::CloseReasonNotUtf8 => (
                "close-reason-not-utf8",
                "5.5.1",
                "the body MAY contain UTF-8-encoded data",
            ),
            Self::FrameAfterClose => (
                "frame-after-close",
                "5.5.1",
                "The application MUST NOT send any more data frames after sending a Close frame",
            ),
            Self::Rsv1OnControl => (
                "rsv1-on-control",
                "6.1",
                "An endpoint MUST NOT set the \"Per-Message Compressed\" bit of control frames",
            ),
            Self::Rsv1OnContinuation => (
                "rsv1-on-continuation",
                "6.1",
                "An endpoint MUST NOT set the \"Per-Message Compressed\" bit of [...] non-first fragments of a data message",
            ),
            Self::CorruptDeflate => (
                "corrupt-deflate",
                "7.2.1",
                "Compress all the octets of the payload of the message using DEFLATE",
            ),
            Self::TruncatedDeflate => (
                "truncated-deflate",
                "7.2.1",
                "append an empty DEFLATE block with no compression to the tail end",
            ),
            Self::WindowExceeded { .. } => (
                "window-exceeded",
                "7.2.1",
                "MUST NOT use an LZ77 sliding window longer than the w-th power of 2 bytes",
            ),
            Self::ContextTakenOver { .. } => (
                "context-taken-over",
                "7.2.1",
                "MUST start compressing each new message with an empty LZ77 sliding window",
            ),
        }
    }
}

/// The registry of codes forbids in several ways.
const fn close_code_rule(code: CloseCode) -> (&'static str, &'static str, &'static str) {
    let (section, sentence) = match code.0 {
        0..1000 => ("7.4.2", "Status codes in the range 0-999 are not used"),
        1005 | 1006 | 1015 => (
            "7.4.1",
            "MUST NOT be set as a status code in a Close control frame by an endpoint",
        ),
        1000..3000 => (
            "7.4.2",
            "Status codes in the range 1000-2999 are reserved for definition by this protocol",
        ),
        _ => (
            "7.4.2",
            "Status codes in the range 4000-4999 are reserved for private use",
        ),
    };
    ("close-code-invalid", section, sentence)
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReservedBits { rsv } => write!(f, "reserved bits {rsv:03b} without an extension"),
            Self::ReservedOpcode { opcode } => write!(f, "reserved {opcode}"),
            Self::FragmentedControl => f.write_str("fragmented control frame"),
            Self::ControlTooLong => f.write_str("control frame over 125 octets"),
            Self::UnmaskedFrame => f.write_str("unmasked frame from a client"),
            Self::MaskedFrame => f.write_str("masked frame from a server"),
            Self::LengthNotMinimal => f.write_str("length not in its minimal form"),
            Self::LengthTooLarge => f.write_str("length of 2^63 or more"),
            Self::ContinuationWithoutMessage => f.write_str("continuation outside a message"),
            Self::DataInsideMessage => f.write_str("new message inside a fragmented one"),
            Self::InvalidUtf8 { offset } => write!(f, "invalid UTF-8 at octet {offset}"),
            Self::TruncatedUtf8 { offset } => {
                write!(f, "text ends inside a code point after {offset} octets")
            }
            Self::CloseLengthOne => f.write_str("close frame with a body of one octet"),
            Self::CloseCodeInvalid { code } => write!(f, "invalid close code {code}"),
            Self::CloseReasonNotUtf8 => f.write_str("close reason is not UTF-8"),
            Self::FrameAfterClose => f.write_str("data frame after a close frame"),
            Self::Rsv1OnControl => f.write_str("RSV1 on a control frame"),
            Self::Rsv1OnContinuation => f.write_str("RSV1 on a continuation frame"),
            Self::CorruptDeflate => f.write_str("compressed message that cannot be inflated"),
            Self::TruncatedDeflate => f.write_str("compressed message that ends inside a block"),
            Self::WindowExceeded { distance, bits } => write!(
                f,
                "compressed message refers {distance} octets back, beyond a window of {bits} bits"
            ),
            Self::ContextTakenOver { reach } => write!(
                f,
                "compressed message refers {reach} octets back into a former one"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of each.
    fn every() -> Vec<Violation> {
        use Violation::*;
        vec![
            ReservedBits { rsv: 2 },
            ReservedOpcode {
                opcode: Opcode::from_bits(3),
            },
            FragmentedControl,
            ControlTooLong,
            UnmaskedFrame,
            MaskedFrame,
            LengthNotMinimal,
            LengthTooLarge,
            ContinuationWithoutMessage,
            DataInsideMessage,
            InvalidUtf8 { offset: 7 },
            TruncatedUtf8 { offset: 7 },
            CloseLengthOne,
            CloseCodeInvalid {
                code: CloseCode(999),
            },
            CloseReasonNotUtf8,
            FrameAfterClose,
            Rsv1OnControl,
            Rsv1OnContinuation,
            CorruptDeflate,
            TruncatedDeflate,
            WindowExceeded {
                distance: 513,
                bits: 9,
            },
            ContextTakenOver { reach: 1 },
        ]
    }

    #[test]
    fn the_name_is_what_serde_writes() {
        let names: Vec<&str> = every().iter().map(Violation::name).collect();
        assert_eq!(names, Violation::ALL_NAMES);
        for violation in every() {
            let json = serde_json::to_value(violation).unwrap();
            assert_eq!(json["violation"], violation.name());
            assert_eq!(
                serde_json::from_value::<Violation>(json).unwrap(),
                violation
            );
        }
    }

    #[test]
    fn what_cannot_be_read_is_1007_and_the_rest_1002() {
        let invalid: Vec<&str> = every()
            .iter()
            .filter(|violation| violation.close_code() == CloseCode::INVALID_PAYLOAD)
            .map(Violation::name)
            .collect();
        assert_eq!(
            invalid,
            [
                "invalid-utf8",
                "truncated-utf8",
                "close-reason-not-utf8",
                "corrupt-deflate",
                "truncated-deflate",
                "window-exceeded",
                "context-taken-over",
            ]
        );
    }

    #[test]
    fn fits_the_reason_of_a_close_frame() {
        for violation in every() {
            let text = violation.to_string();
            assert!(text.len() <= 123, "{text}");
            assert!(!violation.sentence().ends_with('.'), "{text}");
        }
    }

    #[test]
    fn cites_rfc_7692_for_what_only_compression_can_break() {
        let cited: Vec<(&str, &str)> = every()
            .iter()
            .filter(|violation| violation.document() == "RFC 7692")
            .map(|violation| (violation.name(), violation.section()))
            .collect();
        assert_eq!(
            cited,
            [
                ("rsv1-on-control", "6.1"),
                ("rsv1-on-continuation", "6.1"),
                ("corrupt-deflate", "7.2.1"),
                ("truncated-deflate", "7.2.1"),
                ("window-exceeded", "7.2.1"),
                ("context-taken-over", "7.2.1"),
            ]
        );
    }

    #[test]
    fn cites_what_forbids_the_close_code() {
        let section = |code| {
            Violation::CloseCodeInvalid {
                code: CloseCode(code),
            }
            .section()
        };
        assert_eq!(
            [section(999), section(1005), section(2000)],
            ["7.4.2", "7.4.1", "7.4.2"]
        );
    }
}
