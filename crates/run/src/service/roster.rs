//! Who has run what so far.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use wscheck_suite::case::Case;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::transcript::ConnectionRecord;

use super::standing::Standing;

/// The most agents that are told apart; further ones are refused.
pub const MAX_AGENTS: usize = 256;

/// One client, as it calls itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentState {
    /// Its name.
    pub name: String,
    /// What it has run; of a case that it ran again the last play.
    pub results: BTreeMap<CaseId, Standing>,
    /// What it is running.
    pub running: BTreeSet<CaseId>,
}

/// How far all agents are together. It changes with every connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many connections there were.
    pub connections: u64,
    /// How many plays of cases are going on.
    pub running: usize,
    /// How many pairs of an agent and a case have a result.
    pub results: usize,
    /// The most cases that one agent has run.
    pub furthest: usize,
}

/// No agent can be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{MAX_AGENTS} agents are known, and no more are taken")]
pub(super) struct TooManyAgents;

/// Who has run what so far; shared by all connections.
#[derive(Debug)]
pub(super) struct Roster {
    agents: Mutex<Vec<Agent>>,
    progress: watch::Sender<Progress>,
}

#[derive(Debug, Default)]
struct Agent {
    state: AgentState,
    /// How often each case is being played.
    plays: BTreeMap<CaseId, usize>,
    /// How often each case was begun.
    attempts: BTreeMap<CaseId, u32>,
    /// The connections so far of cases that have several.
    earlier: BTreeMap<CaseId, Vec<ConnectionRecord>>,
}

/// A play that has begun. Dropping it ends it.
#[derive(Debug)]
pub(super) struct Play {
    roster: Arc<Roster>,
    pub(super) case: Arc<Case>,
    /// The agent's place among all.
    pub(super) index: usize,
    pub(super) is_new_agent: bool,
    pub(super) attempt: u32,
    /// What happened on the connections before this one.
    pub(super) earlier: Vec<ConnectionRecord>,
}

impl Roster {
    pub(super) fn new() -> Self {
        Self {
            agents: Mutex::default(),
            progress: watch::Sender::new(Progress::default()),
        }
    }

    fn agents(&self) -> MutexGuard<'_, Vec<Agent>> {
        // Nothing in here is left half done by a panic.
        self.agents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    pub(super) fn note_connection(&self) {
        self.progress
            .send_modify(|progress| progress.connections += 1);
    }

    /// Begins a play of `case` by `agent`.
    pub(super) fn begin(
        self: &Arc<Self>,
        agent: &str,
        case: &Arc<Case>,
    ) -> Result<Play, TooManyAgents> {
        let mut agents = self.agents();
        let (index, is_new_agent) = index_of(&mut agents, agent)?;
        Ok(self.start(&mut agents[index], index, is_new_agent, case))
    }

    /// Begins a play of the first of `cases` that `agent` has not begun yet.
    pub(super) fn begin_next<'c>(
        self: &Arc<Self>,
        agent: &str,
        mut cases: impl Iterator<Item = &'c Arc<Case>>,
    ) -> Result<Option<Play>, TooManyAgents> {
        let mut agents = self.agents();
        let (index, is_new_agent) = index_of(&mut agents, agent)?;
        let known = &mut agents[index];
        let is_left = |case: &&Arc<Case>| {
            !known.attempts.contains_key(&case.id) || known.earlier.contains_key(&case.id)
        };
        let next = cases.find(is_left);
        Ok(next.map(|case| self.start(known, index, is_new_agent, case)))
    }

    fn start(
        self: &Arc<Self>,
        agent: &mut Agent,
        index: usize,
        is_new_agent: bool,
        case: &Arc<Case>,
    ) -> Play {
        let earlier = agent.earlier.remove(&case.id).unwrap_or_default();
        let attempts = agent.attempts.entry(case.id).or_default();
        if earlier.is_empty() {
            *attempts = attempts.saturating_add(1);
        }
        let attempt = *attempts;
        *agent.plays.entry(case.id).or_default() += 1;
        agent.state.running.insert(case.id);
        self.progress.send_modify(|progress| progress.running += 1);
        Play {
            roster: Arc::clone(self),
            case: Arc::clone(case),
            index,
            is_new_agent,
            attempt,
            earlier,
        }
    }

    /// What `agent` made of a case, if it has run it.
    pub(super) fn standing(&self, agent: &str, case: CaseId) -> Option<Standing> {
        let agents = self.agents();
        let agent = agents.iter().find(|known| known.state.name == agent)?;
        agent.state.results.get(&case).cloned()
    }

    /// Whether `agent` is running anything.
    pub(super) fn is_busy(&self, agent: &str) -> bool {
        let agents = self.agents();
        let agent = agents.iter().find(|known| known.state.name == agent);
        agent.is_some_and(|agent| !agent.state.running.is_empty())
    }

    pub(super) fn snapshot(&self) -> Vec<AgentState> {
        self.map(AgentState::clone)
    }

    /// What `look` makes of each agent, in the order in which they came.
    pub(super) fn map<T>(&self, mut look: impl FnMut(&AgentState) -> T) -> Vec<T> {
        let agents = self.agents();
        agents.iter().map(|agent| look(&agent.state)).collect()
    }

    pub(super) fn agent(&self, name: &str) -> Option<AgentState> {
        let agents = self.agents();
        let agent = agents.iter().find(|known| known.state.name == name)?;
        Some(agent.state.clone())
    }
}

