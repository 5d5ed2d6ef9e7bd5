//! What DEFLATE blocks are made of, without inflating them.

use super::bits::Bits;
use super::header::{CodesReader, Read};
use super::huffman::{Codes, FIXED, Next, distance_of, length_of};
use super::{MAX_WINDOW_BITS, TAIL, Terms};
use crate::violation::Violation;

/// What one compressed message is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MessageFacts {
    /// Blocks without compression, the empty one included that ends the
    /// message with the [`TAIL`].
    pub stored: u64,
    /// Blocks with the fixed Huffman codes.
    pub fixed: u64,
    /// Blocks with Huffman codes of their own.
    pub dynamic: u64,
    /// Whether a block had BFINAL set.
    pub bfinal: bool,
    /// How long the message is when inflated, octets.
    pub length: u64,
    /// The furthest that a reference went back, octets; 0 without any.
    pub greatest_distance: u32,
    /// The furthest that a reference went back before the start of the
    /// message, octets; 0 if it could be inflated by itself.
    pub greatest_reach: u32,
}

/// Reads the messages of one direction block by block, keeps count, and keeps
/// none of their octets.
///
/// After BFINAL the next block begins with the next octet, in the same message
/// and with the same history (RFC 7692 §7.2.3.4).
#[derive(Debug, Clone)]
pub struct Inspector {
    terms: Terms,
    bits: Bits,
    state: State,
    /// Whether the block in progress has BFINAL.
    bfinal: bool,
    /// Of the block in progress, or of a former one.
    codes: Box<CodesReader>,
    /// How many octets the former messages had, as far as they can be referred
    /// to.
    history: u64,
    message: MessageFacts,
    fault: Option<Violation>,
}

/// What the next bits are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The header of a block.
    Header,
    /// The length of a stored block.
    StoredLength,
    /// So many octets of a stored block.
    Stored(usize),
    /// The codes of a block.
    Codes,
    /// Symbols of the fixed codes.
    Fixed,
    /// Symbols of codes that were read.
    Dynamic,
}

impl Inspector {
    /// Before the first message of a connection. The references are held to
    /// `terms`; the default ones allow all that DEFLATE can say.
    pub fn new(terms: Terms) -> Self {
        Self {
            terms,
            bits: Bits::default(),
            state: State::Header,
            bfinal: false,
            codes: Box::default(),
            history: 0,
            message: MessageFacts::default(),
            fault: None,
        }
    }

    /// Before a message that others came before, of which nothing is known:
    /// references into them are counted, and never found to be too far.
    pub fn midway(terms: Terms) -> Self {
        Self {
            history: 1 << MAX_WINDOW_BITS,
            ..Self::new(terms)
        }
    }

    /// What is known of the message in progress.
    pub const fn facts(&self) -> &MessageFacts {
        &self.message
    }

    /// Reads the next octets of the message.
    ///
    /// # Errors
    ///
    /// [`CorruptDeflate`](Violation::CorruptDeflate),
    /// [`WindowExceeded`](Violation::WindowExceeded) or
    /// [`ContextTakenOver`](Violation::ContextTakenOver), and the same again
    /// ever after: what follows cannot be read.
    pub fn push(&mut self, mut octets: &[u8]) -> Result<(), Violation> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        loop {
            match self.step(&mut octets) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(fault) => {
                    self.fault = Some(fault);
                    return Err(fault);
                }
            }
        }
    }

    /// Ends the message with the [`TAIL`].
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push); and
    /// [`TruncatedDeflate`](Violation::TruncatedDeflate) when the message with
    /// its tail does not end where a block does. The next message is then read
    /// as what is missing of this one.
    pub fn end_message(&mut self) -> Result<MessageFacts, Violation> {
        let read = self.push(&TAIL);
        let facts = std::mem::take(&mut self.message);
        self.history = self.history.saturating_add(facts.length);
        read?;
        if self.state != State::Header || self.bits.len() > 0 {
            return Err(Violation::TruncatedDeflate);
        }
        Ok(facts)
    }

    /// Reads as far as the state does not change. Whether there may be more to
    /// read: if not, all `input` is taken.
    fn step(&mut self, input: &mut &[u8]) -> Result<bool, Violation> {
        self.bits.refill(input);
        match self.state {
            State::Header => {
                let Some(header) = self.bits.take(3) else {
                    return Ok(false);
                };
                self.begin_block(header & 1 != 0, header >> 1)?;
            }
            State::StoredLength => {
                let Some(lengths) = self.bits.take(32) else {
                    return Ok(false);
                };
                // RFC 1951 §3.2.4: NLEN is "the one's complement of LEN"
                if lengths >> 16 != !lengths & 0xffff {
                    return Err(Violation::CorruptDeflate);
                }
                self.state = State::Stored(lengths as usize & 0xffff);
            }
            State::Stored(left) => return Ok(self.read_stored(left, input)),
            State::Codes => match self.codes.read(&mut self.bits, input)? {
                Read::More => return Ok(false),
                Read::Done => self.state = State::Dynamic,
            },
            State::Fixed | State::Dynamic => {
                if !self.read_symbols(input)? {
                    return Ok(false);
                }
                self.end_block();
            }
        }
        Ok(true)
    }

    /// Whether the block ended.
    fn read_stored(&mut self, left: usize, input: &mut &[u8]) -> bool {
        let read = self.bits.skip(input, left);
        self.message.length += read as u64;
        self.state = State::Stored(left - read);
        if read == left {
            self.end_block();
        }
        read == left
    }

    fn begin_block(&mut self, bfinal: bool, kind: u32) -> Result<(), Violation> {
        let message = &mut self.message;
        self.bfinal = bfinal;
        message.bfinal |= bfinal;
        let (count, state) = match kind {
            0 => (&mut message.stored, State::StoredLength),
            1 => (&mut message.fixed, State::Fixed),
            2 => (&mut message.dynamic, State::Codes),
            // RFC 1951 §3.2.3: "11 - reserved (error)"
            _ => return Err(Violation::CorruptDeflate),
        };
        *count += 1;
        self.state = state;
        match state {
            State::StoredLength => self.bits.align(),
            State::Codes => self.codes.restart(),
            _ => {}
        }
        Ok(())
    }

    fn end_block(&mut self) {
        if self.bfinal {
            self.bits.align();
        }
        self.state = State::Header;
    }

    /// Whether the block ended.
    fn read_symbols(&mut self, input: &mut &[u8]) -> Result<bool, Violation> {
        let codes = match self.state {
            State::Fixed => &*FIXED,
            _ => match self.codes.codes() {
                Some(codes) => codes,
                None => return Err(Violation::CorruptDeflate),
            },
        };
        let mut symbols = Symbols {
            terms: self.terms,
            history: self.history,
            message: self.message,
        };
        let ended = symbols.read(codes, &mut self.bits, input);
        self.message = symbols.message;
        ended
    }
}

