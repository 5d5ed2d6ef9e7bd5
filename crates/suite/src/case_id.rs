//! The numbers of cases, and patterns that select them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The number of a case, as in `4.2.4`: two or three parts, ordered by number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct CaseId {
    parts: [u16; 3],
    count: u8,
}

impl CaseId {
    /// The number that `parts` make.
    ///
    /// # Panics
    /// Unless there are two or three parts.
    pub fn new(parts: &[u16]) -> Self {
        assert!(
            (2..=3).contains(&parts.len()),
            "a case number has two or three parts"
        );
        let mut id = Self {
            parts: [0; 3],
            count: u8::try_from(parts.len()).unwrap_or(3),
        };
        id.parts[..parts.len()].copy_from_slice(parts);
        id
    }

    /// The parts, two or three.
    pub fn parts(&self) -> &[u16] {
        &self.parts[..usize::from(self.count)]
    }

    /// The first part.
    pub fn chapter(&self) -> u16 {
        self.parts[0]
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c] = self.parts;
        let text = if self.count == 2 {
            format!("{a}.{b}")
        } else {
            format!("{a}.{b}.{c}")
        };
        f.pad(&text)
    }
}

impl fmt::Debug for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<CaseId> for String {
    fn from(id: CaseId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for CaseId {
    type Error = BadId;

    fn try_from(text: String) -> Result<Self, BadId> {
        text.parse()
    }
}

impl FromStr for CaseId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let parts = numbers(text).ok_or_else(|| BadId(text.to_owned()))?;
        if !(2..=3).contains(&parts.len()) {
            return Err(BadId(text.to_owned()));
        }
        Ok(Self::new(&parts))
    }
}

/// A text that is no case number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no case number; one looks like 4.2.4 or 2.10")]
pub struct BadId(String);

fn numbers(text: &str) -> Option<Vec<u16>> {
    text.split('.')
        .map(|part| {
            if part.starts_with('+') {
                None
            } else {
                part.parse().ok()
            }
        })
        .collect()
}

/// What selects cases: `4.2.4`, `4.*` (a chapter or section, `4` and `4.` mean
/// the same), `6.1-6.4` (both ends with all below them), `*`; with `!` before
/// it, what it selects is taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    negative: bool,
    first: Vec<u16>,
    last: Vec<u16>,
    text: String,
}

impl Pattern {
    /// Whether the pattern takes away.
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// The pattern with `!` before it.
    #[must_use]
    pub fn negated(mut self) -> Self {
        self.negative = true;
        self
    }

