//! What a session waits for.

use wscheck_wire::Moment;

/// What to do when a moment comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timer {
    /// The opening handshake must be complete.
    Opening,
    /// Our Close must be answered.
    CloseAnswer,
    /// The server must have ended TCP after answering our Close.
    ServerDrop,
    /// The script goes on after its pause at this step.
    Pause(usize),
    /// The script fails the connection.
    FailAfter,
    /// The script closes the connection.
    CloseAfter,
    /// A silence has lasted that may stand for the rest of a wait.
    Silence,
    /// The next piece of a chopped frame is written.
    NextPiece,
    /// The peer closed, was answered, and holds TCP open: enough.
    Linger,
    /// We have ended TCP, and the client has not: enough.
    Parting,
}

/// Timers by their moment; among equals the one set first comes first.
#[derive(Debug, Clone, Default)]
pub(super) struct Timers {
    set: Vec<(Moment, Timer)>,
}

impl Timers {
    pub(super) fn set(&mut self, at: Moment, timer: Timer) {
        let after = self.set.partition_point(|(moment, _)| *moment <= at);
        self.set.insert(after, (at, timer));
    }

    pub(super) fn cancel(&mut self, timer: Timer) {
        self.set.retain(|(_, set)| *set != timer);
    }

    pub(super) fn is_set(&self, timer: Timer) -> bool {
        self.set.iter().any(|(_, set)| *set == timer)
    }

    /// What is waited for, the next first.
    pub(super) fn iter(&self) -> impl Iterator<Item = Timer> + '_ {
        self.set.iter().map(|(_, timer)| *timer)
    }

    pub(super) fn clear(&mut self) {
        self.set.clear();
    }

    /// The next moment.
    pub(super) fn next(&self) -> Option<Moment> {
        self.set.first().map(|(moment, _)| *moment)
    }

    /// Takes the first timer that is due.
    pub(super) fn due(&mut self, now: Moment) -> Option<Timer> {
        let (moment, timer) = *self.set.first()?;
        (moment <= now).then(|| {
            self.set.remove(0);
            timer
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn timers_come_by_moment_and_then_in_the_order_they_were_set() {
        let second = Duration::from_secs;
        let mut timers = Timers::default();
        timers.set(second(2), Timer::FailAfter);
        timers.set(second(1), Timer::CloseAnswer);
        timers.set(second(2), Timer::ServerDrop);
        timers.set(second(3), Timer::Linger);
        timers.cancel(Timer::Linger);
        assert_eq!(timers.next(), Some(second(1)));
        assert_eq!(timers.due(second(0)), None);
        let mut order = Vec::new();
        while let Some(timer) = timers.due(second(9)) {
            order.push(timer);
        }
        assert_eq!(
            order,
            [Timer::CloseAnswer, Timer::FailAfter, Timer::ServerDrop]
        );
    }
}
