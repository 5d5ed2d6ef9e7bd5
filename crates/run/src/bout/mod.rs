//! All cases against one target.

mod death;

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::task::JoinSet;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::result::{CaseResult, Outcome, TargetInfo};
use wscheck_suite::transcript::Transcript;
use wscheck_suite::verdict::{Behaviour, CloseBehaviour, Reason, Verdict};
use wscheck_wire::Role;

use crate::clock::{micros, timestamp};
use crate::error::CouldNotTest;
use crate::event::Event;
use crate::job::{Job, Played};
use crate::plan::{Plan, TargetPlan, UNKNOWN_SERVER};
use crate::preflight::preflight;
use crate::testee::{Ending, Testee};

/// How many heavy cases run at a time: of two one is at the testee while the
/// other is with us, and a third fills the gaps.
const HEAVY_JOBS: usize = 3;

/// How many served cases a refusal names.
const NAMED_BEFORE_REFUSAL: usize = 3;

/// The cases of one target on their way from the queue to a result.
pub(crate) struct Bout {
    plan: Arc<Plan>,
    target: Arc<TargetPlan>,
    index: usize,
    info: TargetInfo,
    /// Whether the target's name is known for good.
    named: bool,
    /// The names of the other targets, as far as they are known.
    taken: Vec<String>,
    queue: VecDeque<Job>,
    /// The jobs that run.
    in_flight: Vec<Job>,
    running: JoinSet<Played>,
    /// The last cases for which there was a connection, the last one first.
    served: VecDeque<CaseId>,
    /// The program under test, while it runs.
    testee: Option<Testee>,
}

/// What the bout waits for.
enum Happened {
    Finished(Box<Played>),
    Died(Ending),
    Done,
}

impl Bout {
    /// Queues all plays of the cases of target `index`; `infos` tells what is
    /// known of it and of the others.
    pub(crate) fn new(plan: &Arc<Plan>, index: usize, infos: &[TargetInfo]) -> Self {
        let target = Arc::new(plan.targets[index].clone());
        let plays = (1..=plan.repeat)
            .flat_map(|attempt| target.cases.iter().map(move |case| (attempt, case)));
        let queue = plays.map(|(attempt, case)| Job {
            case: Arc::clone(case),
            attempt,
            target: Arc::clone(&target),
            settings: plan.settings(attempt),
            trace: plan.trace.clone(),
            mark: 0,
        });
        let others = infos.iter().enumerate();
        let others = others.filter(|(other, _)| *other != index);
        Self {
            queue: queue.collect(),
            plan: Arc::clone(plan),
            index,
            named: target.agent.is_some(),
            taken: others.map(|(_, info)| info.agent.clone()).collect(),
            target,
            info: infos[index].clone(),
            in_flight: Vec::new(),
            running: JoinSet::new(),
            served: VecDeque::new(),
            testee: None,
        }
    }

    /// Plays until nothing is left to play.
    pub(crate) async fn play(&mut self, tell: &mut (impl FnMut(Event) + Send)) {
        if !self.prepare(tell).await {
            return;
        }
        loop {
            while let Some(job) = self.next_job() {
                self.start(job, tell);
            }
            match self.next().await {
                Happened::Finished(played) => {
                    self.in_flight.retain(|job| !job.is(&played.job));
                    match self.death_behind(&played).await {
                        Some(how) => self.handle_death(how, Some(played.job), tell).await,
                        None => self.finish(*played, tell),
                    }
                }
                Happened::Died(how) => self.handle_death(how, None, tell).await,
                Happened::Done => return,
            }
        }
    }

    /// Stops the program under test, and gives what is known of the target.
    pub(crate) async fn end(self, tell: &mut impl FnMut(Event)) -> TargetInfo {
        drop(self.running);
        if let Some(testee) = self.testee {
            let stopped = testee.stop().await;
            if stopped.is_bad {
                tell(Event::TesteeFault {
                    target: self.index,
                    what: format!("the program under test {} at the end", stopped.ending),
                    output: stopped.output,
                });
            }
        }
        self.info
    }

    /// Starts the target if that is ours to do, and looks at it. Tells whether
    /// it can be tested.
    async fn prepare(&mut self, tell: &mut impl FnMut(Event)) -> bool {
        if let Some(command) = &self.target.testee {
            match Testee::start(command, &self.target.address).await {
                Ok(testee) => self.testee = Some(testee),
                Err(error) => {
                    let output = error.output().to_owned();
                    self.give_up(error.to_string(), output, tell);
                    return false;
                }
            }
        }
        if self.plan.preflight && !self.look(tell).await {
            return false;
        }
        if self.named {
            tell(self.ready(String::new()));
        }
        true
    }

