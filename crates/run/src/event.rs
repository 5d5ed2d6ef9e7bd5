//! What a run tells while it runs.

use serde::Serialize;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::result::{CaseResult, RunInfo, TargetInfo};

/// Something happened in a run. The runner keeps none of it.
///
/// `target` is the index in [`Plan::targets`](crate::Plan::targets).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum Event {
    /// The run begins: always the first event. The names of the targets are
    /// those of the plan, and may still be empty.
    RunStarted(RunInfo),
    /// It is known who the target is, or why it cannot be tested. Comes before
    /// the first result of the target.
    TargetReady {
        /// Which one.
        target: usize,
        /// Its name, and its fault if it has one.
        info: TargetInfo,
    },
    /// A case begins.
    CaseStarted {
        /// Against whom.
        target: usize,
        /// Which one.
        case: CaseId,
        /// Which play of it, from 1.
        attempt: u32,
    },
    /// A case has ended.
    CaseFinished(Box<CaseResult>),
    /// The run is over, or was cancelled: always the last event. Duration,
    /// names and faults are filled in.
    RunFinished(RunInfo),
}
