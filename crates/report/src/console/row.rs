//! A row of a connection's log on a line.

use std::borrow::Cow;
use std::time::Duration;

use wscheck_suite::log::{FrameRow, ROW_OCTETS, Row, RowKind};
use wscheck_suite::octets::{Octets, to_hex};
use wscheck_wire::{CloseBody, Eof, Moment, Opcode};

use super::palette::{FAINT, RECEIVED, SENT, paint};
use super::safe_text::{fit, visible};

/// The most octets that a row shows in hexadecimal digits.
const SHOWN_HEX: usize = 24;

/// The row in at most `width` columns: when, which way, what.
pub fn render_row(row: &Row, width: usize) -> String {
    let words = RowWords::of(row);
    let style = match words.direction {
        Direction::Sent => SENT,
        Direction::Received => RECEIVED,
        Direction::Neither => FAINT,
    };
    let room = width.saturating_sub(words.time.chars().count() + 4);
    let text = fit(&words.text, room);
    let arrow = words.direction.arrow();
    format!(
        "{}  {}",
        paint(FAINT, &words.time),
        paint(style, &format!("{arrow} {text}"))
    )
}

/// A row in words that are safe to print, without colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RowWords {
    /// Milliseconds since the connection was made.
    pub(crate) time: String,
    /// Which way it went.
    pub(crate) direction: Direction,
    /// What it was.
    pub(crate) text: String,
}

impl RowWords {
    pub(crate) fn of(row: &Row) -> Self {
        let mut text = what(&row.what);
        if row.times > 1 {
            text = format!("{text}  × {}", row.times);
        }
        Self {
            time: time(row.at),
            direction: direction(&row.what),
            text: visible(&text),
        }
    }
}

/// Milliseconds since the connection was made.
fn time(at: Moment) -> String {
    format!("{:>10.3} ms", at.as_secs_f64() * 1000.0)
}

/// Which way a row went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Sent,
    Received,
    Neither,
}

impl Direction {
    pub(crate) fn arrow(self) -> &'static str {
        match self {
            Self::Sent => "→",
            Self::Received => "←",
            Self::Neither => "·",
        }
    }
}

fn direction(what: &RowKind) -> Direction {
    match what {
        RowKind::OctetsSent { .. }
        | RowKind::FrameSent { .. }
        | RowKind::FragmentsSent { .. }
        | RowKind::WeEnded { .. } => Direction::Sent,
        RowKind::OctetsReceived { .. }
        | RowKind::FrameReceived { .. }
        | RowKind::PeerEnded { .. } => Direction::Received,
        _ => Direction::Neither,
    }
}

fn what(row: &RowKind) -> String {
    match row {
        RowKind::OctetsSent {
            length,
            octets: first,
            sync,
        } => octets(*length, first) + if *sync { ", a write of its own" } else { "" },
        RowKind::OctetsReceived {
            length,
            octets: first,
        } => octets(*length, first),
        RowKind::FrameSent {
            frame,
            repeated_to,
            chop,
            sync,
        } => {
            let mut text = self::frame(frame, repeated_to.is_some());
            if let Some(length) = repeated_to {
                text += &format!(" repeated to {length} octets");
            }
            if let Some(chop) = chop {
                text += &format!(", {chop} octets a write");
            }
            text + if *sync { ", a write of its own" } else { "" }
        }
        RowKind::FragmentsSent {
            frames,
            size,
            length,
        } => {
            format!("{length} octets in {frames} frames of {size}")
        }
        RowKind::FrameReceived { frame } => self::frame(frame, false),
        other => event(other).into_owned(),
    }
}

/// What is neither octets nor a frame.
fn event(row: &RowKind) -> Cow<'static, str> {
    match row {
        RowKind::PauseBegan { lasts, mark } => {
            format!("pause{} of {}", name(mark.as_ref()), seconds(*lasts)).into()
        }
        RowKind::PauseEnded { mark } => format!("pause{} is over", name(mark.as_ref())).into(),
        RowKind::CutShort { by_pong: true } => "the pong shows that all was read".into(),
        RowKind::CutShort { by_pong: false } => "silence for long enough".into(),
        RowKind::FailAfter { lasts } => format!("to be failed by us in {}", seconds(*lasts)).into(),
        RowKind::Failing => "time is up: we fail the connection".into(),
        RowKind::CloseAfter { lasts } => {
            format!("to be closed by us in {}", seconds(*lasts)).into()
        }
        RowKind::Closing => "time is up: we close".into(),
        RowKind::WireLog { on: true } => "the wire log goes on".into(),
        RowKind::WireLog { on: false } => "the wire log goes off".into(),
        RowKind::Opened => "open".into(),
        RowKind::PeerEnded { how: Eof::Fin } => "end of TCP (FIN)".into(),
        RowKind::PeerEnded { how: Eof::Reset } => "end of TCP (RST)".into(),
        RowKind::PeerEnded {
            how: Eof::Truncated,
        } => "end of TLS without close_notify".into(),
        RowKind::WeEnded { reset: true } => "end of TCP (RST)".into(),
        RowKind::WeEnded { reset: false } => "end of TCP (FIN)".into(),
        RowKind::OctetsSent { .. }
        | RowKind::OctetsReceived { .. }
        | RowKind::FrameSent { .. }
        | RowKind::FragmentsSent { .. }
        | RowKind::FrameReceived { .. } => "".into(),
    }
}

