//! `wscheck list`: the cases as a table, or as JSON.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Serialize;
use wscheck_suite::case::{Case, Citation, Level, Testee};
use wscheck_suite::case_id::CaseId;
use wscheck_suite::catalogue;
use wscheck_suite::expectation::{AnswerGrade, Expectation, OpeningRule};
use wscheck_suite::matrix;
use wscheck_suite::profile::Profile;
use wscheck_suite::verdict::Grade;
use wscheck_wire::Role;

use crate::args::ListArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::selection::Library;
use crate::terminal::Terminal;

/// How many faults a line names.
const SHOWN: usize = 6;

/// What stands above them.
const MOST_TELLING: &str = "AMONG THEM, THOSE THAT FEWEST CASES CATCH FIRST";

/// Lists the cases that are asked for.
///
/// # Errors
/// If a file or a pattern is at fault, or nothing is left.
pub fn run(args: &ListArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let library = Library::with_files(&args.cases_file)?;
    let mut cases = library.select(&args.patterns, &[])?;
    if args.quick {
        cases = catalogue::quick(cases).kept;
    }
    if cases.is_empty() {
        return Err(Failure::NothingSelected {
            why: ": the patterns leave none".into(),
        });
    }
    let entries: Vec<Entry> = cases
        .into_iter()
        .map(|case| Entry::new(case, args.profile.into(), args.catches))
        .collect();
    terminal.out(&match (args.json, args.catches) {
        (true, _) => json(&entries),
        (false, true) => table_of_catches(&entries),
        (false, false) => table(&entries),
    });
    Ok(Exit::AsExpected)
}

/// What the list says of a case. The JSON form is a promise to scripts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Entry<'c> {
    id: CaseId,
    title: &'c str,
    chapter: Option<&'static str>,
    section: Option<&'static str>,
    testee: Testee,
    /// The edition of the catalogue that it appeared in; users' own have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    edition: Option<u16>,
    citations: &'c [Citation],
    /// What the testee can earn, best first; beside these it can fail.
    grades: Vec<Grade>,
    timed: bool,
    /// Where `rfc` judges otherwise than `autobahn`, why.
    #[serde(skip_serializing_if = "Option::is_none")]
    rfc_differs: Option<&'c str>,
    /// Where what it looks for was seen.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    seen_in: &'c [String],
    /// Which faults of a peer it catches, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    catches: Option<Vec<Caught>>,
}

/// A fault that a case catches.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Caught {
    fault: &'static str,
    role: Role,
    /// The word of the verdict that gives it away.
    verdict: &'static str,
}

impl<'c> Entry<'c> {
    fn new(case: &'c Case, profile: Profile, catches: bool) -> Self {
        Self {
            id: case.id,
            title: &case.title,
            chapter: catalogue::chapter(case.id).map(|chapter| chapter.title),
            section: catalogue::section_title(case.id),
            testee: case.testee,
            edition: catalogue::edition(case.id),
            citations: &case.citations,
            grades: match &case.relay {
                Some(relay) if !case.expect.informational => relay.grades(),
                _ => grades(case.expectation(profile)),
            },
            timed: case.timed,
            rfc_differs: case.rfc.as_ref().map(|rfc| rfc.because.as_str()),
            seen_in: &case.seen_in,
            catches: catches.then(|| {
                let rows = matrix::caught_by(case.id);
                rows.map(|row| Caught {
                    fault: &row.fault,
                    role: row.role,
                    verdict: &row.how,
                })
                .collect()
            }),
        }
    }

    /// The first citation in short: what binds, and where it stands.
    fn rule(&self) -> String {
        self.citations.first().map_or_else(String::new, |citation| {
            let level = match citation.level {
                Level::Must => "must",
                Level::Should => "should",
                Level::May => "may",
                Level::Informational => "told",
            };
            format!("{} §{} {level}", citation.document, citation.section)
        })
    }
}

fn grades(expectation: &Expectation) -> Vec<Grade> {
    if expectation.informational {
        return vec![Grade::Informational];
    }
    let mut grades: Vec<Grade> = expectation
        .answers
        .iter()
        .map(|answer| match answer.grade {
            AnswerGrade::Ok => Grade::Ok,
            AnswerGrade::NonStrict => Grade::NonStrict,
            AnswerGrade::Unimplemented => Grade::Unimplemented,
        })
        .collect();
    match &expectation.opening {
        OpeningRule::Refuses { statuses, .. } if !statuses.is_empty() => {
            grades = vec![Grade::Ok, Grade::NonStrict];
        }
        OpeningRule::ShouldOpen | OpeningRule::ShouldRefuse => {
            grades.extend([Grade::Ok, Grade::NonStrict]);
        }
        _ if grades.is_empty() => grades.push(Grade::Ok),
        _ => {}
    }
    grades.sort_unstable();
    grades.dedup();
    grades
}

fn table(entries: &[Entry<'_>]) -> String {
    let rows: Vec<[String; 4]> = entries
        .iter()
        .map(|entry| {
            let grades: Vec<&str> = entry.grades.iter().map(|grade| grade.as_str()).collect();
            [
                entry.id.to_string(),
                entry.rule(),
                grades.join("/"),
                entry.title.to_owned(),
            ]
        })
        .collect();
    let header = ["CASE", "RULE", "CAN EARN", "TITLE"].map(str::to_owned);
    let width = |column: usize| {
        let cells = rows.iter().chain([&header]);
        cells
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or_default()
    };
    let (case, rule, earn) = (width(0), width(1), width(2));
    let mut text = String::new();
    for [id, citation, grades, title] in [&header].into_iter().chain(&rows) {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{id:case$}  {citation:rule$}  {grades:earn$}  {title}"
        );
    }
    text
}

/// A line a case: how many faults it catches, and those among them that few
/// cases do. In full they stand in the JSON.
fn table_of_catches(entries: &[Entry<'_>]) -> String {
    let mut text = format!("{:9}  {:>7}  {}\n", "CASE", "CATCHES", MOST_TELLING);
    for entry in entries {
        let caught = entry.catches.as_deref().unwrap_or_default();
        let faults: BTreeSet<&str> = caught.iter().map(|caught| caught.fault).collect();
        let telling: Vec<&str> = matrix::rarest(entry.id).take(SHOWN).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:9}  {:>7}  {}",
            entry.id.to_string(),
            faults.len(),
            telling.join(" ")
        );
    }
    text
}

fn json(entries: &[Entry<'_>]) -> String {
    let lines: Vec<String> = entries
        .iter()
        .filter_map(|entry| serde_json::to_string(entry).ok())
        .collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}
