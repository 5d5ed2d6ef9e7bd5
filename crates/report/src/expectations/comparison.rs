//! What came of a case beside what is expected of it.

use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime};
use wscheck_suite::case::Case;
use wscheck_suite::catalogue;
use wscheck_suite::profile::Profile;
use wscheck_suite::result::{CaseResult, RunInfo};
use wscheck_suite::tested::Tested;
use wscheck_suite::verdict::Grade;

use super::{Capability, Deviation, Expectations, FailOn};
use crate::standing::Standing;
use crate::summary::Tag;

/// Compares the cases of a run with what is expected.
#[derive(Debug, Clone, Copy)]
pub struct Comparison<'e> {
    expectations: &'e Expectations,
    testee: Tested,
    profile: Profile,
    /// The day of the run; a run whose day is not known is of the first.
    on: Date,
    /// How many targets could not be tested at all.
    untested: usize,
}

/// What a case means for its run, and what is to be said of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appraisal<'e> {
    /// What it means.
    pub standing: Standing,
    /// What is to be said.
    pub remark: Option<Remark<'e>>,
}

/// What is to be said of a case beside its verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remark<'e> {
    /// It deviates as was expected.
    Expected(&'e Deviation),
    /// It demands what the testee is known to be without.
    Wanting(Capability),
    /// It appeared in a later edition than the run holds to.
    Newer(u16),
    /// It deviates as was expected until some day.
    Expired(&'e Deviation),
    /// It deviates as was expected, for no reason that anybody has written.
    Unexplained(&'e Deviation),
    /// It deviates otherwise than was expected.
    Otherwise(&'e Deviation),
}

impl<'e> Comparison<'e> {
    /// For the run that `run` tells of.
    pub fn new(expectations: &'e Expectations, run: &RunInfo) -> Self {
        let started = OffsetDateTime::parse(&run.started, &Rfc3339);
        Self {
            expectations,
            testee: run.testee,
            profile: run.profile,
            on: started.map_or(Date::MIN, OffsetDateTime::date),
            untested: run.targets.iter().filter(|t| t.fault.is_some()).count(),
        }
    }

    /// What is expected.
    pub fn expectations(&self) -> &'e Expectations {
        self.expectations
    }

    /// Whether a run like this may have `case`: it fits the testee and the profile,
    /// and is not newer than what the run holds to.
    pub(super) fn may_play(&self, case: &Case) -> bool {
        self.testee.fits(case)
            && catalogue::belongs_to(case.id, self.profile)
            && self.expectations.newer(case.id).is_none()
    }

    /// What `result` means for the run; `case` if it is known.
    pub fn appraise(&self, case: Option<&Case>, result: &CaseResult) -> Appraisal<'e> {
        let tag = Tag::of_result(result);
        let fails = self.expectations.policy.fails(tag);
        let plain = Standing::without_policy(tag);
        let settled = matches!(tag, Tag::Judged(Grade::Ok | Grade::Informational)) && !fails;
        let remark = match tag {
            Tag::CouldNotTest | Tag::Skipped => None,
            _ if settled => None,
            _ => self
                .excuse(case, result)
                .or_else(|| fails.then(|| self.accuse(result)).flatten()),
        };
        let standing = match &remark {
            Some(Remark::Unexplained(_)) => Standing::Failed,
            _ if !fails => plain,
            Some(Remark::Expected(_) | Remark::Wanting(_)) => Standing::Expected,
            Some(Remark::Newer(_)) => Standing::Newer,
            Some(Remark::Expired(_) | Remark::Otherwise(_)) | None => Standing::Failed,
        };
        Appraisal { standing, remark }
    }

    /// What was expected and is found, be it without a reason.
    fn excuse(&self, case: Option<&Case>, result: &CaseResult) -> Option<Remark<'e>> {
        let expectations = self.expectations;
        let shown = || {
            let covering = self.covering(result);
            covering.filter(|d| d.grades.hold(result) && !d.has_expired(self.on))
        };
        let asks_why = expectations.policy.fails_on(FailOn::Todo);
        if let Some(explained) = shown().find(|d| !(asks_why && d.is_todo())) {
            return Some(Remark::Expected(explained));
        }
        let want = case.and_then(|case| expectations.capabilities.explain(case, result));
        want.map(Remark::Wanting)
            .or_else(|| shown().next().map(Remark::Unexplained))
            .or_else(|| expectations.newer(result.case).map(Remark::Newer))
    }

    /// What was expected once, or otherwise.
    fn accuse(&self, result: &CaseResult) -> Option<Remark<'e>> {
        let expired = |d: &&Deviation| d.has_expired(self.on) && d.grades.hold(result);
        let expired = self.covering(result).find(expired);
        let otherwise = || self.covering(result).find(|d| !d.has_expired(self.on));
        expired
            .map(Remark::Expired)
            .or_else(|| otherwise().map(Remark::Otherwise))
    }

    /// The deviations that speak of the case of `result`.
    fn covering(&self, result: &CaseResult) -> impl Iterator<Item = &'e Deviation> {
        let (agent, case, role) = (result.agent.clone(), result.case, self.testee);
        let deviations = self.expectations.deviations.iter();
        deviations.filter(move |deviation| deviation.covers(role, &agent, case))
    }

    pub(super) fn testee(&self) -> Tested {
        self.testee
    }

    pub(super) fn untested(&self) -> usize {
        self.untested
    }

    pub(super) fn day(&self) -> Date {
        self.on
    }
}

impl Remark<'_> {
    /// Whether it is why a case does not fail its run.
    pub fn excuses(&self) -> bool {
        matches!(self, Self::Expected(_) | Self::Wanting(_) | Self::Newer(_))
    }

    /// In words that begin with what it is. The author of the deviation is
    /// trusted no more than a peer is: whoever shows this makes it safe.
    pub fn words(&self) -> String {
        match self {
            Self::Expected(deviation) => format!("expected: {}", with_facts(deviation)),
            Self::Wanting(want) => format!("expected: {} ({})", want.want(), want.key()),
            Self::Newer(edition) => {
                format!("new in edition {edition}, which this run does not hold to")
            }
            Self::Expired(deviation) => {
                let day = deviation
                    .expires
                    .map_or_else(String::new, |d| d.to_string());
                format!("was expected until {day}: {}", with_link(deviation))
            }
            Self::Unexplained(deviation) => {
                format!("expected without a reason: {}", with_facts(deviation))
            }
            Self::Otherwise(deviation) => format!(
                "not what was expected, {}: {}",
                deviation.grades.words(),
                with_facts(deviation)
            ),
        }
    }
}

fn with_facts(deviation: &Deviation) -> String {
    match deviation.expires {
        Some(last) => format!("{} (until {last})", with_link(deviation)),
        None => with_link(deviation),
    }
}

fn with_link(deviation: &Deviation) -> String {
    match &deviation.issue {
        Some(issue) => format!("{} <{issue}>", deviation.reason),
        None => deviation.reason.clone(),
    }
}
