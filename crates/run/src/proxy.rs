//! Plays cases through a proxy: we dial it, and it dials us.
//!
//! One case is played at a time, so that what comes in behind the proxy is of
//! the case that went out before it; a field of the request tells it from what
//! others send, such as a proxy that looks whether we are well.

mod play;
mod preflight;
mod upstream;

use std::sync::Arc;

use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use wscheck_suite::case::Case;
use wscheck_suite::profile::Profile;
use wscheck_suite::result::{CaseResult, CutShort, Outcome, Proved, RunInfo, TargetInfo};
use wscheck_suite::tested::Tested;
use wscheck_suite::verdict::Grade;

use play::play;
pub use preflight::UnfitProxy;
use preflight::preflight;
use upstream::Upstream;

use crate::clock::timestamp;
use crate::event::Event;
use crate::listen::Listener;
use crate::plan::{Plan, TargetPlan, is_failure};
use crate::testee::Testee;

/// What a proxy is called that does not name itself.
pub const UNKNOWN_PROXY: &str = "UnknownProxy";

/// Plays the one target of `plan`, a proxy that forwards to `listener`. Of the
/// plan, its pace, seed, traces, preflight, repetitions, retries, policy and limits
/// count.
///
/// Returns what [`Event::RunFinished`] told.
pub async fn run_through(
    plan: Plan,
    listener: Listener,
    cancel: &CancellationToken,
    mut tell: impl FnMut(Event) + Send,
) -> RunInfo {
    let begin = Instant::now();
    let mut info = info(&plan);
    tell(Event::RunStarted(info.clone()));
    let deadline = plan.max_time.and_then(|limit| begin.checked_add(limit));
    if let Some(target) = plan.targets.first() {
        let mut run = ProxyRun {
            plan: &plan,
            target,
            upstream: Upstream::open(listener),
            info: target.info(),
            done: 0,
            failed: false,
        };
        let playing = run.play(&mut tell);
        let playing = async {
            match deadline {
                Some(deadline) => timeout_at(deadline, playing).await.is_ok(),
                None => {
                    playing.await;
                    true
                }
            }
        };
        match cancel.run_until_cancelled(playing).await {
            None => info.interrupted = true,
            Some(false) => info.cut_short = Some(CutShort::OutOfTime),
            Some(true) if run.failed && plan.fail_fast => {
                info.cut_short = Some(CutShort::FirstFailure);
            }
            Some(true) => {}
        }
        if let Some(why) = info.cut_short {
            run.pass_over(&why.to_string(), &mut tell);
        }
        info.targets = vec![run.info];
    }
    let took = begin.elapsed().as_millis();
    info.duration_ms = Some(u64::try_from(took).unwrap_or(u64::MAX));
    tell(Event::RunFinished(info.clone()));
    info
}

/// What is true of all cases.
fn info(plan: &Plan) -> RunInfo {
    RunInfo {
        profile: Profile::Rfc,
        ..plan.info_of(Tested::Proxy)
    }
}

struct ProxyRun<'a> {
    plan: &'a Plan,
    target: &'a TargetPlan,
    upstream: Upstream,
    info: TargetInfo,
    /// How many plays have been told.
    done: usize,
    failed: bool,
}

