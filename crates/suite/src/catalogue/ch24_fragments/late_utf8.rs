//! UTF-8 that is wrong late.

use super::super::RFC6455;
use super::{begin, must_fail};
use crate::case::Case;
use crate::vocabulary::{FrameBuilder, continuation, text};

const INVALID: &str = "a text that is not valid UTF-8 fails the connection";
const CUT: &str = "a frame may end inside a code point; only the message as a whole must be UTF-8";

pub(super) fn cases() -> Vec<Case> {
    let begin = |number, title: &str, apart: &str| {
        begin(8, number, title)
            .must(RFC6455, "8.1", INVALID)
            .differs(apart)
    };
    let bad = |frame: FrameBuilder| frame.breaks("invalid-utf8");
    let with = |before: usize, octets: &[u8], after: usize| {
        [&vec![b'a'; before][..], octets, &vec![b'z'; after]].concat()
    };
    let whole: [(&str, Vec<u8>, &str); 5] = [
        (
            "text of 64 octets, the 40th of them 0xff",
            with(39, b"\xff", 24),
            "past what a register holds, and not the last",
        ),
        (
            "text of 17 octets, the last of them 0xff",
            with(16, b"\xff", 0),
            "one octet more than 16",
        ),
        (
            "text of 1000 octets with an encoded surrogate at the end",
            with(997, b"\xed\xa0\x80", 0),
            "each octet may stand in a text, but not these together",
        ),
        (
            "text of 70000 octets with a slash in two octets near the end",
            with(69_990, b"\xc0\xaf", 8),
            "the text comes in more than one read",
        ),
        (
            "text of 33 octets, the last of them a continuation octet without a start",
            with(32, b"\x80", 0),
            "one octet more than 32",
        ),
    ];
    let mut cases: Vec<Case> = whole
        .into_iter()
        .zip(1..)
        .map(|((title, octets, apart), number)| {
            must_fail(
                begin(number, title, apart).send(bad(text(octets))),
                [],
                1007,
            )
        })
        .collect();
    let cut_off = begin(
        6,
        "text of 100 octets that ends inside a code point",
        "all but the end is good",
    )
    .send(text(with(98, b"\xe2\x82", 0)).breaks("truncated-utf8"));
    cases.push(must_fail(cut_off, [], 1007));
    let mut last = begin(
        7,
        "text in 50 fragments of 20 octets, a bad octet in the last",
        "49 fragments were good",
    )
    .send(text(with(20, b"", 0)).more());
    last = last.repeat(continuation(with(20, b"", 0)).more(), 48);
    cases.push(must_fail(
        last.send(bad(continuation(with(18, b"\xff", 1)))),
        [],
        1007,
    ));
    let across = begin(
        8,
        "code point that begins in one fragment and goes on wrongly in the next",
        "each fragment could be part of a good text",
    )
    .must(RFC6455, "5.6", CUT)
    .send(text(with(20, b"\xe2\x82", 0)).more())
    .send(continuation("").more())
    .send(bad(continuation(with(0, b"z", 20))));
    cases.push(must_fail(across, [], 1007));
    let never_whole = begin(
        9,
        "text in three fragments that ends inside a code point",
        "the last fragment could be followed by another",
    )
    .must(RFC6455, "5.6", CUT)
    .send(text(with(6, b"\xf0", 0)).more())
    .send(continuation(b"\x9f".to_vec()).more())
    .send(continuation(b"\x98".to_vec()).breaks("truncated-utf8"));
    cases.push(must_fail(never_whole, [], 1007));
    cases
}
