//! A run as reports tell it: agent by agent the plays that count, each beside
//! its case.

use std::collections::BTreeMap;

use wscheck_suite::case::Case;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::catalogue;
use wscheck_suite::result::{CaseResult, CutShort, Outcome, RunInfo, RunResult, TargetInfo};

use crate::console::safe_text::fit;
use crate::console::{Console, visible};
use crate::expectations::{self, Appraisal, Comparison, Expectations, Remark, Review};
use crate::standing::Standing;
use crate::summary::{Counts, Tag};
use crate::wording;

/// The most characters of a name: it stands beside every case.
const LONGEST_NAME: usize = 200;

/// The most characters of a reason.
const LONGEST_REASON: usize = 1000;

/// A run, ordered for those who tell of it.
#[derive(Debug)]
pub struct Account<'a> {
    /// What is true of all cases.
    pub run: &'a RunInfo,
    /// The targets of the run in their order, then whoever else has results.
    pub agents: Vec<Agent<'a>>,
    /// The run beside what was expected of it.
    pub review: Review,
}

/// What is known of one agent.
#[derive(Debug)]
pub struct Agent<'a> {
    /// Its name, as it was stored: whoever shows it makes it safe.
    pub name: &'a str,
    /// What was known of it before the first case.
    pub target: Option<&'a TargetInfo>,
    /// The plays that count, by case and then in their order.
    pub plays: Vec<Play<'a>>,
}

/// A play of a case that counts.
#[derive(Debug, Clone, Copy)]
pub struct Play<'a> {
    /// What came of it.
    pub result: &'a CaseResult,
    /// The case, if it is known here.
    pub case: Option<&'a Case>,
    /// What it means for the run.
    appraisal: Appraisal<'a>,
}

impl<'a> Account<'a> {
    /// Orders `stored`, whose cases `find` knows by their numbers. Nothing special
    /// is expected.
    pub fn new<'c: 'a>(stored: &'a RunResult, find: impl Fn(CaseId) -> Option<&'c Case>) -> Self {
        let targets = stored.run.targets.iter();
        let mut agents: Vec<Agent<'a>> = targets
            .map(|target| Agent {
                name: &target.agent,
                target: Some(target),
                plays: Vec::new(),
            })
            .collect();
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, agent) in agents.iter().enumerate() {
            places.entry(agent.name).or_insert(index);
        }
        for result in counting(&stored.cases) {
            let place = *places.entry(&result.agent).or_insert_with(|| {
                agents.push(Agent {
                    name: &result.agent,
                    target: None,
                    plays: Vec::new(),
                });
                agents.len() - 1
            });
            agents[place].plays.push(Play {
                result,
                case: find(result.case),
                appraisal: UNKNOWN,
            });
        }
        for agent in &mut agents {
            agent
                .plays
                .sort_by_key(|play| (play.result.case, play.result.attempt));
        }
        let account = Self {
            run: &stored.run,
            agents,
            review: Review::default(),
        };
        account.beside(&expectations::NONE)
    }

    /// The same run beside what is expected of it.
    #[must_use]
    pub fn beside(mut self, expectations: &'a Expectations) -> Self {
        let comparison = Comparison::new(expectations, self.run);
        self.review = Review::default();
        for play in self.agents.iter_mut().flat_map(|agent| &mut agent.plays) {
            play.appraisal = comparison.appraise(play.case, play.result);
            self.review
                .add_counting(&comparison, play.case, play.result);
        }
        self.review.settle(&comparison);
        self
    }

    /// Every play with its agent, agent by agent.
    pub fn plays(&self) -> impl Iterator<Item = (&Agent<'a>, &Play<'a>)> {
        let agents = self.agents.iter();
        agents.flat_map(|agent| agent.plays.iter().map(move |play| (agent, play)))
    }

    /// How many cases came to what, over all agents.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (_, play) in self.plays() {
            counts.count(play.tag());
        }
        counts
    }

    /// How many of which role: `3 servers`.
    pub fn who(&self) -> String {
        match self.agents.len() {
            1 => format!("1 {}", self.run.testee),
            count => format!("{count} {}", self.run.testee.plural()),
        }
    }

    /// Whether nothing failed and nobody was left untested.
    pub fn passed(&self) -> bool {
        let untested = self.agents.iter().any(|agent| agent.fault().is_some());
        let bad = self.plays().any(|(_, play)| play.standing().is_bad());
        !untested && !bad && !self.review.fails_by_itself()
    }

    /// How many cases were not played and why, if the run ended early.
    pub fn ended_early(&self) -> Option<String> {
        let counts = self.counts();
        let mut unplayed = (self.run.selected as u64).saturating_sub(counts.total());
        let why = match self.run.cut_short {
            Some(CutShort::FirstFailure) => "at the first failure",
            Some(CutShort::OutOfTime) => "because its time was over",
            None if self.run.interrupted || unplayed > 0 => "early",
            None => return None,
        };
        if self.run.cut_short.is_some() {
            unplayed += counts.get(Tag::Skipped);
        }
        Some(format!(
            "The run ended {why}: {unplayed} of {} cases were not played.",
            self.run.selected
        ))
    }
}

/// Of a play that was not compared yet.
const UNKNOWN: Appraisal<'static> = Appraisal {
    standing: Standing::Skipped,
    remark: None,
};