impl ProxyRun<'_> {
    async fn play(&mut self, tell: &mut impl FnMut(Event)) {
        let mut testee = None;
        if let Some(command) = &self.target.testee {
            match Testee::start(command, &self.target.address).await {
                Ok(started) => testee = Some(started),
                Err(error) => {
                    return self.give_up(&error.to_string(), error.output().to_owned(), tell);
                }
            }
        }
        if self.plan.preflight {
            match preflight(self.target, &mut self.upstream, self.plan.pace).await {
                Ok(name) => {
                    self.info.agent = self.target.agent.clone().or(name).unwrap_or_default()
                }
                Err(unfit) => {
                    let output = testee.as_ref().map_or_else(String::new, |it| it.since(0));
                    return self.give_up(&unfit.to_string(), output, tell);
                }
            }
        }
        if self.info.agent.is_empty() {
            self.info.agent = UNKNOWN_PROXY.to_owned();
        }
        tell(Event::TargetReady {
            target: 0,
            info: self.info.clone(),
            output: String::new(),
        });
        for (case, attempt) in self.plays().skip(self.done) {
            self.until_it_counts(&case, attempt, testee.as_ref(), tell)
                .await;
            if self.failed && self.plan.fail_fast {
                break;
            }
        }
        if let Some(testee) = testee {
            let stopped = testee.stop().await;
            if stopped.is_bad {
                tell(Event::TesteeFault {
                    target: 0,
                    what: format!("the program under test {} at the end", stopped.ending),
                    output: stopped.output,
                });
            }
        }
    }

    fn plays(&self) -> impl Iterator<Item = (Arc<Case>, u32)> + use<> {
        let cases = self.target.cases.clone();
        (1..=self.plan.repeat)
            .flat_map(move |attempt| cases.clone().into_iter().map(move |case| (case, attempt)))
    }

    /// Plays a case, and again as long as it fails and has chances left.
    async fn until_it_counts(
        &mut self,
        case: &Arc<Case>,
        attempt: u32,
        testee: Option<&Testee>,
        tell: &mut impl FnMut(Event),
    ) {
        for play in 0..=self.plan.retries {
            tell(Event::CaseStarted {
                target: 0,
                case: case.id,
                attempt,
            });
            let mark = testee.map_or(0, Testee::mark);
            let mut result = self.one(case, attempt).await;
            if let Some(testee) = testee {
                result.testee_output = testee.since(mark);
            }
            let grade = result.outcome.grade();
            let failed = grade == Some(Grade::Failed);
            result.provisional = failed && play < self.plan.retries;
            result.proved = (play > 0 && grade.is_some() && !failed).then_some(Proved::Flaky);
            self.failed |= is_failure(self.plan.policy.as_deref(), &result);
            // What was told once is not told as passed over.
            self.done += usize::from(play == 0);
            let counts = !result.provisional;
            tell(Event::CaseFinished(Box::new(result)));
            if counts {
                return;
            }
        }
    }

    async fn one(&mut self, case: &Arc<Case>, attempt: u32) -> CaseResult {
        let started = timestamp();
        let begin = Instant::now();
        let (outcome, transcript) = play(
            self.plan,
            self.target,
            &self.info.agent,
            &mut self.upstream,
            case,
            attempt,
        )
        .await;
        let took = begin.elapsed().as_micros();
        CaseResult {
            attempt,
            duration_us: u64::try_from(took).unwrap_or(u64::MAX),
            transcript,
            ..CaseResult::unplayed(case.id, self.info.agent.clone(), outcome, started)
        }
    }

    fn give_up(&mut self, why: &str, output: String, tell: &mut impl FnMut(Event)) {
        self.info.agent = self
            .target
            .agent
            .clone()
            .unwrap_or_else(|| UNKNOWN_PROXY.to_owned());
        self.info.fault = Some(why.to_owned());
        tell(Event::TargetReady {
            target: 0,
            info: self.info.clone(),
            output,
        });
        let could_not = Outcome::CouldNotTest {
            why: why.to_owned(),
        };
        self.tell_rest(&could_not, tell);
    }

    fn pass_over(&mut self, why: &str, tell: &mut impl FnMut(Event)) {
        let skipped = Outcome::Skipped {
            why: why.to_owned(),
        };
        self.tell_rest(&skipped, tell);
    }

    fn tell_rest(&mut self, outcome: &Outcome, tell: &mut impl FnMut(Event)) {
        for (case, _) in self.plays().skip(self.done) {
            let agent = self.info.agent.clone();
            let result = CaseResult::unplayed(case.id, agent, outcome.clone(), timestamp());
            tell(Event::CaseFinished(Box::new(result)));
        }
        self.done = usize::MAX;
    }
}
