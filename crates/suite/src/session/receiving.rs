//! What the testee sends once the connection is open.
//!
//! The original checks a frame when it has read two octets of it, and again
//! with each read until the header is complete, and it fails the connection at
//! each fault that it finds: once by a Close, the second time by ending TCP. The
//! frame at fault is nevertheless handled to its end. So a testee's fault can
//! cost it the clean end of the connection, and we must count as it does.

use wscheck_wire::{CloseCode, Event, Header, Moment, Opcode};

use super::closing::Initiative;
use super::deflate::{LARGEST_MESSAGE, Part};
use super::hearing::Incoming;
use super::script::frame_row;
use super::{Session, State};
use crate::case::WireLog;
use crate::evidence::{Content, Heard, HeardKind, KEPT_HEARD, KEPT_OCTETS};
use crate::expectation::{Answer, AnswerGrade, Item, Party, Pattern};
use crate::log::{ROW_OCTETS, RowKind};
use crate::matching;
use crate::octets::Octets;
use crate::payload::Payload;

/// The most octets of a Close frame that are kept; a lawful one has 125.
const KEPT_CLOSE: usize = 128 * 1024;

/// How many octets all that was heard on a connection may keep together.
const KEPT_IN_ALL: usize = 64 * 1024;

/// The frame and the message that are being received.
#[derive(Debug, Default)]
pub(super) struct Receiving {
    frame: Option<ReceivingFrame>,
    message: Option<Message>,
    kept: usize,
}

#[derive(Debug)]
struct ReceivingFrame {
    header: Header,
    /// The first octets, for the log, or all of a Close.
    first: Vec<u8>,
    /// Octets taken in so far.
    length: u64,
    /// The payload of a pong.
    pong: Option<Incoming>,
}

#[derive(Debug)]
struct Message {
    binary: bool,
    compressed: bool,
    incoming: Incoming,
}

impl Message {
    fn finish(self, now: Moment) -> Heard {
        let content = self.incoming.finish();
        Heard {
            what: match self.binary {
                true => HeardKind::Binary(content),
                false => HeardKind::Text(content),
            },
            at: now,
            times: 1,
        }
    }
}

impl Session {
    pub(super) fn note_octets_received(&mut self, now: Moment, input: &[u8]) {
        let length = input.len() as u64;
        self.evidence.counters.received_octets.count(length);
        self.count_read(length);
        let octets = Octets(input[..input.len().min(ROW_OCTETS)].to_vec());
        self.row(now, RowKind::OctetsReceived { length, octets });
    }

    pub(super) fn read_frames(&mut self, now: Moment, mut input: &mut [u8]) {
        let mut decoder = std::mem::take(&mut self.decoder);
        let mut found = Vec::new();
        let mut after_payload = false;
        while let Some(event) = decoder.decode(&mut input) {
            // A frame whose payload came with the fault is still ended.
            let ends_frame = after_payload && event == Event::FrameEnd;
            if self.state == State::Closed && !ends_frame {
                if !self.is_parting() {
                    break;
                }
                self.frame_offset = decoder.frame_offset();
                self.hear_out(now, &event);
                continue;
            }
            after_payload = matches!(event, Event::Payload(_));
            self.frame_offset = decoder.frame_offset();
            self.on_event(now, event, &mut found);
        }
        self.decoder = decoder;
    }

    fn on_event(
        &mut self,
        now: Moment,
        event: Event<'_>,
        found: &mut Vec<wscheck_wire::Violation>,
    ) {
        match event {
            Event::HeaderStart(start) => {
                self.rules.header_start(&start, found);
                self.violate_all(now, found);
            }
            Event::Header(header) => {
                self.rules.header(&header, found);
                self.violate_all(now, found);
                self.on_header(header);
            }
            Event::Payload(octets) => {
                self.rules.payload(octets, found);
                self.violate_all(now, found);
                self.on_payload(now, octets);
            }
            Event::FrameEnd => self.on_frame_end(now, found),
        }
    }

    pub(super) fn violate_all(&mut self, now: Moment, found: &mut Vec<wscheck_wire::Violation>) {
        for violation in found.drain(..) {
            self.violate(now, violation);
        }
    }

    fn on_header(&mut self, header: Header) {
        if let (true, Some(key)) = (self.expectation().fresh_keys, header.mask) {
            let summary = self.evidence.masking_keys.get_or_insert_default();
            self.keys_heard.note(key, summary);
        }
        if !header.opcode.is_control() && self.receiving.message.is_none() {
            let binary = header.opcode == Opcode::BINARY;
            let incoming = self.incoming(|item| match item {
                Item::Text(payload) if !binary => Some(payload),
                Item::Binary(payload) if binary => Some(payload),
                _ => None,
            });
            let compressed = self.rules.message_compressed();
            self.receiving.message = Some(Message {
                binary,
                compressed,
                incoming,
            });
            if let (true, Some(compression)) = (compressed, &mut self.compression) {
                compression.begin_message();
            }
        }
        let pong = (header.opcode == Opcode::PONG).then(|| {
            self.incoming(|item| match item {
                Item::Pong(payload) => Some(payload),
                _ => None,
            })
        });
        self.receiving.frame = Some(ReceivingFrame {
            header,
            first: Vec::new(),
            length: 0,
            pong,
        });
    }

