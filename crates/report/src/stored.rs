//! Reads what [`crate::store`] wrote, a case at a time.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use wscheck_suite::catalogue;
use wscheck_suite::result::{CaseResult, RunInfo, RunResult, SCHEMA};
use wscheck_suite::tested::Tested;

use crate::store::{LINES_FILE, Span, WHOLE_FILE};

/// What is known of a run besides its cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRun {
    /// What is true of all cases.
    pub run: RunInfo,
    /// The number of the last line, if it was torn and therefore left out.
    pub torn: Option<usize>,
}

/// Stored results that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The folder holds no results.
    #[error("{} holds neither {WHOLE_FILE} nor {LINES_FILE}", path.display())]
    NoResults {
        /// Which folder.
        path: PathBuf,
    },
    /// The results were written by a later version.
    #[error("{}: written in schema {found}; this program reads up to {SCHEMA}", path.display())]
    Schema {
        /// Which file.
        path: PathBuf,
        /// The schema that it is written in.
        found: u64,
    },
    /// The file holds something else.
    #[error("{}, line {line}: expected {expected}: {why}", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What should stand there.
        expected: &'static str,
        /// What is wrong with what stands there.
        why: String,
    },
}

/// Reads all of a run into memory; see [`read`].
///
/// # Errors
/// As [`read`] has them.
pub fn load(path: &Path) -> Result<RunResult, ReadError> {
    let mut cases = Vec::new();
    let stored = read(path, |case| cases.push(case))?;
    Ok(RunResult {
        run: stored.run,
        cases,
    })
}

/// Reads a run, handing over its cases one by one. `path` is `results.json`,
/// `results.jsonl`, or a folder with either; the former is preferred. A torn
/// last line, as a run that was killed leaves it, is left out.
///
/// # Errors
/// If there is no such file, or it holds something else, or it was written in
/// a later schema.
pub fn read(path: &Path, mut each: impl FnMut(CaseResult)) -> Result<StoredRun, ReadError> {
    read_each(path, &mut each)
}

/// Takes what results are handed to.
type Each<'a> = dyn FnMut(CaseResult) + 'a;

/// As [`read`]; there is one of it in a program, for what reads JSON is large.
fn read_each(path: &Path, each: &mut Each<'_>) -> Result<StoredRun, ReadError> {
    let path = if path.is_dir() {
        let inside = [WHOLE_FILE, LINES_FILE].map(|name| path.join(name));
        let found = inside.into_iter().find(|file| file.is_file());
        found.ok_or_else(|| ReadError::NoResults {
            path: path.to_owned(),
        })?
    } else {
        path.to_owned()
    };
    let file = File::open(&path).map_err(|source| ReadError::Io {
        path: path.clone(),
        source,
    })?;
    let source = BufReader::new(file);
    let mut only_of_proxies = None;
    let mut noting = |case: CaseResult| {
        only_of_proxies = Some(only_of_proxies.unwrap_or(true) && is_of_proxy(&case));
        each(case);
    };
    let mut stored = match path.extension() {
        Some(extension) if extension == "jsonl" => read_lines(&path, source, &mut noting),
        _ => read_whole(&path, source, &mut noting),
    }?;
    // A run through a proxy said that it tested a server, once.
    if stored.run.testee == Tested::Server && only_of_proxies == Some(true) {
        stored.run.testee = Tested::Proxy;
    }
    Ok(stored)
}

fn is_of_proxy(result: &CaseResult) -> bool {
    let known = catalogue::find(result.case).is_some_and(|case| case.relay.is_some());
    let mut records = result.transcript.connections.iter();
    known || records.any(|record| record.evidence.relay.is_some())
}

/// Reads the one result whose line is at `span` in the lines in `folder`, while
/// others may be added.
///
/// # Errors
/// If there is no such file, or it holds something else there.
pub fn read_one(folder: &Path, span: Span) -> Result<CaseResult, ReadError> {
    let path = folder.join(LINES_FILE);
    let read = octets_at(&path, span).and_then(|line| Ok(serde_json::from_slice(&line)?));
    read.map_err(|source| ReadError::Io { path, source })
}

fn octets_at(path: &Path, span: Span) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(span.offset))?;
    let mut octets = Vec::new();
    file.take(span.length).read_to_end(&mut octets)?;
    Ok(octets)
}

