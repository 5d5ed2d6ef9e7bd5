//! Fragments, beyond chapter 5: of both kinds, empty, very many, never the last.

mod control_frames;
mod empty;
mod late_utf8;
mod many;
mod sequence;

use super::Chapter;
use crate::case::Case;
use crate::expectation::{Item, Pattern};
use crate::payload::Payload;
use crate::vocabulary::{CaseBuilder, FrameBuilder, binary, binary_echo, case, echo, text};

pub(super) const CHAPTER: Chapter = Chapter {
    number: 24,
    title: "Fragments",
    sections: &[
        (1, "messages inside messages"),
        (2, "empty fragments"),
        (3, "very many fragments"),
        (4, "control frames between all fragments"),
        (5, "Closes between fragments"),
        (6, "continuations of nothing"),
        (7, "messages that never end"),
        (8, "UTF-8 that is wrong late"),
    ],
};

const SUPPORT: &str = "fragmented messages must be received as well as unfragmented ones";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(sequence::inside_messages());
    cases.extend(empty::cases());
    cases.extend(many::many_fragments());
    cases.extend(control_frames::control_frames_between());
    cases.extend(control_frames::closes_between());
    cases.extend(sequence::stray_continuations());
    cases.extend(many::never_ended());
    cases.extend(late_utf8::cases());
    cases
}

fn begin(section: u16, number: usize, title: &str) -> CaseBuilder {
    case(&format!("24.{section}.{number}"), title)
}

fn send_all(builder: CaseBuilder, frames: impl IntoIterator<Item = FrameBuilder>) -> CaseBuilder {
    frames.into_iter().fold(builder, CaseBuilder::send)
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    Binary,
}

impl Kind {
    const BOTH: [Self; 2] = [Self::Text, Self::Binary];

    fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Binary => "binary",
        }
    }

    fn frame(self, payload: impl Into<Payload>) -> FrameBuilder {
        match self {
            Self::Text => text(payload),
            Self::Binary => binary(payload),
        }
    }

    fn echo(self, payload: impl Into<Payload>) -> Item {
        match self {
            Self::Text => echo(payload),
            Self::Binary => binary_echo(payload),
        }
    }
}

fn must_fail(builder: CaseBuilder, before: impl IntoIterator<Item = Item>, code: u16) -> Case {
    let before: Vec<Item> = before.into_iter().collect();
    let heard = match before.is_empty() {
        true => Pattern::Exactly(before),
        false => Pattern::AnyPrefix(before),
    };
    builder
        .fail_after(1)
        .ok_if(heard)
        .peer_fails_with([code])
        .build()
}
