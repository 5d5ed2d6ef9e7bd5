//! Messages that do not come back as they went, or not in time, and peers that
//! do nothing.

use super::ear::Heard;
use super::hooks::{frames, hears, in_silence, loses_half_headers, says};
use super::mouth::Part;
use super::rule::{both, rfc6455};
use super::{Family, Fault, Rule};
use crate::conversation::Output;
use crate::frame::Opcode;
use crate::violation::Violation;

const RECEIVED: Rule = rfc6455(
    "6.2",
    "_A WebSocket Message Has Been Received_ with type /type/ and data /data/",
);
const SENT: Rule = rfc6455("6.1", "_Send a WebSocket Message_ comprising of /data/");
const STREAM: Rule = rfc6455(
    "6.2",
    "an endpoint listens on the underlying network connection. Incoming data MUST be parsed as WebSocket frames",
);
const OPEN: Rule = rfc6455(
    "4.2.2",
    "the WebSocket connection is in the OPEN state. At this point, the server may begin sending (and receiving) data",
);

pub(super) const FAMILY: Family = Family {
    title: "Messages there and back",
    faults: FAULTS,
};

const FAULTS: &[Fault] = &[
    both("half-headers-lost", STREAM, loses_half_headers(|_| true)),
    both(
        "half-headers-of-pings-lost",
        STREAM,
        loses_half_headers(|half| opcode_of(half) == Some(Opcode::PING)),
    ),
    both(
        "half-headers-of-pongs-lost",
        STREAM,
        loses_half_headers(|half| opcode_of(half) == Some(Opcode::PONG)),
    ),
    both(
        "half-headers-of-closes-lost",
        STREAM,
        loses_half_headers(|half| opcode_of(half) == Some(Opcode::CLOSE)),
    ),
    both(
        "half-headers-of-continuations-lost",
        STREAM,
        loses_half_headers(|half| opcode_of(half) == Some(Opcode::CONTINUATION)),
    ),
    both(
        "echo-never-said",
        SENT,
        says(|mouth, part| {
            if !part.is_message() {
                mouth.say(part);
            }
        }),
    ),
    both(
        "second-echo-never-said",
        SENT,
        says(|mouth, part| {
            if !(part.is_message() && mouth.messages == 2) {
                mouth.say(part);
            }
        }),
    ),
    both(
        "empty-messages-not-echoed",
        SENT,
        says(|mouth, part| match part {
            Part::Frame(frame) if frame.is_data() && frame.payload.is_empty() => {}
            part => mouth.say(part),
        }),
    ),
    both(
        "echo-late",
        SENT,
        says(|mouth, part| match part.is_message() {
            true => mouth.say_late(part),
            false => mouth.say(part),
        })
        .time(120_000),
    ),
    both(
        "second-echo-late",
        SENT,
        says(
            |mouth, part| match part.is_message() && mouth.messages == 2 {
                true => mouth.say_late(part),
                false => mouth.say(part),
            },
        )
        .time(120_000),
    ),
    both(
        "echo-drips",
        SENT,
        says(|mouth, part| match part.is_message() {
            true => mouth.drip(part),
            false => mouth.say(part),
        })
        .time(10_000),
    ),
    both(
        "echo-doubled",
        SENT,
        says(|mouth, part| {
            if part.is_message() {
                mouth.say(part.clone());
            }
            mouth.say(part);
        }),
    ),
    both(
        "second-echo-doubled",
        SENT,
        says(|mouth, part| {
            if part.is_message() && mouth.messages == 2 {
                mouth.say(part.clone());
            }
            mouth.say(part);
        }),
    ),
    both(
        "echo-doubled-late",
        SENT,
        says(|mouth, part| {
            let message = part.is_message();
            mouth.say(part.clone());
            if message {
                mouth.say_late(part);
            }
        }),
    ),
    both(
        "second-echo-doubled-late",
        SENT,
        says(|mouth, part| {
            let message = part.is_message() && mouth.messages == 2;
            mouth.say(part.clone());
            if message {
                mouth.say_late(part);
            }
        }),
    ),
    both(
        "echo-altered",
        RECEIVED,
        frames(|_, frame| {
            if frame.is_data()
                && let Some(last) = frame.payload.last_mut()
            {
                *last ^= 1;
            }
        }),
    ),
    both(
        "second-echo-altered",
        RECEIVED,
        frames(|mouth, frame| {
            if frame.is_data()
                && mouth.messages == 2
                && let Some(last) = frame.payload.last_mut()
            {
                *last ^= 1;
            }
        }),
    ),
    both(
        "echo-altered-in-the-middle",
        RECEIVED,
        frames(|_, frame| {
            let middle = frame.payload.len() / 2;
            if frame.is_data()
                && let Some(octet) = frame.payload.get_mut(middle)
            {
                *octet ^= 1;
            }
        }),
    ),
    both(
        "echo-without-its-last-octet",
        RECEIVED,
        frames(|_, frame| {
            if frame.is_data() {
                let mut payload = std::mem::take(&mut frame.payload);
                payload.pop();
                frame.set_payload(payload);
            }
        }),
    ),
    both(
        "echo-with-a-newline",
        RECEIVED,
        frames(|_, frame| {
            if frame.is_data() {
                let mut payload = std::mem::take(&mut frame.payload);
                payload.push(b'\n');
                frame.set_payload(payload);
            }
        }),
    ),
    both(
        "echoes-swapped",
        RECEIVED,
        says(|mouth, part| {
            if part.is_message() && mouth.held.is_empty() {
                return mouth.held.push(part);
            }
            mouth.say(part);
            for held in std::mem::take(&mut mouth.held) {
                mouth.say(held);
            }
        }),
    ),
    both(
        "one-frame-a-read",
        STREAM,
        hears(|ear, heard| {
            let ends = matches!(heard, Heard::End);
            ear.pass(heard);
            ear.is_deaf = ends;
        }),
    ),
    both(
        "frame-in-pieces-lost",
        STREAM,
        hears(|ear, heard| match heard {
            Heard::Payload(octets)
                if ear.offset == 0 && (octets.len() as u64) < ear.header.length =>
            {
                ear.fail(Violation::LengthTooLarge);
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "everything-ignored",
        STREAM,
        hears(|ear, heard| {
            if matches!(heard, Heard::Header(_)) {
                ear.skip_frame();
            }
        }),
    ),
    both(
        "messages-ignored",
        STREAM,
        hears(|ear, heard| match heard {
            Heard::Header(header) if !header.opcode.is_control() => ear.skip_frame(),
            heard => ear.pass(heard),
        }),
    ),
    both(
        "everything-answered-by-a-reset",
        OPEN,
        says(|mouth, part| match part {
            Part::Head(_) => mouth.say(part),
            _ => mouth.say(Part::End(Output::Reset)),
        }),
    ),
    both(
        "everything-answered-by-the-end-of-tcp",
        OPEN,
        says(|mouth, part| match part {
            Part::Head(_) => mouth.say(part),
            _ => mouth.say(Part::End(Output::Drop)),
        }),
    ),
    both(
        "ends-in-a-silence",
        OPEN,
        in_silence(|mouth| mouth.say(Part::End(Output::Drop))).time(1),
    ),
    both(
        "resets-in-a-silence",
        OPEN,
        in_silence(|mouth| mouth.say(Part::End(Output::Reset))).time(1),
    ),
    both(
        "text-unasked",
        RECEIVED,
        in_silence(|mouth| {
            let text = mouth.frame(Opcode::TEXT, b"hi");
            mouth.say(text);
        }),
    ),
    both(
        "garbage-unasked",
        STREAM,
        in_silence(|mouth| mouth.say_octets(b"\xff\xff\xff\xff".to_vec())),
    ),
    both(
        "garbage-behind-the-opening",
        OPEN,
        says(|mouth, part| {
            let head = matches!(part, Part::Head(_));
            mouth.say(part);
            if head {
                mouth.say_octets(b"\0\0".to_vec());
            }
        }),
    ),
];

fn opcode_of(header: &[u8]) -> Option<Opcode> {
    header.first().map(|octet| Opcode::from_bits(octet & 15))
}
