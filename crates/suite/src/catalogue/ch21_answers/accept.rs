//! Sec-WebSocket-Accept: the digest of the key, and nothing else.

use super::{RFC6455, add, opens, refused, remove, set};
use crate::case::Case;

const RULE: &str =
    "an answer without the digest of the key in Sec-WebSocket-Accept fails the connection";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        refused(
            "21.1.1",
            "answer without Sec-WebSocket-Accept",
            &[remove("Sec-WebSocket-Accept")],
        )
        .must(RFC6455, "4.1", RULE)
        .seen_in("async-http-client #2211")
        .differs("digest: the field is not there")
        .build(),
    ];
    for (n, title, value, differs) in [
        (
            2,
            "Sec-WebSocket-Accept with no value",
            "",
            "the field is there, and empty",
        ),
        (
            3,
            "Sec-WebSocket-Accept for the key of the example in the RFC",
            " s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            "a good digest, of another key",
        ),
        (
            4,
            "Sec-WebSocket-Accept for no key at all",
            " Kfh9QIsMVZcl6xEPYxPHzW8SZ8w=",
            "a good digest, of nothing but the constant",
        ),
        (
            5,
            "Sec-WebSocket-Accept that is the key",
            " {key}",
            "what the client sent, as it came",
        ),
        (
            6,
            "Sec-WebSocket-Accept in lower case",
            " {accept-in-lower-case}",
            "the right letters, some of them small",
        ),
        (
            7,
            "Sec-WebSocket-Accept without padding",
            " {accept-without-padding}",
            "the right letters, the last one missing",
        ),
        (
            8,
            "Sec-WebSocket-Accept with padding doubled",
            " {accept}=",
            "the right letters, and one more",
        ),
        (
            9,
            "Sec-WebSocket-Accept in quotes",
            " \"{accept}\"",
            "the right letters, in quotes",
        ),
        (
            10,
            "Sec-WebSocket-Accept with letters in front",
            " x{accept}",
            "the right letters, at the end of others",
        ),
        (
            11,
            "Sec-WebSocket-Accept as a list of a wrong one and the right one",
            " s3pPLMBiTxaQ9kYGzzhZRbK+xOo=, {accept}",
            "the right letters, at the end of a list",
        ),
        (
            12,
            "Sec-WebSocket-Accept of spaces",
            " \t ",
            "white space alone",
        ),
    ] {
        let case = refused(
            &format!("21.1.{n}"),
            title,
            &set(&format!("Sec-WebSocket-Accept:{value}")),
        )
        .must(RFC6455, "4.1", RULE);
        let case = match n {
            3 => case.seen_in("Paho #295").seen_in("yawc #50"),
            _ => case,
        };
        cases.push(case.differs(&format!("digest: {differs}")).build());
    }
    cases.push(
        refused(
            "21.1.13",
            "right Sec-WebSocket-Accept, and then a wrong one",
            &[add("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")],
        )
        .must(RFC6455, "4.1", RULE)
        .must(
            RFC6455,
            "11.3.3",
            "Sec-WebSocket-Accept stands once in an answer",
        )
        .differs("two fields, the first of them right")
        .build(),
    );
    cases.push(
        opens(
            "21.1.14",
            "the right Sec-WebSocket-Accept twice",
            &[add("Sec-WebSocket-Accept: {accept}")],
        )
        .informational(
            RFC6455,
            "11.3.3",
            "Sec-WebSocket-Accept stands once in an answer; of a client nothing is said",
        )
        .build(),
    );
    cases.push(
        opens(
            "21.1.15",
            "right Sec-WebSocket-Accept with tabs and spaces around it",
            &set("Sec-WebSocket-Accept:\t  {accept} \t"),
        )
        .must(RFC6455, "4.1", "white space around the value is ignored")
        .differs("white space on both sides of the right letters")
        .build(),
    );
    cases
}
