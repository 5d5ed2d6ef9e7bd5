//! Octets to frames, piece by piece. The decoder never judges, never waits for
//! a whole frame and keeps no payload: its memory is the header in progress.
//!
//! One decoder reads one direction. Hand it each input until it gives `None`;
//! that tells it that the input is used up.

use crate::frame::{Header, HeaderStart, LengthForm, MAX_HEADER};
use crate::mask;

/// What the decoder has read.
#[derive(Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// The first two octets of a header. Given once for each input with which
    /// the decoder begins or resumes at this header, before [`Event::Header`].
    HeaderStart(HeaderStart),
    /// A complete header.
    Header(Header),
    /// A part of the payload, unmasked in place, never empty.
    Payload(&'a mut [u8]),
    /// The frame is complete.
    FrameEnd,
}

/// Reads frames from the octets of one direction.
#[derive(Debug, Clone, Default)]
pub struct Decoder {
    header: [u8; MAX_HEADER],
    header_have: usize,
    /// Whether the input at hand has given its `HeaderStart` of this header.
    start_given: bool,
    payload: Option<Remaining>,
    offset: u64,
    frame_offset: u64,
}

/// Where in a payload the decoder is.
#[derive(Debug, Clone, Copy)]
struct Remaining {
    key: Option<[u8; 4]>,
    read: u64,
    left: u64,
}

impl Decoder {
    /// A decoder before the first frame.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes octets from the front of `input` and tells what they are; `None`
    /// when all are taken and nothing more can be told.
    pub fn decode<'a>(&mut self, input: &mut &'a mut [u8]) -> Option<Event<'a>> {
        match self.payload {
            Some(remaining) => self.decode_payload(remaining, input),
            None => self.decode_header(input),
        }
    }

    /// How many octets have been read so far.
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// The offset at which the frame in progress began, or the last one if
    /// none is in progress.
    pub const fn frame_offset(&self) -> u64 {
        self.frame_offset
    }

    /// Whether a part of a frame has been read, but not all of it.
    pub const fn in_frame(&self) -> bool {
        self.header_have > 0 || self.payload.is_some()
    }

    fn decode_header<'a>(&mut self, input: &mut &'a mut [u8]) -> Option<Event<'a>> {
        if self.header_have == 0 && !input.is_empty() {
            self.frame_offset = self.offset;
        }
        let resumes = !input.is_empty();
        if !self.fill_header(2, input) {
            return None;
        }
        let start = HeaderStart::from_octets([self.header[0], self.header[1]]);
        if resumes && !self.start_given {
            self.start_given = true;
            return Some(Event::HeaderStart(start));
        }
        let complete = self.fill_header(start.header_len(), input);
        // The input is used up or the header is: what comes next begins anew.
        self.start_given = false;
        if !complete {
            return None;
        }
        let header = parse(start, &self.header);
        self.header_have = 0;
        self.payload = Some(Remaining {
            key: header.mask,
            read: 0,
            left: header.length,
        });
        Some(Event::Header(header))
    }

    /// Takes octets until the header has `want`; whether it has.
    fn fill_header(&mut self, want: usize, input: &mut &mut [u8]) -> bool {
        let missing = want.saturating_sub(self.header_have);
        let taken = take(input, missing);
        let end = self.header_have + taken.len();
        self.header[self.header_have..end].copy_from_slice(taken);
        self.header_have = end;
        self.offset += taken.len() as u64;
        end >= want
    }

    fn decode_payload<'a>(
        &mut self,
        mut remaining: Remaining,
        input: &mut &'a mut [u8],
    ) -> Option<Event<'a>> {
        if remaining.left == 0 {
            self.payload = None;
            return Some(Event::FrameEnd);
        }
        if input.is_empty() {
            return None;
        }
        let octets = take(input, usize::try_from(remaining.left).unwrap_or(usize::MAX));
        if let Some(key) = remaining.key {
            mask::apply(key, (remaining.read % 4) as usize, octets);
        }
        let read = octets.len() as u64;
        self.offset += read;
        remaining.read += read;
        remaining.left -= read;
        self.payload = Some(remaining);
        Some(Event::Payload(octets))
    }
}

/// Splits at most `n` octets off the front of `input`.
fn take<'a>(input: &mut &'a mut [u8], n: usize) -> &'a mut [u8] {
    let n = n.min(input.len());
    let (front, rest) = std::mem::take(input).split_at_mut(n);
    *input = rest;
    front
}

/// Reads a complete header.
fn parse(start: HeaderStart, octets: &[u8; MAX_HEADER]) -> Header {
    let be = |from: usize, to: usize| {
        octets[from..to]
            .iter()
            .fold(0_u64, |n, octet| n << 8 | u64::from(*octet))
    };
    let (length_form, length, key_at) = match start.length7 {
        126 => (LengthForm::Bits16, be(2, 4), 4),
        127 => (LengthForm::Bits64, be(2, 10), 10),
        n => (LengthForm::Short, u64::from(n), 2),
    };
    let key = || {
        [
            octets[key_at],
            octets[key_at + 1],
            octets[key_at + 2],
            octets[key_at + 3],
        ]
    };
    Header {
        fin: start.fin,
        rsv: start.rsv,
        opcode: start.opcode,
        mask: start.masked.then(key),
        length,
        length_form,
    }
}
