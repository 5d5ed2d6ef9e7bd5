//! What is known of a connection: small, complete, and all that a verdict may
//! rest on.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use wscheck_wire::deflate::Agreement;
use wscheck_wire::handshake::Head;
use wscheck_wire::{Eof, Moment, Violation};

use crate::masking_keys::KeySummary;
use crate::octets::Octets;
use crate::relay::RelayEvidence;

/// The most octets of one message that evidence keeps.
pub const KEPT_OCTETS: usize = 4096;

/// The most different things that evidence keeps of what was heard.
pub const KEPT_HEARD: usize = 1024;

/// What is known of one connection.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Evidence {
    /// The opening handshake.
    pub opening: OpeningEvidence,
    /// Messages, pongs and marks, in order.
    pub heard: Vec<Heard>,
    /// How many more there were than [`KEPT_HEARD`].
    #[serde(default, skip_serializing_if = "is_zero")]
    pub heard_beyond: u64,
    /// A series of round trips, if the script has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round_trips: Option<RoundTrips>,
    /// How much the series of round trips came to, where it came to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic: Option<Traffic>,
    /// How long a message would have been of which we took no more: octets that
    /// had come or been inflated by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub too_large: Option<u64>,
    /// The masking keys of a client, where the case judges them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub masking_keys: Option<KeySummary>,
    /// How the testee broke the protocol, each kind once a frame.
    pub violations: Vec<ViolationAt>,
    /// How the connection came to its end.
    pub closing: Closing,
    /// How much went over the wire.
    pub counters: Counters,
    /// The longest that the testee took to send anything after we had written.
    #[serde(
        default,
        with = "moments::option",
        skip_serializing_if = "Option::is_none"
    )]
    pub slowest_reaction: Option<Duration>,
    /// What was seen at one end of a proxy, where one is tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay: Option<Box<RelayEvidence>>,
    /// Whether a wait of the script was cut short; see [`crate::pace::Pace::learned`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hurried: bool,
}

/// What is known of the opening handshake.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct OpeningEvidence {
    /// When it was complete; `None`: never.
    #[serde(with = "moments::option")]
    pub opened_at: Option<Moment>,
    /// Why it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// Why the case does not apply to the testee, if it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_applicable: Option<String>,
    /// The status code of the answer, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The request's head, as sent or received, up to its limit.
    pub request: Octets,
    /// The response's head.
    pub response: Octets,
    /// How the key of a client compares with those that it sent before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier_keys: Option<EarlierKeys>,
    /// How many octets of a client came behind its request before our answer had left.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub octets_before_the_answer: u64,
    /// permessage-deflate, if it was agreed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deflate: Option<Agreement>,
    /// The `Server` field of the response, or the `agent` of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
}

/// The longest key that is worth keeping to be compared: twice a good one.
const LONGEST_KEY: usize = 48;

impl OpeningEvidence {
    /// `Sec-WebSocket-Key` of the request, unless it is too long to be one.
    pub fn key(&self) -> Option<String> {
        let head = Head {
            octets: self.request.0.clone(),
        };
        let key = head.values("Sec-WebSocket-Key").next()?;
        (key.len() <= LONGEST_KEY).then(|| String::from_utf8_lossy(key).into_owned())
    }
}

/// How a key compares with those that the same client sent before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct EarlierKeys {
    /// How many are known.
    pub compared: u32,
    /// Whether it is one of them.
    pub seen: bool,
}

/// One thing that was heard, or several alike in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Heard {
    /// What it was.
    pub what: HeardKind,
    /// When it was complete.
    #[serde(with = "moments")]
    pub at: Moment,
    /// How often it came in a row; at least 1.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub times: u64,
}

/// What was heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeardKind {
    /// A text message.
    Text(Content),
    /// A binary message, or one of a reserved opcode.
    Binary(Content),
    /// A pong.
    Pong(Content),
    /// Our script found the connection open.
    Mark(String),
}

/// What a message or a pong carried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Content {
    /// Octets.
    pub length: u64,
    /// SHA-256 of all of them, hexadecimal, where they are not all kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The first of them, at most [`KEPT_OCTETS`].
    pub octets: Octets,
    /// How it compares with what was expected in its place.
    pub compared: Comparison,
}

/// How something that was heard compares with what was expected in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// Nothing was expected here, or something of another kind.
    Unexpected,
    /// The same octets.
    Same,
    /// Not the same octets.
    Differs {
        /// The first octet that differs, from 0; the shorter one's length if
        /// one begins with the other.
        offset: u64,
        /// What was expected from there on, at most 16 octets.
        expected: Octets,
        /// What came from there on, at most 16 octets.
        actual: Octets,
    },
}

/// How far a series of round trips came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RoundTrips {
    /// Frames sent.
    pub sent: u32,
    /// Echoes that were right.
    pub done: u32,
    /// How many there should be.
    pub of: u32,
    /// Whether an echo was wrong.
    pub wrong: bool,
    /// The shortest round trip.
    #[serde(with = "moments::option")]
    pub fastest: Option<Duration>,
    /// The longest.
    #[serde(with = "moments::option")]
    pub slowest: Option<Duration>,
}

/// A violation and where it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ViolationAt {
    /// What was broken.
    pub violation: Violation,
    /// The offset of the frame in the testee's stream, octets from the first
    /// after the opening handshake.
    pub offset: u64,
    /// When.
    #[serde(with = "moments")]
    pub at: Moment,
}

