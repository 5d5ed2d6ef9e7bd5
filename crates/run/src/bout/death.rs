//! The program under test has died: whose fault was it?
//!
//! Whatever was being played is suspect. Each suspect is played again, alone,
//! against a fresh program. One that kills it again is FAILED for that; the
//! others get the result of the second play. If none does it alone, the death
//! is told as a fault of the program that no case shows.

use wscheck_suite::result::{CutShort, Outcome};
use wscheck_suite::verdict::{Behaviour, CloseBehaviour, Reason, Verdict};

use super::Bout;
use super::again::Fate;
use crate::event::Event;
use crate::job::{Job, Played};
use crate::testee::{Ending, Testee};

impl Bout {
    /// How the program under test died, if that is why `played` ended as it
    /// did.
    pub(super) async fn death_behind(&mut self, played: &Played) -> Option<Ending> {
        let testee = self.testee.as_mut()?;
        if !played.looks_like_death() {
            return None;
        }
        testee.is_ending(&self.target.address).await
    }

    /// Finds out which of the suspects killed the program: `finished`, and all
    /// that are in flight.
    pub(super) async fn handle_death(
        &mut self,
        how: Ending,
        finished: Option<Job>,
        tell: &mut impl FnMut(Event),
    ) {
        self.running.shutdown().await;
        self.suspects.extend(finished);
        self.suspects.extend(self.in_flight.drain(..));
        let output = match self.testee.take() {
            Some(mut testee) => testee.last_output().await,
            None => String::new(),
        };
        tell(Event::TesteeDied {
            target: self.index,
            how: how.to_string(),
            suspects: self.suspects.iter().map(|job| job.case.id).collect(),
            before: self.served.iter().rev().copied().collect(),
            output: output.clone(),
        });
        let mut is_explained = false;
        while !self.suspects.is_empty() && self.renew(tell).await {
            if let Some(job) = self.suspects.front().cloned() {
                is_explained |= self.play_again(job, tell).await;
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

    /// Plays a suspect alone. Tells whether it killed the program.
    async fn play_again(&mut self, mut job: Job, tell: &mut impl FnMut(Event)) -> bool {
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
        self.tell_result(played, Outcome::Judged(verdict), Fate::Counts(None), tell);
        self.testee = None;
        if self.plan.fail_fast && self.cut_short.is_none() {
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
