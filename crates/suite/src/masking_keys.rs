//! The masking keys of a client, as far as frames can show them.
//!
//! "The masking key needs to be unpredictable" (RFC 6455 §5.3). What comes of a
//! strong source cannot be told from what comes of a good one that is weak, so
//! only what no strong source gives is held against a client. Of up to
//! [`WATCHED`] keys, drawn by chance, each of these is true less than once in a
//! thousand million connections:
//!
//! | what | how likely |
//! |---|---|
//! | two keys of zeros | 4096² / 2 · 2⁻⁶⁴ < 10⁻¹² |
//! | four keys that came before | (4096² / 2 · 2⁻³²)⁴ / 24 < 10⁻¹² |
//! | three steps from a key to the next as large as the step before, as numbers of either order of octets | 2 · (4096 · 2⁻³²)³ / 6 < 10⁻¹⁸ |
//! | of 64 keys or more, fewer than 32 different octets in one place | 4 · C(256, 31) · (31/256)⁶⁴ < 10⁻¹⁶ |
//! | of 64 keys or more, a bit that is set so often or so rarely that (2 · set − keys)² > 56 · keys | 64 · e⁻²⁸ < 10⁻¹⁰ (Hoeffding) |
//! | two of the first 16 keys on two connections | (256 · 2⁻³²)² / 2 < 10⁻¹⁴ |
//!
//! Who does one of the first three, or the last, lets the next key be told from
//! those before. The other two make it easier, but not simple: they are no breach.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::octets::Octets;

/// So many keys of a connection are looked at.
pub const WATCHED: u64 = 4096;

/// From so many keys on, octets and bits are counted for something.
pub const ENOUGH: u64 = 64;

/// So many of the first keys are kept.
const KEPT: usize = 16;

/// What is known of the keys of one connection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct KeySummary {
    /// How many were looked at.
    pub keys: u64,
    /// How many were zero.
    pub zero: u64,
    /// How many had come before.
    pub repeated: u64,
    /// How many were as far from the key before as that from the one before it:
    /// as big-endian numbers, and as little-endian ones.
    pub even_steps: [u64; 2],
    /// How many different octets there were in each of the four places.
    pub different: [u64; 4],
    /// How often each bit was set, the first of the first octet first.
    pub set: [u64; 32],
    /// The first keys, one behind the other.
    pub first: Octets,
}

/// What speaks against keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyFlaw {
    /// Whether the next key can be told.
    pub(crate) is_grave: bool,
    /// What it is, as a fragment.
    pub(crate) why: String,
}

impl KeySummary {
    /// What speaks against these keys, the gravest first.
    pub(crate) fn flaw(&self) -> Option<KeyFlaw> {
        let keys = self.keys;
        let grave = [
            (
                self.zero >= 2,
                format!("{} of {keys} masking keys are zero", self.zero),
            ),
            (
                self.repeated >= 4,
                format!("{} of {keys} masking keys had come before", self.repeated),
            ),
            (
                self.even_steps.iter().any(|steps| *steps >= 3),
                format!("the {keys} masking keys count in even steps"),
            ),
        ];
        let few = self.different.iter().min().copied().unwrap_or_default();
        let uneven = self.set.iter().find(|set| {
            let off = (2 * **set).abs_diff(keys);
            off * off > 56 * keys
        });
        let lesser = [
            (
                few < 32,
                format!("of {keys} masking keys one octet has only {few} different values"),
            ),
            (
                uneven.is_some(),
                format!(
                    "of {keys} masking keys one bit is set {} times",
                    uneven.copied().unwrap_or_default()
                ),
            ),
        ];
        let first = |flaws: Vec<(bool, String)>, is_grave| {
            let flaw = flaws.into_iter().find(|(is_there, _)| *is_there);
            flaw.map(|(_, why)| KeyFlaw { is_grave, why })
        };
        first(grave.into(), true).or_else(|| first(lesser.into(), false).filter(|_| keys >= ENOUGH))
    }

    /// What speaks against having these keys on one connection and those on
    /// another of the same client.
    pub(crate) fn flaw_beside(&self, other: &Self) -> Option<KeyFlaw> {
        let keys = |summary: &Self| -> BTreeSet<Vec<u8>> {
            let keys = summary.first.0.chunks_exact(4);
            keys.map(<[u8]>::to_vec).collect()
        };
        let same = keys(self).intersection(&keys(other)).count();
        (same >= 2).then(|| KeyFlaw {
            is_grave: true,
            why: format!("{same} of the first masking keys of two connections are the same"),
        })
    }
}

