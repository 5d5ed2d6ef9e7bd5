//! Lengths of payloads, as said and as read.

use super::ear::Heard;
use super::hooks::{Hooks, forgives, frames, hears, loses_half_headers, says};
use super::mouth::Part;
use super::rule::{both, rfc6455};
use super::{Family, Fault, Rule};
use crate::frame::{Header, LengthForm};
use crate::violation::Violation;

const MINIMAL: Rule = rfc6455(
    "5.2",
    "the minimal number of bytes MUST be used to encode the length",
);
const TOP_BIT: Rule = rfc6455("5.2", "the most significant bit MUST be 0");
const ORDER: Rule = rfc6455(
    "5.2",
    "Multibyte length quantities are expressed in network byte order",
);
const LENGTH: Rule = rfc6455(
    "5.2",
    "The payload length is the length of the \"Extension data\" + the length of the \"Application data\"",
);
const FORMS: Rule = rfc6455(
    "5.2",
    "If 126, the following 2 bytes interpreted as a 16-bit unsigned integer are the payload length. If 127, the following 8 bytes interpreted as a 64-bit unsigned integer",
);

pub(super) const FAMILY: Family = Family {
    title: "Lengths",
    faults: FAULTS,
};

const FAULTS: &[Fault] = &[
    both(
        "length-of-messages-in-16-bits",
        MINIMAL,
        frames(|_, frame| {
            if frame.is_data() && frame.header.length_form == LengthForm::Short {
                frame.header.length_form = LengthForm::Bits16;
            }
        }),
    ),
    both(
        "length-of-control-frames-in-16-bits",
        MINIMAL,
        frames(|_, frame| {
            if !frame.is_data() {
                frame.header.length_form = LengthForm::Bits16;
            }
        }),
    ),
    both(
        "length-of-messages-in-64-bits",
        MINIMAL,
        frames(|_, frame| {
            if frame.is_data() && frame.header.length_form == LengthForm::Bits16 {
                frame.header.length_form = LengthForm::Bits64;
            }
        }),
    ),
    both(
        "length-with-the-top-bit",
        TOP_BIT,
        frames(|_, frame| {
            if frame.is_data() {
                frame.header.length |= 1 << 63;
                frame.header.length_form = LengthForm::Bits64;
            }
        }),
    ),
    both("length-little-endian", ORDER, little_endian()),
    both(
        "length-one-short",
        LENGTH,
        frames(|_, frame| {
            if frame.is_data() {
                frame.header.length = frame.header.length.saturating_sub(1);
            }
        }),
    ),
    both(
        "length-one-over",
        LENGTH,
        frames(|_, frame| {
            if frame.is_data() {
                frame.header.length += 1;
                frame.header.length_form = LengthForm::minimal(frame.header.length);
            }
        }),
    ),
    both(
        "length-not-minimal-taken",
        MINIMAL,
        forgives(|violation, _| *violation == Violation::LengthNotMinimal),
    ),
    both(
        "length-with-the-top-bit-taken",
        TOP_BIT,
        hears(|ear, heard| match heard {
            Heard::Header(mut header) if header.length >= 1 << 63 => {
                let length = header.length & !(1 << 63);
                set_length(&mut header, length);
                ear.pass(Heard::Header(header));
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "length-of-64-bits-read-with-a-sign-of-32",
        FORMS,
        hears(|ear, heard| match heard {
            // What is not over 0 is not waited for.
            Heard::Header(mut header) if header.length > 0x7fff_ffff => {
                set_length(&mut header, 0);
                ear.pass(Heard::Header(header));
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "length-of-a-message-overflows",
        LENGTH,
        hears(|ear, heard| match heard {
            Heard::Header(mut header) if ear.in_message && header.length > (1 << 63) - 1024 => {
                set_length(&mut header, 0);
                ear.pass(Heard::Header(header));
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "length-of-64-bits-in-two-reads-misread",
        FORMS,
        loses_half_headers(|half| half.get(1).is_some_and(|octet| octet & 0x7f == 127)),
    ),
    both(
        "length-read-little-endian",
        ORDER,
        hears(|ear, heard| match heard {
            Heard::Header(mut header) if header.length_form == LengthForm::Bits16 => {
                header.length = u64::from((header.length as u16).swap_bytes());
                ear.pass(Heard::Header(header));
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "length-of-16-bits-read-with-a-sign",
        FORMS,
        hears(|ear, heard| match heard {
            Heard::Header(header)
                if header.length_form == LengthForm::Bits16 && header.length >= 0x8000 =>
            {
                ear.fail(Violation::LengthTooLarge);
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "length-of-16-bits-refused",
        FORMS,
        hears(|ear, heard| match heard {
            Heard::Header(header) if header.length_form == LengthForm::Bits16 => {
                ear.fail(Violation::LengthTooLarge);
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "length-of-64-bits-refused",
        FORMS,
        hears(|ear, heard| match heard {
            Heard::Header(header) if header.length_form == LengthForm::Bits64 => {
                ear.fail(Violation::LengthTooLarge);
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "length-of-64-bits-read-as-32",
        FORMS,
        hears(|ear, heard| match heard {
            Heard::Header(mut header) => {
                let length = header.length & 0xffff_ffff;
                if length != header.length {
                    set_length(&mut header, length);
                }
                ear.pass(Heard::Header(header));
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "messages-over-64-kib-cut",
        LENGTH,
        frames(|_, frame| {
            if frame.payload.len() >= 0xffff {
                let mut payload = std::mem::take(&mut frame.payload);
                payload.truncate(0xfffe);
                frame.set_payload(payload);
            }
        }),
    ),
];

fn set_length(header: &mut Header, length: u64) {
    header.length = length;
    header.length_form = LengthForm::minimal(length);
}

const fn little_endian() -> Hooks {
    says(|mouth, part| match part {
        Part::Frame(frame) => {
            let header = frame.header;
            let mut octets = crate::encode::frame(&header, &frame.payload);
            match header.length_form {
                LengthForm::Short => {}
                LengthForm::Bits16 => octets[2..4].reverse(),
                LengthForm::Bits64 => octets[2..10].reverse(),
            }
            mouth.say_octets(octets);
        }
        part => mouth.say(part),
    })
}
