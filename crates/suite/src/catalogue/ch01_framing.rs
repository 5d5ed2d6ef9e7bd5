//! Messages of one frame, in each form of the payload length.

use super::{Chapter, RFC6455};
use crate::case::Case;
use crate::payload::Payload;
use crate::vocabulary::{binary, binary_echo, case, echo, text};

pub(super) const CHAPTER: Chapter = Chapter {
    number: 1,
    title: "Framing",
    sections: &[(1, "text messages"), (2, "binary messages")],
};

/// Octets of payload, octets a write, seconds to wait for the echo. The
/// lengths lie at both sides of where a longer form of the length begins.
const SIZES: [(u64, Option<u32>, u64); 8] = [
    (0, None, 1),
    (125, None, 1),
    (126, None, 1),
    (127, None, 1),
    (128, None, 1),
    (65_535, None, 10),
    (65_536, None, 10),
    (65_536, Some(997), 10),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (section, kind) in [(1, "text"), (2, "binary")] {
        for (index, (length, chop, seconds)) in SIZES.into_iter().enumerate() {
            let payload = match (section, length) {
                (_, 0) => Payload::EMPTY,
                (1, _) => Payload::repeat("*", length),
                _ => Payload::repeat(b"\xfe", length),
            };
            let (mut frame, heard) = match section {
                1 => (text(payload.clone()), echo(payload)),
                _ => (binary(payload.clone()), binary_echo(payload)),
            };
            let mut title = match length {
                0 => format!("{kind} message without payload"),
                _ => format!("{kind} message of {length} octets"),
            };
            if let Some(octets) = chop {
                frame = frame.chop(octets);
                title.push_str(&format!(", written {octets} octets at a time"));
            }
            cases.push(
                case(&format!("1.{section}.{}", index + 1), &title)
                    .must(RFC6455, "5.2", length_rule(length))
                    .must(RFC6455, "6.2", "what arrives is parsed as frames")
                    .send(frame)
                    .fail_after(seconds)
                    .ok([heard])
                    .build(),
            );
        }
    }
    cases
}

fn length_rule(length: u64) -> &'static str {
    match length {
        0..=125 => "a length up to 125 stands in the seven bits of the second octet",
        126..=65_535 => "a length from 126 to 65535 stands in the 16 bits after a 126",
        _ => "a length above 65535 stands in the 64 bits after a 127",
    }
}
