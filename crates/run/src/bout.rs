//! All cases against one target.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::task::JoinSet;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::result::{CaseResult, Outcome, TargetInfo};
use wscheck_suite::transcript::Transcript;
use wscheck_suite::verdict::{Behaviour, CloseBehaviour, Reason, Verdict};
use wscheck_wire::Role;

use crate::clock::timestamp;
use crate::error::CouldNotTest;
use crate::event::Event;
use crate::job::{Job, Played};
use crate::plan::{Plan, UNKNOWN_SERVER};

/// How many cases with much data, or with a clock on them, run at a time.
const HEAVY_JOBS: usize = 2;

/// The chapter of the cases with much data.
const HEAVY_CHAPTER: u16 = 9;

/// How many served cases a refusal names.
const NAMED_BEFORE_REFUSAL: usize = 3;

/// The cases of one target on their way from the queue to a result.
pub(crate) struct Bout {
    plan: Arc<Plan>,
    index: usize,
    info: TargetInfo,
    /// Whether the target's name is known for good.
    named: bool,
    queue: VecDeque<Job>,
    running: JoinSet<Played>,
    /// How many of those that run are heavy.
    heavy: usize,
    /// The last cases for which there was a connection.
    served: VecDeque<CaseId>,
}

impl Bout {
    /// Queues all plays of the target's cases.
    pub(crate) fn new(plan: &Arc<Plan>, index: usize, info: TargetInfo) -> Self {
        let target = Arc::new(plan.targets[index].clone());
        let plays = (1..=plan.repeat)
            .flat_map(|attempt| target.cases.iter().map(move |case| (attempt, case)));
        let queue = plays.map(|(attempt, case)| Job {
            case: Arc::clone(case),
            attempt,
            target: Arc::clone(&target),
            settings: plan.settings(attempt),
            trace: plan.trace.clone(),
        });
        Self {
            queue: queue.collect(),
            plan: Arc::clone(plan),
            index,
            named: target.agent.is_some(),
            info,
            running: JoinSet::new(),
            heavy: 0,
            served: VecDeque::new(),
        }
    }

    /// Plays until nothing is left to play.
    pub(crate) async fn play(&mut self, tell: &mut (impl FnMut(Event) + Send)) {
        if self.named {
            tell(self.ready());
        }
        loop {
            while let Some(job) = self.next_job() {
                self.start(job, tell);
            }
            match self.running.join_next().await {
                Some(Ok(played)) => self.finish(played, tell),
                Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
                None => return,
            }
        }
    }

    /// What is known of the target at the end.
    pub(crate) fn end(self) -> TargetInfo {
        self.info
    }

    fn ready(&self) -> Event {
        Event::TargetReady {
            target: self.index,
            info: self.info.clone(),
        }
    }

    /// The first job that may start now.
    fn next_job(&mut self) -> Option<Job> {
        if self.running.len() >= self.plan.jobs.get() {
            return None;
        }
        let heavy_may_start = self.heavy < HEAVY_JOBS;
        let first = self
            .queue
            .iter()
            .position(|job| heavy_may_start || !is_heavy(job))?;
        self.queue.remove(first)
    }

    fn start(&mut self, job: Job, tell: &mut impl FnMut(Event)) {
        tell(Event::CaseStarted {
            target: self.index,
            case: job.case.id,
            attempt: job.attempt,
        });
        if job.case.testee.includes(Role::Server) {
            self.heavy += usize::from(is_heavy(&job));
            self.running.spawn(job.play());
        } else {
            let why = "the case is for clients".to_owned();
            let result = CaseResult {
                case: job.case.id,
                agent: self.agent(),
                outcome: Outcome::Skipped { why },
                started: timestamp(),
                duration_us: 0,
                attempt: job.attempt,
                testee_output: String::new(),
                transcript: Transcript::default(),
            };
            tell(Event::CaseFinished(Box::new(result)));
        }
    }

    fn finish(&mut self, played: Played, tell: &mut impl FnMut(Event)) {
        self.heavy -= usize::from(is_heavy(&played.job));
        if let Err(error) = &played.end
            && self.plan.stop_on_refusal
        {
            self.info.fault = Some(error.to_string());
            self.queue.clear();
            return;
        }
        self.learn_name(&played, tell);
        let outcome = match played.end {
            Ok(verdict) => {
                self.served.truncate(NAMED_BEFORE_REFUSAL - 1);
                self.served.push_front(played.job.case.id);
                Outcome::Judged(verdict)
            }
            Err(error) => self.without_connection(&error),
        };
        tell(Event::CaseFinished(Box::new(CaseResult {
            case: played.job.case.id,
            agent: self.agent(),
            outcome,
            started: played.started,
            duration_us: u64::try_from(played.duration.as_micros()).unwrap_or(u64::MAX),
            attempt: played.job.attempt,
            testee_output: String::new(),
            transcript: played.transcript,
        })));
    }

    /// A target without a name is called what it calls itself first.
    fn learn_name(&mut self, played: &Played, tell: &mut impl FnMut(Event)) {
        if self.named {
            return;
        }
        let name = played.agent().map(str::to_owned);
        self.named = name.is_some();
        let name = name.unwrap_or_else(|| UNKNOWN_SERVER.to_owned());
        if self.info.agent != name {
            self.info.agent = name;
            tell(self.ready());
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
        Outcome::CouldNotTest {
            why: error.to_string(),
        }
    }

    fn agent(&self) -> String {
        match self.info.agent.as_str() {
            "" => UNKNOWN_SERVER.to_owned(),
            name => name.to_owned(),
        }
    }
}

fn is_heavy(job: &Job) -> bool {
    job.case.timed || job.case.id.chapter() == HEAVY_CHAPTER
}
