//! Jobs for tests that play none.

use std::sync::Arc;
use std::time::Duration;

use wscheck_suite::catalogue;
use wscheck_suite::session::Settings;
use wscheck_suite::transcript::{ConnectionRecord, Transcript};
use wscheck_suite::verdict::{Behaviour, CloseBehaviour, Verdict};

use crate::job::{Job, Played, Turn};
use crate::plan::TargetPlan;

/// A job for each of these cases.
pub(super) fn jobs(ids: &[&str]) -> Vec<Job> {
    let target = TargetPlan::new("ws://localhost".parse().unwrap(), Vec::new());
    let target = Arc::new(target);
    let job = |id: &&str| Job {
        case: Arc::new(catalogue::find(id.parse().unwrap()).unwrap().clone()),
        attempt: 1,
        target: Arc::clone(&target),
        settings: Settings::default(),
        traces: Vec::new(),
        agent: String::new(),
        mark: 0,
        memory: None,
        turn: Turn::First,
        company: 0,
        at_a_time: 1,
    };
    ids.iter().map(job).collect()
}

/// A play of this case that failed.
pub(super) fn played(id: &str, record: ConnectionRecord) -> Played {
    Played {
        job: jobs(&[id]).remove(0),
        end: Ok(Verdict::new(
            Behaviour::Failed,
            CloseBehaviour::Failed,
            Vec::new(),
        )),
        started: String::new(),
        duration: Duration::ZERO,
        transcript: Transcript {
            connections: vec![record],
        },
    }
}