/// How the connection came to its end. The names are the original's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Closing {
    /// Our Close frame went out before we had one.
    pub closed_by_us: bool,
    /// We failed the connection, for a violation or for want of an answer.
    pub failed_by_us: bool,
    /// We ended TCP.
    pub dropped_by_us: bool,
    /// The closing handshake was complete, and TCP ended in time.
    pub clean: bool,
    /// Why it was not clean, where more is known than the other fields say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unclean_why: Option<String>,
    /// The opening handshake took too long.
    pub open_timed_out: bool,
    /// Our Close was not answered in time.
    pub close_timed_out: bool,
    /// The server did not end TCP in time after the closing handshake.
    pub drop_timed_out: bool,
    /// The code of our Close.
    pub local_code: Option<u16>,
    /// The reason of our Close.
    pub local_reason: Option<Octets>,
    /// The code of the testee's last Close, even a forbidden one.
    pub remote_code: Option<u16>,
    /// How many Closes the testee sent.
    #[serde(default, skip_serializing_if = "is_zero_u32")]
    pub closes_heard: u32,
    /// Its reason, if it was valid.
    pub remote_reason: Option<Octets>,
    /// When the testee's first Close was complete.
    #[serde(with = "moments::option")]
    pub close_heard_at: Option<Moment>,
    /// When our Close was queued.
    #[serde(with = "moments::option")]
    pub close_sent_at: Option<Moment>,
    /// How the testee ended its direction, if it did before we ended ours.
    pub peer_ended: Option<Eof>,
    /// When the connection was over.
    #[serde(with = "moments::option")]
    pub ended_at: Option<Moment>,
}

/// How much went over the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Counters {
    /// Reads by their size in octets.
    pub received_octets: Tally,
    /// Frames received by opcode.
    pub received_frames: Tally,
    /// Sends by their size in octets, as the script made them.
    pub sent_octets: Tally,
    /// Frames sent by opcode.
    pub sent_frames: Tally,
}

/// Octets in both directions, at three levels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Traffic {
    /// From the testee.
    pub incoming: Flow,
    /// To the testee.
    pub outgoing: Flow,
    /// Octets from the testee up to the end of the opening handshake.
    pub incoming_before_open: u64,
    /// Octets to the testee up to the end of the opening handshake.
    pub outgoing_before_open: u64,
}

/// How much went one way while the connection was open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Flow {
    /// All octets, the headers of frames and control frames included.
    pub wire_octets: u64,
    /// The payload of data frames, as it stands in them.
    pub frame_octets: u64,
    /// The content of messages.
    pub message_octets: u64,
    /// Data frames.
    pub frames: u64,
    /// Messages.
    pub messages: u64,
}

impl Flow {
    /// Payload as it stands in frames, over the content of messages: under 1
    /// where compression pays. `None` without content.
    pub fn compression_ratio(&self) -> Option<f64> {
        ratio(self.frame_octets, self.message_octets)
    }

    /// What is sent beside payload, over payload. `None` without payload.
    pub fn overhead(&self) -> Option<f64> {
        ratio(
            self.wire_octets.saturating_sub(self.frame_octets),
            self.frame_octets,
        )
    }
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// How often each number came; bounded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tally(BTreeMap<u64, u64>);

impl Tally {
    /// The most different numbers that are told apart.
    const DISTINCT: usize = 4096;

    /// Counts `number` once.
    pub fn count(&mut self, number: u64) {
        self.add(number, 1);
    }

    /// Counts `number` `times` times. Numbers beyond the limit are not told
    /// apart from the next lower one that is known.
    pub fn add(&mut self, number: u64, times: u64) {
        let known = if self.0.len() < Self::DISTINCT || self.0.contains_key(&number) {
            number
        } else {
            self.0
                .range(..=number)
                .next_back()
                .map_or(number, |(known, _)| *known)
        };
        *self.0.entry(known).or_default() += times;
    }

    /// Each number with its count, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.0.iter().map(|(number, count)| (*number, *count))
    }

    /// How often `number` came.
    pub fn get(&self, number: u64) -> u64 {
        self.0.get(&number).copied().unwrap_or_default()
    }
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}

fn is_zero_u32(value: &u32) -> bool {
    *value == 0
}

fn once() -> u64 {
    1
}

fn is_once(value: &u64) -> bool {
    *value == 1
}

/// Moments and durations as whole microseconds.
pub(crate) mod moments {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    fn micros(duration: &Duration) -> u64 {
        u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
    }

    pub(crate) fn serialize<S: Serializer>(
        value: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(micros(value))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_micros)
    }

    pub(crate) mod option {
        use super::{Deserialize, Deserializer, Duration, Serializer, micros};

        #[expect(clippy::ref_option, reason = "the signature that serde asks for")]
        pub(crate) fn serialize<S: Serializer>(
            value: &Option<Duration>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            match value {
                Some(value) => serializer.serialize_some(&micros(value)),
                None => serializer.serialize_none(),
            }
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<Duration>, D::Error> {
            Ok(Option::<u64>::deserialize(deserializer)?.map(Duration::from_micros))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_stays_bounded() {
        let mut tally = Tally::default();
        for number in 0..100_000 {
            tally.count(number);
        }
        assert_eq!(tally.iter().count(), Tally::DISTINCT);
        assert_eq!(tally.iter().map(|(_, count)| count).sum::<u64>(), 100_000);
        assert_eq!(tally.get(17), 1);
    }
}
