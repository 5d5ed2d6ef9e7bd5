//! What is expected of a testee besides being right: known deviations, what it
//! cannot do, and what fails a run. A verdict stays what it is; what is decided
//! here is what it means for the run.

mod capabilities;
mod comparison;
mod deviation;
mod policy;
mod review;
mod review_row;

use wscheck_suite::case_id::CaseId;
use wscheck_suite::catalogue;

pub use capabilities::{Capabilities, Capability};
pub use comparison::{Appraisal, Comparison, Remark};
pub use deviation::{Deviation, Grades, TODO};
pub use policy::{BadFailOn, FailOn, Policy};
pub use review::{Review, State, UsedCapability, UsedDeviation};
pub use review_row::ReviewRow;

/// What is expected; by default, nothing but what the suite demands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expectations {
    /// The name of the file that they stand in, if they do.
    pub file: Option<String>,
    /// The edition of the catalogue that the run holds to; the newest unless
    /// said.
    pub edition: Option<u16>,
    /// What fails a run.
    pub policy: Policy,
    /// What the testee cannot do.
    pub capabilities: Capabilities,
    /// Where it is known to deviate.
    pub deviations: Vec<Deviation>,
}

/// For runs of which nothing special is expected.
pub(crate) static NONE: Expectations = Expectations {
    file: None,
    edition: None,
    policy: Policy::PLAIN,
    capabilities: Capabilities::ALL,
    deviations: Vec::new(),
};

impl Expectations {
    /// Whether `case` is of a later edition than the run holds to.
    fn newer(&self, case: CaseId) -> Option<u16> {
        let appeared = catalogue::edition(case)?;
        (appeared > self.edition?).then_some(appeared)
    }

    /// The place of the row at `line`, as in `wscheck.toml:12`.
    pub fn place(&self, line: usize) -> String {
        format!("{}:{line}", self.file.as_deref().unwrap_or("wscheck.toml"))
    }
}

#[cfg(test)]
mod shown_tests;
#[cfg(test)]
mod tests;
