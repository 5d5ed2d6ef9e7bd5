//! The log of a connection: octets and frames with their times, bounded.
//!
//! A log is for people: nothing is judged by it. It keeps its first half and
//! its last half and says how much is missing between them; equal rows in a
//! row are folded, and what is left out is octets and frames, never a wait.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use wscheck_wire::{Eof, Moment, Opcode};

use crate::evidence::moments;
use crate::octets::Octets;

/// The most octets of one row's payload that a log keeps.
pub const ROW_OCTETS: usize = 256;

/// About how many octets of memory a log may take.
const LOG_OCTETS: usize = 64 * 1024;

/// A bounded list of rows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Log {
    /// The first rows.
    head: Vec<Row>,
    /// How many rows are missing here.
    #[serde(default, skip_serializing_if = "is_zero")]
    missing: u64,
    /// The last rows.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    tail: VecDeque<Row>,
    #[serde(skip)]
    head_weight: usize,
    #[serde(skip)]
    tail_weight: usize,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// When.
    #[serde(with = "moments")]
    pub at: Moment,
    /// How often in a row; at least 1.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub times: u64,
    /// Whether the wire log in the original's files leaves it out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quiet: bool,
    /// What.
    #[serde(flatten)]
    pub what: RowKind,
}

/// What a row tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    tag = "row"
)]
pub enum RowKind {
    /// Octets went out, as one send of the script or one piece of it.
    OctetsSent {
        /// How many.
        length: u64,
        /// The first of them, at most [`ROW_OCTETS`].
        octets: Octets,
        /// Whether they were a write of their own.
        sync: bool,
    },
    /// One read gave octets.
    OctetsReceived {
        /// How many.
        length: u64,
        /// The first of them.
        octets: Octets,
    },
    /// A frame was sent.
    FrameSent {
        /// Its header and payload.
        #[serde(flatten)]
        frame: FrameRow,
        /// The length to which the payload was repeated.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        repeated_to: Option<u64>,
        /// The octets a write, if it was chopped.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        chop: Option<u32>,
        /// Whether it was a write of its own.
        sync: bool,
    },
    /// A message was sent in many fragments, or a frame many times.
    FragmentsSent {
        /// How many frames.
        frames: u64,
        /// Octets of payload a frame.
        size: u64,
        /// Octets of the message.
        length: u64,
    },
    /// A frame was complete.
    FrameReceived {
        /// Its header and payload.
        #[serde(flatten)]
        frame: FrameRow,
    },
    /// A pause of the script began.
    PauseBegan {
        /// Its length.
        #[serde(with = "moments")]
        lasts: Duration,
        /// Its name.
        mark: Option<String>,
    },
    /// A pause ended.
    PauseEnded {
        /// Its name.
        mark: Option<String>,
    },
    /// The wait that goes on need not last any longer; see
    /// [`crate::pace::Pace::learned`].
    CutShort {
        /// Whether a pong showed that the testee has read all that we sent; else
        /// it was a silence.
        by_pong: bool,
    },
    /// From now on the testee has so long; then we fail the connection.
    FailAfter {
        /// How long.
        #[serde(with = "moments")]
        lasts: Duration,
    },
    /// The time was up: we failed the connection.
    Failing,
    /// From now on the testee has so long; then we close.
    CloseAfter {
        /// How long.
        #[serde(with = "moments")]
        lasts: Duration,
    },
    /// The time was up: we closed.
    Closing,
    /// The wire log in the original's files was switched.
    WireLog {
        /// On or off.
        on: bool,
    },
    /// The connection was opened.
    Opened,
    /// The testee ended its direction.
    PeerEnded {
        /// How.
        how: Eof,
    },
    /// We ended the connection.
    WeEnded {
        /// Whether by RST.
        reset: bool,
    },
}

/// A frame as a row shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FrameRow {
    /// The opcode.
    pub opcode: Opcode,
    /// The FIN bit.
    pub fin: bool,
    /// The reserved bits: 4 is RSV1, 2 is RSV2, 1 is RSV3.
    pub rsv: u8,
    /// The masking key, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<[u8; 4]>,
    /// Octets of payload.
    pub length: u64,
    /// The first of them, at most [`ROW_OCTETS`], unmasked.
    pub payload: Octets,
}

