//! What all traces see of one connection of a case.

use std::sync::Arc;
use std::time::SystemTime;

use tokio::time::Instant;
use wscheck_suite::case_id::CaseId;
use wscheck_wire::{Eof, Moment, Role};

use crate::driver::Observer;
use crate::trace::{ConnectionInfo, Trace};
use crate::transport::Stream;

/// Shows a connection to whoever watches it.
pub(crate) struct CaseObserver {
    watchers: Vec<Box<dyn Observer + Send>>,
}

/// Which connection it is.
pub(crate) struct Which<'a> {
    pub(crate) case: CaseId,
    pub(crate) attempt: u32,
    pub(crate) connection: usize,
    pub(crate) agent: &'a str,
    pub(crate) role: Role,
}

impl CaseObserver {
    /// For the connection `stream`, whose moments count from `started`.
    pub(crate) fn new(
        traces: &[Arc<dyn Trace>],
        which: &Which<'_>,
        stream: &Stream,
        started: Instant,
    ) -> Self {
        if traces.is_empty() {
            return Self { watchers: vec![] };
        }
        let (local, peer) = stream.addresses();
        let now = SystemTime::now();
        let info = ConnectionInfo {
            case: which.case,
            attempt: which.attempt,
            connection: which.connection,
            agent: which.agent,
            role: which.role,
            began: now.checked_sub(started.elapsed()).unwrap_or(now),
            carrier: stream.carrier(),
            local,
            peer,
        };
        Self {
            watchers: traces.iter().map(|trace| trace.watch(&info)).collect(),
        }
    }
}

impl Observer for CaseObserver {
    fn sent(&mut self, now: Moment, octets: &[u8]) {
        for watcher in &mut self.watchers {
            watcher.sent(now, octets);
        }
    }

    fn received(&mut self, now: Moment, octets: &[u8]) {
        for watcher in &mut self.watchers {
            watcher.received(now, octets);
        }
    }

    fn peer_ended(&mut self, now: Moment, how: Eof) {
        for watcher in &mut self.watchers {
            watcher.peer_ended(now, how);
        }
    }

    fn we_ended(&mut self, now: Moment, reset: bool) {
        for watcher in &mut self.watchers {
            watcher.we_ended(now, reset);
        }
    }
}
