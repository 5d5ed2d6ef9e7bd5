//! Messages that say they are compressed, and cannot be inflated.

use wscheck_wire::deflate::BlockWriter;

use super::super::deflate_words::{
    HELLO, fails_or_takes, fails_somehow, fragment, hello, squeezed, squeezed_first,
};
use super::begin;
use crate::case::Case;
use crate::vocabulary::{CaseBuilder, binary, echo};

const CORRUPT: &str = "corrupt-deflate";
const TRUNCATED: &str = "truncated-deflate";

pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = (1..)
        .zip(messages())
        .map(|(number, (title, message))| {
            fails_somehow(
                wrong(number, title).send(squeezed(message).breaks(CORRUPT)),
                [],
            )
        })
        .collect();
    let reserved = BlockWriter::new().block_of_type(3).finish();
    cases.extend([
        fails_somehow(
            wrong(10, "corrupt message behind a good one")
                .send(squeezed(HELLO))
                .send(squeezed(reserved.clone()).breaks(CORRUPT)),
            [echo("Hello")],
        ),
        fails_somehow(
            wrong(11, "second fragment that cannot follow on the first")
                .send(squeezed_first([&HELLO[..6], b"\x00"].concat()))
                .send(fragment(b"\xff\xff\xff\xff\xff").breaks(CORRUPT)),
            [],
        ),
        fails_somehow(
            wrong(12, "corrupt binary message").send(binary(reserved).rsv(4).breaks(CORRUPT)),
            [],
        ),
        cut(
            13,
            "message that breaks off in a block of the fixed codes",
            &HELLO[..4],
        ),
        cut(
            14,
            "message that breaks off in a block without compression",
            b"\x00\x07\x00\xf8\xffHe",
        ),
        cut(15, "message without its last octet", &HELLO[..6]),
    ]);
    cases
}

fn wrong(number: u8, title: &str) -> CaseBuilder {
    let rule = "a message is decompressed by DEFLATE, and what cannot be is no message";
    begin(&format!("27.6.{number}"), title, "7.2.2", rule)
}

/// Inflaters that stop where the octets end take what they have got by then; no
/// sentence forbids that.
fn cut(number: u8, title: &str, message: &[u8]) -> Case {
    fails_or_takes(wrong(number, title).send(squeezed(message).breaks(TRUNCATED)))
}

fn messages() -> [(&'static str, Vec<u8>); 9] {
    let fixed = || BlockWriter::new().fixed();
    let mut too_many_codes = BlockWriter::new().block_of_type(2).bits(0, 10).bits(15, 4);
    for _ in 0..19 {
        too_many_codes = too_many_codes.bits(1, 3);
    }
    [
        (
            "block of the reserved type",
            BlockWriter::new().block_of_type(3).finish(),
        ),
        (
            "block whose two lengths do not agree",
            b"\x00\x05\x00\xfa\xfeHello\x00".to_vec(),
        ),
        (
            "reference in front of the first octet",
            fixed().reference(5, 1).end().finish(),
        ),
        (
            "reference one octet too far back",
            fixed().literals(b"Hello").reference(5, 6).end().finish(),
        ),
        (
            "distance that means nothing",
            fixed()
                .literals(b"Hello")
                .symbol(257)
                .distance_symbol(30)
                .bits(0, 14)
                .end()
                .finish(),
        ),
        (
            "length that means nothing",
            fixed()
                .literals(b"Hello")
                .symbol(286)
                .distance_symbol(0)
                .end()
                .finish(),
        ),
        (
            "more codes than there can be",
            too_many_codes.bits(0, 32).bits(0, 32).finish(),
        ),
        ("text that is not compressed", b"Hello, world!".to_vec()),
        (
            "octets behind the end of a message",
            [&hello().finish()[..], &[0xff; 8]].concat(),
        ),
    ]
}
