//! What a message may refer back to.

use wscheck_wire::deflate::BlockWriter;

use super::super::deflate_words::{
    ANY, HELLO, ONCE, echoes, fails_somehow, must, squeezed, twice_far,
};
use super::{begin, past_the_last_block};
use crate::case::Case;
use crate::payload::Payload;
use crate::vocabulary::{binary, binary_echo, close, echo, text};

/// A text that repeats itself each 16 octets.
const SIXTEEN: &[u8; 16] = b"0123456789abcdef";

/// As many octets of it as the largest window has, and a few.
fn a_window_full() -> (BlockWriter, u64) {
    let mut blocks = BlockWriter::new().fixed().literals(SIXTEEN);
    for _ in 0..127 {
        blocks = blocks.reference(258, 16);
    }
    (blocks.literals(b"ef"), 16 + 127 * 258 + 2)
}

pub(super) fn cases() -> Vec<Case> {
    let kept = |number: u8, title: &str| {
        begin(
            &format!("27.4.{number}"),
            title,
            "7.2.2",
            "where the sender may take over its context, a message is decompressed with it",
        )
        .seen_in("Bun issue 33003")
    };
    let wide = |number: u8, title: &str| {
        begin(
            &format!("27.4.{number}"),
            title,
            "7.1.2",
            "where no window is named it is one of 32,768 octets",
        )
        .seen_in("Starscream issue 937")
        .unlimited()
    };
    let (full, length) = a_window_full();
    let full_text = Payload::repeat(SIXTEEN.as_slice(), length);
    let within = full.clone().reference(258, 32_768).end().finish();
    let across = BlockWriter::new().fixed().reference(16, 32_768).end();
    let once = || text(ONCE).compressed();
    let forgetful = must(
        "27.4.4",
        "same text four times, each message by itself",
        "7.1.1.2",
        "a client may compress each message by itself, asked or not",
    )
    .differs("no message refers to another")
    .deflate(ANY);
    let mut burst = kept(8, "five messages at once").unlimited();
    let mut heard = Vec::new();
    for number in 0..5 {
        let said = format!("{ONCE} {number}");
        burst = burst.send(text(said.clone()).compressed());
        heard.push(echo(said));
    }
    vec![
        echoes(
            kept(1, "same text three times, with the context taken over")
                .unlimited()
                .send(once())
                .send(once())
                .send(once()),
            [echo(ONCE), echo(ONCE), echo(ONCE)],
        ),
        echoes(
            wide(2, "reference as far back as any can go").send(squeezed(within)),
            [echo(Payload::repeat(SIXTEEN.as_slice(), length + 258))],
        ),
        echoes(
            wide(
                3,
                "reference as far back as any can go, into the message before",
            )
            .send(squeezed(full.end().finish()))
            .send(squeezed(across.finish())),
            [echo(full_text), echo(SIXTEEN)],
        ),
        echoes(
            forgetful
                .send(squeezed(HELLO))
                .send(squeezed(HELLO))
                .send(squeezed(HELLO))
                .send(squeezed(HELLO)),
            [echo("Hello"), echo("Hello"), echo("Hello"), echo("Hello")],
        ),
        echoes(
            wide(5, "text that comes again 20,000 octets later")
                .send(text(twice_far()).compressed()),
            [echo(twice_far())],
        ),
        echoes(
            kept(6, "compressed messages and others by turns")
                .unlimited()
                .send(once())
                .send(text("not compressed"))
                .send(once())
                .send(binary(b"\xf2\x48\xcd\xc9\xc9\x07\x00"))
                .send(once()),
            [
                echo(ONCE),
                echo("not compressed"),
                echo(ONCE),
                binary_echo(HELLO),
                echo(ONCE),
            ],
        ),
        echoes(
            kept(7, "text and binary messages of one context")
                .unlimited()
                .send(once())
                .send(binary(ONCE).compressed())
                .send(once()),
            [echo(ONCE), binary_echo(ONCE), echo(ONCE)],
        ),
        echoes(burst, heard),
        echoes(
            past_the_last_block(
                "27.4.9",
                "reference into the message before, which ended with a final block",
            )
            .unlimited()
            .send(squeezed(b"\xf3\x48\xcd\xc9\xc9\x07\x00\x00"))
            .send(squeezed(
                BlockWriter::new().fixed().reference(5, 5).end().finish(),
            )),
            [echo("Hello"), echo("Hello")],
        ),
        echoes(
            kept(10, "reference across an empty message")
                .unlimited()
                .send(squeezed(HELLO))
                .send(squeezed(b"\x00"))
                .send(squeezed(b"\xf2\x00\x11\x00\x00")),
            [echo("Hello"), echo(""), echo("Hello")],
        ),
    ]
}

pub(super) fn connections() -> Vec<Case> {
    let rule = "the first message of a connection begins with an empty window";
    let again = BlockWriter::new().fixed().reference(5, 5).end().finish();
    let foreign = begin(
        "27.4.11",
        "reference into a message of the connection before",
        "7.2.2",
        rule,
    )
    .send(squeezed(HELLO))
    .send(close(1000))
    .next_connection()
    .deflate(ANY)
    .send(squeezed(again).breaks("corrupt-deflate"));
    let own = begin("27.4.12", "same texts on two connections", "7.2.1", rule)
        .unlimited()
        .send(text(ONCE).compressed())
        .send(text(ONCE).compressed())
        .close_after(1)
        .next_connection()
        .deflate(ANY)
        .unlimited()
        .send(text(ONCE).compressed())
        .send(text(ONCE).compressed());
    vec![
        fails_somehow(foreign, []),
        echoes(own, [echo(ONCE), echo(ONCE)]),
    ]
}
