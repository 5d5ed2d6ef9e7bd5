//! Servers that misjudge a client's opening request.

use super::head::{CONNECTION, EXTENSIONS, HOST, KEY, Lines, PROTOCOL, UPGRADE, VERSION};
use super::hooks::{Hooks, STRAIGHT, hears_head, says};
use super::mouth::Part;
use super::rule::{rfc6455, server};
use super::{Family, Fault, Rule};
use crate::handshake::{encode_key, is_valid_key, parse_extensions};

const STOP: Rule = rfc6455(
    "4.2.1",
    "the server MUST stop processing the client's handshake and return an HTTP response with an appropriate error code",
);
const ABNF: Rule = rfc6455(
    "4.2.1",
    "including but not limited to any violations of the ABNF grammar specified for the components of the handshake",
);
const CONSISTS: Rule = rfc6455(
    "4.2.1",
    "The client's opening handshake consists of the following parts",
);
const CASE: Rule = rfc6455("4.2.1", "treated as an ASCII case-insensitive value");

pub(super) const FAMILY: Family = Family {
    title: "What a server makes of a request",
    faults: FAULTS,
};

const FAULTS: &[Fault] = &[
    server(
        "request-of-any-method-taken",
        STOP,
        hears_head(|head, _| {
            let rest = head.start.split_once(' ').map(|(_, rest)| rest.to_owned());
            head.start = format!("GET {}", rest.unwrap_or_default());
        }),
    ),
    server(
        "method-of-a-request-in-any-case-taken",
        STOP,
        hears_head(|head, _| {
            if let Some((method, rest)) = head.start.split_once(' ') {
                head.start = format!("{} {rest}", method.to_uppercase());
            }
        }),
    ),
    server(
        "request-line-not-judged",
        ABNF,
        hears_head(|head, _| head.start = "GET / HTTP/1.1".to_owned()),
    ),
    server(
        "absolute-form-of-a-request-refused",
        rfc6455(
            "4.2.1",
            "(or an absolute HTTP/HTTPS URI containing the /resource name/)",
        ),
        hears_head(|head, _| {
            if head.start.contains("://") {
                head.start = "GET elsewhere HTTP/1.1".to_owned();
            }
        }),
    ),
    server(
        "request-of-http-1-0-taken",
        STOP,
        hears_head(|head, _| head.start = head.start.replace("HTTP/1.0", "HTTP/1.1")),
    ),
    server(
        "request-without-host-taken",
        STOP,
        hears_head(|head, _| head.set(HOST, "localhost")),
    ),
    server(
        "request-with-two-hosts-taken",
        STOP,
        hears_head(|head, _| head.keep_first(HOST)),
    ),
    server(
        "request-with-a-bad-host-taken",
        STOP,
        hears_head(|head, _| {
            if head.value(HOST).is_some() {
                head.set(HOST, "localhost");
            }
        }),
    ),
    server(
        "request-without-upgrade-taken",
        STOP,
        hears_head(|head, _| head.set(UPGRADE, "websocket")),
    ),
    server(
        "request-without-connection-taken",
        STOP,
        hears_head(|head, _| head.set(CONNECTION, "Upgrade")),
    ),
    server(
        "request-without-key-taken",
        STOP,
        hears_head(|head, _| {
            if head.value(KEY).is_none() {
                head.set(KEY, &encode_key([0; 16]));
            }
        }),
    ),
    server(
        "request-with-a-bad-key-taken",
        rfc6455("4.2.1", "value that, when decoded, is 16 bytes in length"),
        hears_head(|head, _| {
            if head
                .value(KEY)
                .is_some_and(|key| !is_valid_key(key.as_bytes()))
            {
                head.set(KEY, &encode_key([0; 16]));
            }
        }),
    ),
    server(
        "request-with-two-keys-taken",
        rfc6455(
            "11.3.1",
            "The |Sec-WebSocket-Key| header field MUST NOT appear more than once in an HTTP request",
        ),
        hears_head(|head, _| {
            let key = head.value(KEY).unwrap_or_default().to_owned();
            head.remove(KEY);
            head.set(KEY, &key);
        }),
    ),
    server(
        "request-of-any-version-taken",
        rfc6455(
            "4.2.2",
            "If this version does not match a version understood by the server, the server MUST abort",
        ),
        hears_head(|head, _| {
            head.remove(VERSION);
            head.set(VERSION, "13");
        }),
    ),
    server(
        "request-with-bad-protocols-taken",
        STOP,
        hears_head(|head, _| head.remove(PROTOCOL)),
    ),
    server(
        "request-with-malformed-extensions-taken",
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
    server(
        "malformed-lines-of-a-request-taken",
        ABNF,
        // What is written anew is well formed.
        hears_head(|head, _| head.add("X-Read", "leniently")),
    ),
    server(
        "control-characters-of-a-request-left-out",
        ABNF,
        hears_head(|head, _| {
            for (_, value) in &mut head.fields {
                value.retain(|c| !c.is_control());
            }
        }),
    ),
    server(
        "bare-cr-of-a-request-ends-a-line",
        ABNF,
        hears_head(|head, _| head.split_at_cr()),
    ),
    server(
        "body-of-a-request-not-read",
        CONSISTS,
        hears_head(|head, _| {
            head.remove("Content-Length");
            head.remove("Transfer-Encoding");
        }),
    ),
    server(
        "refusal-without-the-versions",
        rfc6455(
            "4.4",
            "it MUST respond with a |Sec-WebSocket-Version| header field (or multiple |Sec-WebSocket-Version| header fields) containing all versions it is willing to use",
        ),
        says(|mouth, part| match part {
            Part::Head(mut head) => {
                head.remove(VERSION);
                mouth.say(Part::Head(head));
            }
            part => mouth.say(part),
        }),
    ),
    server(
        "upgrade-of-a-request-matched-by-case",
        CASE,
        hears_head(|head, _| only_if(head, UPGRADE, |value| value == "websocket")),
    ),
    server(
        "connection-of-a-request-matched-by-case",
        CASE,
        hears_head(|head, _| only_if(head, CONNECTION, |value| value == "upgrade")),
    ),
    server(
        "upgrade-of-a-request-matched-in-part",
        STOP,
        hears_head(|head, _| {
            if head.has(UPGRADE, "websocket") {
                head.set(UPGRADE, "websocket");
            }
        }),
    ),
    server(
        "connection-of-a-request-matched-in-part",
        STOP,
        hears_head(|head, _| {
            if head.has(CONNECTION, "upgrade") {
                head.set(CONNECTION, "upgrade");
            }
        }),
    ),
    server(
        "second-connection-of-a-request-not-read",
        rfc6455(
            "4.2.1",
            "A |Connection| header field that includes the token \"Upgrade\"",
        ),
        hears_head(|head, _| head.keep_first(CONNECTION)),
    ),
    server(
        "connection-of-a-request-not-read-as-a-list",
        rfc6455(
            "4.2.1",
            "A |Connection| header field that includes the token \"Upgrade\"",
        ),
        hears_head(|head, _| only_if(head, CONNECTION, |value| !value.contains(','))),
    ),
    server(
        "field-names-of-a-request-matched-by-case",
        rfc6455(
            "4.2.1",
            "The client's opening handshake consists of the following parts",
        ),
        hears_head(|head, _| head.fields.retain(|(name, _)| *name != name.to_lowercase())),
    ),
    server(
        "request-in-pieces-refused",
        rfc6455(
            "4.2.1",
            "The client's opening handshake consists of the following parts",
        ),
        Hooks {
            head_in_one_read: true,
            ..STRAIGHT
        },
    ),
];

/// Takes a field away whose value is not liked.
pub(super) fn only_if(head: &mut Lines, name: &str, liked: fn(&str) -> bool) {
    if !head.value(name).is_some_and(liked) {
        head.remove(name);
    }
}
