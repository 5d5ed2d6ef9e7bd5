//! What people read on the terminal: a line as a case ends, a failure in full,
//! and the sum at the end.
//!
//! Everything here is text with the escape codes of its colours; whoever prints
//! it takes them out where they are not wanted. What peers say is made safe to
//! print first.

pub(crate) mod comparison;
mod difference;
mod failure;
mod palette;
pub(crate) mod row;
pub(crate) mod safe_text;
mod surroundings;

use std::fmt::Write;
use std::time::Duration;

use wscheck_suite::case::Case;
use wscheck_suite::evidence::Flow;
use wscheck_suite::profile::Profile;
use wscheck_suite::result::{CaseResult, CutShort, Outcome, RunInfo};
use wscheck_suite::verdict::Grade;
use wscheck_wire::Role;

use crate::expectations::{Review, State};
use crate::summary::{Counts, NamedCase, Summary, Tag};
use crate::wording;
pub use difference::{Difference, Excerpt, diff};
use palette::{FAINT, LABEL, paint};
pub use row::render_row;
use safe_text::fit;
pub use safe_text::visible;

/// The columns of a terminal whose width is not known.
pub const DEFAULT_WIDTH: usize = 100;

/// The fewest columns that anything is laid out in.
const LEAST_WIDTH: usize = 40;

/// Shows a run on a terminal.
#[derive(Debug, Clone)]
pub struct Console {
    width: usize,
    profile: Profile,
    testee: Role,
    names_agents: bool,
}

impl Console {
    /// For this run; agents are named if there are several targets.
    pub fn new(run: &RunInfo) -> Self {
        Self {
            width: DEFAULT_WIDTH,
            profile: run.profile,
            testee: run.testee.role(),
            names_agents: run.targets.len() > 1,
        }
    }

    /// In so many columns, but not fewer than 40.
    #[must_use]
    pub fn width(mut self, columns: usize) -> Self {
        self.width = columns.max(LEAST_WIDTH);
        self
    }

    /// A case on one line: its number and title, what came of it, and the
    /// gravest reason, which the title makes room for.
    pub fn line(&self, case: &Case, result: &CaseResult) -> String {
        self.line_with(case, result, None)
    }

    /// The same, with what else is to be said.
    pub fn line_with(&self, case: &Case, result: &CaseResult, remark: Option<&str>) -> String {
        let tag = Tag::of_result(result);
        let word = format!("{:<6}", tag.as_str());
        let mut start = format!("{:<7} ", result.case);
        if self.names_agents {
            let _ = write!(start, "{}  ", fit(&visible(&result.agent), self.width / 4));
        }
        let reason = short_reason(&result.outcome).or_else(|| compression_of(result));
        let reason = reason.map(|reason| format!(": {}", visible(&reason)));
        let mut reason = reason.unwrap_or_default();
        if let Some(memory) = &result.testee_memory {
            reason += &format!("; {memory}");
        }
        if result.provisional {
            reason += "; played again";
        }
        if let Some(remark) = remark {
            reason += &format!("; {}", visible(remark));
        }
        let used = word.chars().count() + 2 + start.chars().count();
        let room = self.width.saturating_sub(used);
        let title = fit(
            &visible(&case.title),
            room.saturating_sub(reason.chars().count()).max(room / 2),
        );
        let text = fit(
            &(start + &title + &reason),
            self.width - word.chars().count() - 2,
        );
        format!("{}  {text}", paint(palette::of(tag), &word))
    }

    /// A case in full: the rule, what was expected and what came, with the
    /// first difference marked, and the frames around it. Several lines, the
    /// last with its end.
    pub fn failure(&self, case: &Case, result: &CaseResult) -> String {
        failure::render(self, case, result)
    }

    /// As [`Self::failure`], without colours.
    pub(crate) fn plain_failure(&self, case: &Case, result: &CaseResult) -> String {
        anstream::adapter::strip_str(&self.failure(case, result)).to_string()
    }

