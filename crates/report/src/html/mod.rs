//! One page that holds a whole run and needs nothing else: no file beside it,
//! no server, no script for what matters.
//!
//! A peer's words come into it in one way: made [`visible`] and then escaped by
//! the templates. Should that ever fail, the policy in the page's head lets no
//! script run but the one whose hash it names.
//!
//! Its size is bounded. What a play always has is short; the wire, the
//! handshake and the comparison share a fixed room, those that failed first.

mod case_view;
mod contrast;
mod detail;
mod inline;
mod script_line;
mod wire_view;

use std::collections::BTreeMap;
use std::time::Duration;

use askama::Template;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::catalogue;

use crate::account::{Account, Agent, Play};
use crate::console::{took, visible};
use crate::summary::Tag;
use case_view::{CaseView, Room};
pub(crate) use inline::Inline;
use inline::{SCRIPT, STYLE};
pub(crate) use wire_view::WireView;

/// About how many octets the details of all plays may take.
const ROOM: usize = 6_000_000;

/// The most cases that are listed as wrong.
const LISTED: usize = 40;

/// About the most octets of the names of those whom a case speaks against.
const WHO: usize = 300;

/// The whole page.
///
/// # Errors
/// If a template cannot be rendered.
pub fn render(account: &Account<'_>) -> Result<String, askama::Error> {
    page(account, ROOM)?.render()
}

/// The page as its template knows it.
#[derive(Template)]
#[template(path = "html/page.html")]
struct Page {
    style: &'static Inline,
    script: &'static Inline,
    heading: String,
    facts: String,
    warning: Option<String>,
    words: Vec<Word>,
    agents: Vec<AgentView>,
    /// Each case that failed or could not be tested, the first of them.
    wrong: Vec<WrongView>,
    /// How many more there are.
    wrong_beyond: usize,
    chapters: Vec<ChapterView>,
    footer: String,
}

struct WrongView {
    id: CaseId,
    title: String,
    who: String,
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
    cases: Vec<CaseView>,
}

fn page(account: &Account<'_>, room: usize) -> Result<Page, askama::Error> {
    let total = account.counts();
    let tags: Vec<Tag> = Tag::ALL
        .into_iter()
        .filter(|tag| total.get(*tag) > 0)
        .collect();
    let wrong = wrong(account);
    Ok(Page {
        style: &STYLE,
        script: &SCRIPT,
        heading: heading(account),
        facts: facts(account),
        warning: account.ended_early(),
        words: tags.iter().map(|tag| word(*tag)).collect(),
        agents: account.agents.iter().map(|a| agent(a, &tags)).collect(),
        wrong_beyond: wrong.len().saturating_sub(LISTED),
        wrong: wrong.into_values().take(LISTED).collect(),
        chapters: chapters(account, room)?,
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

/// By case, with those whom it speaks against.
fn wrong(account: &Account<'_>) -> BTreeMap<CaseId, WrongView> {
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
    wrong
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

fn chapters(account: &Account<'_>, room: usize) -> Result<Vec<ChapterView>, askama::Error> {
    let mut room = Room::new(room);
    let mut by_case: BTreeMap<CaseId, Vec<(usize, usize)>> = BTreeMap::new();
    for (agent, known) in account.agents.iter().enumerate() {
        for (play, at) in known.plays.iter().enumerate() {
            by_case
                .entry(at.result.case)
                .or_default()
                .push((agent, play));
        }
    }
    room.fill(account)?;
    let mut chapters: Vec<ChapterView> = Vec::new();
    for (id, plays) in by_case {
        let view = CaseView::new(account, id, &plays, &mut room);
        match chapters.last_mut() {
            Some(last) if last.number == id.chapter() => last.cases.push(view),
            _ => chapters.push(ChapterView {
                number: id.chapter(),
                title: catalogue::chapter(id).map_or("cases of the user", |c| c.title),
                cases: vec![view],
            }),
        }
    }
    Ok(chapters)
}

#[cfg(test)]
mod tests;
