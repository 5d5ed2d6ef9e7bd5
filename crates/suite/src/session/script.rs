//! What the script makes us send.

use std::ops::Range;
use std::time::Duration;

use wscheck_wire::frame::RSV1;
use wscheck_wire::mask::{self, MaskingKeys};
use wscheck_wire::{CloseCode, Header, LengthForm, Moment, Opcode, Output, Role};

use super::closing::{self, Initiative};
use super::haste::ping_payload;
use super::outbox::{
    FragmentStream, FragmentedMessage, FrameStream, Manner, RepeatStream, Sent, Stream,
};
use super::timers::Timer;
use super::{LINGER, Session, State};
use crate::case::{Frame, Masking, Step, WireLog};
use crate::evidence::{Heard, HeardKind};
use crate::fragment;
use crate::log::{FrameRow, ROW_OCTETS, RowKind};
use crate::octets::Octets;
use crate::pace::Wait;
use crate::payload::Payload;

/// How long one piece of a chopped frame is kept apart from the next, so that a
/// testee can read it by itself: about what a turn of the original's event loop
/// takes beside a busy server. One that echoes from a queue of its own can tell
/// the difference.
const PIECES_APART: Duration = Duration::from_micros(50);

/// The most time that one frame loses by that.
const FRAME_IN_PIECES: Duration = Duration::from_millis(50);

/// A message of more fragments than this is told by one row of the log.
const TOLD_FRAGMENTS: u64 = 256;

/// A frame whose header is out and whose payload follows in parts.
#[derive(Debug, Clone, Copy)]
pub(super) struct BegunFrame {
    mask: Option<[u8; 4]>,
    sent: usize,
}

impl Session {
    pub(super) fn begin_script(&mut self, now: Moment) {
        match self.script().wire_log {
            WireLog::Full => {}
            WireLog::Silent => self.quiet = true,
            WireLog::Announced => {
                self.loud_row(now, RowKind::WireLog { on: false });
                self.quiet = true;
            }
        }
        if self.evidence.opening.not_applicable.is_some() {
            self.send_close(now, Some(CloseCode::NORMAL), None, Initiative::Ours);
            return;
        }
        if self.script().needs_deflate() {
            if self.compression.is_none() {
                self.send_close(now, Some(CloseCode::NORMAL), None, Initiative::Ours);
                return;
            }
            if self.original_cannot_compress() {
                self.break_as_original(now);
                return;
            }
        }
        self.play_from(now, self.joined_steps());
    }

    fn play_from(&mut self, now: Moment, index: usize) {
        self.play(now, index..self.script().steps.len());
    }

    /// Plays these steps, up to a pause or the last one.
    pub(super) fn play(&mut self, now: Moment, indices: Range<usize>) {
        let case = self.case.clone();
        let steps = &case.connections[self.connection].steps;
        for index in indices.clone() {
            match &steps[index] {
                Step::Send(frame) => self.send_scripted(now, frame),
                Step::Fragments {
                    opcode,
                    payload,
                    size,
                    compressed,
                    ..
                } => {
                    let size = (*size).max(1);
                    let message = match compressed {
                        false => Some(FragmentedMessage::plain(*opcode, payload, size)),
                        true => self.compress(payload).map(|payload| FragmentedMessage {
                            opcode: *opcode,
                            rsv: RSV1,
                            payload,
                            size,
                        }),
                    };
                    if let Some(message) = message {
                        self.send_fragments(now, message);
                    }
                }
                Step::Begin { frame } => self.begin_frame(now, frame),
                Step::Part(payload) => self.send_part(now, payload),
                Step::Raw { octets, .. } => self.send_octets(now, octets.to_octets().into_owned()),
                Step::Repeat { frame, times } => self.send_repeated(now, frame, *times),
                Step::RoundTrips { frame, times, size } => {
                    self.begin_round_trips(now, frame, *size, *times);
                }
                Step::Pause {
                    lasts,
                    mark,
                    unread,
                    ..
                } => {
                    let row = RowKind::PauseBegan {
                        lasts: *lasts,
                        mark: mark.clone(),
                    };
                    self.loud_row(now, row);
                    self.start(Wait::KeepApart, now, *lasts, Timer::Pause(index));
                    self.unread = *unread;
                    if !unread {
                        self.may_cut_short(now, Wait::KeepApart, *lasts);
                    }
                    return;
                }
                Step::FailAfter(lasts) => {
                    self.loud_row(now, RowKind::FailAfter { lasts: *lasts });
                    self.start(Wait::Listen, now, *lasts, Timer::FailAfter);
                }
                Step::CloseAfter(lasts) => {
                    self.loud_row(now, RowKind::CloseAfter { lasts: *lasts });
                    self.start(Wait::Listen, now, *lasts, Timer::CloseAfter);
                    self.may_cut_short(now, Wait::Listen, *lasts);
                }
                Step::HalfClose => self.half_close(now),
                Step::Reset => {
                    self.drop_transport(now, closing::Drop::Abort);
                    return;
                }
            }
        }
        if indices.end < steps.len() {
            // The rest is played when the connection is open.
            return;
        }
        if !self.timers.is_set(Timer::FailAfter) && !self.timers.is_set(Timer::CloseAfter) {
            self.start(Wait::Listen, now, LINGER, Timer::Linger);
        }
    }

