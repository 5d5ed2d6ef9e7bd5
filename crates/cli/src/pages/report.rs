//! What came of it, as pages: all agents, one agent, one case.

use std::sync::Arc;

use askama::Template;
use wscheck_report::console::{Console, render_row, visible};
use wscheck_report::summary::{Counts, Tag};
use wscheck_report::wording;
use wscheck_run::service::{AgentState, HttpRequest, HttpResponse, Resource, Standing, View};
use wscheck_suite::case::{Case, Citation, Level};
use wscheck_suite::case_id::CaseId;
use wscheck_suite::catalogue;
use wscheck_suite::explain::{LineKind, Options, explain};
use wscheck_suite::profile::Profile;
use wscheck_suite::result::{CaseResult, RunInfo, SCHEMA};
use wscheck_suite::tested::Tested;
use wscheck_suite::transcript::ConnectionRecord;
use wscheck_suite::verdict::Grade;
use wscheck_wire::Role;
use wscheck_wire::handshake::Head;

use super::painted::{Painted, painted};
use super::{NoPage, Pages, html, json};

/// The columns of what is shown as on a terminal.
const WIDTH: usize = 110;

/// The most rows of a log that a page shows.
const MAX_ROWS: usize = 2000;

/// All agents in numbers.
#[derive(Debug, Template)]
#[template(path = "overview.html")]
pub(super) struct Overview {
    tool: String,
    profile: Profile,
    total: usize,
    agents: Vec<AgentRow>,
    is_local: bool,
}

#[derive(Debug)]
struct AgentRow {
    name: String,
    shown: String,
    counts: Vec<Count>,
    run: usize,
    running: usize,
}

/// How many cases came to what.
#[derive(Debug)]
struct Count {
    word: &'static str,
    class: &'static str,
    count: u64,
}

/// All cases of one agent.
#[derive(Debug, Template)]
#[template(path = "agent.html")]
struct AgentPage {
    tool: String,
    profile: Profile,
    name: String,
    shown: String,
    counts: Vec<Count>,
    chapters: Vec<ChapterRows>,
    missing: usize,
}

#[derive(Debug)]
struct ChapterRows {
    title: String,
    rows: Vec<CaseRow>,
}

#[derive(Debug)]
struct CaseRow {
    case: CaseId,
    title: String,
    word: &'static str,
    class: &'static str,
    reason: String,
    wire: String,
    took: String,
}

/// One case of one agent.
#[derive(Debug, Template)]
#[template(path = "case.html")]
struct CasePage {
    tool: String,
    profile: Profile,
    name: String,
    shown: String,
    case: CaseId,
    title: String,
    word: &'static str,
    class: &'static str,
    facts: String,
    rules: Vec<Rule>,
    because: Option<String>,
    reasons: Vec<String>,
    /// What is in the results, if they are in our own format.
    story: Option<Story>,
    is_stored: bool,
    explanation: Vec<Painted>,
}

#[derive(Debug)]
struct Rule {
    source: String,
    rule: String,
    url: Option<String>,
}

/// What happened.
#[derive(Debug)]
struct Story {
    expected: Vec<String>,
    expected_end: String,
    actual: String,
    actual_end: String,
    /// The failure as on the terminal, with the first difference marked.
    failure: Vec<Painted>,
    connections: Vec<Connection>,
    output: String,
}

#[derive(Debug)]
struct Connection {
    number: usize,
    request: String,
    response: String,
    log: Vec<Painted>,
}

impl Pages {
    pub(super) fn report(&self, resource: &Resource, state: &View) -> Result<HttpResponse, NoPage> {
        let name = resource.param("agent")?.ok_or_else(|| NoPage::Missing {
            path: resource.path.clone(),
            what: "an agent, as in agent=NAME",
        })?;
        if resource.param("case")?.is_none() {
            let agent = state.agent(name);
            let agent = agent.ok_or_else(|| NoPage::Agent(name.to_owned()))?;
            return html(&AgentPage::new(self, &agent, state));
        }
        let (name, id) = json::agent_and_case(resource)?;
        let case = state.cases().iter().find(|case| case.id == id);
        let case = case.ok_or_else(|| NoPage::Case(id.to_string()))?;
        let standing = state.standing(name, id).ok_or_else(|| NoPage::Result {
            agent: name.to_owned(),
            case: id.to_string(),
        })?;
        html(&CasePage::new(self, name, case, &standing, state)?)
    }
}