impl Log {
    /// Adds a row.
    pub fn push(&mut self, at: Moment, quiet: bool, what: RowKind) {
        let last = self.tail.back_mut().or(if self.missing == 0 {
            self.head.last_mut()
        } else {
            None
        });
        if let Some(last) = last
            && last.what == what
            && last.quiet == quiet
        {
            last.times += 1;
            return;
        }
        let weight = what.weight();
        let row = Row {
            at,
            times: 1,
            quiet,
            what,
        };
        if self.tail.is_empty() && self.head_weight + weight <= LOG_OCTETS / 2 {
            self.head_weight += weight;
            self.head.push(row);
            return;
        }
        self.tail_weight += weight;
        self.tail.push_back(row);
        while self.tail_weight > LOG_OCTETS / 2 {
            let bulky = self.tail.iter().position(|row| row.what.is_bulk());
            let Some(lost) = self.tail.remove(bulky.unwrap_or(0)) else {
                break;
            };
            self.tail_weight -= lost.what.weight();
            self.missing += lost.times;
        }
    }

    /// Each row, in order, and how many rows are missing before it.
    pub fn rows(&self) -> impl Iterator<Item = (u64, &Row)> {
        let tail = self.tail.iter().enumerate();
        let tail = tail.map(|(index, row)| (if index == 0 { self.missing } else { 0 }, row));
        self.head.iter().map(|row| (0, row)).chain(tail)
    }

    /// How many rows are missing in the middle.
    pub fn missing(&self) -> u64 {
        self.missing
    }
}

impl PartialEq for Log {
    fn eq(&self, other: &Self) -> bool {
        self.head == other.head && self.missing == other.missing && self.tail == other.tail
    }
}

impl RowKind {
    /// Whether a peer can make as many of these as it likes.
    fn is_bulk(&self) -> bool {
        matches!(
            self,
            Self::OctetsSent { .. }
                | Self::OctetsReceived { .. }
                | Self::FrameSent { .. }
                | Self::FrameReceived { .. }
        )
    }

    fn weight(&self) -> usize {
        const ROW: usize = 64;
        ROW + match self {
            Self::OctetsSent { octets, .. } | Self::OctetsReceived { octets, .. } => octets.0.len(),
            Self::FrameSent { frame, .. } | Self::FrameReceived { frame } => frame.payload.0.len(),
            _ => 0,
        }
    }
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}

fn once() -> u64 {
    1
}

fn is_once(value: &u64) -> bool {
    *value == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(n: u64) -> RowKind {
        RowKind::OctetsReceived {
            length: n,
            octets: Octets(vec![0; 100]),
        }
    }

    #[test]
    fn equal_rows_fold() {
        let mut log = Log::default();
        for _ in 0..1_000_000 {
            log.push(Moment::ZERO, false, received(1));
        }
        let rows: Vec<_> = log.rows().collect();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].1.times, 1_000_000);
    }

    #[test]
    fn a_long_log_keeps_head_and_tail_and_names_the_gap() {
        let mut log = Log::default();
        for n in 0..10_000 {
            log.push(Moment::ZERO, false, received(n));
        }
        let rows: Vec<_> = log.rows().collect();
        assert!(rows.len() * 164 <= LOG_OCTETS, "{} rows", rows.len());
        assert_eq!(rows[0].1.what, received(0));
        assert_eq!(rows[rows.len() - 1].1.what, received(9_999));
        let (gaps, kept) = (
            rows.iter().map(|(gap, _)| gap).sum::<u64>(),
            rows.len() as u64,
        );
        assert_eq!(gaps + kept, 10_000);
        assert_eq!(log.missing(), gaps);
    }

    #[test]
    fn waits_are_never_left_out() {
        let mut log = Log::default();
        for n in 0..2_000 {
            if n == 1_000 {
                log.push(Moment::ZERO, false, RowKind::Failing);
            }
            log.push(Moment::ZERO, false, received(n));
        }
        assert!(log.missing() > 1_000);
        assert!(log.rows().any(|(_, row)| row.what == RowKind::Failing));
    }

    #[test]
    fn a_log_survives_json() {
        let mut log = Log::default();
        log.push(
            Moment::from_micros(1500),
            true,
            RowKind::PauseEnded {
                mark: Some("A".into()),
            },
        );
        log.push(Moment::from_micros(1500), false, received(3));
        let json = serde_json::to_string(&log).unwrap();
        let again: Log = serde_json::from_str(&json).unwrap();
        assert_eq!(log, again, "{json}");
    }
}
