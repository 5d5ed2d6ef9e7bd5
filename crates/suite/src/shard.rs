//! A part of a selection, for one machine of several.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::case::Case;
use crate::effort::effort;

/// Which part of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shard {
    number: u32,
    of: u32,
}

/// A text that names no part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no shard; expected K/N, from 1/N to N/N")]
pub struct BadShard(String);

impl FromStr for Shard {
    type Err = BadShard;

    fn from_str(text: &str) -> Result<Self, BadShard> {
        let parts = text.split_once('/').map(|(k, n)| (k.parse(), n.parse()));
        match parts {
            Some((Ok(number), Ok(of))) if (1..=of).contains(&number) => Ok(Self { number, of }),
            _ => Err(BadShard(text.to_owned())),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl Shard {
    /// The cases of this part, in the order in which they come. Each case is in
    /// exactly one part, and the parts take about equally long: the longest case
    /// goes first, each to the part that has least to do so far.
    pub fn of<C: AsRef<Case>>(self, cases: Vec<C>) -> Vec<C> {
        let mut order: Vec<(Duration, usize)> = cases
            .iter()
            .enumerate()
            .map(|(index, case)| (effort(case.as_ref()), index))
            .collect();
        order
            .sort_by_key(|(effort, index)| (std::cmp::Reverse(*effort), cases[*index].as_ref().id));
        let mut loads = vec![Duration::ZERO; self.of as usize];
        let mut ours = vec![false; cases.len()];
        for (effort, index) in order {
            let least = (0..loads.len())
                .min_by_key(|part| loads[*part])
                .unwrap_or(0);
            loads[least] += effort;
            ours[index] = least + 1 == self.number as usize;
        }
        let kept = cases.into_iter().zip(ours);
        kept.filter_map(|(case, ours)| ours.then_some(case))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::catalogue;

    #[test]
    fn parts_are_even_and_lose_nothing() {
        let all: Vec<Arc<Case>> = catalogue::all().iter().cloned().map(Arc::new).collect();
        let whole: Duration = all.iter().map(|case| effort(case)).sum();
        for of in [1, 2, 3, 7] {
            let mut joined = Vec::new();
            for number in 1..=of {
                let part = Shard { number, of }.of(all.clone());
                let load: Duration = part.iter().map(|case| effort(case)).sum();
                assert!(
                    load < whole / of + whole / 20,
                    "{number}/{of}: {load:?} of {whole:?}"
                );
                joined.extend(part.iter().map(|case| case.id));
            }
            joined.sort_unstable();
            let ids: Vec<_> = all.iter().map(|case| case.id).collect();
            assert_eq!(joined, ids);
        }
    }

    #[test]
    fn shards_are_read() {
        assert_eq!("2/3".parse::<Shard>().unwrap().to_string(), "2/3");
        for bad in ["", "1", "0/3", "4/3", "1/0", "a/b", "1/2/3", "-1/2"] {
            assert!(bad.parse::<Shard>().is_err(), "{bad}");
        }
    }
}