    pub(super) fn on_pause_end(&mut self, now: Moment, index: usize) {
        let case = self.case.clone();
        let step = &case.connections[self.connection].steps[index];
        let Step::Pause {
            mark, while_open, ..
        } = step
        else {
            return;
        };
        self.unread = false;
        self.loud_row(now, RowKind::PauseEnded { mark: mark.clone() });
        let is_open = self.state == State::Open;
        if let (true, Some(mark)) = (is_open, mark) {
            self.hear(Heard {
                what: HeardKind::Mark(mark.clone()),
                at: now,
                times: 1,
            });
        }
        if is_open || !while_open {
            self.play_from(now, index + 1);
        }
    }

    /// Sends a frame of the script. A well-formed Close begins the closing
    /// handshake; any later one is only a frame.
    fn send_scripted(&mut self, now: Moment, frame: &Frame) {
        match frame.compressed {
            true => {
                if let Some(compressed) = self.compress(&frame.payload) {
                    self.send_compressed(now, frame, compressed, None);
                }
            }
            false => self.send_frame(now, frame),
        }
        let is_close = frame.opcode == Opcode::CLOSE && frame.fin && frame.rsv == 0;
        if is_close && self.state == State::Open {
            let payload = frame.payload.to_octets();
            let (code, reason) = match payload.as_ref() {
                [high, low, reason @ ..] => (Some(u16::from_be_bytes([*high, *low])), reason),
                reason => (None, reason),
            };
            let reason = (!reason.is_empty()).then(|| Octets(reason.to_vec()));
            self.note_close_sent(now, code, reason, Initiative::Ours);
        }
    }

    pub(super) fn send_close_frame(&mut self, now: Moment, body: Vec<u8>) {
        self.send_control(now, Opcode::CLOSE, body);
    }

    pub(super) fn send_control(&mut self, now: Moment, opcode: Opcode, payload: Vec<u8>) {
        let frame = crate::vocabulary::opcode(opcode.bits())
            .payload(payload)
            .into_frame();
        self.send_frame(now, &frame);
    }

    fn key(&mut self, masking: Masking) -> Option<[u8; 4]> {
        match masking {
            Masking::ByRole => (self.role == Role::Client).then(|| self.keys.next_key()),
            Masking::Off => None,
            Masking::On => Some(self.keys.next_key()),
            Masking::Key(key) => Some(key),
        }
    }

    fn header(&mut self, frame: &Frame) -> Header {
        let length = frame.announced.unwrap_or(frame.payload.len());
        Header {
            fin: frame.fin,
            rsv: frame.rsv,
            opcode: frame.opcode,
            mask: self.key(frame.masking),
            length,
            length_form: frame.length_form.unwrap_or(LengthForm::minimal(length)),
        }
    }

    fn send_frame(&mut self, now: Moment, frame: &Frame) {
        let header = self.header(frame);
        let manner = Manner {
            chop: frame.chop,
            cut: frame.cut,
            sync: frame.sync,
        };
        self.note_frame_sent(now, &header, &frame.payload, manner);
        let stream = FrameStream::new(&header, frame.payload.clone(), 0, frame.payload.len());
        self.send(now, Stream::Frame(stream), manner);
        self.note_last_sent(ping_payload(frame.opcode, &frame.payload));
    }