/// As [`read`], but hands over only what counts: of a case that was played again
/// the play that takes the place of the others. A play that was to be repeated
/// and never was comes last.
///
/// # Errors
/// As [`read`] has them.
pub fn read_counting(
    path: &Path,
    mut each: impl FnMut(CaseResult),
) -> Result<StoredRun, ReadError> {
    let mut provisional: Vec<CaseResult> = Vec::new();
    let stored = read(path, |result| {
        provisional.retain(|earlier| !result.replaces(earlier));
        match result.provisional {
            true => provisional.push(result),
            false => each(result),
        }
    })?;
    provisional.into_iter().for_each(each);
    Ok(stored)
}

const A_RUN: &str = "the facts of a run";
const A_CASE: &str = "the result of a case";
const A_WHOLE_RUN: &str = "an object with \"run\" and \"cases\"";

fn read_lines(
    path: &Path,
    mut source: impl BufRead,
    each: &mut Each<'_>,
) -> Result<StoredRun, ReadError> {
    let io = |source| ReadError::Io {
        path: path.to_owned(),
        source,
    };
    let mut line = Vec::new();
    source.read_until(b'\n', &mut line).map_err(io)?;
    let facts = serde_json::from_slice(&line).map_err(|e| malformed(path, 1, A_RUN, &e))?;
    let run = run_info(facts).map_err(|e| e.at(path, 1))?;
    for number in 2.. {
        line.clear();
        source.read_until(b'\n', &mut line).map_err(io)?;
        let Some(whole) = line.strip_suffix(b"\n") else {
            let torn = (!line.is_empty()).then_some(number);
            return Ok(StoredRun { run, torn });
        };
        each(serde_json::from_slice(whole).map_err(|e| malformed(path, number, A_CASE, &e))?);
    }
    Ok(StoredRun { run, torn: None })
}

fn read_whole(
    path: &Path,
    source: impl BufRead,
    each: &mut Each<'_>,
) -> Result<StoredRun, ReadError> {
    let mut whole = Whole {
        each,
        run: None,
        bad_facts: None,
    };
    let mut json = serde_json::Deserializer::from_reader(source);
    let parsed = (&mut whole).deserialize(&mut json);
    match (whole.bad_facts, whole.run, parsed) {
        (Some(bad), _, Err(error)) => Err(bad.at(path, error.line())),
        (_, _, Err(error)) => Err(malformed(path, error.line(), A_WHOLE_RUN, &error)),
        (_, Some(run), Ok(())) => Ok(StoredRun { run, torn: None }),
        (_, None, Ok(())) => Err(malformed(
            path,
            1,
            A_WHOLE_RUN,
            &serde_json::Error::missing_field("run"),
        )),
    }
}

/// Facts of a run that do not read.
enum BadFacts {
    Schema(u64),
    Malformed(serde_json::Error),
}

impl BadFacts {
    fn at(self, path: &Path, line: usize) -> ReadError {
        match self {
            Self::Schema(found) => ReadError::Schema {
                path: path.to_owned(),
                found,
            },
            Self::Malformed(error) => malformed(path, line, A_RUN, &error),
        }
    }
}

/// The schema is looked at first: a later one may have other facts.
fn run_info(facts: Value) -> Result<RunInfo, BadFacts> {
    match facts.get("schema").and_then(Value::as_u64) {
        Some(found) if found > u64::from(SCHEMA) => Err(BadFacts::Schema(found)),
        _ => serde_json::from_value(facts).map_err(BadFacts::Malformed),
    }
}

fn malformed(
    path: &Path,
    line: usize,
    expected: &'static str,
    error: &serde_json::Error,
) -> ReadError {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    ReadError::Malformed {
        path: path.to_owned(),
        line,
        expected,
        why: match text.strip_suffix(&place) {
            Some(why) => format!("{why}, column {}", error.column()),
            None => text,
        },
    }
}

/// The object of `results.json`, whose cases are handed over as they are read.
struct Whole<'a, 'e> {
    each: &'a mut Each<'e>,
    run: Option<RunInfo>,
    bad_facts: Option<BadFacts>,
}

impl<'de> DeserializeSeed<'de> for &mut Whole<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Whole<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(A_WHOLE_RUN)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "run" => match run_info(map.next_value()?) {
                    Ok(run) => self.run = Some(run),
                    Err(bad) => {
                        self.bad_facts = Some(bad);
                        return Err(A::Error::custom(A_RUN));
                    }
                },
                "cases" => map.next_value_seed(Cases(self.each))?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

