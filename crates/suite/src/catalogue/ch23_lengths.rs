//! Lengths: their forms, their bounds, and what is announced and never comes.

mod announced;
mod cut;
mod forms;

use super::{Chapter, RFC6455};
use crate::case::Case;
use crate::payload::Payload;
use crate::vocabulary::{FrameBuilder, case, close_with, continuation, ping, pong, text};

pub(super) const CHAPTER: Chapter = Chapter {
    number: 23,
    title: "Lengths",
    sections: &[
        (1, "lengths in more octets than they need"),
        (2, "the most significant bit"),
        (3, "lengths that are announced and never come"),
        (4, "control frames over 125 octets"),
        (5, "reserved opcodes with much announced"),
        (6, "frames cut in two at each octet"),
        (7, "lengths around the bounds of their forms"),
        (8, "limits of messages"),
    ],
};

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

const CONTROL: &str = "a control frame carries at most 125 octets";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(forms::not_minimal());
    cases.extend(forms::control_not_minimal());
    cases.extend(announced::top_bit());
    cases.extend(announced::never_sent());
    cases.extend(announced::never_sent_with_memory());
    cases.extend(long_control_frames());
    cases.extend(announced::reserved_opcodes());
    cases.extend(cut::cut_messages());
    cases.extend(cut::cut_control_frames());
    cases.extend(forms::around_the_bounds());
    cases.push(announced::limit_of_messages());
    cases
}

/// Octets of which no two neighbours are alike.
fn octets(length: u64) -> Payload {
    Payload::repeat("0123456789abcdefghijklmnopqrstuvwxyz", length)
}

fn long_control_frames() -> Vec<Case> {
    let begin = |number: usize, title: &str| {
        case(&format!("23.4.{number}"), title)
            .must(RFC6455, "5.5", CONTROL)
            .seen_in("Bun #26944")
    };
    let long = |frame: FrameBuilder| frame.breaks("control-too-long");
    let mut cases: Vec<Case> = Vec::new();
    for (kind, frame) in [("ping", ping("")), ("pong", pong(""))] {
        for (length, apart) in [
            (126, "one octet too many"),
            (65_535, "the most that 16 bits hold"),
            (65_536, "the length in 64 bits"),
        ] {
            let title = format!("{kind} of {length} octets, then a text");
            let frame = long(frame.clone().payload(octets(length)));
            let builder = begin(cases.len() + 1, &title)
                .differs(&format!("{kind}: {apart}"))
                .send(frame)
                .send(text("after"));
            cases.push(
                builder
                    .fail_after(1)
                    .ok([])
                    .peer_fails_with([1002, 1009])
                    .build(),
            );
        }
    }
    let inside = begin(cases.len() + 1, "ping of 126 octets between two fragments")
        .differs("what is too long comes inside a message")
        .send(text("one").more())
        .send(long(ping(octets(126))))
        .send(continuation("two"));
    cases.push(
        inside
            .fail_after(1)
            .ok([])
            .peer_fails_with([1002, 1009])
            .build(),
    );
    for (length, apart) in [
        (126_usize, "Close: one octet too many"),
        (65_536, "Close: the length in 64 bits"),
    ] {
        let title = format!("Close with 1000 and a reason, {length} octets in all");
        let frame = close_with(1000, vec![b'*'; length - 2]);
        cases.push(
            begin(cases.len() + 1, &title)
                .differs(apart)
                .send(long(frame))
                .fail_after(1)
                .ok([])
                .no_automatic_close()
                .we_close_and_hear([1002, 1009])
                .or_drops()
                .build(),
        );
    }
    cases
}
