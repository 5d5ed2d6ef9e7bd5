//! What a case is: data, from the first octet on the wire to the verdict.

use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use wscheck_wire::deflate::{MAX_WINDOW_BITS, MIN_WINDOW_BITS};
use wscheck_wire::frame::RSV1;
use wscheck_wire::{LengthForm, Opcode, Role};

use crate::case_id::CaseId;
use crate::case_row::CaseRow;
use crate::expectation::Expectation;
use crate::head_edit::HeadEdit;
use crate::payload::Payload;
use crate::profile::Profile;
use crate::relay::Relay;
use crate::step_row::StepRow;

/// One case: what we do on one or more connections, and what the testee must
/// make of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "CaseRow", into = "CaseRow")]
pub struct Case {
    /// The number that never changes.
    pub id: CaseId,
    /// What the case does, in one sentence without a full stop.
    pub title: String,
    /// What decides the case.
    pub citations: Vec<Citation>,
    /// Whom the case can test; both roles if not said.
    pub testee: Testee,
    /// What happens on each connection, one after another; at least one, but none
    /// where there is a [`Case::relay`].
    pub connections: Vec<Script>,
    /// What the testee must do, in both profiles unless [`Case::rfc`] differs.
    pub expect: Expectation,
    /// Where the profile `rfc` judges otherwise than `autobahn`.
    pub rfc: Option<Departure>,
    /// Whether the time that the case takes is a result in itself.
    pub timed: bool,
    /// Whether the memory of a testee that we started is read meanwhile. Such a
    /// case is played alone.
    pub memory: bool,
    /// Where what the case looks for was seen: public references, a line each.
    pub seen_in: Vec<String>,
    /// What sets the case apart from another that catches the same faults.
    pub differs: Option<String>,
    /// What is played in place of connections where a proxy is tested.
    pub relay: Option<Box<Relay>>,
}

impl Case {
    /// The expectation that `profile` judges by.
    pub fn expectation(&self, profile: Profile) -> &Expectation {
        match (&self.rfc, profile) {
            (Some(departure), Profile::Rfc) => &departure.expect,
            _ => &self.expect,
        }
    }
}

/// What the profile `rfc` expects, and the words that decide it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Departure {
    /// The expectation in place of the original's.
    pub expect: Expectation,
    /// What differs and which sentence of which document decides.
    pub because: String,
}

/// A sentence of a standard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Citation {
    /// How binding the sentence is.
    pub level: Level,
    /// Which document, as in `RFC 6455`.
    pub document: String,
    /// Which section of it, as in `5.5.1`.
    pub section: String,
    /// What it demands, in our own words.
    pub rule: String,
}

impl Citation {
    /// Where the section is to be read, of an RFC.
    pub fn url(&self) -> Option<String> {
        let number: u32 = self.document.strip_prefix("RFC ")?.parse().ok()?;
        let section = &self.section;
        Some(format!(
            "https://www.rfc-editor.org/rfc/rfc{number}#section-{section}"
        ))
    }
}

/// How binding a rule is (RFC 2119).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// An absolute requirement.
    Must,
    /// A recommendation.
    Should,
    /// A permission.
    May,
    /// Nothing binding: the case only tells what the testee does.
    Informational,
}

/// Whom a case can test.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Testee {
    /// Servers and clients.
    #[default]
    Both,
    /// Servers only.
    Server,
    /// Clients only.
    Client,
    /// Proxies, and neither.
    Proxy,
}

impl Testee {
    pub(crate) fn is_both(&self) -> bool {
        *self == Self::Both
    }

    /// Whether a peer in this role can be tested.
    pub fn includes(self, role: Role) -> bool {
        match self {
            Self::Both => true,
            Self::Server => role == Role::Server,
            Self::Client => role == Role::Client,
            Self::Proxy => false,
        }
    }
}

/// What we do on one connection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Script {
    /// The opening handshake; the standard one unless told otherwise.
    #[serde(default, skip_serializing_if = "Opening::is_standard")]
    pub opening: Opening,
    /// What follows, in order. All steps up to a pause leave at once.
    pub steps: Vec<Step>,
    /// How much the wire log of the original's files shows.
    #[serde(default, skip_serializing_if = "WireLog::is_full")]
    pub wire_log: WireLog,
    /// Whether we leave the testee's Close without an answer.
    #[serde(default, skip_serializing_if = "is_false")]
    pub no_close_answer: bool,
    /// What must come of the connection, if it is not the last of the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prelude: Option<Prelude>,
}

