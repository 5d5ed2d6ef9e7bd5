//! Clients whose opening request is wrong.

use super::head::{CONNECTION, HOST, KEY, PROTOCOL, UPGRADE, VERSION};
use super::hooks::{asks, head, says};
use super::mouth::Part;
use super::rule::{client, rfc6455};
use super::{Family, Fault, Rule};
use crate::frame::Opcode;
use crate::handshake::encode_key;

const HTTP: Rule = rfc6455("4.1", "The handshake MUST be a valid HTTP request");
const WAIT: Rule = rfc6455(
    "4.1",
    "the client MUST wait for a response from the server before sending any further data",
);

pub(super) const FAMILY: Family = Family {
    title: "What a client asks for",
    faults: FAULTS,
};

const FAULTS: &[Fault] = &[
    client(
        "request-by-post",
        rfc6455("4.1", "The method of the request MUST be GET"),
        head(|head, _| head.start = head.start.replacen("GET", "POST", 1)),
    ),
    client(
        "request-http-1-0",
        rfc6455("4.1", "the HTTP version MUST be at least 1.1"),
        head(|head, _| head.start = head.start.replace("HTTP/1.1", "HTTP/1.0")),
    ),
    client(
        "request-target-with-a-fragment",
        rfc6455(
            "3",
            "fragment identifiers are meaningless in the context of WebSocket URIs and MUST NOT be used",
        ),
        head(|head, _| head.start = head.start.replacen(" HTTP/", "#part HTTP/", 1)),
    ),
    client(
        "request-without-host",
        rfc6455("4.1", "The request MUST contain a |Host| header field"),
        head(|head, _| head.remove(HOST)),
    ),
    client(
        "request-with-two-hosts",
        HTTP,
        head(|head, _| head.add(HOST, "elsewhere.test")),
    ),
    client(
        "request-without-upgrade",
        rfc6455("4.1", "The request MUST contain an |Upgrade| header field"),
        head(|head, _| head.remove(UPGRADE)),
    ),
    client(
        "request-upgrade-to-h2c",
        rfc6455("4.1", "whose value MUST include the \"websocket\" keyword"),
        head(|head, _| head.set(UPGRADE, "h2c")),
    ),
    client(
        "request-without-connection",
        rfc6455(
            "4.1",
            "The request MUST contain a |Connection| header field",
        ),
        head(|head, _| head.remove(CONNECTION)),
    ),
    client(
        "request-connection-keep-alive",
        rfc6455("4.1", "whose value MUST include the \"Upgrade\" token"),
        head(|head, _| head.set(CONNECTION, "keep-alive")),
    ),
    client(
        "request-without-key",
        rfc6455(
            "4.1",
            "The request MUST include a header field with the name |Sec-WebSocket-Key|",
        ),
        head(|head, _| head.remove(KEY)),
    ),
    client(
        "request-key-of-15-octets",
        rfc6455(
            "4.1",
            "a nonce consisting of a randomly selected 16-byte value",
        ),
        asks(|request| request.key = "c2l4dGVlbiBsZXNzIDE=".to_owned()),
    ),
    client(
        "request-key-not-base64",
        rfc6455("4.1", "that has been base64-encoded"),
        asks(|request| request.key = "?!sixteen octets in no alphabet".to_owned()),
    ),
    client(
        "request-key-constant",
        rfc6455(
            "4.1",
            "The nonce MUST be selected randomly for each connection",
        ),
        asks(|request| request.key = encode_key(*b"always the same!")),
    ),
    client(
        "request-with-two-keys",
        rfc6455(
            "11.3.1",
            "The |Sec-WebSocket-Key| header field MUST NOT appear more than once in an HTTP request",
        ),
        head(|head, _| head.double(KEY)),
    ),
    client(
        "request-without-version",
        rfc6455(
            "4.1",
            "The request MUST include a header field with the name |Sec-WebSocket-Version|",
        ),
        head(|head, _| head.remove(VERSION)),
    ),
    client(
        "request-version-8",
        rfc6455("4.1", "The value of this header field MUST be 13"),
        head(|head, _| head.set(VERSION, "8")),
    ),
    client(
        "request-with-two-versions",
        rfc6455(
            "11.3.5",
            "The |Sec-WebSocket-Version| header field MUST NOT appear more than once in an HTTP request",
        ),
        head(|head, _| head.double(VERSION)),
    ),
    client(
        "request-protocol-twice",
        rfc6455(
            "4.1",
            "The elements that comprise this value [...] MUST all be unique strings",
        ),
        head(|head, _| head.set(PROTOCOL, "chat, chat")),
    ),
    client(
        "request-protocol-not-a-token",
        rfc6455(
            "4.1",
            "MUST be non-empty strings with characters in the range U+0021 to U+007E not including separator characters",
        ),
        head(|head, _| head.set(PROTOCOL, "ch@t room")),
    ),
    client(
        "request-extensions-malformed",
        rfc6455("9.1", "extension-list = 1#extension"),
        asks(|request| request.extensions = Some("permessage-deflate; =9".to_owned())),
    ),
    client(
        "request-lines-end-in-lf",
        HTTP,
        head(|head, _| {
            head.line_end = "\n";
            head.end = "\n";
        }),
    ),
    client("request-never-ends", HTTP, head(|head, _| head.end = "")),
    client(
        "request-drips",
        rfc6455("4.1", "the client MUST send an opening handshake"),
        says(|mouth, part| match part {
            Part::Head(_) => mouth.drip(part),
            part => mouth.say(part),
        })
        .time(1000),
    ),
    client(
        "request-never-comes",
        rfc6455("4.1", "the client MUST send an opening handshake"),
        says(|mouth, part| match part {
            Part::Head(_) => {}
            part => mouth.say(part),
        }),
    ),
    client(
        "frames-before-the-answer",
        WAIT,
        says(|mouth, part| {
            let opens = matches!(part, Part::Head(_));
            mouth.say(part);
            if opens {
                let text = mouth.frame(Opcode::TEXT, b"too soon");
                mouth.say(text);
            }
        }),
    ),
];
