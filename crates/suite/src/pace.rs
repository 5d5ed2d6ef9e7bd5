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

/// How long the waits are that every connection has, whatever its case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For the opening handshake, from the connection of TCP.
    pub opening: Duration,
    /// For the answer to our Close.
    pub close_answer: Duration,
    /// For the end of TCP after the server answered our Close.
    pub server_drop: Duration,
}

impl Limits {
    /// The original's.
    pub const NOMINAL: Self = Self {
        opening: Duration::from_secs(5),
        close_answer: Duration::from_secs(1),
        server_drop: Duration::from_secs(1),
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::NOMINAL
    }
}

/// The pace of a session.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    scale: f64,
    bounded: bool,
    limits: Limits,
}

impl Pace {
    /// The lengths that the cases give.
    pub const NOMINAL: Self = Self {
        scale: 1.0,
        bounded: true,
        limits: Limits::NOMINAL,
    };

    /// Pauses as the cases give them; everything else waits for ever. For
    /// people with a debugger.
    pub const UNBOUNDED: Self = Self {
        scale: 1.0,
        bounded: false,
        limits: Limits::NOMINAL,
    };

    /// All lengths times `scale`, which is above 0.
    pub const fn scaled(scale: f64) -> Self {
        Self {
            scale,
            bounded: true,
            limits: Limits::NOMINAL,
        }
    }

    /// The same pace with other limits, which are not scaled beforehand.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The limits of every connection, before [`wait`](Self::wait) has its say.
    pub const fn limits(self) -> Limits {
        self.limits
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