    /// Whether `id` is in the pattern's range, be it negative or not.
    pub fn covers(&self, id: CaseId) -> bool {
        let parts = id.parts();
        let head = |bound: &[u16]| parts[..bound.len().min(parts.len())].to_vec();
        head(&self.first) >= self.first && head(&self.last) <= self.last
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Pattern {
    type Err = BadPattern;

    fn from_str(text: &str) -> Result<Self, BadPattern> {
        let (negative, body) = match text.strip_prefix('!') {
            Some(body) => (true, body),
            None => (false, text),
        };
        let bound = |part: &str| -> Option<Vec<u16>> {
            let part = part.strip_suffix('*').unwrap_or(part);
            let part = part.strip_suffix('.').unwrap_or(part);
            if part.is_empty() {
                Some(Vec::new())
            } else {
                numbers(part).filter(|p| p.len() <= 3)
            }
        };
        let (first, last) = body.split_once(['-', '–']).unwrap_or((body, body));
        match (bound(first), bound(last)) {
            (Some(first), Some(last)) if !body.is_empty() => Ok(Self {
                negative,
                first,
                last,
                text: text.to_owned(),
            }),
            _ => Err(BadPattern {
                pattern: text.to_owned(),
            }),
        }
    }
}

/// A text that is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{pattern}' is no case pattern; write 4.2.4, 4.*, 6.1-6.4 or !9.*")]
pub struct BadPattern {
    /// The text.
    pub pattern: String,
}

/// A pattern that selects nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no case matches '{pattern}'{}", near_text(near))]
pub struct NoSuchCase {
    /// The pattern.
    pub pattern: String,
    /// Ids that look like it, nearest first.
    pub near: Vec<String>,
}

fn near_text(near: &[String]) -> String {
    if near.is_empty() {
        String::new()
    } else {
        format!("; near ones: {}", near.join(", "))
    }
}

/// Selects from `all`, in their order. Without a positive pattern everything
/// is selected; negative ones take away whatever their position.
///
/// # Errors
/// If a pattern covers none of `all`.
pub fn select(patterns: &[Pattern], all: &[CaseId]) -> Result<Vec<CaseId>, NoSuchCase> {
    for pattern in patterns {
        if !all.iter().any(|id| pattern.covers(*id)) {
            return Err(NoSuchCase {
                pattern: pattern.text.clone(),
                near: near(pattern, all),
            });
        }
    }
    let any_positive = patterns.iter().any(|p| !p.negative);
    let chosen = |id: &CaseId| {
        let wanted = !any_positive || patterns.iter().any(|p| !p.negative && p.covers(*id));
        wanted && !patterns.iter().any(|p| p.negative && p.covers(*id))
    };
    Ok(all.iter().copied().filter(chosen).collect())
}

fn near(pattern: &Pattern, all: &[CaseId]) -> Vec<String> {
    let wanted = pattern
        .text
        .trim_start_matches('!')
        .trim_end_matches(['*', '.']);
    let mut scored: Vec<_> = all
        .iter()
        .map(|id| (strsim::levenshtein(wanted, &id.to_string()), *id))
        .filter(|(distance, _)| *distance <= 2)
        .collect();
    scored.sort_unstable();
    scored
        .into_iter()
        .take(5)
        .map(|(_, id)| id.to_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(texts: &str) -> Vec<CaseId> {
        texts
            .split_whitespace()
            .map(|text| text.parse().unwrap())
            .collect()
    }

    fn selected(patterns: &str, from: &str) -> String {
        let patterns: Vec<Pattern> = patterns
            .split_whitespace()
            .map(|p| p.parse().unwrap())
            .collect();
        let chosen = select(&patterns, &ids(from)).unwrap();
        chosen
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn ids_order_by_number() {
        let mut sorted = ids("10.1.1 2.10 2.9 1.1.1 2.1 1.10.1 1.2.1");
        sorted.sort();
        assert_eq!(sorted, ids("1.1.1 1.2.1 1.10.1 2.1 2.9 2.10 10.1.1"));
    }

    #[test]
    fn bad_ids_are_refused() {
        for text in ["", "1", "1.", "1.x", "1.2.3.4", "+1.2", "1..2", "99999.1"] {
            assert!(text.parse::<CaseId>().is_err(), "{text}");
        }
    }

    #[test]
    fn patterns_select() {
        const ALL: &str = "1.1.1 1.2.1 4.1.1 4.2.4 6.1.1 6.2.1 6.4.4 6.5.1 9.1.1 10.1.1 12.1.1";
        for (patterns, chosen) in [
            ("1.*", "1.1.1 1.2.1"),
            ("1", "1.1.1 1.2.1"),
            ("4.2.4", "4.2.4"),
            ("4.2", "4.2.4"),
            ("6.1-6.4", "6.1.1 6.2.1 6.4.4"),
            ("6.2.1-9", "6.2.1 6.4.4 6.5.1 9.1.1"),
            (
                "!9.* !12.*",
                "1.1.1 1.2.1 4.1.1 4.2.4 6.1.1 6.2.1 6.4.4 6.5.1 10.1.1",
            ),
            ("!6.* 4-9", "4.1.1 4.2.4 9.1.1"),
            ("*", ALL),
            ("", ALL),
        ] {
            assert_eq!(selected(patterns, ALL), chosen, "{patterns}");
        }
    }

    #[test]
    fn an_unknown_pattern_names_near_ones() {
        let error = select(&["4.2.9".parse().unwrap()], &ids("4.2.4 4.2.5 9.1.1")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no case matches '4.2.9'; near ones: 4.2.4, 4.2.5"
        );
        assert!("4.x".parse::<Pattern>().is_err());
        assert!("".parse::<Pattern>().is_err());
        assert!("!".parse::<Pattern>().is_err());
    }
}