    /// A unit that is repeated is told as such, as the original does for those
    /// longer than an octet.
    fn note_frame_sent(&mut self, now: Moment, header: &Header, payload: &Payload, manner: Manner) {
        self.evidence
            .counters
            .sent_frames
            .count(u64::from(header.opcode.bits()));
        let (shown, repeated_to) = match payload {
            Payload::Repeat { unit, length } if unit.len() > 1 => {
                (unit.clone().into(), Some(*length))
            }
            payload => (payload.clone(), None),
        };
        let row = RowKind::FrameSent {
            frame: frame_row(header, shown.len(), shown.slice(0, ROW_OCTETS as u64)),
            repeated_to,
            chop: manner.chop,
            sync: manner.sync,
        };
        self.row(now, row);
    }

    fn send_fragments(&mut self, now: Moment, message: FragmentedMessage) {
        if message.frames() > TOLD_FRAGMENTS {
            self.send_untold_fragments(now, message);
            return;
        }
        for index in 0..message.frames() {
            let (header, stream) = message.frame(index, self.key(Masking::ByRole));
            self.evidence
                .counters
                .sent_frames
                .count(u64::from(header.opcode.bits()));
            self.row(
                now,
                RowKind::FrameSent {
                    frame: frame_row(&header, header.length, stream.content(ROW_OCTETS)),
                    repeated_to: None,
                    chop: None,
                    sync: false,
                },
            );
            self.send(now, Stream::Frame(stream), Manner::default());
        }
    }

    /// Many fragments are counted at once, told by one row, and made only when
    /// they are written.
    fn send_untold_fragments(&mut self, now: Moment, message: FragmentedMessage) {
        let frames = message.frames();
        let mask = (self.role == Role::Client).then_some([0; 4]);
        for (index, times) in [(0, frames - 1), (frames - 1, 1)] {
            let (header, _) = message.frame(index, mask);
            let octets = header.encoded_len() as u64 + header.length;
            self.evidence.counters.sent_octets.add(octets, times);
            self.count_sent(octets * times);
        }
        let counters = &mut self.evidence.counters;
        counters.sent_frames.count(u64::from(message.opcode.bits()));
        counters
            .sent_frames
            .add(u64::from(Opcode::CONTINUATION.bits()), frames - 1);
        self.row(
            now,
            RowKind::FragmentsSent {
                frames,
                size: message.size,
                length: message.payload.len(),
            },
        );
        let keys = mask.map(|_| MaskingKeys::seeded(self.keys.next_u64()));
        let stream = FragmentStream::new(message, keys);
        self.note_last_sent(None);
        self.outbox
            .send(Stream::Fragments(stream), Manner::default(), 0);
    }

    /// Told by one row and counted at once, as many fragments are.
    fn send_repeated(&mut self, now: Moment, frame: &Frame, times: u32) {
        let header = self.header(frame);
        let octets = header.encoded_len() as u64 + frame.payload.len();
        let counters = &mut self.evidence.counters;
        counters.sent_octets.add(octets, u64::from(times));
        let opcode = u64::from(frame.opcode.bits());
        counters.sent_frames.add(opcode, u64::from(times));
        self.count_sent(octets * u64::from(times));
        let row = RowKind::FragmentsSent {
            frames: u64::from(times),
            size: frame.payload.len(),
            length: frame.payload.len() * u64::from(times),
        };
        self.row(now, row);
        let is_fresh = header.mask.is_some() && !matches!(frame.masking, Masking::Key(_));
        let keys = is_fresh.then(|| MaskingKeys::seeded(self.keys.next_u64()));
        let stream = RepeatStream::new(header, frame.payload.clone(), times, keys);
        self.note_last_sent(None);
        self.outbox
            .send(Stream::Repeats(stream), Manner::default(), 0);
    }

    fn begin_frame(&mut self, now: Moment, frame: &Frame) {
        let header = self.header(frame);
        self.begun = Some(BegunFrame {
            mask: header.mask,
            sent: 0,
        });
        self.send_octets(now, header.encode().to_vec());
    }

    fn send_part(&mut self, now: Moment, payload: &Payload) {
        let mut octets = payload.to_octets().into_owned();
        if let Some(begun) = &mut self.begun {
            if let Some(key) = begun.mask {
                mask::apply(key, begun.sent % 4, &mut octets);
            }
            begun.sent += octets.len();
        }
        self.send_octets(now, octets);
    }

