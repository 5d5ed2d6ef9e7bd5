//! The laws that every case obeys, ours and users'.

mod compression;
mod excerpts;
mod round_trips;

use std::collections::BTreeSet;
use std::fmt;

use wscheck_wire::{Opcode, Role};

use crate::case::{Case, Level, Script, Step, Testee};
use crate::case_id::CaseId;
use crate::expectation::{Expectation, Item, OpeningRule};
use crate::export::{ExportError, to_json, to_toml};
use crate::load::{Format, load};
use crate::our_side;

/// A law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Law {
    /// No two cases have the same number.
    UniqueIds,
    /// Cases stand in the order of their numbers.
    SortedIds,
    /// A case has a title: one sentence, one line, no full stop at its end.
    Title,
    /// A case cites what decides it, or decides nothing.
    Citation,
    /// Of several acceptable answers the best stands first.
    BestFirst,
    /// Each step declares what it breaks, no more and no less.
    Breaks,
    /// A mark is recorded where it is expected, and expected where it is
    /// recorded.
    Marks,
    /// A script says how long the testee has.
    Bounded,
    /// Parts belong to a frame that was begun, and are no longer than it.
    Parts,
    /// Round trips are of one whole message, are judged as such, and nothing
    /// but timers follows them.
    RoundTrips,
    /// An excerpt is of what there is.
    Excerpts,
    /// What is compressed is a whole data message, after an opening that asked
    /// for compression by good parameters.
    Compression,
    /// A departure departs, and says why.
    Departure,
    /// A case is the same after it was written to a file and read again.
    RoundTrip,
}

impl Law {
    /// The law in a few words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UniqueIds => "numbers are unique",
            Self::SortedIds => "numbers are in order",
            Self::Title => "a title is one line without a full stop",
            Self::Citation => "a case cites what decides it",
            Self::BestFirst => "the best answer stands first",
            Self::Breaks => "what a step breaks is declared",
            Self::Marks => "marks are recorded and expected alike",
            Self::Bounded => "a script says how long the testee has",
            Self::Parts => "parts belong to a frame that was begun",
            Self::RoundTrips => "round trips stand alone",
            Self::Excerpts => "an excerpt is of what there is",
            Self::Compression => "compressed messages are whole and were agreed on",
            Self::Departure => "a departure departs and says why",
            Self::RoundTrip => "a case survives TOML and JSON",
        }
    }
}

impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A case that breaks a law.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The case.
    pub case: CaseId,
    /// The law.
    pub law: Law,
    /// What is wrong, as a fragment.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { case, law, what } = self;
        write!(f, "case {case}: {what} ({law})")
    }
}

/// Holds `cases` to the laws, in the order in which they stand.
pub fn lint(cases: &[Case]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for case in cases {
        let mut report = |law, what| {
            findings.push(Finding {
                case: case.id,
                law,
                what,
            });
        };
        if !seen.insert(case.id) {
            report(Law::UniqueIds, "number is taken by an earlier case".into());
        } else if let Some(later) = seen.range(case.id..).nth(1) {
            report(Law::SortedIds, format!("stands behind {later}"));
        }
        lint_case(case, &mut report);
    }
    findings
}

/// Takes a law and what is wrong.
type Report<'a> = dyn FnMut(Law, String) + 'a;

fn lint_case(case: &Case, report: &mut Report<'_>) {
    if !excerpts::are_there(case, report) {
        // There is nothing to be sent, and nothing to look into.
        return;
    }
    title(case, report);
    citation(case, report);
    departure(case, report);
    marks(case, report);
    for expect in expectations(case) {
        best_first(expect, report);
    }
    for (index, script) in case.connections.iter().enumerate() {
        let place = Place {
            connection: (case.connections.len() > 1).then_some(index),
        };
        breaks(case, script, place, report);
        parts(script, place, report);
        bounded(case, script, place, report);
        round_trips::stand_alone(script, place, report);
        compression::check(script, place, report);
    }
    round_trips::are_judged(case, report);
    survives(case, report);
}

fn expectations(case: &Case) -> impl Iterator<Item = &Expectation> {
    let departure = case.rfc.iter().map(|departure| &departure.expect);
    std::iter::once(&case.expect).chain(departure)
}

/// Where in a case a step stands.
#[derive(Clone, Copy)]
struct Place {
    connection: Option<usize>,
}

impl Place {
    fn step(self, index: usize) -> String {
        match self.connection {
            None => format!("step {}", index + 1),
            Some(connection) => format!("connection {}, step {}", connection + 1, index + 1),
        }
    }

    fn script(self) -> String {
        match self.connection {
            None => "the script".to_owned(),
            Some(connection) => format!("the script of connection {}", connection + 1),
        }
    }
}

fn title(case: &Case, report: &mut Report<'_>) {
    let title = &case.title;
    if title.trim().is_empty() || title.trim() != title {
        report(Law::Title, "title is empty or has spaces around it".into());
    } else if title.ends_with('.') {
        report(Law::Title, "title ends with a full stop".into());
    } else if let Some(c) = title.chars().find(|c| c.is_control() || *c == '<') {
        report(Law::Title, format!("title holds {c:?}"));
    }
}

