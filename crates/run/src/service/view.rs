//! How things stand, for the pages.

use std::sync::Arc;

use wscheck_suite::case::Case;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::profile::Profile;

use super::Shared;
use super::roster::{AgentState, Progress};
use super::standing::Standing;
use crate::address::Address;

/// How things stand. Nothing is copied but what is asked for.
#[derive(Debug, Clone)]
pub struct View {
    shared: Arc<Shared>,
}

impl View {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
        }
    }

    /// Where the suite is served.
    pub fn address(&self) -> &Address {
        &self.shared.address
    }

    /// By whose measure is judged.
    pub fn profile(&self) -> Profile {
        self.shared.plan.profile
    }

    /// The cases, in the order of their numbers from 1.
    pub fn cases(&self) -> &[Arc<Case>] {
        &self.shared.cases.list
    }

    /// Whether `agent` does not run `case`.
    pub fn excludes(&self, agent: &str, case: &Case) -> bool {
        self.shared.excludes(agent, case)
    }

    /// How far all agents are.
    pub fn progress(&self) -> Progress {
        *self.shared.roster.progress().borrow()
    }

    /// What `look` makes of each agent, in the order in which they came. All
    /// others wait for it.
    pub fn map_agents<T>(&self, look: impl FnMut(&AgentState) -> T) -> Vec<T> {
        self.shared.roster.map(look)
    }

    /// An agent with its results so far.
    pub fn agent(&self, name: &str) -> Option<AgentState> {
        self.shared.roster.agent(name)
    }

    /// What an agent made of a case, if it has run it.
    pub fn standing(&self, agent: &str, case: CaseId) -> Option<Standing> {
        self.shared.roster.standing(agent, case)
    }
}
