//! Frames masked wrongly, and masks judged wrongly.

use super::ear::{Ear, Heard};
use super::hooks::{forgives, frames, hears, says};
use super::mouth::Part;
use super::rule::{client, rfc6455, server};
use super::{Family, Fault, Rule};
use crate::encode;
use crate::frame::{LengthForm, Opcode};
use crate::mask;
use crate::violation::Violation;

const CLIENT: Rule = rfc6455(
    "5.1",
    "a client MUST mask all frames that it sends to the server",
);
const SERVER: Rule = rfc6455(
    "5.1",
    "A server MUST NOT mask any frames that it sends to the client",
);
const FRESH: Rule = rfc6455(
    "5.3",
    "the client MUST pick a fresh masking key from the set of allowed 32-bit values",
);
const KEY: Rule = rfc6455("5.3", "The masking key needs to be unpredictable");
const ALGORITHM: Rule = rfc6455(
    "5.3",
    "transformed-octet-i = original-octet-i XOR masking-key-octet-j",
);
const RECEIVER: Rule = rfc6455(
    "5.1",
    "The server MUST close the connection upon receiving a frame that is not masked",
);

const CLIENT_RECEIVER: Rule = rfc6455(
    "5.1",
    "A client MUST close a connection if it detects a masked frame",
);

pub(super) const FAMILY: Family = Family {
    title: "Masking",
    faults: FAULTS,
};

