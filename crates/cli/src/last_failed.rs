//! What failed in the last run.

use std::collections::BTreeSet;
use std::path::Path;

use wscheck_report::stored;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::verdict::Grade;

use crate::failure::Failure;

/// The cases that failed in the run whose results are in `folder`.
///
/// # Errors
/// If there are no results, or they cannot be read.
pub fn read(folder: &Path) -> Result<BTreeSet<CaseId>, Failure> {
    let mut failed = BTreeSet::new();
    stored::read_counting(folder, |result| {
        if result.outcome.grade() == Some(Grade::Failed) {
            failed.insert(result.case);
        }
    })?;
    Ok(failed)
}
