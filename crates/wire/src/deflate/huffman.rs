//! The Huffman codes of DEFLATE (RFC 1951 §3.2.2), read by table.

use std::sync::LazyLock;

/// Codes up to this many bits are read in one look.
const DIRECT_BITS: u32 = 10;

/// The longest code, bits.
const LONGEST: usize = 15;

/// The most symbols that a code has.
const SYMBOLS: usize = 288;

/// One code.
#[derive(Debug, Clone)]
pub(super) struct Code {
    /// By the next [`DIRECT_BITS`] bits: the symbol, times 16, plus the length
    /// of its code; zero where that is longer, or is none.
    direct: [u16; 1 << DIRECT_BITS],
    /// How many codes there are of each length.
    counts: [u16; LONGEST + 1],
    /// The symbols in the order of their codes.
    symbols: [u16; SYMBOLS],
    /// The length of the longest code, at least 1.
    longest: u32,
}

/// What the next bits are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// A symbol, and how many bits it took.
    Symbol(u16, u32),
    /// The beginning of one.
    Incomplete,
    /// No symbol has this code.
    Invalid,
}

/// Which codes may leave codes unused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gaps {
    /// None may.
    Forbidden,
    /// That with no symbol, and that with one symbol of one bit: "One distance
    /// code of zero bits means that there are no distance codes used at all",
    /// "if only one distance code is used, it is encoded using one bit" (RFC
    /// 1951 §3.2.7). zlib grants the same to literals, and nothing else.
    OneSymbol,
}

impl Code {
    /// The code with these lengths, by symbol, 0 for none, 15 at most; `None`
    /// if there are more codes of a length than fit, or fewer than there must.
    pub(super) fn new(lengths: &[u8], gaps: Gaps) -> Option<Self> {
        let mut counts = [0_u16; LONGEST + 1];
        for length in lengths.iter().filter(|length| **length > 0) {
            counts[usize::from(*length)] += 1;
        }
        let longest = counts.iter().rposition(|count| *count > 0).unwrap_or(0);
        let mut unused = 1_i32;
        for count in &counts[1..] {
            unused = unused * 2 - i32::from(*count);
            if unused < 0 {
                return None;
            }
        }
        if unused > 0 && (gaps == Gaps::Forbidden || longest > 1) {
            return None;
        }
        let mut code = Self {
            direct: [0; 1 << DIRECT_BITS],
            counts,
            symbols: [0; SYMBOLS],
            longest: longest.max(1) as u32,
        };
        code.fill(lengths);
        Some(code)
    }

    fn fill(&mut self, lengths: &[u8]) {
        // For each length, the first code and the place of its symbol.
        let (mut codes, mut places) = ([0_u32; LONGEST + 1], [0_u16; LONGEST + 1]);
        for length in 1..LONGEST {
            codes[length + 1] = (codes[length] + u32::from(self.counts[length])) << 1;
            places[length + 1] = places[length] + self.counts[length];
        }
        for (symbol, length) in lengths
            .iter()
            .enumerate()
            .filter(|(_, length)| **length > 0)
        {
            let (symbol, bits) = (symbol as u16, u32::from(*length));
            let length = usize::from(*length);
            self.symbols[usize::from(places[length])] = symbol;
            places[length] += 1;
            let code = codes[length];
            codes[length] += 1;
            if bits <= DIRECT_BITS {
                // "Huffman codes are packed starting with the most-significant
                // bit of the code" (RFC 1951 §3.1.1).
                let first = (code.reverse_bits() >> (32 - bits)) as usize;
                for entry in self.direct[first..].iter_mut().step_by(1 << bits) {
                    *entry = symbol << 4 | bits as u16;
                }
            }
        }
    }

    /// Reads the symbol that the lowest of `bits` are, of which `available`
    /// count.
    #[inline(always)]
    pub(super) fn read(&self, bits: u64, available: u32) -> Next {
        let entry = self.direct[bits as usize & ((1 << DIRECT_BITS) - 1)];
        let length = u32::from(entry & 15);
        if length == 0 {
            self.read_long(bits, available)
        } else if length <= available {
            Next::Symbol(entry >> 4, length)
        } else {
            Next::Incomplete
        }
    }

    /// Reads bit by bit: the codes of a length are numbers in a row.
    #[cold]
    fn read_long(&self, mut bits: u64, available: u32) -> Next {
        let (mut code, mut first, mut place) = (0_u32, 0_u32, 0_u32);
        for length in 1..=self.longest {
            if length > available {
                return Next::Incomplete;
            }
            code = code << 1 | (bits & 1) as u32;
            bits >>= 1;
            let count = u32::from(self.counts[length as usize]);
            first <<= 1;
            if code < first + count {
                return Next::Symbol(self.symbols[(place + code - first) as usize], length);
            }
            first += count;
            place += count;
        }
        Next::Invalid
    }
}

/// The two codes of a block.
#[derive(Debug, Clone)]
pub(super) struct Codes {
    /// Literals, the end of the block, and lengths.
    pub(super) literals: Code,
    /// Distances.
    pub(super) distances: Code,
}

