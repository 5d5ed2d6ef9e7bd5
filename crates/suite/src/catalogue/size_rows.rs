//! What chapters 12 and 13 have in common: in each of their sections a thousand
//! round trips of compressed messages, by the same table of sizes.

use crate::case::{Case, WireLog};
use crate::corpus::Corpus;
use crate::expectation::Pattern;
use crate::payload::Payload;
use crate::vocabulary::{CaseBuilder, binary, case, text};

use super::{RFC6455, RFC7692};

/// One size of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SizeRow {
    /// The length of each message: in characters of a text, else in octets.
    length: u64,
    /// Sent in fragments of so many octets, as it is compressed.
    fragment: Option<u64>,
    /// Seconds for all the round trips.
    seconds: u64,
}

/// The last part of a case's number is its row's place in here, from 1 on.
pub(super) const SIZE_ROWS: [SizeRow; 18] = [
    whole(16, 60),
    whole(64, 60),
    whole(256, 120),
    whole(1024, 240),
    whole(4 * 1024, 480),
    whole(8 * 1024, 480),
    whole(16 * 1024, 480),
    whole(32 * 1024, 480),
    whole(64 * 1024, 480),
    whole(128 * 1024, 480),
    fragmented(8 * 1024, 256),
    fragmented(16 * 1024, 256),
    fragmented(32 * 1024, 256),
    fragmented(64 * 1024, 256),
    fragmented(128 * 1024, 256),
    fragmented(128 * 1024, 1024),
    fragmented(128 * 1024, 4 * 1024),
    fragmented(128 * 1024, 32 * 1024),
];

/// Messages in a case.
const ROUND_TRIPS: u32 = 1000;

const fn whole(length: u64, seconds: u64) -> SizeRow {
    SizeRow {
        length,
        fragment: None,
        seconds,
    }
}

const fn fragmented(length: u64, fragment: u64) -> SizeRow {
    SizeRow {
        length,
        fragment: Some(fragment),
        seconds: 480,
    }
}

/// The cases of a section: `corpus` in messages of each size, `compressed` as
/// the title says, and what `with` adds to each.
pub(super) fn section(
    chapter: u16,
    section: u16,
    corpus: Corpus,
    compressed: &str,
    with: impl Fn(CaseBuilder) -> CaseBuilder,
) -> Vec<Case> {
    let rows = (1..).zip(SIZE_ROWS);
    rows.map(|(number, row): (u16, _)| {
        let id = format!("{chapter}.{section}.{number}");
        let builder = case(&id, &row.title(corpus, compressed)).timed();
        row.play(corpus, rules(with(builder)))
    })
    .collect()
}

/// What every case of compression is about.
fn rules(builder: CaseBuilder) -> CaseBuilder {
    builder
        .must(
            RFC7692,
            "7.2.1",
            "a message is compressed by DEFLATE, and 00 00 ff ff taken off its end",
        )
        .must(
            RFC7692,
            "7.2.2",
            "00 00 ff ff is put at the end again, and the whole is decompressed",
        )
        .must(
            RFC7692,
            "6.1",
            "of a compressed message the first frame has RSV1, and that alone",
        )
        .must(
            RFC6455,
            "6.2",
            "what arrives is parsed as frames and makes up a message",
        )
        .may(
            RFC7692,
            "5",
            "a server may decline each offer of compression, and do without",
        )
}

impl SizeRow {
    fn title(self, corpus: Corpus, compressed: &str) -> String {
        let units = if corpus.is_text() {
            "characters"
        } else {
            "octets"
        };
        let fragments = self.fragment.map_or_else(String::new, |octets| {
            format!(", in fragments of {octets} octets")
        });
        format!(
            "{ROUND_TRIPS} round trips of {} {units} of {}, {compressed}{fragments}",
            self.length,
            subject(corpus)
        )
    }

    fn play(self, corpus: Corpus, builder: CaseBuilder) -> Case {
        let payload = Payload::Excerpt {
            of: corpus,
            from: 0,
            length: self.length,
        };
        let frame = match corpus.is_text() {
            true => text(payload),
            false => binary(payload),
        };
        let builder = builder
            .wire_log(WireLog::Announced)
            .close_after(self.seconds);
        let builder = match self.fragment {
            None => builder.round_trips(frame.compressed(), ROUND_TRIPS),
            Some(size) => builder.round_trips_in_fragments(frame.compressed(), ROUND_TRIPS, size),
        };
        builder.ok_if(Pattern::RoundTrips).build()
    }
}

/// What an excerpt is taken from, in a title.
const fn subject(corpus: Corpus) -> &'static str {
    match corpus {
        Corpus::Json => "JSON",
        Corpus::Picture => "a grey picture",
        Corpus::Prose => "German prose",
        Corpus::Html => "HTML",
        Corpus::Document => "a PDF document",
    }
}
