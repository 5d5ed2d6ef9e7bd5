//! How a step stands in TOML and JSON: one flat row, its first key the verb.
//!
//! ```toml
//! steps = [
//!     { send = "text", payload = "Hello", fin = false },
//!     { send = 14, payload = { repeat = "*", length = 65536 }, chop = 997, breaks = ["reserved-opcode"] },
//!     { pause = 1000, mark = "A", while-open = true },
//!     { close = 1000, reason = "bye" },
//!     { fail-after = 1000 },
//! ]
//! ```
//!
//! Times are milliseconds. `close` is a short word for `send = "close"` with a
//! payload; it is read, not written.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use wscheck_wire::close::encode_body;
use wscheck_wire::{LengthForm, Opcode, Violation};

use crate::case::{Frame, Masking, Step, is_false};
use crate::payload::Payload;
use crate::step_words::{LengthWord, MaskWord, OpcodeWord, quoted};

/// A step as it is written.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct StepRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    send: Option<OpcodeWord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    close: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fragments: Option<OpcodeWord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    begin: Option<OpcodeWord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<Payload>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<Payload>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat: Option<OpcodeWord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    round_trips: Option<OpcodeWord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pause: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_after: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    close_after: Option<u64>,
    #[serde(skip_serializing_if = "is_false")]
    half_close: bool,
    #[serde(skip_serializing_if = "is_false")]
    reset: bool,

    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Payload>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Payload>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fin: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rsv: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<LengthWord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    length_form: Option<LengthForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mask: Option<MaskWord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chop: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cut: Option<u32>,
    #[serde(skip_serializing_if = "is_false")]
    sync: bool,
    #[serde(skip_serializing_if = "is_false")]
    compressed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    mark: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    while_open: bool,
    #[serde(skip_serializing_if = "is_false")]
    unread: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    breaks: Vec<String>,
}

/// What a row does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Send,
    Close,
    Fragments,
    Begin,
    Part,
    Raw,
    Repeat,
    RoundTrips,
    Pause,
    FailAfter,
    CloseAfter,
    HalfClose,
    Reset,
}

impl Verb {
    const ALL: [Self; 13] = [
        Self::Send,
        Self::Close,
        Self::Fragments,
        Self::Begin,
        Self::Part,
        Self::Raw,
        Self::Repeat,
        Self::RoundTrips,
        Self::Pause,
        Self::FailAfter,
        Self::CloseAfter,
        Self::HalfClose,
        Self::Reset,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Close => "close",
            Self::Fragments => "fragments",
            Self::Begin => "begin",
            Self::Part => "part",
            Self::Raw => "raw",
            Self::Repeat => "repeat",
            Self::RoundTrips => "round-trips",
            Self::Pause => "pause",
            Self::FailAfter => "fail-after",
            Self::CloseAfter => "close-after",
            Self::HalfClose => "half-close",
            Self::Reset => "reset",
        }
    }

    /// The keys that may stand beside the verb.
    fn keys(self) -> Vec<&'static str> {
        /// How a frame is written.
        const FRAME: &[&str] = &[
            "fin",
            "rsv",
            "length",
            "length-form",
            "mask",
            "chop",
            "cut",
            "sync",
        ];
        let keys: [&[&str]; 3] = match self {
            Self::Send => [&["payload"], FRAME, &["compressed", "breaks"]],
            Self::Begin => [&["payload"], FRAME, &["breaks"]],
            Self::Repeat => [
                &["payload", "times"],
                &["fin", "rsv", "length", "length-form", "mask"],
                &["breaks"],
            ],
            Self::RoundTrips => [
                &["payload", "times", "size", "compressed"],
                FRAME,
                &["breaks"],
            ],
            Self::Close => [&["reason"], FRAME, &["breaks"]],
            Self::Fragments => [&["payload", "size", "compressed"], &[], &["breaks"]],
            Self::Raw => [&[], &[], &["breaks"]],
            Self::Pause => [&["mark", "while-open", "unread"], &[], &[]],
            Self::Part | Self::FailAfter | Self::CloseAfter | Self::HalfClose | Self::Reset => {
                [&[]; 3]
            }
        };
        keys.concat()
    }
}

impl StepRow {
    /// Whether the row has `verb`.
    fn has(&self, verb: Verb) -> bool {
        match verb {
            Verb::Send => self.send.is_some(),
            Verb::Close => self.close.is_some(),
            Verb::Fragments => self.fragments.is_some(),
            Verb::Begin => self.begin.is_some(),
            Verb::Part => self.part.is_some(),
            Verb::Raw => self.raw.is_some(),
            Verb::Repeat => self.repeat.is_some(),
            Verb::RoundTrips => self.round_trips.is_some(),
            Verb::Pause => self.pause.is_some(),
            Verb::FailAfter => self.fail_after.is_some(),
            Verb::CloseAfter => self.close_after.is_some(),
            Verb::HalfClose => self.half_close,
            Verb::Reset => self.reset,
        }
    }

