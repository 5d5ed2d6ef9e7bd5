//! What scripts ask for, and the script of our own page.

use serde::Serialize;
use serde_json::{Map, Value, json};
use wscheck_report::summary::{Counts, Tag};
use wscheck_report::wording;
use wscheck_run::service::{HttpResponse, Resource, Standing, View, Wire};
use wscheck_suite::case::Case;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::catalogue;
use wscheck_suite::result::Outcome;
use wscheck_suite::verdict::Behaviour;

use super::agreement::{disagreements, is_refused};
use super::choice::chosen;
use super::seen::Seen;
use super::{NoPage, Pages, typed};

/// Chapters whose cases carry much, beside those where time counts: a client
/// does well to run one of them at a time.
const HEAVY: [u16; 3] = [9, 12, 13];

fn answer(value: &impl Serialize) -> Result<HttpResponse, NoPage> {
    let body = serde_json::to_vec(value).map_err(|error| NoPage::Bad(error.to_string()))?;
    Ok(typed("application/json", body))
}

/// The cases that are meant.
pub(super) fn cases(resource: &Resource, state: &View) -> Result<HttpResponse, NoPage> {
    let cases = chosen(resource, state)?;
    let cases: Vec<Value> = cases.into_iter().map(case).collect();
    answer(&json!({ "profile": state.profile(), "cases": cases }))
}

fn case(case: &Case) -> Value {
    let chapter = catalogue::chapter(case.id).map(|chapter| chapter.title);
    json!({
        "case": case.id,
        "title": case.title,
        "chapter": chapter,
        "connections": case.connections.len(),
        "heavy": case.timed || HEAVY.contains(&case.id.chapter()),
    })
}

/// How far all agents are. Costs next to nothing.
pub(super) fn progress(state: &View) -> Result<HttpResponse, NoPage> {
    let progress = state.progress();
    answer(&json!({
        "connections": progress.connections,
        "running": progress.running,
        "results": progress.results,
    }))
}

/// All agents in numbers, or one agent case by case.
pub(super) fn results(resource: &Resource, state: &View) -> Result<HttpResponse, NoPage> {
    let Some(name) = resource.param("agent")? else {
        let agents = state.map_agents(|agent| {
            let mut counts = Counts::default();
            for standing in agent.results.values() {
                counts.add(&standing.outcome);
            }
            json!({
                "agent": agent.name,
                "counts": counts,
                "running": agent.running.len(),
            })
        });
        return answer(&json!({ "profile": state.profile(), "agents": agents }));
    };
    let agent = state.agent(name);
    let agent = agent.ok_or_else(|| NoPage::Agent(name.to_owned()))?;
    let cases: Map<String, Value> = agent
        .results
        .iter()
        .map(|(case, standing)| (case.to_string(), summed_up(standing)))
        .collect();
    answer(&json!({
        "profile": state.profile(),
        "agent": agent.name,
        "running": agent.running,
        "cases": cases,
    }))
}

/// A result in a few words.
fn summed_up(standing: &Standing) -> Value {
    let verdict = standing.outcome.verdict();
    json!({
        "verdict": Tag::of(&standing.outcome).as_str(),
        "behaviour": verdict.map(|verdict| verdict.behaviour),
        "close": verdict.map(|verdict| verdict.close),
        "remote-code": standing.wire.remote_code,
        "reason": reason(&standing.outcome),
        "attempt": standing.attempt,
        "duration-us": standing.duration_us,
    })
}

/// The gravest reason, or why there is no verdict.
pub(super) fn reason(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Judged(verdict) => verdict.reasons.first().map(wording::reason),
        Outcome::CouldNotTest { why } | Outcome::Skipped { why } => Some(why.clone()),
    }
}

/// What came of a case that an agent has just run, and whether what its API
/// showed agrees with the wire. `after` is the last play that is known.
pub(super) fn verdict(resource: &Resource, state: &View) -> Result<HttpResponse, NoPage> {
    let (agent, case) = agent_and_case(resource)?;
    let seen = Seen::read(resource)?;
    let after = resource.param("after")?.map_or(Ok(0), str::parse);
    let after: u32 = after.map_err(|_| NoPage::Bad("after is no number".to_owned()))?;
    let standing = state.standing(agent, case);
    let Some(standing) = standing.filter(|standing| standing.attempt > after) else {
        return answer(&json!({ "done": false }));
    };
    let mut told = summed_up(&standing);
    told["done"] = true.into();
    told["wire"] = wire(&standing.wire).into();
    told["disagreements"] = disagreements(&seen, &standing.wire).into();
    told["refused"] = refused(&seen, &standing).into();
    answer(&told)
}

/// That the browser refused our answer, in words, if it did.
fn refused(seen: &Seen, standing: &Standing) -> Option<&'static str> {
    let behaviour = standing.outcome.verdict().map(|verdict| verdict.behaviour);
    is_refused(seen, &standing.wire).then_some(match behaviour {
        Some(Behaviour::Ok) => "refused, as it should be",
        _ => "refused",
    })
}

/// How a connection ended on the wire, in words.
pub(super) fn wire(wire: &Wire) -> String {
    let code = |code: Option<u16>| match code {
        Some(code) => code.to_string(),
        None => "no code".to_owned(),
    };
    let (ours, theirs) = (code(wire.local_code), code(wire.remote_code));
    match (wire.answered, wire.close_sent, wire.close_heard) {
        (false, ..) => "never open".to_owned(),
        _ if wire.may_be_refused && !wire.spoke => {
            "the client sent no frame, and may have refused our answer".to_owned()
        }
        (_, false, false) => "nobody closed".to_owned(),
        (_, false, true) => format!("the client closed with {theirs}, we did not"),
        (_, true, false) => format!("we closed with {ours}, the client did not"),
        _ if wire.closed_by_us => format!("we closed with {ours}, the client with {theirs}"),
        _ => format!("the client closed with {theirs}, we with {ours}"),
    }
}

/// The parameters that name a result.
pub(super) fn agent_and_case(resource: &Resource) -> Result<(&str, CaseId), NoPage> {
    let missing = |what| NoPage::Missing {
        path: resource.path.clone(),
        what,
    };
    let agent = resource.param("agent")?;
    let case = resource.param("case")?;
    let case = case.ok_or_else(|| missing("a case, as in case=1.1.1"))?;
    Ok((
        agent.ok_or_else(|| missing("an agent, as in agent=NAME"))?,
        case.parse().map_err(|_| NoPage::Case(case.to_owned()))?,
    ))
}

impl Pages {
    /// A result as it is stored.
    pub(super) fn stored(&self, resource: &Resource) -> Result<HttpResponse, NoPage> {
        let (agent, case) = agent_and_case(resource)?;
        match self.archive.read_json(agent, case)? {
            Some(octets) => Ok(typed("application/json", octets)),
            None => Err(NoPage::Result {
                agent: agent.to_owned(),
                case: case.to_string(),
            }),
        }
    }
}