/// Looks at keys as they come; its memory is bounded.
#[derive(Debug, Default)]
pub(crate) struct KeyWatch {
    seen: BTreeSet<[u8; 4]>,
    octets: [BTreeSet<u8>; 4],
    last: Option<[u8; 4]>,
    steps: [Option<u32>; 2],
}

impl KeyWatch {
    /// Adds a key to `summary`.
    pub(crate) fn note(&mut self, key: [u8; 4], summary: &mut KeySummary) {
        if summary.keys >= WATCHED {
            return;
        }
        summary.keys += 1;
        summary.zero += u64::from(key == [0; 4]);
        summary.repeated += u64::from(!self.seen.insert(key));
        if summary.first.0.len() < KEPT * 4 {
            summary.first.0.extend_from_slice(&key);
        }
        for ((octet, seen), different) in
            key.iter().zip(&mut self.octets).zip(&mut summary.different)
        {
            *different += u64::from(seen.insert(*octet));
        }
        let bits = u32::from_be_bytes(key);
        for (place, set) in summary.set.iter_mut().enumerate() {
            *set += u64::from(bits >> (31 - place) & 1);
        }
        if let Some(last) = self.last.replace(key) {
            let numbers = [u32::from_be_bytes, u32::from_le_bytes];
            for (index, number) in numbers.into_iter().enumerate() {
                let step = number(key).wrapping_sub(number(last));
                let is_even = self.steps[index].replace(step) == Some(step);
                summary.even_steps[index] += u64::from(is_even);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wscheck_wire::mask::MaskingKeys;

    fn of(keys: impl IntoIterator<Item = [u8; 4]>) -> KeySummary {
        let (mut watch, mut summary) = (KeyWatch::default(), KeySummary::default());
        for key in keys {
            watch.note(key, &mut summary);
        }
        summary
    }

    fn by_chance(seed: u64) -> impl Iterator<Item = [u8; 4]> {
        let mut keys = MaskingKeys::seeded(seed);
        std::iter::repeat_with(move || keys.next_key())
    }

    #[test]
    fn keys_by_chance_have_no_flaw() {
        for seed in 0..50 {
            for count in [3, 64, 200, 5000] {
                let summary = of(by_chance(seed).take(count));
                assert_eq!(summary.keys, (count as u64).min(WATCHED));
                assert_eq!(summary.flaw(), None, "{seed} {count} {summary:?}");
            }
        }
        let (one, other) = (of(by_chance(1).take(70)), of(by_chance(2).take(70)));
        assert_eq!(one.flaw_beside(&other), None);
        assert!(one.flaw_beside(&one).is_some_and(|flaw| flaw.is_grave));
    }

    #[test]
    fn what_no_strong_source_gives_is_told() {
        type Bend = fn(u32, [u8; 4]) -> [u8; 4];
        let rows: [(Bend, bool, &str); 8] = [
            (|_, _| [0; 4], true, "are zero"),
            (|_, _| [1, 2, 3, 4], true, "had come before"),
            (|n, _| (n % 40 + 7).to_be_bytes(), true, "had come before"),
            (|n, _| (n * 3).to_be_bytes(), true, "even steps"),
            (|n, _| (n << 8).to_le_bytes(), true, "even steps"),
            (|_, key| [key[0], 9, 9, 9], true, "had come before"),
            (
                |_, key| [7, key[1], key[2], key[3]],
                false,
                "1 different values",
            ),
            (
                |_, key| [key[0] & 0x7f, key[1], key[2], key[3]],
                false,
                "set 0 times",
            ),
        ];
        for (bend, is_grave, why) in rows {
            let keys = by_chance(5).zip(1..).map(|(key, number)| bend(number, key));
            let flaw = of(keys.take(200)).flaw().expect(why);
            assert_eq!(flaw.is_grave, is_grave, "{}", flaw.why);
            assert!(flaw.why.contains(why), "{} is not {why}", flaw.why);
        }
    }

    #[test]
    fn of_a_few_keys_only_what_is_grave_counts() {
        assert_eq!(of([[1, 2, 3, 4]; 3]).flaw(), None);
        assert!(
            of([[1, 2, 3, 4]; 5])
                .flaw()
                .is_some_and(|flaw| flaw.is_grave)
        );
    }
}
