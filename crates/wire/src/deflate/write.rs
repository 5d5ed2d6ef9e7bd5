//! DEFLATE blocks by hand, as no compressor would write them.

use super::huffman::{distance_of, length_of};

/// Writes the blocks of a message, one after the other.
///
/// ```
/// use wscheck_wire::deflate::BlockWriter;
///
/// // RFC 7692 §7.2.3.1: "Hello" in one block.
/// let hello = BlockWriter::new().fixed().literals(b"Hello").end().finish();
/// assert_eq!(hello, [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]);
/// ```
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct BlockWriter {
    octets: Vec<u8>,
    /// How many bits of the last octet are free.
    free: u32,
    /// Whether the next block has BFINAL.
    bfinal: bool,
    /// Whether the block in progress has.
    ends_stream: bool,
}

impl BlockWriter {
    /// A message without any block.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets BFINAL in the next block.
    pub const fn bfinal(mut self) -> Self {
        self.bfinal = true;
        self
    }

    /// A block without compression.
    ///
    /// # Panics
    ///
    /// If it has more than 65,535 octets.
    pub fn stored(mut self, octets: &[u8]) -> Self {
        let length = u16::try_from(octets.len()).expect("a stored block has at most 65,535 octets");
        self.begin(0);
        self.free = 0;
        self.octets.extend_from_slice(&length.to_le_bytes());
        self.octets.extend_from_slice(&(!length).to_le_bytes());
        self.octets.extend_from_slice(octets);
        self
    }

    /// Begins a block with the fixed Huffman codes; [`end`](Self::end) ends it.
    pub fn fixed(mut self) -> Self {
        self.begin(1);
        self
    }

    /// Begins a block of type 2, with codes of its own, or of the reserved
    /// type 3. What follows is for [`bits`](Self::bits).
    pub fn block_of_type(mut self, kind: u8) -> Self {
        self.begin(u32::from(kind & 3));
        self
    }

    /// Literals, in a block with the fixed codes.
    pub fn literals(mut self, octets: &[u8]) -> Self {
        for octet in octets {
            self = self.symbol(u16::from(*octet));
        }
        self
    }

    /// A reference, in a block with the fixed codes: 3 to 258 octets again
    /// that stood 1 to 32,768 octets before. Nobody checks that they did.
    ///
    /// # Panics
    ///
    /// If the length or the distance cannot be written.
    pub fn reference(self, length: u16, distance: u16) -> Self {
        let symbols = (257..=285).rev();
        let (symbol, least, extra) = symbols
            .filter_map(|symbol| length_of(symbol).map(|(least, extra)| (symbol, least, extra)))
            .find(|(_, least, _)| *least <= length)
            .filter(|_| length <= 258)
            .expect("a length is 3 to 258");
        let distance = u32::from(distance);
        let (far, nearest, more) = (0..30)
            .rev()
            .filter_map(|far| distance_of(far).map(|(nearest, more)| (far, nearest, more)))
            .find(|(_, nearest, _)| *nearest <= distance)
            .filter(|_| distance <= 32_768)
            .expect("a distance is 1 to 32,768");
        self.symbol(symbol)
            .bits(u32::from(length - least), extra)
            .distance_symbol(far)
            .bits(distance - nearest, more)
    }

    /// Any of the literals and lengths 0 to 287 in their fixed code, such as
    /// 286, which has one and means nothing.
    pub fn symbol(self, symbol: u16) -> Self {
        let symbol = u32::from(symbol);
        match symbol {
            0..144 => self.code(0x30 + symbol, 8),
            144..256 => self.code(0x190 + symbol - 144, 9),
            256..280 => self.code(symbol - 256, 7),
            _ => self.code(0xc0 + (symbol - 280) % 8, 8),
        }
    }

    /// Any of the distances 0 to 31 in their fixed code, such as 30, which has
    /// one and means nothing.
    pub fn distance_symbol(self, symbol: u16) -> Self {
        self.code(u32::from(symbol % 32), 5)
    }

    /// Ends a block with the fixed codes.
    pub fn end(mut self) -> Self {
        self = self.symbol(256);
        if self.ends_stream {
            self.free = 0;
        }
        self
    }

    /// The lowest `count` bits of `value`, the lowest first: anything.
    pub fn bits(mut self, value: u32, count: u32) -> Self {
        for bit in 0..count {
            self.bit(value >> bit & 1 != 0);
        }
        self
    }

    /// The octets so far, the last one filled with zeros.
    pub fn octets(self) -> Vec<u8> {
        self.octets
    }

