//! All cases against one target.

pub(crate) mod again;
mod concurrency;
mod death;
mod queue;
mod readiness;
mod results;
#[cfg(test)]
mod sample;

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::task::JoinSet;
use tokio::time::sleep_until;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::pace::Pace;
use wscheck_suite::result::{CutShort, Outcome, TargetInfo};
use wscheck_wire::Role;

use crate::event::Event;
use crate::job::{Job, Played, Turn};
use crate::pace::Reaction;
use crate::plan::{Plan, TargetPlan};
use crate::testee::{Ending, Testee};
use concurrency::Concurrency;
use death::Held;
use queue::{Queue, sort_slow_first};

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
    queue: Queue,
    limit: Concurrency,
    /// How fast the target reacts.
    reaction: Reaction,
    /// The jobs that run.
    in_flight: Vec<Job>,
    running: JoinSet<Played>,
    /// The last cases for which there was a connection, the last one first.
    served: VecDeque<CaseId>,
    /// The program under test, while it runs.
    testee: Option<Testee>,
    /// What may have killed it, until that is known.
    held: VecDeque<Held>,
    /// Of those that may have killed it, what is still to be played.
    suspects: VecDeque<Job>,
    /// Whether it is known what the target is.
    is_prepared: bool,
    /// Why nothing more is begun.
    cut_short: Option<CutShort>,
}

/// What the bout waits for.
enum Happened {
    Finished(Box<Played>),
    Died(Ending),
    /// The program lives longer than one that the first of those held has killed.
    Survived,
    Done,
}

impl Bout {
    /// Queues all plays of the cases of target `index`; `infos` tells what is
    /// known of it and of the others.
    pub(crate) fn new(plan: &Arc<Plan>, index: usize, infos: &[TargetInfo]) -> Self {
        let target = Arc::new(plan.targets[index].clone());
        let others = infos.iter().enumerate();
        let others = others.filter(|(other, _)| *other != index);
        Self {
            queue: queue_of(plan, &target),
            limit: Concurrency::new(plan.jobs.get(), plan.timing),
            reaction: Reaction::default(),
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
            held: VecDeque::new(),
            suspects: VecDeque::new(),
            is_prepared: false,
            cut_short: None,
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
                Happened::Finished(mut played) => {
                    self.land(&mut played);
                    if self.testee.is_some() && played.looks_like_death() {
                        self.held.push_back(Held::new(*played));
                    } else {
                        self.finish(*played, tell);
                    }
                }
                Happened::Died(how) => self.handle_death(how, tell).await,
                Happened::Survived => match self.late_death().await {
                    Some(how) => self.handle_death(how, tell).await,
                    None => self.release(tell),
                },
                Happened::Done => return,
            }
        }
    }

    /// Why it ended before all cases were played, if it did so by itself.
    pub(crate) fn cut_short(&self) -> Option<CutShort> {
        self.cut_short
    }

    /// Stops the program under test, and gives what is known of the target.
    pub(crate) async fn end(mut self, tell: &mut impl FnMut(Event)) -> TargetInfo {
        self.running.abort_all();
        self.finish_held(tell);
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

    /// What may start now.
    fn next_job(&mut self) -> Option<Job> {
        if self.awaits_fate() {
            return None;
        }
        self.queue.next(self.limit, &self.in_flight)
    }

    fn start(&mut self, mut job: Job, tell: &mut impl FnMut(Event)) {
        tell(Event::CaseStarted {
            target: self.index,
            case: job.case.id,
            attempt: job.attempt,
        });
        if !job.case.testee.includes(Role::Server) {
            let why = match job.case.relay {
                None => "the case is for clients".to_owned(),
                Some(_) => "the case is for proxies".to_owned(),
            };
            self.tell_unplayed(&job, Outcome::Skipped { why }, tell);
            return;
        }
        job.mark = self.mark();
        job.memory = match (&self.testee, job.case.memory) {
            (Some(testee), true) => testee.watch_memory(),
            _ => None,
        };
        job.agent.clone_from(&self.info.agent);
        job.settings.pace = self.pace_of(&job);
        job.at_a_time = self.limit.most();
        job.company = self.in_flight.len();
        for other in &mut self.in_flight {
            other.company = other.company.max(job.company);
        }
        self.in_flight.push(job.clone());
        self.running.spawn(job.play());
    }

    /// A case that is played again is given all the time it has.
    fn pace_of(&self, job: &Job) -> Pace {
        match job.turn {
            Turn::First if self.plan.learned_pace => self.reaction.applied_to(self.plan.pace),
            _ => self.plan.pace,
        }
    }

    /// Takes a job that has ended from those in flight, with the company that it
    /// had.
    fn land(&mut self, played: &mut Played) {
        let flown = self.in_flight.iter().position(|job| job.is(&played.job));
        if let Some(place) = flown {
            played.job.company = self.in_flight.swap_remove(place).company;
        }
        if let (Some(testee), Some(memory)) = (&self.testee, &mut played.job.memory) {
            memory.highest = testee.highest_memory().max(memory.before);
        }
    }

    async fn next(&mut self) -> Happened {
        if self.running.is_empty() && self.held.is_empty() {
            return Happened::Done;
        }
        let testee = &mut self.testee;
        let died = async {
            match testee {
                Some(testee) => testee.ended().await,
                None => std::future::pending().await,
            }
        };
        let held_until = self.held.front().map(|held| held.until);
        let survived = async {
            match held_until {
                Some(until) => sleep_until(until).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            // What had ended well before the program died is not suspect.
            biased;
            Some(finished) = self.running.join_next() => match finished {
                Ok(played) => Happened::Finished(Box::new(played)),
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            },
            ending = died => Happened::Died(ending),
            () = survived => Happened::Survived,
        }
    }

    fn mark(&self) -> u64 {
        self.testee.as_ref().map_or(0, Testee::mark)
    }
}

/// All plays of the cases of a target.
fn queue_of(plan: &Plan, target: &Arc<TargetPlan>) -> Queue {
    let plays =
        (1..=plan.repeat).flat_map(|attempt| target.cases.iter().map(move |case| (attempt, case)));
    let jobs = plays.map(|(attempt, case)| Job {
        case: Arc::clone(case),
        attempt,
        target: Arc::clone(target),
        settings: plan.settings(attempt),
        traces: plan.traces.clone(),
        agent: String::new(),
        mark: 0,
        memory: None,
        turn: Turn::First,
        company: 0,
        at_a_time: 1,
    });
    let mut jobs: Vec<Job> = jobs.collect();
    if plan.jobs.get() > 1 {
        sort_slow_first(&mut jobs);
    }
    let mut queue = Queue::new(jobs);
    if plan.fail_fast {
        queue.prefer_alone();
    }
    queue
}
