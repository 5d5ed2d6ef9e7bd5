//! DEFLATE blocks into messages.

use std::fmt;

use flate2::{Decompress, FlushDecompress, Status};

use super::{Inspector, MAX_WINDOW_BITS, MessageFacts, TAIL, Terms};
use crate::violation::Violation;

/// The furthest that a reference can go back (RFC 1951 §3.2.5), octets.
const FURTHEST: usize = 32 * 1024;

/// Octets that were inflated: the last [`FURTHEST`] at least.
const BUFFER: usize = 2 * FURTHEST;

/// Inflates the messages of one direction. Its memory is bounded whatever they
/// inflate to: they are handed out as they come.
pub struct Inflater {
    zlib: Decompress,
    terms: Terms,
    /// Looks at the octets that zlib took, where zlib alone would not see what
    /// is wrong with them.
    inspector: Option<Inspector>,
    /// Whether what the inspector says of the end of a message counts.
    strict: bool,
    /// Of the last message that ended, if there is an inspector.
    facts: Option<MessageFacts>,
    /// The first `filled` octets are what was inflated last.
    buffer: Vec<u8>,
    filled: usize,
}

impl fmt::Debug for Inflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inflater")
            .field("terms", &self.terms)
            .field("strict", &self.strict)
            .finish_non_exhaustive()
    }
}

impl Inflater {
    /// Before the first message. It finds what any receiver finds that
    /// reserves no more memory than it must: what zlib does, and with a window
    /// below 15 bits references beyond it.
    pub fn new(terms: Terms) -> Self {
        let within = lenient(terms);
        let inspected = within.max_window_bits < MAX_WINDOW_BITS;
        Self::with(terms, inspected.then(|| Inspector::new(within)), false)
    }

    /// Before the first message. It also finds messages that do not end where
    /// a block does, and tells references to former messages, where none may
    /// be made, from other corruption.
    pub fn strict(terms: Terms) -> Self {
        Self::with(terms, Some(Inspector::new(terms)), true)
    }

    fn with(terms: Terms, inspector: Option<Inspector>, strict: bool) -> Self {
        Self {
            zlib: Decompress::new_with_window_bits(false, MAX_WINDOW_BITS),
            terms,
            inspector,
            strict,
            facts: None,
            buffer: Vec::new(),
            filled: 0,
        }
    }

    /// What the sender is bound to.
    pub const fn terms(&self) -> Terms {
        self.terms
    }

    /// What the last message was made of, if it was looked at: always by a
    /// [`strict`](Self::strict) inflater.
    pub const fn facts(&self) -> Option<&MessageFacts> {
        self.facts.as_ref()
    }

    /// Inflates the next octets of the message, and hands out what comes of
    /// them in pieces of at most 64 KiB. `out` says whether it wants more; when
    /// it does not, the rest is lost and the inflater with it.
    ///
    /// # Errors
    ///
    /// As [`pull`](Self::pull).
    pub fn push(
        &mut self,
        mut octets: &[u8],
        mut out: impl FnMut(&[u8]) -> bool,
    ) -> Result<(), Violation> {
        loop {
            let piece = self.pull(&mut octets)?;
            if piece.is_empty() || !out(piece) {
                return Ok(());
            }
        }
    }

    /// Takes octets of the message from the front of `octets` and gives the
    /// next piece of what they inflate to, at most 64 KiB. An empty one says
    /// that all are taken and nothing is held back.
    ///
    /// # Errors
    ///
    /// [`CorruptDeflate`](Violation::CorruptDeflate) for what is not DEFLATE,
    /// or refers back to octets that there were none of;
    /// [`WindowExceeded`](Violation::WindowExceeded); and from a
    /// [`strict`](Self::strict) inflater
    /// [`ContextTakenOver`](Violation::ContextTakenOver).
    pub fn pull(&mut self, octets: &mut &[u8]) -> Result<&[u8], Violation> {
        self.buffer.resize(BUFFER, 0);
        loop {
            self.make_room();
            let before = (self.zlib.total_in(), self.zlib.total_out());
            let room = &mut self.buffer[self.filled..];
            let status = self.zlib.decompress(octets, room, FlushDecompress::Sync);
            let Ok(status) = status else {
                self.look_at(octets)?;
                return Err(Violation::CorruptDeflate);
            };
            let taken = usize::try_from(self.zlib.total_in() - before.0).unwrap_or(usize::MAX);
            let given = usize::try_from(self.zlib.total_out() - before.1).unwrap_or(usize::MAX);
            let (read, rest) = octets.split_at(taken.min(octets.len()));
            *octets = rest;
            self.look_at(read)?;
            let from = self.filled;
            self.filled += given;
            let ended = status == Status::StreamEnd;
            if ended {
                self.go_on_after_the_last_block()?;
            }
            if given > 0 || (taken == 0 && !ended) {
                return Ok(&self.buffer[from..self.filled]);
            }
        }
    }

