//! How a service ends, and what it then tells of what was not played.

use tokio::time::sleep;
use wscheck_suite::result::{CaseResult, CutShort, Outcome, RunInfo};

use super::program::{Conclusion, settle};
use super::roster::AgentState;
use super::{Service, Shared};
use crate::clock::timestamp;
use crate::event::Event;

/// What a client is called that never came.
const UNKNOWN_CLIENT: &str = "UnknownClient";

/// How the service ended.
pub(super) enum End {
    /// By a client, or from outside.
    Stopped,
    /// The client that we started is done, or is not going to be.
    Concluded(Conclusion),
    CutShort(CutShort),
}

/// Comes back when the first failure was told and what ran beside it has ended, or
/// when the time for the whole is over.
pub(super) async fn is_cut_short(shared: &Shared) {
    let mut cut_short = shared.cut_short.subscribe();
    let failed = async {
        // Whoever could say so is borrowed here.
        let _ = cut_short.wait_for(Option::is_some).await;
        settle(shared).await;
    };
    let over = async {
        match shared.plan.max_time {
            Some(limit) => sleep(limit).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = failed => {}
        () = over => shared.cut(CutShort::OutOfTime),
    }
}

impl Service {
    /// Fills in who was tested, and what was left out.
    pub(super) fn conclude(&self, info: &mut RunInfo, end: End, tell: &mut impl FnMut(Event)) {
        let agents = self.shared.roster.snapshot();
        for agent in &agents {
            info.targets.push(self.shared.target_info(&agent.name));
        }
        info.selected = self.shared.cases.list.len() * agents.len().max(1);
        match end {
            // Cancelled from outside before the client that we started was done.
            End::Stopped => info.interrupted = self.shared.plan.testee.is_some(),
            End::CutShort(why) => {
                info.cut_short = Some(why);
                let fault = format!("it was not tested: {why}");
                self.tell_nobody(info, fault, String::new(), tell);
                let why = why.to_string();
                let skipped = Outcome::Skipped { why };
                self.tell_unplayed(&agents, &skipped, tell);
            }
            End::Concluded(conclusion) => {
                if let Some(why) = conclusion.missing {
                    self.tell_nobody(info, why.clone(), conclusion.output.clone(), tell);
                    self.tell_unplayed(&agents, &Outcome::CouldNotTest { why }, tell);
                }
                if let Some(what) = conclusion.fault {
                    tell(Event::TesteeFault {
                        target: 0,
                        what,
                        output: conclusion.output,
                    });
                }
            }
        }
    }

    /// Tells, if no client came, what is amiss with the one that should have.
    fn tell_nobody(
        &self,
        info: &mut RunInfo,
        fault: String,
        output: String,
        tell: &mut impl FnMut(Event),
    ) {
        if !info.targets.is_empty() {
            return;
        }
        let mut target = self.shared.target_info(UNKNOWN_CLIENT);
        target.fault = Some(fault);
        tell(Event::TargetReady {
            target: 0,
            info: target.clone(),
            output,
        });
        info.targets.push(target);
    }

    fn tell_unplayed(
        &self,
        agents: &[AgentState],
        outcome: &Outcome,
        tell: &mut impl FnMut(Event),
    ) {
        for agent in agents {
            let cases = self.shared.cases_of(&agent.name);
            for case in cases.filter(|case| !agent.results.contains_key(&case.id)) {
                let (agent, outcome) = (agent.name.clone(), outcome.clone());
                let result = CaseResult::unplayed(case.id, agent, outcome, timestamp());
                tell(Event::CaseFinished(Box::new(result)));
            }
        }
    }
}
