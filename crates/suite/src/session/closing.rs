//! The closing handshake (RFC 6455 §7) and the end of TCP.
//!
//! As a server we end TCP as soon as both Closes are out: it "SHOULD be closed
//! first by the server" (§7.1.1). The original does so by RST where it began to
//! close. By `rfc` we send FIN, and throw away what comes until the client does
//! so too: an RST may take our last words from a client that has not read them
//! yet, and browsers take one for an unclean end.

use std::time::Duration;

use wscheck_wire::close::encode_body;
use wscheck_wire::{CloseCode, Event, Moment, Opcode, Output, Role, Violation};

use super::timers::Timer;
use super::{LINGER, Session, State};
use crate::log::RowKind;
use crate::octets::Octets;
use crate::pace::Wait;
use crate::profile::Profile;

/// Whose wish a Close of ours is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Initiative {
    /// We begin the closing handshake.
    Ours,
    /// We answer the testee's Close.
    Theirs,
}

/// How we end TCP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Drop {
    /// FIN, once what is ready is written.
    InOrder,
    /// RST.
    Abort,
}

/// How long a client may take to end TCP once we have. No pace stretches it: by
/// then nothing is waited for any more.
const PARTING: Duration = Duration::from_secs(1);

/// The longest reason that fits a Close frame beside its code.
const MAX_REASON: usize = 123;

impl Session {
    /// Sends a Close, unless one is on its way already.
    pub(super) fn send_close(
        &mut self,
        now: Moment,
        code: Option<CloseCode>,
        reason: Option<&str>,
        initiative: Initiative,
    ) {
        if self.state != State::Open {
            return;
        }
        let reason = reason.map(cut_reason);
        let body = encode_body(
            code.map(|code| code.0),
            reason.unwrap_or_default().as_bytes(),
        );
        self.send_close_frame(now, body);
        let reason = reason.map(|reason| Octets(reason.as_bytes().to_vec()));
        self.note_close_sent(now, code.map(|code| code.0), reason, initiative);
    }

    /// Our Close is out: from now on we are closing.
    pub(super) fn note_close_sent(
        &mut self,
        now: Moment,
        code: Option<u16>,
        reason: Option<Octets>,
        initiative: Initiative,
    ) {
        self.state = State::Closing;
        let closing = &mut self.evidence.closing;
        closing.closed_by_us = initiative == Initiative::Ours;
        closing.local_code = code;
        closing.local_reason = reason;
        closing.close_sent_at = Some(now);
        if initiative == Initiative::Ours {
            self.give_up_after(now, self.settings.limits.close_answer, Timer::CloseAnswer);
        }
    }

    /// Handles the payload of a complete Close frame.
    pub(super) fn on_close_frame(&mut self, now: Moment, payload: &[u8]) {
        let body = wscheck_wire::CloseBody::parse(payload);
        let closing = &mut self.evidence.closing;
        closing.close_heard_at.get_or_insert(now);
        closing.closes_heard += 1;
        closing.remote_code = body.code.map(|code| code.0);
        let mut found = Vec::new();
        self.rules.close_body(payload, &mut found);
        let autobahn = self.settings.profile == Profile::Autobahn;
        for violation in found {
            if autobahn && violation == Violation::CloseReasonNotUtf8 && is_cut_off(body.reason) {
                // The original finds nothing wrong yet, and then cannot decode it.
                self.note_violation(now, violation);
            } else {
                self.violate(now, violation);
            }
        }
        if autobahn && !original_decodes(body.reason) {
            // The original loses TCP here, before its own Close is written.
            self.end(now, Output::Drop);
            return;
        }
        let reason = (!body.reason.is_empty()).then(|| Octets(body.reason.to_vec()));
        self.evidence.closing.remote_reason = reason;
        match self.state {
            State::Closing => self.on_close_answered(now),
            State::Open => self.on_closed_by_peer(now),
            State::Closed | State::Connecting => self.evidence.closing.clean = false,
        }
    }

    fn on_close_answered(&mut self, now: Moment) {
        self.timers.cancel(Timer::CloseAnswer);
        self.evidence.closing.clean = true;
        match self.role {
            Role::Client => {
                self.give_up_after(now, self.settings.limits.server_drop, Timer::ServerDrop)
            }
            Role::Server => self.part(now, Drop::Abort),
        }
    }

    /// Whether no Close of ours can leave, or the case wants none to.
    pub(super) fn may_not_close(&self) -> bool {
        let heard = self.evidence.closing.close_heard_at.is_some();
        self.write_ended || (heard && self.script().no_close_answer)
    }

    fn on_closed_by_peer(&mut self, now: Moment) {
        if self.script().no_close_answer {
            self.start(Wait::GiveUp, now, LINGER, Timer::Linger);
            return;
        }
        self.evidence.closing.clean = true;
        self.send_close(now, Some(CloseCode::NORMAL), None, Initiative::Theirs);
        match self.role {
            Role::Client => self.start(Wait::GiveUp, now, LINGER, Timer::Linger),
            Role::Server => self.part(now, Drop::InOrder),
        }
    }

