//! Pings, pongs, and what all control frames have in common.

use super::ear::Heard;
use super::hooks::{forgives, frames, hears, says};
use super::mouth::Part;
use super::rule::{both, rfc6455};
use super::{Family, Fault, Rule};
use crate::frame::Opcode;
use crate::violation::Violation;

const PONG: Rule = rfc6455(
    "5.5.2",
    "an endpoint MUST send a Pong frame in response, unless it already received a Close frame",
);
const SOON: Rule = rfc6455(
    "5.5.2",
    "It SHOULD respond with Pong frame as soon as is practical",
);
const IDENTICAL: Rule = rfc6455(
    "5.5.3",
    "MUST have identical \"Application data\" as found in the message body of the Ping frame being replied to",
);
const UNSOLICITED: Rule = rfc6455(
    "5.5.3",
    "A Pong frame MAY be sent unsolicited [...]. A response to an unsolicited Pong frame is not expected",
);
const LENGTH: Rule = rfc6455(
    "5.5",
    "All control frames MUST have a payload length of 125 bytes or less",
);

pub(super) const FAMILY: Family = Family {
    title: "Control frames",
    faults: FAULTS,
};

const FAULTS: &[Fault] = &[
    both(
        "pong-never-said",
        PONG,
        says(|mouth, part| {
            if !part.is(Opcode::PONG) {
                mouth.say(part);
            }
        }),
    ),
    both(
        "second-pong-never-said",
        PONG,
        says(|mouth, part| {
            if !(part.is(Opcode::PONG) && mouth.pongs == 2) {
                mouth.say(part);
            }
        }),
    ),
    both(
        "empty-ping-not-answered",
        PONG,
        says(|mouth, part| match part {
            Part::Frame(frame) if frame.is(Opcode::PONG) && frame.payload.is_empty() => {}
            part => mouth.say(part),
        }),
    ),
    both(
        "full-ping-refused",
        PONG,
        hears(|ear, heard| match heard {
            Heard::Header(header) if header.opcode == Opcode::PING && header.length == 125 => {
                ear.fail(Violation::ControlTooLong);
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "pong-late",
        SOON,
        says(|mouth, part| match part.is(Opcode::PONG) {
            true => mouth.say_late(part),
            false => mouth.say(part),
        })
        .time(3000),
    ),
    both(
        "second-pong-late",
        SOON,
        says(
            |mouth, part| match part.is(Opcode::PONG) && mouth.pongs == 2 {
                true => mouth.say_late(part),
                false => mouth.say(part),
            },
        )
        .time(3000),
    ),
    both(
        "pong-waits-for-the-message",
        SOON,
        says(|mouth, part| {
            if part.is(Opcode::PONG) {
                mouth.held.push(part);
                return;
            }
            let releases = part.is_message() || part.is(Opcode::CLOSE);
            mouth.say(part);
            if releases {
                for pong in std::mem::take(&mut mouth.held) {
                    mouth.say(pong);
                }
            }
        }),
    ),
    both(
        "pong-empty",
        IDENTICAL,
        frames(|_, frame| {
            if frame.is(Opcode::PONG) {
                frame.set_payload(Vec::new());
            }
        }),
    ),
    both(
        "pong-altered",
        IDENTICAL,
        frames(|_, frame| {
            if frame.is(Opcode::PONG)
                && let Some(last) = frame.payload.last_mut()
            {
                *last ^= 1;
            }
        }),
    ),
    both(
        "second-pong-altered",
        IDENTICAL,
        frames(|mouth, frame| {
            if frame.is(Opcode::PONG)
                && mouth.pongs == 2
                && let Some(last) = frame.payload.last_mut()
            {
                *last ^= 1;
            }
        }),
    ),
    both(
        "pong-cut",
        IDENTICAL,
        frames(|_, frame| {
            if frame.is(Opcode::PONG) {
                let mut payload = std::mem::take(&mut frame.payload);
                payload.truncate(64);
                frame.set_payload(payload);
            }
        }),
    ),
    both(
        "pong-made-utf8",
        IDENTICAL,
        frames(|_, frame| {
            if frame.is(Opcode::PONG) {
                let text = String::from_utf8_lossy(&frame.payload).into_owned();
                frame.set_payload(text.into_bytes());
            }
        }),
    ),
    both(
        "pong-ends-at-a-zero",
        IDENTICAL,
        frames(|_, frame| {
            if frame.is(Opcode::PONG)
                && let Some(at) = frame.payload.iter().position(|octet| *octet == 0)
            {
                let payload = frame.payload[..at].to_vec();
                frame.set_payload(payload);
            }
        }),
    ),
    both(
        "pong-always-as-the-first",
        IDENTICAL,
        says(|mouth, mut part| {
            if part.is(Opcode::PONG) {
                if mouth.held.is_empty() {
                    mouth.held.push(part.clone());
                }
                part = mouth.held[0].clone();
            }
            mouth.say(part);
        }),
    ),
    both(
        "pong-doubled",
        PONG,
        says(|mouth, part| {
            if part.is(Opcode::PONG) {
                mouth.say(part.clone());
            }
            mouth.say(part);
        }),
    ),
    both(
        "pong-doubled-late",
        PONG,
        says(|mouth, part| {
            let pong = part.is(Opcode::PONG);
            mouth.say(part.clone());
            if pong {
                mouth.say_late(part);
            }
        }),
    ),
    both(
        "second-pong-doubled-late",
        PONG,
        says(|mouth, part| {
            let pong = part.is(Opcode::PONG) && mouth.pongs == 2;
            mouth.say(part.clone());
            if pong {
                mouth.say_late(part);
            }
        }),
    ),
    both(
        "second-pong-doubled",
        PONG,
        says(|mouth, part| {
            if part.is(Opcode::PONG) && mouth.pongs == 2 {
                mouth.say(part.clone());
            }
            mouth.say(part);
        }),
    ),
    both(
        "ping-answered-by-a-ping",
        PONG,
        frames(|_, frame| {
            if frame.is(Opcode::PONG) {
                frame.header.opcode = Opcode::PING;
            }
        }),
    ),
    both(
        "ping-answered-by-a-text",
        PONG,
        frames(|_, frame| {
            if frame.is(Opcode::PONG) {
                frame.header.opcode = Opcode::TEXT;
            }
        }),
    ),
    both(
        "pong-answered",
        UNSOLICITED,
        hears(|ear, heard| match heard {
            Heard::Header(mut header) if header.opcode == Opcode::PONG => {
                header.opcode = Opcode::PING;
                ear.pass(Heard::Header(header));
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "unsolicited-pong-refused",
        UNSOLICITED,
        hears(|ear, heard| match heard {
            Heard::Header(header) if header.opcode == Opcode::PONG => {
                ear.fail(Violation::ReservedOpcode {
                    opcode: Opcode::PONG,
                });
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "pong-of-126-octets",
        LENGTH,
        frames(|_, frame| {
            if frame.is(Opcode::PONG) {
                let mut payload = std::mem::take(&mut frame.payload);
                payload.resize(126, b'.');
                frame.set_payload(payload);
            }
        }),
    ),
    both(
        "long-control-frames-taken",
        LENGTH,
        forgives(|violation, _| *violation == Violation::ControlTooLong),
    ),
    both(
        "long-pongs-taken",
        LENGTH,
        forgives(|violation, place| {
            *violation == Violation::ControlTooLong && place.opcode == Opcode::PONG
        }),
    ),
    both(
        "long-closes-taken",
        LENGTH,
        forgives(|violation, place| {
            *violation == Violation::ControlTooLong && place.opcode == Opcode::CLOSE
        }),
    ),
    both(
        "long-control-frames-skipped",
        LENGTH,
        hears(|ear, heard| match heard {
            Heard::Header(header) if header.opcode.is_control() && header.length > 125 => {
                ear.skip_frame();
            }
            heard => ear.pass(heard),
        }),
    ),
];
