//! Waits that are cut short, at a learned pace.
//!
//! A wait of the script has an end that the case gives. It may come sooner when
//! what it waits for is known:
//!
//! - A pause keeps two writes apart. It is over when the testee has shown that
//!   it read the first: what we wrote last was a ping, and its pong is there.
//!   Where nothing can show it, a silence does (see [`crate::pace`]).
//! - A wait for more, after which we close, is over when a silence has lasted
//!   and what was heard is the best that could be. What the testee still has to
//!   say it can say until it answers our Close.
//!
//! A wait for what is due is never cut short, so a verdict against the testee
//! has always had its whole time. Whatever the testee sends begins the silence
//! anew, and so does what we have not written yet.

use std::time::Duration;

use wscheck_wire::{Moment, Opcode};

use super::timers::Timer;
use super::{Session, State};
use crate::expectation::{AnswerGrade, Party};
use crate::log::RowKind;
use crate::matching;
use crate::octets::Octets;
use crate::pace::Wait;
use crate::payload::Payload;

/// What is known of how fast the testee reacts on this connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Haste {
    /// When we wrote last, if nothing came since.
    wrote_at: Option<Moment>,
    /// How long a silence must last that stands for the rest of the wait that was
    /// begun last; `None`: none does.
    silence: Option<Duration>,
    /// The payload of the ping that is the last thing we sent.
    last_ping: Option<Vec<u8>>,
}

impl Session {
    pub(super) fn note_write(&mut self, now: Moment) {
        self.haste.wrote_at = Some(now);
    }

    /// The testee has sent something.
    pub(super) fn note_reaction(&mut self, now: Moment) {
        if let Some(wrote_at) = self.haste.wrote_at.take() {
            let took = now.saturating_sub(wrote_at);
            let slowest = self.evidence.slowest_reaction.get_or_insert(took);
            *slowest = (*slowest).max(took);
        }
        if self.timers.is_set(Timer::Silence) {
            self.begin_silence(now);
        }
    }

    /// Of frames that we send, only a ping is remembered.
    pub(super) fn note_last_sent(&mut self, ping: Option<Vec<u8>>) {
        self.haste.last_ping = ping;
    }

    /// The script waits from now on, for so long by its own measure.
    pub(super) fn may_cut_short(&mut self, now: Moment, why: Wait, nominal: Duration) {
        self.haste.silence = self.settings.pace.silence(why, nominal);
        self.begin_silence(now);
    }

    fn begin_silence(&mut self, now: Moment) {
        self.timers.cancel(Timer::Silence);
        if let Some(silence) = self.haste.silence {
            self.timers.set(now + silence, Timer::Silence);
        }
    }

    /// The wait of the script that is going on.
    fn waiting(&self) -> Option<Timer> {
        let pause = self
            .timers
            .iter()
            .find(|timer| matches!(timer, Timer::Pause(_)));
        pause.or_else(|| {
            let closes = self.timers.is_set(Timer::CloseAfter);
            closes.then_some(Timer::CloseAfter)
        })
    }

    /// The silence has lasted.
    pub(super) fn on_silence(&mut self, now: Moment) {
        let Some(waiting) = self.waiting() else {
            return;
        };
        if !self.outbox.is_empty() {
            self.begin_silence(now);
        } else if waiting != Timer::CloseAfter || self.is_best_so_far() {
            self.cut_short(now, waiting, false);
        }
        // Else something is missing, or too much: it has its whole time.
    }

    /// The wait ends in the next turn, as it does when its time is up.
    fn cut_short(&mut self, now: Moment, waiting: Timer, by_pong: bool) {
        self.evidence.hurried = true;
        self.loud_row(now, RowKind::CutShort { by_pong });
        self.timers.cancel(Timer::Silence);
        self.timers.cancel(waiting);
        self.timers.set(now, waiting);
    }

    /// Whether closing now would earn the best grade.
    fn is_best_so_far(&self) -> bool {
        let expectation = self.expectation();
        let best = expectation.answers.first();
        self.state == State::Open
            && expectation.close.by == Party::Us
            && self.evidence.violations.is_empty()
            && best.is_none_or(|best| {
                best.grade == AnswerGrade::Ok && matching::fits(&best.heard, &self.evidence)
            })
    }

    /// A pong to what we sent last shows that all of it was read.
    pub(super) fn on_pong_while_pausing(&mut self, now: Moment, payload: &Octets) {
        let answers_last = self.haste.last_ping.as_ref() == Some(&payload.0);
        if let (true, true, Some(pause @ Timer::Pause(_))) = (
            self.settings.pace.is_learned(),
            answers_last,
            self.waiting(),
        ) {
            self.cut_short(now, pause, true);
        }
    }
}

/// What a frame carries, if it is a ping.
pub(super) fn ping_payload(opcode: Opcode, payload: &Payload) -> Option<Vec<u8>> {
    (opcode == Opcode::PING).then(|| payload.to_octets().into_owned())
}
