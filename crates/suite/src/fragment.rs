//! How [`crate::case::Step::Fragments`] cuts a message.

use std::ops::Range;

use wscheck_wire::{Header, LengthForm, Opcode};

/// One fragment of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fragment {
    /// Which octets of the message it carries.
    pub octets: Range<u64>,
    /// Whether it begins the message: others have opcode 0.
    pub first: bool,
    /// Whether it ends the message, with FIN.
    pub last: bool,
}

impl Fragment {
    /// The header of its frame. That of the first fragment has the `opcode` and
    /// the `rsv` of the message.
    pub fn header(&self, opcode: Opcode, rsv: u8, mask: Option<[u8; 4]>) -> Header {
        let length = self.octets.end - self.octets.start;
        let (opcode, rsv) = match self.first {
            true => (opcode, rsv),
            false => (Opcode::CONTINUATION, 0),
        };
        Header {
            fin: self.last,
            rsv,
            opcode,
            mask,
            length,
            length_form: LengthForm::minimal(length),
        }
    }
}

/// Into how many fragments of `size` octets a message of `length` is cut. A
/// message that fits one frame stays whole; else, where `size` divides
/// `length`, an empty fragment is the last.
pub fn count(length: u64, size: u64) -> u64 {
    let size = size.max(1);
    if length <= size { 1 } else { length / size + 1 }
}

/// The fragment at `index`, which is below the [`count`].
pub fn fragment(length: u64, size: u64, index: u64) -> Fragment {
    let size = size.max(1);
    Fragment {
        octets: index * size..length.min((index + 1) * size),
        first: index == 0,
        last: index + 1 == count(length, size),
    }
}

/// All fragments, in order.
pub fn fragments(length: u64, size: u64) -> impl Iterator<Item = Fragment> {
    (0..count(length, size)).map(move |index| fragment(length, size, index))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(length: u64, size: u64) -> Vec<Range<u64>> {
        let all: Vec<Fragment> = fragments(length, size).collect();
        assert!(all[0].first && all[all.len() - 1].last);
        assert_eq!(
            all.iter().filter(|f| f.first || f.last).count(),
            all.len().min(2)
        );
        all.into_iter().map(|fragment| fragment.octets).collect()
    }

    #[test]
    fn an_exact_multiple_ends_in_an_empty_fragment() {
        assert_eq!(cut(5, 2), [0..2, 2..4, 4..5]);
        assert_eq!(cut(4, 2), [0..2, 2..4, 4..4]);
        for length in 0..=2 {
            assert_eq!(cut(length, 2), std::slice::from_ref(&(0..length)));
        }
    }
}
