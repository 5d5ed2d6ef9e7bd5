//! Where the result of each case is kept, for the pages.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use wscheck_report::store::Span;
use wscheck_report::stored;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::result::CaseResult;

use super::NoPage;

/// Knows where the last result of each case of each agent is; what it keeps in
/// memory is a place for each, and agents are bounded by the service.
#[derive(Debug)]
pub struct Archive {
    folder: PathBuf,
    places: Mutex<BTreeMap<String, BTreeMap<CaseId, Kept>>>,
}

/// Where a result is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// A line of `results.jsonl`.
    Line(Span),
    /// A file in the original's format.
    File(String),
}

impl Archive {
    /// Of results that go to `folder`.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            places: Mutex::default(),
        }
    }

    /// The result of a case is there now.
    pub fn note(&self, agent: &str, case: CaseId, kept: Kept) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        match places.get_mut(agent) {
            Some(cases) => cases.insert(case, kept),
            None => places
                .entry(agent.to_owned())
                .or_default()
                .insert(case, kept),
        };
    }

    fn find(&self, agent: &str, case: CaseId) -> Option<Kept> {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.get(agent)?.get(&case).cloned()
    }

    /// Whether a result is kept.
    pub(super) fn has(&self, agent: &str, case: CaseId) -> bool {
        self.find(agent, case).is_some()
    }

    /// A result, if it is kept in our own format.
    pub(super) fn read(&self, agent: &str, case: CaseId) -> Result<Option<CaseResult>, NoPage> {
        let Some(Kept::Line(span)) = self.find(agent, case) else {
            return Ok(None);
        };
        stored::read_one(&self.folder, span)
            .map(Some)
            .map_err(unreadable)
    }

    /// A result as JSON, in whichever format it is kept.
    pub(super) fn read_json(&self, agent: &str, case: CaseId) -> Result<Option<Vec<u8>>, NoPage> {
        match self.find(agent, case) {
            None => Ok(None),
            Some(Kept::Line(span)) => {
                let result = stored::read_one(&self.folder, span).map_err(unreadable)?;
                serde_json::to_vec_pretty(&result)
                    .map(Some)
                    .map_err(unreadable)
            }
            Some(Kept::File(name)) => fs::read(self.folder.join(name))
                .map(Some)
                .map_err(unreadable),
        }
    }
}

fn unreadable(error: impl ToString) -> NoPage {
    NoPage::Unreadable(error.to_string())
}