/// The codes of blocks of type 1 (RFC 1951 §3.2.6).
pub(super) static FIXED: LazyLock<Codes> = LazyLock::new(|| {
    let mut lengths = [8; SYMBOLS];
    lengths[144..256].fill(9);
    lengths[256..280].fill(7);
    let code = |lengths: &[u8]| Code::new(lengths, Gaps::Forbidden);
    Codes {
        literals: code(&lengths).expect("the fixed code is complete"),
        distances: code(&[5; 32]).expect("the fixed code is complete"),
    }
});

/// The least length that a symbol from 257 on means, and how many bits after
/// it add to that (RFC 1951 §3.2.5); `None` for the symbols without a meaning.
#[inline(always)]
pub(super) const fn length_of(symbol: u16) -> Option<(u16, u32)> {
    Some(match symbol {
        257..265 => (symbol - 254, 0),
        265..285 => {
            let (extra, step) = ((symbol as u32 - 261) / 4, (symbol - 261) % 4);
            (((4 + step) << extra) + 3, extra)
        }
        285 => (258, 0),
        _ => return None,
    })
}

/// The least distance that a symbol means, and how many bits add to that.
#[inline(always)]
pub(super) const fn distance_of(symbol: u16) -> Option<(u32, u32)> {
    let symbol = symbol as u32;
    Some(match symbol {
        0..2 => (symbol + 1, 0),
        2..30 => {
            let extra = symbol / 2 - 1;
            (((2 + symbol % 2) << extra) + 1, extra)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_example_of_rfc_1951() {
        // §3.2.2: A to H with lengths 3, 3, 3, 3, 3, 2, 4, 4.
        let code = Code::new(&[3, 3, 3, 3, 3, 2, 4, 4], Gaps::Forbidden).unwrap();
        for (symbol, text) in ["010", "011", "100", "101", "110", "00", "1110", "1111"]
            .iter()
            .enumerate()
        {
            let bits = text
                .bytes()
                .rev()
                .fold(0, |bits, bit| bits << 1 | u64::from(bit - b'0'));
            let len = text.len() as u32;
            assert_eq!(code.read(bits, len), Next::Symbol(symbol as u16, len));
            assert_eq!(code.read(bits, len - 1), Next::Incomplete);
        }
    }

    #[test]
    fn long_codes_are_read_bit_by_bit() {
        // One code of each length, and two of the longest.
        let lengths: Vec<u8> = (1..=15).chain([15]).collect();
        let code = Code::new(&lengths, Gaps::Forbidden).unwrap();
        for (symbol, length) in lengths.iter().enumerate() {
            let ones = symbol.min(15) as u32;
            let bits = (1_u64 << ones) - 1;
            let length = u32::from(*length);
            assert_eq!(code.read(bits, length), Next::Symbol(symbol as u16, length));
            assert_eq!(code.read(bits, length - 1), Next::Incomplete);
        }
    }

    #[test]
    fn each_code_is_used_once() {
        for (lengths, fits, fits_with_gaps) in [
            (&[1, 1][..], true, true),
            (&[1, 1, 1], false, false),
            (&[2, 2, 2], false, false),
            (&[1, 3, 3], false, false),
            (&[0, 1], false, true),
            (&[0, 2], false, false),
            (&[0, 0], false, true),
        ] {
            let is_code = |gaps| Code::new(lengths, gaps).is_some();
            assert_eq!(is_code(Gaps::Forbidden), fits, "{lengths:?}");
            assert_eq!(is_code(Gaps::OneSymbol), fits_with_gaps, "{lengths:?}");
        }
        let one = Code::new(&[0, 1], Gaps::OneSymbol).unwrap();
        assert_eq!(
            [one.read(0, 1), one.read(1, 1)],
            [Next::Symbol(1, 1), Next::Invalid]
        );
        let none = Code::new(&[0], Gaps::OneSymbol).unwrap();
        assert_eq!(
            [none.read(0, 0), none.read(0, 1)],
            [Next::Incomplete, Next::Invalid]
        );
    }

    #[test]
    fn lengths_and_distances_are_those_of_the_tables() {
        let lengths: Vec<_> = (257..=288).filter_map(length_of).collect();
        assert_eq!(lengths.len(), 29);
        for (symbol, wanted) in [
            (257, (3, 0)),
            (264, (10, 0)),
            (265, (11, 1)),
            (268, (17, 1)),
            (269, (19, 2)),
            (277, (67, 4)),
            (284, (227, 5)),
            (285, (258, 0)),
        ] {
            assert_eq!(length_of(symbol), Some(wanted), "{symbol}");
        }
        for (symbol, wanted) in [
            (0, (1, 0)),
            (3, (4, 0)),
            (4, (5, 1)),
            (5, (7, 1)),
            (16, (257, 7)),
            (29, (24_577, 13)),
        ] {
            assert_eq!(distance_of(symbol), Some(wanted), "{symbol}");
        }
        assert_eq!([length_of(286), length_of(287)], [None, None]);
        assert_eq!([distance_of(30), distance_of(31)], [None, None]);
    }
}
