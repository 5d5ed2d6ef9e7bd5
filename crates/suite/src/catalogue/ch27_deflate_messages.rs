//! Messages compressed in every way that RFC 7692 allows, and in others.

mod context;
mod corrupt;
mod texts;

use wscheck_wire::deflate::{BlockWriter, Deflater, TAIL, Terms};

use super::Chapter;
use super::deflate_words::{
    ANY, HELLO, ONCE, echoes, fragment, must, noise, squeezed, squeezed_first, twice_far,
};
use crate::case::Case;
use crate::payload::Payload;
use crate::vocabulary::{CaseBuilder, answer, binary, binary_echo, case, echo, ping, text};

pub(super) const CHAPTER: Chapter = Chapter {
    number: 27,
    title: "Compressed messages",
    sections: &[
        (1, "examples of the RFC"),
        (2, "blocks"),
        (3, "empty messages"),
        (4, "context and window"),
        (5, "fragments"),
        (6, "what is not DEFLATE"),
        (7, "what is not UTF-8"),
    ],
};

const DECOMPRESS: &str = "a message is decompressed whatever blocks it is made of";

pub(super) fn cases() -> Vec<Case> {
    [
        examples(),
        blocks(),
        empty(),
        context::cases(),
        context::connections(),
        fragments(),
        corrupt::cases(),
        texts::cases(),
    ]
    .concat()
}

/// A case that says in its title alone what sets it apart.
fn begin(id: &str, title: &str, section: &str, rule: &str) -> CaseBuilder {
    must(id, title, section, rule).differs(title).deflate(ANY)
}

/// The message, and the first example of the RFC behind it.
fn then_hello(builder: CaseBuilder, message: impl Into<Payload>, inflated: &str) -> Case {
    let builder = builder.send(squeezed(message)).send(squeezed(HELLO));
    echoes(builder, [echo(inflated), echo("Hello")])
}

fn examples() -> Vec<Case> {
    let example = |number: u8, title: &str, section: &str| {
        let id = format!("27.1.{number}");
        begin(&id, title, section, DECOMPRESS)
            .seen_in("Autobahn|Testsuite issue 59")
            .seen_in("ws commit 92774377")
    };
    vec![
        then_hello(
            example(1, "example of a message in one block", "7.2.3.1"),
            HELLO,
            "Hello",
        ),
        echoes(
            example(2, "example of a message in two fragments", "7.2.3.1")
                .send(squeezed_first(&HELLO[..3]))
                .send(fragment(&HELLO[3..]))
                .send(squeezed(HELLO)),
            [echo("Hello"), echo("Hello")],
        ),
        echoes(
            example(
                3,
                "example of a message that refers to the one before",
                "7.2.3.2",
            )
            .unlimited()
            .send(squeezed(HELLO))
            .send(squeezed(b"\xf2\x00\x11\x00\x00"))
            .send(squeezed(b"\xf2\x00\x11\x00\x00")),
            [echo("Hello"), echo("Hello"), echo("Hello")],
        ),
        then_hello(
            example(4, "example of a block without compression", "7.2.3.3"),
            b"\x00\x05\x00\xfa\xffHello\x00",
            "Hello",
        ),
        then_hello(
            example(5, "example of a final block", "7.2.3.4"),
            b"\xf3\x48\xcd\xc9\xc9\x07\x00\x00",
            "Hello",
        ),
        then_hello(
            example(6, "example of two blocks in one message", "7.2.3.5"),
            b"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00",
            "Hello",
        ),
        then_hello(
            example(7, "example of an empty block as a message", "7.2.3.6"),
            b"\x00",
            "",
        ),
        echoes(
            example(
                8,
                "example of an empty block as the last fragment",
                "7.2.3.6",
            )
            .send(squeezed_first([HELLO, &TAIL[..]].concat()))
            .send(fragment(b"\x00"))
            .send(squeezed(HELLO)),
            [echo("Hello"), echo("Hello")],
        ),
    ]
}

/// Blocks with codes of their own: zlib has no other for a long text of few
/// letters, and no reference goes back further than any window.
fn own_codes(text: &[u8]) -> Vec<u8> {
    let terms = Terms {
        no_context_takeover: true,
        max_window_bits: 8,
    };
    Deflater::new(terms, 9).message(text)
}

/// Words that repeat now and then.
fn prose() -> String {
    let words = [
        "window", "block", "message", "code", "octet", "frame", "flush",
    ];
    let chosen = noise(120)
        .into_iter()
        .map(|at| words[usize::from(at) % words.len()]);
    chosen.collect::<Vec<_>>().join(" ")
}

