//! What went over one connection, as rows.

use wscheck_suite::evidence::{Counters, Evidence, Tally};
use wscheck_suite::log::{Log, RowKind};
use wscheck_suite::transcript::ConnectionRecord;
use wscheck_wire::Opcode;

use super::contrast::cut;
use crate::console::row::{Direction, RowWords};
use crate::console::safe_text::fit;
use crate::console::visible;

/// The most rows that are shown from the beginning.
const FIRST: usize = 48;

/// The most rows that are shown from the end.
const LAST: usize = 24;

/// The most characters of a row.
const WIDTH: usize = 180;

/// The most octets of a head.
const HEAD: usize = 2048;

pub(crate) struct WireView {
    pub(crate) title: String,
    pub(crate) rows: Vec<WireRow>,
    pub(crate) statistics: String,
    pub(crate) handshake: Option<Handshake>,
}

pub(crate) struct WireRow {
    pub(crate) class: &'static str,
    /// When, if it is known.
    pub(crate) time: String,
    /// An arrow, and what it was.
    pub(crate) text: String,
}

pub(crate) struct Handshake {
    pub(crate) request: String,
    pub(crate) response: String,
}

impl WireView {
    pub(crate) fn new(record: &ConnectionRecord, index: usize, of: usize) -> Self {
        Self {
            title: match of {
                1 => "What happened".to_owned(),
                _ => format!("What happened on connection {}", index + 1),
            },
            rows: rows(&record.log),
            statistics: statistics(&record.evidence),
            handshake: handshake(&record.evidence),
        }
    }
}

fn rows(log: &Log) -> Vec<WireRow> {
    let all: Vec<_> = log.rows().collect();
    let (first, last) = match all.len() {
        many if many > FIRST + LAST => (FIRST, many - LAST),
        few => (few, few),
    };
    let mut rows = Vec::new();
    for (index, (missing, row)) in all.iter().enumerate() {
        if *missing > 0 {
            rows.push(WireRow::aside(format!("… {missing} rows are lost")));
        }
        if index == first && first < last {
            rows.push(WireRow::aside(format!(
                "… {} rows are not shown",
                last - first
            )));
        }
        if index < first || index >= last {
            let words = RowWords::of(row);
            rows.push(WireRow {
                class: match words.direction {
                    Direction::Sent if is_frame(&row.what) => "sent",
                    Direction::Sent => "sent raw",
                    Direction::Received if is_frame(&row.what) => "received",
                    Direction::Received => "received raw",
                    Direction::Neither => "neither",
                },
                text: fit(
                    &format!("{} {}", words.direction.arrow(), words.text),
                    WIDTH,
                ),
                time: words.time,
            });
        }
    }
    rows
}

impl WireRow {
    fn aside(text: String) -> Self {
        Self {
            class: "neither",
            time: String::new(),
            text,
        }
    }
}

/// Whether a row tells more than octets.
fn is_frame(row: &RowKind) -> bool {
    !matches!(
        row,
        RowKind::OctetsSent { .. } | RowKind::OctetsReceived { .. }
    )
}

fn handshake(evidence: &Evidence) -> Option<Handshake> {
    let opening = &evidence.opening;
    let is_empty = opening.request.0.is_empty() && opening.response.0.is_empty();
    (!is_empty).then(|| Handshake {
        request: head(&opening.request.0),
        response: head(&opening.response.0),
    })
}

/// A head line by line; what is not UTF-8 as U+FFFD.
fn head(octets: &[u8]) -> String {
    let shown = &octets[..octets.len().min(HEAD)];
    let text = String::from_utf8_lossy(shown);
    let lines: Vec<String> = text.trim_end().split("\r\n").map(visible).collect();
    let rest = cut(octets, HEAD);
    lines.join("\n") + &rest
}

/// Octets and frames in both directions, and what compression came to.
fn statistics(evidence: &Evidence) -> String {
    let Counters {
        received_octets,
        received_frames,
        sent_octets,
        sent_frames,
    } = &evidence.counters;
    let mut parts = vec![
        direction("sent", sent_frames, sent_octets),
        direction("received", received_frames, received_octets),
    ];
    if let Some(traffic) = evidence
        .traffic
        .filter(|_| evidence.opening.deflate.is_some())
    {
        let incoming = traffic.incoming.compression_ratio();
        if let Some((incoming, outgoing)) = incoming.zip(traffic.outgoing.compression_ratio()) {
            parts.push(format!(
                "compression ratio {incoming:.3} in, {outgoing:.3} out"
            ));
        }
    }
    if let Some(trips) = evidence.round_trips {
        let mut text = format!("{} of {} echoes", trips.done, trips.of);
        if let Some((fastest, slowest)) = trips.fastest.zip(trips.slowest) {
            text += &format!(
                " in {:.3} to {:.3} ms",
                fastest.as_secs_f64() * 1000.0,
                slowest.as_secs_f64() * 1000.0
            );
        }
        parts.push(text);
    }
    parts.join(" · ")
}

fn direction(verb: &str, frames: &Tally, octets: &Tally) -> String {
    let count: u64 = frames.iter().map(|(_, count)| count).sum();
    let sum: u64 = octets.iter().map(|(size, count)| size * count).sum();
    let kinds: Vec<String> = frames
        .iter()
        .map(|(opcode, count)| {
            let opcode = u8::try_from(opcode).map(Opcode::from_bits);
            opcode.map_or_else(|_| count.to_string(), |opcode| format!("{count} {opcode}"))
        })
        .collect();
    let unit = if count == 1 { "frame" } else { "frames" };
    match kinds.is_empty() {
        true => format!("{verb} no frame, {sum} octets"),
        false => format!("{verb} {count} {unit} ({}), {sum} octets", kinds.join(", ")),
    }
}