    /// The keys of the row that are no verb.
    fn keys(&self) -> Vec<&'static str> {
        [
            ("reason", self.reason.is_some()),
            ("payload", self.payload.is_some()),
            ("size", self.size.is_some()),
            ("times", self.times.is_some()),
            ("fin", self.fin.is_some()),
            ("rsv", self.rsv.is_some()),
            ("length", self.length.is_some()),
            ("length-form", self.length_form.is_some()),
            ("mask", self.mask.is_some()),
            ("chop", self.chop.is_some()),
            ("cut", self.cut.is_some()),
            ("sync", self.sync),
            ("compressed", self.compressed),
            ("mark", self.mark.is_some()),
            ("while-open", self.while_open),
            ("unread", self.unread),
            ("breaks", !self.breaks.is_empty()),
        ]
        .into_iter()
        .filter_map(|(key, is_there)| is_there.then_some(key))
        .collect()
    }

    /// The one verb of the row, checked against the keys beside it.
    fn verb(&self) -> Result<Verb, String> {
        let verbs: Vec<Verb> = Verb::ALL
            .into_iter()
            .filter(|verb| self.has(*verb))
            .collect();
        let verb = match verbs[..] {
            [verb] => verb,
            [] => {
                return Err(format!(
                    "a step without a verb; one of {}",
                    quoted(Verb::ALL.map(Verb::word))
                ));
            }
            [first, second, ..] => {
                return Err(format!(
                    "'{}' and '{}' in one step; a step does one thing",
                    first.word(),
                    second.word()
                ));
            }
        };
        let allowed = verb.keys();
        match self.keys().into_iter().find(|key| !allowed.contains(key)) {
            None => Ok(verb),
            Some(key) if allowed.is_empty() => Err(format!(
                "'{key}' beside '{}', which stands alone",
                verb.word()
            )),
            Some(key) => Err(format!(
                "'{key}' beside '{}', which takes {}",
                verb.word(),
                quoted(allowed.iter().copied())
            )),
        }
    }

    /// The frame that the row describes.
    fn frame(self, opcode: Opcode, payload: Payload) -> Result<Frame, String> {
        let rsv = self.rsv.unwrap_or(0);
        if rsv > 7 {
            return Err(format!("'rsv' is 0 to 7 (RSV1 is 4, RSV3 is 1), not {rsv}"));
        }
        if self.compressed {
            self.check_compressed(opcode)?;
        }
        if self.chop == Some(0) {
            return Err("'chop' is 1 octet or more a write, not 0".into());
        }
        if self.cut == Some(0) || (self.cut.is_some() && self.chop.is_some()) {
            return Err("'cut' is 1 octet or more, and does not stand beside 'chop'".into());
        }
        Ok(Frame {
            opcode,
            fin: self.fin.unwrap_or(true),
            rsv,
            payload,
            announced: self.length.map(|word| word.0),
            length_form: self.length_form,
            masking: self.mask.map_or(Masking::ByRole, |word| word.0),
            chop: self.chop,
            cut: self.cut,
            sync: self.sync,
            compressed: self.compressed,
            breaks: checked_breaks(self.breaks)?,
        })
    }
}

impl StepRow {
    /// What is compressed is a whole message, and its header follows from it.
    fn check_compressed(&self, opcode: Opcode) -> Result<(), String> {
        const FIXED: [&str; 4] = ["fin", "rsv", "length", "length-form"];
        if !matches!(opcode, Opcode::TEXT | Opcode::BINARY) {
            return Err("'compressed' is for text and binary messages".into());
        }
        match self.keys().into_iter().find(|key| FIXED.contains(key)) {
            None => Ok(()),
            Some(key) => Err(format!(
                "'{key}' beside 'compressed', which settles {}",
                quoted(FIXED)
            )),
        }
    }
}

impl TryFrom<StepRow> for Step {
    type Error = String;

