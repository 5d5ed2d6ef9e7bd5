//! What follows a Close, ours or the testee's.

use super::super::RFC6455;
use super::{ANSWERED, command};
use crate::case::Case;
use crate::vocabulary::{
    CaseBuilder, FrameBuilder, answer, binary, binary_echo, case, close, continuation, echo,
    opcode, ping, text,
};

const NO_DATA: &str = "no data frame is sent after a Close";
const DISCARDED: &str = "what comes after a Close is discarded";
const FAILED: &str = "who fails the connection processes nothing more of what comes";

/// Our Close, and then what must make no difference any more.
fn behind_our_close(id: &str, what: &str, frames: Vec<FrameBuilder>) -> Case {
    let builder = case(id, &format!("{what} after a Close"))
        .must(RFC6455, "5.5.1", ANSWERED)
        .note(RFC6455, "1.4", DISCARDED)
        .send(close(1000));
    frames
        .into_iter()
        .fold(builder, CaseBuilder::send)
        .fail_after(1)
        .ok([])
        .no_automatic_close()
        .we_close_and_hear([1000])
        .or_drops()
        .differs(&format!("what follows is {what}"))
        .build()
}

pub(super) fn after_our_close() -> Vec<Case> {
    let late = |frame: FrameBuilder| frame.breaks("frame-after-close");
    vec![
        behind_our_close("28.5.1", "a binary message", vec![late(binary("late"))]),
        behind_our_close(
            "28.5.2",
            "a message in two fragments",
            vec![late(text("la").more()), late(continuation("te"))],
        ),
        behind_our_close(
            "28.5.3",
            "a hundred pings",
            (0..100).map(|_| ping("late")).collect(),
        ),
        behind_our_close(
            "28.5.4",
            "a frame with a reserved opcode",
            vec![late(opcode(3).payload("late").breaks("reserved-opcode"))],
        ),
        behind_our_close(
            "28.5.5",
            "another Close, with another code,",
            vec![close(1001)],
        ),
        behind_our_close(
            "28.5.6",
            "text that is not UTF-8",
            vec![late(text(b"\xff").breaks("invalid-utf8"))],
        ),
        case(
            "28.5.7",
            "rest of a message whose first fragment came before a Close",
        )
        .must(RFC6455, "5.5.1", ANSWERED)
        .note(RFC6455, "1.4", DISCARDED)
        .send(text("be").more())
        .send(close(1000))
        .send(late(continuation("hind")))
        .fail_after(1)
        .ok([])
        .no_automatic_close()
        .we_close_and_hear([1000, 1002])
        .or_drops()
        .differs("the message began before the Close")
        .build(),
    ]
}

pub(super) fn after_its_close() -> Vec<Case> {
    let told = command("1000");
    vec![
        case(
            "28.6.1",
            "messages right behind the one that asks the testee to close",
        )
        .must(RFC6455, "5.5.1", NO_DATA)
        .send(text(told.as_str()))
        .send(text("late"))
        .send(binary("late"))
        .fail_after(1)
        .ok([])
        .ok([echo("late")])
        .ok([echo("late"), binary_echo("late")])
        .unimplemented([echo(told.as_str()), echo("late"), binary_echo("late")])
        .peer_closes_with([1000])
        .differs("whole messages wait when the testee closes: they may be echoed before it does")
        .build(),
        case(
            "28.6.2",
            "ping right behind the message that asks the testee to close",
        )
        .must(RFC6455, "5.5.1", ANSWERED)
        .send(text(told.as_str()))
        .send(ping("late"))
        .fail_after(1)
        .ok([])
        .ok([answer("late")])
        .unimplemented([echo(told.as_str()), answer("late")])
        .unimplemented([answer("late"), echo(told.as_str())])
        .peer_closes_with([1000])
        .differs("a control frame waits when the testee closes: it may be answered")
        .build(),
        case("28.6.3", "message after a frame that fails the connection")
            .must(RFC6455, "7.1.7", FAILED)
            .send(opcode(3).breaks("reserved-opcode"))
            .send(text("late"))
            .fail_after(1)
            .ok([])
            .peer_fails_with([1002])
            .differs("a whole message follows on a reserved opcode")
            .build(),
        case("28.6.4", "message after a text that fails the connection")
            .must(RFC6455, "7.1.7", FAILED)
            .send(text(b"\xff").breaks("invalid-utf8"))
            .send(text("late"))
            .fail_after(1)
            .ok([])
            .peer_fails_with([1007])
            .differs("a message follows on text that is not UTF-8")
            .build(),
    ]
}
