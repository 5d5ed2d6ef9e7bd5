//! A case with all that came of it.

use std::time::Duration;

use wscheck_suite::case_id::CaseId;
use wscheck_suite::result::Outcome;
use wscheck_suite::verdict::{CloseBehaviour, Grade, Verdict};

use super::play_view::{Manner, PlayView};
use super::room::Room;
use super::runs::{Column, Place, Runs, When, gravity};
use super::script_line::{ScriptLine, script};
use crate::account::{Agent, Play};
use crate::console::took;
use crate::diff;
use crate::standing::Standing;
use crate::summary::Tag;

pub(super) struct CaseView {
    pub(super) id: CaseId,
    pub(super) title: String,
    pub(super) script: Vec<ScriptLine>,
    /// A cell a column.
    pub(super) cells: Vec<Cell>,
    pub(super) plays: Vec<PlayView>,
    /// The timelines that the script unpacks.
    pub(super) packed: String,
    /// The class of the gravest cell, and its word.
    pub(super) worst: &'static str,
    pub(super) word: &'static str,
    /// The classes of all cells.
    pub(super) classes: String,
    /// Whether an agent did otherwise before.
    pub(super) has_changed: bool,
    pub(super) micros: u64,
    pub(super) time: String,
}

pub(super) struct Cell {
    pub(super) class: &'static str,
    pub(super) text: String,
    /// Why it does not fail the run although it looks so, in a word.
    pub(super) excuse: Option<&'static str>,
    has_changed: bool,
}

/// A play with where it stands.
pub(super) type Placed<'p, 'a> = (Place, &'p Agent<'a>, &'p Play<'a>);

impl CaseView {
    /// `plays` are those of the case.
    pub(super) fn new(
        (runs, columns): (Runs<'_, '_>, &[Column]),
        id: CaseId,
        mut plays: Vec<Placed<'_, '_>>,
        manner: Manner,
        room: &mut Room,
    ) -> Self {
        // What is wrong is what one wants to see.
        plays.sort_by_key(|(place, _, play)| (std::cmp::Reverse(gravity(play)), *place));
        let now = || {
            plays
                .iter()
                .filter(|(place, ..)| place.when == When::Now)
                .map(|(.., play)| *play)
        };
        let worst = now().map(Play::tag).next().unwrap_or(Tag::Skipped);
        let micros = now().map(|play| play.result.duration_us).max();
        let micros = micros.unwrap_or(0);
        let mut classes: Vec<&str> = now().map(|play| play.tag().key()).collect();
        classes.sort_unstable();
        classes.dedup();
        let case = plays.iter().find_map(|(.., play)| play.case);
        let run = runs.now.run;
        let cells: Vec<Cell> = columns
            .iter()
            .map(|column| Cell::of(column, &plays, manner.compares))
            .collect();
        Self {
            id,
            title: plays.first().map_or_else(String::new, |(.., p)| p.title()),
            script: case.map_or_else(Vec::new, |case| {
                script(case, run.profile, run.testee.role())
            }),
            has_changed: cells.iter().any(|cell| cell.has_changed),
            cells,
            packed: room.take_packed(id),
            worst: worst.key(),
            word: worst.as_str(),
            classes: classes.join(" "),
            micros,
            time: took(Duration::from_micros(micros)),
            plays: play_views(runs, &plays, manner, room),
        }
    }
}

fn play_views(
    runs: Runs<'_, '_>,
    plays: &[Placed<'_, '_>],
    manner: Manner,
    room: &mut Room,
) -> Vec<PlayView> {
    let view = |(place, agent, play): &Placed<'_, '_>| {
        let account = runs.account(place.when)?;
        let wire = (room.take(*place), place.key());
        Some(PlayView::new(
            account,
            agent,
            play,
            (place.when, manner),
            wire,
        ))
    };
    plays.iter().filter_map(view).collect()
}

/// Who has not played the case.
const NOT_PLAYED: &str = "–";

impl Cell {
    /// `plays` are those of the case, the gravest first.
    fn of(column: &Column, plays: &[Placed<'_, '_>], compares: bool) -> Self {
        let find = |when, agent: Option<usize>| {
            let mut plays = plays.iter();
            let found = plays.find(|(at, ..)| at.when == when && Some(at.agent) == agent);
            found.map(|(.., play)| *play)
        };
        let now = find(When::Now, column.now);
        let text = now.map_or(NOT_PLAYED, words);
        let mut cell = Self {
            class: now.map_or("skipped", |play| play.tag().key()),
            text: text.to_owned(),
            excuse: now.and_then(|play| match play.standing() {
                Standing::Expected => Some("expected"),
                Standing::Newer => Some("newer"),
                _ => None,
            }),
            has_changed: false,
        };
        if compares {
            let before = find(When::Before, column.before);
            let outcome = |play: Option<&Play<'_>>| play.map(diff::Outcome::of);
            cell.has_changed = outcome(before) != outcome(now);
            if cell.has_changed {
                cell.text = format!("{} → {text}", before.map_or(NOT_PLAYED, words));
            }
        }
        cell
    }
}

fn words(play: &Play<'_>) -> &'static str {
    match (&play.result.outcome, play.tag()) {
        (Outcome::Judged(verdict), Tag::Judged(Grade::Failed)) => axis(verdict),
        (_, tag) => tag.as_str(),
    }
}

/// The axis by which a case failed.
fn axis(verdict: &Verdict) -> &'static str {
    match Grade::of(verdict.behaviour, CloseBehaviour::Ok) {
        Grade::Failed => verdict.behaviour.as_str(),
        _ => verdict.close.as_str(),
    }
}
