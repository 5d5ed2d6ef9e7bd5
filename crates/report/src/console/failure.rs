//! A case in full.

use std::borrow::Cow;
use std::fmt::Write;
use std::time::Duration;

use anstyle::Style;
use wscheck_suite::case::{Case, Citation, Level, Script};
use wscheck_suite::evidence::Evidence;
use wscheck_suite::expectation::Expectation;
use wscheck_suite::profile::Profile;
use wscheck_suite::result::{CaseResult, Outcome, Proved};
use wscheck_suite::transcript::ConnectionRecord;
use wscheck_suite::verdict::{Behaviour, Reason, Verdict};
use wscheck_wire::Moment;

use super::comparison::first_difference;
use super::palette::{self, FAINT, LABEL, MARK, paint};
use super::safe_text::{fit, visible, wrap};
use super::surroundings::{around, decisive_moment};
use super::{Console, render_row, took};
use crate::summary::Tag;
use crate::wording;

/// Columns before what a label says.
const INDENT: usize = 12;

/// The most reasons that are listed.
const REASONS: usize = 6;

/// The most lines of a head, or of what the testee printed.
const LINES: usize = 12;

pub(super) fn render(console: &Console, case: &Case, result: &CaseResult) -> String {
    let mut page = Page {
        text: String::new(),
        width: console.width,
    };
    page.title(console, case, result);
    for citation in &case.citations {
        page.paragraph("Rule", &rule(citation));
    }
    if let (Profile::Rfc, Some(departure)) = (console.profile, &case.rfc) {
        page.paragraph("Because", &departure.because);
    }
    match &result.outcome {
        Outcome::Judged(verdict) => page.verdict(console, case, result, verdict),
        Outcome::CouldNotTest { why } | Outcome::Skipped { why } => page.paragraph("Reason", why),
    }
    if let Some(memory) = &result.testee_memory {
        page.paragraph("Memory", &memory.to_string());
    }
    if !result.testee_output.is_empty() {
        page.last_lines("Output", &result.testee_output);
    }
    page.text
}

/// What it has to do with other plays of the case.
fn standing(result: &CaseResult) -> Option<&'static str> {
    match result.proved {
        _ if result.provisional => Some("played again"),
        Some(Proved::Recovered) => Some("recovered"),
        Some(Proved::Flaky) => Some("failed before"),
        None => None,
    }
}

fn rule(citation: &Citation) -> String {
    let level = match citation.level {
        Level::Must => ", MUST",
        Level::Should => ", SHOULD",
        Level::May => ", MAY",
        Level::Informational => "",
    };
    format!(
        "{} §{}{level}: {}",
        citation.document, citation.section, citation.rule
    )
}

