//! One page that holds a whole run and needs nothing else: no file beside it,
//! no server, no script for what matters.
//!
//! A peer's words come into it in one way: made [`visible`] and then escaped by
//! the templates. Should that ever fail, the policy in the page's head lets no
//! script run but the one whose hash it names.
//!
//! Its size is bounded. What a play always has is short: its verdict, its
//! reasons, Expected and Actual. Timelines and handshakes stand in it as they
//! are while there is room, those of what failed first; then compressed, for the
//! script to unpack; then not at all.

mod case_view;
mod contrast;
mod detail;
mod inline;
mod play_view;
mod room;
mod runs;
mod script_line;
mod wire_view;
mod wrong;

use std::collections::BTreeMap;
use std::time::Duration;

use askama::Template;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::catalogue;

use crate::account::{Account, Agent};
use crate::console::{took, visible};
use crate::expectations::ReviewRow;
use crate::summary::Tag;
use case_view::{CaseView, Placed};
pub(crate) use inline::Inline;
use inline::{SCRIPT, STYLE};
use play_view::Manner;
use room::{Limits, Room};
use runs::{Column, Runs};
pub(crate) use wire_view::WireView;
use wrong::{ChangeView, WrongView};

/// About how many octets the timelines of all plays may take.
const ROOM: Limits = Limits {
    plain: 1_000_000,
    packed: 4_000_000,
};

/// About how many octets Expected and Actual may take, over all plays.
const CONTRASTS: usize = 1_500_000;

/// About how many such texts a play has that needs them.
const CONTRASTS_A_PLAY: usize = 4;

/// The whole page.
///
/// # Errors
/// If a template cannot be rendered.
pub fn render(account: &Account<'_>) -> Result<String, askama::Error> {
    let now = account;
    page(Runs { now, before: None }, ROOM)?.render()
}

/// The whole page, with what changed since the run `before`.
///
/// # Errors
/// If a template cannot be rendered.
pub fn render_comparison(before: &Account<'_>, now: &Account<'_>) -> Result<String, askama::Error> {
    let before = Some(before);
    page(Runs { now, before }, ROOM)?.render()
}

/// The page as its template knows it.
#[derive(Template)]
#[template(path = "html/page.html")]
struct Page {
    style: &'static Inline,
    script: &'static Inline,
    heading: String,
    facts: String,
    /// The facts of the run before.
    facts_before: Option<String>,
    warning: Option<String>,
    /// Those of the testees, the gravest first.
    words: Vec<Word>,
    agents: Vec<AgentView>,
    columns: Vec<Column>,
    /// What came out otherwise than before, the first of it; how much more there
    /// is; and how many cases came out as before.
    changes: Vec<ChangeView>,
    changes_beyond: usize,
    same: u64,
    /// Each case that failed or could not be tested, the first of them.
    wrong: Vec<WrongView>,
    /// How many more there are.
    wrong_beyond: usize,
    /// What was expected, and what became of it.
    expected: String,
    expectations: Vec<ReviewRow>,
    chapters: Vec<ChapterView>,
    footer: String,
}

/// A verdict that came up.
struct Word {
    class: &'static str,
    text: &'static str,
}

struct AgentView {
    name: String,
    place: String,
    fault: Option<String>,
    counts: Vec<u64>,
}

