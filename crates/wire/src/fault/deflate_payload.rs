//! Compressed messages, as said and as read.

use super::ear::Heard;
use super::hooks::{deflates, forgives, frames, hears, inflates, refuses, says};
use super::mouth::Part;
use super::rule::{both, rfc7692};
use super::{Family, Fault, Rule};
use crate::deflate::{BlockWriter, Inflater, MAX_WINDOW_BITS, TAIL, Terms};
use crate::frame::{Opcode, RSV1};
use crate::violation::Violation;

const CONTROL: Rule = rfc7692(
    "6.1",
    "An endpoint MUST NOT set the \"Per-Message Compressed\" bit of control frames",
);
const LATER: Rule = rfc7692(
    "6.1",
    "An endpoint MUST NOT set the \"Per-Message Compressed\" bit of [...] non-first fragments of a data message",
);
const BIT: Rule = rfc7692(
    "6.1",
    "set the \"Per-Message Compressed\" bit of the first frame",
);
const DEFLATE: Rule = rfc7692(
    "7.2.1",
    "Compress all the octets of the payload of the message using DEFLATE",
);
const CUT_TAIL: Rule = rfc7692(
    "7.2.1",
    "Remove 4 octets (that are 0x00 0x00 0xff 0xff) from the tail end",
);
const WINDOW: Rule = rfc7692(
    "7.2.1",
    "MUST NOT use an LZ77 sliding window longer than the w-th power of 2 bytes",
);
const EMPTY_WINDOW: Rule = rfc7692(
    "7.2.1",
    "MUST start compressing each new message with an empty LZ77 sliding window",
);
const INFLATE: Rule = rfc7692(
    "7.2.2",
    "MUST decompress each new message using the LZ77 sliding window used to process the last",
);
const BLOCKS: Rule = rfc7692("7.2.1", "An endpoint MAY use DEFLATE blocks of any type");

pub(super) const FAMILY: Family = Family {
    title: "Messages compressed",
    faults: FAULTS,
};

