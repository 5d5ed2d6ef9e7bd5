//! Messages in several frames, with control frames between them, and frames
//! that belong to no message.

use super::{Chapter, RFC6455, departures};
use crate::case::Case;
use crate::vocabulary::{
    CaseBuilder, FrameBuilder, answer, case, continuation, echo, ping, pong, text,
};

pub(super) const CHAPTER: Chapter = Chapter {
    number: 5,
    title: "Fragmentation",
    sections: &[],
};

const CONTROL_WHOLE: &str = "control frames must not be fragmented";
const CONTROL_BETWEEN: &str =
    "control frames in the middle of a fragmented message must be handled";
const SUPPORT: &str = "fragmented messages must be received as well as unfragmented ones";
const SEQUENCE: &str = "a message begins with a data opcode, and only what follows has opcode 0";
const INTERLEAVED: &str = "fragments of one message must not stand among those of another";

/// How the frames of a case are written: the end of its title, and the change
/// to each frame.
type Written = (&'static str, fn(FrameBuilder) -> FrameBuilder);

const WRITTEN: [Written; 3] = [
    ("", |frame| frame),
    (", a write for each frame", FrameBuilder::sync),
    (", written octet by octet", |frame| frame.chop(1)),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        fragmented_control("5.1", "ping", ping("fragment1")),
        fragmented_control("5.2", "pong", pong("fragment1")),
    ];
    for (index, (how, written)) in WRITTEN.into_iter().enumerate() {
        cases.push(two_fragments(3 + index, how, written));
        cases.push(ping_between(6 + index, how, written));
        cases.push(stray_continuation(9 + index, how, written));
        cases.push(stray_fragment(12 + index, how, written));
    }
    cases.push(strays_after_a_message());
    cases.push(strays_twice(
        "5.16",
        "twice over: a stray continuation without FIN, a text frame, its last fragment",
        true,
    ));
    cases.push(strays_twice(
        "5.17",
        "twice over: a stray continuation with FIN, a text frame, its last fragment",
        false,
    ));
    cases.push(message_inside_a_message());
    cases.push(five_fragments("5.19", "", |frame| frame));
    cases.push(five_fragments(
        "5.20",
        ", a write for each frame",
        FrameBuilder::sync,
    ));
    cases
}

fn must_fail(builder: CaseBuilder) -> Case {
    builder.fail_after(1).ok([]).peer_fails_with([1002]).build()
}

fn fragmented_control(id: &str, kind: &str, frame: FrameBuilder) -> Case {
    must_fail(
        case(id, &format!("{kind} in two fragments"))
            .must(RFC6455, "5.5", CONTROL_WHOLE)
            .send(frame.more().breaks("fragmented-control"))
            .send(continuation("fragment2").breaks("continuation-without-message")),
    )
}

fn two_fragments(number: usize, how: &str, written: fn(FrameBuilder) -> FrameBuilder) -> Case {
    case(
        &format!("5.{number}"),
        &format!("text message in two fragments{how}"),
    )
    .must(RFC6455, "5.4", SUPPORT)
    .send(written(text("fragment1").more()))
    .send(written(continuation("fragment2")))
    .close_after(1)
    .ok([echo("fragment1fragment2")])
    .build()
}

fn ping_between(number: usize, how: &str, written: fn(FrameBuilder) -> FrameBuilder) -> Case {
    case(
        &format!("5.{number}"),
        &format!("ping between the two fragments of a text message{how}"),
    )
    .must(RFC6455, "5.4", CONTROL_BETWEEN)
    .should(
        RFC6455,
        "5.5.2",
        "a ping is answered as soon as is practical",
    )
    .send(written(text("fragment1").more()))
    .send(written(ping("ping payload")))
    .send(written(continuation("fragment2")))
    .close_after(1)
    .ok([answer("ping payload"), echo("fragment1fragment2")])
    .build()
}

fn stray_continuation(number: usize, how: &str, written: fn(FrameBuilder) -> FrameBuilder) -> Case {
    let stray = continuation("non-continuation payload").breaks("continuation-without-message");
    must_fail(
        case(
            &format!("5.{number}"),
            &format!("continuation with FIN that continues nothing, then a text message{how}"),
        )
        .must(RFC6455, "5.4", SEQUENCE)
        .send(written(stray))
        .send(written(text("Hello, world!"))),
    )
}

fn stray_fragment(number: usize, how: &str, written: fn(FrameBuilder) -> FrameBuilder) -> Case {
    let stray = continuation("non-continuation payload").breaks("continuation-without-message");
    must_fail(
        case(
            &format!("5.{number}"),
            &format!("continuation without FIN that continues nothing, then a text message{how}"),
        )
        .must(RFC6455, "5.4", SEQUENCE)
        .send(written(stray.more()))
        .send(written(text("Hello, world!").breaks("data-inside-message"))),
    )
}

fn strays_after_a_message() -> Case {
    case(
        "5.15",
        "text message in two fragments, then a continuation without FIN that continues nothing, \
         then a text frame",
    )
    .must(RFC6455, "5.4", SEQUENCE)
    .send(text("fragment1").more())
    .send(continuation("fragment2"))
    .send(
        continuation("fragment3")
            .more()
            .breaks("continuation-without-message"),
    )
    .send(text("fragment4").breaks("data-inside-message"))
    .fail_after(1)
    .ok([echo("fragment1fragment2")])
    .non_strict([])
    .peer_fails_with([1002])
    .rfc(departures::ECHO_NEED_NOT_COME_FIRST, departures::any_prefix)
    .build()
}

fn strays_twice(id: &str, title: &str, open_ended: bool) -> Case {
    let mut builder = case(id, title).must(RFC6455, "5.4", SEQUENCE);
    for _ in 0..2 {
        let stray = continuation("fragment1").breaks("continuation-without-message");
        let second = text("fragment2").more();
        builder = if open_ended {
            builder
                .send(stray.more())
                .send(second.breaks("data-inside-message"))
        } else {
            builder.send(stray).send(second)
        };
        builder = builder.send(continuation("fragment3"));
    }
    must_fail(builder)
}

fn message_inside_a_message() -> Case {
    must_fail(
        case(
            "5.18",
            "text message that begins before the one in progress has ended",
        )
        .must(RFC6455, "5.4", INTERLEAVED)
        .send(text("fragment1").more())
        .send(text("fragment2").breaks("data-inside-message")),
    )
}

fn five_fragments(id: &str, how: &str, written: fn(FrameBuilder) -> FrameBuilder) -> Case {
    case(
        id,
        &format!("text message in five fragments, with two pings and a pause between them{how}"),
    )
    .must(RFC6455, "5.4", CONTROL_BETWEEN)
    .should(
        RFC6455,
        "5.5.2",
        "a ping is answered as soon as is practical",
    )
    .send(written(text("fragment1").more()))
    .send(written(continuation("fragment2").more()))
    .send(written(ping("pongme 1!")))
    .pause(1)
    .send(written(continuation("fragment3").more()))
    .send(written(continuation("fragment4").more()))
    .send(written(ping("pongme 2!")))
    .send(written(continuation("fragment5")))
    .close_after(1)
    .ok([
        answer("pongme 1!"),
        answer("pongme 2!"),
        echo("fragment1fragment2fragment3fragment4fragment5"),
    ])
    .build()
}
