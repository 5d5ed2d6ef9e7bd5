//! The verdicts of a run beside the kept ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::kept::{Kept, Race, Verdict};

/// What a run and the original say of one agent.
pub struct Comparison<'a> {
    compared: usize,
    differences: Vec<Difference<'a>>,
}

/// A case that is not judged as kept; a verdict is missing where one side has none.
struct Difference<'a> {
    case: &'a str,
    kept: Option<&'a Verdict>,
    came: Option<&'a Verdict>,
    race: Option<&'a Race>,
}

impl<'a> Comparison<'a> {
    /// Compares case by case, those that only one side has included.
    pub fn new(
        agent: &str,
        expected: &BTreeMap<&'a str, &'a Verdict>,
        verdicts: &'a BTreeMap<String, Verdict>,
        kept: &'a Kept,
    ) -> Self {
        let came = verdicts.keys().map(String::as_str);
        let cases: BTreeSet<&str> = expected.keys().copied().chain(came).collect();
        let differences = cases.iter().filter_map(|case| {
            let difference = Difference {
                case,
                kept: expected.get(*case).copied(),
                came: verdicts.get(*case),
                race: verdicts
                    .get(*case)
                    .and_then(|came| kept.race(agent, case, came)),
            };
            (difference.kept != difference.came).then_some(difference)
        });
        Self {
            compared: cases.len(),
            differences: differences.collect(),
        }
    }

    /// Whether every difference is a named race.
    pub fn agrees(&self) -> bool {
        self.differences
            .iter()
            .all(|difference| difference.race.is_some())
    }
}

impl fmt::Display for Comparison<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let races = self
            .differences
            .iter()
            .filter(|difference| difference.race.is_some())
            .count();
        write!(
            f,
            "{} cases, {} as kept, {races} by a race, {} otherwise",
            self.compared,
            self.compared - self.differences.len(),
            self.differences.len() - races,
        )?;
        for difference in &self.differences {
            write!(f, "\n{difference}")?;
        }
        if !self.differences.is_empty() {
            writeln!(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Difference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |verdict: Option<&Verdict>| {
            verdict.map_or_else(|| "not judged".to_owned(), ToString::to_string)
        };
        write!(
            f,
            "  {}: kept {}, came {}",
            self.case,
            shown(self.kept),
            shown(self.came)
        )?;
        if let Some(race) = self.race {
            write!(f, "\n    kept when {}", race.kept_when)?;
            write!(f, "\n    this when {}", race.other_when)?;
        }
        Ok(())
    }
}