fn blocks() -> Vec<Case> {
    let block = |number: u8, title: &str| {
        begin(
            &format!("27.2.{number}"),
            title,
            "7.2.1",
            "blocks of any type, and several of them, may make up a message",
        )
        .seen_in("ws commit 92774377")
    };
    let writer = BlockWriter::new;
    let prose = prose();
    let mut lone = writer();
    for letter in ONCE.as_bytes() {
        lone = lone.fixed().literals(&[*letter]).end();
    }
    let mut final_ones = writer();
    for letter in ONCE.as_bytes() {
        final_ones = final_ones.bfinal().fixed().literals(&[*letter]).end();
    }
    let mut gaps = writer();
    for _ in 0..500 {
        gaps = gaps.stored(b"");
    }
    vec![
        then_hello(
            block(1, "block of its own codes"),
            own_codes(prose.as_bytes()),
            &prose,
        ),
        then_hello(
            block(2, "three blocks without compression"),
            writer()
                .stored(b"one, ")
                .stored(b"two, ")
                .stored(b"three")
                .finish(),
            "one, two, three",
        ),
        then_hello(
            block(3, "block for each letter of a text"),
            lone.finish(),
            ONCE,
        ),
        then_hello(
            block(4, "final block for each letter of a text"),
            final_ones.finish(),
            ONCE,
        ),
        then_hello(
            block(5, "blocks of both types that need no codes of their own"),
            writer()
                .fixed()
                .literals(b"one, ")
                .end()
                .stored(b"two, ")
                .fixed()
                .literals(b"three")
                .end()
                .finish(),
            "one, two, three",
        ),
        then_hello(
            block(6, "block behind a final one"),
            writer()
                .bfinal()
                .fixed()
                .literals(b"Hel")
                .end()
                .fixed()
                .literals(b"lo")
                .end()
                .finish(),
            "Hello",
        ),
        then_hello(
            block(7, "final block without compression"),
            writer().bfinal().stored(b"Hello").finish(),
            "Hello",
        ),
        then_hello(
            block(8, "reference from one block into the one before"),
            writer()
                .stored(b"Hello, ")
                .fixed()
                .reference(5, 7)
                .end()
                .finish(),
            "Hello, Hello",
        ),
        then_hello(
            past_the_last_block("27.2.9", "reference across a final block"),
            writer()
                .bfinal()
                .fixed()
                .literals(b"Hello, ")
                .end()
                .fixed()
                .reference(5, 7)
                .end()
                .finish(),
            "Hello, Hello",
        ),
        then_hello(
            block(10, "five hundred empty blocks around a text"),
            gaps.clone().fixed().literals(b"Hello").end().finish(),
            "Hello",
        ),
        then_hello(
            block(11, "reference of the greatest length"),
            writer()
                .fixed()
                .literals(b"a")
                .reference(258, 1)
                .end()
                .finish(),
            &"a".repeat(259),
        ),
        then_hello(
            block(
                12,
                "final block in a message, where the context is taken over",
            )
            .unlimited(),
            writer().bfinal().fixed().literals(b"Hello").end().finish(),
            "Hello",
        ),
    ]
}

/// RFC 1951 §2 has a final block end a set of data, RFC 7692 §7.2.1 lets blocks
/// follow. That they may refer back is not said.
fn past_the_last_block(id: &str, title: &str) -> CaseBuilder {
    case(id, title)
        .informational(
            "RFC 7692",
            "7.2.1",
            "blocks may follow a final one; whether they may refer to what came before is not said",
        )
        .deflate(ANY)
}

fn empty() -> Vec<Case> {
    let nothing = |number: u8, title: &str| {
        begin(
            &format!("27.3.{number}"),
            title,
            "7.2.3.6",
            "a message of no octets is compressed to a block that has none",
        )
        .seen_in("http-kit issue 617")
    };
    let fixed = BlockWriter::new().fixed().end();
    let last = BlockWriter::new().bfinal().fixed().end();
    let none = [echo(""), echo("Hello")];
    vec![
        echoes(
            nothing(1, "empty binary message")
                .send(binary(b"\x00").rsv(4))
                .send(squeezed(HELLO)),
            [binary_echo(""), echo("Hello")],
        ),
        then_hello(
            nothing(2, "empty block of the fixed codes"),
            fixed.finish(),
            "",
        ),
        then_hello(nothing(3, "empty final block"), last.finish(), ""),
        echoes(
            nothing(4, "three empty messages in a row")
                .send(squeezed(b"\x00"))
                .send(squeezed(b"\x00"))
                .send(squeezed(b"\x00"))
                .send(squeezed(HELLO)),
            [echo(""), echo(""), echo(""), echo("Hello")],
        ),
        echoes(
            nothing(
                5,
                "empty message in three fragments, two of them without an octet",
            )
            .send(squeezed_first(""))
            .send(fragment(b"\x00").more())
            .send(fragment(""))
            .send(squeezed(HELLO)),
            none.clone(),
        ),
        case("27.3.6", "compressed message without an octet")
            .informational(
                "RFC 7692",
                "7.2.1",
                "what a sender makes of a message has at least one octet; what a receiver makes of \
                 none is not said",
            )
            .seen_in("http-kit issue 617")
            .deflate(ANY)
            .send(squeezed("").breaks("truncated-deflate"))
            .fail_after(1)
            .ok([echo("")])
            .build(),
        case(
            "27.3.7",
            "message with the four octets that should have been taken off its end",
        )
        .informational(
            "RFC 7692",
            "7.2.1",
            "a sender takes four octets off the end; what a receiver does with them is not said",
        )
        .deflate(ANY)
        .send(squeezed([HELLO, &TAIL[..]].concat()).breaks("truncated-deflate"))
        .fail_after(1)
        .ok([echo("Hello")])
        .build(),
    ]
}

