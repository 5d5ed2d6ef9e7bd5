//! The head of a block that brings its own codes (RFC 1951 §3.2.7).

use super::bits::Bits;
use super::huffman::{Code, Codes, Gaps, Next};
use crate::violation::Violation;

/// The order in which the lengths of the code for lengths stand.
const ORDER: [u8; 19] = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

/// The most literals and lengths, and distances, that have a meaning.
const MOST: (usize, usize) = (286, 30);

/// The literal that ends a block.
const END_OF_BLOCK: usize = 256;

/// How far the codes are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    /// More octets are needed; all that there were are taken.
    More,
    /// They are complete.
    Done,
}

/// Reads the two codes of a block.
#[derive(Debug, Clone)]
pub(super) struct CodesReader {
    /// How many literals and lengths, distances, and code lengths there are;
    /// `None` before these are read.
    counts: Option<(usize, usize, usize)>,
    /// The code that `lengths` are written in, when its own are read.
    code: Option<Code>,
    /// The lengths that are read: first of that code, then of the two others.
    lengths: [u8; MOST.0 + MOST.1],
    filled: usize,
    codes: Option<Codes>,
}

impl Default for CodesReader {
    fn default() -> Self {
        Self {
            counts: None,
            code: None,
            lengths: [0; MOST.0 + MOST.1],
            filled: 0,
            codes: None,
        }
    }
}

impl CodesReader {
    /// Before the codes of the next block.
    pub(super) fn restart(&mut self) {
        self.counts = None;
        self.code = None;
        self.lengths.fill(0);
        self.filled = 0;
    }

    /// The codes that were read last.
    pub(super) const fn codes(&self) -> Option<&Codes> {
        self.codes.as_ref()
    }

    /// Reads on.
    pub(super) fn read(&mut self, bits: &mut Bits, input: &mut &[u8]) -> Result<Read, Violation> {
        loop {
            bits.refill(input);
            let went_on = match (self.counts, &self.code) {
                (None, _) => self.read_counts(bits)?,
                (Some((.., count)), None) if self.filled < count => self.read_code_length(bits),
                (Some(_), None) => self.make_code()?,
                (Some((literals, distances, _)), Some(_)) => {
                    if self.filled == literals + distances {
                        self.make_codes(literals)?;
                        return Ok(Read::Done);
                    }
                    self.read_length(bits, literals + distances)?
                }
            };
            if !went_on {
                return Ok(Read::More);
            }
        }
    }

    fn read_counts(&mut self, bits: &mut Bits) -> Result<bool, Violation> {
        let Some(counts) = bits.take(14) else {
            return Ok(false);
        };
        let counts = counts as usize;
        let (literals, distances) = ((counts & 31) + 257, (counts >> 5 & 31) + 1);
        if literals > MOST.0 || distances > MOST.1 {
            return Err(Violation::CorruptDeflate);
        }
        self.counts = Some((literals, distances, (counts >> 10) + 4));
        Ok(true)
    }

    fn read_code_length(&mut self, bits: &mut Bits) -> bool {
        let Some(length) = bits.take(3) else {
            return false;
        };
        self.lengths[usize::from(ORDER[self.filled])] = length as u8;
        self.filled += 1;
        true
    }

    fn make_code(&mut self) -> Result<bool, Violation> {
        let code = Code::new(&self.lengths[..ORDER.len()], Gaps::Forbidden);
        self.code = Some(code.ok_or(Violation::CorruptDeflate)?);
        self.lengths[..ORDER.len()].fill(0);
        self.filled = 0;
        Ok(true)
    }

    /// Reads a length, or a run of them.
    fn read_length(&mut self, bits: &mut Bits, total: usize) -> Result<bool, Violation> {
        let Some(code) = &self.code else {
            return Err(Violation::CorruptDeflate);
        };
        let (symbol, used) = match code.read(bits.peek(), bits.len()) {
            Next::Symbol(symbol, used) => (symbol, used),
            Next::Incomplete => return Ok(false),
            Next::Invalid => return Err(Violation::CorruptDeflate),
        };
        let (extra, least) = match symbol {
            16 => (2, 3),
            17 => (3, 3),
            18 => (7, 11),
            _ => (0, 1),
        };
        if bits.len() < used + extra {
            return Ok(false);
        }
        bits.consume(used);
        let times = least + bits.take(extra).unwrap_or(0) as usize;
        let length = match (symbol, self.filled) {
            (16, 0) => return Err(Violation::CorruptDeflate),
            (16, filled) => self.lengths[filled - 1],
            (17 | 18, _) => 0,
            (length, _) => length as u8,
        };
        let end = self.filled + times;
        if end > total {
            return Err(Violation::CorruptDeflate);
        }
        self.lengths[self.filled..end].fill(length);
        self.filled = end;
        Ok(true)
    }

    fn make_codes(&mut self, literals: usize) -> Result<(), Violation> {
        let (literals, distances) = self.lengths[..self.filled].split_at(literals);
        if literals[END_OF_BLOCK] == 0 {
            return Err(Violation::CorruptDeflate);
        }
        let code = |lengths| Code::new(lengths, Gaps::OneSymbol).ok_or(Violation::CorruptDeflate);
        self.codes = Some(Codes {
            literals: code(literals)?,
            distances: code(distances)?,
        });
        Ok(())
    }
}
