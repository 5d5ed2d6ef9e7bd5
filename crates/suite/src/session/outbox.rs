//! What waits to be written.
//!
//! The original hands plain sends to its transport at once, which joins those
//! of one turn of its event loop into one write; pieces of a chopped frame,
//! and frames with a write of their own, stand in a queue that is served one
//! piece a turn, and plain sends wait behind them as a piece each. So do we,
//! but octets are made only when they are written.

use std::collections::VecDeque;

use bytes::Bytes;
use wscheck_wire::frame::HeaderOctets;
use wscheck_wire::mask::{self, MaskingKeys};
use wscheck_wire::{Header, MAX_WRITE, Opcode};

use crate::fragment;
use crate::payload::Payload;

/// A run of octets that is made bit by bit.
#[derive(Debug, Clone)]
pub(super) enum Stream {
    Octets { octets: Bytes, at: usize },
    Frame(FrameStream),
    Fragments(FragmentStream),
    Repeats(RepeatStream),
}

/// One frame: its header and a stretch of a payload.
#[derive(Debug, Clone)]
pub(super) struct FrameStream {
    header: HeaderOctets,
    mask: Option<[u8; 4]>,
    payload: Payload,
    start: u64,
    length: u64,
    at: u64,
}

/// A message that leaves in frames of `size` octets.
#[derive(Debug, Clone)]
pub(super) struct FragmentedMessage {
    pub(super) opcode: Opcode,
    /// The reserved bits of the first frame.
    pub(super) rsv: u8,
    pub(super) payload: Payload,
    pub(super) size: u64,
}

/// A message in many frames.
#[derive(Debug, Clone)]
pub(super) struct FragmentStream {
    message: FragmentedMessage,
    /// Index of the next frame.
    next: u64,
    keys: Option<MaskingKeys>,
    current: FrameStream,
}

impl FrameStream {
    /// A frame whose header says what `header` says and whose payload is
    /// `length` octets of `payload` from `start` on.
    pub(super) fn new(header: &Header, payload: Payload, start: u64, length: u64) -> Self {
        Self {
            header: header.encode(),
            mask: header.mask,
            payload,
            start,
            length,
            at: 0,
        }
    }

    fn len(&self) -> u64 {
        self.header.len() as u64 + self.length
    }

    /// The first octets of the payload, at most `count`.
    pub(super) fn content(&self, count: usize) -> Vec<u8> {
        let count = self.length.min(count as u64);
        self.payload.slice(self.start, self.start + count)
    }

    /// Appends at most `limit` octets.
    fn append(&mut self, into: &mut Vec<u8>, limit: usize) {
        let mut room = limit;
        let header_len = self.header.len();
        if let Some(rest) = usize::try_from(self.at)
            .ok()
            .and_then(|at| self.header.get(at..))
        {
            let take = rest.len().min(room);
            into.extend_from_slice(&rest[..take]);
            self.at += take as u64;
            room -= take;
        }
        if room == 0 || self.at < header_len as u64 {
            return;
        }
        let offset = self.at - header_len as u64;
        let left = usize::try_from(self.length - offset).unwrap_or(usize::MAX);
        let begin = into.len();
        into.resize(begin + left.min(room), 0);
        let filled = self.payload.fill(self.start + offset, &mut into[begin..]);
        into.truncate(begin + filled);
        if let Some(key) = self.mask {
            let phase = usize::try_from(offset % 4).unwrap_or(0);
            mask::apply(key, phase, &mut into[begin..]);
        }
        self.at += filled as u64;
    }
}

impl FragmentedMessage {
    /// One that is not compressed.
    pub(super) fn plain(opcode: Opcode, payload: &Payload, size: u64) -> Self {
        Self {
            opcode,
            rsv: 0,
            payload: payload.clone(),
            size,
        }
    }

    /// How many frames there are.
    pub(super) fn frames(&self) -> u64 {
        fragment::count(self.payload.len(), self.size)
    }