    /// Begins to hear something, compared with what is hoped for in its place
    /// if that is of the same kind.
    fn incoming(&self, payload_of: impl Fn(&Item) -> Option<&Payload>) -> Incoming {
        let keep = KEPT_IN_ALL
            .saturating_sub(self.receiving.kept)
            .clamp(64, KEPT_OCTETS);
        let hoped = self.hoped_for();
        Incoming::new(hoped.as_ref().and_then(payload_of).cloned(), keep)
    }

    /// What the best answer has next, of those that have anything.
    fn hoped_for(&self) -> Option<Item> {
        let mut answers = self.expectation().answers.iter();
        let best = answers.next()?;
        let is_silent =
            |heard: &Pattern| matches!(heard, Pattern::Exactly(items) if items.is_empty());
        let hoped = match is_silent(&best.heard) {
            true => answers.next().unwrap_or(best),
            false => best,
        };
        match &hoped.heard {
            Pattern::Contains(item) | Pattern::Until(item) => Some(item.clone()),
            Pattern::RoundTrips => self.hoped_for_echo(),
            pattern => {
                let heard = self
                    .evidence
                    .heard
                    .iter()
                    .map(|heard| heard.times)
                    .sum::<u64>();
                pattern.items().get(usize::try_from(heard).ok()?).cloned()
            }
        }
    }

    fn on_payload(&mut self, now: Moment, octets: &[u8]) {
        let Some(frame) = &mut self.receiving.frame else {
            return;
        };
        let control = frame.header.opcode.is_control();
        if !control && self.evidence.closing.failed_by_us {
            // Discarded (RFC 6455 §7.1.7), and not even logged by the original.
            return;
        }
        frame.length += octets.len() as u64;
        let keep = if frame.header.opcode == Opcode::CLOSE {
            KEPT_CLOSE
        } else {
            ROW_OCTETS
        };
        let room = keep.saturating_sub(frame.first.len());
        frame
            .first
            .extend_from_slice(&octets[..room.min(octets.len())]);
        if let Some(pong) = &mut frame.pong {
            pong.push(octets);
        }
        if control {
            return;
        }
        self.count_payload_heard(octets.len() as u64);
        if self.rules.message_compressed() {
            self.inflate(now, Part::Octets(octets));
        } else if !self.on_content(octets) {
            self.on_too_large(now);
        }
    }

    /// Takes in a part of what a message says, inflated if it was compressed.
    /// Gives `false` when it is more than we take.
    pub(super) fn on_content(&mut self, octets: &[u8]) -> bool {
        self.count_content_heard(octets.len() as u64);
        let Some(message) = &mut self.receiving.message else {
            return true;
        };
        message.incoming.push(octets);
        message.incoming.len() <= LARGEST_MESSAGE
    }

    /// Nobody asked for a message of this length (RFC 6455 §7.4.1).
    pub(super) fn on_too_large(&mut self, now: Moment) {
        let octets = self.receiving.message.as_ref().map(|m| m.incoming.len());
        self.evidence.too_large = octets;
        let reason = format!("message over {LARGEST_MESSAGE} octets");
        self.fail(now, CloseCode::MESSAGE_TOO_BIG, &reason);
    }

    fn on_frame_end(&mut self, now: Moment, found: &mut Vec<wscheck_wire::Violation>) {
        let Some(frame) = self.receiving.frame.take() else {
            return;
        };
        let opcode = frame.header.opcode;
        self.evidence
            .counters
            .received_frames
            .count(u64::from(opcode.bits()));
        let shown = frame.first[..frame.first.len().min(ROW_OCTETS)].to_vec();
        let row = RowKind::FrameReceived {
            frame: frame_row(&frame.header, frame.length, shown),
        };
        self.row(now, row);
        let ends_message = !opcode.is_control() && frame.header.fin;
        if ends_message && self.rules.message_compressed() && !self.evidence.closing.failed_by_us {
            self.inflate(now, Part::End);
            if self.state == State::Closed {
                return;
            }
        }
        self.rules.frame_end(found);
        self.violate_all(now, found);
        if !opcode.is_control() {
            self.count_frame_heard(ends_message);
        }
        match opcode {
            Opcode::CLOSE => self.on_close_frame(now, &frame.first),
            Opcode::PING => self.on_ping(now, frame.first),
            Opcode::PONG => {
                if let Some(pong) = frame.pong {
                    self.on_pong(now, pong.finish());
                }
            }
            _ if opcode.is_control() => {}
            _ if frame.header.fin => self.on_message_end(now),
            _ => {}
        }
    }

