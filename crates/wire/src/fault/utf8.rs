//! Texts that are not UTF-8, and texts that are.

use super::ear::{Ear, Heard};
use super::hooks::{forgives_text, frames, hears};
use super::rule::{both, rfc6455};
use super::{Family, Fault, Rule};
use crate::close::CloseCode;
use crate::close::encode_body;
use crate::frame::Opcode;
use crate::utf8::Utf8Fault;
use crate::violation::Violation::{self, InvalidUtf8, TruncatedUtf8};

const FAILS: Rule = rfc6455(
    "8.1",
    "When an endpoint is to interpret a byte stream as UTF-8 but finds that the byte stream is not, in fact, a valid UTF-8 stream, that endpoint MUST _Fail the WebSocket Connection_",
);
const WHOLE: Rule = rfc6455("5.6", "the whole message MUST contain valid UTF-8");
const PARTS: Rule = rfc6455(
    "5.6",
    "a particular text frame might include a partial UTF-8 sequence",
);
const BINARY: Rule = rfc6455("5.6", "The \"Payload data\" is arbitrary binary data");
const CODE: Rule = rfc6455(
    "7.4.1",
    "1007 indicates [...] data within a message that was not consistent with the type of the message",
);

pub(super) const FAMILY: Family = Family {
    title: "UTF-8",
    faults: FAULTS,
};

