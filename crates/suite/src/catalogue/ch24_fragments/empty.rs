//! Fragments without a payload.

use super::super::RFC6455;
use super::{SUPPORT, begin, send_all};
use crate::case::Case;
use crate::expectation::Item;
use crate::vocabulary::{FrameBuilder, binary, binary_echo, continuation, echo, text};

/// Frames of one message.
struct Message {
    title: &'static str,
    frames: Vec<FrameBuilder>,
    heard: Vec<Item>,
    differs: &'static str,
}

/// One, two, three and four octets a character.
const CHARACTERS: &str = "aµ€𝄞zß✓😀";

pub(super) fn cases() -> Vec<Case> {
    let rows = empty_ones().into_iter().zip(1..);
    rows.map(|(row, number)| {
        let builder = begin(2, number, row.title)
            .must(RFC6455, "5.4", SUPPORT)
            .differs(row.differs);
        send_all(builder, row.frames)
            .fail_after(1)
            .ok(row.heard)
            .build()
    })
    .collect()
}

fn empty_ones() -> Vec<Message> {
    let none = || continuation("").more();
    let hello = |frames: Vec<FrameBuilder>| (frames, vec![echo("Hello")]);
    let rows = [
        (
            "text whose first fragment is empty",
            hello(vec![text("").more(), continuation("Hello")]),
            "nothing says yet what the text is",
        ),
        (
            "text with an empty fragment between two others",
            hello(vec![text("Hel").more(), none(), continuation("lo")]),
            "nothing is added",
        ),
        (
            "text whose last fragment is empty",
            hello(vec![text("Hello").more(), continuation("")]),
            "the end comes by itself",
        ),
        (
            "text of three empty fragments",
            (
                vec![text("").more(), none(), continuation("")],
                vec![echo("")],
            ),
            "the message is empty, and yet it is one",
        ),
        (
            "binary message of three empty fragments",
            (
                vec![binary("").more(), none(), continuation("")],
                vec![binary_echo("")],
            ),
            "the message is empty and binary",
        ),
        (
            "text whose only octets stand between ten empty fragments",
            hello(
                [
                    vec![text("").more()],
                    vec![none(); 4],
                    vec![continuation("Hello").more()],
                    vec![none(); 4],
                    vec![continuation("")],
                ]
                .concat(),
            ),
            "several empty ones in a row",
        ),
        (
            "text of empty fragments, then a whole text",
            (
                vec![text("").more(), continuation(""), text("Hello")],
                vec![echo(""), echo("Hello")],
            ),
            "the message that follows is another",
        ),
        (
            "text and binary messages in turns, each ended by an empty fragment",
            (
                vec![
                    text("Hello").more(),
                    continuation(""),
                    binary("Hello").more(),
                    continuation(""),
                    text("again").more(),
                    continuation(""),
                ],
                vec![echo("Hello"), binary_echo("Hello"), echo("again")],
            ),
            "each message is of the kind of its first fragment",
        ),
    ];
    let mut all: Vec<Message> = rows
        .into_iter()
        .map(|(title, (frames, heard), differs)| Message {
            title,
            frames,
            heard,
            differs,
        })
        .collect();
    all.push(split_characters());
    all
}

/// Each octet is a fragment, and an empty one stands between each two.
fn split_characters() -> Message {
    let octets = CHARACTERS.as_bytes();
    let mut frames = vec![text(&octets[..1]).more()];
    for octet in &octets[1..] {
        frames.push(continuation("").more());
        frames.push(continuation(std::slice::from_ref(octet)).more());
    }
    frames.push(continuation(""));
    Message {
        title: "text with each octet in a fragment, and empty fragments between them",
        frames,
        heard: vec![echo(CHARACTERS)],
        differs: "the empty fragments stand inside code points",
    }
}
