//! Reserved bits, reserved opcodes and FIN.

use super::ear::Heard;
use super::hooks::{forgives, frames, hears, says};
use super::mouth::Part;
use super::rule::{both, rfc6455};
use super::{Family, Fault, Rule};
use crate::frame::{Opcode, RSV1};
use crate::violation::Violation::{ReservedBits, ReservedOpcode};

const BITS: Rule = rfc6455(
    "5.2",
    "MUST be 0 unless an extension is negotiated that defines meanings for non-zero values",
);
const BITS_TAKEN: Rule = rfc6455(
    "5.2",
    "If a nonzero value is received [...] the receiving endpoint MUST _Fail the WebSocket Connection_",
);
const OPCODE: Rule = rfc6455("5.2", "are reserved for further non-control frames");
const CONTROL_OPCODE: Rule = rfc6455("5.2", "are reserved for further control frames");
const OPCODE_TAKEN: Rule = rfc6455(
    "5.2",
    "If an unknown opcode is received, the receiving endpoint MUST _Fail the WebSocket Connection_",
);
const FIN: Rule = rfc6455(
    "5.2",
    "Indicates that this is the final fragment in a message",
);

pub(super) const FAMILY: Family = Family {
    title: "Bits and opcodes",
    faults: FAULTS,
};

const FAULTS: &[Fault] = &[
    both(
        "echo-with-rsv1",
        BITS,
        frames(|_, frame| {
            if frame.is_data() && frame.header.rsv == 0 {
                frame.header.rsv = RSV1;
            }
        }),
    ),
    both(
        "echo-with-rsv3",
        BITS,
        frames(|_, frame| {
            if frame.is_data() {
                frame.header.rsv |= 1;
            }
        }),
    ),
    both(
        "pong-with-rsv2",
        BITS,
        frames(|_, frame| {
            if frame.is(Opcode::PONG) {
                frame.header.rsv = 2;
            }
        }),
    ),
    both(
        "close-with-rsv2",
        BITS,
        frames(|_, frame| {
            if frame.is(Opcode::CLOSE) {
                frame.header.rsv = 2;
            }
        }),
    ),
    both(
        "echo-with-a-reserved-opcode",
        OPCODE,
        frames(|_, frame| {
            if frame.is_data() {
                frame.header.opcode = Opcode::from_bits(3);
            }
        }),
    ),
    both(
        "pong-with-a-reserved-opcode",
        CONTROL_OPCODE,
        frames(|_, frame| {
            if frame.is(Opcode::PONG) {
                frame.header.opcode = Opcode::from_bits(11);
            }
        }),
    ),
    both(
        "fin-never-set",
        FIN,
        frames(|_, frame| frame.header.fin &= !frame.is_data()),
    ),
    both(
        "fin-never-set-on-what-is-long",
        FIN,
        frames(|_, frame| frame.header.fin &= frame.payload.len() <= 125),
    ),
    both(
        "fin-ignored",
        FIN,
        hears(|ear, heard| match heard {
            Heard::Header(mut header) if !header.opcode.is_control() => {
                header.fin = true;
                if header.opcode == Opcode::CONTINUATION && ear.in_message {
                    header.opcode = ear.message;
                }
                ear.pass(Heard::Header(header));
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "reserved-bits-taken",
        BITS_TAKEN,
        forgives(|violation, _| matches!(violation, ReservedBits { .. })),
    ),
    both(
        "rsv1-taken-without-an-extension",
        BITS_TAKEN,
        forgives(|violation, _| matches!(violation, ReservedBits { rsv: RSV1 })),
    ),
    both(
        "reserved-bits-of-control-frames-taken",
        BITS_TAKEN,
        forgives(|violation, place| {
            matches!(violation, ReservedBits { .. }) && place.opcode.is_control()
        }),
    ),
    both(
        "reserved-bits-of-close-frames-taken",
        BITS_TAKEN,
        forgives(|violation, place| {
            matches!(violation, ReservedBits { .. }) && place.opcode == Opcode::CLOSE
        }),
    ),
    both(
        "reserved-bits-of-continuations-taken",
        BITS_TAKEN,
        forgives(|violation, place| {
            matches!(violation, ReservedBits { .. }) && place.opcode == Opcode::CONTINUATION
        }),
    ),
    both(
        "frames-with-reserved-bits-skipped",
        BITS_TAKEN,
        hears(|ear, heard| match heard {
            Heard::Header(header) if header.rsv & 3 != 0 => ear.skip_frame(),
            heard => ear.pass(heard),
        }),
    ),
    both(
        "reserved-opcodes-taken",
        OPCODE_TAKEN,
        forgives(|violation, _| matches!(violation, ReservedOpcode { .. })),
    ),
    both(
        "reserved-data-opcodes-taken",
        OPCODE_TAKEN,
        forgives(|violation, place| {
            matches!(violation, ReservedOpcode { .. }) && !place.opcode.is_control()
        }),
    ),
    both(
        "reserved-control-opcodes-taken",
        OPCODE_TAKEN,
        forgives(|violation, place| {
            matches!(violation, ReservedOpcode { .. }) && place.opcode.is_control()
        }),
    ),
    both(
        "frames-with-reserved-opcodes-skipped",
        OPCODE_TAKEN,
        hears(|ear, heard| match heard {
            Heard::Header(header) if header.opcode.is_reserved() => ear.skip_frame(),
            heard => ear.pass(heard),
        }),
    ),
    both(
        "reserved-opcode-answered-by-a-pong",
        OPCODE_TAKEN,
        hears(|ear, heard| match heard {
            Heard::Header(mut header) if header.opcode.is_reserved() => {
                header.opcode = Opcode::PING;
                ear.pass(Heard::Header(header));
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "text-echoed-as-binary",
        rfc6455(
            "5.4",
            "all fragments of a message are of the same type, as set by the first fragment's opcode",
        ),
        says(|mouth, mut part| {
            if let Part::Frame(frame) = &mut part
                && frame.is(Opcode::TEXT)
            {
                frame.header.opcode = Opcode::BINARY;
            }
            mouth.say(part);
        }),
    ),
    both(
        "binary-echoed-as-text",
        rfc6455("5.6", "the \"Payload data\" is text data encoded as UTF-8"),
        says(|mouth, mut part| {
            if let Part::Frame(frame) = &mut part
                && frame.is(Opcode::BINARY)
            {
                frame.header.opcode = Opcode::TEXT;
            }
            mouth.say(part);
        }),
    ),
];
