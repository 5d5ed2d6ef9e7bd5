//! Frames masked wrongly, and masks judged wrongly.

use super::ear::Heard;
use super::hooks::{forgives, frames, hears, says};
use super::mouth::Part;
use super::rule::{client, rfc6455, server};
use super::{Family, Fault, Rule};
use crate::encode;
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
const KEY: Rule = rfc6455("5.3", "The masking key needs to be unpredictable");
const ALGORITHM: Rule = rfc6455(
    "5.3",
    "transformed-octet-i = original-octet-i XOR masking-key-octet-j",
);
const RECEIVER: Rule = rfc6455(
    "5.1",
    "The server MUST close the connection upon receiving a frame that is not masked",
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
        rfc6455(
            "5.3",
            "the client MUST pick a fresh masking key from the set of allowed 32-bit values",
        ),
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
    client(
        "masked-frames-taken",
        rfc6455(
            "5.1",
            "A client MUST close a connection if it detects a masked frame",
        ),
        forgives(|violation, _| *violation == Violation::MaskedFrame),
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
