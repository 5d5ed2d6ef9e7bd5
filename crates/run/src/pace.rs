//! How fast a testee reacts, as far as it was seen.

use std::time::Duration;

use wscheck_suite::pace::Pace;
use wscheck_suite::transcript::ConnectionRecord;

/// From so many reactions on we say that we know the testee.
const ENOUGH: u32 = 5;

/// The longest reaction of one testee so far. Connections that carry much data
/// are not learned from: they tell of the data, not of the testee.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reaction {
    slowest: Duration,
    seen: u32,
}

impl Reaction {
    /// The testee took so long to react, so many times over.
    pub(crate) fn note(&mut self, slowest: Duration, times: u32) {
        self.slowest = self.slowest.max(slowest);
        self.seen = self.seen.saturating_add(times);
    }

    /// Learns from a connection that has ended.
    pub(crate) fn learn(&mut self, record: &ConnectionRecord) {
        if let Some(slowest) = record.evidence.slowest_reaction {
            self.note(slowest, 1);
        }
    }

    /// `pace`, with what is known; without change as long as that is too little.
    pub(crate) fn applied_to(self, pace: Pace) -> Pace {
        match self.seen >= ENOUGH {
            true => pace.learned(self.slowest),
            false => pace,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_reactions_are_enough_and_the_slowest_counts() {
        let mut reaction = Reaction::default();
        reaction.note(Duration::from_millis(3), ENOUGH - 1);
        assert_eq!(reaction.applied_to(Pace::NOMINAL), Pace::NOMINAL);
        let mut record = ConnectionRecord::default();
        reaction.learn(&record);
        assert_eq!(reaction.applied_to(Pace::NOMINAL), Pace::NOMINAL);
        record.evidence.slowest_reaction = Some(Duration::from_millis(1));
        reaction.learn(&record);
        let learned = Pace::NOMINAL.learned(Duration::from_millis(3));
        assert_eq!(reaction.applied_to(Pace::NOMINAL), learned);
    }
}