    /// Ends the message. Of a good one nothing is left to hand out, of another
    /// as much as four octets can mean.
    ///
    /// # Errors
    ///
    /// As [`pull`](Self::pull); and from a [`strict`](Self::strict) inflater,
    /// before anything is handed out,
    /// [`TruncatedDeflate`](Violation::TruncatedDeflate) if no block ends with
    /// the [`TAIL`]. A message that was cut may as well be corrupt then.
    pub fn finish(&mut self, out: impl FnMut(&[u8]) -> bool) -> Result<(), Violation> {
        let inspector = self.inspector.as_mut();
        let settled = inspector.map(Inspector::end_message).transpose();
        self.facts = match settled {
            Err(violation) if self.strict || violation != Violation::TruncatedDeflate => {
                return Err(violation);
            }
            settled => settled.ok().flatten(),
        };
        // It has looked at the tail already.
        let inspector = self.inspector.take();
        let pushed = self.push(&TAIL, out);
        self.inspector = inspector;
        pushed?;
        if self.terms.no_context_takeover {
            self.zlib.reset(false);
            self.filled = 0;
            if !self.strict && self.inspector.is_some() {
                self.inspector = Some(Inspector::new(lenient(self.terms)));
            }
        }
        Ok(())
    }

    fn look_at(&mut self, octets: &[u8]) -> Result<(), Violation> {
        match &mut self.inspector {
            Some(inspector) => inspector.push(octets),
            None => Ok(()),
        }
    }

    /// Keeps what can be referred to, and makes room for as much again.
    fn make_room(&mut self) {
        if self.filled > BUFFER - FURTHEST / 2 {
            self.buffer
                .copy_within(self.filled - FURTHEST..self.filled, 0);
            self.filled = FURTHEST;
        }
    }

    /// A block with BFINAL may come at any place (RFC 7692 §7.2.3.4). For zlib
    /// it is the end; for us the next block follows, in the same context.
    fn go_on_after_the_last_block(&mut self) -> Result<(), Violation> {
        self.zlib.reset(false);
        let from = self.filled.saturating_sub(FURTHEST);
        self.zlib
            .set_dictionary(&self.buffer[from..self.filled])
            .map_err(|_| Violation::CorruptDeflate)?;
        Ok(())
    }
}

