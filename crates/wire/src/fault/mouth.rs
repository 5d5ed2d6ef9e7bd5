//! What a faulty peer says: octets of the reference peer, on their way out.

use std::collections::VecDeque;
use std::time::Duration;

use super::head::Lines;
use crate::conversation::{MAX_WRITE, Moment, Output};
use crate::decode::{Decoder, Event};
use crate::encode;
use crate::frame::{Header, LengthForm, Opcode};
use crate::handshake::HeadReader;
use crate::mask::MaskingKeys;
use crate::role::Role;
use crate::violation::Violation;

/// Past this many octets that wait, no more input is wanted.
pub(super) const QUEUE_LIMIT: usize = 32 << 20;

/// Longer than any head of the reference peer.
const HEAD_LIMIT: usize = 1 << 20;

/// One thing that the reference peer says.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// Its request or its answer.
    Head(Lines),
    Frame(Frame),
    /// What stands behind the head of a refusal.
    Body(Vec<u8>),
    /// How it ends its direction.
    End(Output),
}

impl Part {
    /// Cuts a frame of a message into two fragments; other parts come back.
    pub(super) fn message_in_two(self) -> Result<(Frame, Frame), Self> {
        match self {
            Self::Frame(frame) if frame.is_data() => Ok(frame.split()),
            other => Err(other),
        }
    }

    /// Cuts a frame with this opcode into two fragments; other parts come back.
    pub(super) fn in_two(self, opcode: Opcode) -> Result<(Frame, Frame), Self> {
        match self {
            Self::Frame(frame) if frame.is(opcode) => Ok(frame.split()),
            other => Err(other),
        }
    }

    /// Whether it is a frame with this opcode.
    pub(super) fn is(&self, opcode: Opcode) -> bool {
        matches!(self, Self::Frame(frame) if frame.is(opcode))
    }

    /// Whether it is a frame of a message.
    pub(super) fn is_message(&self) -> bool {
        matches!(self, Self::Frame(frame) if frame.is_data())
    }
}

/// A frame to be said.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) header: Header,
    /// Not masked yet.
    pub(super) payload: Vec<u8>,
}

impl Frame {
    /// Gives it another payload, and the length of that.
    pub(super) fn set_payload(&mut self, payload: Vec<u8>) {
        self.header.length = payload.len() as u64;
        self.header.length_form = LengthForm::minimal(self.header.length);
        self.payload = payload;
    }

    /// Whether it is of a message.
    pub(super) fn is_data(&self) -> bool {
        !self.header.opcode.is_control()
    }

    pub(super) fn is(&self, opcode: Opcode) -> bool {
        self.header.opcode == opcode
    }

    /// Cuts it into two fragments, the first as short as may be.
    pub(super) fn split(mut self) -> (Self, Self) {
        let mut second = self.clone();
        let at = self.payload.len().div_ceil(2);
        second.set_payload(self.payload.split_off(at));
        let first = std::mem::take(&mut self.payload);
        self.set_payload(first);
        self.header.fin = false;
        second.header.opcode = Opcode::CONTINUATION;
        second.header.rsv = 0;
        second.header.mask = self.header.mask.map(key_after);
        (self, second)
    }
}

/// Takes what the reference peer says, bit by bit, and keeps what is to be
/// said in its place.
#[derive(Debug)]
pub(super) struct Mouth {
    role: Role,
    keys: MaskingKeys,
    /// The last key of the reference peer, or what was made of it.
    latest: [u8; 4],
    time: Duration,
    head: Option<HeadReader>,
    decoder: Decoder,
    frame: Option<Frame>,
    /// Whether what follows the head is no frames.
    raw: bool,
    parts: VecDeque<Part>,
    /// In order; each no sooner than the one before.
    outputs: VecDeque<(Moment, Output)>,
    waiting: usize,
    pub(super) now: Moment,
    /// How many frames of messages were to be said, this one included.
    pub(super) messages: u32,
    /// How many pongs.
    pub(super) pongs: u32,
    /// Why the reference peer fails the connection, if it does.
    pub(super) failing: Option<Violation>,
    /// The peer's head, if we are the server.
    pub(super) asked: Lines,
    /// What a hook keeps in mind.
    pub(super) held: Vec<Part>,
}

impl Mouth {
    pub(super) fn new(role: Role, time: Duration) -> Self {
        Self {
            role,
            keys: MaskingKeys::seeded(1),
            latest: [0; 4],
            time,
            head: Some(HeadReader::new(HEAD_LIMIT)),
            decoder: Decoder::new(),
            frame: None,
            raw: false,
            parts: VecDeque::new(),
            outputs: VecDeque::new(),
            waiting: 0,
            now: Moment::ZERO,
            messages: 0,
            pongs: 0,
            failing: None,
            asked: Lines::default(),
            held: Vec::new(),
        }
    }

    /// Says it as it is.
    pub(super) fn say(&mut self, part: Part) {
        self.say_at(self.now, part);
    }

