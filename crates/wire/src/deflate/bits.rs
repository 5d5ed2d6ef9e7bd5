//! Octets as bits, the lowest first (RFC 1951 §3.1.1).

/// Some bits that are taken from octets and not used.
#[derive(Debug, Clone, Default)]
pub(super) struct Bits {
    /// The first `len` bits count. What stands above them is zeros, or the
    /// octets that come next, as far as a former refill saw them.
    held: u64,
    /// At most 63.
    len: u32,
}

impl Bits {
    /// How many there are after a refill, unless the input is used up.
    pub(super) const FULL: u32 = 56;

    /// Takes octets from the front of `input`, until there are
    /// [`FULL`](Self::FULL) bits or more, or no octets.
    pub(super) fn refill(&mut self, input: &mut &[u8]) {
        if let Some(word) = input.first_chunk::<8>() {
            self.held |= u64::from_le_bytes(*word) << self.len;
            let taken = (63 - self.len) / 8;
            self.len += taken * 8;
            *input = &input[taken as usize..];
        } else {
            while self.len < Self::FULL
                && let [octet, rest @ ..] = *input
            {
                self.held |= u64::from(*octet) << self.len;
                self.len += 8;
                *input = rest;
            }
        }
    }

    /// How many bits there are.
    pub(super) const fn len(&self) -> u32 {
        self.len
    }

    /// The bits, and above them anything.
    pub(super) const fn peek(&self) -> u64 {
        self.held
    }

    /// Drops the first `count` bits; there must be as many.
    pub(super) const fn consume(&mut self, count: u32) {
        self.held >>= count;
        self.len -= count;
    }

    /// Takes `count` bits, at most 32, if there are as many.
    pub(super) const fn take(&mut self, count: u32) -> Option<u32> {
        if self.len < count {
            return None;
        }
        let taken = self.held & ((1 << count) - 1);
        self.consume(count);
        Some(taken as u32)
    }

    /// Drops what is left of an octet that is used in part.
    pub(super) const fn align(&mut self) {
        self.consume(self.len % 8);
    }

    /// Drops up to `count` whole octets, of what is held and then of `input`;
    /// says how many. Must be aligned.
    pub(super) fn skip(&mut self, input: &mut &[u8], count: usize) -> usize {
        let held = count.min(self.len as usize / 8);
        self.consume(held as u32 * 8);
        if self.len > 0 {
            return held;
        }
        self.held = 0;
        let more = (count - held).min(input.len());
        *input = &input[more..];
        held + more
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_bit_comes_first() {
        let mut bits = Bits::default();
        let mut input = &[0b1010_0110, 0xff, 0x01][..];
        bits.refill(&mut input);
        assert_eq!((bits.len(), input.len()), (24, 0));
        assert_eq!([bits.take(3), bits.take(5)], [Some(0b110), Some(0b10100)]);
        assert_eq!(bits.take(9), Some(0x1ff));
        bits.align();
        assert_eq!((bits.len(), bits.take(1)), (0, None));
    }

    #[test]
    fn a_skip_forgets_what_a_refill_saw() {
        let octets: Vec<u8> = (0..40).collect();
        let mut input = &octets[..];
        let mut bits = Bits::default();
        bits.refill(&mut input);
        assert_eq!(bits.skip(&mut input, 9), 9);
        bits.refill(&mut input);
        assert_eq!(bits.take(16), Some(0x0a09));
        assert_eq!(bits.skip(&mut input, 100), 40 - 11);
        assert_eq!((bits.len(), bits.skip(&mut input, 1)), (0, 0));
    }
}