/// The window alone.
fn lenient(terms: Terms) -> Terms {
    Terms {
        no_context_takeover: false,
        ..terms
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deflate::BlockWriter;
    use Violation::*;

    const BOTH_NO_TAKEOVER: Terms = Terms {
        no_context_takeover: true,
        max_window_bits: 9,
    };

    fn window(max_window_bits: u8) -> Terms {
        Terms {
            max_window_bits,
            ..Terms::default()
        }
    }

    fn no_takeover() -> Terms {
        Terms {
            no_context_takeover: true,
            ..Terms::default()
        }
    }

    /// What the messages inflate to, or the first violation.
    fn inflate(mut inflater: Inflater, messages: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Violation> {
        let mut texts = Vec::new();
        for message in messages {
            let mut text = Vec::new();
            let mut out = |piece: &[u8]| {
                assert!((1..=BUFFER).contains(&piece.len()));
                text.extend_from_slice(piece);
                true
            };
            inflater.push(message, &mut out)?;
            inflater.finish(&mut out)?;
            texts.push(text);
        }
        Ok(texts)
    }

    fn hello() -> BlockWriter {
        BlockWriter::new().fixed().literals(b"Hello").end()
    }

    fn again(distance: u16) -> BlockWriter {
        BlockWriter::new().fixed().reference(5, distance).end()
    }

    #[test]
    fn the_context_is_taken_over_even_past_bfinal() {
        let bfinal = BlockWriter::new().bfinal().fixed().literals(b"Hello").end();
        let two = bfinal.clone().bfinal().fixed().reference(5, 5).end();
        let messages = [bfinal.finish(), two.finish(), again(15).finish()];
        for inflater in [Inflater::new, Inflater::strict] {
            let texts = inflate(inflater(Terms::default()), &messages).unwrap();
            assert_eq!(texts, [&b"Hello"[..], b"HelloHello", b"Hello"]);
        }
    }

    #[test]
    fn a_reference_to_nothing_is_corrupt() {
        for terms in [Terms::default(), window(9), BOTH_NO_TAKEOVER] {
            for inflater in [Inflater::new, Inflater::strict] {
                let lone = inflate(inflater(terms), &[again(1).finish()]);
                assert_eq!(lone, Err(CorruptDeflate));
            }
        }
        let messages = [hello().finish(), again(6).finish()];
        assert_eq!(
            inflate(Inflater::strict(window(9)), &messages),
            Err(CorruptDeflate)
        );
    }

    #[test]
    fn a_reference_to_a_former_message_may_be_forbidden() {
        let messages = [hello().finish(), again(4).finish()];
        for terms in [no_takeover(), BOTH_NO_TAKEOVER] {
            let strict = inflate(Inflater::strict(terms), &messages);
            assert_eq!(strict, Err(ContextTakenOver { reach: 4 }));
            let lenient = inflate(Inflater::new(terms), &messages);
            assert_eq!(lenient, Err(CorruptDeflate));
            let same = [hello().finish(), hello().finish()];
            assert!(inflate(Inflater::strict(terms), &same).is_ok());
        }
    }

    #[test]
    fn a_reference_may_fill_the_window_and_no_more() {
        for bits in 8..=15 {
            let edge = 1_u16 << bits;
            let text = vec![7; usize::from(edge) - 4];
            for inflater in [Inflater::new, Inflater::strict] {
                let within = [BlockWriter::new().stored(&text).finish(), hello().finish()];
                let far = |distance: u16| {
                    let messages = [&within[..], &[again(distance).finish()]].concat();
                    inflate(inflater(window(bits)), &messages).map(|_| ())
                };
                assert_eq!(far(edge), Ok(()));
                let exceeded = WindowExceeded {
                    distance: u32::from(edge) + 1,
                    bits,
                };
                if bits < 15 {
                    assert_eq!(far(edge + 1), Err(exceeded));
                }
            }
        }
    }

    #[test]
    fn a_message_ends_with_a_block() {
        let cut = BlockWriter::new().fixed().literals(b"Hello").octets();
        let no_last = BlockWriter::new().bfinal().fixed().literals(b"Hello").end();
        for message in [&b""[..], &cut, &no_last.octets(), b"\x00\x07\x00\xf8\xffHe"] {
            let strict = inflate(Inflater::strict(Terms::default()), &[message.to_vec()]);
            assert_eq!(strict, Err(TruncatedDeflate), "{message:02x?}");
            assert!(inflate(Inflater::new(Terms::default()), &[message.to_vec()]).is_ok());
        }
        let ends = [b"\x00".to_vec(), b"\x02\x00".to_vec(), hello().finish()];
        let texts = inflate(Inflater::strict(Terms::default()), &ends).unwrap();
        assert_eq!(texts, [&b""[..], b"", b"Hello"]);
    }

    #[test]
    fn a_bomb_may_be_left_in_the_middle() {
        let mut bomb = BlockWriter::new().fixed().literals(b"0");
        for _ in 0..40_000 {
            bomb = bomb.reference(258, 1);
        }
        let (message, mut given) = (bomb.end().finish(), 0);
        let mut inflater = Inflater::strict(Terms::default());
        let pushed = inflater.push(&message, |piece| {
            given += piece.len();
            given < 1 << 20
        });
        assert_eq!(pushed, Ok(()));
        assert!((1 << 20..(1 << 20) + BUFFER).contains(&given));
    }

    #[test]
    fn many_streams_in_a_message_are_no_trouble() {
        let mut message = BlockWriter::new().stored(&[7; 40_000]);
        for _ in 0..1000 {
            message = message.bfinal().fixed().end();
        }
        let texts = inflate(
            Inflater::strict(Terms::default()),
            &[message.finish(), again(32_768).finish()],
        );
        assert_eq!(texts.unwrap()[1], [7; 5]);
    }
}
