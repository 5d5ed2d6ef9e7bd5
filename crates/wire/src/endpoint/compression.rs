//! permessage-deflate on an open connection.

use std::fmt;

use super::conduct::Conduct;
use crate::deflate::{Agreement, Deflater, Inflater, MessageFacts};
use crate::frame::{Opcode, RSV1};
use crate::role::Role;
use crate::violation::Violation;

/// Both directions. Of a message that came, octets are kept compressed until
/// each piece of what they inflate to is asked for.
pub(super) struct Compression {
    deflater: Deflater,
    inflater: Inflater,
    /// What was read, the first `taken` octets inflated already.
    waiting: Vec<u8>,
    taken: usize,
    stage: Stage,
    /// Whether there may be more to inflate.
    busy: bool,
}

/// How far the message that comes is.
#[derive(Debug, PartialEq, Eq)]
enum Stage {
    /// More of it may be read.
    Open,
    /// It ends with what waits.
    Read,
    /// It was inflated to its end.
    Inflated,
}

/// What comes next of a compressed message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Inflated {
    /// The next octets: at least one, at most 64 Ki.
    Piece(Vec<u8>),
    /// The message is complete, and was made of this.
    End(Option<MessageFacts>),
    /// Nothing, until more is read.
    Nothing,
}

impl fmt::Debug for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compression")
            .field("deflater", &self.deflater)
            .field("inflater", &self.inflater)
            .field("waiting", &(self.waiting.len() - self.taken))
            .finish_non_exhaustive()
    }
}

impl Compression {
    /// Before the first message of either direction; we are `role`, and
    /// compress at `level`.
    pub(super) fn new(role: Role, agreement: Agreement, level: u32, conduct: &Conduct) -> Self {
        Self {
            deflater: Deflater::new((conduct.deflates)(agreement.of(role)), level),
            inflater: (conduct.inflates)(agreement.of(role.other())),
            waiting: Vec::new(),
            taken: 0,
            stage: Stage::Open,
            busy: false,
        }
    }

    /// The payload of a data frame as it is sent, and its reserved bits.
    pub(super) fn deflate(&mut self, fin: bool, opcode: Opcode, payload: &[u8]) -> (u8, Vec<u8>) {
        let mut deflated = Vec::new();
        self.deflater.push(payload, &mut deflated);
        if fin {
            self.deflater.finish(&mut deflated);
        } else {
            self.deflater.flush(&mut deflated);
        }
        // RFC 7692 §6.1: not of "non-first fragments of a data message"
        let first = opcode != Opcode::CONTINUATION;
        (if first { RSV1 } else { 0 }, deflated)
    }

    /// Takes octets of the message that is read.
    pub(super) fn read(&mut self, octets: &[u8]) {
        self.waiting.extend_from_slice(octets);
        self.busy = true;
    }

    /// Learns that the message is read to its end.
    pub(super) fn read_end(&mut self) {
        self.stage = Stage::Read;
        self.busy = true;
    }

    /// Whether there may be more to inflate.
    pub(super) const fn is_busy(&self) -> bool {
        self.busy
    }

    /// Inflates the next piece of what was read.
    pub(super) fn inflate(&mut self) -> Result<Inflated, Violation> {
        let mut rest = &self.waiting[self.taken..];
        let piece = self.inflater.pull(&mut rest)?;
        self.taken = self.waiting.len() - rest.len();
        if !piece.is_empty() {
            return Ok(Inflated::Piece(piece.to_vec()));
        }
        self.waiting.clear();
        self.taken = 0;
        if self.stage == Stage::Read {
            let mut last = Vec::new();
            self.inflater.finish(|piece| {
                last.extend_from_slice(piece);
                true
            })?;
            self.stage = Stage::Inflated;
            if !last.is_empty() {
                return Ok(Inflated::Piece(last));
            }
        }
        self.busy = false;
        match std::mem::replace(&mut self.stage, Stage::Open) {
            Stage::Inflated => Ok(Inflated::End(self.inflater.facts().copied())),
            _ => Ok(Inflated::Nothing),
        }
    }
}
