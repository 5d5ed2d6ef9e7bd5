//! The syntax of fields in an answer, and answers that are large.

use super::{RFC6455, RFC9110, RFC9112, add, opens, refused, refused_at_once, remove, set};
use crate::case::{Case, Testee};
use crate::head_edit::HeadEdit;
use crate::vocabulary::{CaseBuilder, case, echo, text};

/// The fields of an answer that count.
const NAMES: [&str; 3] = ["Upgrade", "Connection", "Sec-WebSocket-Accept"];

fn spelt(spell: impl Fn(&str) -> String) -> Vec<HeadEdit> {
    NAMES
        .iter()
        .map(|name| HeadEdit::Spell(spell(name)))
        .collect()
}

/// Each field that counts, with this between its name and its value.
fn spaced(before: &str) -> Vec<HeadEdit> {
    let fields = NAMES.iter().zip(["websocket", "Upgrade", "{accept}"]);
    let edits = fields.flat_map(|(name, value)| set(&format!("{name}:{before}{value}")));
    edits.collect()
}

pub(super) fn cases() -> Vec<Case> {
    [legal(), odd()].concat()
}

fn legal() -> Vec<Case> {
    let by_case =
        |case: CaseBuilder| case.must(RFC9110, "5.1", "names of fields are compared without case");
    let by_space = |case: CaseBuilder| {
        case.must(
            RFC9110,
            "5.5",
            "white space around a value does not belong to it",
        )
    };
    let order = [
        "Sec-WebSocket-Accept: {accept}",
        "Connection: Upgrade",
        "Upgrade: websocket",
    ];
    let removed = NAMES.map(remove);
    let reversed = [removed.to_vec(), order.map(add).to_vec()].concat();
    vec![
        by_case(opens(
            "21.7.1",
            "names of fields in lower case",
            &spelt(str::to_ascii_lowercase),
        ))
        .differs("all letters are small")
        .build(),
        by_case(opens(
            "21.7.2",
            "names of fields in upper case",
            &spelt(str::to_ascii_uppercase),
        ))
        .differs("all letters are capitals")
        .build(),
        by_space(opens("21.7.3", "no space behind the colons", &spaced("")))
            .differs("as little white space as there can be")
            .build(),
        by_space(opens(
            "21.7.4",
            "tabs and spaces behind the colons",
            &spaced("\t  "),
        ))
        .differs("white space of both kinds")
        .build(),
        opens("21.7.5", "fields in the opposite order", &reversed)
            .must(
                RFC9110,
                "5.3",
                "the order of fields of different names does not matter",
            )
            .differs("the last field of other answers is the first")
            .build(),
        opens(
            "21.7.6",
            "fields that nobody knows",
            &[
                add("X-Empty:"),
                add("X-Odd: a:b, \"c;d\\\"e\", =?h, (i)"),
                add("!#$%&'*+-.^_`|~09AZaz: 1"),
                add("Upgrade-Insecure-Requests: 1"),
                add("Connection-Type: close"),
                add("Sec-WebSocket-Accept-Other: x"),
                add("Set-Cookie: a=b"),
                add("Set-Cookie: c=d"),
            ],
        )
        .must(RFC9110, "5.1", "unknown fields are ignored")
        .differs("fields of which none counts")
        .build(),
        opens(
            "21.7.7",
            "value with letters beyond ASCII",
            &[add("X-Name: Zo\u{eb}")],
        )
        .should_open()
        .should(
            RFC9110,
            "5.5",
            "octets beyond ASCII in a value are taken as they are",
        )
        .differs("octets that old rules allow and new ones discourage")
        .build(),
        opens("21.7.8", "folded line", &[add("X-Folded: 1,\r\n 2")])
            .must(
                RFC9112,
                "5.2",
                "a client takes a folded line of an answer for a space",
            )
            .differs("an old way to write a long field")
            .build(),
    ]
}