    /// The frame at `index`: its header and its octets.
    pub(super) fn frame(&self, index: u64, mask: Option<[u8; 4]>) -> (Header, FrameStream) {
        let fragment = fragment::fragment(self.payload.len(), self.size, index);
        let header = fragment.header(self.opcode, self.rsv, mask);
        let (payload, start) = (self.payload.clone(), fragment.octets.start);
        let stream = FrameStream::new(&header, payload, start, header.length);
        (header, stream)
    }
}

impl FragmentStream {
    pub(super) fn new(message: FragmentedMessage, mut keys: Option<MaskingKeys>) -> Self {
        let key = keys.as_mut().map(MaskingKeys::next_key);
        Self {
            current: message.frame(0, key).1,
            next: 1,
            message,
            keys,
        }
    }

    fn begin_next(&mut self) {
        let key = self.keys.as_mut().map(MaskingKeys::next_key);
        self.current = self.message.frame(self.next, key).1;
        self.next += 1;
    }

    fn append(&mut self, into: &mut Vec<u8>, limit: usize) {
        let end = into.len() + limit;
        loop {
            self.current.append(into, end - into.len());
            if self.current.at < self.current.len() || self.is_done() {
                return;
            }
            self.begin_next();
        }
    }

    fn is_done(&self) -> bool {
        self.current.at == self.current.len() && self.next == self.message.frames()
    }
}

/// A frame over and over.
#[derive(Debug, Clone)]
pub(super) struct RepeatStream {
    header: Header,
    payload: Payload,
    /// How often it is made after the current one.
    left: u32,
    /// Where fresh keys come from, if each is masked by one.
    keys: Option<MaskingKeys>,
    current: FrameStream,
}

impl RepeatStream {
    /// A frame that is sent so many times, at least once.
    pub(super) fn new(
        header: Header,
        payload: Payload,
        times: u32,
        keys: Option<MaskingKeys>,
    ) -> Self {
        let length = payload.len();
        Self {
            header,
            current: FrameStream::new(&header, payload.clone(), 0, length),
            payload,
            left: times.saturating_sub(1),
            keys,
        }
    }

    fn append(&mut self, into: &mut Vec<u8>, limit: usize) {
        let end = into.len() + limit;
        loop {
            self.current.append(into, end - into.len());
            if self.current.at < self.current.len() || self.left == 0 {
                return;
            }
            self.left -= 1;
            if let Some(keys) = &mut self.keys {
                self.header.mask = Some(keys.next_key());
            }
            let length = self.payload.len();
            self.current = FrameStream::new(&self.header, self.payload.clone(), 0, length);
        }
    }

    fn is_done(&self) -> bool {
        self.current.at == self.current.len() && self.left == 0
    }
}

impl Stream {
    pub(super) fn octets(octets: Vec<u8>) -> Self {
        let octets = octets.into();
        Self::Octets { octets, at: 0 }
    }

    /// Octets in all; of fragments those of the first one.
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Octets { octets, .. } => octets.len() as u64,
            Self::Frame(frame) => frame.len(),
            Self::Fragments(fragments) => fragments.current.len(),
            Self::Repeats(repeats) => repeats.current.len(),
        }
    }

    /// The first octets, at most `count`, as they will be written.
    pub(super) fn first(&self, count: usize) -> Vec<u8> {
        let mut first = Vec::new();
        self.clone().append(&mut first, count);
        first
    }

    fn append(&mut self, into: &mut Vec<u8>, limit: usize) {
        match self {
            Self::Octets { octets, at } => {
                let take = (octets.len() - *at).min(limit);
                into.extend_from_slice(&octets[*at..*at + take]);
                *at += take;
            }
            Self::Frame(frame) => frame.append(into, limit),
            Self::Fragments(fragments) => fragments.append(into, limit),
            Self::Repeats(repeats) => repeats.append(into, limit),
        }
    }

    fn is_done(&self) -> bool {
        match self {
            Self::Octets { octets, at } => *at == octets.len(),
            Self::Frame(frame) => frame.at == frame.len(),
            Self::Fragments(fragments) => fragments.is_done(),
            Self::Repeats(repeats) => repeats.is_done(),
        }
    }
}

