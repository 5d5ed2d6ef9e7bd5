//! Servers whose answer to an opening request is wrong.

use super::head::{ACCEPT, CONNECTION, EXTENSIONS, KEY, PROTOCOL, UPGRADE};
use super::hooks::{head, says};
use super::mouth::Part;
use super::rule::{rfc6455, server};
use super::{Family, Fault, Rule};
use crate::conversation::Output;
use crate::frame::Opcode;

const ACCEPTS: Rule = rfc6455(
    "4.2.2",
    "The value of this header field is constructed by concatenating /key/ [...] taking the SHA-1 hash of this concatenated value",
);
const SENDS: Rule = rfc6455("4.2.2", "it MUST reply with a valid HTTP response");

pub(super) const FAMILY: Family = Family {
    title: "What a server answers",
    faults: FAULTS,
};

const FAULTS: &[Fault] = &[
    server(
        "answer-status-200",
        rfc6455("4.2.2", "A Status-Line with a 101 response code"),
        head(|head, _| head.start = "HTTP/1.1 200 OK".to_owned()),
    ),
    server(
        "answer-http-1-0",
        SENDS,
        head(|head, _| head.start = head.start.replace("HTTP/1.1", "HTTP/1.0")),
    ),
    server(
        "answer-without-upgrade",
        rfc6455(
            "4.2.2",
            "An |Upgrade| header field with value \"websocket\"",
        ),
        head(|head, _| head.remove(UPGRADE)),
    ),
    server(
        "answer-upgrade-to-h2c",
        rfc6455(
            "4.2.2",
            "An |Upgrade| header field with value \"websocket\"",
        ),
        head(|head, _| head.set(UPGRADE, "h2c")),
    ),
    server(
        "answer-without-connection",
        rfc6455(
            "4.2.2",
            "A |Connection| header field with value \"Upgrade\"",
        ),
        head(|head, _| head.remove(CONNECTION)),
    ),
    server(
        "answer-connection-keep-alive",
        rfc6455(
            "4.2.2",
            "A |Connection| header field with value \"Upgrade\"",
        ),
        head(|head, _| head.set(CONNECTION, "keep-alive")),
    ),
    server(
        "answer-without-accept",
        rfc6455("4.2.2", "A |Sec-WebSocket-Accept| header field"),
        head(|head, _| head.remove(ACCEPT)),
    ),
    server(
        "answer-accept-of-nothing",
        ACCEPTS,
        head(|head, _| head.set(ACCEPT, "Kfh9QIsMVZcl6xEPYxPHzW8SZ8w=")),
    ),
    server(
        "answer-accept-is-the-key",
        ACCEPTS,
        head(|head, asked| {
            let key = asked.value(KEY).unwrap_or_default().to_owned();
            head.set(ACCEPT, &key);
        }),
    ),
    server(
        "answer-accept-in-lower-case",
        ACCEPTS,
        head(|head, _| {
            let accept = head.value(ACCEPT).unwrap_or_default().to_lowercase();
            head.set(ACCEPT, &accept);
        }),
    ),
    server(
        "answer-accept-without-padding",
        ACCEPTS,
        head(|head, _| {
            let accept = head.value(ACCEPT).unwrap_or_default().replace('=', "");
            head.set(ACCEPT, &accept);
        }),
    ),
    server(
        "answer-accept-twice",
        rfc6455(
            "11.3.3",
            "The |Sec-WebSocket-Accept| header MUST NOT appear more than once in an HTTP response",
        ),
        head(|head, _| head.double(ACCEPT)),
    ),
    server(
        "answer-protocol-unasked",
        rfc6455(
            "4.2.2",
            "The value chosen MUST be derived from the client's handshake",
        ),
        head(|head, _| head.set(PROTOCOL, "nobody-asked")),
    ),
    server(
        "answer-two-protocols",
        rfc6455(
            "11.3.4",
            "the |Sec-WebSocket-Protocol| header field MUST NOT appear more than once in an HTTP response",
        ),
        head(|head, _| {
            head.add(PROTOCOL, "chat");
            head.add(PROTOCOL, "superchat");
        }),
    ),
    server(
        "answer-protocols-all-that-were-asked-for",
        rfc6455(
            "4.2.2",
            "Either a single value representing the subprotocol the server is ready to use or null",
        ),
        head(|head, asked| {
            if let Some(protocols) = asked.value(PROTOCOL) {
                head.set(PROTOCOL, protocols);
            }
        }),
    ),
    server(
        "answer-extensions-all-that-were-asked-for",
        rfc6455(
            "4.2.2",
            "list representing the protocol-level extensions the server is ready to use",
        ),
        head(|head, asked| {
            if let Some(extensions) = asked.value(EXTENSIONS) {
                head.set(EXTENSIONS, extensions);
            }
        }),
    ),
    server(
        "answer-extension-unasked",
        rfc6455(
            "4.2.2",
            "Extensions not listed by the client MUST NOT be listed",
        ),
        head(|head, _| head.set(EXTENSIONS, "x-unasked")),
    ),
    server(
        "answer-extensions-twice",
        rfc6455(
            "11.3.2",
            "the |Sec-WebSocket-Extensions| header field MUST NOT appear more than once in an HTTP response",
        ),
        head(|head, _| {
            head.add(EXTENSIONS, "");
            head.add(EXTENSIONS, "");
        }),
    ),
    server(
        "answer-extensions-malformed",
        rfc6455("9.1", "extension-list = 1#extension"),
        head(|head, _| head.set(EXTENSIONS, "; =")),
    ),
    server(
        "answer-not-utf8",
        SENDS,
        says(|mouth, part| match part {
            Part::Head(head) => {
                let mut octets = head.encode();
                octets.truncate(octets.len() - 2);
                octets.extend_from_slice(b"X-Name: \xff\xfe\r\n\r\n");
                mouth.say_octets(octets);
            }
            part => mouth.say(part),
        }),
    ),
    server(
        "answer-lines-end-in-lf",
        SENDS,
        head(|head, _| {
            head.line_end = "\n";
            head.end = "\n";
        }),
    ),
    server(
        "answer-with-a-body",
        rfc6455("4.2.2", "This completes the server's handshake"),
        says(|mouth, part| {
            let opens = matches!(part, Part::Head(_));
            mouth.say(part);
            if opens {
                mouth.say_octets(b"Switching protocols.\r\n".to_vec());
            }
        }),
    ),
    server("answer-never-ends", SENDS, head(|head, _| head.end = "")),
    server(
        "answer-never-comes",
        SENDS,
        says(|mouth, part| match part {
            Part::Head(_) => {}
            part => mouth.say(part),
        }),
    ),
    server(
        "answer-late",
        SENDS,
        says(|mouth, part| match part {
            Part::Head(_) => mouth.say_late(part),
            part => mouth.say(part),
        })
        .time(6000),
    ),
    server(
        "answer-drips",
        SENDS,
        says(|mouth, part| match part {
            Part::Head(_) => mouth.drip(part),
            part => mouth.say(part),
        })
        .time(1000),
    ),
    server(
        "answer-is-the-end-of-tcp",
        SENDS,
        says(|mouth, _| mouth.say(Part::End(Output::Drop))),
    ),
    server(
        "answer-is-a-reset",
        SENDS,
        says(|mouth, _| mouth.say(Part::End(Output::Reset))),
    ),
    server(
        "answer-is-a-frame",
        SENDS,
        says(|mouth, part| match part {
            Part::Head(_) => {
                let text = mouth.frame(Opcode::TEXT, b"welcome");
                mouth.say(text);
            }
            part => mouth.say(part),
        }),
    ),
];
