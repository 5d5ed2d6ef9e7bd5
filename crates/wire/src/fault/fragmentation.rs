//! Messages in fragments, as said and as read.

use super::ear::{Ear, Heard};
use super::hooks::{forgives, frames, hears, limits_frames, says};
use super::mouth::Part;
use super::rule::{both, rfc6455};
use super::{Family, Fault, Rule};
use crate::frame::Opcode;
use crate::violation::Violation;

const FRAGMENTED: Rule = rfc6455(
    "5.4",
    "a single frame with the FIN bit clear and an opcode other than 0, followed by zero or more frames with the FIN bit clear and the opcode set to 0, and terminated by a single frame with the FIN bit set and an opcode of 0",
);
const INTERLEAVED: Rule = rfc6455(
    "5.4",
    "The fragments of one message MUST NOT be interleaved between the fragments of another message",
);
const ORDER: Rule = rfc6455(
    "5.4",
    "Message fragments MUST be delivered to the recipient in the order sent by the sender",
);
const RECEIVED: Rule = rfc6455(
    "5.4",
    "Clients and servers MUST support receiving both fragmented and unfragmented messages",
);
const BETWEEN: Rule = rfc6455(
    "5.4",
    "An endpoint MUST be capable of handling control frames in the middle of a fragmented message",
);
const CONTROL: Rule = rfc6455("5.5", "All control frames [...] MUST NOT be fragmented");

pub(super) const FAMILY: Family = Family {
    title: "Fragments",
    faults: FAULTS,
};

