//! The answer as it arrives before the proxy.

use super::{Broken, FieldIs, RFC6455, RFC9110, through};
use crate::case::Case;

pub(super) fn cases() -> Vec<Case> {
    vec![
        through("30.2.1", "the accept value arrives as it left")
            .must(
                RFC6455,
                "4.1",
                "the client fails the connection if the accept value is not that \
                 of its key",
            )
            .opens()
            .answer_has("Sec-WebSocket-Accept", FieldIs::Same, Broken::Failed)
            .build(),
        through("30.2.2", "the 101 says what is spoken from here on")
            .must(
                RFC9110,
                "15.2.2",
                "a 101 has an Upgrade that names the protocol",
            )
            .opens()
            .answer_has(
                "Upgrade",
                FieldIs::Lists("websocket".into()),
                Broken::Failed,
            )
            .answer_has(
                "Connection",
                FieldIs::Lists("upgrade".into()),
                Broken::Failed,
            )
            .build(),
        through("30.2.3", "the subprotocol that was chosen arrives")
            .must(
                RFC6455,
                "4.2.2",
                "without this field no subprotocol is in use: the two ends would \
                 not agree",
            )
            .asks("Sec-WebSocket-Protocol: chat, superchat")
            .answers("Sec-WebSocket-Protocol: superchat")
            .opens()
            .answer_has("Sec-WebSocket-Protocol", FieldIs::Same, Broken::Failed)
            .build(),
        through(
            "30.2.4",
            "the extension that was agreed to arrives with its parameters",
        )
        .must(
            RFC6455,
            "9.1",
            "the extensions in use are those of the answer: the two ends would \
                 not agree",
        )
        .asks("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits")
        .answers(
            "Sec-WebSocket-Extensions: permessage-deflate; \
                 server_max_window_bits=11; client_max_window_bits=12",
        )
        .opens()
        .answer_has("Sec-WebSocket-Extensions", FieldIs::Same, Broken::Failed)
        .build(),
        through(
            "30.2.5",
            "a field that Connection of the answer names does not arrive",
        )
        .must(
            RFC9110,
            "7.6.1",
            "an intermediary removes each field that Connection names before \
                 it forwards",
        )
        .answers_without("Connection")
        .answers("Connection: Upgrade, X-Wscheck-Hop")
        .answers("X-Wscheck-Hop: for this hop alone")
        .opens()
        .answer_has("X-Wscheck-Hop", FieldIs::Absent, Broken::Failed)
        .build(),
        through("30.2.6", "two fields Set-Cookie arrive, both of them")
            .should(
                RFC9110,
                "5.3",
                "lines of one name keep their order, and those of Set-Cookie are \
                 not joined",
            )
            .answers("Set-Cookie: a=1")
            .answers("Set-Cookie: b=2")
            .opens()
            .answer_has("Set-Cookie", FieldIs::Same, Broken::NonStrict)
            .build(),
        through(
            "30.2.7",
            "a field of the 101 that nobody knows arrives as it left",
        )
        .should(
            RFC9110,
            "5.1",
            "what a proxy does not know it passes on, unless it is told \
                 otherwise",
        )
        .answers("X-Wscheck-Unknown: left; as=\"it is\"")
        .opens()
        .answer_has("X-Wscheck-Unknown", FieldIs::Same, Broken::NonStrict)
        .build(),
        through(
            "30.2.8",
            "an interim answer before the 101 is not taken for the last",
        )
        .must(
            RFC9110,
            "15.2",
            "a client reads interim answers before the last one, even if it \
                 did not expect them",
        )
        .seen_in("nginx/nginx#1427")
        .answers_behind("HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")
        .opens()
        .build(),
    ]
}
