//! Requests that are large, and requests that come in pieces.

use super::{RFC6455, RFC9110, add, asking, edited, hello, last_opens, opens, start};
use crate::case::{Case, HeadPieces, Testee};
use crate::head_edit::HeadEdit;
use crate::vocabulary::{CaseBuilder, case, echo};

pub(super) fn cases() -> Vec<Case> {
    let too_large = |case: CaseBuilder| {
        case.must(
            RFC9110,
            "5.4",
            "fields that are more or larger than a server wishes are answered by a 4xx",
        )
    };
    let mut cases: Vec<Case> = Vec::new();
    for (n, title, edit, differs) in [
        (
            1,
            "request with 50 fields more",
            many("X-Field-{n}: {n}", 50),
            "many fields, all of them small",
        ),
        (
            2,
            "request with a field of 4,000 octets",
            fill(4000),
            "one field that is large",
        ),
    ] {
        let case = opens(&format!("20.10.{n}"), title, &[edit]).or_refused();
        cases.push(too_large(case).differs(&format!("size: {differs}")).build());
    }
    for (n, title, edits, differs) in [
        (
            3,
            "2,000 fields, and then a plain request",
            vec![many("X-Field-{n}: {n}", 2000)],
            "many names",
        ),
        (
            4,
            "10,000 fields of one name, and then a plain request",
            vec![many("X-Field: {n}", 10_000)],
            "one name, whose values may be joined",
        ),
        (
            5,
            "field of 1 MiB, and then a plain request",
            vec![fill(1 << 20)],
            "one value",
        ),
        (
            6,
            "request line of 64 KiB, and then a plain request",
            stretch(start("GET {target}?{...} HTTP/1.1"), "a", 64 << 10),
            "the line that is read first",
        ),
        (
            7,
            "1,000 extensions, and then a plain request",
            stretch(
                add("Sec-WebSocket-Extensions: {...}x"),
                "x-one; a=1, ",
                1000,
            ),
            "a list that is parsed, of good elements",
        ),
        (
            8,
            "1,000 subprotocols, and then a plain request",
            vec![many("Sec-WebSocket-Protocol: x-{n}", 1000)],
            "a list that is parsed, in as many fields",
        ),
        (
            9,
            "6 KiB of spaces in a subprotocol, and then a plain request",
            stretch(add("Sec-WebSocket-Protocol: b{...}x"), " ", 6 << 10),
            "spaces that a pattern may try to match in each way, as many as most servers take",
        ),
        (
            10,
            "32 KiB of spaces in a subprotocol, and then a plain request",
            stretch(add("Sec-WebSocket-Protocol: b{...}x"), " ", 32 << 10),
            "spaces that a pattern may try to match in each way",
        ),
        (
            11,
            "6 KiB of backslashes in quotes that are not closed, and then a plain request",
            stretch(
                add("Sec-WebSocket-Extensions: x; a=\"{...}"),
                "\\c",
                3 << 10,
            ),
            "escapes that a pattern may try to match in each way, as many as most servers take",
        ),
        (
            12,
            "32 KiB of backslashes in quotes that are not closed, and then a plain request",
            stretch(
                add("Sec-WebSocket-Extensions: x; a=\"{...}"),
                "\\",
                32 << 10,
            ),
            "escapes that a pattern may try to match in each way",
        ),
        (
            13,
            "6 KiB of commas in Connection, and then a plain request",
            stretch(add("Connection: x{...}"), ",", 6 << 10),
            "a list with nothing in it",
        ),
        (
            14,
            "6 KiB of spaces in front of a value, and then a plain request",
            stretch(add("X-Field: {...}1"), " ", 6 << 10),
            "white space that is to be taken away",
        ),
    ] {
        let first = asking(&format!("20.10.{n}"), title, &edits);
        let case = too_large(last_opens(first));
        let case = match n {
            3 => case.seen_in("ws CVE-2024-37890"),
            5 => case.seen_in("tungstenite CVE-2023-43669"),
            10 => case.seen_in("ws CVE-2021-32640"),
            12 => case.seen_in("websocket-extensions CVE-2020-7662"),
            _ => case,
        };
        cases.push(case.differs(&format!("size: {differs}")).build());
    }
    cases.push(dripping_field());
    cases
}

/// Each octet makes the head a little longer: who reads it from its beginning
/// each time reads for long.
fn dripping_field() -> Case {
    let case = case(
        "20.10.15",
        "field of 4,000 octets, octet by octet, and then a plain request",
    )
    .only(Testee::Server);
    last_opens(hello(edited(case.head_in_pieces(1), &[fill(4000)])))
        .seen_in("tungstenite-rs #376")
        .differs("the head grows by an octet a time")
        .build()
}

fn many(line: &str, times: u32) -> HeadEdit {
    HeadEdit::Many {
        line: line.to_owned(),
        times,
    }
}

fn fill(octets: u32) -> HeadEdit {
    HeadEdit::Fill {
        name: "X-Large".to_owned(),
        octets,
    }
}

/// `edit`, in which `{...}` stands for `part`, so many times.
fn stretch(edit: HeadEdit, part: &str, times: u32) -> Vec<HeadEdit> {
    let part = part.to_owned();
    vec![edit, HeadEdit::Repeat { part, times }]
}

const STREAM: &str = "a request is read from a stream, wherever its segments end";

pub(super) fn deliveries() -> Vec<Case> {
    let read = |case: CaseBuilder| case.must(RFC6455, "4.2.1", STREAM);
    let mut cases: Vec<Case> = Vec::new();
    for (n, title, octets, differs) in [
        (
            1,
            "request that comes octet by octet",
            1,
            "cut behind each octet, between CR and LF, too",
        ),
        (
            2,
            "request that comes two octets at a time",
            2,
            "CR and LF may come together",
        ),
        (
            3,
            "request that comes three octets at a time",
            3,
            "a piece may end within the empty line",
        ),
        (
            4,
            "request that comes seven octets at a time",
            7,
            "a piece may hold the end of a line and the next name",
        ),
        (
            5,
            "request that comes 64 octets at a time",
            64,
            "pieces of several lines",
        ),
    ] {
        let case = opens(&format!("20.11.{n}"), title, &[]).head_in_pieces(octets);
        let case = match n {
            // Some take very many pieces for an attack.
            1..=3 => case.should_open().should(RFC6455, "4.2.1", STREAM),
            _ => case.must(RFC6455, "4.2.1", STREAM),
        };
        cases.push(case.differs(&format!("delivery: {differs}")).build());
    }
    cases.push(
        read(
            opens("20.11.6", "request that drips", &[]).head_pieces(HeadPieces {
                octets: 16,
                apart: 10,
            }),
        )
        .differs("time passes between the pieces")
        .build(),
    );
    cases.push(
        opens("20.11.7", "request that drips for half a second", &[])
            .head_pieces(HeadPieces {
                octets: 32,
                apart: 50,
            })
            .informational(
                RFC6455,
                "4.2.1",
                "how long a server waits for a request is its own matter",
            )
            .seen_in("tokio-tungstenite #347")
            .build(),
    );
    cases.push(
        read(opens(
            "20.11.8",
            "request with a field of 1,000 octets that comes 100 octets at a time",
            &[add("X-Field: before"), fill(1000)],
        ))
        .head_in_pieces(100)
        .ok([echo("Hello")])
        .differs("a field that goes over many pieces")
        .build(),
    );
    cases
}
