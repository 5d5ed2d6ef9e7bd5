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

    /// What has been read of a header that is not complete.
    pub(crate) fn half_header(&self) -> &[u8] {
        &self.header[..self.header_have]
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode;
    use crate::frame::Opcode;
    use proptest::prelude::*;

    /// What a decoder says about inputs, with the payload of a frame joined.
    #[derive(Debug, PartialEq, Eq)]
    enum Said {
        Start(HeaderStart),
        Header(Header),
        Payload(Vec<u8>),
        End,
    }

    fn decode_all(inputs: &[&[u8]]) -> Vec<Said> {
        let mut decoder = Decoder::new();
        let mut said = Vec::new();
        for input in inputs {
            let mut octets = input.to_vec();
            let mut rest = &mut octets[..];
            while let Some(event) = decoder.decode(&mut rest) {
                match event {
                    Event::HeaderStart(start) => said.push(Said::Start(start)),
                    Event::Header(header) => said.push(Said::Header(header)),
                    Event::Payload(octets) => match said.last_mut() {
                        Some(Said::Payload(payload)) => payload.extend_from_slice(octets),
                        _ => said.push(Said::Payload(octets.to_vec())),
                    },
                    Event::FrameEnd => said.push(Said::End),
                }
            }
            assert!(
                rest.is_empty(),
                "the decoder stopped before the end of its input"
            );
        }
        let total: usize = inputs.iter().map(|input| input.len()).sum();
        assert_eq!(decoder.offset(), total as u64);
        said
    }

    /// The same, without the `Start`s, which depend on the cuts.
    fn frames(inputs: &[&[u8]]) -> Vec<Said> {
        let mut said = decode_all(inputs);
        said.retain(|said| !matches!(said, Said::Start(_)));
        said
    }

    fn expected(header: Header, payload: &[u8]) -> Vec<Said> {
        let payload = (!payload.is_empty()).then(|| Said::Payload(payload.to_vec()));
        [Some(Said::Header(header)), payload, Some(Said::End)]
            .into_iter()
            .flatten()
            .collect()
    }

    /// Each length form, masked and not, with payloads that fit it.
    fn every_shape() -> Vec<(Header, Vec<u8>)> {
        let mut shapes = Vec::new();
        for (length_form, lengths) in [
            (LengthForm::Short, &[0, 1, 7, 125][..]),
            (LengthForm::Bits16, &[0, 5, 126, 300]),
            (LengthForm::Bits64, &[0, 9, 300]),
        ] {
            for length in lengths {
                for mask in [None, Some([1, 2, 3, 0x84])] {
                    let payload: Vec<u8> = (0..*length).map(|n| n as u8).collect();
                    let length = payload.len() as u64;
                    let opcode = Opcode::from_bits(11);
                    let header = Header {
                        fin: false,
                        rsv: 5,
                        opcode,
                        mask,
                        length,
                        length_form,
                    };
                    shapes.push((header, payload));
                }
            }
        }
        shapes
    }

    #[test]
    fn reads_back_every_shape_cut_at_every_position() {
        for (header, payload) in every_shape() {
            let octets = encode::frame(&header, &payload);
            for cut in 0..=octets.len() {
                let (front, back) = octets.split_at(cut);
                assert_eq!(
                    frames(&[front, back]),
                    expected(header, &payload),
                    "cut at {cut}"
                );
            }
            let one_by_one: Vec<&[u8]> = octets.chunks(1).collect();
            assert_eq!(
                frames(&one_by_one),
                expected(header, &payload),
                "octet by octet"
            );
        }
    }

    #[test]
    fn gives_the_start_once_for_each_input_that_resumes_the_header() {
        let header = Header {
            fin: true,
            rsv: 0,
            opcode: Opcode::BINARY,
            mask: Some([0; 4]),
            length: 0,
            length_form: LengthForm::Bits64,
        };
        let octets = encode::frame(&header, b"");
        let starts = |inputs: &[&[u8]]| {
            let said = decode_all(inputs);
            assert!(said.ends_with(&[Said::Header(header), Said::End]));
            said.iter()
                .filter(|said| **said == Said::Start(header.start()))
                .count()
        };
        let one_by_one: Vec<&[u8]> = octets.chunks(1).collect();
        assert_eq!(starts(&[&octets]), 1);
        assert_eq!(starts(&one_by_one), 13);
        assert_eq!(starts(&[&octets[..1], &octets[1..]]), 1);
        assert_eq!(starts(&[&octets[..2], &octets[2..]]), 2);
        assert_eq!(starts(&[&octets[..5], &octets[5..13], &octets[13..]]), 3);
        // An empty input is no new input.
        assert_eq!(starts(&[&octets[..5], &[], &[], &octets[5..]]), 2);
    }

    #[test]
    fn a_frame_of_two_octets_is_complete_with_them() {
        let start = HeaderStart::from_octets([0x8a, 0x00]);
        let said = decode_all(&[&[0x8a], &[0x00]]);
        assert_eq!(said.len(), 3);
        assert_eq!((&said[0], &said[2]), (&Said::Start(start), &Said::End));
    }

    #[test]
    fn announces_any_length() {
        let said = decode_all(&[&[0x82, 0x7f, 255, 255, 255, 255, 255, 255, 255, 255, b'x']]);
        let Said::Header(header) = said[1] else {
            panic!("a header, not {:?}", said[1])
        };
        assert_eq!(header.length, u64::MAX);
        assert_eq!(said[2], Said::Payload(b"x".to_vec()));
    }

    #[test]
    fn knows_where_it_is() {
        let mut decoder = Decoder::new();
        let mut feed = |octets: &[u8]| {
            let mut octets = octets.to_vec();
            let mut rest = &mut octets[..];
            while decoder.decode(&mut rest).is_some() {}
            (decoder.offset(), decoder.frame_offset(), decoder.in_frame())
        };
        assert_eq!(feed(b""), (0, 0, false));
        assert_eq!(feed(b"\x81\x02a"), (3, 0, true));
        assert_eq!(feed(b"b"), (4, 0, false));
        assert_eq!(feed(b"\x81"), (5, 4, true));
        assert_eq!(feed(b"\x01x\x82\x00"), (9, 7, false));
    }

    proptest! {
        #[test]
        fn reads_back_any_stream_in_any_pieces(
            choice in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 1..6),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            let shapes = every_shape();
            let (mut octets, mut wanted) = (Vec::new(), Vec::new());
            for (index, fin) in choice {
                let (header, payload) = index.get(&shapes);
                let header = Header { fin, ..*header };
                encode::append_frame(&header, payload, &mut octets);
                wanted.extend(expected(header, payload));
            }
            let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(octets.len() + 1)).collect();
            at.extend([0, octets.len()]);
            at.sort_unstable();
            let pieces: Vec<&[u8]> = at.windows(2).map(|cut| &octets[cut[0]..cut[1]]).collect();
            prop_assert_eq!(frames(&pieces), wanted);
        }
    }
}
