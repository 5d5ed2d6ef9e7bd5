//! Clients that misjudge a server's answer.

use super::head::{ACCEPT, CONNECTION, EXTENSIONS, PROTOCOL, UPGRADE};
use super::hooks::{Hooks, STRAIGHT, hears_head};
use super::judged_request::only_if;
use super::rule::{client, rfc6455};
use super::{Family, Fault, Rule};
use crate::handshake::{accept_for, parse_extensions};

const CASE: Rule = rfc6455("4.1", "an ASCII case-insensitive match for the value");

const UPGRADES: Rule = rfc6455(
    "4.1",
    "contains a value that is not an ASCII case-insensitive match for the value \"websocket\"",
);
const CONNECTS: Rule = rfc6455(
    "4.1",
    "a token that is an ASCII case-insensitive match for the value \"Upgrade\"",
);
const ACCEPTS: Rule = rfc6455(
    "4.1",
    "contains a value other than the base64-encoded SHA-1 of the concatenation",
);
const VALIDATE: Rule = rfc6455(
    "4.1",
    "The client MUST validate the server's response as follows",
);

pub(super) const FAMILY: Family = Family {
    title: "What a client makes of an answer",
    faults: FAULTS,
};

const FAULTS: &[Fault] = &[
    client(
        "answer-of-any-status-taken",
        rfc6455(
            "4.1",
            "If the status code received from the server is not 101, the client handles the response per HTTP",
        ),
        hears_head(|head, _| head.start = "HTTP/1.1 101 Switching Protocols".to_owned()),
    ),
    client(
        "upgrade-of-an-answer-not-judged",
        rfc6455(
            "4.1",
            "If the response lacks an |Upgrade| header field [...], the client MUST _Fail the WebSocket Connection_",
        ),
        hears_head(|head, _| {
            head.remove(UPGRADE);
            head.set(UPGRADE, "websocket");
        }),
    ),
    client(
        "connection-of-an-answer-not-judged",
        rfc6455(
            "4.1",
            "If the response lacks a |Connection| header field [...], the client MUST _Fail the WebSocket Connection_",
        ),
        hears_head(|head, _| head.set(CONNECTION, "Upgrade")),
    ),
    client(
        "accept-not-judged",
        rfc6455(
            "4.1",
            "If the response lacks a |Sec-WebSocket-Accept| header field or [it] contains a value other than [...]",
        ),
        hears_head(|head, key| {
            head.remove(ACCEPT);
            head.set(ACCEPT, &accept_for(key.as_bytes()));
        }),
    ),
    client(
        "accept-matched-without-case",
        ACCEPTS,
        hears_head(|head, key| {
            let right = accept_for(key.as_bytes());
            if head
                .value(ACCEPT)
                .is_some_and(|value| value.eq_ignore_ascii_case(&right))
            {
                head.set(ACCEPT, &right);
            }
        }),
    ),
    client(
        "accept-matched-without-padding",
        ACCEPTS,
        hears_head(|head, key| {
            let right = accept_for(key.as_bytes());
            if head
                .value(ACCEPT)
                .is_some_and(|value| value.trim_end_matches('=') == right.trim_end_matches('='))
            {
                head.set(ACCEPT, &right);
            }
        }),
    ),
    client(
        "accept-matched-in-part",
        ACCEPTS,
        hears_head(|head, key| {
            let right = accept_for(key.as_bytes());
            if head
                .value(ACCEPT)
                .is_some_and(|value| value.contains(&right))
            {
                head.set(ACCEPT, &right);
            }
        }),
    ),
    client(
        "first-of-two-accepts-taken",
        rfc6455(
            "11.3.3",
            "The |Sec-WebSocket-Accept| header MUST NOT appear more than once in an HTTP response",
        ),
        hears_head(|head, _| head.keep_first(ACCEPT)),
    ),
    client(
        "malformed-lines-of-an-answer-taken",
        VALIDATE,
        // What is written anew is well formed.
        hears_head(|head, _| head.add("X-Read", "leniently")),
    ),
    client(
        "bare-cr-of-an-answer-ends-a-line",
        VALIDATE,
        hears_head(|head, _| head.split_at_cr()),
    ),
    client(
        "interim-answer-taken-for-the-last",
        rfc6455("4.1", "the client handles the response per HTTP"),
        hears_head(|head, _| {
            let status = head.start.split(' ').nth(1).unwrap_or_default();
            if status.starts_with('1') && status != "101" {
                head.start = "HTTP/1.1 500 That was all".to_owned();
            }
        }),
    ),
    client(
        "upgrade-of-an-answer-matched-in-part",
        UPGRADES,
        hears_head(|head, _| {
            if head.has(UPGRADE, "websocket") {
                head.remove(UPGRADE);
                head.set(UPGRADE, "websocket");
            }
        }),
    ),
    client(
        "connection-of-an-answer-matched-in-part",
        CONNECTS,
        hears_head(|head, _| {
            if head.has(CONNECTION, "upgrade") {
                head.set(CONNECTION, "upgrade");
            }
        }),
    ),
    client(
        "second-connection-of-an-answer-not-read",
        CONNECTS,
        hears_head(|head, _| head.keep_first(CONNECTION)),
    ),
    client(
        "connection-of-an-answer-not-read-as-a-list",
        CONNECTS,
        hears_head(|head, _| only_if(head, CONNECTION, |value| !value.contains(','))),
    ),
    client(
        "malformed-extensions-of-an-answer-taken",
        rfc6455(
            "9.1",
            "the recipient of such malformed data MUST immediately _Fail the WebSocket Connection_",
        ),
        hears_head(|head, _| {
            let value = head.value(EXTENSIONS).unwrap_or_default();
            if parse_extensions(value.as_bytes()).is_err() {
                head.remove(EXTENSIONS);
            }
        }),
    ),
    client(
        "unasked-extension-taken",
        rfc6455(
            "4.1",
            "the use of an extension that was not present in the client's handshake",
        ),
        hears_head(|head, _| {
            if !head.has(EXTENSIONS, "permessage-deflate") {
                head.remove(EXTENSIONS);
            }
        }),
    ),
    client(
        "unasked-protocol-taken",
        rfc6455(
            "4.1",
            "the use of a subprotocol that was not present in the client's handshake",
        ),
        hears_head(|head, _| head.remove(PROTOCOL)),
    ),
    client(
        "upgrade-of-an-answer-matched-by-case",
        CASE,
        hears_head(|head, _| only_if(head, UPGRADE, |value| value == "websocket")),
    ),
    client(
        "connection-of-an-answer-matched-by-case",
        CASE,
        hears_head(|head, _| only_if(head, CONNECTION, |value| value == "upgrade")),
    ),
    client(
        "field-names-of-an-answer-matched-by-case",
        rfc6455(
            "4.1",
            "The client MUST validate the server's response as follows",
        ),
        hears_head(|head, _| head.fields.retain(|(name, _)| *name != name.to_lowercase())),
    ),
    client(
        "answer-in-pieces-refused",
        rfc6455("4.1", "the client MUST wait for a response from the server"),
        Hooks {
            head_in_one_read: true,
            ..STRAIGHT
        },
    ),
    client(
        "frames-behind-the-answer-lost",
        rfc6455(
            "4.2.2",
            "At this point, the server may begin sending (and receiving) data",
        ),
        Hooks {
            loses_what_follows_the_head: true,
            ..STRAIGHT
        },
    ),
];