struct ChapterView {
    number: u16,
    title: &'static str,
    /// Its sections, as numbers and titles.
    sections: Vec<(String, &'static str)>,
    cases: Vec<CaseView>,
}

fn page(runs: Runs<'_, '_>, room: Limits) -> Result<Page, askama::Error> {
    let account = runs.now;
    let total = account.counts();
    let mut tags: Vec<Tag> = Tag::ALL
        .into_iter()
        .filter(|tag| total.get(*tag) > 0)
        .collect();
    tags.reverse();
    let columns = runs.columns();
    let (wrong, wrong_beyond) = wrong::wrong(account);
    let (changes, changes_beyond, same) = wrong::changes(runs);
    Ok(Page {
        style: &STYLE,
        script: &SCRIPT,
        heading: heading(account),
        facts: facts(account),
        facts_before: runs.before.map(|before| {
            let whom = heading(before);
            format!("before: {whom} · {}", facts(before))
        }),
        warning: account.ended_early(),
        words: tags.iter().map(|tag| word(*tag)).collect(),
        agents: account.agents.iter().map(|a| agent(a, &tags)).collect(),
        changes,
        changes_beyond,
        same,
        wrong,
        wrong_beyond,
        expected: account.review.sum(),
        expectations: account.review.rows(),
        chapters: chapters(runs, &columns, room)?,
        columns,
        footer: footer(account),
    })
}

fn heading(account: &Account<'_>) -> String {
    match &account.agents[..] {
        [only] => format!("WebSocket conformance of {}", only.shown_name()),
        _ => format!("WebSocket conformance of {}", account.who()),
    }
}

fn facts(account: &Account<'_>) -> String {
    let run = account.run;
    let counts = account.counts();
    let counts = counts.iter().filter(|(_, count)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(tag, count)| format!("{count} {}", tag.as_str()))
        .collect();
    let mut facts = vec![
        format!("{} tested by the profile {}", account.who(), run.profile),
        counts.join(", "),
        format!("begun {}", visible(&run.started)),
    ];
    if let Some(duration) = run.duration_ms {
        facts.push(format!("took {}", took(Duration::from_millis(duration))));
    }
    facts.retain(|fact| !fact.is_empty());
    facts.join(" · ")
}

fn footer(account: &Account<'_>) -> String {
    format!("{}, seed {}", visible(&account.run.tool), account.run.seed)
}

fn word(tag: Tag) -> Word {
    Word {
        class: tag.key(),
        text: tag.as_str(),
    }
}

fn agent(agent: &Agent<'_>, tags: &[Tag]) -> AgentView {
    let counts = agent.counts();
    AgentView {
        name: agent.shown_name(),
        place: agent.target.map_or_else(String::new, |t| visible(&t.url)),
        fault: agent.fault().map(visible),
        counts: tags.iter().map(|tag| counts.get(*tag)).collect(),
    }
}

fn chapters(
    runs: Runs<'_, '_>,
    columns: &[Column],
    limits: Limits,
) -> Result<Vec<ChapterView>, askama::Error> {
    let mut by_case: BTreeMap<CaseId, Vec<Placed<'_, '_>>> = BTreeMap::new();
    for placed in runs.plays() {
        let case = placed.2.result.case;
        by_case.entry(case).or_default().push(placed);
    }
    let mut room = Room::new(runs, limits)?;
    let manner = Manner {
        compares: runs.before.is_some(),
        longest: longest(runs),
    };
    let mut chapters: Vec<ChapterView> = Vec::new();
    for (id, plays) in by_case {
        let view = CaseView::new((runs, columns), id, plays, manner, &mut room);
        if chapters
            .last()
            .is_none_or(|last| last.number != id.chapter())
        {
            chapters.push(ChapterView {
                number: id.chapter(),
                title: catalogue::chapter(id).map_or("cases of the user", |c| c.title),
                sections: Vec::new(),
                cases: Vec::new(),
            });
        }
        if let Some(last) = chapters.last_mut() {
            last.add(view);
        }
    }
    Ok(chapters)
}

impl ChapterView {
    fn add(&mut self, case: CaseView) {
        if let Some(title) = catalogue::section_title(case.id) {
            let parts = case.id.parts();
            let number = format!("{}.{}", parts[0], parts[1]);
            if self.sections.last().is_none_or(|(last, _)| *last != number) {
                self.sections.push((number, title));
            }
        }
        self.cases.push(case);
    }
}

/// How long what was expected and what came may be: with many failures, less.
fn longest(runs: Runs<'_, '_>) -> usize {
    let bad = |play: &crate::account::Play<'_>| play.standing().is_bad();
    let wrong = runs.plays().filter(|(.., play)| bad(play)).count();
    (CONTRASTS / (wrong * CONTRASTS_A_PLAY).max(1)).clamp(72, 1000)
}

#[cfg(test)]
mod tests;
