//! What a faulty peer hears: octets of its peer, on their way to the reference
//! peer.

use super::head::{EXTENSIONS, Lines};
use super::hooks::Hooks;
use super::lax_text::LaxText;
use crate::decode::{Decoder, Event};
use crate::frame::{Header, LengthForm, Opcode, RSV1};
use crate::handshake::{Head, HeadReader};
use crate::mask;
use crate::utf8::Validator;
use crate::violation::Violation;

/// The longest head that is looked at, octets.
const HEAD_LIMIT: usize = 64 << 10;

/// What came of frames.
#[derive(Debug)]
pub(super) enum Heard<'a> {
    Header(Header),
    /// Unmasked.
    Payload(&'a mut [u8]),
    End,
}

/// What the reference peer is to learn.
#[derive(Debug)]
pub(super) enum Pass {
    Octets(Vec<u8>),
    Fails(Violation),
}

/// Reads the peer's octets, and passes them on, bent.
#[derive(Debug)]
pub(super) struct Ear {
    hooks: Hooks,
    /// Until the peer's head has come.
    head: Option<HeadReader>,
    /// The key of our own request.
    key: String,
    decoder: Decoder,
    passed: Vec<Pass>,
    /// Whether the rest of the frame is passed on.
    skips: bool,
    /// What the frame is masked with, and how far.
    mask: Option<[u8; 4]>,
    masked: usize,
    text: Option<LaxText>,
    /// The frame in progress, as it came.
    pub(super) header: Header,
    /// How many octets of its payload came before.
    pub(super) offset: u64,
    /// Whether the frame came inside a message.
    pub(super) in_message: bool,
    /// The opcode of the message in progress.
    pub(super) message: Opcode,
    /// The UTF-8 of the message in progress, if it is a text.
    pub(super) utf8: Validator,
    /// How many frames ended in this read.
    pub(super) ended_in_read: u32,
    /// How many reads there were since the head.
    pub(super) reads: u64,
    /// Whether the rest of this read is lost.
    pub(super) is_deaf: bool,
    /// Whether permessage-deflate is agreed on.
    pub(super) deflate: bool,
    /// What is passed on at the end of the read.
    late: Vec<u8>,
    /// What a hook keeps in mind.
    pub(super) held: Vec<u8>,
}

impl Ear {
    pub(super) fn new(hooks: Hooks, key: String) -> Self {
        Self {
            hooks,
            head: Some(HeadReader::new(HEAD_LIMIT)),
            key,
            decoder: Decoder::new(),
            passed: Vec::new(),
            skips: false,
            mask: None,
            masked: 0,
            text: hooks.forgives_text.map(LaxText::new),
            header: Header {
                fin: true,
                rsv: 0,
                opcode: Opcode::CONTINUATION,
                mask: None,
                length: 0,
                length_form: LengthForm::Short,
            },
            offset: 0,
            in_message: false,
            message: Opcode::CONTINUATION,
            utf8: Validator::new(),
            ended_in_read: 0,
            reads: 0,
            is_deaf: false,
            deflate: false,
            late: Vec::new(),
            held: Vec::new(),
        }
    }

    /// Hears one read, and gives what the reference peer is to learn of it.
    pub(super) fn hear(&mut self, input: &mut [u8]) -> Vec<Pass> {
        let rest = self.hear_head(input);
        let read = &mut input[rest..];
        if self.hooks.hears.is_none() && self.text.is_none() {
            if !read.is_empty() {
                self.passed.push(Pass::Octets(read.to_vec()));
            }
        } else if self.head.is_none() {
            self.hear_frames(read);
        }
        std::mem::take(&mut self.passed)
    }

    /// Passes on what was heard.
    pub(super) fn pass(&mut self, heard: Heard<'_>) {
        match heard {
            Heard::Header(header) => {
                self.mask = header.mask;
                self.masked = 0;
                self.pass_octets(&header.encode());
            }
            Heard::Payload(octets) if !self.skips => {
                if let Some(key) = self.mask {
                    mask::apply(key, self.masked, octets);
                }
                self.masked = (self.masked + octets.len()) % 4;
                self.pass_octets(octets);
            }
            _ => {}
        }
    }

    /// Leaves out the frame that begins.
    pub(super) fn skip_frame(&mut self) {
        self.skips = true;
    }

    /// Ends the message in progress, by a frame that never came.
    pub(super) fn end_message(&mut self) {
        let header = Header {
            fin: true,
            rsv: 0,
            opcode: Opcode::CONTINUATION,
            length: 0,
            length_form: LengthForm::Short,
            ..self.header
        };
        self.pass_octets(&header.encode());
        self.in_message = false;
    }

    /// Lets the reference peer fail the connection.
    pub(super) fn fail(&mut self, violation: Violation) {
        self.passed.push(Pass::Fails(violation));
    }

    /// Passes on octets as they are.
    pub(super) fn pass_octets(&mut self, octets: &[u8]) {
        if let Some(Pass::Octets(last)) = self.passed.last_mut() {
            last.extend_from_slice(octets);
        } else {
            self.passed.push(Pass::Octets(octets.to_vec()));
        }
    }

