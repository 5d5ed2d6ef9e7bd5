//! Which sentences of the RFCs the catalogue covers, and which real bugs: the pages
//! docs/coverage.md, made from `musts.toml`, and docs/bugs.md, written by hand. Set
//! `UPDATE_DOCS=1` to write the first anew.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use wscheck_suite::case::{Case, Level};
use wscheck_suite::case_id::{CaseId, Pattern, select};
use wscheck_suite::catalogue;

const MUSTS: &str = include_str!("musts.toml");

const HEAD: &str = "\
# The MUSTs of the RFCs, and the cases that hold a peer to them

Each sentence with a MUST of RFC 6455 and RFC 7692 that binds a peer, in our own words;
sentences that say the same stand here once. What binds the authors of extensions, of URIs
or of documents is left out. Written by the test `coverage` of wscheck-suite from
`crates/suite/tests/musts.toml`; `UPDATE_DOCS=1` writes it anew.
";

/// A sentence of an RFC with a MUST.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Must {
    document: String,
    section: String,
    /// Whom it binds: a client, a server, both, or a proxy.
    who: String,
    rule: String,
    /// Patterns of the cases that look at it.
    #[serde(default)]
    cases: Vec<String>,
    /// Why no case does.
    because: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Musts {
    must: Vec<Must>,
}

fn musts() -> Vec<Must> {
    let read: Musts = toml::from_str(MUSTS).expect("musts.toml can be read");
    read.must
}

fn all() -> Vec<CaseId> {
    catalogue::all().iter().map(|case| case.id).collect()
}

/// The cases that `patterns` mean.
fn covered(patterns: &[String]) -> Result<Vec<CaseId>, String> {
    let parsed: Result<Vec<Pattern>, _> = patterns.iter().map(|pattern| pattern.parse()).collect();
    let parsed = parsed.map_err(|error| format!("{error}"))?;
    select(&parsed, &all()).map_err(|error| error.to_string())
}

#[test]
fn every_must_has_cases_that_judge_by_its_document_or_a_reason() {
    for must in musts() {
        let place = format!("{} §{}: {}", must.document, must.section, must.rule);
        assert!(
            must.cases.is_empty() == must.because.is_some(),
            "{place}: either cases or a reason"
        );
        if must.cases.is_empty() {
            continue;
        }
        let cases = covered(&must.cases).unwrap_or_else(|error| panic!("{place}: {error}"));
        let cites = |case: &Case| {
            let mut citations = case.citations.iter();
            citations.any(|citation| citation.document == must.document)
        };
        let mut cases = cases.iter().filter_map(|id| catalogue::find(*id));
        assert!(cases.any(cites), "{place}: no case cites the document");
    }
}

#[test]
fn the_page_of_musts_is_fresh() {
    let fresh = musts_page();
    let path = page("coverage.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, fresh).expect("docs/ can be written");
        return;
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept.replace("\r\n", "\n") == fresh,
        "docs/coverage.md is stale; run the tests with UPDATE_DOCS=1"
    );
}

fn page(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name)
}

fn musts_page() -> String {
    let musts = musts();
    let with_cases = musts.iter().filter(|must| must.because.is_none()).count();
    let mut page = format!(
        "{HEAD}\n{} sentences, {with_cases} of them with cases. The cases cite {}.\n",
        musts.len(),
        citations()
    );
    let mut document = "";
    for must in &musts {
        if must.document != document {
            document = &must.document;
            let _ = write!(
                page,
                "\n## {document}\n\n| § | binds | rule | cases |\n|---|---|---|---|\n"
            );
        }
        let cases = match &must.because {
            Some(because) => format!("none: {because}"),
            None => must.cases.join(", "),
        };
        let Must {
            section, who, rule, ..
        } = must;
        let _ = writeln!(page, "| {section} | {who} | {rule} | {cases} |");
    }
    page
}

/// How many rules the cases cite, by how binding they are.
fn citations() -> String {
    let count = |level: Level| {
        let citations = catalogue::all().iter().flat_map(|case| &case.citations);
        let of_level = citations.filter(|citation| citation.level == level);
        let rules: BTreeSet<(&str, &str, &str)> = of_level
            .map(|c| (c.document.as_str(), c.section.as_str(), c.rule.as_str()))
            .collect();
        rules.len()
    };
    format!(
        "{} rules with a MUST, {} with a SHOULD and {} with a MAY",
        count(Level::Must),
        count(Level::Should),
        count(Level::May)
    )
}

/// Each row of docs/bugs.md names cases that there are, or says why there are none.
#[test]
fn the_page_of_bugs_names_cases_that_there_are() {
    let text = fs::read_to_string(page("bugs.md")).expect("docs/bugs.md can be read");
    let mut rows = 0;
    let is_row = |line: &&str| line.starts_with("| ") && !line.starts_with("| id |");
    for row in text.lines().filter(is_row) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [id, .., cases] = cells[..] else {
            panic!("a row without cells: {row}")
        };
        rows += 1;
        if let Some(reason) = cases.strip_prefix("none: ") {
            assert!(!reason.is_empty(), "{id}");
            continue;
        }
        let names = cases.split(" (").next().unwrap_or_default();
        let patterns: Vec<String> = names.split(", ").map(str::to_owned).collect();
        covered(&patterns).unwrap_or_else(|error| panic!("{id}: {error}"));
    }
    assert!(rows > 70, "{rows} rows");
}
