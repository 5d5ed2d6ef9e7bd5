//! The reference server with one fault, of a kind that has to do with time.

use std::collections::VecDeque;
use std::time::Duration;

use wscheck_wire::{Conversation, Echo, EndpointConfig, Eof, Moment, Opcode, Output};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It comes so many milliseconds late, and holds up what follows.
    Late(Part, u64),
    /// It never comes.
    Lost(Part),
    /// It comes twice.
    Doubled(Part),
    /// It comes again, so many milliseconds after the first time.
    DoubledLate(Part, u64),
    /// Its last octet is another one.
    Altered(Part),
    /// Something comes of itself when nothing was received for so many
    /// milliseconds, once a connection.
    Unasked(Unasked, u64),
}

/// A part of what a server says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The answer to the opening handshake.
    Head,
    /// A frame of a message.
    Message(Nth),
    /// A pong.
    Pong(Nth),
    /// A Close.
    Close,
    /// The end of TCP.
    End,
}

/// Which of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nth {
    Each,
    Second,
}

/// What a server may say though nobody asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unasked {
    Text,
    Ping,
    Pong,
    Close,
}

impl Unasked {
    pub const ALL: [Self; 4] = [Self::Text, Self::Ping, Self::Pong, Self::Close];

    fn octets(self) -> Vec<u8> {
        match self {
            Self::Text => b"\x81\x02hi".to_vec(),
            Self::Ping => b"\x89\x00".to_vec(),
            Self::Pong => b"\x8a\x00".to_vec(),
            Self::Close => b"\x88\x02\x03\xe8".to_vec(),
        }
    }
}

/// One thing that the server says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Head,
    Message,
    Pong,
    Close,
    End,
    Other,
}

pub struct Faulty {
    echo: Echo,
    fault: Option<Fault>,
    /// Octets of the server that make no whole part yet.
    partial: Vec<u8>,
    opened: bool,
    messages: u32,
    pongs: u32,
    /// In order; each no sooner than the one before.
    outputs: VecDeque<(Moment, Output)>,
    /// When something comes unasked.
    unasked_at: Option<Moment>,
    unasked_done: bool,
}

impl Faulty {
    pub fn new(fault: Option<Fault>) -> Self {
        Self {
            echo: Echo::server(EndpointConfig::default()),
            fault,
            partial: Vec::new(),
            opened: false,
            messages: 0,
            pongs: 0,
            outputs: VecDeque::new(),
            unasked_at: None,
            unasked_done: false,
        }
    }

    fn collect(&mut self, now: Moment) {
        while let Some(output) = self.echo.poll_output(now) {
            match output {
                Output::Write(octets) => {
                    self.partial.extend_from_slice(&octets);
                    while let Some((kind, part)) = self.next_part() {
                        self.say(now, kind, Output::Write(part));
                    }
                }
                end => self.say(now, Kind::End, end),
            }
        }
    }

    fn next_part(&mut self) -> Option<(Kind, Vec<u8>)> {
        let (kind, length) = match self.opened {
            false => {
                let end = self.partial.windows(4).position(|four| four == b"\r\n\r\n");
                (Kind::Head, end? + 4)
            }
            true => frame(&self.partial)?,
        };
        if length > self.partial.len() {
            return None;
        }
        self.opened = true;
        Some((kind, self.partial.drain(..length).collect()))
    }

    fn is_meant(&mut self, kind: Kind) -> bool {
        let counted = match kind {
            Kind::Message => &mut self.messages,
            Kind::Pong => &mut self.pongs,
            _ => &mut 0,
        };
        *counted += 1;
        let fits = |nth: Nth| nth == Nth::Each || *counted == 2;
        let Some(
            Fault::Late(part, _)
            | Fault::Lost(part)
            | Fault::Doubled(part)
            | Fault::DoubledLate(part, _)
            | Fault::Altered(part),
        ) = self.fault
        else {
            return false;
        };
        match (part, kind) {
            (Part::Message(nth), Kind::Message) | (Part::Pong(nth), Kind::Pong) => fits(nth),
            (Part::Head, Kind::Head) | (Part::Close, Kind::Close) | (Part::End, Kind::End) => true,
            _ => false,
        }
    }

    fn say(&mut self, now: Moment, kind: Kind, output: Output) {
        if !self.is_meant(kind) {
            return self.push(now, output);
        }
        let later = |millis| now + Duration::from_millis(millis);
        match self.fault {
            Some(Fault::Late(_, millis)) => self.push(later(millis), output),
            Some(Fault::Doubled(_)) => {
                self.push(now, output.clone());
                self.push(now, output);
            }
            Some(Fault::DoubledLate(_, millis)) => {
                self.push(now, output.clone());
                self.push(later(millis), output);
            }
            Some(Fault::Altered(_)) => {
                if let Output::Write(mut octets) = output {
                    if let Some(last) = octets.last_mut().filter(|_| octets_carry(kind)) {
                        *last ^= 1;
                    }
                    self.push(now, Output::Write(octets));
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, at: Moment, output: Output) {
        let before = self.outputs.back().map_or(at, |(before, _)| *before);
        self.outputs.push_back((at.max(before), output));
    }

    fn begin_silence(&mut self, now: Moment) {
        if let (Some(Fault::Unasked(_, millis)), false) = (self.fault, self.unasked_done) {
            self.unasked_at = Some(now + Duration::from_millis(millis));
        }
    }
}

/// Whether the last octet of the frame is payload that may be changed.
fn octets_carry(kind: Kind) -> bool {
    matches!(kind, Kind::Message | Kind::Pong | Kind::Close)
}

/// The kind and the length of the frame that begins here; a server's, so there
/// is no key.
fn frame(octets: &[u8]) -> Option<(Kind, usize)> {
    let (first, second) = (*octets.first()?, usize::from(*octets.get(1)?));
    let be = |octets: &[u8]| {
        octets
            .iter()
            .fold(0, |n, octet| n << 8 | usize::from(*octet))
    };
    let length = match second {
        126 => 4 + be(octets.get(2..4)?),
        127 => 10 + be(octets.get(2..10)?),
        short => 2 + short,
    };
    let kind = match Opcode::from_bits(first & 15) {
        Opcode::TEXT | Opcode::BINARY | Opcode::CONTINUATION => Kind::Message,
        Opcode::PONG => Kind::Pong,
        Opcode::CLOSE => Kind::Close,
        _ => Kind::Other,
    };
    Some((kind, length))
}

impl Conversation for Faulty {
    fn handle_input(&mut self, now: Moment, input: &mut [u8]) {
        self.begin_silence(now);
        self.echo.handle_input(now, input);
    }

    fn handle_eof(&mut self, now: Moment, how: Eof) {
        self.echo.handle_eof(now, how);
    }

    fn handle_timeout(&mut self, now: Moment) {
        self.echo.handle_timeout(now);
        if self.unasked_at.is_some_and(|at| at <= now) {
            self.unasked_at = None;
            if let (Some(Fault::Unasked(what, _)), true) = (self.fault, self.opened) {
                self.unasked_done = true;
                self.push(now, Output::Write(what.octets()));
            }
        }
    }

    fn poll_output(&mut self, now: Moment) -> Option<Output> {
        self.collect(now);
        let is_due = self.outputs.front().is_some_and(|(at, _)| *at <= now);
        is_due
            .then(|| self.outputs.pop_front())?
            .map(|(_, output)| output)
    }

    fn poll_timeout(&self) -> Option<Moment> {
        let next = self.outputs.front().map(|(at, _)| *at);
        let own = self.echo.poll_timeout();
        [next, own, self.unasked_at].into_iter().flatten().min()
    }
}