/// Text in the making.
struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn title(&mut self, console: &Console, case: &Case, result: &CaseResult) {
        let tag = Tag::of_result(result);
        let mut facts = Vec::new();
        if console.names_agents {
            facts.push(visible(&result.agent));
        }
        if let Outcome::Judged(verdict) = &result.outcome {
            facts.push(format!(
                "behaviour {}, close {}",
                verdict.behaviour, verdict.close
            ));
        }
        facts.push(took(Duration::from_micros(result.duration_us)));
        if result.attempt > 1 {
            facts.push(format!("play {}", result.attempt));
        }
        facts.extend(standing(result).map(str::to_owned));
        let room = self.width.saturating_sub(tag.as_str().len() + 2);
        let title = fit(&format!("{}  {}", result.case, visible(&case.title)), room);
        let _ = writeln!(
            self.text,
            "{}  {}",
            paint(palette::of(tag), tag.as_str()),
            paint(LABEL, &title)
        );
        let facts = fit(&facts.join(" · "), self.width - 2);
        let _ = writeln!(self.text, "  {}", paint(FAINT, &facts));
    }

    fn verdict(&mut self, console: &Console, case: &Case, result: &CaseResult, verdict: &Verdict) {
        for reason in verdict.reasons.iter().take(REASONS) {
            if let Reason::NotRelayed { expected, came } = reason {
                self.paragraph("Expected", expected);
                self.paragraph("Actual", came);
            } else {
                self.paragraph("Reason", &wording::reason(reason));
            }
        }
        if case.relay.is_some() {
            for (index, record) in result.transcript.connections.iter().enumerate() {
                self.paragraph("End", wording::proxy_end(index));
                self.wire(record, None);
            }
            return;
        }
        let Some(record) = result.transcript.connections.last() else {
            return;
        };
        let expectation = case.expectation(console.profile);
        if record.evidence.opening.opened_at.is_none() || is_of_the_opening(verdict) {
            self.paragraph("Expected", wording::opening(expectation));
            self.heads(&record.evidence);
        } else {
            if case.connections.last().is_some_and(writes_its_head) {
                self.heads(&record.evidence);
            }
            if !matches!(verdict.behaviour, Behaviour::Ok | Behaviour::Informational) {
                self.heard(expectation, verdict, &record.evidence);
            }
            if verdict.close.fails() {
                self.paragraph("Expected", &wording::end(expectation, console.testee));
                self.paragraph("Actual", &wording::ending(&record.evidence, console.testee));
            }
        }
        self.wire(record, decisive_moment(verdict, &record.evidence));
    }

    /// What was asked and answered in the opening handshake.
    fn heads(&mut self, evidence: &Evidence) {
        for (label, head) in [
            ("Request", &evidence.opening.request),
            ("Answer", &evidence.opening.response),
        ] {
            match head.0.as_slice() {
                [] => self.paragraph(label, "nothing came"),
                head => self.first_lines(label, &String::from_utf8_lossy(head)),
            }
        }
    }

    /// What was expected to be heard and what was, with the first difference
    /// marked if both have something in that place.
    fn heard(&mut self, expectation: &Expectation, verdict: &Verdict, evidence: &Evidence) {
        match first_difference(expectation, verdict, evidence, self.width - INDENT) {
            Some((place, difference)) => {
                self.exactly("Expected", &difference.expected);
                self.exactly("Actual", &difference.actual);
                self.labelled(
                    "",
                    MARK,
                    &mark(difference.column, &place, self.width - INDENT),
                );
            }
            None => {
                for (index, answer) in wording::answers(expectation).iter().enumerate() {
                    self.paragraph(if index == 0 { "Expected" } else { "or" }, answer);
                }
                self.paragraph("Actual", &wording::heard(evidence));
            }
        }
    }

    fn wire(&mut self, record: &ConnectionRecord, decisive: Option<Moment>) {
        let surroundings = around(&record.log, decisive);
        let mut label = "Wire";
        if surroundings.before > 0 {
            self.labelled(
                label,
                FAINT,
                &format!("… {} rows before", surroundings.before),
            );
            label = "";
        }
        for (missing, row) in surroundings.rows {
            if missing > 0 {
                self.labelled(label, FAINT, &format!("… {missing} rows are lost"));
                label = "";
            }
            let row = render_row(row, self.width - INDENT);
            let _ = writeln!(self.text, "{}{row}", self::label(label));
            label = "";
        }
        if surroundings.after > 0 {
            self.labelled(
                label,
                FAINT,
                &format!("… {} rows after", surroundings.after),
            );
        }
    }

    fn first_lines(&mut self, label: &str, text: &str) {
        let lines: Vec<&str> = text.trim_end().lines().collect();
        let shown = lines.len().min(LINES);
        self.lines(label, &lines[..shown], lines.len() > shown);
    }

    fn last_lines(&mut self, label: &str, text: &str) {
        let lines: Vec<&str> = text.lines().collect();
        self.lines(label, &lines[lines.len().saturating_sub(LINES)..], false);
    }

    fn lines(&mut self, mut label: &str, lines: &[&str], more: bool) {
        for line in lines.iter().copied().chain(more.then_some("…")) {
            self.exactly(label, &visible(line));
            label = "";
        }
    }

    /// A line, cut where it does not fit.
    fn exactly(&mut self, label: &str, line: &str) {
        let line = fit(line, self.width - INDENT);
        self.labelled(label, Style::new(), &line);
    }

    /// A text in as many lines as it takes.
    fn paragraph(&mut self, mut label: &str, text: &str) {
        for line in wrap(&visible(text), self.width - INDENT) {
            self.labelled(label, Style::new(), &line);
            label = "";
        }
    }

    fn labelled(&mut self, label: &str, style: Style, line: &str) {
        let line = if style == Style::new() {
            Cow::from(line)
        } else {
            paint(style, line).into()
        };
        let _ = writeln!(self.text, "{}{line}", self::label(label));
    }
}

/// A mark in this column, with its place on the side where there is room.
fn mark(column: usize, place: &str, width: usize) -> String {
    let spaces = |count| " ".repeat(count);
    match column.checked_sub(place.len() + 1) {
        Some(left) if column + place.len() + 2 > width => format!("{}{place} ^", spaces(left)),
        _ => format!("{}^ {place}", spaces(column)),
    }
}

/// Whether the case has a head of its own in place of the usual one.
fn writes_its_head(script: &Script) -> bool {
    !script.opening.edits.is_empty() || script.opening.extensions.is_some()
}

/// Whether it is what was asked or answered, and not what came later, that decided.
fn is_of_the_opening(verdict: &Verdict) -> bool {
    verdict.reasons.iter().any(|reason| {
        matches!(
            reason,
            Reason::OpenedThough | Reason::RefusedWrongly { .. } | Reason::RequestWrong { .. }
        )
    })
}

fn label(label: &str) -> String {
    if label.is_empty() {
        return " ".repeat(INDENT);
    }
    let padding = " ".repeat(INDENT.saturating_sub(2 + label.len()));
    format!("  {}{padding}", paint(LABEL, label))
}
