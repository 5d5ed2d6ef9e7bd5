//! Who has run what so far.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use wscheck_suite::case::Case;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::evidence::OpeningEvidence;
use wscheck_suite::transcript::ConnectionRecord;
use wscheck_suite::verdict::Grade;

use crate::pace::Reaction;

use super::standing::Standing;

/// The most agents that are told apart; further ones are refused.
pub const MAX_AGENTS: usize = 256;

/// The most keys of an agent that are kept to be compared.
const MAX_KEYS: usize = 1024;

/// One client, as it calls itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentState {
    /// Its name.
    pub name: String,
    /// What it has run; of a case that it ran again the last play.
    pub results: BTreeMap<CaseId, Standing>,
    /// What it is running.
    pub running: BTreeSet<CaseId>,
    /// What it is to run again, because its play may have suffered from haste or
    /// from company.
    pub again: BTreeSet<CaseId>,
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
    /// The most others that ran while a case did that is running.
    company: BTreeMap<CaseId, usize>,
    /// How fast it reacts.
    reaction: Reaction,
    /// The keys of its last opening requests.
    keys: VecDeque<Arc<str>>,
}

/// What an agent gets that asks for its next case.
#[derive(Debug)]
pub(super) enum Next {
    /// A case.
    Play(Play),
    /// What it is running must end first.
    Later,
    /// There is nothing left.
    Nothing,
}

