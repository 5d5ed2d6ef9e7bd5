//! Large messages, many fragments, many writes, many round trips. What counts
//! is that they come back whole; the time that they take is shown.

use super::{Chapter, RFC6455};
use crate::case::{Case, WireLog};
use crate::expectation::{Item, Pattern};
use crate::payload::Payload;
use crate::vocabulary::{CaseBuilder, binary, binary_echo, case, echo, text};

pub(super) const CHAPTER: Chapter = Chapter {
    number: 9,
    title: "Limits and performance",
    sections: &[
        (1, "text messages of growing size"),
        (2, "binary messages of growing size"),
        (3, "text messages in fragments of growing size"),
        (4, "binary messages in fragments of growing size"),
        (5, "text messages in writes of growing size"),
        (6, "binary messages in writes of growing size"),
        (7, "round trips of text messages of growing size"),
        (8, "round trips of binary messages of growing size"),
    ],
};

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

const TEXT_UNIT: &[u8] = b"BAsd7&jh23";
const BINARY_UNIT: &[u8] = b"\x00\xfe\x23\xfa\xf0";

/// Octets, then seconds to wait for text and for binary.
const SIZES: [(u64, u64, u64); 6] = [
    (64 * KIB, 10, 10),
    (256 * KIB, 10, 10),
    (MIB, 100, 10),
    (4 * MIB, 100, 10),
    (8 * MIB, 100, 100),
    (16 * MIB, 100, 100),
];

const FRAGMENTS: [u64; 9] = [
    64,
    256,
    KIB,
    4 * KIB,
    16 * KIB,
    64 * KIB,
    256 * KIB,
    MIB,
    4 * MIB,
];

const WRITES: [u32; 6] = [64, 128, 256, 512, 1024, 2048];

/// Octets, and seconds for all the round trips.
const ROUND_TRIPS: [(u64, u64); 6] = [
    (0, 60),
    (16, 60),
    (64, 60),
    (256, 120),
    (1024, 240),
    (4096, 480),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for kind in [Kind::Text, Kind::Binary] {
        cases.extend(growing(kind));
        cases.extend(fragmented(kind));
        cases.extend(in_writes(kind));
        cases.extend(round_trips(kind));
    }
    cases
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Binary,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Binary => "binary",
        }
    }

    /// Of a pair of sections, text comes first.
    fn section(self, first: u16) -> u16 {
        first + u16::from(self == Self::Binary)
    }

    fn unit(self) -> &'static [u8] {
        match self {
            Self::Text => TEXT_UNIT,
            Self::Binary => BINARY_UNIT,
        }
    }

    fn echo(self, payload: Payload) -> Item {
        match self {
            Self::Text => echo(payload),
            Self::Binary => binary_echo(payload),
        }
    }
}

fn begin(section: u16, index: usize, title: &str) -> CaseBuilder {
    case(&format!("9.{section}.{}", index + 1), title)
        .must(
            RFC6455,
            "6.2",
            "what arrives is parsed as frames and makes up a message",
        )
        .may(
            RFC6455,
            "10.4",
            "an endpoint may set itself limits on the size of frames and messages",
        )
        .timed()
}

/// One message whose echo ends the case.
fn one_message(builder: CaseBuilder, heard: Item, seconds: u64) -> Case {
    builder
        .wire_log(WireLog::Silent)
        .close_after(seconds)
        .ok_if(Pattern::Contains(heard))
        .build()
}

fn growing(kind: Kind) -> Vec<Case> {
    let cases = SIZES.into_iter().enumerate();
    cases
        .map(|(index, (length, text_seconds, binary_seconds))| {
            let payload = Payload::repeat(kind.unit(), length);
            let title = format!("{} message of {}", kind.word(), size_text(length));
            let builder = begin(kind.section(1), index, &title);
            let (frame, seconds) = match kind {
                Kind::Text => (text(payload.clone()), text_seconds),
                Kind::Binary => (binary(payload.clone()), binary_seconds),
            };
            one_message(builder.send(frame), kind.echo(payload), seconds)
        })
        .collect()
}

fn fragmented(kind: Kind) -> Vec<Case> {
    let cases = FRAGMENTS.into_iter().enumerate();
    cases
        .map(|(index, size)| {
            let unit: &[u8] = match (kind, index) {
                (Kind::Binary, 0) => b"\xfe",
                _ => b"*",
            };
            let payload = Payload::repeat(unit, 4 * MIB);
            let title = format!(
                "{} message of 4 MiB in fragments of {}",
                kind.word(),
                size_text(size)
            );
            let builder = begin(kind.section(3), index, &title);
            let builder = match kind {
                Kind::Text => builder.text_fragments(payload.clone(), size),
                Kind::Binary => builder.binary_fragments(payload.clone(), size),
            };
            one_message(builder, kind.echo(payload), 100)
        })
        .collect()
}

fn in_writes(kind: Kind) -> Vec<Case> {
    let cases = WRITES.into_iter().enumerate();
    cases
        .map(|(index, octets)| {
            let payload = Payload::repeat(kind.unit(), MIB);
            let title = format!(
                "{} message of 1 MiB, written {octets} octets at a time",
                kind.word()
            );
            let builder = begin(kind.section(5), index, &title);
            let frame = match kind {
                Kind::Text => text(payload.clone()),
                Kind::Binary => binary(payload.clone()),
            };
            one_message(builder.send(frame.chop(octets)), kind.echo(payload), 1000)
        })
        .collect()
}

fn round_trips(kind: Kind) -> Vec<Case> {
    let cases = ROUND_TRIPS.into_iter().enumerate();
    cases
        .map(|(index, (length, seconds))| {
            let title = format!(
                "1000 round trips of a {} message of {}",
                kind.word(),
                size_text(length)
            );
            let frame = match (kind, length) {
                (Kind::Text, 0) => text(""),
                (Kind::Binary, 0) => binary(""),
                (Kind::Text, _) => text(Payload::repeat("*", length)),
                (Kind::Binary, _) => binary(Payload::repeat(b"\xfe", length)),
            };
            begin(kind.section(7), index, &title)
                .wire_log(WireLog::Announced)
                .close_after(seconds)
                .round_trips(frame, 1000)
                .ok_if(Pattern::RoundTrips)
                .build()
        })
        .collect()
}

fn size_text(octets: u64) -> String {
    match octets {
        0..KIB => format!("{octets} octets"),
        KIB..MIB => format!("{} KiB", octets / KIB),
        _ => format!("{} MiB", octets / MIB),
    }
}
