//! The request as it arrives behind the proxy.

use super::{Broken, FieldIs, RFC6455, RFC9110, RFC9112, Through, through};
use crate::case::Case;

const UNKNOWN: &str = "what a proxy does not know it passes on, unless it is told otherwise";

const HOP: &str = "an intermediary removes each field that Connection names before it forwards";

pub(super) fn cases() -> Vec<Case> {
    [upgrade(), kept_fields(), fields_of_one_hop()].concat()
}

fn upgrade() -> Vec<Case> {
    vec![
        through(
            "30.1.1",
            "the upgrade is asked for behind the proxy as before it",
        )
        .must(
            RFC9110,
            "7.8",
            "who sends Upgrade lists it in Connection too",
        )
        .opens()
        .request_has(
            "Upgrade",
            FieldIs::Lists("websocket".into()),
            Broken::Failed,
        )
        .request_has(
            "Connection",
            FieldIs::Lists("upgrade".into()),
            Broken::Failed,
        )
        .build(),
        through("30.1.2", "Sec-WebSocket-Key arrives as it left")
            .must(
                RFC6455,
                "4.1",
                "the client fails the connection if the accept value is not that \
                 of its key",
            )
            .opens()
            .request_has("Sec-WebSocket-Key", FieldIs::Same, Broken::Failed)
            .build(),
        through("30.1.3", "Sec-WebSocket-Version arrives as it left")
            .must(
                RFC6455,
                "4.4",
                "client and server agree on the version by this field",
            )
            .opens()
            .request_has("Sec-WebSocket-Version", FieldIs::Same, Broken::Failed)
            .build(),
        through("30.1.4", "Host stands in the request once")
            .must(RFC9112, "3.2", "a request of HTTP/1.1 has exactly one Host")
            .opens()
            .request_has("Host", FieldIs::Once, Broken::Failed)
            .build(),
    ]
}

fn kept_fields() -> Vec<Case> {
    vec![
        kept(
            "30.1.5",
            "the subprotocols that are offered arrive as they left",
            "Sec-WebSocket-Protocol",
        )
        .asks("Sec-WebSocket-Protocol: chat, superchat")
        .build(),
        kept(
            "30.1.6",
            "subprotocols on two lines arrive, all and in order",
            "Sec-WebSocket-Protocol",
        )
        .asks("Sec-WebSocket-Protocol: chat")
        .asks("Sec-WebSocket-Protocol: superchat")
        .build(),
        kept(
            "30.1.7",
            "an offer of permessage-deflate arrives with its parameters",
            "Sec-WebSocket-Extensions",
        )
        .asks(
            "Sec-WebSocket-Extensions: permessage-deflate; \
                 client_max_window_bits; server_max_window_bits=10",
        )
        .build(),
        kept(
            "30.1.8",
            "offers of extensions on two lines arrive, all and in order",
            "Sec-WebSocket-Extensions",
        )
        .asks("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover")
        .asks("Sec-WebSocket-Extensions: x-wscheck-unknown, permessage-deflate")
        .build(),
        kept("30.1.9", "Origin arrives as it left", "Origin")
            .asks("Origin: http://origin.example")
            .build(),
        kept("30.1.10", "Cookie arrives as it left", "Cookie")
            .asks("Cookie: a=1; b=2")
            .build(),
        kept(
            "30.1.11",
            "a field that nobody knows arrives as it left",
            "X-Wscheck-Unknown",
        )
        .asks("X-Wscheck-Unknown: left; as=\"it is\"")
        .build(),
    ]
}

fn fields_of_one_hop() -> Vec<Case> {
    vec![
        through(
            "30.1.12",
            "a field that Connection names beside the upgrade does not arrive",
        )
        .must(RFC9110, "7.6.1", HOP)
        .asks_without("Connection")
        .asks("Connection: Upgrade, X-Wscheck-Hop")
        .asks("X-Wscheck-Hop: for this hop alone")
        .opens()
        .request_has("X-Wscheck-Hop", FieldIs::Absent, Broken::Failed)
        .build(),
        through(
            "30.1.13",
            "Keep-Alive, TE and Proxy-Connection do not arrive",
        )
        .should(
            RFC9110,
            "7.6.1",
            "fields that are known to be of one hop are removed even where \
                 Connection does not name them",
        )
        .asks("Keep-Alive: timeout=5")
        .asks("TE: trailers")
        .asks("Proxy-Connection: keep-alive")
        .opens()
        .request_has("Keep-Alive", FieldIs::Absent, Broken::NonStrict)
        .request_has("TE", FieldIs::Absent, Broken::NonStrict)
        .request_has("Proxy-Connection", FieldIs::Absent, Broken::NonStrict)
        .build(),
        through(
            "30.1.14",
            "the upgrade may stand in Connection beside keep-alive",
        )
        .must(
            RFC9110,
            "7.6.1",
            "Connection is a list, and its members have no case",
        )
        .asks_without("Connection")
        .asks("Connection: keep-alive, uPgRaDe")
        .opens()
        .request_has(
            "Connection",
            FieldIs::Lists("upgrade".into()),
            Broken::Failed,
        )
        .build(),
    ]
}

/// A field of the request that should arrive as it left.
fn kept(id: &str, title: &str, field: &str) -> Through {
    through(id, title)
        .should(RFC9110, "5.1", UNKNOWN)
        .opens()
        .request_has(field, FieldIs::Same, Broken::NonStrict)
}