impl Overview {
    pub(super) fn new(pages: &Pages, request: &HttpRequest, state: &View) -> Self {
        Self {
            tool: pages.tool.clone(),
            profile: state.profile(),
            total: state.cases().len(),
            agents: state.map_agents(AgentRow::new),
            is_local: request.is_local(),
        }
    }
}

impl AgentRow {
    fn new(agent: &AgentState) -> Self {
        Self {
            name: agent.name.clone(),
            shown: visible(&agent.name),
            counts: counts(agent),
            run: agent.results.len(),
            running: agent.running.len(),
        }
    }
}

fn counts(agent: &AgentState) -> Vec<Count> {
    let mut counts = Counts::default();
    for standing in agent.results.values() {
        counts.add(&standing.outcome);
    }
    let counts = counts.iter().filter(|(_, count)| *count > 0);
    let counts = counts.map(|(tag, count)| Count {
        word: tag.as_str(),
        class: tag.key(),
        count,
    });
    counts.collect()
}

impl AgentPage {
    fn new(pages: &Pages, agent: &AgentState, state: &View) -> Self {
        let mut chapters: Vec<ChapterRows> = Vec::new();
        let mut missing = 0;
        for case in state.cases() {
            let Some(standing) = agent.results.get(&case.id) else {
                missing += usize::from(!state.excludes(&agent.name, case));
                continue;
            };
            let title = chapter(case);
            if chapters.last().is_none_or(|last| last.title != title) {
                let rows = Vec::new();
                chapters.push(ChapterRows { title, rows });
            }
            if let Some(chapter) = chapters.last_mut() {
                chapter.rows.push(CaseRow::new(case, standing));
            }
        }
        Self {
            tool: pages.tool.clone(),
            profile: state.profile(),
            name: agent.name.clone(),
            shown: visible(&agent.name),
            counts: counts(agent),
            chapters,
            missing,
        }
    }
}

fn chapter(case: &Case) -> String {
    match catalogue::chapter(case.id) {
        Some(chapter) => format!("{} {}", chapter.number, chapter.title),
        None => format!("{} Your own", case.id.chapter()),
    }
}

impl CaseRow {
    fn new(case: &Case, standing: &Standing) -> Self {
        let tag = Tag::of(&standing.outcome);
        let reason = json::reason(&standing.outcome).unwrap_or_default();
        Self {
            case: case.id,
            title: visible(&case.title),
            word: tag.as_str(),
            class: tag.key(),
            reason: visible(&reason),
            wire: json::wire(&standing.wire),
            took: took(standing.duration_us),
        }
    }
}

fn took(micros: u64) -> String {
    match micros as f64 / 1000.0 {
        millis if millis < 1000.0 => format!("{millis:.1} ms"),
        millis => format!("{:.1} s", millis / 1000.0),
    }
}

impl CasePage {
    fn new(
        pages: &Pages,
        name: &str,
        case: &Arc<Case>,
        standing: &Standing,
        state: &View,
    ) -> Result<Self, NoPage> {
        let result = pages.archive.read(name, case.id)?;
        let profile = state.profile();
        let tag = Tag::of(&standing.outcome);
        let story = result.as_ref();
        let story = story.map(|result| Story::new(&pages.tool, case, result, profile));
        Ok(Self {
            tool: pages.tool.clone(),
            profile,
            name: name.to_owned(),
            shown: visible(name),
            case: case.id,
            title: visible(&case.title),
            word: tag.as_str(),
            class: tag.key(),
            facts: facts(standing),
            rules: case.citations.iter().map(Rule::new).collect(),
            because: match (&case.rfc, profile) {
                (Some(departure), Profile::Rfc) => Some(departure.because.clone()),
                _ => None,
            },
            reasons: reasons(standing, result.as_ref()),
            story,
            is_stored: pages.archive.has(name, case.id),
            explanation: explanation(case, profile),
        })
    }
}

