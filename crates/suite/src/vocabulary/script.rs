//! What we do on a connection.

use std::time::Duration;

use wscheck_wire::Opcode;

use super::{CaseBuilder, FrameBuilder};
use crate::case::{Demand, HeadPieces, Prelude, Script, Step, WireLog};
use crate::head_edit::HeadEdit;
use crate::payload::Payload;

impl CaseBuilder {
    /// No message may be heard on the connection that the script is at, which is
    /// not the last.
    #[must_use]
    pub fn silent(mut self) -> Self {
        self.script().prelude = Some(Prelude::Silent);
        self
    }

    /// The case applies to those who refuse by 1009 what they are sent on the
    /// connection that the script is at, which is not the last.
    #[must_use]
    pub fn too_big(mut self) -> Self {
        self.script().prelude = Some(Prelude::TooBig);
        self
    }

    /// Our head leaves in these pieces.
    #[must_use]
    pub fn head_pieces(mut self, pieces: HeadPieces) -> Self {
        self.script().opening.pieces = Some(pieces);
        self
    }

    /// What follows up to the first wait leaves in one write with our head.
    #[must_use]
    pub fn joined_to_the_head(mut self) -> Self {
        self.script().opening.joined = true;
        self
    }

    /// The value of `Sec-WebSocket-Extensions` that we send, as it stands.
    #[must_use]
    pub fn extensions(mut self, value: &str) -> Self {
        self.script().opening.extensions = Some(value.to_owned());
        self
    }

    /// We leave the testee's Close without an answer.
    #[must_use]
    pub fn no_close_answer(mut self) -> Self {
        self.script().no_close_answer = true;
        self
    }

    /// Changes our head of the opening handshake.
    #[must_use]
    pub fn opening(mut self, edit: HeadEdit) -> Self {
        self.script().opening.edits.push(edit);
        self
    }

    /// What we want of permessage-deflate, after what was said before.
    #[must_use]
    pub fn deflate(mut self, demand: Demand) -> Self {
        self.script().opening.deflate.push(demand);
        self
    }

    /// Nothing may limit how we compress: we refer back to former messages, and
    /// as far as DEFLATE can.
    #[must_use]
    pub fn unlimited(mut self) -> Self {
        self.script().opening.unlimited = true;
        self
    }

    /// How much the original's wire log shows.
    #[must_use]
    pub fn wire_log(mut self, wire_log: WireLog) -> Self {
        self.script().wire_log = wire_log;
        self
    }

    /// What follows happens on another connection.
    #[must_use]
    pub fn next_connection(mut self) -> Self {
        self.case.connections.push(Script::default());
        self
    }

    /// Adds any step.
    #[must_use]
    pub fn step(mut self, step: Step) -> Self {
        self.script().steps.push(step);
        self
    }

    /// Sends a frame.
    #[must_use]
    pub fn send(self, frame: FrameBuilder) -> Self {
        self.step(Step::Send(frame.into_frame()))
    }

    /// Sends a text message in fragments of `size` octets.
    #[must_use]
    pub fn text_fragments(self, payload: impl Into<Payload>, size: u64) -> Self {
        self.fragments(Opcode::TEXT, payload.into(), size)
    }

    /// Sends a binary message in fragments of `size` octets.
    #[must_use]
    pub fn binary_fragments(self, payload: impl Into<Payload>, size: u64) -> Self {
        self.fragments(Opcode::BINARY, payload.into(), size)
    }

    /// Sends a text message, compressed as it was agreed on, in fragments of
    /// `size` octets.
    #[must_use]
    pub fn compressed_fragments(self, payload: impl Into<Payload>, size: u64) -> Self {
        self.step(Step::Fragments {
            opcode: Opcode::TEXT,
            payload: payload.into(),
            size,
            compressed: true,
            breaks: Vec::new(),
        })
    }

    fn fragments(self, opcode: Opcode, payload: Payload, size: u64) -> Self {
        self.step(Step::Fragments {
            opcode,
            payload,
            size,
            compressed: false,
            breaks: Vec::new(),
        })
    }

