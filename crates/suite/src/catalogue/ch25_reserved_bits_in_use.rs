//! Reserved bits while an extension gives one of them a meaning.

use super::deflate_words::{
    ANY, FAILING, HELLO, ONCE, echoes, fragment, must, squeezed, squeezed_first,
};
use super::{Chapter, RFC6455, RFC7692};
use crate::case::Case;
use crate::expectation::Pattern;
use crate::vocabulary::{
    CaseBuilder, FrameBuilder, answer, binary, binary_echo, case, close, echo, ping, pong, text,
};

pub(super) const CHAPTER: Chapter = Chapter {
    number: 25,
    title: "Reserved bits with an extension",
    sections: &[
        (1, "RSV1 on control frames"),
        (2, "RSV1 on fragments that are not the first"),
        (3, "RSV2 and RSV3"),
        (4, "RSV1 where it may stand"),
    ],
};

const CONTROL: &str = "rsv1-on-control";
const LATER: &str = "rsv1-on-continuation";
const RESERVED: &str = "reserved-bits";
const PARTED: &str = "fragmented-control";

pub(super) fn cases() -> Vec<Case> {
    [on_control_frames(), on_fragments(), other_bits(), lawful()].concat()
}

/// A compressed message comes first, so that it is known to be in force.
fn after_hello(builder: CaseBuilder) -> CaseBuilder {
    builder.deflate(ANY).send(squeezed(HELLO))
}

/// The testee fails the connection, and nothing of what came behind comes back.
fn refused(builder: CaseBuilder) -> Case {
    builder
        .send(text("behind"))
        .fail_after(1)
        .ok_if(Pattern::AnyPrefix(vec![echo("Hello")]))
        .peer_fails_with(FAILING)
        .wrong_code_fails()
        .build()
}

fn on_control_frames() -> Vec<Case> {
    let begin = |number: u8, title: &str| {
        let rule = "RSV1 on a control frame fails the connection";
        after_hello(
            must(&format!("25.1.{number}"), title, "6.1", rule)
                .seen_in("Bun issue 33001")
                .differs(title),
        )
    };
    let marked = |frame: FrameBuilder| frame.rsv(4).breaks(CONTROL);
    let whole = |number, title: &str, frame| refused(begin(number, title).send(marked(frame)));
    let parted = |number, title: &str, frame: FrameBuilder| {
        refused(begin(number, title).send(marked(frame.more()).breaks(PARTED)))
    };
    vec![
        whole(1, "ping with RSV1", ping("")),
        whole(2, "ping with RSV1 and a payload", ping("Hello")),
        whole(3, "ping with RSV1 and a compressed payload", ping(HELLO)),
        whole(4, "pong with RSV1", pong("")),
        whole(5, "pong with RSV1 and a payload", pong("Hello")),
        refused_close(begin(6, "Close with RSV1").send(marked(close(1000)))),
        parted(7, "ping with RSV1 and without FIN", ping("Hello")),
        parted(8, "pong with RSV1 and without FIN", pong("Hello")),
        refused_close(
            begin(9, "Close with RSV1 and without FIN")
                .send(marked(close(1000).more()).breaks(PARTED)),
        ),
        refused(
            begin(10, "ping with RSV1 between compressed fragments")
                .send(squeezed_first(&HELLO[..3]))
                .send(marked(ping("Hello")))
                .send(fragment(&HELLO[3..])),
        ),
        refused(
            begin(
                11,
                "ping with RSV1 between fragments that are not compressed",
            )
            .send(text("Hel").more())
            .send(marked(ping("Hello")))
            .send(fragment("lo")),
        ),
    ]
}

/// Nothing may follow on a Close.
fn refused_close(builder: CaseBuilder) -> Case {
    builder
        .fail_after(1)
        .ok_if(Pattern::AnyPrefix(vec![echo("Hello")]))
        .peer_fails_with(FAILING)
        .wrong_code_fails()
        .build()
}

fn on_fragments() -> Vec<Case> {
    let begin = |number: u8, title: &str| {
        let rule = "RSV1 on a fragment that is not the first fails the connection";
        after_hello(
            must(&format!("25.2.{number}"), title, "6.1", rule)
                .seen_in("Bun issue 33395")
                .differs(title),
        )
    };
    let late = |frame: FrameBuilder| frame.rsv(4).breaks(LATER);
    let first = || squeezed_first(&HELLO[..2]);
    vec![
        refused(
            begin(1, "RSV1 on both fragments of a compressed message")
                .send(first())
                .send(late(fragment(&HELLO[2..]))),
        ),
        refused(
            begin(
                2,
                "RSV1 on the first and the second of three compressed fragments",
            )
            .send(first())
            .send(late(fragment(&HELLO[2..4]).more()))
            .send(fragment(&HELLO[4..])),
        ),
        refused(
            begin(
                3,
                "RSV1 on the first and the last of three compressed fragments",
            )
            .send(first())
            .send(fragment(&HELLO[2..4]).more())
            .send(late(fragment(&HELLO[4..]))),
        ),
        refused(
            begin(
                4,
                "RSV1 on the last of two fragments that are not compressed",
            )
            .send(text("Hel").more())
            .send(late(fragment("lo"))),
        ),
        refused(
            begin(
                5,
                "RSV1 on the second of three fragments that are not compressed",
            )
            .send(text("H").more())
            .send(late(fragment("el").more()))
            .send(fragment("lo")),
        ),
        refused(
            begin(6, "RSV1 on a last fragment without an octet")
                .send(squeezed_first(HELLO))
                .send(late(fragment(""))),
        ),
        refused(
            begin(
                7,
                "RSV1 on the second fragment of a binary message that is not compressed",
            )
            .send(binary("Hel").more())
            .send(late(fragment("lo"))),
        ),
        refused(
            begin(
                8,
                "RSV1 on a second fragment that is a compressed message by itself",
            )
            .send(binary("Hel").more())
            .send(late(fragment(HELLO))),
        ),
    ]
}

