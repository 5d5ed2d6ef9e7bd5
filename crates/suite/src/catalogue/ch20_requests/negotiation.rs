//! What a client asks for beside the connection: subprotocols and extensions.

use super::{RFC6455, RFC9110, add, opens};
use crate::case::Case;
use crate::head_edit::HeadEdit;
use crate::vocabulary::CaseBuilder;

const ONE_OR_NONE: &str = "the answer has one of the subprotocols asked for, once, or none";

pub(super) fn subprotocols() -> Vec<Case> {
    let mut cases = Vec::new();
    let field = |value: &str| add(&format!("Sec-WebSocket-Protocol: {value}"));
    for (n, title, edits, differs) in [
        (
            1,
            "subprotocol that nobody knows",
            vec![field("x-unknown")],
            "one subprotocol",
        ),
        (
            2,
            "two subprotocols in one field",
            vec![field("chat, superchat")],
            "a list: its value as a whole is no answer",
        ),
        (
            3,
            "two subprotocols in two fields",
            vec![field("chat"), field("superchat")],
            "the list is written as two fields",
        ),
        (4, "40 subprotocols", many_subprotocols(), "many fields"),
        (
            5,
            "subprotocols that differ by case alone",
            vec![field("chat, Chat")],
            "subprotocols are compared by case",
        ),
        (
            6,
            "subprotocol with all signs that a token may have",
            vec![field("!#$%&'*+-.^_`|~09AZaz")],
            "letters that few names have",
        ),
        (
            7,
            "subprotocols called as every object's properties are",
            vec![field("constructor, __proto__, toString")],
            "names that are there where nobody put them",
        ),
        (
            8,
            "subprotocols with empty elements between",
            vec![field(", chat,, superchat,")],
            "a list with nothing between some commas",
        ),
    ] {
        let case = opens(&format!("20.7.{n}"), title, &edits)
            .or_refused()
            .must(RFC6455, "4.2.2", ONE_OR_NONE);
        let case = match n {
            2 => case
                .seen_in("uWebSockets bindings #61")
                .seen_in("caliban #3045"),
            8 => case.must(RFC9110, "5.6.1", "empty elements of a list are ignored"),
            _ => case,
        };
        cases.push(case.differs(&format!("subprotocols: {differs}")).build());
    }
    for (n, title, value, differs) in [
        (
            9,
            "subprotocol with a space",
            "chat room",
            "two tokens and no comma",
        ),
        (
            10,
            "subprotocol in quotes",
            "\"chat\"",
            "a quoted string, which is no token",
        ),
        (
            11,
            "subprotocol with a parameter",
            "chat; v=1",
            "what other lists allow",
        ),
        (
            12,
            "subprotocol with letters beyond ASCII",
            "caf\u{e9}",
            "octets that no token has",
        ),
    ] {
        cases.push(
            opens(&format!("20.7.{n}"), title, &[field(value)])
                .should_be_refused()
                .should(RFC6455, "4.3", "subprotocols are a list of tokens")
                .note(
                    RFC6455,
                    "4.2.1",
                    "a server that knows no subprotocols need not look at them",
                )
                .differs(&format!("subprotocols: {differs}"))
                .build(),
        );
    }
    cases.push(
        opens(
            "20.7.13",
            "the same subprotocol twice",
            &[field("chat, chat")],
        )
        .informational(
            RFC6455,
            "4.1",
            "a client names each subprotocol once; of what a server does nothing is said",
        )
        .build(),
    );
    cases
}

fn many_subprotocols() -> Vec<HeadEdit> {
    vec![HeadEdit::Many {
        line: "Sec-WebSocket-Protocol: x-{n}".to_owned(),
        times: 40,
    }]
}

