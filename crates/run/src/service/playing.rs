//! A case against a client.

use std::sync::Arc;

use wscheck_suite::judge::judge;
use wscheck_suite::result::{CaseResult, Outcome};
use wscheck_suite::session::{ServerSide, Session};
use wscheck_suite::transcript::{ConnectionRecord, Transcript};
use wscheck_wire::{Conversation, Role};

use super::Shared;
use super::connection::Connection;
use super::roster::Play;
use super::standing::Standing;
use crate::case_observer::CaseObserver;
use crate::clock::{micros, timestamp};
use crate::driver::{Observer, drive};
use crate::event::Event;

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
    let result = CaseResult {
        case: play.case.id,
        agent: agent.to_owned(),
        outcome: outcome(shared, &play, &connections),
        started,
        duration_us: micros(begin.elapsed().saturating_sub(opened.unwrap_or_default())),
        attempt: play.attempt,
        provisional: false,
        company: 0,
        testee_output: shared.output_since(mark),
        transcript: Transcript { connections },
    };
    let standing = Standing::of(&result, &play.case);
    // Told before it is known, so that reports that are asked for then have it.
    shared.tell(Event::CaseFinished(Box::new(result))).await;
    play.finish(standing);
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
    };
    let index = play.earlier.len();
    let settings = shared.plan.settings(play.attempt);
    let mut session = Session::accept(Arc::clone(&play.case), index, &settings, side);
    let mut observer = CaseObserver {
        trace: shared.plan.trace.as_deref(),
        case: play.case.id,
        connection: index,
    };
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
    session.into_record()
}

fn outcome(shared: &Shared, play: &Play, connections: &[ConnectionRecord]) -> Outcome {
    let last = connections.last().map(|record| &record.evidence);
    let evidence = last.cloned().unwrap_or_default();
    Outcome::Judged(judge(
        &play.case,
        shared.plan.profile,
        Role::Client,
        &evidence,
    ))
}