    /// The message: the blocks, and an empty stored one without its
    /// [`TAIL`](super::TAIL).
    pub fn finish(self) -> Vec<u8> {
        self.bits(0, 3).octets()
    }

    fn begin(&mut self, kind: u32) {
        self.ends_stream = std::mem::take(&mut self.bfinal);
        self.bit(self.ends_stream);
        self.bit(kind & 1 != 0);
        self.bit(kind & 2 != 0);
    }

    /// Huffman codes are "packed starting with the most-significant bit" (RFC
    /// 1951 §3.1.1).
    fn code(self, code: u32, length: u32) -> Self {
        self.bits(code.reverse_bits() >> (32 - length), length)
    }

    fn bit(&mut self, bit: bool) {
        if self.free == 0 {
            self.octets.push(0);
            self.free = 8;
        }
        if let Some(last) = self.octets.last_mut() {
            *last |= u8::from(bit) << (8 - self.free);
        }
        self.free -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deflate::{Inflater, MessageFacts, Terms, inspect};
    use proptest::prelude::*;

    fn inflated(message: &[u8]) -> Vec<u8> {
        let (mut inflater, mut text) = (Inflater::new(Terms::default()), Vec::new());
        let mut out = |octets: &[u8]| {
            text.extend_from_slice(octets);
            true
        };
        inflater.push(message, &mut out).unwrap();
        inflater.finish(&mut out).unwrap();
        text
    }

    /// The examples of RFC 7692 §7.2.3, as octets and by hand.
    #[test]
    fn writes_the_examples_of_the_rfc() {
        let hello = BlockWriter::new().fixed().literals(b"Hello").end();
        assert_eq!(hello.finish(), [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]);
        let again = BlockWriter::new().fixed().symbol(u16::from(b'H'));
        let again = again.reference(4, 5).end().finish();
        assert_eq!(again, [0xf2, 0x00, 0x11, 0x00, 0x00]);
        let stored = BlockWriter::new().stored(b"Hello").finish();
        assert_eq!(stored, b"\x00\x05\x00\xfa\xffHello\x00");
        let bfinal = BlockWriter::new().bfinal().fixed().literals(b"Hello").end();
        assert_eq!(
            bfinal.finish(),
            [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00]
        );
        let two = BlockWriter::new().fixed().literals(b"He").end().stored(b"");
        let two = two.fixed().literals(b"llo").end().finish();
        assert_eq!(
            two,
            [
                0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00
            ]
        );
        assert_eq!(BlockWriter::new().finish(), [0x00]);
    }

    #[test]
    fn every_literal_and_reference_is_read_back() {
        let all: Vec<u8> = (0..=255).collect();
        let message = BlockWriter::new().fixed().literals(&all).end().finish();
        assert_eq!(inflated(&message), all);
        for length in 3..=258 {
            let message = BlockWriter::new().fixed().literals(b"ab");
            let message = message.reference(length, 2).end().finish();
            assert_eq!(inflated(&message).len(), usize::from(length) + 2);
        }
        let text: Vec<u8> = (0..32_768_u32).map(|n| (n ^ n >> 8) as u8).collect();
        for distance in (1..=32_768_u16).step_by(61).chain([2, 3, 4, 5, 32_768]) {
            let message = BlockWriter::new().stored(&text).fixed();
            let message = message.reference(3, distance).end().finish();
            let again = &text[text.len() - usize::from(distance)..];
            assert_eq!(inflated(&message)[text.len()], again[0]);
            let facts = inspect(&message, Terms::default()).unwrap();
            assert_eq!(facts.greatest_distance, u32::from(distance));
        }
    }

    proptest! {
        #[test]
        fn any_blocks_are_read_back(
            blocks in prop::collection::vec(
                (0_u8..3, any::<bool>(), prop::collection::vec(any::<u8>(), 0..40)), 0..8),
        ) {
            let (mut writer, mut wanted) = (BlockWriter::new(), Vec::new());
            let mut facts = MessageFacts { stored: 1, ..MessageFacts::default() };
            for (kind, bfinal, octets) in &blocks {
                if *bfinal {
                    writer = writer.bfinal();
                    facts.bfinal = true;
                }
                if *kind == 0 {
                    facts.stored += 1;
                    writer = writer.stored(octets);
                } else {
                    facts.fixed += 1;
                    writer = writer.fixed().literals(octets).end();
                }
                wanted.extend_from_slice(octets);
            }
            facts.length = wanted.len() as u64;
            let message = writer.finish();
            prop_assert_eq!(inflated(&message), wanted);
            prop_assert_eq!(inspect(&message, Terms::default()), Ok(facts));
        }
    }
}
