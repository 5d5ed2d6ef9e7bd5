//! `wscheck.toml`: what is expected of the testee that it stands beside, and how
//! that is started. What is typed goes before what stands there.

mod deviations;
mod failures;
mod fill;
mod new_deviation;
mod proposal;
mod rows;
mod sections;
mod source;
mod update;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use toml::Spanned;
use wscheck_report::expectations::{Capabilities, Expectations, FailOn, Policy};
use wscheck_suite::case_id::{CaseId, Pattern, select};
use wscheck_suite::catalogue::{self, NEWEST_EDITION};
use wscheck_suite::load::{Format, load};

use crate::args::{ExpectArgs, ProfileName};
use crate::failure::Failure;
pub use failures::Failures;
pub(crate) use new_deviation::item;
pub use new_deviation::{Expected, NewDeviation};
use proposal::propose;
pub(crate) use proposal::{add, beginning};
use rows::{CapabilitiesRow, FileRows, Words};
use sections::{ClientSettings, ProxySettings, ServerSettings, Timeouts, one};
use source::{Source, Word};

/// The name of the file that is looked for.
pub const FILE: &str = "wscheck.toml";

/// What the file and the command line say.
#[derive(Debug, Default)]
pub struct Settings {
    /// Where the file is or would be; none if there is to be none.
    pub path: Option<PathBuf>,
    /// Its text; none if it is not there.
    pub text: Option<String>,
    /// What is expected, the command line heeded.
    pub expectations: Expectations,
    profile: Option<ProfileName>,
    cases: Vec<String>,
    cases_files: Vec<PathBuf>,
    server: ServerSettings,
    client: ClientSettings,
    proxy: ProxySettings,
    timeouts: Timeouts,
}

impl Settings {
    /// What the file says that `args` name, or that is here, and what `args` say
    /// of expectations. A file that is named and missing is a fault, unless it
    /// `may_be_new`.
    ///
    /// # Errors
    /// If the file cannot be read, or is at fault; the line is named.
    pub fn new(args: &ExpectArgs, may_be_new: bool) -> Result<Self, Failure> {
        let mut settings = Self::read(args, may_be_new)?;
        if args.strict || !args.fail_on.is_empty() {
            let plain = match args.strict {
                true => Policy::STRICT,
                false => Policy::PLAIN,
            };
            settings.expectations.policy = plain.and(&args.fail_on);
        }
        if let Some(edition) = args.edition {
            if !(1..=NEWEST_EDITION).contains(&edition) {
                return Err(Failure::argument(format!(
                    "--edition {edition}: this program has the editions 1 to {NEWEST_EDITION}"
                )));
            }
            settings.expectations.edition = Some(edition);
        }
        Ok(settings)
    }

    fn read(args: &ExpectArgs, may_be_new: bool) -> Result<Self, Failure> {
        if args.no_config {
            return Ok(Self::default());
        }
        let path = args.config.clone().unwrap_or_else(|| FILE.into());
        let missing = || Self {
            path: Some(path.clone()),
            ..Self::default()
        };
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(path, text),
            Err(error) if error.kind() == ErrorKind::NotFound => match &args.config {
                Some(named) if !may_be_new => Err(Failure::reading(named)(error)),
                _ => Ok(missing()),
            },
            Err(error) => Err(Failure::reading(&path)(error)),
        }
    }

    /// What `text` says, which stands at `path`.
    ///
    /// # Errors
    /// If it is at fault; the line is named.
    pub fn parse(path: PathBuf, text: String) -> Result<Self, Failure> {
        let source = Source { path, text };
        let rows: FileRows =
            toml::from_str(&source.text).map_err(|error| source.toml_fault(&error))?;
        let known = Known::new(&source, &rows)?;
        let server = ServerSettings::new(&source, &rows)?;
        let client = ClientSettings::new(&source, &rows)?;
        let proxy = ProxySettings::new(&source, &rows)?;
        Ok(Self {
            expectations: expectations(&source, &rows, &known)?,
            profile: one(rows.profile.as_ref(), |word| source.named("profile", word))?,
            cases: known.patterns(&source, "cases", rows.cases.as_ref())?,
            cases_files: known.files.clone(),
            timeouts: Timeouts::new(&source, &rows)?,
            server,
            client,
            proxy,
            path: Some(source.path),
            text: Some(source.text),
        })
    }
}

