//! What a verdict means for the run: the one pass policy.

use wscheck_suite::result::{CaseResult, Outcome, Proved};
use wscheck_suite::verdict::Grade;

/// What came of a case, as far as a run passes or fails by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// OK, NON-STRICT or INFORMATIONAL; or FLAKY: failed, and then not.
    Passed,
    /// The testee does not offer what the case is about, or it was not played.
    Skipped,
    /// There was nobody to test.
    Untested,
    /// FAILED: by its behaviour, or by any closing but OK and INFORMATIONAL.
    Failed,
}

impl Standing {
    /// What `result` means.
    pub fn of(result: &CaseResult) -> Self {
        match &result.outcome {
            Outcome::Judged(_) if result.proved == Some(Proved::Flaky) => Self::Passed,
            Outcome::Judged(verdict) => match verdict.grade {
                Grade::Ok | Grade::NonStrict | Grade::Informational => Self::Passed,
                Grade::Unimplemented => Self::Skipped,
                Grade::Failed => Self::Failed,
            },
            Outcome::CouldNotTest { .. } => Self::Untested,
            Outcome::Skipped { .. } => Self::Skipped,
        }
    }

    /// Whether the run is not what was wished for because of it.
    pub fn is_bad(self) -> bool {
        matches!(self, Self::Failed | Self::Untested)
    }
}
