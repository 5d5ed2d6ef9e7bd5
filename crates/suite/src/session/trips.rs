//! A series of round trips: a message, its echo, the next message.

use std::time::Duration;

use wscheck_wire::{CloseCode, Moment, Opcode};

use super::closing::Initiative;
use super::{Session, State};
use crate::case::Frame;
use crate::evidence::{Heard, RoundTrips};
use crate::expectation::Item;
use crate::payload::Payload;

/// Where a series of round trips is.
#[derive(Debug)]
pub(super) struct Trips {
    /// The message that is on its way.
    frame: Frame,
    size: Option<u64>,
    sent_at: Moment,
    /// The next message, compressed. It is made while the testee is at work.
    ahead: Option<Payload>,
}

impl Session {
    pub(super) fn begin_round_trips(
        &mut self,
        now: Moment,
        frame: &Frame,
        size: Option<u64>,
        times: u32,
    ) {
        self.evidence.round_trips = Some(RoundTrips {
            sent: 0,
            done: 0,
            of: times,
            wrong: false,
            fastest: None,
            slowest: None,
        });
        self.trips = Some(Trips {
            frame: frame.clone(),
            size,
            sent_at: now,
            ahead: None,
        });
        self.send_trip(now);
    }

    /// What the testee should send next.
    pub(super) fn hoped_for_echo(&self) -> Option<Item> {
        let frame = &self.trips.as_ref()?.frame;
        Some(match frame.opcode {
            Opcode::BINARY => Item::Binary(frame.payload.clone()),
            _ => Item::Text(frame.payload.clone()),
        })
    }

    /// Sends the message of the series that is due.
    fn send_trip(&mut self, now: Moment) {
        let Some(mut trips) = self.trips.take() else {
            return;
        };
        trips.sent_at = now;
        if let Some(counted) = &mut self.evidence.round_trips {
            counted.sent += 1;
        }
        // A message is sent while the connection is open, a plain frame always,
        // as by the original.
        match (trips.frame.compressed, self.state) {
            (false, _) => self.send_message(now, &trips.frame, trips.size),
            (true, State::Open) => {
                let compressed = trips.ahead.take();
                let compressed = compressed.or_else(|| self.compress(&trips.frame.payload));
                if let Some(compressed) = compressed {
                    self.send_compressed(now, &trips.frame, compressed, trips.size);
                }
            }
            (true, _) => {}
        }
        self.trips = Some(trips);
    }

    /// Compresses the message that is to follow, while there is nothing to do.
    pub(super) fn compress_ahead(&mut self) {
        let more = self
            .evidence
            .round_trips
            .is_some_and(|trips| trips.sent < trips.of);
        if self.state != State::Open || !more {
            return;
        }
        let Some(mut trips) = self.trips.take() else {
            return;
        };
        if trips.frame.compressed && trips.ahead.is_none() {
            trips.ahead = self.compress(&trips.frame.payload.next());
        }
        self.trips = Some(trips);
    }

    /// An echo: the next message, or the end.
    pub(super) fn on_trip(&mut self, now: Moment, heard: Option<Heard>) {
        let Some(counted) = &mut self.evidence.round_trips else {
            return;
        };
        let right = heard.is_none();
        counted.wrong = !right;
        match heard {
            None => self.note_trip(now),
            Some(heard) => self.hear(heard),
        }
        let more = self
            .evidence
            .round_trips
            .is_some_and(|trips| trips.sent < trips.of);
        if right && more {
            if let Some(trips) = &mut self.trips {
                trips.frame.payload = trips.frame.payload.next();
            }
            self.send_trip(now);
            return;
        }
        if right {
            self.evidence.traffic = Some(self.traffic);
        }
        self.show_wire_log(now);
        self.send_close(now, Some(CloseCode::NORMAL), None, Initiative::Ours);
    }

    /// Notes how long a round trip took.
    fn note_trip(&mut self, now: Moment) {
        let sent_at = self.trips.as_ref().map_or(now, |trips| trips.sent_at);
        let took = now.saturating_sub(sent_at);
        if let Some(counted) = &mut self.evidence.round_trips {
            counted.done += 1;
            let fastest = counted
                .fastest
                .map_or(took, |so_far: Duration| so_far.min(took));
            let slowest = counted
                .slowest
                .map_or(took, |so_far: Duration| so_far.max(took));
            counted.fastest = Some(fastest);
            counted.slowest = Some(slowest);
        }
    }
}
