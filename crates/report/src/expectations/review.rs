//! A run beside what was expected of it: what was expected, what was not, and
//! what need not be expected any more.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use wscheck_suite::case::Case;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::catalogue;
use wscheck_suite::result::{CaseResult, Outcome};

use super::{Appraisal, Capability, Comparison, Deviation, FailOn, Policy, Remark};
use crate::standing::Standing;
use crate::summary::NamedCase;

/// A run beside what was expected of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Review {
    /// The file that says what is expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The edition that the run holds to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edition: Option<u16>,
    /// How many cases deviate as was expected.
    pub expected: u64,
    /// How many cases fail the run.
    pub unexpected: u64,
    /// How many cases would fail it were they not newer than its edition.
    pub newer: u64,
    /// The deviations that speak of a case that was played.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deviations: Vec<UsedDeviation>,
    /// What the testee is known to be without, where a case that was played
    /// demands it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<UsedCapability>,
    #[serde(skip)]
    tally: Tally,
    #[serde(skip)]
    policy: Policy,
}

/// A deviation in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct UsedDeviation {
    /// Which of the file it is, from 0.
    #[serde(skip)]
    pub index: usize,
    /// Where in the file it stands.
    pub line: usize,
    /// Its patterns.
    pub cases: String,
    /// Of whom it speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// What it expects, in words.
    pub grade: String,
    /// Why.
    pub reason: String,
    /// Where more is to be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issue: Option<String>,
    /// The last day on which it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Whether its reason is still to be written.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub todo: bool,
    /// Whether it is needed.
    pub state: State,
    /// The cases that show it.
    pub shown: Vec<NamedCase>,
}

/// Whether a deviation is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Some case shows it; or not all were played, and nobody knows.
    Needed,
    /// All cases were played, and none shows it.
    NoLongerNeeded,
    /// Some case shows it, and it does not hold any more.
    Expired,
}

/// Something that the testee is known to be without, in a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct UsedCapability {
    /// What.
    pub capability: Capability,
    /// Whether it is needed to say so.
    pub state: State,
    /// How many cases it explains.
    pub shown: u64,
}

/// What is noted case by case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Tally {
    /// Plays that count unless the case is played again.
    provisional: BTreeMap<(String, CaseId, u32), Note>,
    /// By the index of the deviation.
    deviations: BTreeMap<usize, Noted>,
    capabilities: BTreeMap<Capability, Noted>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Noted {
    /// The cases that each agent has played.
    judged: BTreeMap<String, BTreeSet<CaseId>>,
    shown: Vec<NamedCase>,
}

/// A case, as far as a review has to do with it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Note {
    named: NamedCase,
    standing: Standing,
    excused: bool,
    /// Whether there is a verdict.
    judged: bool,
    /// The deviations that speak of it, and whether it shows them.
    deviations: Vec<(usize, bool)>,
    /// What it demands and the testee is without, and whether that explains it.
    capabilities: Vec<(Capability, bool)>,
}

impl Note {
    fn new(comparison: &Comparison<'_>, case: Option<&Case>, result: &CaseResult) -> Self {
        let Appraisal { standing, remark } = comparison.appraise(case, result);
        let expectations = comparison.expectations();
        let role = comparison.testee();
        let covering = expectations.deviations.iter().enumerate();
        let covering = covering.filter(|(_, d)| d.covers(role, &result.agent, result.case));
        let wanting = case.map(|case| expectations.capabilities.wanting(case));
        let explained = case.and_then(|case| expectations.capabilities.explain(case, result));
        Self {
            named: NamedCase {
                agent: result.agent.clone(),
                case: result.case,
            },
            standing,
            excused: matches!(remark, Some(Remark::Expected(_) | Remark::Wanting(_))),
            judged: matches!(result.outcome, Outcome::Judged(_)),
            deviations: covering
                .map(|(index, deviation)| (index, deviation.grades.hold(result)))
                .collect(),
            capabilities: wanting
                .into_iter()
                .flatten()
                .map(|capability| (capability, explained == Some(capability)))
                .collect(),
        }
    }
}

impl Review {
    /// Notes a case, and says what it means for the run; `case` if it is known.
    /// One that is played again counts only if that comes to nothing.
    pub fn add(
        &mut self,
        comparison: &Comparison<'_>,
        case: Option<&Case>,
        result: &CaseResult,
    ) -> Standing {
        let note = Note::new(comparison, case, result);
        let standing = note.standing;
        let play = (result.agent.clone(), result.case, result.attempt);
        self.tally.provisional.remove(&play);
        if result.provisional {
            self.tally.provisional.insert(play, note);
        } else {
            self.count(note);
        }
        standing
    }

