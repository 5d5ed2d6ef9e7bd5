//! Octets that wait to be written, cut into writes.

use std::collections::VecDeque;

use crate::conversation::MAX_WRITE;
use crate::mask;

/// A queue of octets that comes out in pieces of at most [`MAX_WRITE`]. What
/// is appended is copied once, and masked where it then lies.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    writes: VecDeque<Vec<u8>>,
    len: usize,
}

impl Outbox {
    /// Appends octets, masked with `key` if there is one.
    pub(super) fn append(&mut self, octets: &[u8], key: Option<[u8; 4]>) {
        let mut position = 0;
        while position < octets.len() {
            let write = self.open_write();
            let start = write.len();
            let piece = (octets.len() - position).min(MAX_WRITE - start);
            write.extend_from_slice(&octets[position..position + piece]);
            if let Some(key) = key {
                mask::apply(key, position, &mut write[start..]);
            }
            position += piece;
        }
        self.len += octets.len();
    }

    /// The next write.
    pub(super) fn pop(&mut self) -> Option<Vec<u8>> {
        let write = self.writes.pop_front()?;
        self.len -= write.len();
        Some(write)
    }

    /// How many octets wait.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Forgets what waits.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The last write if it has room, or a new one.
    fn open_write(&mut self) -> &mut Vec<u8> {
        if self
            .writes
            .back()
            .is_none_or(|write| write.len() >= MAX_WRITE)
        {
            self.writes.push_back(Vec::new());
        }
        self.writes
            .back_mut()
            .expect("a write was pushed if there was none")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_small_pieces_and_splits_large_ones() {
        let mut outbox = Outbox::default();
        outbox.append(b"ab", None);
        outbox.append(&vec![7; MAX_WRITE], None);
        assert_eq!(outbox.len(), MAX_WRITE + 2);

        let first = outbox.pop().expect("a full write");
        assert_eq!((first.len(), &first[..3]), (MAX_WRITE, &b"ab\x07"[..]));
        assert_eq!(outbox.pop(), Some(vec![7, 7]));
        assert_eq!((outbox.pop(), outbox.len()), (None, 0));
    }

    #[test]
    fn masks_across_the_cut() {
        let key = [1, 2, 3, 4];
        let mut outbox = Outbox::default();
        outbox.append(b"x", None);
        outbox.append(&vec![0; MAX_WRITE + 1], Some(key));

        let mut octets = outbox.pop().expect("a full write");
        octets.extend(outbox.pop().expect("the rest"));
        mask::apply(key, 0, &mut octets[1..]);
        assert_eq!(octets[0], b'x');
        assert!(octets[1..].iter().all(|octet| *octet == 0));
    }
}
