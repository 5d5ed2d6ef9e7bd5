//! The wire log in the original's rows: tagged lists.

use std::time::Duration;

use serde::ser::{Serialize, SerializeSeq, Serializer};
use wscheck_suite::log::{FrameRow, Log, Row, RowKind};
use wscheck_suite::octets::to_hex;

use super::shown;

/// The most rows that a folded log is unfolded to.
const MOST_ROWS: u64 = 100_000;

/// A log that is written as the original's.
#[derive(Debug)]
pub(super) struct WireLog<'a>(pub(super) &'a Log);

impl WireLog<'_> {
    /// Whether the log was on at the end.
    pub(super) fn is_on(&self) -> bool {
        let rows = self.0.rows().map(|(_, row)| row);
        let last = rows.filter(|row| is_traffic(&row.what)).last();
        last.is_none_or(|row| !row.quiet)
    }
}

fn is_traffic(what: &RowKind) -> bool {
    matches!(
        what,
        RowKind::OctetsSent { .. }
            | RowKind::OctetsReceived { .. }
            | RowKind::FrameSent { .. }
            | RowKind::FrameReceived { .. }
            | RowKind::FragmentsSent { .. }
    )
}

impl Serialize for WireLog<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rows = serializer.serialize_seq(None)?;
        let mut room = MOST_ROWS;
        for (missing, row) in self.0.rows() {
            if missing > 0 && !row.quiet {
                write_gap(&mut rows)?;
            }
            let Some(line) = Line::new(row) else {
                continue;
            };
            let times = row.times.min(room);
            for _ in 0..times {
                rows.serialize_element(&line)?;
            }
            room -= times;
            if times < row.times {
                write_gap(&mut rows)?;
            }
        }
        rows.end()
    }
}

/// Rows are missing here: the log goes off and on again.
fn write_gap<S: SerializeSeq>(rows: &mut S) -> Result<(), S::Error> {
    rows.serialize_element(&Line::WireLog("WLM", false))?;
    rows.serialize_element(&Line::WireLog("WLM", true))
}

/// How many octets, and the first of them.
type Shown = (u64, String);

