//! Says something and ends the connection.

use std::collections::VecDeque;
use std::time::Duration;

use wscheck_wire::{Conversation, Eof, MAX_WRITE, Moment, Output};

/// How long the peer may take to end its side once all is said. What it still
/// sends is thrown away: an end with octets unread would be a reset, and a
/// reset takes from the peer what it has not read yet.
const LINGER: Duration = Duration::from_secs(2);

/// Last words.
#[derive(Debug)]
pub(super) struct Farewell {
    writes: VecDeque<Vec<u8>>,
    is_shut: bool,
    give_up_at: Moment,
    is_over: bool,
}

impl Farewell {
    /// Says `octets`, at `now` or later.
    pub(super) fn new(octets: &[u8], now: Moment) -> Self {
        Self {
            writes: octets.chunks(MAX_WRITE).map(<[u8]>::to_vec).collect(),
            is_shut: false,
            give_up_at: now + LINGER,
            is_over: false,
        }
    }
}

impl Conversation for Farewell {
    fn handle_input(&mut self, _now: Moment, _input: &mut [u8]) {}

    fn handle_eof(&mut self, _now: Moment, _how: Eof) {
        self.is_over = true;
    }

    fn handle_timeout(&mut self, now: Moment) {
        self.is_over |= now >= self.give_up_at;
    }

    fn poll_output(&mut self, now: Moment) -> Option<Output> {
        if let Some(octets) = self.writes.pop_front() {
            self.give_up_at = now + LINGER;
            return Some(Output::Write(octets));
        }
        if !std::mem::replace(&mut self.is_shut, true) {
            return Some(Output::ShutdownWrite);
        }
        self.is_over.then_some(Output::Drop)
    }

    fn poll_timeout(&self) -> Option<Moment> {
        Some(self.give_up_at)
    }

    fn is_over(&self) -> bool {
        self.is_over
    }
}