/// Every case that patterns may mean.
struct Known {
    ids: Vec<CaseId>,
    files: Vec<PathBuf>,
}

impl Known {
    fn new(source: &Source, rows: &FileRows) -> Result<Self, Failure> {
        let mut ids: Vec<CaseId> = catalogue::all().iter().map(|case| case.id).collect();
        let mut files = Vec::new();
        for word in Word::all(rows.cases_files.as_ref()) {
            let Some(format) = Format::of(word.text) else {
                let problem = format!(
                    "`cases-files`: '{}' ends neither in .toml nor in .json",
                    word.text.escape_debug()
                );
                return Err(source.fault(&word.span, problem));
            };
            let text = fs::read_to_string(word.text).map_err(|error| {
                let name = word.text.escape_debug();
                let problem = format!("`cases-files`: cannot read {name}: {error}");
                source.fault(&word.span, problem)
            })?;
            let own = load(word.text, &text, format)?;
            ids.extend(own.iter().map(|case| case.id));
            files.push(word.text.into());
        }
        ids.sort_unstable();
        Ok(Self { ids, files })
    }

    /// Patterns that each cover a case. Of chapters that the original never had
    /// this program may not know all, and of users' own it knows what it is told.
    fn patterns(
        &self,
        source: &Source,
        key: &str,
        words: Option<&Spanned<Words>>,
    ) -> Result<Vec<String>, Failure> {
        let mut patterns = Vec::new();
        for word in Word::all(words) {
            let pattern: Pattern = source.parsed(key, &word)?;
            let first = word.text.trim_start_matches('!');
            let first = first.split(|c: char| !c.is_ascii_digit()).next();
            let chapter: u16 = first.and_then(|first| first.parse().ok()).unwrap_or(0);
            if let Err(error) = select(&[pattern], &self.ids)
                && chapter <= LAST_FULL_CHAPTER
            {
                return Err(source.fault(&word.span, format!("`{key}`: {error}")));
            }
            patterns.push(word.text.to_owned());
        }
        Ok(patterns)
    }
}

/// No case is added to this chapter and those before it.
const LAST_FULL_CHAPTER: u16 = 13;

fn expectations(source: &Source, rows: &FileRows, known: &Known) -> Result<Expectations, Failure> {
    let mut words = Vec::new();
    for word in Word::all(rows.fail_on.as_ref()) {
        words.push(source.parsed::<FailOn>("fail-on", &word)?);
    }
    let plain = match rows.strict {
        true => Policy::STRICT,
        false => Policy::PLAIN,
    };
    let edition = rows.edition.as_ref().map(|edition| {
        let newest = NEWEST_EDITION.into();
        source.whole("edition", edition, 1, newest)
    });
    Ok(Expectations {
        file: Some(source.path.display().to_string()),
        edition: edition.transpose()?.and_then(|e| u16::try_from(e).ok()),
        policy: plain.and(&words),
        capabilities: capabilities(source, &rows.capabilities)?,
        deviations: deviations::read(source, &rows.deviation, known)?,
    })
}

fn capabilities(source: &Source, row: &CapabilitiesRow) -> Result<Capabilities, Failure> {
    let limit = |key, octets: &Option<Spanned<i64>>| match octets {
        Some(octets) => source.whole(key, octets, 0, u64::MAX).map(Some),
        None => Ok(None),
    };
    Ok(Capabilities {
        utf8_validation: row.utf8_validation.unwrap_or(true),
        compression: row.compression.unwrap_or(true),
        largest_message: limit("largest-message", &row.largest_message)?,
        largest_frame: limit("largest-frame", &row.largest_frame)?,
    })
}

/// The path of a file that is written anew must not be taken.
///
/// # Errors
/// If it is.
pub fn must_be_new(path: &Path) -> Result<(), Failure> {
    match path.exists() {
        true => Err(Failure::argument(format!(
            "{} is there already; it is not written over",
            path.display()
        ))),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests;
