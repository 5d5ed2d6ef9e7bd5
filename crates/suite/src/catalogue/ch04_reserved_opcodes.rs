//! Opcodes that RFC 6455 leaves undefined.

use super::{Chapter, RFC6455, departures};
use crate::case::Case;
use crate::vocabulary::{FrameBuilder, case, echo, opcode, ping, text};

pub(super) const CHAPTER: Chapter = Chapter {
    number: 4,
    title: "Reserved opcodes",
    sections: &[(1, "data opcodes"), (2, "control opcodes")],
};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (section, kind, first) in [(1, "data", 3), (2, "control", 11)] {
        cases.push(alone(section, kind, 1, opcode(first), first));
        let frame = opcode(first + 1).payload("reserved opcode payload");
        cases.push(alone(section, kind, 2, frame, first + 1));
        for (number, payload, chop) in [
            (3, "", None),
            (4, "Hello, world!", None),
            (5, "Hello, world!", Some(1)),
        ] {
            cases.push(between(
                section,
                kind,
                number,
                first + number - 1,
                payload,
                chop,
            ));
        }
    }
    cases
}

const RULE: &str = "an unknown opcode fails the connection";

fn alone(section: u8, kind: &str, number: u8, frame: FrameBuilder, bits: u8) -> Case {
    let payload = if number == 1 { "without" } else { "with" };
    case(
        &format!("4.{section}.{number}"),
        &format!("reserved {kind} opcode {bits} {payload} payload"),
    )
    .must(RFC6455, "5.2", RULE)
    .send(frame.breaks("reserved-opcode"))
    .fail_after(1)
    .ok([])
    .peer_fails_with([1002])
    .build()
}

fn between(
    section: u8,
    kind: &str,
    number: u8,
    bits: u8,
    payload: &str,
    chop: Option<u32>,
) -> Case {
    let written = |frame: FrameBuilder| match chop {
        None => frame,
        Some(octets) => frame.chop(octets),
    };
    let mut title = format!("reserved {kind} opcode {bits} between a text message and a ping");
    if payload.is_empty() {
        title.push_str(", without payload");
    }
    if chop.is_some() {
        title.push_str(", written octet by octet");
    }
    case(&format!("4.{section}.{number}"), &title)
        .must(RFC6455, "5.2", RULE)
        .send(written(text("Hello, world!")))
        .send(written(
            opcode(bits).payload(payload).breaks("reserved-opcode"),
        ))
        .send(written(ping("")))
        .fail_after(1)
        .ok([echo("Hello, world!")])
        .non_strict([])
        .peer_fails_with([1002])
        .rfc(departures::ECHO_NEED_NOT_COME_FIRST, departures::any_prefix)
        .build()
}