/// The plays that count: a provisional one does not if another took its place.
fn counting(cases: &[CaseResult]) -> impl Iterator<Item = &CaseResult> {
    let mut provisional: BTreeMap<(&str, CaseId, u32), usize> = BTreeMap::new();
    let mut counts = vec![true; cases.len()];
    for (index, result) in cases.iter().enumerate() {
        let play = (&*result.agent, result.case, result.attempt);
        if let Some(earlier) = provisional.remove(&play) {
            counts[earlier] = !result.replaces(&cases[earlier]);
        }
        if result.provisional {
            provisional.insert(play, index);
        }
    }
    let counting = cases.iter().zip(counts);
    counting.filter_map(|(result, counts)| counts.then_some(result))
}

impl Agent<'_> {
    /// What kept us from testing it.
    pub fn fault(&self) -> Option<&str> {
        self.target?.fault.as_deref()
    }

    /// Its name, safe to show; the beginning of a very long one.
    pub fn shown_name(&self) -> String {
        match self.name {
            "" => "unnamed".to_owned(),
            name => fit(&visible(name), LONGEST_NAME),
        }
    }

    /// How many cases came to what.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for play in &self.plays {
            counts.count(play.tag());
        }
        counts
    }
}

impl Play<'_> {
    /// What it means for the run.
    pub fn standing(&self) -> Standing {
        self.appraisal.standing
    }

    /// What is to be said of that.
    pub fn remark(&self) -> Option<Remark<'_>> {
        self.appraisal.remark
    }

    /// The same in words, safe to show.
    pub fn remark_shown(&self) -> Option<String> {
        let words = self.appraisal.remark?.words();
        Some(fit(&visible(&words), LONGEST_REASON))
    }

    /// What came of it, in one word.
    pub fn tag(&self) -> Tag {
        Tag::of_result(self.result)
    }

    /// What the case does, safe to show.
    pub fn title(&self) -> String {
        match self.case {
            Some(case) => visible(&case.title),
            None => "a case that this program does not know".to_owned(),
        }
    }

    /// The number of its section, or of its chapter if that has none.
    pub fn section(&self) -> String {
        section(self.result.case)
    }

    /// The gravest reason, or why there is no verdict; safe to show.
    pub fn reason(&self) -> Option<String> {
        let reason = match &self.result.outcome {
            Outcome::Judged(verdict) => wording::reason(verdict.reasons.first()?),
            Outcome::CouldNotTest { why } | Outcome::Skipped { why } => why.clone(),
        };
        Some(fit(&visible(&reason), LONGEST_REASON))
    }

    /// All that in a line: the verdict, what was expected of it, and the gravest
    /// reason.
    pub fn message(&self) -> String {
        let mut text = self.tag().as_str().to_owned();
        if let Some(remark) = self.remark_shown() {
            text += &format!(", {remark}");
        }
        if let Some(reason) = self.reason() {
            let separator = if self.appraisal.remark.is_some() {
                "; "
            } else {
                ": "
            };
            text += &format!("{separator}{reason}");
        }
        text
    }

    /// The case in full, as the terminal shows it.
    pub fn in_full(&self, run: &RunInfo) -> String {
        match self.case {
            Some(case) => Console::new(run).plain_failure(case, self.result),
            None => self.reason().unwrap_or_default(),
        }
    }
}

/// The number of a case without its last part.
pub(crate) fn section(case: CaseId) -> String {
    let parts = case.parts();
    let parts = parts[..parts.len() - 1].iter().map(ToString::to_string);
    parts.collect::<Vec<_>>().join(".")
}

/// The cases of the catalogue, for [`Account::new`].
pub fn of_catalogue(id: CaseId) -> Option<&'static Case> {
    catalogue::find(id)
}

#[cfg(test)]
mod tests {
    use wscheck_suite::verdict::{Behaviour, CloseBehaviour};

    use super::*;
    use crate::sample;

    fn failed(agent: &str, provisional: bool) -> CaseResult {
        let close = CloseBehaviour::Ok;
        CaseResult {
            provisional,
            ..sample::judged(agent, "1.1.1", Behaviour::Failed, close, vec![])
        }
    }

    #[test]
    fn the_last_play_counts() {
        let right = |agent, attempt| CaseResult {
            attempt,
            ..sample::result(agent, "1.1.1")
        };
        let stored = RunResult {
            run: sample::run(&["beta", "alpha", "idle"]),
            cases: vec![
                failed("alpha", true),
                right("alpha", 1),
                right("alpha", 2),
                failed("beta", true),
                failed("beta", true),
                failed("gamma", false),
                right("gamma", 2),
            ],
        };
        let account = Account::new(&stored, of_catalogue);
        let told = account.plays().map(|(agent, play)| {
            let standing = play.standing();
            format!("{} {} {standing:?}", agent.name, play.result.attempt)
        });
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                "beta 1 Failed",
                "alpha 1 Passed",
                "alpha 2 Passed",
                "gamma 1 Failed",
                "gamma 2 Passed",
            ]
        );
        let names: Vec<&str> = account.agents.iter().map(|agent| agent.name).collect();
        assert_eq!(names, ["beta", "alpha", "idle", "gamma"]);
        assert!(!account.passed());
    }

    #[test]
    fn sections_are_numbers_without_their_last_part() {
        let of = |id: &str| section(id.parse().unwrap());
        assert_eq!((of("4.2.4"), of("2.10")), ("4.2".into(), "2".into()));
    }
}