fn index_of(agents: &mut Vec<Agent>, name: &str) -> Result<(usize, bool), TooManyAgents> {
    if let Some(index) = agents.iter().position(|agent| agent.state.name == name) {
        return Ok((index, false));
    }
    if agents.len() >= MAX_AGENTS {
        return Err(TooManyAgents);
    }
    agents.push(Agent {
        state: AgentState {
            name: name.to_owned(),
            ..AgentState::default()
        },
        ..Agent::default()
    });
    Ok((agents.len() - 1, true))
}

impl Play {
    /// The case has come to its result.
    pub(super) fn finish(self, standing: Standing) {
        let mut agents = self.roster.agents();
        let results = &mut agents[self.index].state.results;
        let is_first = results.insert(self.case.id, standing).is_none();
        let count = results.len();
        drop(agents);
        self.roster.progress.send_modify(|progress| {
            progress.results += usize::from(is_first);
            progress.furthest = progress.furthest.max(count);
        });
    }

    /// The case goes on with the agent's next connection.
    pub(super) fn go_on(self, so_far: Vec<ConnectionRecord>) {
        let mut agents = self.roster.agents();
        agents[self.index].earlier.insert(self.case.id, so_far);
    }
}

impl Drop for Play {
    fn drop(&mut self) {
        let mut agents = self.roster.agents();
        let agent = &mut agents[self.index];
        let plays = agent.plays.entry(self.case.id).or_default();
        *plays = plays.saturating_sub(1);
        if *plays == 0 {
            agent.plays.remove(&self.case.id);
            agent.state.running.remove(&self.case.id);
        }
        drop(agents);
        self.roster
            .progress
            .send_modify(|progress| progress.running = progress.running.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wscheck_suite::catalogue;
    use wscheck_suite::result::Outcome;

    use super::super::standing::Wire;

    fn skipped() -> Standing {
        Standing {
            outcome: Outcome::Skipped { why: String::new() },
            duration_us: 0,
            attempt: 1,
            wire: Wire::default(),
        }
    }

    #[test]
    fn each_agent_has_its_own_next_case() {
        let cases: Vec<_> = catalogue::all()
            .iter()
            .take(3)
            .cloned()
            .map(Arc::new)
            .collect();
        let roster = Arc::new(Roster::new());
        let next = |agent: &str| roster.begin_next(agent, cases.iter()).unwrap();
        let first = next("a").unwrap();
        assert!(first.is_new_agent);
        let second = next("a").unwrap();
        assert_eq!(second.case.id, cases[1].id);
        assert_eq!(next("b").unwrap().case.id, cases[0].id);
        first.finish(skipped());
        // One that was given up counts as run, too.
        drop(second);
        next("a").unwrap().finish(skipped());
        assert!(next("a").is_none());
        assert!(!roster.is_busy("a"));
        let progress = *roster.progress().borrow();
        assert_eq!(
            (progress.results, progress.furthest, progress.running),
            (2, 2, 0)
        );
        assert_eq!(roster.begin("a", &cases[0]).unwrap().attempt, 2);
    }

    #[test]
    fn agents_are_bounded() {
        let case = Arc::new(catalogue::all()[0].clone());
        let roster = Arc::new(Roster::new());
        for number in 0..MAX_AGENTS {
            assert!(roster.begin(&number.to_string(), &case).is_ok());
        }
        assert!(roster.begin("more", &case).is_err());
        assert!(roster.begin("7", &case).is_ok());
    }
}