    /// Passes on octets as they are, behind all else that is read with them.
    pub(super) fn pass_late(&mut self, octets: &[u8]) {
        self.late.extend_from_slice(octets);
    }

    /// Whether the frame in progress is of a text that is not compressed.
    pub(super) fn is_text(&self) -> bool {
        !self.header.opcode.is_control() && self.message == Opcode::TEXT
    }

    /// Whether this is the last that is heard of a text.
    pub(super) fn ends_text(&self, heard: &Heard<'_>) -> bool {
        let ends = match heard {
            Heard::Header(header) => header.length == 0,
            Heard::Payload(octets) => self.offset + octets.len() as u64 == self.header.length,
            Heard::End => false,
        };
        ends && self.is_text() && self.header.fin
    }

    /// Gives how many octets belonged to the head.
    fn hear_head(&mut self, input: &mut [u8]) -> usize {
        let Some(reader) = &mut self.head else {
            self.reads += 1;
            return 0;
        };
        let had = reader.partial().to_vec();
        match reader.push(input) {
            Ok(None) if self.hooks.head_in_one_read => {
                // No head at all, as far as this peer can see.
                self.pass_octets(b"?\r\n\r\n");
                input.len()
            }
            Ok(None) => input.len(),
            Ok(Some((head, used))) => {
                self.head = None;
                self.pass_head(&head);
                match self.hooks.loses_what_follows_the_head {
                    true => input.len(),
                    false => used,
                }
            }
            // The reference peer says so, too.
            Err(_) => {
                self.head = None;
                self.pass_octets(&had);
                0
            }
        }
    }

    fn pass_head(&mut self, head: &Head) {
        let mut lines = Lines::read(head);
        let before = lines.encode();
        (self.hooks.hears_head)(&mut lines, &self.key);
        let after = lines.encode();
        // Of a client: frames may come in one read with the answer.
        self.deflate |= !self.key.is_empty() && lines.has(EXTENSIONS, "permessage-deflate");
        // What no fault touches stays to the octet.
        self.pass_octets(if before == after {
            &head.octets
        } else {
            &after
        });
    }

    fn hear_frames(&mut self, mut read: &mut [u8]) {
        self.ended_in_read = 0;
        self.is_deaf = false;
        let mut decoder = std::mem::take(&mut self.decoder);
        while let Some(event) = decoder.decode(&mut read) {
            match event {
                Event::HeaderStart(_) => {}
                Event::Header(header) => self.begin(header),
                Event::Payload(octets) => self.hear_payload(octets),
                Event::FrameEnd => self.end(),
            }
            if self.is_deaf {
                decoder = Decoder::new();
                break;
            }
        }
        let half = decoder.half_header();
        if !half.is_empty()
            && self
                .hooks
                .loses_half_headers
                .is_some_and(|loses| loses(half))
        {
            decoder = Decoder::new();
        }
        self.decoder = decoder;
        let late = std::mem::take(&mut self.late);
        if !late.is_empty() {
            self.pass_octets(&late);
        }
    }

    fn begin(&mut self, header: Header) {
        self.header = header;
        self.offset = 0;
        self.skips = false;
        if !header.opcode.is_control() && !self.in_message {
            let text = header.opcode == Opcode::TEXT && header.rsv != RSV1;
            self.message = if text { Opcode::TEXT } else { Opcode::BINARY };
            self.utf8.reset();
            if let Some(text) = &mut self.text {
                text.begin();
            }
        }
        if self.is_text() && header.fin && header.length == 0 {
            self.judge_text(&[], true);
        }
        self.tell(Heard::Header(header));
    }

    /// Judges a text by halves, if it is to be.
    fn judge_text(&mut self, octets: &[u8], ends: bool) {
        let Some(text) = &mut self.text else {
            return;
        };
        let judged = text.push(octets);
        if let Err(violation) = judged.and_then(|()| if ends { text.end() } else { Ok(()) }) {
            self.fail(violation);
        }
    }

    fn hear_payload(&mut self, octets: &mut [u8]) {
        let read = octets.len() as u64;
        if self.is_text() {
            // What is wrong with it is seen by whoever asks.
            let _ = self.utf8.push(octets);
            let ends = self.header.fin && self.offset + read == self.header.length;
            self.judge_text(octets, ends);
        }
        self.tell(Heard::Payload(octets));
        self.offset += read;
    }

    fn end(&mut self) {
        self.ended_in_read += 1;
        if let Some(text) = self
            .text
            .as_mut()
            .filter(|_| !self.header.opcode.is_control())
        {
            text.fragment += 1;
        }
        self.tell(Heard::End);
        if !self.header.opcode.is_control() {
            self.in_message = !self.header.fin;
        }
    }

    fn tell(&mut self, heard: Heard<'_>) {
        match self.hooks.hears {
            Some(hears) => hears(self, heard),
            None => self.pass(heard),
        }
    }
}
