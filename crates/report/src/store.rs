//! Results on disk, case by case.
//!
//! Two files in one folder. `results.jsonl` grows while the run goes on: the
//! run's facts in the first line, then a line a case, each written whole when
//! its case ends, so that a run that is killed leaves what it had.
//! `results.json` is assembled from it at the end: the final facts, and the
//! cases in order. Neither is ever held in memory as a whole; [`crate::stored`]
//! reads both.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use wscheck_suite::case_id::CaseId;
use wscheck_suite::result::{CaseResult, RunInfo};

use crate::expectations::Review;
use crate::whole_file;

/// The file that grows while the run goes on.
pub const LINES_FILE: &str = "results.jsonl";

/// The file that is assembled at the end.
pub const WHOLE_FILE: &str = "results.json";

/// Where the results of a run go while it goes on.
#[derive(Debug)]
pub struct Store {
    dir: PathBuf,
    lines: File,
    /// Octets of whole lines.
    length: u64,
    line: Vec<u8>,
}

/// Where the result of a case is in [`LINES_FILE`]: octets, its line end
/// included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub(crate) offset: u64,
    pub(crate) length: u64,
}

/// A file of the output folder could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {source}", path.display())]
pub struct StoreError {
    /// Which file or folder.
    pub path: PathBuf,
    /// Why not.
    pub source: io::Error,
}

impl StoreError {
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self { path, source }
    }
}

impl Store {
    /// Begins a run in `dir`, which is made if it is missing. The results of
    /// an earlier run there are removed.
    ///
    /// # Errors
    /// If the folder or the file cannot be written.
    pub fn create(dir: impl Into<PathBuf>, run: &RunInfo) -> Result<Self, StoreError> {
        let dir = dir.into();
        fs::create_dir_all(&dir).map_err(StoreError::at(&dir))?;
        for file in [WHOLE_FILE, LINES_FILE] {
            let path = dir.join(file);
            whole_file::remove_if_there(&path).map_err(StoreError::at(&path))?;
        }
        let path = dir.join(LINES_FILE);
        let lines = OpenOptions::new().append(true).create_new(true).open(&path);
        let lines = lines.map_err(StoreError::at(&path))?;
        let mut store = Self {
            dir,
            lines,
            length: 0,
            line: Vec::new(),
        };
        store.write_line(run)?;
        Ok(store)
    }

    /// Adds the result of a case, and says where its line is.
    ///
    /// # Errors
    /// If the line cannot be written; what was there before stays whole.
    pub fn append(&mut self, result: &CaseResult) -> Result<Span, StoreError> {
        let offset = self.length;
        self.write_line(result)?;
        Ok(Span {
            offset,
            length: self.length - offset,
        })
    }

    /// Assembles `results.json` from the cases so far, with `run` as the facts,
    /// and says where it is. What was expected of them stands behind them.
    ///
    /// # Errors
    /// If the file cannot be written; the lines stay.
    pub fn assemble(&self, run: &RunInfo, review: Option<&Review>) -> Result<PathBuf, StoreError> {
        assemble(&self.dir, run, review)
    }

    fn write_line(&mut self, value: &impl Serialize) -> Result<(), StoreError> {
        let path = || self.dir.join(LINES_FILE);
        self.line.clear();
        serde_json::to_writer(&mut self.line, value)
            .map_err(|error| StoreError::at(&path())(error.into()))?;
        self.line.push(b'\n');
        if let Err(error) = self.lines.write_all(&self.line) {
            // A torn line in the middle would make the lines after it useless.
            let _ = self.lines.set_len(self.length);
            return Err(StoreError::at(&path())(error));
        }
        self.length += self.line.len() as u64;
        Ok(())
    }
}

/// What the order of the cases depends on, and where their line is.
#[derive(Debug)]
struct Entry {
    target: usize,
    case: CaseId,
    attempt: u32,
    offset: u64,
    length: u64,
}

