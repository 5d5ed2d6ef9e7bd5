//! What changed from one run to another, case by case.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};
use wscheck_suite::case_id::CaseId;

use crate::account::{Account, Agent, Play};
use crate::summary::Tag;

/// Every case that came out otherwise, by agent and by number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// The changes.
    pub changes: Vec<Change>,
    /// How many cases came out as before.
    pub same: u64,
}

/// A case that came out otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Change {
    /// The agent's name in the later run, safe to show.
    pub agent: String,
    /// Which case.
    pub case: CaseId,
    /// Which way.
    pub kind: Kind,
    /// What came of it before.
    #[serde(serialize_with = "word", skip_serializing_if = "Option::is_none")]
    pub before: Option<Outcome>,
    /// What came of it now.
    #[serde(serialize_with = "word", skip_serializing_if = "Option::is_none")]
    pub after: Option<Outcome>,
    /// The gravest reason now, safe to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What is to be said of that, safe to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// Whether it was expected, or is newer than the edition that the run holds
    /// to.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub excused: bool,
}

/// Which way a case changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It earned a worse verdict, or could not be tested any more.
    Worse,
    /// It earned a better verdict.
    Better,
    /// It came to another verdict that is neither.
    Other,
    /// It was not played before.
    New,
    /// It is not played any more.
    Gone,
}

impl Kind {
    /// The word that reports show.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::Better => "better",
            Self::Other => "other",
            Self::New => "new",
            Self::Gone => "gone",
        }
    }
}

/// A verdict in short: the word, and both axes if they say more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    tag: Tag,
    axes: Option<(&'static str, &'static str)>,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.tag.as_str();
        match self.axes {
            Some((behaviour, "OK")) if behaviour == word => f.write_str(word),
            Some((behaviour, close)) => write!(f, "{word} (behaviour {behaviour}, close {close})"),
            None => f.write_str(word),
        }
    }
}

fn word<S: Serializer>(outcome: &Option<Outcome>, serializer: S) -> Result<S::Ok, S::Error> {
    match outcome {
        Some(outcome) => serializer.collect_str(outcome),
        None => serializer.serialize_none(),
    }
}

impl Outcome {
    pub(crate) fn of(play: &Play<'_>) -> Self {
        let verdict = play.result.outcome.verdict();
        Self {
            tag: play.tag(),
            axes: verdict.map(|v| (v.behaviour.as_str(), v.close.as_str())),
        }
    }

    /// The higher the worse; `None` where nothing was judged or demanded.
    fn rank(self) -> Option<usize> {
        use wscheck_suite::verdict::Grade;
        Some(match self.tag {
            Tag::Judged(Grade::Ok) => 0,
            Tag::Judged(Grade::NonStrict) => 1,
            Tag::Judged(Grade::Unimplemented) => 2,
            Tag::Flaky => 3,
            Tag::CouldNotTest => 4,
            Tag::Judged(Grade::Failed) => 5,
            Tag::Judged(Grade::Informational) | Tag::Skipped => return None,
        })
    }
}

impl Changes {
    /// What changed from `before` to `after`. Agents are compared by their
    /// names; if either run has only one, by that.
    pub fn between(before: &Account<'_>, after: &Account<'_>) -> Self {
        let mut changes = Self::default();
        for (was, is) in pairs(before, after) {
            let (was, is) = (
                was.map(|at| &before.agents[at]),
                is.map(|at| &after.agents[at]),
            );
            if let Some(agent) = is.or(was) {
                let was = was.map(plays).unwrap_or_default();
                let is = is.map(plays).unwrap_or_default();
                changes.compare(agent, &was, &is);
            }
        }
        changes
    }

    /// Whether anything got worse but what is expected to be as it is.
    pub fn any_worse(&self) -> bool {
        let mut changes = self.changes.iter();
        changes.any(|change| change.kind == Kind::Worse && !change.excused)
    }

    /// How many changes are of each kind, those that there are.
    pub fn counts(&self) -> BTreeMap<Kind, usize> {
        let mut counts = BTreeMap::new();
        for change in &self.changes {
            *counts.entry(change.kind).or_default() += 1;
        }
        counts
    }

    fn compare(&mut self, agent: &Agent<'_>, before: &Plays<'_>, after: &Plays<'_>) {
        let mut cases: Vec<CaseId> = before.keys().chain(after.keys()).copied().collect();
        cases.sort_unstable();
        cases.dedup();
        for case in cases {
            let (old, new) = (before.get(&case), after.get(&case));
            let outcome = |play: Option<&&Play<'_>>| play.map(|play| Outcome::of(play));
            let (was, is) = (outcome(old), outcome(new));
            if was == is {
                self.same += 1;
                continue;
            }
            self.changes.push(Change {
                agent: agent.shown_name(),
                case,
                kind: kind(was, is),
                before: was,
                after: is,
                reason: new.and_then(|play| play.reason()),
                remark: new.and_then(|play| play.remark_shown()),
                excused: new.is_some_and(|play| play.remark().is_some_and(|r| r.excuses())),
            });
        }
    }
}