/// The longest symbols of a reference with their extra bits.
const LONGEST_REFERENCE: u32 = 15 + 5 + 15 + 13;

/// What a block's symbols come to.
struct Symbols {
    terms: Terms,
    history: u64,
    message: MessageFacts,
}

impl Symbols {
    /// Whether the block ended; if not, all `input` is taken.
    fn read(
        &mut self,
        codes: &Codes,
        bits: &mut Bits,
        input: &mut &[u8],
    ) -> Result<bool, Violation> {
        loop {
            if bits.len() < LONGEST_REFERENCE {
                bits.refill(input);
            }
            match codes.literals.read(bits.peek(), bits.len()) {
                Next::Symbol(0..256, used) => {
                    bits.consume(used);
                    self.message.length += 1;
                }
                Next::Symbol(256, used) => {
                    bits.consume(used);
                    return Ok(true);
                }
                Next::Symbol(symbol, used) => {
                    let (least, extra) = length_of(symbol).ok_or(Violation::CorruptDeflate)?;
                    let length = u32::from(least) + field(bits.peek(), used, extra);
                    if !self.read_distance(&codes.distances, bits, used + extra, length)? {
                        return Ok(false);
                    }
                }
                Next::Incomplete => return Ok(false),
                Next::Invalid => return Err(Violation::CorruptDeflate),
            }
        }
    }

    /// Reads the second half of a reference, whose first half is `used` bits
    /// and means `length` octets. Whether all of it was there.
    #[inline(always)]
    fn read_distance(
        &mut self,
        code: &super::huffman::Code,
        bits: &mut Bits,
        used: u32,
        length: u32,
    ) -> Result<bool, Violation> {
        let Some(available) = bits.len().checked_sub(used) else {
            return Ok(false);
        };
        let (symbol, more) = match code.read(bits.peek() >> used, available) {
            Next::Symbol(symbol, more) => (symbol, more),
            Next::Incomplete => return Ok(false),
            Next::Invalid => return Err(Violation::CorruptDeflate),
        };
        let (least, extra) = distance_of(symbol).ok_or(Violation::CorruptDeflate)?;
        let used = used + more;
        if used + extra > bits.len() {
            return Ok(false);
        }
        let distance = least + field(bits.peek(), used, extra);
        bits.consume(used + extra);
        if distance > self.message.greatest_distance || u64::from(distance) > self.message.length {
            self.go_back(distance)?;
        }
        self.message.length += u64::from(length);
        Ok(true)
    }

    /// A reference that goes further than those before, or before the start of
    /// the message.
    fn go_back(&mut self, distance: u32) -> Result<(), Violation> {
        let inside = u32::try_from(self.message.length).unwrap_or(u32::MAX);
        let reach = distance.saturating_sub(inside);
        if u64::from(reach) > self.history {
            return Err(Violation::CorruptDeflate);
        }
        if reach > 0 && self.terms.no_context_takeover {
            return Err(Violation::ContextTakenOver { reach });
        }
        if distance > self.terms.window() {
            return Err(Violation::WindowExceeded {
                distance,
                bits: self.terms.max_window_bits,
            });
        }
        let message = &mut self.message;
        message.greatest_distance = message.greatest_distance.max(distance);
        message.greatest_reach = message.greatest_reach.max(reach);
        Ok(())
    }
}

/// `count` of the bits, after the first `skipped`.
#[inline(always)]
const fn field(bits: u64, skipped: u32, count: u32) -> u32 {
    (bits >> skipped & ((1 << count) - 1)) as u32
}

/// Looks at one message that was kept, after the fact. The ones before it are
/// not known: references into them are told as reach, and break the `terms`
/// only where these forbid any.
///
/// # Errors
///
/// As [`Inspector::push`] and [`Inspector::end_message`].
pub fn inspect(message: &[u8], terms: Terms) -> Result<MessageFacts, Violation> {
    let mut inspector = Inspector::midway(terms);
    inspector.push(message)?;
    inspector.end_message()
}
