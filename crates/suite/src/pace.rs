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

/// A silence means something when it has lasted so many times as long as the
/// testee ever took to react.
pub const SILENCE: u32 = 8;

/// The shortest silence that means anything: above the 40 ms by which a sender
/// without `TCP_NODELAY` may hold back a small segment while the other side
/// delays its acknowledgment.
pub const SHORTEST_SILENCE: Duration = Duration::from_millis(50);

/// The pace of a session.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    scale: f64,
    bounded: bool,
    slowest: Option<Duration>,
}

impl Pace {
    /// The lengths that the cases give.
    pub const NOMINAL: Self = Self::scaled(1.0);

    /// Pauses as the cases give them; everything else waits for ever. For
    /// people with a debugger.
    pub const UNBOUNDED: Self = Self {
        scale: 1.0,
        bounded: false,
        slowest: None,
    };

    /// All lengths times `scale`, which is above 0.
    pub const fn scaled(scale: f64) -> Self {
        Self {
            scale,
            bounded: true,
            slowest: None,
        }
    }

    /// The same, but a wait whose end is known may be cut short: `slowest` is
    /// the longest that the testee was seen to take before it reacted.
    pub const fn learned(self, slowest: Duration) -> Self {
        Self {
            slowest: Some(slowest),
            ..self
        }
    }

    /// Whether waits may be cut short.
    pub const fn is_learned(self) -> bool {
        self.slowest.is_some() && self.bounded
    }

    /// How long to wait; `None`: for ever.
    pub fn wait(self, why: Wait, nominal: Duration) -> Option<Duration> {
        (self.bounded || why == Wait::KeepApart).then(|| nominal.mul_f64(self.scale))
    }

    /// How long a silence must last that stands for the whole wait; `None`: no
    /// silence does. What is due is always given its time.
    pub fn silence(self, why: Wait, nominal: Duration) -> Option<Duration> {
        let slowest = self.slowest.filter(|_| self.is_learned())?;
        let silence = slowest.saturating_mul(SILENCE).max(SHORTEST_SILENCE);
        (why != Wait::GiveUp && silence < nominal.mul_f64(self.scale)).then_some(silence)
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::NOMINAL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_is_a_multiple_of_the_slowest_reaction_within_bounds() {
        let millis = Duration::from_millis;
        let second = Duration::from_secs(1);
        for (slowest, why, silence) in [
            (millis(1), Wait::KeepApart, Some(SHORTEST_SILENCE)),
            (millis(20), Wait::Listen, Some(millis(160))),
            (millis(125), Wait::Listen, None),
            (Duration::MAX, Wait::Listen, None),
            (millis(1), Wait::GiveUp, None),
        ] {
            let pace = Pace::NOMINAL.learned(slowest);
            assert_eq!(pace.silence(why, second), silence, "{slowest:?} {why:?}");
            assert_eq!(pace.wait(why, second), Some(second));
        }
        let debugging = Pace::UNBOUNDED.learned(millis(1));
        assert_eq!(debugging.silence(Wait::KeepApart, second), None);
        assert_eq!(Pace::NOMINAL.silence(Wait::Listen, second), None);
    }
}