fn other_bits() -> Vec<Case> {
    let begin = |number: u8, title: &str| {
        let rule = "a reserved bit that no extension gives a meaning to fails the connection";
        after_hello(
            case(&format!("25.3.{number}"), title)
                .must(RFC6455, "5.2", rule)
                .note(
                    RFC7692,
                    "6",
                    "of the reserved bits only RSV1 is given a meaning",
                )
                .differs(title),
        )
    };
    let bits = |number: u8, title: &str, frame: FrameBuilder| {
        refused(begin(number, title).send(frame.breaks(RESERVED)))
    };
    let squeezed = || binary(HELLO);
    let mut cases = vec![
        bits(
            1,
            "RSV2 on a message that is not compressed",
            text("a").rsv(2),
        ),
        bits(
            2,
            "RSV3 on a message that is not compressed",
            text("a").rsv(1),
        ),
        bits(
            3,
            "RSV2 and RSV3 on a message that is not compressed",
            text("a").rsv(3),
        ),
        bits(4, "RSV2 on a compressed message", squeezed().rsv(6)),
        bits(5, "RSV3 on a compressed message", squeezed().rsv(5)),
        bits(
            6,
            "RSV2 and RSV3 on a compressed message",
            squeezed().rsv(7),
        ),
        bits(7, "RSV2 on a ping", ping("Hello").rsv(2)),
        bits(8, "RSV3 on a pong", pong("Hello").rsv(1)),
        bits(9, "all three bits on a ping", ping("Hello").rsv(7)),
    ];
    cases.push(refused_close(
        begin(10, "RSV2 on a Close").send(close(1000).rsv(2).breaks(RESERVED)),
    ));
    cases.extend([
        refused(
            begin(11, "RSV2 on the last of two compressed fragments")
                .send(squeezed_first(&HELLO[..3]))
                .send(fragment(&HELLO[3..]).rsv(2).breaks(RESERVED)),
        ),
        refused(
            begin(
                12,
                "RSV3 on the last of two fragments that are not compressed",
            )
            .send(text("Hel").more())
            .send(fragment("lo").rsv(1).breaks(RESERVED)),
        ),
        refused(
            begin(13, "RSV3 on a ping between compressed fragments")
                .send(squeezed_first(&HELLO[..3]))
                .send(ping("Hello").rsv(1).breaks(RESERVED))
                .send(fragment(&HELLO[3..])),
        ),
    ]);
    cases
}

fn lawful() -> Vec<Case> {
    let begin = |number: u8, title: &str| {
        let rule = "RSV1 on the first frame tells whether a message is compressed";
        after_hello(must(&format!("25.4.{number}"), title, "6.2", rule).differs(title))
    };
    vec![
        echoes(
            begin(
                1,
                "message that is not compressed, and compressed ones around it",
            )
            .send(text(ONCE))
            .send(squeezed(HELLO)),
            [echo("Hello"), echo(ONCE), echo("Hello")],
        ),
        echoes(
            begin(2, "compressed fragments, RSV1 on the first")
                .send(squeezed_first(&HELLO[..2]))
                .send(fragment(&HELLO[2..4]).more())
                .send(fragment(&HELLO[4..])),
            [echo("Hello"), echo("Hello")],
        ),
        echoes(
            begin(
                3,
                "fragments that are not compressed, of octets that could be",
            )
            .send(binary(&HELLO[..3]).more())
            .send(fragment(&HELLO[3..])),
            [echo("Hello"), binary_echo(HELLO)],
        ),
        echoes(
            must(
                "25.4.4",
                "ping without RSV1 between compressed fragments",
                "6.2",
                "RSV1 on the first frame tells whether a message is compressed",
            )
            .differs("a ping in between")
            .deflate(ANY)
            .send(squeezed_first(&HELLO[..3]))
            .send(ping(HELLO))
            .send(fragment(&HELLO[3..])),
            [answer(HELLO), echo("Hello")],
        ),
        echoes(
            begin(
                5,
                "empty message that is not compressed, and a compressed one",
            )
            .send(text(""))
            .send(squeezed(HELLO)),
            [echo("Hello"), echo(""), echo("Hello")],
        ),
    ]
}
