//! What happened in a case: evidence to judge by, and a log to read.

use serde::{Deserialize, Serialize};

use crate::evidence::Evidence;
use crate::log::Log;

/// What happened on each connection of a case.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// The connections in the order of the script.
    pub connections: Vec<ConnectionRecord>,
}

impl Transcript {
    /// What the judge reads, of each connection.
    pub fn evidence(&self) -> Vec<&Evidence> {
        let records = self.connections.iter();
        records.map(|record| &record.evidence).collect()
    }
}

/// What happened on one connection.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ConnectionRecord {
    /// What the judge reads.
    pub evidence: Evidence,
    /// What people read.
    pub log: Log,
}
