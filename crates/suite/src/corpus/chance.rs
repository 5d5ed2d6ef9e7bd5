//! Numbers that look random and are the same on every machine (SplitMix64).

/// A source of such numbers.
#[derive(Debug)]
pub(super) struct Chance {
    state: u64,
}

impl Chance {
    /// The numbers of one seed.
    pub(super) const fn seeded(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next 64 bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number from 0 to `bound` − 1; 0 if `bound` is 0.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let scaled = (u128::from(self.bits()) * bound as u128) >> 64;
        usize::try_from(scaled).unwrap_or(0)
    }

    /// True one time in `times`.
    pub(super) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of `choices`, of which there is at least one.
    pub(super) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// A number from 0 to 2^`octaves` − 2, the frequency of each about inverse
    /// to its size, as the words of a language are spread (Zipf's law).
    pub(super) fn rank(&mut self, octaves: usize) -> usize {
        let first = 1 << self.below(octaves);
        first - 1 + self.below(first)
    }
}

/// Octets of ASCII, `length` of them, that look random: nothing of it comes twice
/// but by chance, and then no more than a few of them.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
    let mut chance = Chance::seeded(7692);
    (0..length).map(|_| chance.pick(LETTERS)).collect()
}
