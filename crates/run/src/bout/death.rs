//! The program under test has died: whose fault was it?
//!
//! Whatever was being played is suspect, and so is what had ended a moment before as
//! if by a death: the sockets of a dying process close before it is gone. Such a play is
//! held back for that moment, while others go on. Each suspect is played again, alone,
//! against a fresh program. One that kills it again is FAILED for that; the
//! others get the result of the second play. If none does it alone, the death
//! is told as a fault of the program that no case shows.

use std::collections::VecDeque;

use tokio::time::Instant;
use wscheck_suite::result::{CutShort, Outcome};
use wscheck_suite::verdict::{Behaviour, CloseBehaviour, Reason, Verdict};

use super::Bout;
use super::again::Fate;
use crate::event::Event;
use crate::job::Played;
use crate::testee::{DYING_LIMIT, Ending, Testee};

/// So many plays are held back at most for each job that may run at a time.
const HELD_PER_JOB: usize = 4;

/// A play after which the program may be about to die.
pub(super) struct Held {
    played: Played,
    /// When it would be gone.
    pub(super) until: Instant,
}

impl Held {
    pub(super) fn new(played: Played) -> Self {
        let until = Instant::now() + DYING_LIMIT;
        Self { played, until }
    }

    /// Whether what it shows may be the death of the program by another.
    fn may_be_a_victim(&self) -> bool {
        !self.played.end.as_ref().is_ok_and(Verdict::is_settled)
    }
}

impl Bout {
    /// Whether nothing may start until it is known what becomes of the program: its port
    /// is closed, too much would be suspect, or the first failure may be among those held.
    pub(super) fn awaits_fate(&self) -> bool {
        let is_refused = self.held.iter().any(|held| held.played.end.is_err());
        let is_first_failure = self.plan.fail_fast && !self.held.is_empty();
        is_refused || is_first_failure || self.held.len() >= HELD_PER_JOB * self.limit.most()
    }

    /// How the program under test dies, if it takes longer than a dying one should.
    pub(super) async fn late_death(&mut self) -> Option<Ending> {
        self.testee.as_mut()?.has_left(&self.target.address).await
    }

    /// Finishes what has not killed the program, now that it has lived on.
    pub(super) fn release(&mut self, tell: &mut impl FnMut(Event)) {
        let now = Instant::now();
        while let Some(held) = self.held.pop_front_if(|held| held.until <= now) {
            self.finish(held.played, tell);
        }
    }

    /// Finishes what is held back, however that turns out.
    pub(super) fn finish_held(&mut self, tell: &mut impl FnMut(Event)) {
        while let Some(held) = self.held.pop_front() {
            self.finish(held.played, tell);
        }
    }

    /// Finds out which of the suspects killed the program: all that are in flight, and
    /// those that are held back. What is held back and right needs no second play once
    /// another is found; the last one is the likeliest.
    pub(super) async fn handle_death(&mut self, how: Ending, tell: &mut impl FnMut(Event)) {
        self.running.shutdown().await;
        let held = std::mem::take(&mut self.held).into_iter();
        let (victims, right): (VecDeque<_>, _) = held.partition(Held::may_be_a_victim);
        self.held = right;
        let victims = victims.into_iter().map(|held| held.played.job);
        self.suspects.extend(victims);
        self.suspects.extend(self.in_flight.drain(..));
        let output = match self.testee.take() {
            Some(mut testee) => testee.last_output().await,
            None => String::new(),
        };
        let likely = self.held.back().map(|held| &held.played.job);
        let likely = likely.filter(|_| self.suspects.is_empty());
        let suspects = self.suspects.iter().chain(likely);
        tell(Event::TesteeDied {
            target: self.index,
            how: how.to_string(),
            suspects: suspects.map(|job| job.case.id).collect(),
            before: self.served.iter().rev().copied().collect(),
            output: output.clone(),
        });
        let mut is_explained = false;
        while !self.suspects.is_empty() && self.renew(tell).await {
            is_explained |= self.play_again(tell).await;
        }
        while let Some(held) = self.held.pop_back() {
            if is_explained || !self.renew(tell).await {
                self.finish(held.played, tell);
            } else {
                self.suspects.push_front(held.played.job);
                is_explained = self.play_again(tell).await;
            }
        }
        if !is_explained {
            let what = if self.suspects.is_empty() {
                format!("the program under test {how}, and no case alone repeats it")
            } else {
                format!("the program under test {how}")
            };
            tell(Event::TesteeFault {
                target: self.index,
                what,
                output,
            });
        }
        while let Some(job) = self.suspects.pop_back() {
            self.queue.put_back(job);
        }
        if self.testee.is_none() && !self.queue.is_empty() && !self.renew(tell).await {
            self.abandon(tell);
        }
    }

    /// Puts a fresh program in the place of the old one.
    async fn renew(&mut self, tell: &mut impl FnMut(Event)) -> bool {
        if self.info.fault.is_some() {
            return false;
        }
        let Some(command) = &self.target.testee else {
            return false;
        };
        if let Some(old) = self.testee.take() {
            old.stop().await;
        }
        match Testee::restart(command, &self.target.address).await {
            Ok(testee) => {
                self.testee = Some(testee);
                true
            }
            Err(error) => {
                let output = error.output().to_owned();
                self.give_up(error.to_string(), output, tell);
                false
            }
        }
    }

    /// Plays the first suspect alone. Tells whether it killed the program.
    async fn play_again(&mut self, tell: &mut impl FnMut(Event)) -> bool {
        let Some(mut job) = self.suspects.front().cloned() else {
            return false;
        };
        job.mark = self.mark();
        (job.company, job.at_a_time) = (0, 1);
        let played = job.play().await;
        // It may have died of what it answered well, so however that looks.
        let how = match &mut self.testee {
            Some(testee) => testee.is_ending(&self.target.address).await,
            None => None,
        };
        self.suspects.pop_front();
        let Some(how) = how else {
            self.finish(played, tell);
            return false;
        };
        self.learn_name(&played, tell);
        let mut reasons = vec![Reason::TesteeDied {
            how: how.to_string(),
        }];
        if let Ok(judged) = &played.end {
            reasons.extend(judged.reasons.iter().cloned());
        }
        let verdict = Verdict::new(Behaviour::Failed, CloseBehaviour::Failed, reasons);
        if let Some(testee) = &mut self.testee {
            testee.last_output().await;
        }
        self.served.clear();
        let failed = self.tell_result(played, Outcome::Judged(verdict), Fate::Counts(None), tell);
        self.testee = None;
        if failed && self.plan.fail_fast && self.cut_short.is_none() {
            self.cut(CutShort::FirstFailure, tell);
        }
        true
    }

    /// Nothing can be played any more.
    fn abandon(&mut self, tell: &mut impl FnMut(Event)) {
        let why = match &self.info.fault {
            Some(fault) => format!("it could not be started again: {fault}"),
            None => "the program under test could not be started again".to_owned(),
        };
        for job in self.queue.clear() {
            let why = why.clone();
            self.tell_unplayed(&job, Outcome::CouldNotTest { why }, tell);
        }
    }
}