/// A row as the original has it, its tag first.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum Line<'a> {
    /// Whether they were a write of their own.
    OctetsSent(&'a str, Shown, bool),
    OctetsReceived(&'a str, Shown),
    /// Opcode, FIN, reserved bits, masking key, length repeated to, octets a
    /// write, whether a write of its own.
    FrameSent(
        &'a str,
        Shown,
        u8,
        bool,
        u8,
        Option<String>,
        Option<u64>,
        Option<u32>,
        bool,
    ),
    /// Opcode, FIN, reserved bits, whether masked, masking key.
    FrameReceived(&'a str, Shown, u8, bool, u8, bool, Option<String>),
    PauseBegan(&'a str, Seconds, &'a Option<String>),
    PauseEnded(&'a str, &'a Option<String>),
    Timer(&'a str, Seconds),
    TimeUp((&'a str,)),
    WireLog(&'a str, bool),
}

/// Whole seconds are written as integers.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum Seconds {
    Whole(u64),
    Broken(f64),
}

impl From<Duration> for Seconds {
    fn from(duration: Duration) -> Self {
        if duration.subsec_nanos() == 0 {
            Self::Whole(duration.as_secs())
        } else {
            Self::Broken(duration.as_secs_f64())
        }
    }
}

impl<'a> Line<'a> {
    /// `None` for what the original's log does not show.
    fn new(row: &'a Row) -> Option<Self> {
        if row.quiet {
            return None;
        }
        Some(match &row.what {
            RowKind::OctetsSent {
                length,
                octets,
                sync,
            } => {
                let shown = shown::hex(*length, &octets.0);
                Self::OctetsSent("TO", (*length, shown), *sync)
            }
            RowKind::OctetsReceived { length, octets } => {
                Self::OctetsReceived("RO", (*length, shown::hex(*length, &octets.0)))
            }
            RowKind::FrameSent {
                frame,
                repeated_to,
                chop,
                sync,
            } => Self::FrameSent(
                "TF",
                payload(frame),
                frame.opcode.bits(),
                frame.fin,
                frame.rsv,
                key(frame),
                *repeated_to,
                *chop,
                *sync,
            ),
            RowKind::FrameReceived { frame } => Self::FrameReceived(
                "RF",
                payload(frame),
                frame.opcode.bits(),
                frame.fin,
                frame.rsv,
                frame.mask.is_some(),
                key(frame),
            ),
            RowKind::PauseBegan { lasts, mark } => Self::PauseBegan("CT", (*lasts).into(), mark),
            RowKind::PauseEnded { mark } => Self::PauseEnded("CTE", mark),
            RowKind::FailAfter { lasts } => Self::Timer("KL", (*lasts).into()),
            RowKind::Failing => Self::TimeUp(("KLE",)),
            RowKind::CloseAfter { lasts } => Self::Timer("TI", (*lasts).into()),
            RowKind::Closing => Self::TimeUp(("TIE",)),
            RowKind::WireLog { on } => Self::WireLog("WLM", *on),
            RowKind::FragmentsSent { .. }
            | RowKind::CutShort { .. }
            | RowKind::Opened
            | RowKind::PeerEnded { .. }
            | RowKind::WeEnded { .. } => return None,
        })
    }
}

fn payload(frame: &FrameRow) -> Shown {
    (frame.length, shown::text(frame.length, &frame.payload.0))
}

fn key(frame: &FrameRow) -> Option<String> {
    frame.mask.map(|key| to_hex(&key))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use wscheck_suite::octets::Octets;
    use wscheck_wire::{Eof, Moment, Opcode};

    use super::*;

    fn written(rows: impl IntoIterator<Item = (bool, RowKind)>) -> (Value, bool) {
        let mut log = Log::default();
        for (quiet, row) in rows {
            log.push(Moment::ZERO, quiet, row);
        }
        let log = WireLog(&log);
        (serde_json::to_value(&log).unwrap(), log.is_on())
    }

    fn frame(mask: Option<[u8; 4]>) -> FrameRow {
        FrameRow {
            opcode: Opcode::CLOSE,
            fin: true,
            rsv: 0,
            mask,
            length: 2,
            payload: Octets(vec![3, 0xe8]),
        }
    }

    fn received(length: u64) -> RowKind {
        let octets = Octets(vec![0xab; length as usize]);
        RowKind::OctetsReceived { length, octets }
    }

    #[test]
    fn each_row_has_the_shape_of_the_original() {
        let second = Duration::from_secs(1);
        let sent = RowKind::OctetsSent {
            length: 2,
            octets: Octets(vec![0x88, 0x82]),
            sync: true,
        };
        let frame_sent = RowKind::FrameSent {
            frame: frame(Some([0xda, 0xff, 0x19, 0x1d])),
            repeated_to: Some(64),
            chop: Some(1),
            sync: false,
        };
        let (rows, on) = written(
            [
                sent,
                received(2),
                frame_sent,
                RowKind::FrameReceived { frame: frame(None) },
                RowKind::FrameReceived {
                    frame: frame(Some([1, 2, 3, 4])),
                },
                RowKind::Opened,
                RowKind::PauseBegan {
                    lasts: second,
                    mark: Some("A".into()),
                },
                RowKind::PauseEnded { mark: None },
                RowKind::FailAfter { lasts: second / 2 },
                RowKind::Failing,
                RowKind::CloseAfter { lasts: second },
                RowKind::Closing,
                RowKind::WireLog { on: false },
                RowKind::PeerEnded { how: Eof::Fin },
                RowKind::WeEnded { reset: true },
            ]
            .map(|row| (false, row)),
        );
        let wanted = json!([
            ["TO", [2, "8882"], true],
            ["RO", [2, "abab"]],
            ["TF", [2, "0x03e8"], 8, true, 0, "daff191d", 64, 1, false],
            ["RF", [2, "0x03e8"], 8, true, 0, false, null],
            ["RF", [2, "0x03e8"], 8, true, 0, true, "01020304"],
            ["CT", 1, "A"],
            ["CTE", null],
            ["KL", 0.5],
            ["KLE"],
            ["TI", 1],
            ["TIE"],
            ["WLM", false],
        ]);
        assert_eq!(rows, wanted);
        assert!(on);
    }

    #[test]
    fn quiet_rows_are_left_out_and_folded_ones_unfolded() {
        let rows = [
            (true, received(1)),
            (false, received(2)),
            (false, received(2)),
        ];
        assert_eq!(
            written(rows),
            (json!([["RO", [2, "abab"]], ["RO", [2, "abab"]]]), true)
        );
        let ends_quiet = [
            (false, received(1)),
            (true, received(2)),
            (false, RowKind::Failing),
        ];
        assert_eq!(
            written(ends_quiet),
            (json!([["RO", [1, "ab"]], ["KLE"]]), false)
        );
    }

    #[test]
    fn a_flood_leaves_a_gap() {
        let flood = std::iter::repeat_n((false, received(1)), 1 + MOST_ROWS as usize);
        let (rows, _) = written(flood);
        let rows = rows.as_array().unwrap();
        assert_eq!(rows.len(), MOST_ROWS as usize + 2);
        assert_eq!(
            rows[rows.len() - 2..],
            [json!(["WLM", false]), json!(["WLM", true])]
        );

        let (rows, _) = written((1..2000).map(|n| (false, received(n % 200))));
        let rows = rows.as_array().unwrap();
        let gaps: Vec<_> = rows.iter().filter(|row| row[0] == "WLM").collect();
        assert_eq!(gaps, [&json!(["WLM", false]), &json!(["WLM", true])]);
    }
}