fn odd() -> Vec<Case> {
    let accept = remove("Sec-WebSocket-Accept");
    let wrong =
        "an answer without the digest of the key in Sec-WebSocket-Accept fails the connection";
    let hidden = |n: u16, title: &str, line: &str| {
        refused(&format!("21.7.{n}"), title, &[accept.clone(), add(line)])
            .must(RFC6455, "4.1", wrong)
    };
    vec![
        hidden(
            9,
            "Sec-WebSocket-Accept in a folded line",
            "X-Folded: 1,\r\n Sec-WebSocket-Accept: {accept}",
        )
        .must(RFC9112, "5.2", "a folded line is no field of its own")
        .differs("the only digest belongs to another field")
        .build(),
        hidden(
            10,
            "Sec-WebSocket-Accept behind a bare CR",
            "X-Cr: 1\rSec-WebSocket-Accept: {accept}",
        )
        .must(RFC9112, "2.2", "a bare CR ends no line")
        .differs("the only digest belongs to another line")
        .build(),
        opens("21.7.11", "NUL in a value", &[add("X-Nul: a\0b")])
            .or_refused()
            .must(
                RFC9110,
                "5.5",
                "CR, LF and NUL in a value are refused, or mean a space",
            )
            .differs("an octet that ends strings in some languages")
            .build(),
        opens("21.7.12", "line without a colon", &[add("nonsense")])
            .informational(
                RFC9112,
                "2.2",
                "what does not match the grammar may be refused by a client",
            )
            .build(),
        opens(
            "21.7.13",
            "space between a name and its colon",
            &[add("X-Space : 1")],
        )
        .informational(
            RFC9112,
            "5.1",
            "only servers and proxies are told what to do with it",
        )
        .build(),
        opens(
            "21.7.14",
            "line that ends in a bare LF",
            &[add("X-Lf: 1\nX-Next: 2")],
        )
        .informational(
            RFC9112,
            "2.2",
            "a bare LF may be taken for the end of a line",
        )
        .build(),
        refused_at_once(
            "21.7.15",
            "answer that ends in its midst",
            &[HeadEdit::Raw(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    .into(),
            )],
        )
        .must(RFC6455, "4.1", wrong)
        .differs("frames come where the rest of the head is to be, and then the end of TCP")
        .build(),
        refused_at_once(
            "21.7.16",
            "frames in place of an answer",
            &[HeadEdit::Raw(b"\x81\x05Hello"[..].into())],
        )
        .must(
            RFC6455,
            "4.1",
            "a client waits for the answer of the server before all else",
        )
        .differs("no head at all")
        .build(),
    ]
}

pub(super) fn sizes() -> Vec<Case> {
    let many = |line: &str, times: u32| HeadEdit::Many {
        line: line.to_owned(),
        times,
    };
    let fill = |octets: u32| HeadEdit::Fill {
        name: "X-Large".to_owned(),
        octets,
    };
    let mut cases = Vec::new();
    for (n, title, edit, differs) in [
        (
            1,
            "answer with 50 fields more",
            many("X-Field-{n}: {n}", 50),
            "many fields, all of them small",
        ),
        (
            2,
            "answer with 200 fields more",
            many("X-Field-{n}: {n}", 200),
            "more fields than some have room for",
        ),
        (
            3,
            "answer with 2,000 fields more",
            many("X-Field-{n}: {n}", 2000),
            "more fields than most have room for",
        ),
        (
            4,
            "answer with a field of 4,000 octets",
            fill(4000),
            "one field that is large",
        ),
        (
            5,
            "answer with a field of 64 KiB",
            fill(64 << 10),
            "one field that is larger than most buffers",
        ),
        (
            6,
            "answer with a field of 1 MiB",
            fill(1 << 20),
            "one field that is larger than anybody needs",
        ),
        (
            7,
            "answer with fields of 64 KiB in all",
            many(
                "X-Field-{n}: 0123456789012345678901234567890123456789",
                1200,
            ),
            "fields that are large together",
        ),
    ] {
        let case = case(&format!("21.8.{n}"), title)
            .only(Testee::Client)
            .opening(edit)
            .send(text("Hello"))
            // Some read each octet by itself.
            .fail_after(5)
            .ok([echo("Hello")]).or_refused().must(
            RFC6455,
            "4.1",
            "an answer that is good opens the connection, or it is failed; nothing is in between",
        );
        let case = match n {
            7 => case.seen_in("Beast #1460"),
            _ => case,
        };
        cases.push(case.differs(&format!("size: {differs}")).build());
    }
    cases
}