/// What must come of a connection before the last one, which decides all else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Prelude {
    /// No message is heard on it. To be still open at a mark of it is NON-STRICT.
    Silent,
    /// The testee refuses by 1009 what it is sent; else the case does not apply
    /// to it.
    TooBig,
}

/// How much the wire log in the original's file format shows of a connection.
/// Our own log is always kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WireLog {
    /// Everything.
    #[default]
    Full,
    /// Nothing before the first message was heard, and no word of it.
    Silent,
    /// Nothing before the last message was heard, with a row that says so.
    Announced,
}

impl WireLog {
    pub(crate) fn is_full(&self) -> bool {
        *self == Self::Full
    }
}

/// Our side of the opening handshake (RFC 6455 §4).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Opening {
    /// Changes to the head that we would send by the book, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<HeadEdit>,
    /// Our head leaves in pieces, each a write of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pieces: Option<HeadPieces>,
    /// What the script sends up to its first wait leaves in one write with our
    /// head. As a server that is always so; as a client we must not (RFC 6455
    /// §4.1), and do so only here.
    #[serde(skip_serializing_if = "is_false")]
    pub joined: bool,
    /// The value of `Sec-WebSocket-Extensions` that we send, as it stands. As a
    /// server we send it only to who offers permessage-deflate; to others the
    /// case does not apply. What it agrees to is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extensions: Option<String>,
    /// Whether the case needs our own messages to be compressed without limits:
    /// with the context taken over, in a window of 15 bits. To who limits us it
    /// does not apply.
    #[serde(skip_serializing_if = "is_false")]
    pub unlimited: bool,
    /// What we want of permessage-deflate, best first. As a client we make an
    /// offer of each; as a server we take the first that the client's offers
    /// allow. Empty: we do not want it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deflate: Vec<Demand>,
}

/// What we want the testee to keep to when it compresses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Demand {
    /// That it compresses each message by itself.
    #[serde(skip_serializing_if = "is_false")]
    pub no_context_takeover: bool,
    /// That it refers back no further than two to this power: 8 to 15.
    #[serde(
        deserialize_with = "checked_window_bits",
        skip_serializing_if = "Option::is_none"
    )]
    pub max_window_bits: Option<u8>,
}

fn checked_window_bits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    let bits = u64::deserialize(deserializer)?;
    match u8::try_from(bits) {
        Ok(bits) if (MIN_WINDOW_BITS..=MAX_WINDOW_BITS).contains(&bits) => Ok(Some(bits)),
        _ => Err(D::Error::custom(format_args!(
            "'max-window-bits' is {MIN_WINDOW_BITS} to {MAX_WINDOW_BITS}, not {bits}"
        ))),
    }
}

impl Script {
    /// Whether the script makes no sense without permessage-deflate: something
    /// is compressed, or says so by RSV1 where that could be agreed on.
    pub fn needs_deflate(&self) -> bool {
        let opening = &self.opening;
        let asks = !opening.deflate.is_empty() || opening.extensions.is_some();
        self.steps.iter().any(|step| match step {
            Step::Send(frame) | Step::RoundTrips { frame, .. } => {
                frame.compressed || (asks && frame.rsv & RSV1 != 0)
            }
            Step::Begin { frame } => asks && frame.rsv & RSV1 != 0,
            Step::Fragments { compressed, .. } => *compressed,
            _ => false,
        })
    }
}

impl Opening {
    pub(crate) fn is_standard(&self) -> bool {
        *self == Self::default()
    }
}

/// How the octets of a head are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HeadPieces {
    /// Octets a write, at least 1.
    pub octets: u32,
    /// The time between two writes, milliseconds; as little as keeps them apart
    /// if it is 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub apart: u32,
}