pub(super) fn extensions() -> Vec<Case> {
    let mut cases = Vec::new();
    let field = |value: &str| add(&format!("Sec-WebSocket-Extensions: {value}"));
    let opens = |n: u16, title: &str, offers: &str, edits: &[HeadEdit]| -> CaseBuilder {
        opens(&format!("20.8.{n}"), title, edits)
            .extensions(offers)
            .must(
                RFC6455,
                "9.1",
                "an extension that the server does not know is left out of its answer",
            )
    };
    for (n, title, offers, differs) in [
        (
            1,
            "extension that nobody knows",
            "x-unknown",
            "a name, and no more",
        ),
        (
            2,
            "extension that nobody knows, with parameters",
            "x-unknown; a; b=1; c=two",
            "parameters with a value and without",
        ),
        (
            3,
            "extension with a parameter in quotes",
            "x-unknown; a=\"1\"",
            "a quoted value",
        ),
        (
            4,
            "extension with escapes in a quoted parameter",
            "x-unknown; a=\"\\o\\n\\e\"",
            "a quoted value with backslashes",
        ),
        (
            5,
            "three extensions in one field",
            "x-one, x-two; a=1, x-three",
            "a list",
        ),
        (
            6,
            "extensions with no spaces at all",
            "x-one;a=1;b,x-two",
            "a list written as tightly as can be",
        ),
        (
            7,
            "extensions with much white space",
            "x-one  ;\ta=1 ,\t x-two ",
            "white space wherever it may be",
        ),
        (
            8,
            "extensions with empty elements between",
            ", x-one,, x-two,",
            "a list with nothing between some commas",
        ),
        (
            9,
            "the same extension three times",
            "x-one; a=1, x-one; a=2, x-one",
            "offers of one extension, best first",
        ),
        (
            10,
            "extension called as every object's constructor",
            "constructor",
            "a name that is there where nobody put it",
        ),
        (
            11,
            "extensions called as properties of every object",
            "__proto__; toString=1, hasOwnProperty; __proto__",
            "names and parameters that are there where nobody put them",
        ),
    ] {
        let case = opens(n, title, offers, &[]);
        let case = match n {
            8 => case.must(RFC9110, "5.6.1", "empty elements of a list are ignored"),
            10 => case.seen_in("ws 3.3.1 (NSP-550)"),
            _ => case,
        };
        cases.push(case.differs(&format!("extensions: {differs}")).build());
    }
    cases.push(
        opens(
            12,
            "extensions in two fields",
            "x-one",
            &[field("x-two; a=1")],
        )
        .differs("extensions: the list is written as two fields")
        .build(),
    );
    for (n, title, offers, differs) in [
        (
            13,
            "parameter in quotes that are not closed",
            "x-unknown; a=\"1",
            "the quotes end with the field",
        ),
        (
            14,
            "parameter in quotes that an escape keeps open",
            "x-unknown; a=\"1\\\"",
            "the last quotes are escaped",
        ),
        (
            15,
            "parameter in quotes with a space",
            "x-unknown; a=\"1 2\"",
            "a quoted value is a token inside its quotes",
        ),
        (
            16,
            "parameter with no value behind =",
            "x-unknown; a=",
            "nothing behind the sign",
        ),
        (
            17,
            "parameter without a name",
            "x-unknown; =1",
            "nothing in front of the sign",
        ),
        (
            18,
            "extension with a semicolon at its end",
            "x-unknown;",
            "nothing behind the semicolon",
        ),
        (
            19,
            "parameters without an extension",
            "; a=1",
            "nothing in front of the semicolon",
        ),
        (
            20,
            "extension with a value",
            "x-unknown=1",
            "a sign that only parameters have",
        ),
        (
            21,
            "two extensions and no comma",
            "x-one x-two",
            "two names with a space between",
        ),
        (
            22,
            "extension with a letter that no token has",
            "x-unknown(1)",
            "brackets",
        ),
    ] {
        cases.push(
            super::opens(&format!("20.8.{n}"), title, &[])
                .extensions(offers)
                .should_be_refused()
                .should(
                    RFC6455,
                    "9.1",
                    "who receives malformed extensions fails the connection at once",
                )
                .note(
                    RFC6455,
                    "4.2.1",
                    "a server that knows no extensions need not look at them",
                )
                .differs(&format!("extensions: {differs}"))
                .build(),
        );
    }
    cases
}
