//! Masking (RFC 6455 §5.3): XOR of the payload with a repeated key of four
//! octets. Masking twice with one key restores the octets.

/// Masks or unmasks `octets` in place. `offset` is the position of
/// `octets[0]` in the frame's payload.
pub fn apply(key: [u8; 4], offset: usize, octets: &mut [u8]) {
    let turn = offset % 4;
    let key: [u8; 4] = std::array::from_fn(|i| key[(turn + i) % 4]);
    let wide = u64::from_ne_bytes(std::array::from_fn(|i| key[i % 4]));
    let mut chunks = octets.chunks_exact_mut(8);
    for chunk in &mut chunks {
        let chunk: &mut [u8; 8] = chunk.try_into().expect("chunks of 8 have 8 octets");
        *chunk = (u64::from_ne_bytes(*chunk) ^ wide).to_ne_bytes();
    }
    for (octet, key) in chunks.into_remainder().iter_mut().zip(wide.to_ne_bytes()) {
        *octet ^= key;
    }
}

/// A source of masking keys that gives the same keys for the same seed
/// (SplitMix64). A real client owes §5.3 "a strong source of entropy"; whoever
/// needs one seeds this from there. Tests want keys that can be had again.
#[derive(Debug, Clone)]
pub struct MaskingKeys {
    state: u64,
}

impl MaskingKeys {
    /// The keys of one seed.
    pub const fn seeded(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next key.
    pub fn next_key(&mut self) -> [u8; 4] {
        let [a, b, c, d, ..] = self.next_u64().to_be_bytes();
        [a, b, c, d]
    }

    /// Sixteen octets: what a `Sec-WebSocket-Key` encodes (RFC 6455 §4.1).
    pub fn next_nonce(&mut self) -> [u8; 16] {
        let (high, low) = (u128::from(self.next_u64()), u128::from(self.next_u64()));
        (high << 64 | low).to_be_bytes()
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The formula of §5.3: `transformed-octet-i = original-octet-i XOR
    /// masking-key-octet-(i MOD 4)`.
    fn naive(key: [u8; 4], offset: usize, octets: &[u8]) -> Vec<u8> {
        let masked = octets.iter().enumerate();
        masked
            .map(|(i, octet)| octet ^ key[(offset + i) % 4])
            .collect()
    }

    #[test]
    fn masks_the_example_of_section_5_7() {
        let mut octets = *b"Hello";
        apply([0x37, 0xfa, 0x21, 0x3d], 0, &mut octets);
        assert_eq!(octets, [0x7f, 0x9f, 0x4d, 0x51, 0x58]);
    }

    #[test]
    fn gives_the_published_numbers_of_splitmix64() {
        let mut keys = MaskingKeys::seeded(1_234_567);
        let numbers: [u64; 3] = std::array::from_fn(|_| keys.next_u64());
        assert_eq!(
            numbers,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    proptest! {
        #[test]
        fn agrees_with_the_formula(
            key: [u8; 4],
            offset in 0_usize..9,
            octets in proptest::collection::vec(any::<u8>(), 0..70),
        ) {
            let mut masked = octets.clone();
            apply(key, offset, &mut masked);
            prop_assert_eq!(masked, naive(key, offset, &octets));
        }

        #[test]
        fn may_be_cut_anywhere(
            key: [u8; 4],
            octets in proptest::collection::vec(any::<u8>(), 1..70),
            cut: prop::sample::Index,
        ) {
            let cut = cut.index(octets.len());
            let mut pieces = octets.clone();
            let (front, back) = pieces.split_at_mut(cut);
            apply(key, 0, front);
            apply(key, cut, back);
            prop_assert_eq!(pieces, naive(key, 0, &octets));
        }
    }
}
