//! What comes of the jobs, and what is learned from it.

use wscheck_suite::result::{CaseResult, CutShort, Outcome};
use wscheck_suite::verdict::{Behaviour, CloseBehaviour, Reason, Verdict};

use super::Bout;
use super::again::Fate;
use super::concurrency::Crowding;
use crate::clock::{micros, timestamp};
use crate::error::CouldNotTest;
use crate::event::Event;
use crate::job::{Job, Played, Turn};
use crate::plan::{UNKNOWN_SERVER, is_failure};

/// How many served cases a refusal names.
const NAMED_BEFORE_REFUSAL: usize = 3;

impl Bout {
    pub(super) fn finish(&mut self, played: Played, tell: &mut impl FnMut(Event)) {
        if let Err(error) = &played.end
            && self.plan.stop_on_refusal
        {
            self.info.fault = Some(error.to_string());
            self.queue.clear();
            return;
        }
        self.learn_name(&played, tell);
        self.learn_pace(&played);
        if let Some(crowding) = Crowding::of(&played) {
            self.thin_out(&played.job, crowding, tell);
            if crowding == Crowding::Refused {
                return self.come_back(played.job, tell);
            }
        }
        let outcome = match &played.end {
            Ok(verdict) => {
                self.served.truncate(NAMED_BEFORE_REFUSAL - 1);
                self.served.push_front(played.job.case.id);
                Outcome::Judged(verdict.clone())
            }
            Err(error) => self.without_connection(error),
        };
        self.settle(played, outcome, tell);
    }

    /// A job that came to no result is played later, unless nothing more is.
    fn come_back(&mut self, job: Job, tell: &mut impl FnMut(Event)) {
        match self.cut_short {
            None => self.queue.put_back(job),
            Some(why) => {
                let why = why.to_string();
                self.tell_unplayed(&job, Outcome::Skipped { why }, tell);
            }
        }
    }

    /// Fewer jobs at a time from now on.
    fn thin_out(&mut self, job: &Job, crowding: Crowding, tell: &mut impl FnMut(Event)) {
        if self.limit.halve(job, crowding) {
            let most = self.limit.most();
            self.info.at_a_time = u32::try_from(most).ok();
            tell(Event::JobsHalved {
                target: self.index,
                case: job.case.id,
                at_a_time: most,
            });
        }
    }

    /// Connections with much data tell of the data, not of the target.
    fn learn_pace(&mut self, played: &Played) {
        if !played.job.is_heavy() {
            for record in &played.transcript.connections {
                self.reaction.learn(record);
            }
        }
    }

    /// Tells the result, and has the case played again if it does not count.
    fn settle(&mut self, played: Played, outcome: Outcome, tell: &mut impl FnMut(Event)) {
        let fate = match self.cut_short {
            None => Fate::of(&self.plan, &played, &outcome),
            Some(_) => Fate::Counts(None),
        };
        let job = played.job.clone();
        let failed = self.tell_result(played, outcome, fate, tell);
        match fate {
            Fate::Provisional(turn) => self.queue.push_alone(Job { turn, ..job }),
            Fate::Counts(_) if failed && self.plan.fail_fast && self.cut_short.is_none() => {
                self.cut(CutShort::FirstFailure, tell);
            }
            Fate::Counts(_) => {}
        }
    }

    /// A target without a name is called what it calls itself.
    pub(super) fn learn_name(&mut self, played: &Played, tell: &mut impl FnMut(Event)) {
        if self.named {
            return;
        }
        let name = played.agent().map(str::to_owned);
        self.named = name.is_some();
        let name = self.free_name(name.as_deref().unwrap_or(UNKNOWN_SERVER));
        if self.info.agent != name {
            self.info.agent = name;
            tell(self.ready(String::new()));
        }
    }

    /// A port that refuses from the start belongs to nobody; one that refuses
    /// later has lost its server.
    fn without_connection(&self, error: &CouldNotTest) -> Outcome {
        if error.is_refusal() && !self.served.is_empty() {
            let cases = self.served.iter().rev().map(ToString::to_string).collect();
            let reasons = vec![Reason::RefusedAfter { cases }];
            return Outcome::Judged(Verdict::new(
                Behaviour::Failed,
                CloseBehaviour::Failed,
                reasons,
            ));
        }
        let why = error.to_string();
        Outcome::CouldNotTest { why }
    }

    /// Tells a result, and says whether it is a failure that counts.
    pub(super) fn tell_result(
        &self,
        played: Played,
        outcome: Outcome,
        fate: Fate,
        tell: &mut impl FnMut(Event),
    ) -> bool {
        let (provisional, proved) = match fate {
            Fate::Counts(proved) => (false, proved),
            Fate::Provisional(_) => (true, None),
        };
        let testee = self.testee.as_ref();
        let result = CaseResult {
            case: played.job.case.id,
            agent: self.agent(),
            outcome,
            started: played.started,
            duration_us: micros(played.duration),
            attempt: played.job.attempt,
            provisional,
            proved,
            company: u32::try_from(played.job.company).unwrap_or(u32::MAX),
            testee_output: testee.map_or_else(String::new, |it| it.since(played.job.mark)),
            testee_memory: played.job.memory,
            transcript: played.transcript,
        };
        let failed = is_failure(self.plan.policy.as_deref(), &result);
        tell(Event::CaseFinished(Box::new(result)));
        failed
    }

    pub(super) fn tell_unplayed(&self, job: &Job, outcome: Outcome, tell: &mut impl FnMut(Event)) {
        tell(Event::CaseFinished(Box::new(CaseResult {
            attempt: job.attempt,
            ..CaseResult::unplayed(job.case.id, self.agent(), outcome, timestamp())
        })));
    }

    pub(super) fn agent(&self) -> String {
        match self.info.agent.as_str() {
            "" => self.free_name(UNKNOWN_SERVER),
            name => name.to_owned(),
        }
    }

    /// `name`, told apart from those of the other targets.
    pub(super) fn free_name(&self, name: &str) -> String {
        let numbered = (2..).map(|number| format!("{name} ({number})"));
        let mut candidates = std::iter::once(name.to_owned()).chain(numbered);
        let free = candidates.find(|candidate| !self.taken.contains(candidate));
        free.unwrap_or_default()
    }

    /// Begins nothing more. What was not played, or is dropped now, is told as
    /// skipped.
    pub(crate) fn cut(&mut self, why: CutShort, tell: &mut impl FnMut(Event)) {
        self.cut_short = Some(why);
        if !self.is_prepared {
            return self.pass_over(why, tell);
        }
        let mut unplayed = self.queue.clear();
        if why == CutShort::OutOfTime {
            self.finish_held(tell);
            self.running.abort_all();
            let dropped = self.suspects.drain(..).chain(self.in_flight.drain(..));
            unplayed.extend(dropped.filter(|job| job.turn == Turn::First));
        }
        if self.info.agent.is_empty() {
            self.info.agent = self.agent();
            tell(self.ready(String::new()));
        }
        for job in unplayed {
            let why = why.to_string();
            self.tell_unplayed(&job, Outcome::Skipped { why }, tell);
        }
    }

    /// Tells that the target was not tested at all.
    pub(crate) fn pass_over(&mut self, why: CutShort, tell: &mut impl FnMut(Event)) {
        let why = format!("it was not tested: {why}");
        self.give_up(why, String::new(), tell);
    }
}
