//! Extensions and subprotocols that the client did not ask for.

use super::{RFC6455, add, opens, refused};
use crate::case::Case;
use crate::head_edit::HeadEdit;

pub(super) fn extensions() -> Vec<Case> {
    let field = |value: &str| add(&format!("Sec-WebSocket-Extensions:{value}"));
    let mut cases = Vec::new();
    let unasked = "an extension that the client did not ask for fails the connection";
    for (n, title, values, differs) in [
        (
            1,
            "extension that nobody asked for",
            &[" x-unasked"][..],
            "a name, and no more",
        ),
        (
            2,
            "extension that nobody asked for, with parameters",
            &[" x-unasked; a=1; b"],
            "a name, and more",
        ),
        (
            3,
            "two extensions that nobody asked for",
            &[" x-one, x-two"],
            "a list",
        ),
        (
            4,
            "extensions that nobody asked for, in two fields",
            &[" x-one", " x-two"],
            "two fields, where one may be",
        ),
        (
            5,
            "extension called as every object's constructor",
            &[" constructor"],
            "a name that is there where nobody put it",
        ),
        (
            6,
            "extension called as part of one that many ask for",
            &[" permessage"],
            "a name that begins as another does",
        ),
    ] {
        let edits: Vec<_> = values.iter().map(|value| field(value)).collect();
        let case = refused(&format!("21.5.{n}"), title, &edits).must(RFC6455, "4.1", unasked);
        let case = match n {
            1 => case.seen_in("ws aca94c86"),
            _ => case,
        };
        cases.push(case.differs(&format!("extensions: {differs}")).build());
    }
    for (n, title, value, differs) in [
        (
            7,
            "parameters without an extension",
            " ; a=1",
            "nothing in front of the semicolon",
        ),
        (
            8,
            "extension with quotes that are not closed",
            " x-unasked; a=\"1",
            "the quotes end with the field",
        ),
        (
            9,
            "extension in quotes",
            " \"x-unasked\"",
            "a quoted string, where a token is to be",
        ),
    ] {
        cases.push(
            refused(&format!("21.5.{n}"), title, &[field(value)])
                .must(
                    RFC6455,
                    "9.1",
                    "who receives malformed extensions fails the connection at once",
                )
                .differs(&format!("extensions: {differs}"))
                .build(),
        );
    }
    cases.push(
        opens(
            "21.5.10",
            "Sec-WebSocket-Extensions with no value",
            &[field("")],
        )
        .informational(
            RFC6455,
            "9.1",
            "the field names one extension or more; this one names none",
        )
        .build(),
    );
    cases
}

pub(super) fn subprotocols() -> Vec<Case> {
    let field = |value: &str| add(&format!("Sec-WebSocket-Protocol:{value}"));
    let mut cases = Vec::new();
    for (n, title, values, differs) in [
        (
            1,
            "subprotocol that nobody asked for",
            &[" x-unasked"][..],
            "a name",
        ),
        (
            2,
            "two subprotocols that nobody asked for",
            &[" x-one, x-two"],
            "a list, where one name may be",
        ),
        (
            3,
            "subprotocols that nobody asked for, in two fields",
            &[" x-one", " x-two"],
            "two fields, where one may be",
        ),
        (
            4,
            "subprotocol called as every object's constructor",
            &[" constructor"],
            "a name that is there where nobody put it",
        ),
        (5, "subprotocol of 4,000 letters", &[LONG], "a long name"),
    ] {
        let mut edits: Vec<_> = values.iter().map(|value| field(value)).collect();
        if n == 5 {
            edits.push(HeadEdit::Repeat {
                part: "x".to_owned(),
                times: 4000,
            });
        }
        let case = refused(&format!("21.6.{n}"), title, &edits).must(
            RFC6455,
            "4.1",
            "a subprotocol that the client did not ask for fails the connection",
        );
        let case = match n {
            1 => case.seen_in("Bun #22323"),
            3 => case.seen_in("whatwg/fetch #515"),
            _ => case,
        };
        cases.push(case.differs(&format!("subprotocols: {differs}")).build());
    }
    cases.push(
        opens(
            "21.6.6",
            "Sec-WebSocket-Protocol with no value",
            &[field("")],
        )
        .informational(
            RFC6455,
            "11.3.4",
            "the field has one subprotocol; this one has none",
        )
        .build(),
    );
    cases
}

const LONG: &str = " {...}";
