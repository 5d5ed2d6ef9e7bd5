//! What a trace sees of one connection of a case.

use wscheck_suite::case_id::CaseId;
use wscheck_wire::Moment;

use crate::driver::Observer;
use crate::plan::{Direction, Trace};

/// Tells the trace which connection it sees.
pub(crate) struct CaseObserver<'a> {
    pub(crate) trace: Option<&'a dyn Trace>,
    pub(crate) case: CaseId,
    pub(crate) connection: usize,
}

impl CaseObserver<'_> {
    fn tell(&self, direction: Direction, now: Moment, octets: &[u8]) {
        if let Some(trace) = self.trace {
            trace.octets(self.case, self.connection, direction, now, octets);
        }
    }
}

impl Observer for CaseObserver<'_> {
    fn sent(&mut self, now: Moment, octets: &[u8]) {
        self.tell(Direction::Sent, now, octets);
    }

    fn received(&mut self, now: Moment, octets: &[u8]) {
        self.tell(Direction::Received, now, octets);
    }
}