/// How a play differs from others of its case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// The client chose the case: what it comes to counts.
    Chosen,
    /// It is the client's next one, and may be played again.
    Next,
    /// The play before it, which earned this grade, does not count.
    Again(Option<Grade>),
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
    pub(super) way: Way,
    /// How fast the agent reacts, as far as it is known.
    pub(super) reaction: Reaction,
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
        Ok(self.start(&mut agents[index], index, is_new_agent, case, Way::Chosen))
    }

    /// Begins a play of the first of `cases` that `agent` has not begun yet; after
    /// those, and when nothing is running, of the first that it is to run again.
    pub(super) fn begin_next<'c>(
        self: &Arc<Self>,
        agent: &str,
        mut cases: impl Iterator<Item = &'c Arc<Case>>,
    ) -> Result<Next, TooManyAgents> {
        let mut agents = self.agents();
        let (index, is_new_agent) = index_of(&mut agents, agent)?;
        let known = &mut agents[index];
        let mut again = None;
        let next = cases.find(|case| {
            let is_left = !known.attempts.contains_key(&case.id);
            if again.is_none() && known.state.again.contains(&case.id) {
                again = Some(*case);
            }
            is_left || known.earlier.contains_key(&case.id)
        });
        Ok(match next.or(again) {
            Some(case) if next.is_some() || known.state.running.is_empty() => {
                Next::Play(self.start(known, index, is_new_agent, case, Way::Next))
            }
            _ if known.state.running.is_empty() => Next::Nothing,
            _ => Next::Later,
        })
    }

    fn start(
        self: &Arc<Self>,
        agent: &mut Agent,
        index: usize,
        is_new_agent: bool,
        case: &Arc<Case>,
        way: Way,
    ) -> Play {
        let earlier = agent.earlier.remove(&case.id).unwrap_or_default();
        let is_again = agent.state.again.contains(&case.id);
        let attempts = agent.attempts.entry(case.id).or_default();
        if earlier.is_empty() && !is_again {
            *attempts = attempts.saturating_add(1);
        }
        let attempt = *attempts;
        let standing = agent.state.results.get(&case.id);
        let grade = standing.and_then(|standing| standing.outcome.grade());
        agent.join_company(case.id);
        *agent.plays.entry(case.id).or_default() += 1;
        agent.state.running.insert(case.id);
        self.progress.send_modify(|progress| progress.running += 1);
        Play {
            roster: Arc::clone(self),
            case: Arc::clone(case),
            index,
            is_new_agent,
            attempt,
            way: if is_again { Way::Again(grade) } else { way },
            reaction: agent.reaction,
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

impl Agent {
    /// One more case runs beside those that do.
    fn join_company(&mut self, case: CaseId) {
        let others: usize = self.plays.values().sum();
        for company in self.company.values_mut() {
            *company = others.max(*company);
        }
        let company = self.company.entry(case).or_default();
        *company = others.max(*company);
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
    /// The most other cases that the agent was running at any moment of this one.
    pub(super) fn company(&self) -> usize {
        let agents = self.roster.agents();
        let company = agents[self.index].company.get(&self.case.id);
        company.copied().unwrap_or_default()
    }

    /// The keys that the agent sent on other connections.
    pub(super) fn earlier_keys(&self) -> Arc<[Arc<str>]> {
        let agents = self.roster.agents();
        agents[self.index].keys.iter().cloned().collect()
    }

    /// The agent has sent a key.
    pub(super) fn note_key(&self, opening: &OpeningEvidence) {
        let Some(key) = opening.key() else { return };
        let keys = &mut self.roster.agents()[self.index].keys;
        if keys.len() >= MAX_KEYS {
            keys.pop_front();
        }
        keys.push_back(key.into());
    }

    /// The agent has shown how fast it reacts.
    pub(super) fn learn(&self, record: &ConnectionRecord) {
        self.roster.agents()[self.index].reaction.learn(record);
    }

    /// The case has come to its result, and is to be run again or not.
    pub(super) fn finish(self, standing: Standing, again: bool) {
        let mut agents = self.roster.agents();
        let state = &mut agents[self.index].state;
        match again {
            true => state.again.insert(self.case.id),
            false => state.again.remove(&self.case.id),
        };
        let results = &mut state.results;
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
            agent.company.remove(&self.case.id);
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
        let next = |agent: &str| match roster.begin_next(agent, cases.iter()).unwrap() {
            Next::Play(play) => Some(play),
            Next::Later | Next::Nothing => None,
        };
        let first = next("a").unwrap();
        assert!(first.is_new_agent);
        let second = next("a").unwrap();
        assert_eq!(second.case.id, cases[1].id);
        assert_eq!(next("b").unwrap().case.id, cases[0].id);
        first.finish(skipped(), false);
        // One that was given up counts as run, too.
        drop(second);
        next("a").unwrap().finish(skipped(), false);
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
    fn what_is_to_be_run_again_comes_last_and_alone() {
        let cases: Vec<_> = catalogue::all()
            .iter()
            .take(2)
            .cloned()
            .map(Arc::new)
            .collect();
        let roster = Arc::new(Roster::new());
        let next = || roster.begin_next("a", cases.iter()).unwrap();
        let play = || match next() {
            Next::Play(play) => play,
            other => panic!("{other:?}"),
        };
        let first = play();
        assert_eq!((first.company(), first.way), (0, Way::Next));
        first.finish(skipped(), true);
        let second = play();
        let beside = roster.begin("a", &cases[1]).unwrap();
        assert_eq!((second.company(), beside.company()), (1, 1));
        drop(beside);
        assert_eq!(second.case.id, cases[1].id);
        assert!(matches!(next(), Next::Later), "it would not be alone");
        second.finish(skipped(), false);
        let again = play();
        assert_eq!((again.case.id, again.attempt), (cases[0].id, 1));
        assert_eq!((again.way, again.company()), (Way::Again(None), 0));
        again.finish(skipped(), false);
        assert!(matches!(next(), Next::Nothing));
    }

    #[test]
    fn the_last_keys_of_an_agent_are_kept() {
        let case = Arc::new(catalogue::all()[0].clone());
        let roster = Arc::new(Roster::new());
        let play = roster.begin("a", &case).unwrap();
        for number in 0..=MAX_KEYS {
            let head = format!("GET / HTTP/1.1\r\nSec-WebSocket-Key: {number}\r\n\r\n");
            play.note_key(&OpeningEvidence {
                request: head.as_bytes().into(),
                ..OpeningEvidence::default()
            });
        }
        let keys = roster.begin("a", &case).unwrap().earlier_keys();
        assert_eq!((keys.len(), &keys[0][..]), (MAX_KEYS, "1"));
        assert!(roster.begin("b", &case).unwrap().earlier_keys().is_empty());
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
