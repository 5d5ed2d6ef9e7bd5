//! How much went over the wire. Only what passes while the connection is open
//! counts, as in the original.

use super::{Session, State};

impl Session {
    pub(super) fn count_read(&mut self, octets: u64) {
        match self.state {
            State::Connecting => self.traffic.incoming_before_open += octets,
            State::Open => self.traffic.incoming.wire_octets += octets,
            State::Closing | State::Closed => {}
        }
    }

    pub(super) fn count_sent(&mut self, octets: u64) {
        match self.state {
            State::Connecting => self.traffic.outgoing_before_open += octets,
            State::Open => self.traffic.outgoing.wire_octets += octets,
            State::Closing | State::Closed => {}
        }
    }

    /// Counts a part of the payload of a data frame.
    pub(super) fn count_payload_heard(&mut self, octets: u64) {
        if self.state == State::Open {
            self.traffic.incoming.frame_octets += octets;
        }
    }

    /// Counts a part of the content of a message.
    pub(super) fn count_content_heard(&mut self, octets: u64) {
        if self.state == State::Open {
            self.traffic.incoming.message_octets += octets;
        }
    }

    /// Counts the end of a data frame, which may end its message.
    pub(super) fn count_frame_heard(&mut self, ends_message: bool) {
        if self.state == State::Open {
            self.traffic.incoming.frames += 1;
            self.traffic.incoming.messages += u64::from(ends_message);
        }
    }

    /// Counts a message that is sent in so many frames.
    pub(super) fn count_message_sent(&mut self, content: u64, payload: u64, frames: u64) {
        let outgoing = &mut self.traffic.outgoing;
        outgoing.message_octets += content;
        outgoing.frame_octets += payload;
        outgoing.frames += frames;
        outgoing.messages += 1;
    }
}
