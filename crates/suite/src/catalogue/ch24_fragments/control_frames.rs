//! Control frames between fragments.

use super::super::RFC6455;
use super::{Kind, begin, send_all};
use crate::case::Case;
use crate::expectation::{Item, Pattern};
use crate::payload::Payload;
use crate::vocabulary::{
    CaseBuilder, FrameBuilder, binary, close, close_with, continuation, ping, pong, text,
};

const BETWEEN: &str = "control frames in the middle of a fragmented message must be handled";

pub(super) fn control_frames_between() -> Vec<Case> {
    type Between = fn(usize) -> Vec<FrameBuilder>;
    let rows: [(&str, Between, &str); 6] = [
        (
            "pings",
            |nth| vec![ping(format!("ping {nth}"))],
            "each is answered, or the last",
        ),
        (
            "empty pings",
            |_| vec![ping("")],
            "nothing to be told apart by",
        ),
        (
            "pings of 125 octets",
            |_| vec![ping(Payload::repeat("*", 125))],
            "the longest that there are, longer than any fragment",
        ),
        (
            "pongs",
            |nth| vec![pong(format!("pong {nth}"))],
            "nothing is to be answered",
        ),
        (
            "a ping and a pong",
            |nth| vec![ping(format!("ping {nth}")), pong(format!("pong {nth}"))],
            "two control frames in a row",
        ),
        (
            "pings, a write for each frame",
            |nth| vec![ping(format!("ping {nth}")).sync()],
            "each frame comes in a read of its own",
        ),
    ];
    let mut cases: Vec<Case> = Vec::new();
    for kind in Kind::BOTH {
        for (what, between, apart) in rows {
            let title = format!(
                "{} message of ten fragments, between them {what}",
                kind.word()
            );
            let builder = begin(4, cases.len() + 1, &title)
                .must(RFC6455, "5.4", BETWEEN)
                .should(
                    RFC6455,
                    "5.5.2",
                    "a ping is answered as soon as is practical",
                )
                .differs(&format!("{}: {apart}", kind.word()));
            cases.push(between_all(builder, kind, between));
        }
    }
    cases
}

fn between_all(
    mut builder: CaseBuilder,
    kind: Kind,
    between: fn(usize) -> Vec<FrameBuilder>,
) -> Case {
    let mut heard = Vec::new();
    for nth in 0..10 {
        let part = format!("part {nth}. ");
        let frame = match nth {
            0 => kind.frame(part),
            _ => continuation(part),
        };
        if nth == 9 {
            builder = builder.send(frame);
            break;
        }
        builder = send_all(builder.send(frame.more()), between(nth));
        let pings = between(nth).into_iter().map(FrameBuilder::into_frame);
        let pings = pings.filter(|frame| frame.opcode == wscheck_wire::Opcode::PING);
        heard.extend(pings.map(|frame| Item::Pong(frame.payload)));
    }
    let whole: String = (0..10).map(|nth| format!("part {nth}. ")).collect();
    heard.push(kind.echo(whole));
    // "MAY elect to send a Pong frame for only the most recently processed Ping".
    builder
        .fail_after(2)
        .ok_if(Pattern::AtLeastLast(heard))
        .build()
}

pub(super) fn closes_between() -> Vec<Case> {
    let begin = |number, title| {
        begin(5, number, title).must(RFC6455, "5.4", BETWEEN).must(
            RFC6455,
            "5.5.1",
            "a Close is answered by a Close, unless one was sent already",
        )
    };
    let answered = |builder: CaseBuilder, codes: &[u16]| {
        builder
            .fail_after(1)
            .ok([])
            .no_automatic_close()
            .we_close_and_hear(codes.iter().copied())
            .build()
    };
    vec![
        answered(
            begin(1, "Close behind the first fragment of a text")
                .differs("the message never ends")
                .send(text("frag").more())
                .send(close(1000)),
            &[1000, 1001, 1002],
        ),
        answered(
            begin(
                2,
                "Close with a reason behind the second fragment of a binary message",
            )
            .differs("the Close has a payload, as the fragments have")
            .send(binary("one").more())
            .send(continuation("two").more())
            .send(close_with(1001, "going")),
            &[1000, 1001, 1002],
        ),
        answered(
            begin(3, "Close between two fragments of a binary message")
                .differs("the message ends behind the Close, and is not to be heard")
                .send(binary("one").more())
                .send(close(1000))
                .send(continuation("two").breaks("frame-after-close")),
            &[1000, 1001, 1002],
        ),
        answered(
            begin(4, "Close behind a hundred fragments of a text")
                .differs("much waits for an end that does not come")
                .send(text("*").more())
                .repeat(continuation("*").more(), 99)
                .send(close(3000)),
            &[1000, 1001, 1002, 3000],
        ),
    ]
}