fn citation(case: &Case, report: &mut Report<'_>) {
    if case.citations.is_empty() && !case.expect.informational {
        report(
            Law::Citation,
            "no citation, and not informational either".into(),
        );
    }
    for citation in &case.citations {
        if citation.document.is_empty() || citation.section.is_empty() || citation.rule.is_empty() {
            report(
                Law::Citation,
                "citation without a document, a section or a rule".into(),
            );
        }
    }
    let binds = |level| matches!(level, Level::Must | Level::Should | Level::May);
    if case.expect.informational && case.citations.iter().any(|c| binds(c.level)) {
        report(
            Law::Citation,
            "informational, though it cites a rule that binds".into(),
        );
    }
}

fn departure(case: &Case, report: &mut Report<'_>) {
    let Some(departure) = &case.rfc else { return };
    if departure.expect == case.expect {
        report(Law::Departure, "the two profiles expect the same".into());
    }
    if departure.because.is_empty() {
        report(Law::Departure, "departure does not say why".into());
    }
}

fn best_first(expect: &Expectation, report: &mut Report<'_>) {
    if !expect.answers.is_sorted_by_key(|answer| answer.grade) {
        report(
            Law::BestFirst,
            "an answer stands behind one of a lower grade".into(),
        );
    }
}

/// The marks that are recorded and those that some answer waits for.
fn marks(case: &Case, report: &mut Report<'_>) {
    let recorded: BTreeSet<&str> = case
        .connections
        .iter()
        .filter(|script| script.prelude.is_none())
        .flat_map(|script| &script.steps)
        .filter_map(|step| match step {
            Step::Pause { mark, .. } => mark.as_deref(),
            _ => None,
        })
        .collect();
    for expect in expectations(case) {
        let expected: BTreeSet<&str> = expect
            .answers
            .iter()
            .flat_map(|answer| answer.heard.items())
            .filter_map(|item| match item {
                Item::Mark(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        for mark in expected.difference(&recorded) {
            report(
                Law::Marks,
                format!("'{mark}' is expected but no pause records it"),
            );
        }
        for mark in recorded.difference(&expected) {
            report(
                Law::Marks,
                format!("'{mark}' is recorded but no answer expects it"),
            );
        }
    }
}

/// The roles that we are in when the case is played.
fn our_roles(testee: Testee) -> impl Iterator<Item = Role> {
    [Role::Client, Role::Server]
        .into_iter()
        .filter(move |role| testee.includes(role.other()))
}

fn breaks(case: &Case, script: &Script, place: Place, report: &mut Report<'_>) {
    for role in our_roles(case.testee) {
        let found = our_side::violations(script, role);
        for (index, (step, found)) in script.steps.iter().zip(found).enumerate() {
            let found: BTreeSet<&str> = found.iter().map(|violation| violation.name()).collect();
            let declared: BTreeSet<&str> = step.breaks().iter().map(String::as_str).collect();
            let step = place.step(index);
            for name in found.difference(&declared) {
                report(
                    Law::Breaks,
                    format!("{step} breaks '{name}' as a {role}, undeclared"),
                );
            }
            for name in declared.difference(&found) {
                report(
                    Law::Breaks,
                    format!("{step} declares '{name}', which it does not break as a {role}"),
                );
            }
        }
    }
}

fn parts(script: &Script, place: Place, report: &mut Report<'_>) {
    let mut left: Option<u64> = None;
    for (index, step) in script.steps.iter().enumerate() {
        match step {
            Step::Begin { frame } => left = Some(frame.payload.len()),
            Step::Part(octets) => match left {
                Some(room) if octets.len() <= room => left = Some(room - octets.len()),
                Some(room) => report(
                    Law::Parts,
                    format!(
                        "{} has {} octets where the frame has room for {room}",
                        place.step(index),
                        octets.len()
                    ),
                ),
                None => report(
                    Law::Parts,
                    format!("{} is a part of no frame", place.step(index)),
                ),
            },
            Step::Send(_)
            | Step::Fragments { .. }
            | Step::Repeat { .. }
            | Step::RoundTrips { .. } => left = None,
            Step::Raw { .. }
            | Step::Pause { .. }
            | Step::FailAfter(_)
            | Step::CloseAfter(_)
            | Step::HalfClose
            | Step::Reset => {}
        }
    }
}

fn bounded(case: &Case, script: &Script, place: Place, report: &mut Report<'_>) {
    let closes = |step: &Step| match step {
        Step::FailAfter(_) | Step::CloseAfter(_) | Step::Reset => true,
        Step::Send(frame) => frame.opcode == Opcode::CLOSE,
        _ => false,
    };
    let opens =
        expectations(case).any(|expect| !matches!(expect.opening, OpeningRule::Refuses { .. }));
    let is_bounded = script.steps.iter().any(closes) || (!opens && script.steps.is_empty());
    if !is_bounded {
        report(
            Law::Bounded,
            format!(
                "{} has no 'fail-after', 'close-after', 'reset' or Close",
                place.script()
            ),
        );
    }
}

fn survives(case: &Case, report: &mut Report<'_>) {
    let back = |written: Result<String, ExportError>, format| match written {
        Err(error) => Some(error.to_string()),
        Ok(text) => match load("written", &text, format) {
            Err(error) => Some(error.to_string()),
            Ok(read) if read == [case.clone()] => None,
            Ok(_) => Some("not the same after it was written and read".into()),
        },
    };
    for (written, format) in [
        (to_toml([case]), Format::Toml),
        (to_json([case]), Format::Json),
    ] {
        if let Some(what) = back(written, format) {
            report(Law::RoundTrip, format!("{format:?}: {what}"));
        }
    }
}

#[cfg(test)]
mod tests;