    /// Ends TCP after the closing handshake; `original` is how the original does.
    fn part(&mut self, now: Moment, original: Drop) {
        if self.settings.profile == Profile::Autobahn || self.state == State::Closed {
            self.drop_transport(now, original);
            return;
        }
        self.drop_transport(now, Drop::InOrder);
        self.over = false;
        self.ending = Some(Output::ShutdownWrite);
        self.timers.set(now + PARTING, Timer::Parting);
    }

    /// Whether we ended TCP and wait for the client to do so too.
    pub(super) fn is_parting(&self) -> bool {
        self.timers.is_set(Timer::Parting)
    }

    /// What comes when we have ended TCP.
    pub(super) fn hear_out(&mut self, now: Moment, event: &Event<'_>) {
        let Event::Header(header) = event else { return };
        if header.opcode == Opcode::CLOSE {
            self.evidence.closing.closes_heard += 1;
        } else if !header.opcode.is_control() && self.evidence.closing.closes_heard > 0 {
            self.note_violation(now, Violation::FrameAfterClose);
        }
    }

    /// Nobody is left to be waited for.
    pub(super) fn on_parted(&mut self) {
        self.over = true;
        self.timers.clear();
        self.ending = Some(Output::Drop);
    }

    pub(super) fn on_close_answer_timeout(&mut self, now: Moment) {
        self.evidence.closing.close_timed_out = true;
        self.unclean(now, "the testee did not answer our Close in time");
    }

    pub(super) fn on_server_drop_timeout(&mut self, now: Moment) {
        self.evidence.closing.drop_timed_out = true;
        self.unclean(
            now,
            "the server did not end TCP in time after the closing handshake",
        );
    }

    fn unclean(&mut self, now: Moment, why: &str) {
        self.evidence.closing.clean = false;
        self.evidence.closing.unclean_why = Some(why.to_owned());
        self.drop_transport(now, Drop::Abort);
    }

    /// The testee closed and was answered but keeps TCP open. A timer that
    /// fails the connection has its own say; without one we stop waiting, as if
    /// the testee had ended TCP now.
    pub(super) fn on_linger_timeout(&mut self, now: Moment) {
        if self.timers.is_set(Timer::FailAfter) {
            return;
        }
        if self.state == State::Open {
            self.fail(now, CloseCode::GOING_AWAY, "nothing more to wait for");
            return;
        }
        self.loud_row(now, RowKind::WeEnded { reset: false });
        self.end(now, Output::Drop);
    }

    /// The connection is over: nothing more is read, timed or written but what
    /// is ready.
    pub(super) fn end(&mut self, now: Moment, how: Output) {
        if self.state == State::Connecting && self.evidence.opening.fault.is_none() {
            self.evidence.opening.fault = Some(self.abandoned_opening());
        }
        let closing = &mut self.evidence.closing;
        if !closing.clean && !closing.dropped_by_us && closing.unclean_why.is_none() {
            closing.unclean_why =
                Some("the testee ended TCP without a closing handshake".to_owned());
        }
        closing.ended_at = Some(now);
        self.state = State::Closed;
        self.over = true;
        self.timers.clear();
        if !closing.dropped_by_us {
            self.outbox.clear();
        }
        self.ending = Some(how);
    }

    /// Ends TCP from our side.
    pub(super) fn drop_transport(&mut self, now: Moment, how: Drop) {
        if self.state == State::Closed {
            return;
        }
        self.evidence.closing.dropped_by_us = true;
        self.outbox.drop_queue();
        self.loud_row(
            now,
            RowKind::WeEnded {
                reset: how == Drop::Abort,
            },
        );
        match how {
            Drop::InOrder => self.end(now, Output::Drop),
            Drop::Abort => {
                self.outbox.clear();
                self.end(now, Output::Reset);
            }
        }
    }
}

fn cut_reason(reason: &str) -> &str {
    let mut end = reason.len().min(MAX_REASON);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    &reason[..end]
}

/// Whether `reason` is UTF-8 but for an end inside a character.
fn is_cut_off(reason: &[u8]) -> bool {
    std::str::from_utf8(reason).is_err_and(|error| error.error_len().is_none())
}

/// Whether Python 2 decodes `reason`: UTF-8, but with surrogates allowed.
fn original_decodes(reason: &[u8]) -> bool {
    let mut rest = reason;
    loop {
        match std::str::from_utf8(rest) {
            Ok(_) => return true,
            Err(error) => match &rest[error.valid_up_to()..] {
                [0xed, 0xa0..=0xbf, 0x80..=0xbf, after @ ..] => rest = after,
                _ => return false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reason_is_cut_at_a_character() {
        assert_eq!(cut_reason("short"), "short");
        let long = "ä".repeat(100);
        assert_eq!(cut_reason(&long).len(), 122);
    }

    #[test]
    fn the_original_decodes_surrogates_but_nothing_else_that_is_bad() {
        for (reason, decodes) in [
            (&b"plain"[..], true),
            (b"a\xed\xa0\x80b", true),
            (b"\xff", false),
            (b"\xc0\x80", false),
            (b"\xf4\x90\x80\x80", false),
            (b"a\xed\xa0", false),
        ] {
            assert_eq!(original_decodes(reason), decodes, "{reason:x?}");
        }
    }
}
