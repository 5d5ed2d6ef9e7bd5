//! Several runs as one: the shards of a run, or runs of several agents.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::result::{RunInfo, RunResult};

use crate::stored::{self, ReadError};

/// Runs that are not one.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// A run cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Two runs were judged by different measures, or tested different roles.
    #[error(
        "{} and {} are not one run: {what} {first_has} and {other_has}",
        first.display(), other.display()
    )]
    Differ {
        /// The run that came first.
        first: PathBuf,
        /// The one that does not fit it.
        other: PathBuf,
        /// What differs.
        what: &'static str,
        /// What the first has.
        first_has: String,
        /// What the other has.
        other_has: String,
    },
    /// Two runs hold the same play.
    #[error(
        "{} and {} both hold {case} of '{agent}'", first.display(), other.display()
    )]
    Twice {
        /// The run that came first.
        first: PathBuf,
        /// The other.
        other: PathBuf,
        /// Which case.
        case: CaseId,
        /// Whose, safe to show.
        agent: String,
    },
}

/// Reads runs and joins them. The facts of agents and the seed are those of the
/// first run that has them; the whole lasts from the first beginning to the last
/// end.
///
/// # Errors
/// If a run cannot be read, does not fit the first, or holds a play that another
/// holds.
pub fn load(paths: &[impl AsRef<Path>]) -> Result<RunResult, MergeError> {
    let mut joined: Option<Joined> = None;
    for path in paths {
        let (path, run) = (path.as_ref(), stored::load(path.as_ref())?);
        match &mut joined {
            None => joined = Some(Joined::new(path, run)),
            Some(joined) => joined.add(path, run)?,
        }
    }
    let none = || ReadError::NoResults {
        path: PathBuf::new(),
    };
    Ok(joined.ok_or_else(none)?.whole)
}

struct Joined {
    first: PathBuf,
    whole: RunResult,
    /// Which run each play comes from.
    plays: BTreeMap<(String, CaseId, u32), PathBuf>,
}

impl Joined {
    fn new(path: &Path, whole: RunResult) -> Self {
        let mut joined = Self {
            first: path.to_owned(),
            whole,
            plays: BTreeMap::new(),
        };
        for case in &joined.whole.cases {
            let key = (case.agent.clone(), case.case, case.attempt);
            joined.plays.insert(key, path.to_owned());
        }
        joined
    }

    fn add(&mut self, path: &Path, other: RunResult) -> Result<(), MergeError> {
        self.check(path, &other.run)?;
        for case in &other.cases {
            let key = (case.agent.clone(), case.case, case.attempt);
            match self.plays.get(&key) {
                Some(first) if first != path => {
                    return Err(MergeError::Twice {
                        first: first.clone(),
                        other: path.to_owned(),
                        case: case.case,
                        agent: crate::console::visible(&case.agent),
                    });
                }
                _ => self.plays.insert(key, path.to_owned()),
            };
        }
        self.whole.cases.extend(other.cases);
        join(&mut self.whole.run, other.run);
        Ok(())
    }

    fn check(&self, path: &Path, other: &RunInfo) -> Result<(), MergeError> {
        let run = &self.whole.run;
        let facts = [
            (
                "profile",
                run.profile.to_string(),
                other.profile.to_string(),
            ),
            ("testee", run.testee.to_string(), other.testee.to_string()),
        ];
        for (what, first_has, other_has) in facts {
            if first_has != other_has {
                return Err(MergeError::Differ {
                    first: self.first.clone(),
                    other: path.to_owned(),
                    what,
                    first_has,
                    other_has,
                });
            }
        }
        Ok(())
    }
}

fn join(run: &mut RunInfo, other: RunInfo) {
    let ends = [end(run), end(&other)];
    run.schema = run.schema.max(other.schema);
    if other.started < run.started {
        run.started = other.started;
    }
    run.duration_ms = match (moment(&run.started), ends) {
        (Some(start), [Some(one), Some(two)]) => {
            u64::try_from((one.max(two) - start).whole_milliseconds()).ok()
        }
        _ => None,
    };
    run.interrupted |= other.interrupted;
    run.cut_short = run.cut_short.or(other.cut_short);
    run.selected += other.selected;
    for target in other.targets {
        let known = run.targets.iter_mut();
        match known.into_iter().find(|known| known.agent == target.agent) {
            Some(known) => known.fault = known.fault.take().or(target.fault),
            None => run.targets.push(target),
        }
    }
}

fn moment(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}

fn end(run: &RunInfo) -> Option<OffsetDateTime> {
    Some(moment(&run.started)? + Duration::from_millis(run.duration_ms?))
}

#[cfg(test)]
mod tests {
    use wscheck_suite::profile::Profile;

    use super::*;
    use crate::sample;
    use crate::store::Store;

    fn write(dir: &Path, name: &str, run: &RunInfo, cases: &[(&str, &str)]) -> PathBuf {
        let path = dir.join(name);
        let mut store = Store::create(&path, run).unwrap();
        for (agent, case) in cases {
            store.append(&sample::result(agent, case)).unwrap();
        }
        store.assemble(run, None).unwrap();
        path
    }

    #[test]
    fn runs_become_one() {
        let dir = tempfile::tempdir().unwrap();
        let mut first = sample::run(&["alpha"]);
        first.duration_ms = Some(1000);
        let mut second = sample::run(&["alpha", "beta"]);
        second.started = "2026-01-02T03:04:03Z".to_owned();
        second.duration_ms = Some(500);
        second.targets[1].fault = Some("gone".to_owned());
        let one = write(dir.path(), "one", &first, &[("alpha", "1.1.2")]);
        let two = write(dir.path(), "two", &second, &[("alpha", "1.1.1")]);
        let whole = load(&[one, two]).unwrap();
        assert_eq!(whole.cases.len(), 2);
        assert_eq!(whole.run.selected, 4);
        assert_eq!(whole.run.started, second.started);
        assert_eq!(whole.run.duration_ms, Some(3678));
        let targets: Vec<_> = whole.run.targets.iter().map(|t| &*t.agent).collect();
        assert_eq!(targets, ["alpha", "beta"]);
    }

    #[test]
    fn what_is_not_one_run_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let run = sample::run(&["alpha"]);
        let mut other = run.clone();
        other.profile = Profile::Rfc;
        let cases = [("alpha", "1.1.1")];
        let one = write(dir.path(), "one", &run, &cases);
        let same = write(dir.path(), "same", &run, &cases);
        let other = write(dir.path(), "other", &other, &[]);
        let refused = |paths: &[&PathBuf]| load(paths).unwrap_err().to_string();
        assert!(refused(&[&one, &same]).ends_with("both hold 1.1.1 of 'alpha'"));
        assert!(refused(&[&one, &other]).ends_with("profile autobahn and rfc"));
    }
}
