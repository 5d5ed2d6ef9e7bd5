//! What one end of a proxy has seen: small, and all that is judged by.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::messages::MessagesSeen;
use crate::octets::{Octets, to_hex};

/// The most octets that are kept of a stream, a head or a body.
const KEPT: usize = 4096;

/// The most heads that are kept of one end.
pub(super) const KEPT_HEADS: usize = 8;

/// What was seen at one end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct RelayEvidence {
    /// The requests that we sent, or that arrived, as they were on the wire.
    pub requests: Vec<Octets>,
    /// The answers that arrived at the client, interim ones left out.
    pub answers: Vec<AnswerSeen>,
    /// The head of the answer that the upstream gave.
    pub answered: Octets,
    /// Whether this end speaks through a tunnel now.
    pub tunnel: bool,
    /// What we sent through the tunnel; after a failed upgrade, what we sent
    /// that is no request.
    pub sent: StreamEvidence,
    /// What came through the tunnel; after a failed upgrade, what came that is
    /// no HTTP.
    pub received: StreamEvidence,
    /// What we waited for in vain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waited_for: Option<String>,
}

/// An answer that arrived at the client.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct AnswerSeen {
    /// Its status code; 0 if it has none.
    pub status: u16,
    /// Its head.
    pub head: Octets,
    /// Its body, as it was before it was framed.
    pub body: StreamEvidence,
    /// Whether the body came to its end.
    pub whole: bool,
}

/// A stream of octets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct StreamEvidence {
    /// How many.
    pub length: u64,
    /// SHA-256 of all of them, hexadecimal, once the end is over.
    pub sha256: String,
    /// The first of them.
    pub octets: Octets,
    /// What they say as messages, however these stand in frames, as a digest;
    /// absent where they are no whole frames.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages: Option<String>,
}

/// A stream while it grows.
#[derive(Debug, Clone, Default)]
pub(super) struct StreamSeen {
    hash: Sha256,
    length: u64,
    first: Vec<u8>,
    messages: MessagesSeen,
}

impl StreamSeen {
    pub(super) fn push(&mut self, octets: &[u8]) {
        self.hash.update(octets);
        self.messages.push(octets);
        self.length += octets.len() as u64;
        let room = KEPT.saturating_sub(self.first.len());
        self.first
            .extend_from_slice(&octets[..room.min(octets.len())]);
    }

    pub(super) fn len(&self) -> u64 {
        self.length
    }

    pub(super) fn evidence(&self) -> StreamEvidence {
        StreamEvidence {
            length: self.length,
            sha256: to_hex(&self.hash.clone().finalize()),
            octets: Octets(self.first.clone()),
            messages: self.messages.digest().map(|digest| to_hex(&digest)),
        }
    }
}

/// As much of a head as evidence keeps: all of it, but for hostile ones.
pub(super) fn kept_head(octets: &[u8]) -> Octets {
    octets[..octets.len().min(4 * KEPT)].into()
}