const FAULTS: &[Fault] = &[
    both(
        "fragments-all-begin-a-message",
        FRAGMENTED,
        says(|mouth, part| match part.message_in_two() {
            Ok((first, mut second)) => {
                second.header.opcode = first.header.opcode;
                mouth.say(Part::Frame(first));
                mouth.say(Part::Frame(second));
            }
            Err(part) => mouth.say(part),
        }),
    ),
    both(
        "message-begins-by-a-continuation",
        FRAGMENTED,
        frames(|_, frame| {
            if frame.is_data() {
                frame.header.opcode = Opcode::CONTINUATION;
            }
        }),
    ),
    both(
        "first-fragment-has-fin",
        FRAGMENTED,
        says(|mouth, part| match part.message_in_two() {
            Ok((mut first, second)) => {
                first.header.fin = true;
                mouth.say(Part::Frame(first));
                mouth.say(Part::Frame(second));
            }
            Err(part) => mouth.say(part),
        }),
    ),
    both(
        "last-fragment-never-said",
        FRAGMENTED,
        says(|mouth, part| match part.message_in_two() {
            Ok((first, _)) => mouth.say(Part::Frame(first)),
            Err(part) => mouth.say(part),
        }),
    ),
    both(
        "message-inside-a-message",
        INTERLEAVED,
        says(|mouth, part| match part.message_in_two() {
            Ok((first, second)) => {
                mouth.say(Part::Frame(first));
                let text = mouth.frame(Opcode::TEXT, b"between");
                mouth.say(text);
                mouth.say(Part::Frame(second));
            }
            Err(part) => mouth.say(part),
        }),
    ),
    both(
        "fragments-said-in-the-wrong-order",
        ORDER,
        says(|mouth, part| match part.message_in_two() {
            Ok((mut first, mut second)) => {
                std::mem::swap(&mut first.header.mask, &mut second.header.mask);
                let (front, back) = (first.payload.clone(), second.payload.clone());
                first.set_payload(back);
                second.set_payload(front);
                mouth.say(Part::Frame(first));
                mouth.say(Part::Frame(second));
            }
            Err(part) => mouth.say(part),
        }),
    ),
    both(
        "pong-in-two-fragments",
        CONTROL,
        says(|mouth, part| match part.in_two(Opcode::PONG) {
            Ok((first, second)) => {
                mouth.say(Part::Frame(first));
                mouth.say(Part::Frame(second));
            }
            Err(part) => mouth.say(part),
        }),
    ),
    both(
        "close-in-two-fragments",
        CONTROL,
        says(|mouth, part| match part.in_two(Opcode::CLOSE) {
            Ok((first, second)) => {
                mouth.say(Part::Frame(first));
                mouth.say(Part::Frame(second));
            }
            Err(part) => mouth.say(part),
        }),
    ),
    both(
        "fragmented-control-frames-taken",
        CONTROL,
        forgives(|violation, _| *violation == Violation::FragmentedControl),
    ),
    both(
        "continuation-outside-a-message-taken",
        FRAGMENTED,
        forgives(|violation, _| *violation == Violation::ContinuationWithoutMessage),
    ),
    both(
        "continuation-outside-a-message-skipped",
        FRAGMENTED,
        hears(|ear, heard| match heard {
            Heard::Header(header) if is_stray(ear, header.opcode) => ear.skip_frame(),
            heard => ear.pass(heard),
        }),
    ),
    both(
        "last-continuation-outside-a-message-taken",
        FRAGMENTED,
        hears(|ear, heard| match heard {
            Heard::Header(mut header) if is_stray(ear, header.opcode) && header.fin => {
                header.opcode = Opcode::TEXT;
                ear.pass(Heard::Header(header));
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "message-inside-a-message-joined",
        INTERLEAVED,
        forgives(|violation, _| *violation == Violation::DataInsideMessage),
    ),
    both(
        "message-inside-a-message-ends-it",
        INTERLEAVED,
        hears(|ear, heard| {
            if let Heard::Header(header) = heard
                && ear.in_message
                && matches!(header.opcode, Opcode::TEXT | Opcode::BINARY)
            {
                ear.end_message();
                ear.message = header.opcode;
            }
            ear.pass(heard);
        }),
    ),
    both(
        "message-inside-a-message-skipped",
        INTERLEAVED,
        hears(|ear, heard| match heard {
            Heard::Header(header)
                if ear.in_message && matches!(header.opcode, Opcode::TEXT | Opcode::BINARY) =>
            {
                ear.skip_frame();
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "binary-inside-a-binary-message-joined",
        INTERLEAVED,
        hears(|ear, mut heard| {
            if let Heard::Header(header) = &mut heard
                && ear.in_message
                && (ear.message, header.opcode) == (Opcode::BINARY, Opcode::BINARY)
            {
                header.opcode = Opcode::CONTINUATION;
            }
            ear.pass(heard);
        }),
    ),
    both(
        "message-of-another-kind-inside-a-message-joined",
        INTERLEAVED,
        hears(|ear, mut heard| {
            if let Heard::Header(header) = &mut heard
                && ear.in_message
                && matches!(header.opcode, Opcode::TEXT | Opcode::BINARY)
                && ear.message != header.opcode
            {
                header.opcode = Opcode::CONTINUATION;
            }
            ear.pass(heard);
        }),
    ),
    both(
        "empty-continuation-outside-a-message-skipped",
        FRAGMENTED,
        hears(|ear, heard| match heard {
            Heard::Header(header) if is_stray(ear, header.opcode) && header.length == 0 => {
                ear.skip_frame();
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "empty-fragments-end-the-message",
        RECEIVED,
        hears(|ear, mut heard| {
            if let Heard::Header(header) = &mut heard
                && ear.in_message
                && header.opcode == Opcode::CONTINUATION
                && header.length == 0
            {
                header.fin = true;
            }
            ear.pass(heard);
        }),
    ),
    both(
        "empty-first-fragment-skipped",
        RECEIVED,
        hears(|ear, heard| match heard {
            Heard::Header(header)
                if !ear.in_message
                    && !header.opcode.is_control()
                    && !header.fin
                    && header.length == 0 =>
            {
                ear.skip_frame();
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "fragments-counted-in-6-bits",
        RECEIVED,
        hears(|ear, heard| {
            if let Heard::Header(header) = heard
                && !header.opcode.is_control()
            {
                if header.opcode != Opcode::CONTINUATION {
                    ear.held.clear();
                }
                ear.held.push(0);
                if ear.held.len() > 64 {
                    ear.held.clear();
                    ear.end_message();
                }
            }
            ear.pass(heard);
        }),
    ),
    both(
        "fragmented-messages-refused",
        RECEIVED,
        hears(|ear, heard| match heard {
            Heard::Header(header) if !header.opcode.is_control() && !header.fin => {
                ear.fail(Violation::DataInsideMessage);
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "third-fragment-refused",
        RECEIVED,
        hears(|ear, heard| {
            if let Heard::Header(header) = heard
                && !header.opcode.is_control()
            {
                if header.opcode != Opcode::CONTINUATION {
                    ear.held.clear();
                }
                ear.held.push(0);
                if ear.held.len() > 2 {
                    return ear.fail(Violation::ContinuationWithoutMessage);
                }
            }
            ear.pass(heard);
        }),
    ),
    both(
        "limit-of-frames-only",
        rfc6455(
            "10.4",
            "Implementations that have [...] limitations regarding the frame size or total message size after reassembly from multiple frames MUST protect themselves against exceeding those limits",
        ),
        limits_frames(),
    ),
    both(
        "empty-fragments-refused",
        RECEIVED,
        hears(|ear, heard| match heard {
            Heard::Header(header)
                if header.length == 0 && (!header.fin || header.opcode == Opcode::CONTINUATION) =>
            {
                ear.fail(Violation::ContinuationWithoutMessage);
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "empty-last-fragment-skipped",
        RECEIVED,
        hears(|ear, heard| match heard {
            Heard::Header(header)
                if header.length == 0
                    && header.fin
                    && header.opcode == Opcode::CONTINUATION
                    && ear.in_message =>
            {
                ear.skip_frame();
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "fragments-in-one-read-lost-but-one",
        RECEIVED,
        hears(|ear, heard| match heard {
            Heard::Header(header)
                if ear.in_message && !header.opcode.is_control() && ear.ended_in_read > 0 =>
            {
                if header.fin {
                    ear.end_message();
                }
                ear.skip_frame();
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "control-frame-between-fragments-refused",
        BETWEEN,
        hears(|ear, heard| match heard {
            Heard::Header(header) if header.opcode.is_control() && ear.in_message => {
                ear.fail(Violation::DataInsideMessage);
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "control-frame-between-fragments-ends-the-message",
        BETWEEN,
        hears(|ear, heard| match heard {
            Heard::Header(header) if header.opcode.is_control() && ear.in_message => {
                ear.end_message();
                ear.pass(heard);
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "control-frame-between-fragments-joined",
        BETWEEN,
        hears(|ear, heard| match heard {
            Heard::Header(mut header) if header.opcode.is_control() && ear.in_message => {
                header.opcode = Opcode::CONTINUATION;
                header.fin = false;
                ear.pass(Heard::Header(header));
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "ping-between-fragments-skipped",
        BETWEEN,
        hears(|ear, heard| match heard {
            Heard::Header(header) if header.opcode == Opcode::PING && ear.in_message => {
                ear.skip_frame();
            }
            heard => ear.pass(heard),
        }),
    ),
];

fn is_stray(ear: &Ear, opcode: Opcode) -> bool {
    opcode == Opcode::CONTINUATION && !ear.in_message
}
