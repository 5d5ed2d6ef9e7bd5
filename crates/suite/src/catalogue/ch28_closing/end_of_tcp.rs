//! The end of TCP without a Close.

use super::super::RFC6455;
use super::ANSWERED;
use crate::case::Case;
use crate::vocabulary::{CaseBuilder, case, close, echo, text};

pub(super) fn cases() -> Vec<Case> {
    let rule = "a connection may end without a closing handshake at any time";
    let again = |builder: CaseBuilder| {
        builder
            .next_connection()
            .must(RFC6455, "7.1.7", "one connection's failure is no other's")
            .note(RFC6455, "7.1.5", rule)
            .send(text("still there"))
            .fail_after(1)
            .ok([echo("still there")])
    };
    vec![
        again(
            case(
                "28.7.1",
                "RST right after the opening handshake, and another connection",
            )
            .reset(),
        )
        .differs("nothing was sent before")
        .build(),
        again(
            case("28.7.2", "RST inside a frame, and another connection")
                .begin(text("Hello"))
                .part("He")
                .reset(),
        )
        .differs("a frame was begun")
        .build(),
        again(
            case("28.7.3", "RST inside a message, and another connection")
                .send(text("Hel").more())
                .reset(),
        )
        .differs("a message was begun")
        .build(),
        again(
            case("28.7.4", "FIN inside a frame, and another connection")
                .begin(text("Hello"))
                .part("He")
                .half_close()
                .fail_after(1),
        )
        .differs("TCP ends in order inside a frame")
        .build(),
        case("28.7.5", "text, then FIN without a Close: what comes of it")
            .informational(
                RFC6455,
                "7.1.4",
                "the testee may still answer, or end the connection at once",
            )
            .send(text("half"))
            .half_close()
            .fail_after(1)
            .ok([echo("half")])
            .close_is_told()
            .build(),
        case("28.7.6", "Close, then FIN at once")
            .must(RFC6455, "5.5.1", ANSWERED)
            .may(RFC6455, "7.1.1", "a client may end TCP at any time")
            .send(close(1000))
            .half_close()
            .fail_after(1)
            .ok([])
            .no_automatic_close()
            .we_close_and_hear([1000])
            .or_drops()
            .differs("TCP is ended together with the Close")
            .build(),
    ]
}