/// Something in the queue of pieces.
#[derive(Debug, Clone)]
enum Queued {
    Whole {
        stream: Stream,
        sync: bool,
    },
    Chopped {
        stream: Stream,
        /// The length of the next piece.
        octets: usize,
        /// That of those behind it.
        then: usize,
    },
}

/// A send that left for the transport, for the log and the counters.
pub(super) struct Sent {
    pub(super) length: u64,
    pub(super) first: Vec<u8>,
    pub(super) sync: bool,
}

/// How a send is to be written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Manner {
    /// So many octets a write, at least 1.
    pub(super) chop: Option<u32>,
    /// So many octets in the first of two writes, at least 1.
    pub(super) cut: Option<u32>,
    /// A write of its own.
    pub(super) sync: bool,
}

/// What waits to be written; see the [module](self).
#[derive(Debug, Clone, Default)]
pub(super) struct Outbox {
    ready: VecDeque<Stream>,
    queue: VecDeque<Queued>,
}

impl Outbox {
    /// Takes a send. `Some`: it went straight to the transport. `None`: it
    /// stands in the queue, and [`next_piece`](Self::next_piece) is due.
    pub(super) fn send(&mut self, stream: Stream, manner: Manner, first: usize) -> Option<Sent> {
        if let Some(octets) = manner.chop.filter(|octets| *octets > 0) {
            let octets = usize::try_from(octets).unwrap_or(usize::MAX);
            self.queue.push_back(Queued::Chopped {
                stream,
                octets,
                then: octets,
            });
            return None;
        }
        if let Some(octets) = manner.cut {
            self.queue.push_back(Queued::Chopped {
                stream,
                octets: usize::try_from(octets).unwrap_or(usize::MAX),
                then: usize::MAX,
            });
            return None;
        }
        if manner.sync || !self.queue.is_empty() {
            self.queue.push_back(Queued::Whole {
                stream,
                sync: manner.sync,
            });
            return None;
        }
        Some(self.ready(stream, false, first))
    }

    /// How many pieces the frame makes that the next piece is of.
    pub(super) fn pieces_of_next(&self) -> u32 {
        let pieces = match self.queue.front() {
            Some(Queued::Chopped {
                then: usize::MAX, ..
            }) => 2,
            Some(Queued::Chopped { stream, octets, .. }) => stream.len().div_ceil(*octets as u64),
            Some(Queued::Whole { .. }) => 1,
            None => 0,
        };
        u32::try_from(pieces).unwrap_or(u32::MAX)
    }

    /// Moves the next piece of the queue to the transport.
    pub(super) fn next_piece(&mut self, first: usize) -> Option<Sent> {
        let (piece, sync) = match self.queue.front_mut()? {
            Queued::Chopped {
                stream,
                octets,
                then,
            } => {
                let mut piece = Vec::with_capacity((*octets).min(MAX_WRITE));
                stream.append(&mut piece, *octets);
                *octets = *then;
                if stream.is_done() {
                    self.queue.pop_front();
                }
                (Stream::octets(piece), true)
            }
            Queued::Whole { .. } => match self.queue.pop_front()? {
                Queued::Whole { stream, sync } => (stream, sync),
                Queued::Chopped { .. } => return None,
            },
        };
        Some(self.ready(piece, sync, first))
    }

    fn ready(&mut self, stream: Stream, sync: bool, first: usize) -> Sent {
        let sent = Sent {
            length: stream.len(),
            first: stream.first(first),
            sync,
        };
        self.ready.push_back(stream);
        sent
    }

    /// Makes the octets of the next write.
    pub(super) fn next_write(&mut self) -> Option<Vec<u8>> {
        let mut octets = Vec::new();
        while let Some(stream) = self.ready.front_mut() {
            let room = MAX_WRITE - octets.len();
            stream.append(&mut octets, room);
            if stream.is_done() {
                self.ready.pop_front();
            }
            if octets.len() == MAX_WRITE {
                break;
            }
        }
        (!octets.is_empty()).then_some(octets)
    }

    /// Whether all has left.
    pub(super) fn is_empty(&self) -> bool {
        self.ready.is_empty() && self.queue.is_empty()
    }

