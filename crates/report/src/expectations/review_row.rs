//! What became of an expectation, as reports show it.

use std::collections::BTreeSet;

use wscheck_suite::case_id::CaseId;
use wscheck_suite::catalogue;
use wscheck_suite::cover::cover;

use super::{FailOn, Review, State, UsedDeviation};
use crate::console::safe_text::fit;
use crate::console::visible;
use crate::summary::NamedCase;

/// The most characters of a text that the user wrote.
const LONGEST: usize = 500;

/// One expectation that came to something; all of it safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRow {
    /// Whether it is needed.
    pub state: State,
    /// The same in a word or two.
    pub word: &'static str,
    /// Whether it fails the run.
    pub fails: bool,
    /// Which cases show it, or were to show it.
    pub cases: String,
    /// How many show it.
    pub count: usize,
    /// What they come to.
    pub grade: String,
    /// Why.
    pub why: String,
    /// Where more is to be read.
    pub issue: Option<String>,
    /// The last day on which it holds.
    pub expires: Option<String>,
    /// Where it stands: the file, and a line from 1 if that is known.
    pub file: String,
    /// That line.
    pub line: Option<usize>,
}

impl ReviewRow {
    /// `wscheck.toml:12`.
    pub fn place(&self) -> String {
        match self.line {
            Some(line) => format!("{}:{line}", self.file),
            None => self.file.clone(),
        }
    }

    /// The issue, if that is a link to a page.
    pub fn link(&self) -> Option<&str> {
        let issue = self.issue.as_deref()?;
        let schemes = ["https://", "http://"];
        let is_page = schemes.iter().any(|scheme| issue.starts_with(scheme));
        is_page.then_some(issue)
    }

    /// The reason with the issue and the last day.
    pub fn because(&self) -> String {
        let mut text = self.why.clone();
        if let Some(issue) = &self.issue {
            text += &format!(" <{issue}>");
        }
        if let Some(day) = &self.expires {
            text += &format!(" (until {day})");
        }
        text
    }
}

impl Review {
    /// What came to something: first what is to be changed in the file.
    pub fn rows(&self) -> Vec<ReviewRow> {
        let shown = |text: &str| fit(&visible(text), LONGEST);
        let file = shown(self.file.as_deref().unwrap_or("wscheck.toml"));
        let fails = |state| match state {
            State::NoLongerNeeded => self.policy().fails_on(FailOn::NoLongerNeeded),
            State::Expired => true,
            State::Needed => false,
        };
        let told = |used: &&UsedDeviation| used.state != State::Needed || !used.shown.is_empty();
        let deviations = self.deviations.iter().filter(told).map(|used| ReviewRow {
            state: used.state,
            word: used.state.word(),
            fails: fails(used.state),
            cases: match &used.shown[..] {
                [] => shown(&used.cases),
                some => named(some),
            },
            count: used.shown.len(),
            grade: used.grade.clone(),
            why: shown(&used.reason),
            issue: used.issue.as_deref().map(shown),
            expires: used.expires.clone(),
            file: file.clone(),
            line: Some(used.line),
        });
        let told = self.capabilities.iter();
        let told = told.filter(|used| used.state != State::Needed || used.shown > 0);
        let capabilities = told.map(|used| ReviewRow {
            state: used.state,
            word: used.state.word(),
            fails: fails(used.state),
            cases: match used.shown {
                1 => "1 case".to_owned(),
                count => format!("{count} cases"),
            },
            count: usize::try_from(used.shown).unwrap_or(usize::MAX),
            grade: String::new(),
            why: format!("{} ({})", used.capability.want(), used.capability.key()),
            issue: None,
            expires: None,
            file: file.clone(),
            line: None,
        });
        let mut rows: Vec<ReviewRow> = deviations.chain(capabilities).collect();
        rows.sort_by_key(|row| row.state == State::Needed);
        rows
    }

    /// How the cases that are not right fall apart: `3 as expected, 1 not`.
    pub fn sum(&self) -> String {
        let mut parts = vec![
            format!("{} as expected", self.expected),
            format!("{} unexpected", self.unexpected),
        ];
        if let (Some(edition), 1..) = (self.edition, self.newer) {
            parts.push(format!("{} newer than edition {edition}", self.newer));
        }
        let found = self.no_longer_needed().count() + self.capabilities_found().count();
        if found > 0 {
            parts.push(format!("{found} no longer needed"));
        }
        let deviations = self.deviations.iter();
        let todo = deviations.filter(|used| used.todo && !used.shown.is_empty());
        match todo.count() {
            0 => {}
            1 => parts.push("1 deviation without a reason (TODO)".to_owned()),
            count => parts.push(format!("{count} deviations without a reason (TODO)")),
        }
        parts.join(", ")
    }
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Needed => "expected",
            Self::NoLongerNeeded => "no longer needed",
            Self::Expired => "expired",
        }
    }
}

/// Few patterns for many cases.
fn named(cases: &[NamedCase]) -> String {
    let set: BTreeSet<CaseId> = cases.iter().map(|named| named.case).collect();
    let all: BTreeSet<CaseId> = catalogue::all().iter().map(|case| case.id).collect();
    let all: Vec<CaseId> = all.union(&set).copied().collect();
    cover(&set, &all).join(", ")
}
