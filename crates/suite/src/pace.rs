//! How long we wait, given how long the case says.

use std::time::Duration;

/// Why we wait. Cases give the nominal length of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wait {
    /// To keep two writes apart.
    KeepApart,
    /// To hear whether anything more comes.
    Listen,
    /// For an answer that is due.
    GiveUp,
}

/// The pace of a session.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    scale: f64,
    bounded: bool,
}

impl Pace {
    /// The lengths that the cases give.
    pub const NOMINAL: Self = Self {
        scale: 1.0,
        bounded: true,
    };

    /// Pauses as the cases give them; everything else waits for ever. For
    /// people with a debugger.
    pub const UNBOUNDED: Self = Self {
        scale: 1.0,
        bounded: false,
    };

    /// All lengths times `scale`, which is above 0.
    pub const fn scaled(scale: f64) -> Self {
        Self {
            scale,
            bounded: true,
        }
    }

    /// How long to wait; `None`: for ever.
    pub fn wait(self, why: Wait, nominal: Duration) -> Option<Duration> {
        (self.bounded || why == Wait::KeepApart).then(|| nominal.mul_f64(self.scale))
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::NOMINAL
    }
}
