//! Frames that are out of turn: messages inside messages, continuations of nothing.

use super::super::RFC6455;
use super::{Kind, begin, must_fail, send_all};
use crate::case::Case;
use crate::expectation::Item;
use crate::vocabulary::{
    FrameBuilder, answer, binary, binary_echo, continuation, echo, ping, text,
};

const INTERLEAVED: &str = "fragments of one message must not stand among those of another";
const SEQUENCE: &str = "a message begins with a data opcode, and only what follows has opcode 0";

pub(super) fn inside_messages() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for outer in Kind::BOTH {
        for inner in Kind::BOTH {
            for fin in [true, false] {
                cases.push(inside(cases.len() + 1, outer, inner, fin));
            }
        }
    }
    for (outer, inner) in [(Kind::Text, Kind::Binary), (Kind::Binary, Kind::Text)] {
        let title = format!(
            "{} with FIN inside a {} message, behind its second fragment",
            inner.word(),
            outer.word()
        );
        let builder = begin(1, cases.len() + 1, &title)
            .must(RFC6455, "5.4", INTERLEAVED)
            .differs("the frame before is a continuation")
            .send(outer.frame("one").more())
            .send(continuation("two").more())
            .send(inner.frame("inside").breaks("data-inside-message"))
            .send(continuation("three").breaks("continuation-without-message"));
        cases.push(must_fail(builder, [], 1002));
    }
    cases
}

fn inside(number: usize, outer: Kind, inner: Kind, fin: bool) -> Case {
    let (how, apart) = match fin {
        true => ("with", "the inner one would be whole"),
        false => ("without", "the last fragment could be of either"),
    };
    let title = format!(
        "{} {how} FIN inside a {} message",
        inner.word(),
        outer.word()
    );
    let wrong = inner.frame("inside").breaks("data-inside-message");
    let end = continuation("end");
    let (wrong, end) = match fin {
        true => (wrong, end.breaks("continuation-without-message")),
        false => (wrong.more(), end),
    };
    let builder = begin(1, number, &title)
        .must(RFC6455, "5.4", INTERLEAVED)
        .seen_in("Bun #33010, #33011")
        .differs(&format!("{} in {}: {apart}", inner.word(), outer.word()))
        .send(outer.frame("begin").more())
        .send(wrong)
        .send(end);
    must_fail(builder, [], 1002)
}

pub(super) fn stray_continuations() -> Vec<Case> {
    let stray = |payload: &str| continuation(payload).breaks("continuation-without-message");
    let rows: [(&str, Vec<FrameBuilder>, Vec<Item>, &str); 8] = [
        (
            "empty continuation with FIN as the first frame",
            vec![stray("")],
            vec![],
            "nothing would be the whole message",
        ),
        (
            "empty continuation without FIN as the first frame",
            vec![stray("").more()],
            vec![],
            "nothing begins, and does not end",
        ),
        (
            "continuation of 126 octets with FIN as the first frame",
            vec![stray(&"*".repeat(126))],
            vec![],
            "the length stands in 16 bits",
        ),
        (
            "empty continuation with FIN behind a whole text",
            vec![text("before"), stray("")],
            vec![echo("before")],
            "the text has ended, by its own FIN",
        ),
        (
            "continuation with FIN behind a text in fragments",
            vec![text("be").more(), continuation("fore"), stray("more")],
            vec![echo("before")],
            "the text has ended, by that of its last fragment",
        ),
        (
            "continuation with FIN behind an empty text",
            vec![text(""), stray("more")],
            vec![echo("")],
            "an empty text has ended, too",
        ),
        (
            "continuation without FIN behind a binary message, and its end",
            vec![binary("before"), stray("one").more(), continuation("two")],
            vec![binary_echo("before")],
            "a message that never began has an end",
        ),
        (
            "continuation with FIN behind a ping",
            vec![ping("before"), stray("more")],
            vec![answer("before")],
            "a ping begins no message",
        ),
    ];
    rows.into_iter()
        .zip(1..)
        .map(|((title, frames, before, apart), number)| {
            let builder = begin(6, number, title)
                .must(RFC6455, "5.4", SEQUENCE)
                .differs(apart);
            must_fail(send_all(builder, frames), before, 1002)
        })
        .collect()
}
