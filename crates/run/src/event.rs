//! What a run tells while it runs.

use serde::Serialize;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::result::{CaseResult, RunInfo, TargetInfo};

/// Something happened in a run. The runner keeps none of it.
///
/// `target` is the index in [`Plan::targets`](crate::Plan::targets); where
/// clients are tested, agents are counted as they come.
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
        /// What a program that could not be tested printed last.
        #[serde(skip_serializing_if = "String::is_empty")]
        output: String,
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
    /// The target refused or reset a connection while others were open: fewer
    /// cases are played at a time from now on.
    JobsHalved {
        /// Which one.
        target: usize,
        /// The case that it did not serve. It is played again.
        case: CaseId,
        /// How many cases at a time.
        at_a_time: usize,
    },
    /// The program under test ended while it was tested. The suspects are
    /// played again, one by one, each against a fresh program; their results
    /// follow.
    TesteeDied {
        /// Which one.
        target: usize,
        /// How, as in `was ended by SIGSEGV`.
        how: String,
        /// The cases that were being played.
        suspects: Vec<CaseId>,
        /// The cases that had ended before, the last one last.
        before: Vec<CaseId>,
        /// What it printed last.
        #[serde(skip_serializing_if = "String::is_empty")]
        output: String,
    },
    /// Something speaks against the program under test though it shows in no
    /// case: it fails the run.
    TesteeFault {
        /// Which one.
        target: usize,
        /// What it did.
        what: String,
        /// What it printed last.
        #[serde(skip_serializing_if = "String::is_empty")]
        output: String,
    },
    /// A client wants the reports of what there is so far.
    ReportsAsked {
        /// What it calls itself.
        agent: String,
    },
    /// The run is over, or was cancelled: always the last event. Duration,
    /// names and faults are filled in.
    RunFinished(RunInfo),
}