/// One thing that we do. It stands in TOML and JSON as one flat row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StepRow", into = "StepRow")]
pub enum Step {
    /// Sends a frame.
    Send(Frame),
    /// Sends a message in fragments of `size` octets. A length that is a
    /// multiple of `size` ends in an empty frame with FIN, unless one frame
    /// takes it all.
    Fragments {
        /// Text or binary, as an opcode.
        opcode: Opcode,
        /// The whole message.
        payload: Payload,
        /// Octets a frame, at least 1; counted when it is compressed.
        size: u64,
        /// Compressed as it was agreed on, and marked by RSV1.
        compressed: bool,
        /// What this breaks, by [`wscheck_wire::Violation::name`].
        breaks: Vec<String>,
    },
    /// Sends the header of a frame whose payload follows in [`Step::Part`]s.
    Begin {
        /// The frame; its payload tells the length and is not sent.
        frame: Frame,
    },
    /// Sends the next octets of the payload of the frame that was begun.
    Part(Payload),
    /// Sends octets as they are.
    Raw {
        /// The octets.
        octets: Payload,
        /// What they break.
        breaks: Vec<String>,
    },
    /// Sends a frame so many times in a row.
    Repeat {
        /// The frame; a fresh key masks each.
        frame: Frame,
        /// How often, at least 1.
        times: u32,
    },
    /// Sends a message, and the next each time that its echo has come, `times`
    /// in all. Nothing but timers may follow.
    RoundTrips {
        /// The message in one frame. Where the payload is an excerpt, each
        /// message carries the excerpt that follows on the one before.
        frame: Frame,
        /// How often, at least 1.
        times: u32,
        /// Sent in fragments of so many octets, at least 1, as by
        /// [`Step::Fragments`]; counted when it is compressed.
        size: Option<u64>,
    },
    /// Keeps what follows apart from what went before.
    Pause {
        /// For how long, at the original's pace.
        lasts: Duration,
        /// What is recorded as heard if the connection is still open then.
        mark: Option<String>,
        /// Whether the script ends here unless the connection is open then.
        while_open: bool,
        /// Whether we read nothing meanwhile.
        unread: bool,
    },
    /// Gives the testee so long, from now on; then we fail the connection with
    /// 1001, or drop TCP if the closing handshake has begun.
    FailAfter(Duration),
    /// Gives the testee so long, from now on; then we close, without a code.
    CloseAfter(Duration),
    /// Ends our direction of TCP, by FIN. We still read, and write nothing more.
    HalfClose,
    /// Ends TCP by RST.
    Reset,
}

impl Step {
    /// What this step breaks on purpose.
    pub fn breaks(&self) -> &[String] {
        match self {
            Self::Send(frame)
            | Self::Begin { frame }
            | Self::Repeat { frame, .. }
            | Self::RoundTrips { frame, .. } => &frame.breaks,
            Self::Fragments { breaks, .. } | Self::Raw { breaks, .. } => breaks,
            _ => &[],
        }
    }
}

/// A frame that we send; any bit of it may be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The opcode, reserved ones included.
    pub opcode: Opcode,
    /// The FIN bit.
    pub fin: bool,
    /// The reserved bits: 4 is RSV1, 2 is RSV2, 1 is RSV3.
    pub rsv: u8,
    /// The payload, before masking.
    pub payload: Payload,
    /// The length that the header announces, if it is not the payload's.
    pub announced: Option<u64>,
    /// The form of the length, if it is not the shortest.
    pub length_form: Option<LengthForm>,
    /// Whether and how the frame is masked.
    pub masking: Masking,
    /// Written in pieces of so many octets, each a write of its own.
    pub chop: Option<u32>,
    /// Written in two pieces, the first of so many octets.
    pub cut: Option<u32>,
    /// Written by a write of its own.
    pub sync: bool,
    /// Compressed as it was agreed on when the connection was opened, and
    /// marked by RSV1. If it was not agreed on, we do not play the script.
    pub compressed: bool,
    /// What this frame breaks on purpose, by [`wscheck_wire::Violation::name`].
    pub breaks: Vec<String>,
}

/// Whether and how a frame of ours is masked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Masking {
    /// As §5.1 demands of our role, with a fresh key.
    #[default]
    ByRole,
    /// Not masked.
    Off,
    /// Masked with a fresh key.
    On,
    /// Masked with this key.
    Key([u8; 4]),
}

pub(crate) fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(value: &u32) -> bool {
    *value == 0
}