    /// The end of a run: a line for each agent if there are several, what kept
    /// us from testing, the slowest cases, and the sum. Ends its last line.
    pub fn summary(&self, run: &RunInfo, summary: &Summary) -> String {
        let mut text = String::new();
        if self.names_agents || summary.agents.len() > 1 {
            let agents = || {
                summary
                    .agents
                    .iter()
                    .filter(|agent| agent.counts.total() > 0)
            };
            let names = agents().map(|agent| visible(&agent.agent));
            let longest = names.map(|name| name.chars().count()).max();
            let column = longest.unwrap_or(0).min(self.width / 2);
            for agent in agents() {
                let name = fit(&visible(&agent.agent), column);
                let _ = writeln!(text, "{name:<column$}  {}", counted(&agent.counts));
            }
        }
        for target in &run.targets {
            if let Some(fault) = &target.fault {
                let fault = format!("{}: {}", visible(&target.agent), visible(fault));
                self.bad_news(&mut text, &fault);
            }
        }
        self.compression(&mut text, summary);
        self.slowest(&mut text, summary);
        self.played_again(&mut text, summary);
        let duration = run.duration_ms.map(Duration::from_millis);
        let duration = duration.map(|duration| format!(" in {}", took(duration)));
        let _ = writeln!(
            text,
            "{}{}",
            counted(&summary.total),
            duration.unwrap_or_default()
        );
        if summary.left_out > 0 {
            let note = format!("{} left out by --quick", cases(summary.left_out));
            let _ = writeln!(text, "{}", paint(FAINT, &fit(&note, self.width)));
        }
        let missing = (run.selected as u64).saturating_sub(summary.total.total());
        if let Some(why) = run.cut_short {
            let unplayed = missing + summary.total.get(Tag::Skipped);
            let note = format!("{}: {} not played", ended_by(why), cases(unplayed));
            self.bad_news(&mut text, &note);
        } else if run.interrupted || missing > 0 {
            let note = format!(
                "ended early: {missing} of {} cases were not played",
                run.selected
            );
            self.bad_news(&mut text, &note);
        }
        text
    }

    /// What is said of a case, to be put below it.
    pub fn remark(&self, remark: &str) -> String {
        let line = format!("  {}", visible(remark));
        paint(palette::of(Tag::Flaky), &fit(&line, self.width * 4))
    }

    /// What was expected, and what became of it, a line each; empty if nothing
    /// was. Ends its last line.
    pub fn review(&self, review: &Review) -> String {
        let mut text = String::new();
        if review.is_silent() {
            return text;
        }
        for row in review.rows() {
            let style = match row.state {
                State::Needed => FAINT,
                State::NoLongerNeeded => palette::of(Tag::Flaky),
                State::Expired => palette::of(Tag::Judged(Grade::Failed)),
            };
            let mut line = format!("{}: {}", row.place(), row.cases);
            if !row.grade.is_empty() {
                let _ = write!(line, " {}", row.grade);
            }
            let _ = write!(line, ": {}", row.because());
            // A link that is cut leads nowhere.
            let line = fit(&line, self.width * 4);
            let _ = writeln!(text, "{}  {line}", paint(style, row.word));
        }
        let _ = writeln!(text, "{}", review.sum());
        text
    }

    fn bad_news(&self, text: &mut String, line: &str) {
        let style = palette::of(Tag::CouldNotTest);
        let _ = writeln!(text, "{}", paint(style, &fit(line, self.width)));
    }

    /// What compression came to, over all cases that had any.
    fn compression(&self, text: &mut String, summary: &Summary) {
        let compression = &summary.compression;
        let Some((incoming, outgoing)) = compression.incoming.zip(compression.outgoing) else {
            return;
        };
        let line = format!(
            "compression ratio: {incoming:.3} in, {outgoing:.3} out, over {} cases",
            compression.cases
        );
        let _ = writeln!(text, "{}", paint(FAINT, &fit(&line, self.width)));
    }

