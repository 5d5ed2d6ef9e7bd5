//! What is unusual and lawful.

use super::hooks::{forgives, frames, in_silence, says};
use super::mouth::Part;
use super::rule::lawful;
use super::{Family, Fault};
use crate::close::encode_body;
use crate::frame::Opcode;
use crate::violation::Violation::InvalidUtf8;

pub(super) const FAMILY: Family = Family {
    title: "Unusual and lawful",
    faults: ODDITIES,
};

const ODDITIES: &[Fault] = &[
    lawful(
        "ping-unasked",
        in_silence(|mouth| {
            let ping = mouth.frame(Opcode::PING, b"");
            mouth.say(ping);
        }),
    ),
    lawful(
        "pong-unasked",
        in_silence(|mouth| {
            let pong = mouth.frame(Opcode::PONG, b"");
            mouth.say(pong);
        }),
    ),
    lawful(
        "close-unasked",
        in_silence(|mouth| {
            let close = mouth.frame(Opcode::CLOSE, &encode_body(Some(1000), b""));
            mouth.say(close);
        }),
    ),
    lawful(
        "head-late",
        says(|mouth, part| match part {
            Part::Head(_) => mouth.say_late(part),
            part => mouth.say(part),
        }),
    ),
    lawful(
        "end-late",
        says(|mouth, part| match part {
            Part::End(_) => mouth.say_late(part),
            part => mouth.say(part),
        }),
    ),
    lawful(
        "echo-in-two-fragments",
        says(|mouth, part| match part.message_in_two() {
            Ok((first, second)) => {
                mouth.say(Part::Frame(first));
                mouth.say(Part::Frame(second));
            }
            Err(part) => mouth.say(part),
        }),
    ),
    lawful(
        "ping-between-two-fragments",
        says(|mouth, part| match part.message_in_two() {
            Ok((first, second)) => {
                mouth.say(Part::Frame(first));
                let ping = mouth.frame(Opcode::PING, b"between");
                mouth.say(ping);
                mouth.say(Part::Frame(second));
            }
            Err(part) => mouth.say(part),
        }),
    ),
    // §8.1 sets no moment for it.
    lawful(
        "utf8-judged-at-the-end-of-the-message",
        // The ear reads no compressed text.
        forgives(|violation, place| matches!(violation, InvalidUtf8 { .. }) && !place.compressed)
            .and_hears(
                |ear, heard| match ear.ends_text(&heard) && ear.utf8.finish().is_err() {
                    true => ear.fail(InvalidUtf8 { offset: 0 }),
                    false => ear.pass(heard),
                },
            ),
    ),
    lawful(
        "octet-by-octet",
        says(|mouth, part| match part {
            part @ Part::End(_) => mouth.say(part),
            part => mouth.drip(part),
        })
        .time(0),
    ),
    lawful(
        "close-with-a-reason",
        frames(|mouth, frame| {
            if frame.is(Opcode::CLOSE) && mouth.failing.is_none() && frame.payload.len() == 2 {
                let mut payload = std::mem::take(&mut frame.payload);
                payload.extend_from_slice(b"bye");
                frame.set_payload(payload);
            }
        }),
    ),
];
