//! Which cases a command means: the catalogue's and the user's own, through
//! patterns.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use wscheck_report::expectations::Expectations;
use wscheck_suite::case::Case;
use wscheck_suite::case_id::{CaseId, Pattern, select};
use wscheck_suite::catalogue;
use wscheck_suite::load::{Format, load};
use wscheck_suite::profile::Profile;
use wscheck_suite::shard::Shard;
use wscheck_suite::tested::Tested;

use crate::failure::Failure;
use crate::last_failed;

/// Which cases the user wants.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// What is wanted; all if there is none.
    pub patterns: &'a [String],
    /// What is not.
    pub exclude: &'a [String],
    /// Files with further cases.
    pub files: &'a [PathBuf],
    /// Only what failed in the run that is there.
    pub failed_in: Option<&'a Path>,
    /// What is expected: what does not fail a run by it is no failure.
    pub expectations: &'a Expectations,
    /// Whether sections that take long are cut short.
    pub quick: bool,
    /// Which part of all this; the whole if none is named.
    pub shard: Option<Shard>,
    /// What the cases must fit.
    pub testee: Tested,
    /// By which profile they are judged: chapters that the original has not are
    /// in `rfc` alone.
    pub profile: Profile,
}

/// The cases to play, and how many are left out to be quick.
///
/// # Errors
/// If a pattern or file is at fault, or no case is left.
pub fn choose(wish: &Wish<'_>) -> Result<(Vec<Arc<Case>>, usize), Failure> {
    let library = Library::with_files(wish.files)?;
    let mut cases = library.select(wish.patterns, wish.exclude)?;
    cases.retain(|case| wish.testee.fits(case));
    let mut why = format!(": the patterns leave none for {}", wish.testee.plural());
    if !cases.is_empty() {
        cases.retain(|case| catalogue::belongs_to(case.id, wish.profile));
        if cases.is_empty() {
            why = format!(": the profile {} has none of these cases", wish.profile);
        }
    }
    if let Some(folder) = wish.failed_in {
        let failed = last_failed::read(folder, wish.expectations, &library)?;
        cases.retain(|case| failed.contains(&case.id));
        if !cases.is_empty() || failed.is_empty() {
            why = format!(": nothing failed in the run in {}", folder.display());
        }
    }
    if cases.is_empty() {
        return Err(Failure::NothingSelected { why });
    }
    let mut left_out = 0;
    if wish.quick {
        let quick = catalogue::quick(cases);
        (cases, left_out) = (quick.kept, quick.left_out.len());
    }
    let mut cases: Vec<Arc<Case>> = cases.into_iter().cloned().map(Arc::new).collect();
    if let Some(shard) = wish.shard {
        cases = shard.of(cases);
    }
    if cases.is_empty() {
        let why = ": there are more shards than cases".to_owned();
        return Err(Failure::NothingSelected { why });
    }
    Ok((cases, left_out))
}

/// Every case that there is: the catalogue's, and those of the user's files.
#[derive(Debug)]
pub struct Library {
    cases: BTreeMap<CaseId, Cow<'static, Case>>,
}

impl Library {
    /// The catalogue alone.
    pub fn catalogue() -> Self {
        let cases = catalogue::all().iter();
        Self {
            cases: cases.map(|case| (case.id, Cow::Borrowed(case))).collect(),
        }
    }

    /// The catalogue, and the cases of TOML or JSON files.
    ///
    /// # Errors
    /// If a file cannot be read, holds a fault, or gives a number that is
    /// taken.
    pub fn with_files(files: &[PathBuf]) -> Result<Self, Failure> {
        let mut library = Self::catalogue();
        for file in files {
            library.add_file(file)?;
        }
        Ok(library)
    }

    fn add_file(&mut self, path: &Path) -> Result<(), Failure> {
        let name = path.to_string_lossy();
        let format = Format::of(&name).ok_or_else(|| {
            Failure::argument(format!(
                "--cases-file {name}: expected a name that ends in .toml or .json"
            ))
        })?;
        let text = fs::read_to_string(path).map_err(Failure::reading(path))?;
        for case in load(&name, &text, format)? {
            let id = case.id;
            if self.cases.insert(id, Cow::Owned(case)).is_some() {
                return Err(Failure::File {
                    path: path.to_owned(),
                    line: None,
                    problem: format!("the number {id} is taken by another case"),
                });
            }
        }
        Ok(())
    }

    /// The case with this number.
    ///
    /// # Errors
    /// If the number is none, or there is no such case; near ones are named.
    pub fn find(&self, id: &str) -> Result<&Case, Failure> {
        let wanted: CaseId = id.parse()?;
        if let Some(case) = self.cases.get(&wanted) {
            return Ok(case);
        }
        let ids: Vec<CaseId> = self.cases.keys().copied().collect();
        let pattern: Pattern = id.parse()?;
        match select(&[pattern], &ids) {
            Err(no_such_case) => Err(no_such_case.into()),
            Ok(_) => Err(Failure::argument(format!(
                "{id} is a section; expected the number of one case"
            ))
            .advising(format!("`wscheck list {id}` shows its cases"))),
        }
    }

    /// What `patterns` select less what `exclude` covers, by number.
    ///
    /// # Errors
    /// If a pattern is none, or covers no case.
    pub fn select(&self, patterns: &[String], exclude: &[String]) -> Result<Vec<&Case>, Failure> {
        let mut parsed: Vec<Pattern> = Vec::with_capacity(patterns.len() + exclude.len());
        for pattern in patterns {
            parsed.push(pattern.parse()?);
        }
        for pattern in exclude {
            parsed.push(pattern.parse::<Pattern>()?.negated());
        }
        let ids: Vec<CaseId> = self.cases.keys().copied().collect();
        let chosen = select(&parsed, &ids)?;
        Ok(chosen.iter().map(|id| &*self.cases[id]).collect())
    }

    /// Every number, in order.
    pub fn ids(&self) -> impl Iterator<Item = CaseId> + '_ {
        self.cases.keys().copied()
    }

    /// The case with this number, if there is one.
    pub fn case(&self, id: CaseId) -> Option<&Case> {
        self.cases.get(&id).map(|case| &**case)
    }

    /// The case with a number that is known to exist.
    pub fn get(&self, id: CaseId) -> Option<Arc<Case>> {
        self.cases
            .get(&id)
            .map(|case| Arc::new(case.clone().into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_no_case() {
        let library = Library::catalogue();
        assert_eq!(library.find("4.2.4").unwrap().id.to_string(), "4.2.4");
        let section = library.find("4.2").unwrap_err();
        assert!(section.to_string().contains("is a section"), "{section}");
        let unknown = library.find("4.2.9").unwrap_err();
        assert!(unknown.to_string().contains("near ones"), "{unknown}");
    }

    #[test]
    fn exclusion_is_a_negative_pattern() {
        let library = Library::catalogue();
        let own = |list: &[&str]| -> Vec<String> { list.iter().map(ToString::to_string).collect() };
        let by_exclude = library.select(&own(&["4"]), &own(&["4.1"])).unwrap();
        let by_pattern = library.select(&own(&["4", "!4.1"]), &[]).unwrap();
        assert_eq!(by_exclude, by_pattern);
        assert_eq!(by_exclude.len(), 5);
    }
}
