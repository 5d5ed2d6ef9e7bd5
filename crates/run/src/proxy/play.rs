//! One play of one case through a proxy.

use std::pin::pin;
use std::sync::Arc;

use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wscheck_suite::case::Case;
use wscheck_suite::evidence::Evidence;
use wscheck_suite::relay::{RelayEnd, RelaySettings, judge};
use wscheck_suite::result::Outcome;
use wscheck_suite::transcript::{ConnectionRecord, Transcript};
use wscheck_wire::Role;

use super::upstream::Upstream;
use crate::case_observer::{CaseObserver, Which};
use crate::driver::drive;
use crate::plan::{Plan, TargetPlan, seed_of};
use crate::transport::Stream;

/// The most connections of one case behind the proxy.
const MAX_UPSTREAM: usize = 16;

/// Plays `case`, and judges it.
pub(super) async fn play(
    plan: &Plan,
    target: &TargetPlan,
    agent: &str,
    upstream: &mut Upstream,
    case: &Arc<Case>,
    attempt: u32,
) -> (Outcome, Transcript) {
    upstream.clear();
    let dialled = match target.dialler.dial(&target.address).await {
        Ok(dialled) => dialled,
        Err(error) => {
            let why = error.to_string();
            return (Outcome::CouldNotTest { why }, Transcript::default());
        }
    };
    let scene = Scene {
        case: Arc::clone(case),
        settings: settings(plan, target, case, attempt),
        traces: plan.traces.clone(),
        attempt,
        agent: agent.to_owned(),
    };
    let client = RelayEnd::client(Arc::clone(case), scene.settings.clone());
    let (client, behind) = both(&scene, client, dialled.stream, dialled.started, upstream).await;
    let seen: Vec<&Evidence> = behind.iter().map(|record| &record.evidence).collect();
    let verdict = judge(case, &client.evidence, &seen);
    let connections = std::iter::once(client).chain(behind).collect();
    (Outcome::Judged(verdict), Transcript { connections })
}

/// How both ends of a play speak.
pub(super) fn settings(
    plan: &Plan,
    target: &TargetPlan,
    case: &Case,
    attempt: u32,
) -> RelaySettings {
    let parts = case.id.parts().iter();
    let seed = parts.fold(seed_of(plan.seed, attempt), |seed, part| {
        seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(*part)
    });
    RelaySettings {
        target: target.handshake.clone(),
        token: format!("{}-{attempt}-{:x}", case.id, seed & 0xffff_ffff),
        pace: plan.pace,
        seed,
    }
}

/// What all connections of a play have in common.
#[derive(Clone)]
struct Scene {
    case: Arc<Case>,
    settings: RelaySettings,
    traces: Vec<Arc<dyn crate::trace::Trace>>,
    attempt: u32,
    agent: String,
}

impl Scene {
    /// Plays one connection behind the proxy.
    async fn behind(
        self,
        index: usize,
        stream: Stream,
        started: Instant,
        over: CancellationToken,
    ) -> (usize, RelayEnd) {
        let mut end = RelayEnd::upstream(Arc::clone(&self.case), self.settings.clone());
        let playing = self.drive(&mut end, index, Role::Server, stream, started);
        over.run_until_cancelled(playing).await;
        (index, end)
    }

    async fn drive(
        &self,
        end: &mut RelayEnd,
        connection: usize,
        role: Role,
        stream: Stream,
        started: Instant,
    ) {
        let which = Which {
            case: self.case.id,
            attempt: self.attempt,
            connection,
            agent: &self.agent,
            role,
        };
        let mut observer = CaseObserver::new(&self.traces, &which, &stream, started);
        drive(stream, end, started, &mut observer).await;
    }
}

/// Plays both ends until both are over. Where there is no tunnel, the proxy may
/// keep a connection to us for more: it is over with the client.
async fn both(
    scene: &Scene,
    mut client: RelayEnd,
    stream: Stream,
    started: Instant,
    upstream: &mut Upstream,
) -> (ConnectionRecord, Vec<ConnectionRecord>) {
    let opens = scene
        .case
        .relay
        .as_ref()
        .is_some_and(|relay| relay.agrees());
    let over = CancellationToken::new();
    let mut behind = JoinSet::new();
    {
        let mut before = pin!(scene.drive(&mut client, 0, Role::Client, stream, started));
        loop {
            tokio::select! {
                () = &mut before => break,
                Some((stream, started)) = upstream.next(), if behind.len() < MAX_UPSTREAM => {
                    let index = behind.len() + 1;
                    behind.spawn(scene.clone().behind(index, stream, started, over.clone()));
                }
            }
        }
    }
    if !opens {
        over.cancel();
    }
    let mut ends: Vec<(usize, RelayEnd)> = Vec::new();
    while let Some(ended) = behind.join_next().await {
        ends.extend(ended.ok());
    }
    ends.sort_by_key(|(index, _)| *index);
    let ends = ends.into_iter().map(|(_, end)| end);
    let records = ends
        .filter(|end| !end.is_stranger())
        .map(RelayEnd::into_record);
    (client.into_record(), records.collect())
}
