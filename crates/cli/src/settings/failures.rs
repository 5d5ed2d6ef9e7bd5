//! Which results end a run that is to end with the first failure.

use std::collections::BTreeMap;
use std::sync::Arc;

use wscheck_report::expectations::Comparison;
use wscheck_report::standing::Standing;
use wscheck_run::Policy;
use wscheck_suite::case::Case;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::result::{CaseResult, RunInfo};

use super::Settings;

/// What is expected, as the runner asks for it.
#[derive(Debug)]
pub struct Failures {
    settings: Arc<Settings>,
    cases: BTreeMap<CaseId, Arc<Case>>,
    run: RunInfo,
}

impl Failures {
    /// By what `settings` expect of `cases` in this run.
    pub fn new(settings: &Arc<Settings>, cases: &[Arc<Case>], run: RunInfo) -> Arc<Self> {
        let cases = cases.iter().map(|case| (case.id, Arc::clone(case)));
        Arc::new(Self {
            settings: Arc::clone(settings),
            cases: cases.collect(),
            run,
        })
    }
}

impl Policy for Failures {
    fn fails(&self, result: &CaseResult) -> bool {
        let case = self.cases.get(&result.case).map(AsRef::as_ref);
        let comparison = Comparison::new(&self.settings.expectations, &self.run);
        comparison.appraise(case, result).standing == Standing::Failed
    }
}
