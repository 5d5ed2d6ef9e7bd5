//! What failed in the last run.

use std::collections::BTreeSet;
use std::path::Path;

use wscheck_report::account::Account;
use wscheck_report::expectations::Expectations;
use wscheck_report::standing::Standing;
use wscheck_report::stored;
use wscheck_suite::case_id::CaseId;

use crate::failure::Failure;
use crate::selection::Library;

/// The cases that failed the run whose results are in `folder`.
///
/// # Errors
/// If there are no results, or they cannot be read.
pub fn read(
    folder: &Path,
    expectations: &Expectations,
    library: &Library,
) -> Result<BTreeSet<CaseId>, Failure> {
    let stored = stored::load(folder)?;
    let account = Account::new(&stored, |id| library.case(id)).beside(expectations);
    let failed = account
        .plays()
        .filter(|(_, play)| play.standing() == Standing::Failed);
    Ok(failed.map(|(_, play)| play.result.case).collect())
}
