//! A known deviation of a testee.

use time::Date;
use wscheck_suite::case_id::{CaseId, Pattern};
use wscheck_suite::result::{CaseResult, Outcome, Proved};
use wscheck_suite::tested::Tested;
use wscheck_suite::verdict::{Behaviour, CloseBehaviour, Grade, Verdict};
use wscheck_suite::wildcard::Wildcard;

use crate::summary::Tag;

/// A reason that begins so was written by a program, and is still to be written.
pub const TODO: &str = "TODO";

/// Cases of which it is known that the testee deviates, how, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// Which cases.
    pub cases: Vec<Pattern>,
    /// Of whom; of anybody unless said.
    pub agent: Option<Wildcard>,
    /// In which role; in any unless said.
    pub role: Option<Tested>,
    /// What they may come to.
    pub grades: Grades,
    /// Why it is so.
    pub reason: String,
    /// Where more is to be read.
    pub issue: Option<String>,
    /// The last day on which it is expected.
    pub expires: Option<Date>,
    /// Where in the file it stands, from 1.
    pub line: usize,
}

/// What verdicts are expected. Either whole verdicts are named, or the axes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grades {
    /// Any of these verdicts, however it came about.
    pub whole: Vec<Tag>,
    /// Any of these behaviours; none: one that does not fail.
    pub behaviour: Vec<Behaviour>,
    /// Any of these closings; none: one that does not fail.
    pub close: Vec<CloseBehaviour>,
}

impl Deviation {
    /// Whether it speaks of this case of this testee.
    pub fn covers(&self, role: Tested, agent: &str, case: CaseId) -> bool {
        self.role.is_none_or(|own| own == role)
            && self.agent.as_ref().is_none_or(|own| own.fits(agent))
            && self.covers_case(case)
    }

    /// Whether its patterns select `case`.
    pub fn covers_case(&self, case: CaseId) -> bool {
        let covered = |negative: bool| {
            let mut patterns = self.cases.iter();
            patterns.any(|p| p.is_negative() == negative && p.covers(case))
        };
        let any_positive = self.cases.iter().any(|pattern| !pattern.is_negative());
        (covered(false) || !any_positive) && !covered(true)
    }

    /// Whether it holds no more on this day.
    pub fn has_expired(&self, on: Date) -> bool {
        self.expires.is_some_and(|last| on > last)
    }

    /// Whether its reason is still to be written.
    pub fn is_todo(&self) -> bool {
        self.reason.starts_with(TODO)
    }

    /// Its patterns, as they are written.
    pub fn patterns(&self) -> String {
        let patterns: Vec<String> = self.cases.iter().map(ToString::to_string).collect();
        patterns.join(", ")
    }
}

impl Grades {
    /// Whether `result` is what is expected.
    pub fn hold(&self, result: &CaseResult) -> bool {
        let Outcome::Judged(verdict) = &result.outcome else {
            return false;
        };
        if result.proved == Some(Proved::Flaky) {
            // It did fail, in an earlier play.
            return self.whole.contains(&Tag::Flaky) || self.expect_failure();
        }
        if self.whole.is_empty() {
            self.hold_axes(verdict)
        } else {
            self.whole.contains(&Tag::Judged(verdict.grade))
        }
    }

    fn hold_axes(&self, verdict: &Verdict) -> bool {
        let behaviour = match &self.behaviour[..] {
            [] => verdict.behaviour != Behaviour::Failed,
            some => some.contains(&verdict.behaviour),
        };
        let close = match &self.close[..] {
            [] => !verdict.close.fails(),
            some => some.contains(&verdict.close),
        };
        behaviour && close
    }

    fn expect_failure(&self) -> bool {
        self.whole.contains(&Tag::Judged(Grade::Failed))
            || self.behaviour.contains(&Behaviour::Failed)
            || self.close.iter().any(|close| close.fails())
    }

    /// Whether a case that is right is expected, too: then nothing tells whether
    /// the deviation is still needed.
    pub fn allow_right(&self) -> bool {
        if !self.whole.is_empty() {
            let right = [Grade::Ok, Grade::Informational];
            return right.iter().any(|g| self.whole.contains(&Tag::Judged(*g)));
        }
        let behaviour = [Behaviour::Ok, Behaviour::Informational];
        let close = [CloseBehaviour::Ok, CloseBehaviour::Informational];
        (self.behaviour.is_empty() || behaviour.iter().any(|b| self.behaviour.contains(b)))
            && (self.close.is_empty() || close.iter().any(|c| self.close.contains(c)))
    }

    /// Whether nothing but a case that is right is expected.
    pub fn allow_only_right(&self) -> bool {
        let right = |tag: &Tag| *tag == Tag::Judged(Grade::Ok);
        self.whole.iter().all(right)
            && self.behaviour.iter().all(|b| *b == Behaviour::Ok)
            && self.close.iter().all(|c| *c == CloseBehaviour::Ok)
    }

    /// In words: `FAILED`, `behaviour FAILED, close UNCLEAN or OK`.
    pub fn words(&self) -> String {
        let or = |words: Vec<&str>| words.join(" or ");
        if !self.whole.is_empty() {
            return or(self.whole.iter().map(|tag| tag.as_str()).collect());
        }
        let behaviour = or(self.behaviour.iter().map(|b| b.as_str()).collect());
        let close = or(self.close.iter().map(|c| c.as_str()).collect());
        let axes = [("behaviour", behaviour), ("close", close)];
        let axes = axes.iter().filter(|(_, words)| !words.is_empty());
        let axes: Vec<String> = axes
            .map(|(axis, words)| format!("{axis} {words}"))
            .collect();
        axes.join(", ")
    }
}
