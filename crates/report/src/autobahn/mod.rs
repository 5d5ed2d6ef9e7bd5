//! The files of Autobahn|Testsuite, for scripts that read them: `index.json`
//! and a JSON file a case, with every key that the original writes and in its
//! form; and for people, if wished, `index.html` and a page a case. The texts are
//! ours, the verdicts those that were judged. Cases without a verdict have no place there
//! and are left out.
//!
//! Where the original's format has no word for something, this is what we do:
//!
//! - Octets that are not UTF-8 are shown as hexadecimal digits. (The original
//!   takes surrogates for text and writes JSON that strict readers refuse.)
//! - Rows that our own log has lost or folded beyond measure leave a trace: the
//!   wire log is switched off and on again in that place.
//! - Of a case with several connections the last one is shown, by which it was
//!   judged.

mod case_file;
mod case_page;
mod file_name;
mod index_page;
mod number;
mod python_json;
mod shown;
mod traffic_stats;
mod wire_log;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use askama::Template;
use serde::Serialize;
use wscheck_suite::case::Case;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::profile::Profile;
use wscheck_suite::result::{CaseResult, RunInfo};
use wscheck_suite::verdict::{Behaviour, CloseBehaviour};
use wscheck_wire::Role;

use crate::store::StoreError;
use crate::whole_file;
use case_file::CaseFile;
use case_page::CasePage;
use file_name::FileNames;
use index_page::IndexPage;
pub use number::Numbering;

/// Writes the original's files into one folder.
#[derive(Debug)]
pub struct AutobahnReport {
    dir: PathBuf,
    profile: Profile,
    testee: Role,
    numbering: Numbering,
    names: FileNames,
    index: BTreeMap<String, BTreeMap<String, IndexEntry>>,
    pages: bool,
}

/// What `index.json` tells of a case.
#[derive(Debug, Serialize)]
struct IndexEntry {
    behavior: Behaviour,
    #[serde(rename = "behaviorClose")]
    behavior_close: CloseBehaviour,
    duration: u64,
    #[serde(rename = "remoteCloseCode")]
    remote_close_code: Option<u16>,
    reportfile: String,
}

impl AutobahnReport {
    /// Begins a report in `dir`, which is made if it is missing.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn create(
        dir: impl Into<PathBuf>,
        run: &RunInfo,
        numbering: Numbering,
    ) -> Result<Self, StoreError> {
        let dir = dir.into();
        fs::create_dir_all(&dir).map_err(StoreError::at(&dir))?;
        let mut names = FileNames::default();
        for target in &run.targets {
            names.of(&target.agent);
        }
        Ok(Self {
            dir,
            profile: run.profile,
            testee: run.testee.role(),
            numbering,
            names,
            index: BTreeMap::new(),
            pages: false,
        })
    }

    /// Writes the pages for people, too: as many files again.
    #[must_use]
    pub fn with_pages(mut self) -> Self {
        self.pages = true;
        self
    }

    /// Writes the file of a case. A case that was played before is replaced;
    /// one without a verdict is left out, whatever it came to before.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn add(&mut self, case: &Case, result: &CaseResult) -> Result<(), StoreError> {
        if case.relay.is_some() {
            // The original knows no proxies.
            return Ok(());
        }
        let context = case_file::Context {
            case,
            result,
            profile: self.profile,
            testee: self.testee,
            number: self.numbering.number(case.id),
        };
        let Some(file) = CaseFile::new(&context) else {
            return self.leave_out(case, &result.agent);
        };
        let name = self.names.case_file(&result.agent, case.id);
        self.remove_former(&name)?;
        self.write(&name, &file)?;
        if let Some(verdict) = result.outcome.verdict().filter(|_| self.pages) {
            self.write_page(&page_name(&name), &CasePage::new(&context, verdict))?;
        }
        let entry = IndexEntry {
            behavior: file.behavior,
            behavior_close: file.behavior_close,
            duration: file.duration,
            remote_close_code: file.remote_close_code,
            reportfile: name,
        };
        let cases = self.index.entry(result.agent.clone()).or_default();
        cases.insert(case.id.to_string(), entry);
        Ok(())
    }

    fn leave_out(&mut self, case: &Case, agent: &str) -> Result<(), StoreError> {
        let cases = self.index.get_mut(agent);
        match cases.and_then(|cases| cases.remove(&case.id.to_string())) {
            Some(entry) => {
                let page = page_name(&entry.reportfile);
                [entry.reportfile, page].into_iter().try_for_each(|name| {
                    let path = self.dir.join(name);
                    whole_file::remove_if_there(&path).map_err(StoreError::at(&path))
                })
            }
            None => Ok(()),
        }
    }

    /// Writes `index.json` over all cases so far, and its page if there are any,
    /// and says where the former is.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn finish(&self) -> Result<PathBuf, StoreError> {
        if self.pages {
            self.write_page("index.html", &IndexPage::new(&self.index))?;
        }
        self.write("index.json", &self.index)
    }

    /// Where a rename replaces a file, ext4 begins to write the new one to the disk, which
    /// for hundreds of short cases takes longer than the cases.
    fn remove_former(&self, name: &str) -> Result<(), StoreError> {
        let path = self.dir.join(name);
        whole_file::remove_if_there(&path).map_err(StoreError::at(&path))
    }

    fn write(&self, name: &str, value: &impl Serialize) -> Result<PathBuf, StoreError> {
        let path = self.dir.join(name);
        whole_file::write(&path, |file| python_json::write(file, value))
            .map_err(StoreError::at(&path))?;
        Ok(path)
    }

    /// The name of the file of an agent's case, if it has been written.
    pub fn file_of(&self, agent: &str, case: CaseId) -> Option<&str> {
        let entry = self.index.get(agent)?.get(&case.to_string())?;
        Some(&entry.reportfile)
    }

    fn write_page(&self, name: &str, page: &impl Template) -> Result<(), StoreError> {
        let path = self.dir.join(name);
        let fill = |file: &mut BufWriter<File>| Template::write_into(page, file);
        whole_file::write(&path, fill).map_err(StoreError::at(&path))
    }

    /// The folder that the files are in.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

/// The page beside a JSON file.
fn page_name(file: &str) -> String {
    format!("{}.html", file.strip_suffix(".json").unwrap_or(file))
}

#[cfg(test)]
mod tests;