    fn on_ping(&mut self, now: Moment, payload: Vec<u8>) {
        if self.state == State::Open {
            self.pongs_waiting += 1;
            self.send_control(now, Opcode::PONG, payload);
        }
    }

    fn on_pong(&mut self, now: Moment, content: Content) {
        let payload = content.octets.clone();
        self.hear(Heard {
            what: HeardKind::Pong(content),
            at: now,
            times: 1,
        });
        self.close_when_done(now);
        self.on_pong_while_pausing(now, &payload);
    }

    fn on_message_end(&mut self, now: Moment) {
        let Some(message) = self.receiving.message.take() else {
            return;
        };
        if self.evidence.closing.failed_by_us {
            return;
        }
        let best = self.expectation().answers.first();
        match best.map(|answer| &answer.heard) {
            Some(Pattern::RoundTrips) => {
                let wrong = !message.incoming.is_right();
                if wrong && message.compressed {
                    self.note_what_inflated_wrongly(now);
                }
                self.on_trip(now, wrong.then(|| message.finish(now)));
            }
            Some(Pattern::Contains(_)) => {
                self.hear(message.finish(now));
                self.show_wire_log(now);
                self.send_close(now, Some(CloseCode::NORMAL), None, Initiative::Ours);
            }
            _ => {
                self.hear(message.finish(now));
                self.close_when_done(now);
            }
        }
    }

    pub(super) fn show_wire_log(&mut self, now: Moment) {
        if self.quiet && self.script().wire_log == WireLog::Announced {
            self.loud_row(now, RowKind::WireLog { on: true });
        }
        self.quiet = false;
    }

    /// Notes what was heard; the same again in a row is folded.
    pub(super) fn hear(&mut self, heard: Heard) {
        if let Some(last) = self.evidence.heard.last_mut()
            && same(&last.what, &heard.what)
        {
            last.times += 1;
            return;
        }
        if self.evidence.heard.len() >= KEPT_HEARD {
            self.evidence.heard_beyond += 1;
            return;
        }
        if let HeardKind::Text(content) | HeardKind::Binary(content) | HeardKind::Pong(content) =
            &heard.what
        {
            self.receiving.kept += content.octets.0.len();
        }
        self.evidence.heard.push(heard);
    }

    /// Closes when what was heard equals every acceptable answer and it is our
    /// part to close. Where nothing that is heard counts, a pong is enough.
    fn close_when_done(&mut self, now: Moment) {
        let expectation = self.expectation();
        let (unimplemented, wanted): (Vec<&Answer>, Vec<&Answer>) = expectation
            .answers
            .iter()
            .partition(|answer| answer.grade == AnswerGrade::Unimplemented);
        let mut unimplemented = unimplemented.iter();
        if unimplemented.any(|answer| matching::is_complete(&answer.heard, &self.evidence)) {
            self.send_close(now, Some(CloseCode::NORMAL), None, Initiative::Ours);
            return;
        }
        if expectation.no_automatic_close {
            return;
        }
        let is_complete = |pattern: &Pattern| matching::is_complete(pattern, &self.evidence);
        let mut answers = wanted.iter().map(|answer| &answer.heard);
        let done = match expectation.close.by {
            Party::Us => answers.all(|pattern| match pattern {
                Pattern::Contains(_) | Pattern::RoundTrips => true,
                pattern => is_complete(pattern),
            }),
            Party::Either => {
                answers.any(|pattern| !pattern.items().is_empty() && is_complete(pattern))
            }
            Party::Peer => false,
        };
        if done {
            let code = expectation
                .close
                .codes
                .first()
                .map_or(CloseCode::NORMAL, |codes| CloseCode(codes.first()));
            self.send_close(now, Some(code), None, Initiative::Ours);
        }
    }
}

/// Whether two things that were heard are the same, octet for octet.
fn same(one: &HeardKind, other: &HeardKind) -> bool {
    let content = |one: &Content, other: &Content| {
        one.length == other.length && one.octets == other.octets && one.sha256 == other.sha256
    };
    match (one, other) {
        (HeardKind::Text(one), HeardKind::Text(other))
        | (HeardKind::Binary(one), HeardKind::Binary(other))
        | (HeardKind::Pong(one), HeardKind::Pong(other)) => content(one, other),
        (HeardKind::Mark(one), HeardKind::Mark(other)) => one == other,
        _ => false,
    }
}