/// Assembles `results.json` in `dir` from the lines there, by target and then
/// by case, and says where it is. A torn last line is left out.
///
/// # Errors
/// If the lines cannot be read or the file cannot be written.
pub fn assemble(dir: &Path, run: &RunInfo, review: Option<&Review>) -> Result<PathBuf, StoreError> {
    let (lines, whole) = (dir.join(LINES_FILE), dir.join(WHOLE_FILE));
    let mut source = BufReader::new(File::open(&lines).map_err(StoreError::at(&lines))?);
    let mut entries = entries(&mut source, run).map_err(StoreError::at(&lines))?;
    entries.sort_by_key(|entry| (entry.target, entry.case, entry.attempt, entry.offset));
    let write = |file: &mut io::BufWriter<File>| {
        file.write_all(b"{\"run\":")?;
        serde_json::to_writer(&mut *file, run)?;
        file.write_all(b",\"cases\":[")?;
        for (index, entry) in entries.iter().enumerate() {
            file.write_all(if index == 0 { b"\n" } else { b",\n" })?;
            source.seek(SeekFrom::Start(entry.offset))?;
            io::copy(&mut source.by_ref().take(entry.length), file)?;
        }
        file.write_all(b"\n]")?;
        if let Some(review) = review {
            file.write_all(b",\"expectations\":")?;
            serde_json::to_writer(&mut *file, review)?;
        }
        file.write_all(b"}\n")
    };
    whole_file::write(&whole, write).map_err(StoreError::at(&whole))?;
    Ok(whole)
}

/// Where the line of each case is. Agents that are no target come last.
fn entries(lines: &mut impl BufRead, run: &RunInfo) -> io::Result<Vec<Entry>> {
    #[derive(Deserialize)]
    struct Key {
        case: CaseId,
        agent: String,
        #[serde(default)]
        attempt: u32,
    }
    let mut entries = Vec::new();
    let mut line = Vec::new();
    let mut offset = lines.read_until(b'\n', &mut line)? as u64;
    loop {
        line.clear();
        let length = lines.read_until(b'\n', &mut line)? as u64;
        let Some(whole) = line.strip_suffix(b"\n") else {
            return Ok(entries);
        };
        let key: Key = serde_json::from_slice(whole)?;
        let mut agents = run.targets.iter().map(|target| &target.agent);
        entries.push(Entry {
            target: agents
                .position(|agent| *agent == key.agent)
                .unwrap_or(usize::MAX),
            case: key.case,
            attempt: key.attempt,
            offset,
            length: length - 1,
        });
        offset += length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use crate::stored;

    #[test]
    fn a_run_survives_the_disk_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let mut run = sample::run(&["beta", "alpha"]);
        let mut store = Store::create(dir.path().join("made"), &run).unwrap();
        let mut spans = Vec::new();
        for (agent, case) in [
            ("alpha", "10.1.1"),
            ("beta", "2.1"),
            ("alpha", "1.1.1"),
            ("beta", "1.1.2"),
        ] {
            spans.push(store.append(&sample::result(agent, case)).unwrap());
        }
        let line = stored::read_one(&dir.path().join("made"), spans[1]).unwrap();
        assert_eq!(
            (&*line.agent, line.case.to_string()),
            ("beta", "2.1".to_owned())
        );
        run.duration_ms = Some(12);
        let path = store.assemble(&run, None).unwrap();
        assert_eq!(path, dir.path().join("made").join(WHOLE_FILE));

        let stored = stored::load(&path).unwrap();
        assert_eq!(stored.run, run);
        let order = stored.cases.iter();
        let order: Vec<String> = order.map(|c| format!("{} {}", c.agent, c.case)).collect();
        assert_eq!(
            order,
            ["beta 1.1.2", "beta 2.1", "alpha 1.1.1", "alpha 10.1.1"]
        );
        let json = |case: &CaseResult| serde_json::to_string(case).unwrap();
        assert_eq!(json(&stored.cases[1]), json(&sample::result("beta", "2.1")));
    }

    #[test]
    fn a_new_run_removes_the_results_of_the_former() {
        let dir = tempfile::tempdir().unwrap();
        let run = sample::run(&["alpha"]);
        let mut store = Store::create(dir.path(), &run).unwrap();
        store.append(&sample::result("alpha", "1.1.1")).unwrap();
        store.assemble(&run, None).unwrap();
        let _killed = Store::create(dir.path(), &run).unwrap();
        assert_eq!(stored::load(dir.path()).unwrap().cases, []);
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        let error = Store::create(file.join("out"), &sample::run(&[])).unwrap_err();
        assert!(error.to_string().starts_with("cannot write "), "{error}");
        assert!(error.to_string().contains("out: "), "{error}");
    }
}