    /// The preflight.
    async fn look(&mut self, tell: &mut impl FnMut(Event)) -> bool {
        let target = &self.target;
        let (address, dialler) = (&target.address, &target.dialler);
        match preflight(address, dialler, &target.handshake, self.plan.pace).await {
            Ok(found) => {
                self.info.round_trip_us = found.round_trip.map(micros);
                if let (false, Some(agent)) = (self.named, found.agent) {
                    self.info.agent = self.free_name(&agent);
                    self.named = true;
                }
                true
            }
            Err(unfit) => {
                let (mut why, mut output) = (unfit.to_string(), String::new());
                if let Some(testee) = &mut self.testee {
                    if let Some(how) = testee.is_ending(address).await {
                        why = format!("the program under test {how} at the first connection");
                        output = testee.last_output().await;
                    } else {
                        output = testee.since(0);
                    }
                }
                self.give_up(why, output, tell);
                false
            }
        }
    }

    fn give_up(&mut self, why: String, output: String, tell: &mut impl FnMut(Event)) {
        self.info.agent = self.agent();
        self.info.fault = Some(why);
        tell(self.ready(output));
    }

    fn ready(&self, output: String) -> Event {
        Event::TargetReady {
            target: self.index,
            info: self.info.clone(),
            output,
        }
    }

    /// The first job that may start now.
    fn next_job(&mut self) -> Option<Job> {
        if self.in_flight.len() >= self.plan.jobs.get() {
            return None;
        }
        let heavy = self.in_flight.iter().filter(|job| job.is_heavy()).count();
        let may_start = |job: &Job| heavy < HEAVY_JOBS || !job.is_heavy();
        let first = self.queue.iter().position(may_start)?;
        self.queue.remove(first)
    }

    fn start(&mut self, mut job: Job, tell: &mut impl FnMut(Event)) {
        tell(Event::CaseStarted {
            target: self.index,
            case: job.case.id,
            attempt: job.attempt,
        });
        if !job.case.testee.includes(Role::Server) {
            let why = "the case is for clients".to_owned();
            self.tell_unplayed(&job, Outcome::Skipped { why }, tell);
            return;
        }
        job.mark = self.mark();
        self.in_flight.push(job.clone());
        self.running.spawn(job.play());
    }

    async fn next(&mut self) -> Happened {
        let testee = &mut self.testee;
        let died = async {
            match testee {
                Some(testee) => testee.ended().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            // What had ended before the program died is not suspect.
            biased;
            finished = self.running.join_next() => match finished {
                Some(Ok(played)) => Happened::Finished(Box::new(played)),
                Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
                None => Happened::Done,
            },
            ending = died => Happened::Died(ending),
        }
    }

    fn finish(&mut self, played: Played, tell: &mut impl FnMut(Event)) {
        if let Err(error) = &played.end
            && self.plan.stop_on_refusal
        {
            self.info.fault = Some(error.to_string());
            self.queue.clear();
            return;
        }
        self.learn_name(&played, tell);
        let outcome = match &played.end {
            Ok(verdict) => {
                self.served.truncate(NAMED_BEFORE_REFUSAL - 1);
                self.served.push_front(played.job.case.id);
                Outcome::Judged(verdict.clone())
            }
            Err(error) => self.without_connection(error),
        };
        self.tell_result(played, outcome, tell);
    }

    /// A target without a name is called what it calls itself.
    fn learn_name(&mut self, played: &Played, tell: &mut impl FnMut(Event)) {
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

    fn tell_result(&self, played: Played, outcome: Outcome, tell: &mut impl FnMut(Event)) {
        let testee = self.testee.as_ref();
        tell(Event::CaseFinished(Box::new(CaseResult {
            case: played.job.case.id,
            agent: self.agent(),
            outcome,
            started: played.started,
            duration_us: micros(played.duration),
            attempt: played.job.attempt,
            provisional: false,
            company: 0,
            testee_output: testee.map_or_else(String::new, |it| it.since(played.job.mark)),
            transcript: played.transcript,
        })));
    }

    fn tell_unplayed(&self, job: &Job, outcome: Outcome, tell: &mut impl FnMut(Event)) {
        tell(Event::CaseFinished(Box::new(CaseResult {
            case: job.case.id,
            agent: self.agent(),
            outcome,
            started: timestamp(),
            duration_us: 0,
            attempt: job.attempt,
            provisional: false,
            company: 0,
            testee_output: String::new(),
            transcript: Transcript::default(),
        })));
    }

    fn agent(&self) -> String {
        match self.info.agent.as_str() {
            "" => self.free_name(UNKNOWN_SERVER),
            name => name.to_owned(),
        }
    }

    /// `name`, told apart from those of the other targets.
    fn free_name(&self, name: &str) -> String {
        let numbered = (2..).map(|number| format!("{name} ({number})"));
        let mut candidates = std::iter::once(name.to_owned()).chain(numbered);
        let free = candidates.find(|candidate| !self.taken.contains(candidate));
        free.unwrap_or_default()
    }

    fn mark(&self) -> u64 {
        self.testee.as_ref().map_or(0, Testee::mark)
    }
}