    /// Notes a play that counts, whatever it was to be when it was stored.
    pub(crate) fn add_counting(
        &mut self,
        comparison: &Comparison<'_>,
        case: Option<&Case>,
        result: &CaseResult,
    ) {
        self.count(Note::new(comparison, case, result));
    }

    fn count(&mut self, note: Note) {
        self.expected += u64::from(note.excused);
        self.unexpected += u64::from(note.standing == Standing::Failed);
        self.newer += u64::from(note.standing == Standing::Newer);
        for (index, shown) in &note.deviations {
            let noted = self.tally.deviations.entry(*index).or_default();
            noted.note(&note, *shown);
        }
        for (capability, shown) in &note.capabilities {
            let noted = self.tally.capabilities.entry(*capability).or_default();
            noted.note(&note, *shown);
        }
    }

    /// Nothing more is played: says what became of each expectation.
    pub fn settle(&mut self, comparison: &Comparison<'_>) {
        for note in std::mem::take(&mut self.tally.provisional).into_values() {
            self.count(note);
        }
        let expectations = comparison.expectations();
        self.file.clone_from(&expectations.file);
        self.edition = expectations.edition;
        self.policy = expectations.policy;
        let tally = std::mem::take(&mut self.tally);
        let deviations = tally.deviations.into_iter();
        self.deviations = deviations
            .map(|(index, noted)| {
                UsedDeviation::new(index, &expectations.deviations[index], noted, comparison)
            })
            .collect();
        let capabilities = tally.capabilities.into_iter();
        self.capabilities = capabilities
            .map(|(capability, noted)| UsedCapability {
                capability,
                state: noted.state(comparison, |case| {
                    let wanting = expectations.capabilities.wanting(case);
                    wanting.into_iter().any(|want| want == capability)
                }),
                shown: noted.shown.len() as u64,
            })
            .collect();
    }

    /// What need not be expected any more.
    pub fn no_longer_needed(&self) -> impl Iterator<Item = &UsedDeviation> {
        let deviations = self.deviations.iter();
        deviations.filter(|used| used.state == State::NoLongerNeeded)
    }

    /// What the testee is said to be without, and is not.
    pub fn capabilities_found(&self) -> impl Iterator<Item = &UsedCapability> {
        let capabilities = self.capabilities.iter();
        capabilities.filter(|used| used.state == State::NoLongerNeeded)
    }

    pub(super) fn policy(&self) -> Policy {
        self.policy
    }

    /// Whether there is nothing to be told.
    pub fn is_silent(&self) -> bool {
        let plain = self.policy == Policy::PLAIN || self.unexpected == 0;
        plain && self.deviations.is_empty() && self.capabilities.is_empty() && self.newer == 0
    }

    /// Whether the run fails by what it expects without need.
    pub fn fails_by_itself(&self) -> bool {
        let found = self.no_longer_needed().count() + self.capabilities_found().count();
        found > 0 && self.policy.fails_on(FailOn::NoLongerNeeded)
    }
}

impl Noted {
    fn note(&mut self, note: &Note, shown: bool) {
        let named = &note.named;
        let judged = self.judged.entry(named.agent.clone()).or_default();
        if note.judged {
            judged.insert(named.case);
        }
        if shown {
            self.shown.push(named.clone());
            self.shown
                .sort_by(|one, other| (one.case, &one.agent).cmp(&(other.case, &other.agent)));
        }
    }

    /// Only where each agent has played all that an expectation is about can it
    /// be said that it is not needed.
    fn state(&self, comparison: &Comparison<'_>, about: impl Fn(&Case) -> bool) -> State {
        let mut all = catalogue::all().iter();
        let played = |case: &Case| {
            let mut agents = self.judged.values();
            !comparison.may_play(case) || agents.all(|judged| judged.contains(&case.id))
        };
        let untested = comparison.untested() > 0;
        if self.shown.is_empty() && !untested && all.all(|case| !about(case) || played(case)) {
            State::NoLongerNeeded
        } else {
            State::Needed
        }
    }
}

impl UsedDeviation {
    fn new(index: usize, deviation: &Deviation, noted: Noted, comparison: &Comparison<'_>) -> Self {
        let needed = noted.state(comparison, |case| deviation.covers_case(case.id));
        let state = match needed {
            State::NoLongerNeeded if deviation.grades.allow_right() => State::Needed,
            State::Needed if !noted.shown.is_empty() && deviation.has_expired(comparison.day()) => {
                State::Expired
            }
            state => state,
        };
        Self {
            index,
            line: deviation.line,
            cases: deviation.patterns(),
            agent: deviation.agent.as_ref().map(ToString::to_string),
            grade: deviation.grades.words(),
            reason: deviation.reason.clone(),
            issue: deviation.issue.clone(),
            expires: deviation.expires.map(|day| day.to_string()),
            todo: deviation.is_todo(),
            state,
            shown: noted.shown,
        }
    }
}
