//! What a run tells the world: versioned, a line a case.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::case_id::CaseId;
use crate::profile::Profile;
use crate::tested::Tested;
use crate::transcript::Transcript;
use crate::verdict::{Grade, Verdict};

/// The version of this schema. A reader refuses a higher one.
pub const SCHEMA: u32 = 1;

/// The whole of a run, as `results.json` holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RunResult {
    /// What is true of all cases.
    pub run: RunInfo,
    /// The cases, by agent and then by number.
    pub cases: Vec<CaseResult>,
}

/// What is true of all cases of a run: the first line of `results.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RunInfo {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The program and its version.
    pub tool: String,
    /// By whose measure was judged.
    pub profile: Profile,
    /// What the testees are. A run through a proxy said `server` before there was
    /// a word for proxies.
    pub testee: Tested,
    /// What all randomness of our side derives from.
    pub seed: u64,
    /// When the run began: RFC 3339, UTC.
    pub started: String,
    /// How long it took, milliseconds; absent while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Whether the run was ended before all cases were played.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    /// Why the run ended itself before all cases were played.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_short: Option<CutShort>,
    /// How many cases were selected, over all targets.
    pub selected: usize,
    /// Who was tested.
    pub targets: Vec<TargetInfo>,
}

/// Why a run ends itself before all cases were played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CutShort {
    /// A case failed, and the first failure was to be the last.
    FirstFailure,
    /// The time for the whole run was over.
    OutOfTime,
}

/// The reason why something was not played.
impl fmt::Display for CutShort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FirstFailure => "a case had failed before",
            Self::OutOfTime => "the time for the whole run was over",
        })
    }
}

/// One testee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TargetInfo {
    /// The name that reports use.
    pub agent: String,
    /// Where it is.
    pub url: String,
    /// The median round trip of the preflight, microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round_trip_us: Option<u64>,
    /// How many cases at a time it was given at last, where it did not serve as
    /// many connections as were wished for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_a_time: Option<u32>,
    /// What kept us from testing it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// One case against one testee.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CaseResult {
    /// Which case.
    pub case: CaseId,
    /// The testee's name.
    pub agent: String,
    /// What came of it.
    pub outcome: Outcome,
    /// When the case began: RFC 3339, UTC.
    pub started: String,
    /// From the moment that the connection was open to its end, or from the
    /// start where it never was; microseconds.
    pub duration_us: u64,
    /// Which play of this case this was, from 1. A play that takes the place of
    /// another has the number of that, and with it all that we draw by chance.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    pub attempt: u32,
    /// Whether the case is played again: then the next play of this number
    /// counts, and this one only if there is no next.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub provisional: bool,
    /// What the case proved to be, if that took more than one play.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proved: Option<Proved>,
    /// The most other cases that were being played against the testee meanwhile.
    #[serde(default, skip_serializing_if = "is_alone")]
    pub company: u32,
    /// What the testee printed meanwhile, if we started it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub testee_output: String,
    /// The memory of the testee, if the case asks for it and we started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub testee_memory: Option<MemoryUse>,
    /// What happened.
    pub transcript: Transcript,
}

/// The resident memory of all processes of a testee that we started, octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct MemoryUse {
    /// When the case began.
    pub before: u64,
    /// The most until it was over.
    pub highest: u64,
}

impl fmt::Display for MemoryUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mib = |octets: u64| octets as f64 / f64::from(1 << 20);
        let (before, highest) = (mib(self.before), mib(self.highest));
        write!(f, "memory {before:.1} MiB, at most {highest:.1} MiB")
    }
}

/// What a case proved to be when it was played again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proved {
    /// Better than in its first play, which was hurried or in company.
    Recovered,
    /// Failed, and then not, under the same conditions.
    Flaky,
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A verdict.
    Judged(Verdict),
    /// No verdict, for want of a connection.
    CouldNotTest {
        /// What kept us from it.
        why: String,
    },
    /// Not played.
    Skipped {
        /// Why not.
        why: String,
    },
}

impl Outcome {
    /// The verdict, if there is one.
    pub fn verdict(&self) -> Option<&Verdict> {
        match self {
            Self::Judged(verdict) => Some(verdict),
            _ => None,
        }
    }

    /// The grade, if there is one.
    pub fn grade(&self) -> Option<Grade> {
        self.verdict().map(|verdict| verdict.grade)
    }
}

impl CaseResult {
    /// What is told at the moment `told` of a case that was not played.
    pub fn unplayed(case: CaseId, agent: String, outcome: Outcome, told: String) -> Self {
        Self {
            case,
            agent,
            outcome,
            started: told,
            duration_us: 0,
            attempt: 1,
            provisional: false,
            proved: None,
            company: 0,
            testee_output: String::new(),
            testee_memory: None,
            transcript: Transcript::default(),
        }
    }

    /// Whether this result takes the place of `earlier`.
    pub fn replaces(&self, earlier: &Self) -> bool {
        let play = |result: &Self| (result.case, result.attempt);
        earlier.provisional && play(self) == play(earlier) && self.agent == earlier.agent
    }
}

fn first() -> u32 {
    1
}

fn is_first(attempt: &u32) -> bool {
    *attempt == 1
}

fn is_alone(company: &u32) -> bool {
    *company == 0
}