    /// Forgets the pieces that have not left.
    pub(super) fn drop_queue(&mut self) {
        self.queue.clear();
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.queue.clear();
        self.ready.clear();
    }
}

#[cfg(test)]
mod tests {
    use wscheck_wire::LengthForm;

    use super::*;

    fn frame(payload: Payload, key: [u8; 4]) -> (Header, Stream) {
        let length = payload.len();
        let header = Header {
            fin: true,
            rsv: 0,
            opcode: Opcode::BINARY,
            mask: Some(key),
            length,
            length_form: LengthForm::minimal(length),
        };
        let stream = Stream::Frame(FrameStream::new(&header, payload, 0, length));
        (header, stream)
    }

    fn all_writes(outbox: &mut Outbox) -> Vec<Vec<u8>> {
        std::iter::from_fn(|| outbox.next_write()).collect()
    }

    #[test]
    fn a_long_frame_is_made_in_writes_of_64_kib_and_masked_throughout() {
        let payload = Payload::repeat("abcde", 200_001);
        let (header, stream) = frame(payload.clone(), [1, 2, 3, 4]);
        let mut outbox = Outbox::default();
        let sent = outbox.send(stream, Manner::default(), 20).unwrap();
        let writes = all_writes(&mut outbox);
        assert!(
            writes
                .iter()
                .rev()
                .skip(1)
                .all(|write| write.len() == MAX_WRITE)
        );
        let whole = wscheck_wire::encode::frame(&header, &payload.to_octets());
        assert!(
            writes.concat() == whole,
            "{:?}",
            writes.concat().iter().zip(&whole).position(|(a, b)| a != b)
        );
        assert_eq!(
            (sent.length, sent.first.as_slice()),
            (whole.len() as u64, &whole[..20])
        );
    }

    #[test]
    fn plain_sends_of_one_turn_are_one_write() {
        let mut outbox = Outbox::default();
        for text in ["a", "b", "c"] {
            assert!(
                outbox
                    .send(Stream::octets(text.into()), Manner::default(), 1)
                    .is_some()
            );
        }
        assert_eq!(all_writes(&mut outbox), [b"abc"]);
    }

    #[test]
    fn pieces_keep_their_order_and_plain_sends_wait_behind_them() {
        let mut outbox = Outbox::default();
        let chop = Manner {
            chop: Some(2),
            ..Manner::default()
        };
        assert!(
            outbox
                .send(Stream::octets(b"hello".to_vec()), chop, 9)
                .is_none()
        );
        assert!(
            outbox
                .send(Stream::octets(b"plain".to_vec()), Manner::default(), 9)
                .is_none()
        );
        let mut pieces = Vec::new();
        while let Some(sent) = outbox.next_piece(9) {
            pieces.push((sent.first, sent.sync));
            all_writes(&mut outbox);
        }
        let expected: [(&[u8], bool); 4] = [
            (b"he", true),
            (b"ll", true),
            (b"o", true),
            (b"plain", false),
        ];
        assert!(
            pieces
                .iter()
                .map(|(piece, sync)| (piece.as_slice(), *sync))
                .eq(expected)
        );
    }

    #[test]
    fn fragments_of_an_exact_multiple_end_in_an_empty_frame() {
        let stream = |length| {
            let payload = Payload::repeat("x", length);
            let message = FragmentedMessage::plain(Opcode::TEXT, &payload, 2);
            Stream::Fragments(FragmentStream::new(message, None))
        };
        for (length, octets) in [
            (1, &[0x81, 1, b'x'][..]),
            (2, &[0x81, 2, b'x', b'x']),
            (3, &[0x01, 2, b'x', b'x', 0x80, 1, b'x']),
            (4, &[0x01, 2, b'x', b'x', 0x00, 2, b'x', b'x', 0x80, 0]),
            (0, &[0x81, 0]),
        ] {
            let mut outbox = Outbox::default();
            outbox.send(stream(length), Manner::default(), 0);
            assert_eq!(all_writes(&mut outbox).concat(), octets, "{length}");
        }
    }
}