/// Which agent of `before` is compared with which of `after`: first those of the
/// latter, then those that are gone.
pub(crate) fn pairs(
    before: &Account<'_>,
    after: &Account<'_>,
) -> Vec<(Option<usize>, Option<usize>)> {
    let single = before.agents.len() == 1 && after.agents.len() == 1;
    let counterpart = |agent: &Agent<'_>, others: &[Agent<'_>]| {
        let mut others = others.iter();
        others.position(|other| single || other.name == agent.name)
    };
    let now = after.agents.iter().enumerate();
    let now = now.map(|(at, agent)| (counterpart(agent, &before.agents), Some(at)));
    let gone = before.agents.iter().enumerate();
    let gone = gone.filter(|(_, agent)| counterpart(agent, &after.agents).is_none());
    now.chain(gone.map(|(at, _)| (Some(at), None))).collect()
}

fn kind(before: Option<Outcome>, after: Option<Outcome>) -> Kind {
    let (Some(before), Some(after)) = (before, after) else {
        return if before.is_none() {
            Kind::New
        } else {
            Kind::Gone
        };
    };
    match (before.rank(), after.rank()) {
        (Some(old), Some(new)) if new > old => Kind::Worse,
        (Some(old), Some(new)) if new < old => Kind::Better,
        // What was told only, or not played, and fails now.
        (None, Some(3..)) => Kind::Worse,
        (Some(3..), None) => Kind::Better,
        _ => Kind::Other,
    }
}

type Plays<'a> = BTreeMap<CaseId, &'a Play<'a>>;

/// Of several plays of a case that count, the worst.
fn plays<'a>(agent: &'a Agent<'a>) -> Plays<'a> {
    let mut plays = Plays::new();
    for play in &agent.plays {
        let known = plays.entry(play.result.case).or_insert(play);
        if Outcome::of(play).rank() > Outcome::of(known).rank() {
            *known = play;
        }
    }
    plays
}

#[cfg(test)]
mod tests {
    use wscheck_suite::result::RunResult;
    use wscheck_suite::verdict::{Behaviour, CloseBehaviour};

    use super::*;
    use crate::account::of_catalogue;
    use crate::sample;

    fn stored(agent: &str, verdicts: &[(&str, Behaviour, CloseBehaviour)]) -> RunResult {
        let case = |(case, behaviour, close): &(&str, Behaviour, CloseBehaviour)| {
            sample::judged(agent, case, *behaviour, *close, vec![])
        };
        RunResult {
            run: sample::run(&[agent]),
            cases: verdicts.iter().map(case).collect(),
        }
    }

    #[test]
    fn each_case_is_compared_with_itself() {
        use Behaviour::{Failed, Informational, NonStrict, Ok};
        use CloseBehaviour::{Ok as Closed, Unclean, WrongCode};
        let before = stored(
            "alpha/1",
            &[
                ("1.1.1", Ok, Closed),
                ("1.1.2", Ok, Closed),
                ("1.1.3", Failed, Closed),
                ("1.1.4", Ok, Unclean),
                ("1.1.5", Ok, Closed),
                ("7.1.6", Informational, Closed),
            ],
        );
        let after = stored(
            "alpha/2",
            &[
                ("1.1.1", Ok, Closed),
                ("1.1.2", NonStrict, Closed),
                ("1.1.3", NonStrict, Closed),
                ("1.1.4", Ok, WrongCode),
                ("1.1.6", Failed, Closed),
                ("7.1.6", Failed, Closed),
            ],
        );
        let (old, new) = (
            Account::new(&before, of_catalogue),
            Account::new(&after, of_catalogue),
        );
        let changes = Changes::between(&old, &new);
        let told = changes.changes.iter().map(|change| {
            let side = |side: Option<Outcome>| side.map_or("-".into(), |o| o.to_string());
            let (before, after) = (side(change.before), side(change.after));
            format!("{} {}: {before} {after}", change.kind.as_str(), change.case)
        });
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                "worse 1.1.2: OK NON-STRICT",
                "better 1.1.3: FAILED NON-STRICT",
                "other 1.1.4: FAILED (behaviour OK, close UNCLEAN) \
                 FAILED (behaviour OK, close WRONG CODE)",
                "gone 1.1.5: OK -",
                "new 1.1.6: - FAILED",
                "worse 7.1.6: INFORMATIONAL FAILED",
            ]
        );
        assert!(changes.any_worse());
        assert_eq!(changes.same, 1);
        assert!(!Changes::between(&old, &old).any_worse());
    }

    #[test]
    fn agents_are_known_by_their_names_where_there_are_several() {
        let mut before = stored("alpha", &[("1.1.1", Behaviour::Ok, CloseBehaviour::Ok)]);
        let beta = stored("beta", &[("1.1.1", Behaviour::Failed, CloseBehaviour::Ok)]);
        before.run.targets.extend(beta.run.targets.clone());
        before.cases.extend(beta.cases.clone());
        let old = Account::new(&before, of_catalogue);
        let new = Account::new(&beta, of_catalogue);
        let changes = Changes::between(&old, &new);
        assert_eq!(changes.same, 1);
        assert_eq!(changes.counts(), BTreeMap::from([(Kind::Gone, 1)]));
    }
}