    fn try_from(mut row: StepRow) -> Result<Self, String> {
        let verb = row.verb()?;
        let opcode = row
            .send
            .or(row.begin)
            .or(row.fragments)
            .or(row.repeat)
            .or(row.round_trips)
            .map_or(Opcode::CLOSE, |word| word.0);
        let payload = row.payload.take().unwrap_or(Payload::EMPTY);
        let millis = Duration::from_millis;
        Ok(match verb {
            Verb::Send => Self::Send(row.frame(opcode, payload)?),
            Verb::Close => {
                let reason = row.reason.take().unwrap_or(Payload::EMPTY);
                let body = encode_body(row.close, &reason.to_octets());
                Self::Send(row.frame(opcode, body.into())?)
            }
            Verb::Begin => Self::Begin {
                frame: row.frame(opcode, payload)?,
            },
            Verb::Repeat => match row.times {
                None | Some(0) => return Err("'repeat' takes 'times', 1 or more".into()),
                Some(times) => Self::Repeat {
                    frame: row.frame(opcode, payload)?,
                    times,
                },
            },
            Verb::RoundTrips => match row.times {
                None | Some(0) => return Err("'round-trips' takes 'times', 1 or more".into()),
                Some(_) if row.size == Some(0) => {
                    return Err("'size' is 1 octet or more a frame, not 0".into());
                }
                Some(times) => Self::RoundTrips {
                    size: row.size,
                    frame: row.frame(opcode, payload)?,
                    times,
                },
            },
            Verb::Fragments => match row.size {
                None | Some(0) => {
                    return Err("'fragments' takes 'size', 1 octet or more a frame".into());
                }
                Some(size) => Self::Fragments {
                    opcode,
                    payload,
                    size,
                    compressed: row.compressed,
                    breaks: checked_breaks(row.breaks)?,
                },
            },
            Verb::Part => Self::Part(row.part.unwrap_or(Payload::EMPTY)),
            Verb::Raw => Self::Raw {
                octets: row.raw.unwrap_or(Payload::EMPTY),
                breaks: checked_breaks(row.breaks)?,
            },
            Verb::Pause => Self::Pause {
                lasts: millis(row.pause.unwrap_or_default()),
                mark: row.mark,
                while_open: row.while_open,
                unread: row.unread,
            },
            Verb::FailAfter => Self::FailAfter(millis(row.fail_after.unwrap_or_default())),
            Verb::CloseAfter => Self::CloseAfter(millis(row.close_after.unwrap_or_default())),
            Verb::HalfClose => Self::HalfClose,
            Verb::Reset => Self::Reset,
        })
    }
}

impl From<Step> for StepRow {
    fn from(step: Step) -> Self {
        let none = Self::default();
        match step {
            Step::Send(frame) => Self {
                send: Some(OpcodeWord(frame.opcode)),
                ..Self::from(frame)
            },
            Step::Begin { frame } => Self {
                begin: Some(OpcodeWord(frame.opcode)),
                ..Self::from(frame)
            },
            Step::Repeat { frame, times } => Self {
                repeat: Some(OpcodeWord(frame.opcode)),
                times: Some(times),
                ..Self::from(frame)
            },
            Step::RoundTrips { frame, times, size } => Self {
                round_trips: Some(OpcodeWord(frame.opcode)),
                times: Some(times),
                size,
                ..Self::from(frame)
            },
            Step::Fragments {
                opcode,
                payload,
                size,
                compressed,
                breaks,
            } => Self {
                fragments: Some(OpcodeWord(opcode)),
                payload: Some(payload),
                size: Some(size),
                compressed,
                breaks,
                ..none
            },
            Step::Part(octets) => Self {
                part: Some(octets),
                ..none
            },
            Step::Raw { octets, breaks } => Self {
                raw: Some(octets),
                breaks,
                ..none
            },
            Step::Pause {
                lasts,
                mark,
                while_open,
                unread,
            } => Self {
                pause: Some(millis(lasts)),
                mark,
                while_open,
                unread,
                ..none
            },
            Step::FailAfter(time) => Self {
                fail_after: Some(millis(time)),
                ..none
            },
            Step::CloseAfter(time) => Self {
                close_after: Some(millis(time)),
                ..none
            },
            Step::HalfClose => Self {
                half_close: true,
                ..none
            },
            Step::Reset => Self {
                reset: true,
                ..none
            },
        }
    }
}

impl From<Frame> for StepRow {
    fn from(frame: Frame) -> Self {
        Self {
            payload: (frame.payload != Payload::EMPTY).then_some(frame.payload),
            fin: (!frame.fin).then_some(false),
            rsv: (frame.rsv != 0).then_some(frame.rsv),
            length: frame.announced.map(LengthWord),
            length_form: frame.length_form,
            mask: (frame.masking != Masking::ByRole).then_some(MaskWord(frame.masking)),
            chop: frame.chop,
            cut: frame.cut,
            sync: frame.sync,
            compressed: frame.compressed,
            breaks: frame.breaks,
            ..Self::default()
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn checked_breaks(names: Vec<String>) -> Result<Vec<String>, String> {
    match names
        .iter()
        .find(|name| !Violation::ALL_NAMES.contains(&name.as_str()))
    {
        None => Ok(names),
        Some(unknown) => Err(format!(
            "unknown rule '{unknown}' in 'breaks'; one of {}",
            quoted(Violation::ALL_NAMES)
        )),
    }
}

#[cfg(test)]
mod tests;