struct Cases<'a, 'e>(&'a mut Each<'e>);

impl<'de> DeserializeSeed<'de> for Cases<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Cases<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of cases")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut cases: A) -> Result<(), A::Error> {
        while let Some(case) = cases.next_element()? {
            (self.0)(case);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::sample;
    use crate::store::Store;

    fn killed_run() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::create(dir.path(), &sample::run(&["alpha"])).unwrap();
        for case in ["1.1.1", "1.1.2"] {
            store.append(&sample::result("alpha", case)).unwrap();
        }
        let path = dir.path().join(LINES_FILE);
        (dir, path)
    }

    #[test]
    fn a_torn_last_line_is_left_out() {
        let (dir, path) = killed_run();
        let octets = fs::read(&path).unwrap();
        let first_two = octets.iter().enumerate().filter(|(_, o)| **o == b'\n');
        let second_line_end = first_two.map(|(at, _)| at).nth(1).unwrap();
        for cut in [octets.len() - 1, second_line_end + 2] {
            fs::write(&path, &octets[..cut]).unwrap();
            let mut cases = Vec::new();
            let stored = read(dir.path(), |case| cases.push(case)).unwrap();
            assert_eq!(stored.torn, Some(3));
            assert_eq!(cases.len(), 1);
        }
        fs::write(&path, &octets).unwrap();
        assert_eq!(read(&path, |_| ()).unwrap().torn, None);
        assert_eq!(load(&path).unwrap().cases.len(), 2);
    }

    #[test]
    fn of_several_plays_the_last_counts() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::create(dir.path(), &sample::run(&["alpha"])).unwrap();
        for (case, provisional) in [
            ("1.1.1", true),
            ("1.1.2", true),
            ("1.1.3", false),
            ("1.1.1", false),
        ] {
            let result = CaseResult {
                provisional,
                ..sample::result("alpha", case)
            };
            store.append(&result).unwrap();
        }
        let counting = || {
            let mut counting = Vec::new();
            read_counting(dir.path(), |result| {
                counting.push((result.case.to_string(), result.provisional));
            })
            .unwrap();
            counting.sort();
            counting
        };
        let expected = [("1.1.1", false), ("1.1.2", true), ("1.1.3", false)]
            .map(|(case, provisional)| (case.to_owned(), provisional));
        assert_eq!(counting(), expected);
        store.assemble(&sample::run(&["alpha"]), None).unwrap();
        assert_eq!(counting(), expected);
        assert_eq!(load(dir.path()).unwrap().cases.len(), 4);
    }

    #[test]
    fn errors_name_the_file_the_line_and_what_was_expected() {
        let dir = tempfile::tempdir().unwrap();
        let (_kept, good) = killed_run();
        let good = fs::read_to_string(good).unwrap();
        let later = good.replace("\"schema\":1", "\"schema\":2");
        for (name, text, wanted) in [
            (
                "a.jsonl",
                "",
                "a.jsonl, line 1: expected the facts of a run: EOF",
            ),
            (
                "b.jsonl",
                "{\"schema\":1}\n",
                "b.jsonl, line 1: expected the facts of a run: missing field `tool`",
            ),
            (
                "c.jsonl",
                &good.replacen("\"case\":\"1.1.1\"", "\"case\":\"one\"", 1),
                "c.jsonl, line 2: expected the result of a case: 'one' is no case number; one looks like 4.2.4 or 2.10, column",
            ),
            (
                "d.jsonl",
                &later,
                "d.jsonl: written in schema 2; this program reads up to 1",
            ),
            (
                "e.json",
                "{\n\"cases\": [\n{}]}",
                "e.json, line 3: expected an object with \"run\" and \"cases\": missing field `case`, column 2",
            ),
            (
                "f.json",
                "{}",
                "f.json, line 1: expected an object with \"run\" and \"cases\": missing field `run`",
            ),
            (
                "g.json",
                "{\"run\": {\"schema\": 7}}",
                "g.json: written in schema 7",
            ),
        ] {
            let path = dir.path().join(name);
            fs::write(&path, text).unwrap();
            let error = load(&path).unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}");
        }
        assert!(
            load(&dir.path().join("none.json"))
                .unwrap_err()
                .to_string()
                .starts_with("cannot read ")
        );
        let error = load(dir.path()).unwrap_err().to_string();
        assert!(
            error.ends_with("holds neither results.json nor results.jsonl"),
            "{error}"
        );
    }
}