    /// Says it late, and holds up what follows.
    pub(super) fn say_late(&mut self, part: Part) {
        self.say_at(self.now + self.time, part);
    }

    /// Says it octet by octet, so far apart.
    pub(super) fn drip(&mut self, part: Part) {
        for (index, octet) in (0..).zip(octets_of(part)) {
            self.push(self.now + self.time * index, Output::Write(vec![octet]));
        }
    }

    /// Says octets that are no part of anything.
    pub(super) fn say_octets(&mut self, octets: Vec<u8>) {
        self.push(self.now, Output::Write(octets));
    }

    /// A whole frame that the reference peer never had in mind.
    pub(super) fn frame(&mut self, opcode: Opcode, payload: &[u8]) -> Part {
        let length = payload.len() as u64;
        self.latest = key_after(self.latest);
        let header = Header {
            fin: true,
            rsv: 0,
            opcode,
            mask: (self.role == Role::Client).then_some(self.latest),
            length,
            length_form: LengthForm::minimal(length),
        };
        let payload = payload.to_vec();
        Part::Frame(Frame { header, payload })
    }

    /// A masking key, of the same row in each conversation.
    pub(super) fn next_key(&mut self) -> [u8; 4] {
        self.keys.next_key()
    }

    /// Takes what the reference peer does next.
    pub(super) fn take(&mut self, output: Output) {
        match output {
            Output::Write(octets) => self.take_octets(octets),
            end => self.parts.push_back(Part::End(end)),
        }
    }

    /// Takes it as it is, unheard.
    pub(super) fn take_straight(&mut self, output: Output) {
        self.push(self.now, output);
    }

    /// The next whole part.
    pub(super) fn next_part(&mut self) -> Option<Part> {
        let part = self.parts.pop_front()?;
        if let Part::Frame(frame) = &part {
            self.messages += u32::from(frame.is_data());
            self.pongs += u32::from(frame.is(Opcode::PONG));
        }
        Some(part)
    }

    pub(super) fn pop(&mut self, now: Moment) -> Option<Output> {
        let (at, _) = self.outputs.front()?;
        if *at > now {
            return None;
        }
        let (_, output) = self.outputs.pop_front()?;
        match &output {
            Output::Write(octets) => self.waiting -= octets.len(),
            Output::ShutdownWrite => {}
            Output::Drop | Output::Reset => self.outputs.clear(),
        }
        Some(output)
    }

    /// When the next thing is due.
    pub(super) fn due(&self) -> Option<Moment> {
        self.outputs.front().map(|(at, _)| *at)
    }

    /// How many octets wait.
    pub(super) const fn waiting(&self) -> usize {
        self.waiting
    }

    fn say_at(&mut self, at: Moment, part: Part) {
        if let Part::End(output) = part {
            return self.push(at, output);
        }
        for write in octets_of(part).chunks(MAX_WRITE) {
            self.push(at, Output::Write(write.to_vec()));
        }
    }

    fn push(&mut self, at: Moment, output: Output) {
        let before = self.outputs.back().map_or(at, |(before, _)| *before);
        if let Output::Write(octets) = &output {
            self.waiting += octets.len();
        }
        self.outputs.push_back((at.max(before), output));
    }

    fn take_octets(&mut self, octets: Vec<u8>) {
        let mut octets = octets;
        let mut rest = &mut octets[..];
        if let Some(reader) = &mut self.head {
            let Ok(Some((head, used))) = reader.push(rest) else {
                return;
            };
            self.head = None;
            let lines = Lines::read(&head);
            self.raw = self.role == Role::Server && !lines.opens();
            self.parts.push_back(Part::Head(lines));
            rest = &mut rest[used..];
        }
        if self.raw {
            return self.parts.push_back(Part::Body(rest.to_vec()));
        }
        while let Some(event) = self.decoder.decode(&mut rest) {
            match event {
                Event::HeaderStart(_) => {}
                Event::Header(header) => {
                    self.latest = header.mask.map_or(self.latest, key_after);
                    let payload = Vec::new();
                    self.frame = Some(Frame { header, payload });
                }
                Event::Payload(octets) => {
                    if let Some(frame) = &mut self.frame {
                        frame.payload.extend_from_slice(octets);
                    }
                }
                Event::FrameEnd => self.parts.extend(self.frame.take().map(Part::Frame)),
            }
        }
    }
}

/// What is written for a head or a frame.
fn octets_of(part: Part) -> Vec<u8> {
    match part {
        Part::Head(lines) => lines.encode(),
        Part::Frame(frame) => encode::frame(&frame.header, &frame.payload),
        Part::Body(octets) => octets,
        Part::End(_) => Vec::new(),
    }
}

/// A key as good as the one before it.
fn key_after(key: [u8; 4]) -> [u8; 4] {
    MaskingKeys::seeded(u32::from_be_bytes(key).into()).next_key()
}
