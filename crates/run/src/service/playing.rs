//! A case against a client.

use std::sync::Arc;

use wscheck_suite::judge::judge;
use wscheck_suite::result::{CaseResult, CutShort, Outcome, Proved};
use wscheck_suite::session::{ServerSide, Session};
use wscheck_suite::transcript::{ConnectionRecord, Transcript};
use wscheck_suite::verdict::Verdict;
use wscheck_wire::{Conversation, Role};

use super::Shared;
use super::connection::Connection;
use super::roster::{Play, Way};
use super::standing::Standing;
use crate::bout::again::is_better;
use crate::case_observer::{CaseObserver, Which};
use crate::clock::{micros, timestamp};
use crate::driver::{Observer, drive};
use crate::event::Event;
use crate::job::is_heavy;
use crate::plan::is_failure;

/// Plays the case that `play` has begun on this connection, and tells what came
/// of it.
pub(super) async fn play(
    connection: Connection,
    shared: &Arc<Shared>,
    mut play: Play,
    agent: &str,
) {
    if play.is_new_agent {
        shared.tell(shared.agent_ready(play.index, agent)).await;
    }
    shared
        .tell(Event::CaseStarted {
            target: play.index,
            case: play.case.id,
            attempt: play.attempt,
        })
        .await;
    let (started, mark) = (timestamp(), shared.output_mark());
    let begin = connection.started;
    let record = converse(connection, shared, &play, agent).await;
    let opened = record.evidence.opening.opened_at;
    let mut connections = std::mem::take(&mut play.earlier);
    connections.push(record);
    if connections.len() < play.case.connections.len() {
        play.go_on(connections);
        return;
    }
    let outcome = outcome(shared, &play, &connections);
    let company = play.company();
    let again = may_have_suffered(&play, &outcome, &connections, company);
    if !is_heavy(&play.case) {
        connections.iter().for_each(|record| play.learn(record));
    }
    let result = CaseResult {
        case: play.case.id,
        agent: agent.to_owned(),
        proved: proved(play.way, &outcome),
        outcome,
        started,
        duration_us: micros(begin.elapsed().saturating_sub(opened.unwrap_or_default())),
        attempt: play.attempt,
        provisional: shared.plan.learned_pace && again,
        company: u32::try_from(company).unwrap_or(u32::MAX),
        testee_output: shared.output_since(mark),
        testee_memory: None,
        transcript: Transcript { connections },
    };
    let (standing, again) = (Standing::of(&result, &play.case), result.provisional);
    let failed = is_failure(shared.plan.policy.as_deref(), &result);
    // Told before it is known, so that reports that are asked for then have it.
    shared.tell(Event::CaseFinished(Box::new(result))).await;
    play.finish(standing, again);
    if failed && shared.plan.fail_fast {
        shared.cut(CutShort::FirstFailure);
    }
}

async fn converse(
    connection: Connection,
    shared: &Shared,
    play: &Play,
    agent: &str,
) -> ConnectionRecord {
    let side = ServerSide {
        name: Some(shared.plan.name.clone()),
        port: shared.plan.host_port,
        tls: shared.tls.is_some(),
        agent: Some(agent.to_owned()),
        earlier_keys: play.earlier_keys(),
    };
    let index = play.earlier.len();
    let mut settings = shared.plan.settings(play.attempt);
    if shared.plan.learned_pace && play.way == Way::Next {
        settings.pace = play.reaction.applied_to(settings.pace);
    }
    let mut session = Session::accept(Arc::clone(&play.case), index, &settings, side);
    let which = Which {
        case: play.case.id,
        attempt: play.attempt,
        connection: index,
        agent,
        role: Role::Server,
    };
    let (traces, started) = (&shared.plan.traces, connection.started);
    let mut observer = CaseObserver::new(traces, &which, &connection.stream, started);
    let mut octets = connection.request.octets;
    let now = connection.started.elapsed();
    observer.received(now, &octets);
    session.handle_input(now, &mut octets);
    drive(
        connection.stream,
        &mut session,
        connection.started,
        &mut observer,
    )
    .await;
    play.note_key(&session.evidence().opening);
    session.into_record()
}

/// Whether the case could come out better without haste and company, and the
/// client will ask for it.
fn may_have_suffered(
    play: &Play,
    outcome: &Outcome,
    connections: &[ConnectionRecord],
    company: usize,
) -> bool {
    let hurried = connections.iter().any(|record| record.evidence.hurried);
    let is_settled = outcome.verdict().is_none_or(Verdict::is_settled);
    play.way == Way::Next && !is_settled && (hurried || company > 0)
}

fn proved(way: Way, outcome: &Outcome) -> Option<Proved> {
    match way {
        Way::Again(first) if is_better(outcome.grade(), first) => Some(Proved::Recovered),
        _ => None,
    }
}

fn outcome(shared: &Shared, play: &Play, connections: &[ConnectionRecord]) -> Outcome {
    let evidence: Vec<_> = connections.iter().map(|record| &record.evidence).collect();
    let profile = shared.plan.profile;
    Outcome::Judged(judge(&play.case, profile, Role::Client, &evidence))
}
