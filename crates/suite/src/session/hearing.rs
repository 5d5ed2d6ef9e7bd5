//! Messages and pongs as they arrive: hashed, compared and cut, never held.

use sha2::{Digest, Sha256};

use crate::evidence::{Comparison, Content, KEPT_OCTETS};
use crate::octets::{Octets, to_hex};
use crate::payload::Payload;

/// Octets that are made at a time to be hashed.
const BUFFER: usize = 64 * 1024;

/// How many octets a first difference shows of either side.
const SHOWN_OF_DIFFERENCE: usize = 16;

/// The payload of a message or pong, while it arrives.
#[derive(Debug, Clone)]
pub(super) struct Incoming {
    length: u64,
    kept: Vec<u8>,
    keep: usize,
    hash: Option<Sha256>,
    expected: Option<Payload>,
    difference: Option<Difference>,
}

#[derive(Debug, Clone)]
struct Difference {
    offset: u64,
    expected: Vec<u8>,
    actual: Vec<u8>,
}

impl Incoming {
    /// Begins to hear something in whose place `expected` was hoped for. Keeps
    /// at most `keep` octets.
    pub(super) fn new(expected: Option<Payload>, keep: usize) -> Self {
        let keep = keep.min(KEPT_OCTETS);
        Self {
            length: 0,
            kept: Vec::new(),
            keep,
            hash: None,
            expected,
            difference: None,
        }
    }

    /// Octets so far.
    pub(super) fn len(&self) -> u64 {
        self.length
    }

    /// Whether it is all that was hoped for, and nothing else.
    pub(super) fn is_right(&self) -> bool {
        let length = self.expected.as_ref().map(Payload::len);
        self.difference.is_none() && length == Some(self.length)
    }

    /// As long as all is as expected, nothing is kept: it could be made again.
    pub(super) fn push(&mut self, octets: &[u8]) {
        let was_as_expected = self.is_as_expected();
        self.compare(octets);
        if !self.is_as_expected() {
            if was_as_expected {
                self.catch_up();
            }
            self.keep_and_hash(octets);
        }
        self.length += octets.len() as u64;
    }

    fn is_as_expected(&self) -> bool {
        self.expected.is_some() && self.difference.is_none()
    }

    /// Keeps and hashes what was as expected so far.
    fn catch_up(&mut self) {
        let Some(expected) = self.expected.take() else {
            return;
        };
        let mut buffer = vec![0; BUFFER.min(usize::try_from(self.length).unwrap_or(BUFFER))];
        let mut at = 0;
        while at < self.length {
            let left = usize::try_from(self.length - at).unwrap_or(BUFFER);
            let room = left.min(buffer.len());
            let filled = expected.fill(at, &mut buffer[..room]);
            if filled == 0 {
                break;
            }
            self.keep_and_hash(&buffer[..filled]);
            at += filled as u64;
        }
        self.expected = Some(expected);
    }

    fn compare(&mut self, octets: &[u8]) {
        if let Some(difference) = &mut self.difference {
            let room = SHOWN_OF_DIFFERENCE.saturating_sub(difference.actual.len());
            difference
                .actual
                .extend_from_slice(&octets[..room.min(octets.len())]);
            return;
        }
        let Some(expected) = &self.expected else {
            return;
        };
        if let Some(at) = expected.first_difference(self.length, octets) {
            let offset = self.length + at as u64;
            let end = octets.len().min(at + SHOWN_OF_DIFFERENCE);
            self.difference = Some(Difference {
                offset,
                expected: expected.slice(offset, offset + SHOWN_OF_DIFFERENCE as u64),
                actual: octets[at..end].to_vec(),
            });
        }
    }

    /// Octets are hashed only once they are more than are kept.
    fn keep_and_hash(&mut self, octets: &[u8]) {
        let room = self.keep.saturating_sub(self.kept.len());
        if self.hash.is_none() && octets.len() > room {
            self.hash = Some(Sha256::new_with_prefix(&self.kept));
        }
        if let Some(hash) = &mut self.hash {
            hash.update(octets);
        }
        self.kept
            .extend_from_slice(&octets[..room.min(octets.len())]);
    }

    /// What was heard.
    pub(super) fn finish(mut self) -> Content {
        if self.is_as_expected() {
            self.catch_up();
        }
        let compared = match (&self.expected, self.difference) {
            (None, _) => Comparison::Unexpected,
            (Some(_), Some(found)) => Comparison::Differs {
                offset: found.offset,
                expected: Octets(found.expected),
                actual: Octets(found.actual),
            },
            (Some(expected), None) if expected.len() > self.length => Comparison::Differs {
                offset: self.length,
                expected: Octets(
                    expected.slice(self.length, self.length + SHOWN_OF_DIFFERENCE as u64),
                ),
                actual: Octets::default(),
            },
            (Some(_), None) => Comparison::Same,
        };
        Content {
            length: self.length,
            sha256: self.hash.map(|hash| to_hex(&hash.finalize())),
            octets: Octets(self.kept),
            compared,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(expected: Payload, actual: &[u8], chop: usize) -> Content {
        let mut incoming = Incoming::new(Some(expected), KEPT_OCTETS);
        actual.chunks(chop).for_each(|chunk| incoming.push(chunk));
        incoming.finish()
    }

    #[test]
    fn a_short_message_is_kept_whole() {
        let content = heard("Hello".into(), b"Hello", 2);
        assert_eq!(content.octets.0, b"Hello");
        assert_eq!(
            (content.length, content.sha256, content.compared),
            (5, None, Comparison::Same)
        );
    }

    #[test]
    fn a_long_message_is_cut_hashed_and_compared() {
        let payload = Payload::repeat("BAsd7&jh23", 100_000);
        let mut octets = payload.to_octets().into_owned();
        let content = heard(payload.clone(), &octets, 997);
        assert_eq!(content.compared, Comparison::Same);
        assert_eq!(content.octets.0.len(), KEPT_OCTETS);
        assert_eq!(content.sha256.unwrap(), to_hex(&Sha256::digest(&octets)));

        octets[70_000] = b'!';
        let Comparison::Differs {
            offset,
            expected,
            actual,
        } = heard(payload, &octets, 997).compared
        else {
            panic!("the difference is not seen");
        };
        assert_eq!(offset, 70_000);
        assert_eq!(expected.0, b"BAsd7&jh23BAsd7&");
        assert_eq!(&actual.0, b"!Asd7&jh23BAsd7&");
    }

    #[test]
    fn too_short_and_too_long_differ_at_the_end_of_the_shorter() {
        for (actual, at) in [(&b"Hell"[..], 4), (b"Hello!", 5), (b"", 0)] {
            let compared = heard("Hello".into(), actual, 3).compared;
            assert!(
                matches!(compared, Comparison::Differs { offset, .. } if offset == at),
                "{compared:?}"
            );
        }
    }
}
