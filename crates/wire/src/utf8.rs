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