const FAULTS: &[Fault] = &[
    client(
        "frames-not-masked",
        CLIENT,
        frames(|_, frame| frame.header.mask = None),
    ),
    client(
        "control-frames-not-masked",
        CLIENT,
        frames(|_, frame| {
            if !frame.is_data() {
                frame.header.mask = None;
            }
        }),
    ),
    client(
        "empty-frames-not-masked",
        CLIENT,
        frames(|_, frame| {
            if frame.payload.is_empty() {
                frame.header.mask = None;
            }
        }),
    ),
    client(
        "empty-frames-masked-by-zeros",
        KEY,
        frames(|_, frame| {
            if frame.payload.is_empty() {
                frame.header.mask = Some([0; 4]);
            }
        }),
    ),
    client(
        "pongs-masked-by-one-key",
        FRESH,
        frames(|_, frame| {
            if frame.is(Opcode::PONG) {
                frame.header.mask = Some([0x12, 0x34, 0x56, 0x78]);
            }
        }),
    ),
    client(
        "long-frames-masked-by-one-key",
        FRESH,
        frames(|_, frame| {
            if frame.header.length_form != LengthForm::Short {
                frame.header.mask = Some([0x12, 0x34, 0x56, 0x78]);
            }
        }),
    ),
    client(
        "masks-by-the-same-keys-on-each-connection",
        KEY,
        frames(|mouth, frame| frame.header.mask = Some(mouth.next_key())),
    ),
    server(
        "frames-masked",
        SERVER,
        frames(|_, frame| frame.header.mask = Some([1, 2, 3, 4])),
    ),
    server(
        "control-frames-masked",
        SERVER,
        frames(|_, frame| {
            if !frame.is_data() {
                frame.header.mask = Some([1, 2, 3, 4]);
            }
        }),
    ),
    client(
        "masks-by-one-key",
        FRESH,
        frames(|_, frame| frame.header.mask = Some([0x12, 0x34, 0x56, 0x78])),
    ),
    client(
        "masks-by-zeros",
        KEY,
        frames(|_, frame| frame.header.mask = Some([0; 4])),
    ),
    client(
        "masks-by-counting",
        KEY,
        frames(|mouth, frame| frame.header.mask = Some(mouth.messages.to_be_bytes())),
    ),
    client(
        "says-masked-and-is-not",
        ALGORITHM,
        says(|mouth, part| match part {
            Part::Frame(frame) => {
                let octets = [&frame.header.encode()[..], &frame.payload].concat();
                mouth.say_octets(octets);
            }
            part => mouth.say(part),
        }),
    ),
    client(
        "masks-by-the-key-turned-round",
        ALGORITHM,
        says(|mouth, part| match part {
            Part::Frame(mut frame) => {
                let mut key = frame.header.mask.unwrap_or_default();
                key.reverse();
                mask::apply(key, 0, &mut frame.payload);
                mouth.say_octets([&frame.header.encode()[..], &frame.payload].concat());
            }
            part => mouth.say(part),
        }),
    ),
    client(
        "masks-whole-words-only",
        ALGORITHM,
        says(|mouth, part| match part {
            Part::Frame(frame) => {
                let mut octets = encode::frame(&frame.header, &frame.payload);
                let tail = frame.payload.len() % 4;
                let at = octets.len() - tail;
                octets[at..].copy_from_slice(&frame.payload[frame.payload.len() - tail..]);
                mouth.say_octets(octets);
            }
            part => mouth.say(part),
        }),
    ),
    server(
        "unmasked-frames-taken",
        RECEIVER,
        forgives(|violation, _| *violation == Violation::UnmaskedFrame),
    ),
    server(
        "unmasked-control-frames-taken",
        RECEIVER,
        forgives(|violation, place| {
            *violation == Violation::UnmaskedFrame && place.opcode.is_control()
        }),
    ),
    server(
        "unmasked-empty-frames-taken",
        RECEIVER,
        hears(|ear, mut heard| {
            if let Heard::Header(header) = &mut heard
                && header.mask.is_none()
                && header.length == 0
            {
                header.mask = Some([0; 4]);
            }
            ear.pass(heard);
        }),
    ),
    server(
        "unmasked-long-frames-taken",
        RECEIVER,
        hears(|ear, mut heard| {
            if let Heard::Header(header) = &mut heard
                && header.mask.is_none()
                && header.length_form != LengthForm::Short
            {
                header.mask = Some([0; 4]);
            }
            ear.pass(heard);
        }),
    ),
    server(
        "unmasked-pongs-taken",
        RECEIVER,
        hears(|ear, mut heard| {
            if let Heard::Header(header) = &mut heard
                && header.mask.is_none()
                && header.opcode == Opcode::PONG
            {
                header.mask = Some([0; 4]);
            }
            ear.pass(heard);
        }),
    ),
    server(
        "unmasked-continuations-taken",
        RECEIVER,
        hears(|ear, mut heard| {
            if let Heard::Header(header) = &mut heard
                && header.mask.is_none()
                && header.opcode == Opcode::CONTINUATION
            {
                header.mask = Some([0; 4]);
            }
            ear.pass(heard);
        }),
    ),
    server(
        "unmasked-frames-taken-after-a-masked-one",
        RECEIVER,
        hears(|ear, mut heard| {
            if let Heard::Header(header) = &mut heard {
                match header.mask {
                    Some(_) => ear.held = vec![1],
                    None if !ear.held.is_empty() => header.mask = Some([0; 4]),
                    None => {}
                }
            }
            ear.pass(heard);
        }),
    ),
    server(
        "unmasked-frames-skipped",
        RECEIVER,
        hears(|ear, heard| match heard {
            Heard::Header(header) if header.mask.is_none() => ear.skip_frame(),
            heard => ear.pass(heard),
        }),
    ),
    server(
        "unmasked-frames-answered-before-failing",
        RECEIVER,
        hears(|ear, heard| answer_then_fail(ear, heard, true)),
    ),
    client(
        "masked-frames-taken",
        CLIENT_RECEIVER,
        forgives(|violation, _| *violation == Violation::MaskedFrame),
    ),
    client(
        "masked-control-frames-taken",
        CLIENT_RECEIVER,
        forgives(|violation, place| {
            *violation == Violation::MaskedFrame && place.opcode.is_control()
        }),
    ),
    client(
        "masked-empty-frames-taken",
        CLIENT_RECEIVER,
        hears(|ear, mut heard| {
            if let Heard::Header(header) = &mut heard
                && header.mask.is_some()
                && header.length == 0
            {
                header.mask = None;
            }
            ear.pass(heard);
        }),
    ),
    client(
        "masked-long-frames-taken",
        CLIENT_RECEIVER,
        hears(|ear, mut heard| {
            if let Heard::Header(header) = &mut heard
                && header.mask.is_some()
                && header.length_form != LengthForm::Short
            {
                header.mask = None;
            }
            ear.pass(heard);
        }),
    ),
    client(
        "masked-pongs-taken",
        CLIENT_RECEIVER,
        hears(|ear, mut heard| {
            if let Heard::Header(header) = &mut heard
                && header.mask.is_some()
                && header.opcode == Opcode::PONG
            {
                header.mask = None;
            }
            ear.pass(heard);
        }),
    ),
    client(
        "masked-continuations-taken",
        CLIENT_RECEIVER,
        hears(|ear, mut heard| {
            if let Heard::Header(header) = &mut heard
                && header.mask.is_some()
                && header.opcode == Opcode::CONTINUATION
            {
                header.mask = None;
            }
            ear.pass(heard);
        }),
    ),
    client(
        "frames-masked-by-zeros-taken",
        CLIENT_RECEIVER,
        hears(|ear, mut heard| {
            if let Heard::Header(header) = &mut heard
                && header.mask == Some([0; 4])
            {
                header.mask = None;
            }
            ear.pass(heard);
        }),
    ),
    client(
        "masked-frames-skipped",
        CLIENT_RECEIVER,
        hears(|ear, heard| match heard {
            Heard::Header(header) if header.mask.is_some() => ear.skip_frame(),
            heard => ear.pass(heard),
        }),
    ),
    client(
        "masked-frames-answered-before-failing",
        CLIENT_RECEIVER,
        hears(|ear, heard| answer_then_fail(ear, heard, false)),
    ),
    server(
        "unmasks-each-read-from-the-start-of-the-key",
        ALGORITHM,
        hears(|ear, mut heard| {
            if let Heard::Payload(octets) = &mut heard {
                let key = ear.header.mask.unwrap_or_default();
                mask::apply(key, (ear.offset % 4) as usize, octets);
                mask::apply(key, 0, octets);
            }
            ear.pass(heard);
        }),
    ),
    server(
        "unmasks-whole-words-only",
        ALGORITHM,
        hears(|ear, mut heard| {
            if let Heard::Payload(octets) = &mut heard {
                let length = ear.header.length;
                let tail = ear.offset.max(length - length % 4);
                let from = usize::try_from(tail - ear.offset).unwrap_or(usize::MAX);
                let from = from.min(octets.len());
                let key = ear.header.mask.unwrap_or_default();
                mask::apply(key, (tail % 4) as usize, &mut octets[from..]);
            }
            ear.pass(heard);
        }),
    ),
];

/// Takes a frame that is masked, or not, as it should not be, and says so only
/// when it has ended.
fn answer_then_fail(ear: &mut Ear, mut heard: Heard<'_>, must_be_masked: bool) {
    let mut ends_wrong_one = false;
    match &mut heard {
        Heard::Header(header) if header.mask.is_some() != must_be_masked => {
            header.mask = must_be_masked.then_some([0; 4]);
            ear.held = vec![1];
        }
        Heard::End => ends_wrong_one = !std::mem::take(&mut ear.held).is_empty(),
        _ => {}
    }
    ear.pass(heard);
    if ends_wrong_one {
        ear.fail(match must_be_masked {
            true => Violation::UnmaskedFrame,
            false => Violation::MaskedFrame,
        });
    }
}
