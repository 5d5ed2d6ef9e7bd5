//! What a client asks for. We answer as ever; whether we would have refused the
//! request for anything else does not matter here.

use super::{RFC6455, opens};
use crate::case::{Case, HeadPieces};
use crate::request_rule::RequestRule;
use crate::vocabulary::CaseBuilder;

pub(super) fn cases() -> Vec<Case> {
    let rows = [
        (
            RequestRule::Get,
            "4.1",
            "method of the request",
            "the method of the request is GET",
        ),
        (
            RequestRule::Version,
            "4.1",
            "version of HTTP of the request",
            "the version of HTTP is at least 1.1",
        ),
        (
            RequestRule::Target,
            "4.1",
            "target of the request",
            "the target is the resource name, or an absolute URI, without a fragment",
        ),
        (
            RequestRule::Fields,
            "4.1",
            "fields of the request",
            "the request is a valid HTTP request",
        ),
        (
            RequestRule::Host,
            "4.1",
            "Host of the request",
            "the request has a Host",
        ),
        (
            RequestRule::Upgrade,
            "4.1",
            "Upgrade of the request",
            "the request has an Upgrade that includes websocket",
        ),
        (
            RequestRule::Connection,
            "4.1",
            "Connection of the request",
            "the request has a Connection that includes Upgrade",
        ),
        (
            RequestRule::WebSocketVersion,
            "4.1",
            "Sec-WebSocket-Version of the request",
            "the request has a Sec-WebSocket-Version of 13",
        ),
        (
            RequestRule::Key,
            "4.1",
            "Sec-WebSocket-Key of the request",
            "the key is 16 octets in base64",
        ),
        (
            RequestRule::FreshKey,
            "4.1",
            "Sec-WebSocket-Key of a request and of earlier ones",
            "the key is chosen at random for each connection",
        ),
        (
            RequestRule::Once,
            "11.3",
            "fields of the request that stand once",
            "the key and the version stand once at most",
        ),
        (
            RequestRule::Protocols,
            "4.1",
            "subprotocols of the request",
            "subprotocols are tokens, each there once",
        ),
        (
            RequestRule::Extensions,
            "9.1",
            "extensions of the request",
            "extensions are written by the grammar",
        ),
        (
            RequestRule::Waits,
            "4.1",
            "what the client sends before it is answered",
            "the client waits for the answer before it sends any more",
        ),
    ];
    let case = |(n, (rule, section, title, words)): (usize, (RequestRule, &str, &str, &str))| {
        answered_late(opens(&format!("21.11.{}", n + 1), title, &[]), rule)
            .request(rule)
            .must(RFC6455, section, words)
            .differs(&format!("what is judged of the request: {}", rule.as_str()))
            .build()
    };
    rows.into_iter().enumerate().map(case).collect()
}

/// Who does not wait for the whole of the answer has a tenth of a second to show it.
fn answered_late(case: CaseBuilder, rule: RequestRule) -> CaseBuilder {
    match rule {
        RequestRule::Waits => case.head_pieces(HeadPieces {
            octets: 64,
            apart: 50,
        }),
        _ => case,
    }
}