fn name(mark: Option<&String>) -> String {
    mark.map(|mark| format!(" {mark}")).unwrap_or_default()
}

fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}

fn octets(length: u64, first: &Octets) -> String {
    let shown = &first.0[..first.0.len().min(SHOWN_HEX)];
    let digits: Vec<String> = shown.iter().map(|octet| to_hex(&[*octet])).collect();
    let more = if shown.len() as u64 == length {
        ""
    } else {
        " …"
    };
    format!("{} {}{more}", counted(length), digits.join(" "))
}

fn counted(octets: u64) -> String {
    match octets {
        1 => "1 octet".to_owned(),
        octets => format!("{octets} octets"),
    }
}

/// `is_unit`: what is shown is repeated, so its length tells nothing.
fn frame(frame: &FrameRow, is_unit: bool) -> String {
    let mut text = frame.opcode.to_string();
    if !frame.fin {
        text += " without FIN";
    }
    if frame.rsv != 0 {
        text += &format!(" RSV {:03b}", frame.rsv);
    }
    if frame.opcode == Opcode::CLOSE && (2..=ROW_OCTETS as u64).contains(&frame.length) {
        return text + &close_body(&frame.payload.0);
    }
    if !is_unit {
        text += &format!(", {}", counted(frame.length));
    }
    if frame.length > 0 {
        let more = if frame.payload.0.len() as u64 == frame.length {
            ""
        } else {
            "…"
        };
        text += &format!(" {}{more}", frame.payload);
    }
    text
}

fn close_body(payload: &[u8]) -> String {
    let body = CloseBody::parse(payload);
    let code = body.code.map(|code| format!(" {code}")).unwrap_or_default();
    match body.reason {
        [] => code,
        reason => format!("{code} {}", Octets(reason.to_vec())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(opcode: Opcode, payload: &[u8]) -> FrameRow {
        let length = payload.len() as u64;
        FrameRow {
            opcode,
            fin: true,
            rsv: 0,
            mask: None,
            length,
            payload: payload.into(),
        }
    }

    fn sent(frame: FrameRow) -> RowKind {
        RowKind::FrameSent {
            frame,
            repeated_to: None,
            chop: None,
            sync: false,
        }
    }

    #[test]
    fn rows_on_lines() {
        let second = Duration::from_secs(1);
        let unit = frame(Opcode::BINARY, b"\x00\xfe");
        let rows = [
            RowKind::OctetsSent {
                length: 2,
                octets: Octets(vec![0x81, 0]),
                sync: true,
            },
            RowKind::OctetsReceived {
                length: 65_536,
                octets: Octets(vec![0xab; 256]),
            },
            sent(frame(Opcode::TEXT, b"Hello")),
            sent(FrameRow {
                fin: false,
                rsv: 5,
                ..frame(Opcode::from_bits(14), b"\x1b[31m")
            }),
            RowKind::FrameSent {
                frame: unit,
                repeated_to: Some(1 << 20),
                chop: Some(64),
                sync: false,
            },
            RowKind::FragmentsSent {
                frames: 65_537,
                size: 64,
                length: 1 << 22,
            },
            RowKind::FrameReceived {
                frame: FrameRow {
                    length: 4096,
                    ..frame(Opcode::TEXT, &[b'*'; 256])
                },
            },
            RowKind::FrameReceived {
                frame: frame(Opcode::CLOSE, b"\x03\xeano\x07"),
            },
            RowKind::FrameReceived {
                frame: frame(Opcode::CLOSE, b"\x03\xe8"),
            },
            RowKind::FrameReceived {
                frame: frame(Opcode::CLOSE, b"\x03"),
            },
            RowKind::FrameReceived {
                frame: frame(Opcode::CLOSE, b""),
            },
            RowKind::PauseBegan {
                lasts: second,
                mark: Some("A".into()),
            },
            RowKind::PauseEnded { mark: None },
            RowKind::FailAfter { lasts: second / 2 },
            RowKind::Failing,
            RowKind::Opened,
            RowKind::PeerEnded { how: Eof::Reset },
            RowKind::WeEnded { reset: false },
        ];
        let at = Duration::from_micros(1_234_567);
        let rows = rows.map(|what| {
            render_row(
                &Row {
                    at,
                    times: 1,
                    quiet: false,
                    what,
                },
                80,
            )
        });
        let folded = Row {
            at: Moment::ZERO,
            times: 3,
            quiet: true,
            what: sent(frame(Opcode::PING, b"")),
        };
        let mut lines = rows.to_vec();
        lines.push(render_row(&folded, 80));
        for line in &lines {
            assert!(super::super::plain(line).chars().count() <= 80, "{line}");
        }
        insta::assert_snapshot!(super::super::plain(&lines.join("\n")));
    }

    #[test]
    fn directions_have_colours() {
        let row = Row {
            at: Moment::ZERO,
            times: 1,
            quiet: false,
            what: RowKind::Opened,
        };
        assert_eq!(
            render_row(&row, 80),
            "\u{1b}[2m     0.000 ms\u{1b}[0m  \u{1b}[2m· open\u{1b}[0m"
        );
    }
}
