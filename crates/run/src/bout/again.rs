//! Whether a result counts, or the case is played again.
//!
//! A result that is all right counts, however it came about. Any other counts
//! only if the play was alone and no wait of it was cut short: else the case is
//! played again like that, after all the others, and that play counts. A case
//! that has failed for good may get further chances.

use wscheck_suite::result::{Outcome, Proved};
use wscheck_suite::verdict::Grade;

use super::concurrency::Crowding;
use crate::job::{Played, Turn};
use crate::plan::Plan;

/// What becomes of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It counts.
    Counts(Option<Proved>),
    /// The case is played again, for this reason.
    Provisional(Turn),
}

impl Fate {
    /// What becomes of `outcome`, which `played` came to.
    pub(super) fn of(plan: &Plan, played: &Played, outcome: &Outcome) -> Self {
        let grade = outcome.grade();
        let failed = grade == Some(Grade::Failed);
        let chances = match played.job.turn {
            Turn::First if may_have_suffered(plan, played, outcome) => {
                return Self::Provisional(Turn::Again(grade));
            }
            Turn::First | Turn::Again(_) => plan.retries,
            Turn::Retry(chances) => chances - 1,
        };
        if failed && chances > 0 {
            return Self::Provisional(Turn::Retry(chances));
        }
        Self::Counts(match played.job.turn {
            Turn::Again(first) if is_better(grade, first) => Some(Proved::Recovered),
            Turn::Retry(_) if grade.is_some() && !failed => Some(Proved::Flaky),
            _ => None,
        })
    }
}

/// Whether a first play could have come out better without haste and company.
fn may_have_suffered(plan: &Plan, played: &Played, outcome: &Outcome) -> bool {
    let is_settled = match outcome {
        Outcome::Judged(verdict) => verdict.is_settled(),
        Outcome::CouldNotTest { .. } => false,
        Outcome::Skipped { .. } => true,
    };
    let (in_company, hurried) = (played.job.company > 0, played.was_hurried());
    let suspicious = match plan.learned_pace {
        true => in_company || hurried,
        false => Crowding::of(played).is_some(),
    };
    !is_settled && suspicious
}

/// Whether a case that earned `than` when it may have suffered, and `grade` when
/// not, has recovered. Grades are ordered from best to worst; none at all is worst.
pub(crate) fn is_better(grade: Option<Grade>, than: Option<Grade>) -> bool {
    let better = |grade| grade < Grade::Failed && than.is_none_or(|than| grade < than);
    grade.is_some_and(better)
}

#[cfg(test)]
mod tests {
    use wscheck_suite::transcript::ConnectionRecord;
    use wscheck_suite::verdict::{Behaviour, CloseBehaviour, Verdict};

    use super::*;
    use crate::bout::sample;

    const RIGHT: Behaviour = Behaviour::Ok;
    const NON_STRICT: Behaviour = Behaviour::NonStrict;
    const FAILED: Behaviour = Behaviour::Failed;
    const DECLINED: Behaviour = Behaviour::Unimplemented;

    fn plan(learned_pace: bool, retries: u32) -> Plan {
        Plan {
            learned_pace,
            retries,
            ..Plan::new()
        }
    }

    fn fate(plan: &Plan, turn: Turn, company: usize, behaviour: Behaviour) -> Fate {
        let mut played = sample::played("1.1.1", ConnectionRecord::default());
        (played.job.turn, played.job.company) = (turn, company);
        let verdict = Verdict::new(behaviour, CloseBehaviour::Ok, Vec::new());
        Fate::of(plan, &played, &Outcome::Judged(verdict))
    }

    #[test]
    fn what_is_not_right_in_company_is_played_again() {
        let learned = plan(true, 0);
        let counts = Fate::Counts(None);
        let again = |grade| Fate::Provisional(Turn::Again(Some(grade)));
        assert_eq!(fate(&learned, Turn::First, 3, RIGHT), counts);
        assert_eq!(fate(&learned, Turn::First, 3, DECLINED), counts);
        assert_eq!(fate(&learned, Turn::First, 3, FAILED), again(Grade::Failed));
        assert_eq!(
            fate(&learned, Turn::First, 3, NON_STRICT),
            again(Grade::NonStrict)
        );
        assert_eq!(fate(&learned, Turn::First, 0, FAILED), counts);
        assert_eq!(fate(&plan(false, 0), Turn::First, 3, FAILED), counts);
    }

    #[test]
    fn what_was_hurried_is_played_again() {
        let mut record = ConnectionRecord::default();
        record.evidence.hurried = true;
        let played = sample::played("1.1.1", record);
        let Ok(verdict) = played.end.clone() else {
            panic!("a verdict");
        };
        let fate = Fate::of(&plan(true, 0), &played, &Outcome::Judged(verdict));
        assert_eq!(fate, Fate::Provisional(Turn::Again(Some(Grade::Failed))));
    }

    #[test]
    fn the_second_play_counts() {
        let learned = plan(true, 0);
        let again = |first| Turn::Again(Some(first));
        for (turn, second, proved) in [
            (again(Grade::Failed), RIGHT, Some(Proved::Recovered)),
            (again(Grade::Failed), NON_STRICT, Some(Proved::Recovered)),
            (again(Grade::NonStrict), NON_STRICT, None),
            (again(Grade::Failed), FAILED, None),
            (Turn::Again(None), RIGHT, Some(Proved::Recovered)),
            (Turn::Again(None), FAILED, None),
        ] {
            assert_eq!(fate(&learned, turn, 0, second), Fate::Counts(proved));
        }
    }

    #[test]
    fn who_failed_for_good_may_have_chances() {
        let patient = plan(true, 2);
        let retry = |chances| Fate::Provisional(Turn::Retry(chances));
        let again = Turn::Again(Some(Grade::Failed));
        assert_eq!(fate(&patient, Turn::First, 0, FAILED), retry(2));
        assert_eq!(fate(&patient, again, 0, FAILED), retry(2));
        assert_eq!(fate(&patient, Turn::Retry(2), 0, FAILED), retry(1));
        let lost = Fate::Counts(None);
        assert_eq!(fate(&patient, Turn::Retry(1), 0, FAILED), lost);
        let flaky = Fate::Counts(Some(Proved::Flaky));
        assert_eq!(fate(&patient, Turn::Retry(1), 0, RIGHT), flaky);
        let untested = Outcome::CouldNotTest { why: String::new() };
        let mut played = sample::played("1.1.1", ConnectionRecord::default());
        played.job.turn = Turn::Retry(1);
        assert_eq!(Fate::of(&patient, &played, &untested), lost);
    }
}
