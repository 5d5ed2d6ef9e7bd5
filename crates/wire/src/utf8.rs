//! UTF-8 (RFC 3629), checked as it arrives, exact to the octet.
//!
//! A sequence is invalid from the first octet with which no code point can be
//! formed any more: of `f4 90 80 80` that is the `90`, since `f4` begins code
//! points up to U+10FFFF. A text message must be failed there, even when the
//! frame is not complete (RFC 6455 §8.1).
//!
//! The bulk of a slice goes through SIMD; a small state machine walks over a
//! code point that two slices share, and finds the place of an error.

/// Why an octet makes a sequence invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Utf8Fault {
    /// 80 to bf where a code point must begin.
    UnexpectedContinuation,
    /// f8 to ff, which begin nothing.
    BadStart,
    /// A code point begun and not continued by 80 to bf.
    BadContinuation,
    /// More octets than the code point needs: c0, c1; e0 and less than a0; f0
    /// and less than 90.
    Overlong,
    /// U+D800 to U+DFFF: ed and a0 or more.
    Surrogate,
    /// Above U+10FFFF: f4 and 90 or more; f5, f6, f7.
    OutOfRange,
    /// The end came inside a code point.
    Truncated,
}

/// Where and why a sequence is not UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("invalid UTF-8 at octet {offset}: {kind:?}")]
pub struct InvalidUtf8 {
    /// The position of the first octet that makes the message invalid; of a
    /// truncated one, its length.
    pub offset: u64,
    /// Why it does.
    pub kind: Utf8Fault,
}

/// Checks one message, slice by slice.
#[derive(Debug, Clone, Default)]
pub struct Validator {
    state: State,
    /// Octets known to be good, the ones of an open code point included.
    offset: u64,
    fault: Option<InvalidUtf8>,
}

/// What the next octet must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    /// The first octet of a code point.
    #[default]
    Boundary,
    /// One of `missing` more octets, this one from `low` to `high`; others of
    /// 80 to bf are the fault `outside`.
    Inside {
        missing: u8,
        low: u8,
        high: u8,
        outside: Utf8Fault,
    },
}

impl Validator {
    /// A validator before the first octet of a message.
    pub fn new() -> Self {
        Self::default()
    }

    /// Checks the next octets. After a fault every further push that is not
    /// empty gives the same one again.
    ///
    /// # Errors
    ///
    /// The first octet that no UTF-8 can have here.
    pub fn push(&mut self, octets: &[u8]) -> Result<(), InvalidUtf8> {
        if let Some(fault) = self.fault {
            return if octets.is_empty() {
                Ok(())
            } else {
                Err(fault)
            };
        }
        let mut rest = octets;
        while !self.is_boundary()
            && let [first, tail @ ..] = rest
        {
            self.step(*first)?;
            rest = tail;
        }
        let (bulk, tail) = rest.split_at(rest.len() - open_tail(rest));
        if simdutf8::basic::from_utf8(bulk).is_ok() {
            self.offset += bulk.len() as u64;
            rest = tail;
        } else if let Err(error) = simdutf8::compat::from_utf8(bulk) {
            self.offset += error.valid_up_to() as u64;
            rest = &rest[error.valid_up_to()..];
        }
        rest.iter().try_for_each(|octet| self.step(*octet))
    }

    /// Ends the message.
    ///
    /// # Errors
    ///
    /// An earlier fault, or [`Utf8Fault::Truncated`] inside a code point.
    pub fn finish(&self) -> Result<(), InvalidUtf8> {
        match self.fault {
            Some(fault) => Err(fault),
            None if self.is_boundary() => Ok(()),
            None => Err(InvalidUtf8 {
                offset: self.offset,
                kind: Utf8Fault::Truncated,
            }),
        }
    }

    /// Whether what came so far ends with a complete code point (and is valid).
    pub fn is_boundary(&self) -> bool {
        self.fault.is_none() && self.state == State::Boundary
    }

    /// Forgets everything, for the next message.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    fn step(&mut self, octet: u8) -> Result<(), InvalidUtf8> {
        match self.state.next(octet) {
            Ok(state) => {
                self.state = state;
                self.offset += 1;
                Ok(())
            }
            Err(kind) => {
                let fault = InvalidUtf8 {
                    offset: self.offset,
                    kind,
                };
                self.fault = Some(fault);
                Err(fault)
            }
        }
    }
}

impl State {
    fn next(self, octet: u8) -> Result<Self, Utf8Fault> {
        match self {
            Self::Boundary => Self::after_start(octet),
            Self::Inside {
                outside,
                low,
                high,
                missing,
            } => match octet {
                _ if octet & 0xc0 != 0x80 => Err(Utf8Fault::BadContinuation),
                _ if octet < low || octet > high => Err(outside),
                _ if missing == 1 => Ok(Self::Boundary),
                _ => Ok(Self::inside(missing - 1)),
            },
        }
    }

    fn after_start(octet: u8) -> Result<Self, Utf8Fault> {
        Ok(match octet {
            0x00..=0x7f => Self::Boundary,
            0x80..=0xbf => return Err(Utf8Fault::UnexpectedContinuation),
            0xc0..=0xc1 => return Err(Utf8Fault::Overlong),
            0xc2..=0xdf => Self::inside(1),
            0xe0 => Self::Inside {
                missing: 2,
                low: 0xa0,
                high: 0xbf,
                outside: Utf8Fault::Overlong,
            },
            0xed => Self::Inside {
                missing: 2,
                low: 0x80,
                high: 0x9f,
                outside: Utf8Fault::Surrogate,
            },
            0xe1..=0xef => Self::inside(2),
            0xf0 => Self::Inside {
                missing: 3,
                low: 0x90,
                high: 0xbf,
                outside: Utf8Fault::Overlong,
            },
            0xf1..=0xf3 => Self::inside(3),
            0xf4 => Self::Inside {
                missing: 3,
                low: 0x80,
                high: 0x8f,
                outside: Utf8Fault::OutOfRange,
            },
            0xf5..=0xf7 => return Err(Utf8Fault::OutOfRange),
            0xf8..=0xff => return Err(Utf8Fault::BadStart),
        })
    }

