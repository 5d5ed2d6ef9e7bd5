//! Where an endpoint may be made to depart from strictness.

use crate::deflate::{Inflater, MessageFacts, Terms};
use crate::frame::Opcode;
use crate::violation::Violation;

/// What an endpoint does where the RFCs leave it no choice. The default is
/// strict; faults put something else in one of the places.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conduct {
    /// Whether it looks over a violation.
    pub(crate) forgives: fn(&Violation, Place) -> bool,
    /// Whether it reads on after it said that the connection failed.
    pub(crate) goes_on: bool,
    /// Whether what it takes at most is for each frame, not for a message.
    pub(crate) limits_frames: bool,
    /// What it is bound to when it compresses, by what was agreed on.
    pub(crate) deflates: fn(Terms) -> Terms,
    /// What inflates, by what was agreed on.
    pub(crate) inflates: fn(Terms) -> Inflater,
    /// Whether it refuses a compressed message for what it is made of.
    pub(crate) refuses: fn(&MessageFacts) -> bool,
}

/// Where a violation was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// The opcode of the frame.
    pub(crate) opcode: Opcode,
    /// Whether the message in progress is compressed, or the last one was.
    pub(crate) compressed: bool,
}

impl Conduct {
    /// Breaks no rule and forgives none.
    pub(crate) const STRICT: Self = Self {
        forgives: |_, _| false,
        goes_on: false,
        limits_frames: false,
        deflates: |terms| terms,
        inflates: Inflater::strict,
        refuses: |_| false,
    };
}