fn fragments() -> Vec<Case> {
    let split = |number: u8, title: &str| {
        begin(
            &format!("27.5.{number}"),
            title,
            "7.2.1",
            "a compressed message is split anywhere, and RSV1 stands on its first fragment",
        )
    };
    let stored = BlockWriter::new().stored("κόσμε".as_bytes()).finish();
    let letters = |builder: CaseBuilder, octets: &[u8]| {
        let last = octets.len() - 1;
        let rest = octets[1..last].iter();
        rest.fold(
            builder.send(squeezed_first(&octets[..1])),
            |builder, octet| builder.send(fragment(&[*octet]).more()),
        )
        .send(fragment(&octets[last..]))
    };
    vec![
        echoes(
            letters(split(1, "fragments of one octet each"), HELLO).send(squeezed(HELLO)),
            [echo("Hello"), echo("Hello")],
        ),
        echoes(
            split(2, "ping between fragments")
                .send(squeezed_first(&HELLO[..2]))
                .send(ping("one"))
                .send(fragment(&HELLO[2..])),
            [answer("one"), echo("Hello")],
        ),
        echoes(
            split(3, "fragments without an octet in front, between and behind")
                .send(squeezed_first(""))
                .send(fragment(&HELLO[..3]).more())
                .send(fragment("").more())
                .send(fragment(&HELLO[3..]).more())
                .send(fragment(""))
                .send(squeezed(HELLO)),
            [echo("Hello"), echo("Hello")],
        ),
        echoes(
            split(4, "fragments that part a character")
                .send(squeezed_first(&stored[..6]))
                .send(fragment(&stored[6..]))
                .send(squeezed(HELLO)),
            [echo("κόσμε"), echo("Hello")],
        ),
        echoes(
            letters(
                split(5, "fragments of one octet each, of characters of several"),
                &stored,
            )
            .send(squeezed(HELLO)),
            [echo("κόσμε"), echo("Hello")],
        ),
        echoes(
            split(6, "octets apart, header and all")
                .send(squeezed_first(&HELLO[..3]).chop(1))
                .send(fragment(&HELLO[3..]).chop(1))
                .send(squeezed(HELLO).chop(1)),
            [echo("Hello"), echo("Hello")],
        ),
        echoes(
            split(
                7,
                "long message in fragments of 1,000 octets, and the same again",
            )
            .compressed_fragments(twice_far(), 1000)
            .compressed_fragments(twice_far(), 1000),
            [echo(twice_far()), echo(twice_far())],
        ),
        echoes(
            split(8, "fragments that each end with a flush")
                .send(squeezed_first(b"\xf2\x48\x05\x00\x00\x00\xff\xff"))
                .send(fragment(b"\xca\xc9\xc9\x07\x00\x00\x00\xff\xff").more())
                .send(fragment(b"\x00"))
                .send(squeezed(HELLO)),
            [echo("Hello"), echo("Hello")],
        ),
        echoes(
            split(9, "compressed fragments and then those of another message")
                .send(squeezed_first(&HELLO[..3]))
                .send(fragment(&HELLO[3..]))
                .send(text("Hel").more())
                .send(fragment("lo"))
                .send(squeezed_first(&HELLO[..3]))
                .send(fragment(&HELLO[3..])),
            [echo("Hello"), echo("Hello"), echo("Hello")],
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use wscheck_wire::deflate::inspect;

    #[test]
    fn prose_is_compressed_by_codes_of_its_own_within_any_window() {
        let facts = inspect(&own_codes(prose().as_bytes()), Terms::default()).expect("DEFLATE");
        assert!(
            facts.dynamic > 0 && facts.greatest_distance <= 256,
            "{facts:?}"
        );
        assert!(facts.greatest_distance > 0);
    }
}
