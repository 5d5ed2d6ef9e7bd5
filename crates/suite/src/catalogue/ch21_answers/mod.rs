//! A client and the answers that it is given (RFC 6455 §4.1); and what it asks
//! for.
//!
//! A client that does not take an answer ends TCP. Whether it took it shows by
//! what it sends: the text that follows each answer comes back, or does not.

mod accept;
mod agreed;
mod delivery;
mod fields;
mod request;
mod status;
mod upgrade;

use super::{Chapter, RFC6455};
use crate::case::{Case, Testee};
use crate::head_edit::HeadEdit;
use crate::vocabulary::{CaseBuilder, case, echo, text};

pub(super) const CHAPTER: Chapter = Chapter {
    number: 21,
    title: "Opening handshake of clients",
    sections: &[
        (1, "Sec-WebSocket-Accept"),
        (2, "status"),
        (3, "Upgrade"),
        (4, "Connection"),
        (5, "extensions"),
        (6, "subprotocols"),
        (7, "syntax of fields"),
        (8, "size and number"),
        (9, "delivery, and frames behind the answer"),
        (10, "interim answers and redirects"),
        (11, "the request"),
    ],
};

pub(super) fn cases() -> Vec<Case> {
    [
        accept::cases(),
        status::cases(),
        upgrade::upgrades(),
        upgrade::connections(),
        agreed::extensions(),
        agreed::subprotocols(),
        fields::cases(),
        fields::sizes(),
        delivery::cases(),
        status::interim(),
        request::cases(),
    ]
    .concat()
}

const RFC9110: &str = "RFC 9110";
const RFC9112: &str = "RFC 9112";

/// A case in which our answer is changed in this way.
fn answering(id: &str, title: &str, edits: &[HeadEdit]) -> CaseBuilder {
    let case = case(id, title).only(Testee::Client);
    edits
        .iter()
        .fold(case, |case, edit| case.opening(edit.clone()))
        .send(text("Hello"))
        .fail_after(1)
}

/// The client takes the answer, and the text comes back.
fn opens(id: &str, title: &str, edits: &[HeadEdit]) -> CaseBuilder {
    answering(id, title, edits).ok([echo("Hello")])
}

/// The client does not take the answer.
fn refused(id: &str, title: &str, edits: &[HeadEdit]) -> CaseBuilder {
    answering(id, title, edits).refused([])
}

/// The same, and nothing more can come.
fn refused_at_once(id: &str, title: &str, edits: &[HeadEdit]) -> CaseBuilder {
    let case = case(id, title).only(Testee::Client);
    edits
        .iter()
        .fold(case, |case, edit| case.opening(edit.clone()))
        .send(text("Hello"))
        .half_close()
        .fail_after(1)
        .refused([])
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