fn facts(standing: &Standing) -> String {
    let mut facts = Vec::new();
    if let Some(verdict) = standing.outcome.verdict() {
        facts.push(format!("behaviour {}", verdict.behaviour));
        facts.push(format!("close {}", verdict.close));
    }
    facts.push(json::wire(&standing.wire));
    facts.push(took(standing.duration_us));
    if standing.attempt > 1 {
        facts.push(format!("play {}", standing.attempt));
    }
    facts.join(" · ")
}

/// All reasons where the result is at hand, else the gravest.
fn reasons(standing: &Standing, result: Option<&CaseResult>) -> Vec<String> {
    let verdict = result.and_then(|result| result.outcome.verdict());
    let reasons: Vec<String> = match verdict {
        Some(verdict) => verdict.reasons.iter().map(wording::reason).collect(),
        None => json::reason(&standing.outcome).into_iter().collect(),
    };
    reasons.iter().map(|reason| visible(reason)).collect()
}

impl Rule {
    fn new(citation: &Citation) -> Self {
        let level = match citation.level {
            Level::Must => ", MUST",
            Level::Should => ", SHOULD",
            Level::May => ", MAY",
            Level::Informational => "",
        };
        Self {
            source: format!("{} §{}{level}", citation.document, citation.section),
            rule: citation.rule.clone(),
            url: citation.url(),
        }
    }
}

impl Story {
    fn new(tool: &str, case: &Case, result: &CaseResult, profile: Profile) -> Self {
        let expectation = case.expectation(profile);
        let last = result.transcript.connections.last();
        let evidence = last.map(|record| &record.evidence);
        let failed = result.outcome.grade() == Some(Grade::Failed);
        Self {
            expected: wording::answers(expectation),
            expected_end: wording::end(expectation, Role::Client),
            actual: evidence.map(wording::heard).unwrap_or_default(),
            actual_end: evidence
                .map(|evidence| wording::ending(evidence, Role::Client))
                .unwrap_or_default(),
            failure: match failed {
                true => painted(&console(tool, profile).failure(case, result)),
                false => Vec::new(),
            },
            connections: result
                .transcript
                .connections
                .iter()
                .enumerate()
                .map(|(index, record)| Connection::new(index + 1, record))
                .collect(),
            output: lines(&result.testee_output),
        }
    }
}

fn console(tool: &str, profile: Profile) -> Console {
    Console::new(&RunInfo {
        schema: SCHEMA,
        tool: tool.to_owned(),
        profile,
        testee: Tested::Client,
        seed: 0,
        started: String::new(),
        duration_ms: None,
        interrupted: false,
        cut_short: None,
        selected: 0,
        targets: Vec::new(),
    })
    .width(WIDTH)
}

impl Connection {
    fn new(number: usize, record: &ConnectionRecord) -> Self {
        let opening = &record.evidence.opening;
        Self {
            number,
            request: head(&opening.request.0),
            response: head(&opening.response.0),
            log: log(record),
        }
    }
}

fn head(octets: &[u8]) -> String {
    let octets = octets.to_vec();
    lines(&Head { octets }.text())
}

/// Each line made safe to show.
fn lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(visible).collect();
    lines.join("\n")
}

fn log(record: &ConnectionRecord) -> Vec<Painted> {
    let mut text = String::new();
    let more = record.log.rows().count().saturating_sub(MAX_ROWS);
    for (missing, row) in record.log.rows().take(MAX_ROWS) {
        if missing > 0 {
            text += &format!("… {missing} rows are missing\n");
        }
        text += &render_row(row, WIDTH);
        text.push('\n');
    }
    if more > 0 {
        text += &format!("… {more} rows more\n");
    }
    painted(&text)
}

fn explanation(case: &Case, profile: Profile) -> Vec<Painted> {
    let options = Options {
        bytes: true,
        role: Some(Role::Server),
    };
    let lines = explain(case, profile, options).lines.into_iter().skip(1);
    let lines = lines.map(|line| Painted {
        class: match line.kind {
            LineKind::Title | LineKind::Heading => "strong",
            LineKind::Violation => "red",
            LineKind::Octets | LineKind::Aside => "faint",
            LineKind::Plain => "",
        },
        text: format!("{}\n", visible(&line.text)),
    });
    lines.collect()
}