    /// A message as the script has it, in one frame or in fragments.
    pub(super) fn send_message(&mut self, now: Moment, frame: &Frame, size: Option<u64>) {
        match size {
            None => self.send_frame(now, frame),
            Some(size) => {
                let message = FragmentedMessage::plain(frame.opcode, &frame.payload, size);
                self.send_fragments(now, message);
            }
        }
        let length = frame.payload.len();
        let frames = size.map_or(1, |size| fragment::count(length, size));
        self.count_message_sent(length, length, frames);
    }

    /// The message `frame`, whose payload comes to `compressed`.
    pub(super) fn send_compressed(
        &mut self,
        now: Moment,
        frame: &Frame,
        compressed: Payload,
        size: Option<u64>,
    ) {
        let (content, length) = (frame.payload.len(), compressed.len());
        match size {
            None => {
                let frame = Frame {
                    payload: compressed,
                    rsv: RSV1,
                    ..frame.clone()
                };
                self.send_frame(now, &frame);
            }
            Some(size) => {
                let message = FragmentedMessage {
                    opcode: frame.opcode,
                    rsv: RSV1,
                    payload: compressed,
                    size,
                };
                self.send_fragments(now, message);
            }
        }
        let frames = size.map_or(1, |size| fragment::count(length, size));
        self.count_message_sent(content, length, frames);
    }

    /// What `payload` comes to, as the next message that we send.
    pub(super) fn compress(&mut self, payload: &Payload) -> Option<Payload> {
        let deflater = &mut self.compression.as_mut()?.deflater;
        Some(deflater.message(&payload.to_octets()).into())
    }

    pub(super) fn send_octets(&mut self, now: Moment, octets: Vec<u8>) {
        self.send(now, Stream::octets(octets), Manner::default());
    }

    /// FIN, behind all that was sent.
    fn half_close(&mut self, now: Moment) {
        self.loud_row(now, RowKind::WeEnded { reset: false });
        self.write_ended = true;
        self.ending = Some(Output::ShutdownWrite);
    }

    pub(super) fn send(&mut self, now: Moment, stream: Stream, manner: Manner) {
        if self.write_ended {
            return;
        }
        self.note_last_sent(None);
        match self.outbox.send(stream, manner, ROW_OCTETS) {
            Some(sent) => self.note_sent(now, sent),
            None if self.timers.is_set(Timer::NextPiece) => {}
            None => self.on_next_piece(now),
        }
    }

    /// Writes a piece, and is called again in the next turn until there is
    /// none left.
    pub(super) fn on_next_piece(&mut self, now: Moment) {
        let pieces = self.outbox.pieces_of_next().max(1);
        if let Some(sent) = self.outbox.next_piece(ROW_OCTETS) {
            self.note_sent(now, sent);
            let least = PIECES_APART.min(FRAME_IN_PIECES / pieces);
            let apart = self.head_apart.and_then(|apart| {
                let wait = self.settings.pace.wait(Wait::KeepApart, apart);
                wait.filter(|wait| *wait > least)
            });
            self.timers
                .set(now + apart.unwrap_or(least), Timer::NextPiece);
        } else if self.head_apart.is_some() {
            self.on_head_written(now);
        }
    }

    /// The event loop of the original serves its timers before it writes what
    /// was sent in answer to octets: of pieces that begin then, the first two
    /// leave in one write.
    pub(super) fn join_first_pieces(&mut self, now: Moment) {
        if self.timers.is_set(Timer::NextPiece) {
            self.timers.cancel(Timer::NextPiece);
            self.on_next_piece(now);
        }
    }

    fn note_sent(&mut self, now: Moment, sent: Sent) {
        self.evidence.counters.sent_octets.count(sent.length);
        self.count_sent(sent.length);
        self.head_left = self.head_left.saturating_sub(sent.length);
        let row = RowKind::OctetsSent {
            length: sent.length,
            octets: Octets(sent.first),
            sync: sent.sync,
        };
        self.row(now, row);
    }
}

pub(super) fn frame_row(header: &Header, length: u64, payload: Vec<u8>) -> FrameRow {
    FrameRow {
        opcode: header.opcode,
        fin: header.fin,
        rsv: header.rsv,
        mask: header.mask,
        length,
        payload: Octets(payload),
    }
}