const FAULTS: &[Fault] = &[
    both(
        "rsv1-on-pongs",
        CONTROL,
        frames(|_, frame| {
            if frame.is(Opcode::PONG) {
                frame.header.rsv |= RSV1;
            }
        }),
    ),
    both(
        "rsv1-on-the-close",
        CONTROL,
        frames(|_, frame| {
            if frame.is(Opcode::CLOSE) {
                frame.header.rsv |= RSV1;
            }
        }),
    ),
    both(
        "rsv1-on-continuations",
        LATER,
        says(|mouth, part| match part.message_in_two() {
            Ok((first, mut second)) => {
                second.header.rsv = first.header.rsv;
                mouth.say(Part::Frame(first));
                mouth.say(Part::Frame(second));
            }
            Err(part) => mouth.say(part),
        }),
    ),
    both(
        "rsv1-missing",
        BIT,
        frames(|_, frame| frame.header.rsv &= !RSV1),
    ),
    both(
        "rsv1-on-the-last-fragment",
        BIT,
        says(|mouth, part| match part.message_in_two() {
            Ok((mut first, mut second)) => {
                std::mem::swap(&mut first.header.rsv, &mut second.header.rsv);
                mouth.say(Part::Frame(first));
                mouth.say(Part::Frame(second));
            }
            Err(part) => mouth.say(part),
        }),
    ),
    both(
        "rsv2-on-compressed-messages",
        rfc7692(
            "6",
            "This document allocates the RSV1 bit of the WebSocket header for PMCEs",
        ),
        frames(|_, frame| {
            if frame.header.rsv == RSV1 {
                frame.header.rsv |= 2;
            }
        }),
    ),
    both(
        "compressed-message-corrupt",
        DEFLATE,
        frames(|_, frame| {
            if frame.header.rsv == RSV1 {
                let block = BlockWriter::new().block_of_type(3).bits(0, 5);
                frame.set_payload(block.octets());
            }
        }),
    ),
    both(
        "compressed-message-cut",
        DEFLATE,
        frames(|_, frame| {
            if frame.header.rsv == RSV1 && frame.payload.len() > 1 {
                let mut payload = std::mem::take(&mut frame.payload);
                payload.truncate(payload.len() - 2);
                frame.set_payload(payload);
            }
        }),
    ),
    both(
        "compressed-message-with-its-tail",
        CUT_TAIL,
        frames(|_, frame| {
            if frame.header.rsv == RSV1 && frame.header.fin {
                let mut payload = std::mem::take(&mut frame.payload);
                payload.extend_from_slice(&TAIL);
                frame.set_payload(payload);
            }
        }),
    ),
    both(
        "tail-taken-off-each-fragment",
        rfc7692(
            "7.2.1",
            "for non-final fragments, the removal of 0x00 0x00 0xff 0xff MUST NOT be done",
        ),
        frames(|_, frame| {
            if frame.is_data() && !frame.header.fin && frame.payload.ends_with(&TAIL) {
                let mut payload = std::mem::take(&mut frame.payload);
                payload.truncate(payload.len() - TAIL.len());
                frame.set_payload(payload);
            }
        }),
    ),
    both(
        "empty-message-compressed-to-nothing",
        rfc7692(
            "7.2.3.6",
            "an empty uncompressed DEFLATE block can be built and used for this purpose",
        ),
        frames(|_, frame| {
            if frame.header.rsv == RSV1 && frame.payload == [0] {
                frame.set_payload(Vec::new());
            }
        }),
    ),
    both(
        "compressed-message-to-another-text",
        DEFLATE,
        frames(|_, frame| {
            if frame.header.rsv == RSV1 {
                frame.set_payload(BlockWriter::new().stored(b"something else").finish());
            }
        }),
    ),
    both(
        "window-larger-than-agreed",
        WINDOW,
        deflates(|terms| Terms {
            max_window_bits: MAX_WINDOW_BITS,
            ..terms
        }),
    ),
    both(
        "context-taken-over-against-the-agreement",
        EMPTY_WINDOW,
        deflates(|terms| Terms {
            no_context_takeover: false,
            ..terms
        }),
    ),
    both(
        "context-never-kept-by-the-receiver",
        INFLATE,
        inflates(|terms| {
            Inflater::strict(Terms {
                no_context_takeover: true,
                ..terms
            })
        }),
    ),
    both(
        "window-of-the-receiver-too-small",
        INFLATE,
        inflates(|terms| {
            Inflater::strict(Terms {
                max_window_bits: terms.max_window_bits.min(9),
                ..terms
            })
        }),
    ),
    both(
        "window-not-judged",
        WINDOW,
        inflates(|terms| {
            Inflater::strict(Terms {
                max_window_bits: MAX_WINDOW_BITS,
                ..terms
            })
        }),
    ),
    both(
        "takeover-not-judged",
        EMPTY_WINDOW,
        inflates(|terms| {
            Inflater::strict(Terms {
                no_context_takeover: false,
                ..terms
            })
        }),
    ),
    both(
        "end-of-compressed-messages-not-judged",
        DEFLATE,
        inflates(|_| Inflater::new(Terms::default())),
    ),
    both(
        "blocks-of-fixed-codes-refused",
        BLOCKS,
        refuses(|facts| facts.fixed > 0),
    ),
    both(
        "blocks-of-own-codes-refused",
        BLOCKS,
        refuses(|facts| facts.dynamic > 0),
    ),
    both(
        "blocks-without-compression-refused",
        BLOCKS,
        refuses(|facts| facts.stored > 1),
    ),
    both(
        "several-blocks-refused",
        rfc7692(
            "7.2.1",
            "An endpoint MAY use multiple DEFLATE blocks to compress one message",
        ),
        refuses(|facts| facts.fixed + facts.dynamic + facts.stored > 2),
    ),
    both(
        "final-blocks-refused",
        rfc7692(
            "7.2.1",
            "An endpoint MAY use both DEFLATE blocks with the \"BFINAL\" bit set to 0 and DEFLATE blocks with the \"BFINAL\" bit set to 1",
        ),
        refuses(|facts| facts.bfinal),
    ),
    both(
        "empty-compressed-messages-refused",
        rfc7692(
            "7.2.3.6",
            "the payload set to the DEFLATE block(s), which contains 0 bytes of data",
        ),
        refuses(|facts| facts.length == 0),
    ),
    both(
        "utf8-of-compressed-texts-not-judged",
        rfc7692(
            "6.2",
            "deliver the _A WebSocket Message Has Been Received_ event to the application layer with the decompressed message payload",
        ),
        forgives(|violation, place| {
            let text = matches!(
                violation,
                Violation::InvalidUtf8 { .. } | Violation::TruncatedUtf8 { .. }
            );
            text && place.compressed
        }),
    ),
    both(
        "uncompressed-messages-refused",
        rfc7692(
            "6.2",
            "An endpoint MUST use the following algorithm to receive a message in the form of an uncompressed message",
        ),
        hears(|ear, heard| match heard {
            Heard::Header(header)
                if ear.deflate
                    && header.rsv == 0
                    && matches!(header.opcode, Opcode::TEXT | Opcode::BINARY) =>
            {
                ear.fail(Violation::CorruptDeflate);
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "compressed-fragments-refused",
        rfc7692(
            "7.2.1",
            "An endpoint fragments a compressed message by splitting the result of running this algorithm",
        ),
        hears(|ear, heard| match heard {
            Heard::Header(header) if header.rsv == RSV1 && !header.fin => {
                ear.fail(Violation::CorruptDeflate);
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "rsv1-of-control-frames-taken",
        CONTROL,
        forgives(|violation, _| *violation == Violation::Rsv1OnControl),
    ),
    both(
        "rsv1-of-continuations-taken",
        LATER,
        forgives(|violation, _| *violation == Violation::Rsv1OnContinuation),
    ),
];
