//! What stands before the overview: what is wrong, and what changed.

use std::collections::BTreeMap;

use wscheck_suite::case_id::CaseId;

use super::runs::Runs;
use crate::account::{Account, Agent, Play};
use crate::diff::{Change, Changes};

/// The most cases that are listed as wrong.
const LISTED: usize = 40;

/// The most changes that are listed.
const LISTED_CHANGES: usize = 400;

/// About the most octets of the names of those whom a case speaks against.
const WHO: usize = 300;

pub(super) struct WrongView {
    pub(super) id: CaseId,
    pub(super) title: String,
    pub(super) who: String,
}

pub(super) struct ChangeView {
    pub(super) id: CaseId,
    pub(super) title: String,
    pub(super) agent: String,
    pub(super) kind: &'static str,
    pub(super) before: String,
    pub(super) after: String,
}

/// The first cases of `account` that are wrong, with those whom they speak
/// against, and how many more there are.
pub(super) fn wrong(account: &Account<'_>) -> (Vec<WrongView>, usize) {
    let mut wrong: BTreeMap<CaseId, WrongView> = BTreeMap::new();
    let bad = |(_, play): &(&Agent<'_>, &Play<'_>)| play.standing().is_bad();
    for (agent, play) in account.plays().filter(bad) {
        let case = play.result.case;
        let view = wrong.entry(case).or_insert_with(|| WrongView {
            id: case,
            title: play.title(),
            who: String::new(),
        });
        if account.agents.len() > 1 && view.who.len() < WHO {
            let separator = if view.who.is_empty() { "" } else { ", " };
            view.who += &format!("{separator}{}", agent.shown_name());
        }
    }
    let beyond = wrong.len().saturating_sub(LISTED);
    (wrong.into_values().take(LISTED).collect(), beyond)
}

/// The first changes, what got worse before the rest; how many more there are;
/// and how many cases came out as before.
pub(super) fn changes(runs: Runs<'_, '_>) -> (Vec<ChangeView>, usize, u64) {
    let Some(before) = runs.before else {
        return (Vec::new(), 0, 0);
    };
    let titles: BTreeMap<CaseId, &Play<'_>> = runs
        .plays()
        .map(|(.., play)| (play.result.case, play))
        .collect();
    let mut changes = Changes::between(before, runs.now);
    changes
        .changes
        .sort_by_key(|change| (change.kind, change.case));
    let names = runs.now.agents.len().max(before.agents.len()) > 1;
    let view = |change: &Change| ChangeView {
        id: change.case,
        title: titles
            .get(&change.case)
            .map_or_else(String::new, |p| p.title()),
        agent: if names {
            change.agent.clone()
        } else {
            String::new()
        },
        kind: change.kind.as_str(),
        before: change
            .before
            .map_or_else(|| "–".to_owned(), |o| o.to_string()),
        after: change
            .after
            .map_or_else(|| "–".to_owned(), |o| o.to_string()),
    };
    let beyond = changes.changes.len().saturating_sub(LISTED_CHANGES);
    let first = changes.changes.iter().take(LISTED_CHANGES);
    (first.map(view).collect(), beyond, changes.same)
}
