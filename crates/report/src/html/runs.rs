//! The run that a page tells of, and the one that it is compared with.

use crate::account::{Account, Agent, Play};
use crate::diff::pairs;
use crate::standing::Standing;
use wscheck_suite::verdict::Grade;

/// One run, or two.
#[derive(Clone, Copy)]
pub(super) struct Runs<'p, 'a> {
    pub(super) now: &'p Account<'a>,
    pub(super) before: Option<&'p Account<'a>>,
}

/// Which of two runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum When {
    Now,
    Before,
}

/// Where a play stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) when: When,
    pub(super) agent: usize,
    pub(super) play: usize,
}

/// A column of the overview: an agent in either run.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) now: Option<usize>,
    pub(super) before: Option<usize>,
}

impl<'p, 'a> Runs<'p, 'a> {
    /// The run of `when`, if there is one.
    pub(super) fn account(&self, when: When) -> Option<&'p Account<'a>> {
        match when {
            When::Now => Some(self.now),
            When::Before => self.before,
        }
    }

    /// All plays of both runs.
    pub(super) fn plays(self) -> impl Iterator<Item = (Place, &'p Agent<'a>, &'p Play<'a>)> {
        let runs = [When::Now, When::Before].into_iter();
        let runs = runs.filter_map(move |when| Some((when, self.account(when)?)));
        runs.flat_map(|(when, account)| {
            let agents = account.agents.iter().enumerate();
            agents.flat_map(move |(agent, known)| {
                let plays = known.plays.iter().enumerate();
                plays.map(move |(play, at)| (Place { when, agent, play }, known, at))
            })
        })
    }

    /// The agents, those of the run now first.
    pub(super) fn columns(self) -> Vec<Column> {
        let Some(before) = self.before else {
            let agents = self.now.agents.iter().enumerate();
            let column = |(index, agent): (usize, &Agent<'_>)| Column {
                name: agent.shown_name(),
                now: Some(index),
                before: None,
            };
            return agents.map(column).collect();
        };
        let pairs = pairs(before, self.now).into_iter();
        let column = |(was, is): (Option<usize>, Option<usize>)| {
            let now = is.map(|at| self.now.agents[at].shown_name());
            let name = now.or_else(|| Some(before.agents[was?].shown_name()));
            Column {
                name: name.unwrap_or_default(),
                now: is,
                before: was,
            }
        };
        pairs.map(column).collect()
    }
}

impl Place {
    /// A word for it that holds within a page.
    pub(super) fn key(self) -> String {
        let when = match self.when {
            When::Now => 'n',
            When::Before => 'b',
        };
        format!("{when}{}-{}", self.agent, self.play)
    }
}

/// The worse the greater.
pub(super) fn gravity(play: &Play<'_>) -> (Standing, Option<Grade>) {
    (play.standing(), play.result.outcome.grade())
}