    /// `missing` more octets, any of 80 to bf.
    const fn inside(missing: u8) -> Self {
        Self::Inside {
            missing,
            low: 0x80,
            high: 0xbf,
            outside: Utf8Fault::BadContinuation,
        }
    }
}

/// How many octets at the end may belong to a code point that is not complete:
/// 0 to 3. They are left to the state machine.
fn open_tail(octets: &[u8]) -> usize {
    let last = octets.iter().rev().take(3);
    match last.clone().position(|octet| *octet >= 0xc0) {
        Some(position) => position + 1,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The first octet with which nothing valid can begin any more, found with
    /// the standard library, one prefix at a time.
    fn first_bad(octets: &[u8]) -> Option<u64> {
        let is_bad = |n: &usize| {
            std::str::from_utf8(&octets[..=*n]).is_err_and(|error| error.error_len().is_some())
        };
        (0..octets.len()).find(is_bad).map(|n| n as u64)
    }

    fn check(chunks: &[&[u8]]) -> Result<(), InvalidUtf8> {
        let mut validator = Validator::new();
        for chunk in chunks {
            validator.push(chunk)?;
        }
        validator.finish()
    }

    fn agrees(octets: &[u8], chunks: &[&[u8]]) {
        let found = check(chunks);
        match first_bad(octets) {
            Some(offset) => {
                let found = found.expect_err("a bad octet");
                assert_eq!(found.offset, offset, "{octets:02x?} as {chunks:02x?}");
                assert_ne!(found.kind, Utf8Fault::Truncated, "{octets:02x?}");
            }
            None if std::str::from_utf8(octets).is_ok() => assert_eq!(found, Ok(())),
            None => {
                let offset = octets.len() as u64;
                assert_eq!(
                    found,
                    Err(InvalidUtf8 {
                        offset,
                        kind: Utf8Fault::Truncated
                    })
                );
            }
        }
    }

    /// Both ends of every range that the first and second octets have.
    const EDGES: [u8; 26] = [
        0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec,
        0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf7, 0xf8, 0xff,
    ];

    #[test]
    fn names_the_octet_and_the_fault() {
        use Utf8Fault::*;
        for (octets, offset, kind) in [
            (&b"a\x80"[..], 1, UnexpectedContinuation),
            (b"\xff", 0, BadStart),
            (b"\xc0\x80", 0, Overlong),
            (b"\xc1\xbf", 0, Overlong),
            (b"\xe0\x80\x80", 1, Overlong),
            (b"\xf0\x8f\xbf\xbf", 1, Overlong),
            (b"\xed\xa0\x80", 1, Surrogate),
            (b"\xf4\x90\x80\x80", 1, OutOfRange),
            (b"\xf5\x80\x80\x80", 0, OutOfRange),
            (b"\xe2\x82a", 2, BadContinuation),
            (b"\xe0a", 1, BadContinuation),
            (b"\xce\xba\xe1\xbd", 4, Truncated),
        ] {
            assert_eq!(
                check(&[octets]),
                Err(InvalidUtf8 { offset, kind }),
                "{octets:02x?}"
            );
        }
    }

    #[test]
    fn agrees_on_every_edge_of_up_to_four_octets() {
        for a in EDGES {
            for b in EDGES {
                agrees(&[a, b], &[&[a], &[b]]);
                for c in EDGES {
                    agrees(&[a, b, c], &[&[a, b, c]]);
                    for d in [0x7f, 0x80, 0xbf, 0xc2] {
                        agrees(&[a, b, c, d], &[&[a, b], &[c, d]]);
                    }
                }
            }
        }
    }

    #[test]
    fn stays_failed_until_reset() {
        let mut validator = Validator::new();
        let fault = validator.push(b"ab\xff").expect_err("ff begins nothing");
        assert_eq!(validator.push(b""), Ok(()));
        assert_eq!(validator.push(b"c"), Err(fault));
        assert_eq!(validator.finish(), Err(fault));
        assert!(!validator.is_boundary());
        validator.reset();
        assert_eq!((validator.push(b"c"), validator.finish()), (Ok(()), Ok(())));
    }

    #[test]
    fn knows_a_boundary() {
        let mut validator = Validator::new();
        assert!(validator.is_boundary());
        for (octet, boundary) in [(0xe2, false), (0x82, false), (0xac, true)] {
            assert_eq!(validator.push(&[octet]), Ok(()));
            assert_eq!(validator.is_boundary(), boundary);
        }
    }

    fn mostly_text() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            8 => any::<char>().prop_map(|c| c.to_string().into_bytes()),
            4 => "[a-z]{1,40}".prop_map(String::into_bytes),
            1 => prop::collection::vec(prop::sample::select(EDGES.to_vec()), 1..3),
        ];
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn agrees_with_the_standard_library_in_any_chunks(
            octets in mostly_text(),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(octets.len() + 1)).collect();
            at.extend([0, octets.len()]);
            at.sort_unstable();
            let chunks: Vec<&[u8]> = at.windows(2).map(|cut| &octets[cut[0]..cut[1]]).collect();
            agrees(&octets, &chunks);
            agrees(&octets, &octets.chunks(1).collect::<Vec<_>>());
        }
    }
}
