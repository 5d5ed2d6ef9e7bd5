//! Answers that come in pieces, and frames right behind them.

use super::{RFC6455, opens};
use crate::case::{Case, HeadPieces, Testee};
use crate::payload::Payload;
use crate::vocabulary::{
    CaseBuilder, answer, binary, binary_echo, case, close, continuation, echo, ping, text,
};

const STREAM: &str = "an answer is read from a stream, wherever its segments end";

pub(super) fn cases() -> Vec<Case> {
    let read = |case: CaseBuilder| case.must(RFC6455, "4.1", STREAM);
    let mut cases = Vec::new();
    for (n, title, octets, differs) in [
        (
            1,
            "answer that comes octet by octet",
            1,
            "cut behind each octet, between CR and LF, too",
        ),
        (
            2,
            "answer that comes two octets at a time",
            2,
            "CR and LF may come together",
        ),
        (
            3,
            "answer that comes three octets at a time",
            3,
            "a piece may end within the empty line",
        ),
        (
            4,
            "answer that comes seven octets at a time",
            7,
            "a piece may hold the end of a line and the next name",
        ),
        (
            5,
            "answer that comes 64 octets at a time",
            64,
            "pieces of several lines",
        ),
    ] {
        let case = opens(&format!("21.9.{n}"), title, &[]).head_in_pieces(octets);
        let case = match n {
            // Some take very many pieces for an attack.
            1..=3 => case.should_open().should(RFC6455, "4.1", STREAM),
            _ => case.must(RFC6455, "4.1", STREAM),
        };
        cases.push(case.differs(&format!("delivery: {differs}")).build());
    }
    cases.push(
        read(
            opens("21.9.6", "answer that drips", &[]).head_pieces(HeadPieces {
                octets: 16,
                apart: 10,
            }),
        )
        .differs("time passes between the pieces")
        .build(),
    );
    cases.extend(frames());
    cases
}

fn frames() -> Vec<Case> {
    let large = || Payload::Repeat {
        unit: b"*".to_vec(),
        length: 70_000,
    };
    let behind = |n: u16, title: &str, differs: &str| {
        case(&format!("21.9.{n}"), title)
            .only(Testee::Client)
            .must(
                RFC6455,
                "4.2.2",
                "the server may send frames as soon as it has answered",
            )
            .seen_in("AHC #1095")
            .seen_in("websocket-sharp #669")
            .differs(&format!("delivery: {differs}"))
    };
    vec![
        behind(
            7,
            "three frames in one write with the answer",
            "several frames",
        )
        .send(text("Hello"))
        .send(text("again"))
        .send(binary("world"))
        .fail_after(1)
        .ok([echo("Hello"), echo("again"), binary_echo("world")])
        .build(),
        behind(
            8,
            "three frames right behind an answer that comes in pieces",
            "the frames come with the last octet of the head, or right behind it",
        )
        .head_in_pieces(7)
        .send(text("Hello"))
        .send(text("again"))
        .send(binary("world"))
        .fail_after(1)
        .ok([echo("Hello"), echo("again"), binary_echo("world")])
        .build(),
        behind(
            9,
            "text in one write with the answer, octet by octet",
            "the frame is cut behind each octet",
        )
        .send(text("Hello").chop(1))
        .fail_after(1)
        .ok([echo("Hello")])
        .build(),
        behind(
            10,
            "message of 70,000 octets in one write with the answer",
            "more than comes with the head",
        )
        .send(text(large()))
        .fail_after(5)
        .ok([echo(large())])
        .build(),
        behind(
            11,
            "half a message in one write with the answer",
            "the message ends in a write of its own",
        )
        .send(text("Hel").more())
        .send(continuation("lo").sync())
        .fail_after(1)
        .ok([echo("Hello")])
        .build(),
        behind(
            12,
            "ping in one write with the answer",
            "a control frame alone",
        )
        .send(ping("Hello"))
        .fail_after(1)
        .ok([answer("Hello")])
        .build(),
        behind(
            13,
            "Close in one write with the answer",
            "the connection closes as soon as it is open",
        )
        .send(close(1000))
        .fail_after(1)
        .ok([])
        .build(),
    ]
}