const FAULTS: &[Fault] = &[
    both("utf8-never-judged", FAILS, forgives_text(|_| true)),
    both(
        "utf8-overlong-taken",
        FAILS,
        forgives_text(|blunder| blunder.kind == Utf8Fault::Overlong),
    ),
    both(
        "utf8-overlong-zero-taken",
        FAILS,
        forgives_text(|blunder| blunder.kind == Utf8Fault::Overlong && blunder.octet == 0xc0),
    ),
    both(
        "utf8-overlong-of-three-octets-taken",
        FAILS,
        forgives_text(|blunder| blunder.kind == Utf8Fault::Overlong && blunder.lead == 0xe0),
    ),
    both(
        "utf8-overlong-of-four-octets-taken",
        FAILS,
        forgives_text(|blunder| blunder.kind == Utf8Fault::Overlong && blunder.lead == 0xf0),
    ),
    both(
        "utf8-surrogates-taken",
        FAILS,
        forgives_text(|blunder| blunder.kind == Utf8Fault::Surrogate),
    ),
    both(
        "utf8-low-surrogates-taken",
        FAILS,
        forgives_text(|blunder| blunder.kind == Utf8Fault::Surrogate && blunder.octet >= 0xb0),
    ),
    both(
        "utf8-beyond-10ffff-taken",
        FAILS,
        forgives_text(|blunder| blunder.kind == Utf8Fault::OutOfRange && blunder.lead == 0xf4),
    ),
    both(
        "utf8-of-21-bits-taken",
        FAILS,
        forgives_text(|blunder| blunder.kind == Utf8Fault::OutOfRange && blunder.lead > 0xf4),
    ),
    both(
        "utf8-of-five-and-six-octets-taken",
        FAILS,
        forgives_text(|blunder| {
            blunder.kind == Utf8Fault::BadStart && matches!(blunder.octet, 0xf8..=0xfd)
        }),
    ),
    both(
        "utf8-fe-and-ff-taken",
        FAILS,
        forgives_text(|blunder| {
            blunder.kind == Utf8Fault::BadStart && matches!(blunder.octet, 0xfe | 0xff)
        }),
    ),
    both(
        "utf8-lone-continuations-taken",
        FAILS,
        forgives_text(|blunder| blunder.kind == Utf8Fault::UnexpectedContinuation),
    ),
    both(
        "utf8-broken-off-in-the-middle-taken",
        FAILS,
        forgives_text(|blunder| blunder.kind == Utf8Fault::BadContinuation),
    ),
    both(
        "utf8-broken-off-at-the-end-taken",
        WHOLE,
        forgives_text(|blunder| blunder.kind == Utf8Fault::Truncated),
    ),
    both(
        "utf8-of-the-first-octet-not-judged",
        FAILS,
        forgives_text(|blunder| blunder.at == 0),
    ),
    both(
        "utf8-beyond-16-octets-not-judged",
        FAILS,
        forgives_text(|blunder| blunder.at >= 16),
    ),
    both(
        "utf8-of-the-first-fragment-only-judged",
        WHOLE,
        forgives_text(|blunder| blunder.fragment > 0),
    ),
    both(
        "utf8-of-later-fragments-only-judged",
        WHOLE,
        forgives_text(|blunder| blunder.fragment == 0),
    ),
    both(
        "utf8-mended-in-the-echo",
        FAILS,
        forgives_text(|_| true).and_frames(|_, frame| {
            if frame.is(Opcode::TEXT) && frame.header.rsv == 0 {
                let text = String::from_utf8_lossy(&frame.payload).into_owned();
                frame.set_payload(text.into_bytes());
            }
        }),
    ),
    both(
        "utf8-left-out-of-the-echo",
        FAILS,
        forgives_text(|_| true).and_frames(|_, frame| {
            if frame.is(Opcode::TEXT) && frame.header.rsv == 0 {
                let text = String::from_utf8_lossy(&frame.payload).replace('\u{fffd}', "");
                frame.set_payload(text.into_bytes());
            }
        }),
    ),
    both(
        "bad-text-skipped",
        FAILS,
        forgives_text(|_| true).and_says(|mouth, part| match part {
            super::mouth::Part::Frame(frame)
                if frame.is(Opcode::TEXT)
                    && frame.header.rsv == 0
                    && std::str::from_utf8(&frame.payload).is_err() => {}
            part => mouth.say(part),
        }),
    ),
    both(
        "code-point-cut-by-a-fragment-refused",
        PARTS,
        hears(|ear, heard| {
            let ends = matches!(heard, Heard::End);
            if ends && ear.is_text() && !ear.header.fin && !ear.utf8.is_boundary() {
                return ear.fail(TruncatedUtf8 { offset: 0 });
            }
            ear.pass(heard);
        }),
    ),
    both(
        "code-point-cut-by-a-read-refused",
        PARTS,
        hears(|ear, heard| {
            let payload = matches!(heard, Heard::Payload(_));
            if payload && ear.is_text() && !ear.utf8.is_boundary() {
                return ear.fail(TruncatedUtf8 { offset: 0 });
            }
            ear.pass(heard);
        }),
    ),
    both(
        "code-points-beyond-the-bmp-refused",
        WHOLE,
        hears(|ear, heard| {
            refuse(ear, heard, |octets| {
                octets.iter().any(|octet| *octet >= 0xf0)
            })
        }),
    ),
    both(
        "noncharacters-refused",
        WHOLE,
        hears(|ear, heard| {
            refuse(ear, heard, |octets| {
                octets
                    .windows(3)
                    .any(|three| three[0] == 0xef && three[1] == 0xbf && three[2] >= 0xbe)
            });
        }),
    ),
    both(
        "zero-refused-in-texts",
        WHOLE,
        hears(|ear, heard| refuse(ear, heard, |octets| octets.contains(&0))),
    ),
    both(
        "delete-refused-in-texts",
        WHOLE,
        hears(|ear, heard| refuse(ear, heard, |octets| octets.contains(&0x7f))),
    ),
    both(
        "text-beyond-ascii-refused",
        WHOLE,
        hears(|ear, heard| refuse(ear, heard, |octets| !octets.is_ascii())),
    ),
    both(
        "text-echoed-as-latin-1",
        WHOLE,
        frames(|_, frame| {
            if frame.is(Opcode::TEXT) && frame.header.rsv == 0 {
                let text = String::from_utf8_lossy(&frame.payload).into_owned();
                frame.set_payload(text.chars().map(|c| c as u8).collect());
            }
        }),
    ),
    both(
        "binary-judged-as-text",
        BINARY,
        hears(|ear, heard| {
            if let Heard::Payload(octets) = &heard
                && !ear.header.opcode.is_control()
                && ear.message == Opcode::BINARY
                && ear.header.rsv == 0
                && std::str::from_utf8(octets).is_err()
            {
                return ear.fail(InvalidUtf8 { offset: 0 });
            }
            ear.pass(heard);
        }),
    ),
    both(
        "pings-judged-as-text",
        rfc6455("5.5.2", "A Ping frame MAY include \"Application data\""),
        hears(|ear, heard| {
            if let Heard::Payload(octets) = &heard
                && ear.header.opcode == Opcode::PING
                && std::str::from_utf8(octets).is_err()
            {
                return ear.fail(InvalidUtf8 { offset: 0 });
            }
            ear.pass(heard);
        }),
    ),
    both(
        "bad-text-failed-with-1002",
        CODE,
        frames(|mouth, frame| {
            let bad = mouth.failing.as_ref().map(Violation::close_code);
            if frame.is(Opcode::CLOSE) && bad == Some(CloseCode::INVALID_PAYLOAD) {
                frame.set_payload(encode_body(Some(1002), b""));
            }
        }),
    ),
];

/// Refuses texts that are fine.
fn refuse(ear: &mut Ear, heard: Heard<'_>, dislikes: fn(&[u8]) -> bool) {
    if let Heard::Payload(octets) = &heard
        && ear.is_text()
        && dislikes(octets)
    {
        return ear.fail(InvalidUtf8 { offset: 0 });
    }
    ear.pass(heard);
}