    /// What came out better in another play, and what that was.
    fn played_again(&self, text: &mut String, summary: &Summary) {
        for (cases, what, style) in [
            (
                &summary.recovered,
                "recovered, alone and at the nominal pace",
                FAINT,
            ),
            (
                &summary.flaky,
                "flaky, failed and then did not",
                palette::of(Tag::Flaky),
            ),
        ] {
            if !cases.is_empty() {
                let names: Vec<String> = cases.iter().map(|named| self.name(named)).collect();
                let line = format!("{what}: {}", names.join(", "));
                let _ = writeln!(text, "{}", paint(style, &fit(&line, self.width)));
            }
        }
    }

    fn name(&self, named: &NamedCase) -> String {
        match self.names_agents {
            true => format!("{} {}", visible(&named.agent), named.case),
            false => named.case.to_string(),
        }
    }

    /// Only cases that somebody would notice.
    fn slowest(&self, text: &mut String, summary: &Summary) {
        let noticed = summary.slowest.iter();
        let noticed = noticed.filter(|slow| slow.duration() >= Duration::from_secs(1));
        let noticed = noticed.map(|slow| {
            let agent = if self.names_agents {
                visible(&slow.agent) + " "
            } else {
                String::new()
            };
            let company = match slow.company {
                0 => String::new(),
                1 => " beside 1 other".to_owned(),
                others => format!(" beside {others} others"),
            };
            format!("{agent}{} {}{company}", slow.case, took(slow.duration()))
        });
        let noticed: Vec<String> = noticed.collect();
        if !noticed.is_empty() {
            let line = fit(&format!("slowest: {}", noticed.join(", ")), self.width);
            let _ = writeln!(text, "{}", paint(FAINT, &line));
        }
    }
}

/// The gravest reason, or why there is no verdict.
fn short_reason(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Judged(verdict) => verdict.reasons.first().map(wording::reason),
        Outcome::CouldNotTest { why } | Outcome::Skipped { why } => Some(why.clone()),
    }
}

/// How well the messages of a case were compressed.
fn compression_of(result: &CaseResult) -> Option<String> {
    let evidence = &result.transcript.connections.last()?.evidence;
    evidence.opening.deflate?;
    let traffic = evidence.traffic?;
    let ratio = |flow: Flow| flow.compression_ratio().map(|ratio| format!("{ratio:.3}"));
    Some(format!(
        "compression ratio {} in, {} out",
        ratio(traffic.incoming)?,
        ratio(traffic.outgoing)?
    ))
}

fn counted(counts: &Counts) -> String {
    let words = counts
        .iter()
        .filter(|(tag, count)| *count > 0 || *tag == Tag::ALL[0]);
    let words =
        words.map(|(tag, count)| paint(palette::of(tag), &format!("{count} {}", tag.as_str())));
    format!(
        "{}: {}",
        paint(LABEL, &cases(counts.total())),
        words.collect::<Vec<_>>().join(", ")
    )
}

fn ended_by(why: CutShort) -> &'static str {
    match why {
        CutShort::FirstFailure => "ended at the first failure",
        CutShort::OutOfTime => "ended because the time was over",
    }
}

fn cases(count: u64) -> String {
    match count {
        1 => "1 case".to_owned(),
        _ => format!("{count} cases"),
    }
}

/// A duration for people: milliseconds, seconds, or minutes and seconds.
pub(crate) fn took(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 if duration < Duration::from_millis(1) => "<1 ms".to_owned(),
        0 => format!("{} ms", duration.as_millis()),
        1..60 => format!("{:.1} s", duration.as_secs_f64()),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// Text without its colours.
#[cfg(test)]
fn plain(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.split_once('m').map_or(part, |(_, rest)| rest)
    })
}

#[cfg(test)]
mod tests;