    /// Says what the last step breaks, by [`wscheck_wire::Violation::name`].
    ///
    /// # Panics
    /// If the last step sends nothing that could break a rule.
    #[must_use]
    #[track_caller]
    pub fn breaking(mut self, violation: &str) -> Self {
        match self.script().steps.last_mut() {
            Some(Step::Fragments { breaks, .. } | Step::Raw { breaks, .. }) => {
                breaks.push(violation.to_owned())
            }
            Some(
                Step::Send(frame)
                | Step::Begin { frame }
                | Step::Repeat { frame, .. }
                | Step::RoundTrips { frame, .. },
            ) => frame.breaks.push(violation.to_owned()),
            _ => panic!("the last step sends nothing that could break '{violation}'"),
        }
        self
    }

    /// Sends the header of `frame`; its payload follows in parts.
    #[must_use]
    pub fn begin(self, frame: FrameBuilder) -> Self {
        self.step(Step::Begin {
            frame: frame.into_frame(),
        })
    }

    /// Sends more of the payload of the frame that was begun.
    #[must_use]
    pub fn part(self, octets: impl Into<Payload>) -> Self {
        self.step(Step::Part(octets.into()))
    }

    /// Sends `frame` so many times in a row.
    #[must_use]
    pub fn repeat(self, frame: FrameBuilder, times: u32) -> Self {
        self.step(Step::Repeat {
            frame: frame.into_frame(),
            times,
        })
    }

    /// Sends `frame`, and the next each time that its echo has come.
    #[must_use]
    pub fn round_trips(self, frame: FrameBuilder, times: u32) -> Self {
        self.step(Step::RoundTrips {
            frame: frame.into_frame(),
            times,
            size: None,
        })
    }

    /// As [`round_trips`](Self::round_trips), but in fragments of `size` octets.
    #[must_use]
    pub fn round_trips_in_fragments(self, frame: FrameBuilder, times: u32, size: u64) -> Self {
        self.step(Step::RoundTrips {
            frame: frame.into_frame(),
            times,
            size: Some(size),
        })
    }

    /// Pauses, and goes on whatever the testee does meanwhile.
    #[must_use]
    pub fn pause(self, seconds: u64) -> Self {
        self.step(Step::Pause {
            lasts: Duration::from_secs(seconds),
            mark: None,
            while_open: false,
            unread: false,
        })
    }

    /// Pauses; then hears `mark` and goes on, but only if the connection is
    /// still open.
    #[must_use]
    pub fn pause_while_open(self, seconds: u64, mark: &str) -> Self {
        let lasts = Duration::from_secs(seconds);
        self.step(Step::Pause {
            lasts,
            mark: Some(mark.to_owned()),
            while_open: true,
            unread: false,
        })
    }

    /// Pauses; then hears `mark` if the connection is still open.
    #[must_use]
    pub fn mark_after_millis(self, millis: u64, mark: &str) -> Self {
        self.step(Step::Pause {
            lasts: Duration::from_millis(millis),
            mark: Some(mark.to_owned()),
            while_open: false,
            unread: false,
        })
    }

    /// Pauses without reading, and goes on whatever the testee does meanwhile.
    #[must_use]
    pub fn pause_unread(self, seconds: u64) -> Self {
        self.step(Step::Pause {
            lasts: Duration::from_secs(seconds),
            mark: None,
            while_open: false,
            unread: true,
        })
    }

    /// Ends our direction of TCP.
    #[must_use]
    pub fn half_close(self) -> Self {
        self.step(Step::HalfClose)
    }

    /// Ends TCP by RST.
    #[must_use]
    pub fn reset(self) -> Self {
        self.step(Step::Reset)
    }

    /// Gives the testee so many seconds; then we fail the connection.
    #[must_use]
    pub fn fail_after(self, seconds: u64) -> Self {
        self.step(Step::FailAfter(Duration::from_secs(seconds)))
    }

    /// Gives the testee so many milliseconds; then we fail the connection.
    #[must_use]
    pub fn fail_after_millis(self, millis: u64) -> Self {
        self.step(Step::FailAfter(Duration::from_millis(millis)))
    }

    /// Gives the testee so many seconds; then we close.
    #[must_use]
    pub fn close_after(self, seconds: u64) -> Self {
        self.step(Step::CloseAfter(Duration::from_secs(seconds)))
    }
}
