//! Compressed texts that are no UTF-8.

use wscheck_wire::deflate::BlockWriter;

use super::super::RFC6455;
use super::super::deflate_words::{ANY, HELLO, echoes, fails, fragment, squeezed, squeezed_first};
use crate::case::Case;
use crate::vocabulary::{CaseBuilder, binary, binary_echo, case, echo};

const INVALID: &str = "invalid-utf8";
const TRUNCATED: &str = "truncated-utf8";

fn begin(number: u8, title: &str) -> CaseBuilder {
    case(&format!("27.7.{number}"), title)
        .must(
            RFC6455,
            "8.1",
            "a text that is no UTF-8 fails the connection, however it came",
        )
        .differs(title)
        .deflate(ANY)
}

fn stored(octets: &[u8]) -> Vec<u8> {
    BlockWriter::new().stored(octets).finish()
}

fn fixed(octets: &[u8]) -> Vec<u8> {
    BlockWriter::new().fixed().literals(octets).end().finish()
}

pub(super) fn cases() -> Vec<Case> {
    let whole: [(&str, &[u8], &str); 7] = [
        ("octet that begins no character", b"Hello \xff", INVALID),
        ("surrogate", b"Hello \xed\xa0\x80 edited", INVALID),
        (
            "character in more octets than it needs",
            b"Hello \xc0\xaf",
            INVALID,
        ),
        (
            "character beyond the last one",
            b"Hello \xf4\x90\x80\x80",
            INVALID,
        ),
        (
            "octet that continues no character",
            b"Hello \x80 world",
            INVALID,
        ),
        (
            "character that breaks off inside",
            b"Hello \xce world",
            INVALID,
        ),
        (
            "character that breaks off at the end",
            "Hello κ".as_bytes().split_at(7).0,
            TRUNCATED,
        ),
    ];
    let mut cases: Vec<Case> = (1..)
        .zip(whole)
        .map(|(number, (title, octets, violation))| {
            let title = format!("compressed text with a {title}").replace("a octet", "an octet");
            fails(
                begin(number, &title).send(squeezed(fixed(octets)).breaks(violation)),
                [],
            )
        })
        .collect();
    cases.extend(in_parts());
    cases
}

fn in_parts() -> Vec<Case> {
    let surrogate = stored(b"Hello \xed\xa0\x80");
    let cut = stored(b"Hello \xf0\x9f\x98");
    let long = [&vec![b'a'; 20_000][..], b"\xff"].concat();
    let (first, rest) = surrogate.split_at(12);
    vec![
        fails(
            begin(
                8,
                "compressed text whose wrong character is parted by fragments",
            )
            .send(squeezed_first(first))
            .send(fragment(rest).breaks(INVALID)),
            [],
        ),
        fails(
            begin(
                9,
                "compressed text that breaks off in the last of three fragments",
            )
            .send(squeezed_first(&cut[..4]))
            .send(fragment(&cut[4..12]).more())
            .send(fragment(&cut[12..]).breaks(TRUNCATED)),
            [],
        ),
        fails(
            begin(10, "compressed text that is wrong behind one that is right")
                .send(squeezed(HELLO))
                .send(squeezed(fixed(b"\xc3(")).breaks(INVALID)),
            [echo("Hello")],
        ),
        fails(
            begin(11, "compressed text that is wrong after 20,000 letters")
                .send(squeezed(stored(&long)).breaks(INVALID)),
            [],
        ),
        fails(
            begin(12, "compressed text whose character is parted by a message")
                .send(squeezed(stored(b"\xce")).breaks(TRUNCATED))
                .send(squeezed(stored(b"\xba")).breaks(INVALID)),
            [],
        ),
        echoes(
            begin(13, "compressed binary message of octets that are no UTF-8")
                .send(binary(fixed(b"\xff\xfe\xc0")).rsv(4))
                .send(squeezed(HELLO)),
            [binary_echo(b"\xff\xfe\xc0"), echo("Hello")],
        ),
        echoes(
            begin(14, "compressed text of characters of one to four octets")
                .send(squeezed(fixed("aκ€😀\u{10ffff}\u{0}".as_bytes())))
                .send(squeezed(HELLO)),
            [echo("aκ€😀\u{10ffff}\u{0}"), echo("Hello")],
        ),
    ]
}
