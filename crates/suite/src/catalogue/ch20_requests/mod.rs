//! A server and the requests that it is sent (RFC 6455 §4.2).
//!
//! Nobody must open a connection to whoever asks: a server may have reasons of
//! its own. But each case asks for the same as the plain request does, which
//! opens in every other chapter; only the spelling differs. What a server finds
//! wrong with the request it refuses, by any status but 101 (§4.2.1), and where
//! HTTP leaves it to the server, so does the case.

mod around;
mod fields;
mod negotiation;
mod once_only;
mod request_line;
mod size;
mod upgrade;

use super::{Chapter, RFC6455};
use crate::case::{Case, Testee};
use crate::head_edit::HeadEdit;
use crate::vocabulary::{CaseBuilder, case, echo, text};

pub(super) const CHAPTER: Chapter = Chapter {
    number: 20,
    title: "Opening handshake of servers",
    sections: &[
        (1, "request line"),
        (2, "Host"),
        (3, "Upgrade"),
        (4, "Connection"),
        (5, "Sec-WebSocket-Key"),
        (6, "Sec-WebSocket-Version"),
        (7, "subprotocols"),
        (8, "extensions"),
        (9, "syntax of fields"),
        (10, "size and number"),
        (11, "delivery"),
        (12, "a body behind the request"),
        (13, "frames in front of the answer"),
        (14, "Origin"),
        (15, "nonsense, and the next connection"),
    ],
};

pub(super) fn cases() -> Vec<Case> {
    [
        request_line::cases(),
        once_only::hosts(),
        upgrade::upgrades(),
        upgrade::connections(),
        once_only::keys(),
        once_only::versions(),
        negotiation::subprotocols(),
        negotiation::extensions(),
        fields::cases(),
        size::cases(),
        size::deliveries(),
        around::bodies(),
        around::early_frames(),
        around::origins(),
        around::nonsense(),
    ]
    .concat()
}

const RFC9110: &str = "RFC 9110";
const RFC9112: &str = "RFC 9112";

/// A text, and a second to bring it back.
fn hello(case: CaseBuilder) -> CaseBuilder {
    case.send(text("Hello")).fail_after(1)
}

/// A case in which our request is changed in this way.
fn asking(id: &str, title: &str, edits: &[HeadEdit]) -> CaseBuilder {
    let case = case(id, title).only(Testee::Server);
    hello(edited(case, edits))
}

fn edited(case: CaseBuilder, edits: &[HeadEdit]) -> CaseBuilder {
    edits
        .iter()
        .fold(case, |case, edit| case.opening(edit.clone()))
}

/// The connection opens, and the text comes back.
fn opens(id: &str, title: &str, edits: &[HeadEdit]) -> CaseBuilder {
    asking(id, title, edits).ok([echo("Hello")])
}

/// Section 4.2.1: what is not as it is described there is refused.
fn refused(id: &str, title: &str, edits: &[HeadEdit]) -> CaseBuilder {
    asking(id, title, edits).refused([]).must(
        RFC6455,
        "4.2.1",
        "a request that is not as it is described there is refused by an error status",
    )
}

/// The connection is opened on `connections` of which the last alone is judged.
fn last_opens(case: CaseBuilder) -> CaseBuilder {
    hello(case.next_connection()).ok([echo("Hello")]).must(
        RFC6455,
        "4.2.2",
        "what another client asked for is no reason not to serve the next",
    )
}

fn start(line: &str) -> HeadEdit {
    HeadEdit::StartLine(line.to_owned())
}

fn remove(name: &str) -> HeadEdit {
    HeadEdit::Remove(name.to_owned())
}

fn add(line: &str) -> HeadEdit {
    HeadEdit::Add(line.to_owned())
}

/// A field in place of the one with its name.
fn set(line: &str) -> [HeadEdit; 2] {
    let name = line.split(':').next().unwrap_or_default();
    [remove(name), add(line)]
}
