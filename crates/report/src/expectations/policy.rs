//! What fails a run: the one pass policy.

use std::fmt;
use std::str::FromStr;

use wscheck_suite::verdict::Grade;

use crate::summary::Tag;

/// What fails a run beside a case that failed, which always does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Policy {
    marks: u16,
}

/// A word of `--fail-on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailOn {
    /// A behaviour that is FAILED. Always.
    Failed,
    /// A closing that is WRONG CODE. Always.
    WrongCode,
    /// A closing that is UNCLEAN. Always.
    Unclean,
    /// A closing that is FAILED BY CLIENT. Always.
    FailedByClient,
    /// A verdict that is NON-STRICT.
    NonStrict,
    /// A verdict that is UNIMPLEMENTED.
    Unimplemented,
    /// A verdict that is INFORMATIONAL.
    Informational,
    /// A case that failed, and then did not.
    Flaky,
    /// A deviation, or a want of a capability, that no case shows any more.
    NoLongerNeeded,
    /// A deviation whose reason is still to be written.
    Todo,
}

impl FailOn {
    /// Every word, those that hold always first.
    pub const ALL: [Self; 10] = [
        Self::Failed,
        Self::WrongCode,
        Self::Unclean,
        Self::FailedByClient,
        Self::NonStrict,
        Self::Unimplemented,
        Self::Informational,
        Self::Flaky,
        Self::NoLongerNeeded,
        Self::Todo,
    ];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::WrongCode => "wrong-code",
            Self::Unclean => "unclean",
            Self::FailedByClient => "failed-by-client",
            Self::NonStrict => "non-strict",
            Self::Unimplemented => "unimplemented",
            Self::Informational => "informational",
            Self::Flaky => "flaky",
            Self::NoLongerNeeded => "no-longer-needed",
            Self::Todo => "todo",
        }
    }

    const fn mark(self) -> u16 {
        1 << self as u16
    }
}

impl fmt::Display for FailOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for FailOn {
    type Err = BadFailOn;

    fn from_str(text: &str) -> Result<Self, BadFailOn> {
        let mut all = Self::ALL.into_iter();
        all.find(|word| word.as_str() == text)
            .ok_or_else(|| BadFailOn {
                word: text.to_owned(),
            })
    }
}

/// A text that names nothing that could fail a run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{word}' is nothing that a run can fail on; expected one of {}",
    words()
)]
pub struct BadFailOn {
    /// The text.
    pub word: String,
}

fn words() -> String {
    FailOn::ALL.map(FailOn::as_str).join(", ")
}

impl Policy {
    /// Nothing but what always fails a run.
    pub const PLAIN: Self = Self { marks: 0 };

    /// All but OK and INFORMATIONAL fails, unless it was expected, and so does
    /// what is expected without need or without a reason.
    pub const STRICT: Self = Self {
        marks: FailOn::NonStrict.mark()
            | FailOn::Unimplemented.mark()
            | FailOn::Flaky.mark()
            | FailOn::NoLongerNeeded.mark()
            | FailOn::Todo.mark(),
    };

    /// This policy, and these beside it.
    #[must_use]
    pub fn and(mut self, words: &[FailOn]) -> Self {
        for word in words {
            self.marks |= word.mark();
        }
        self
    }

    /// Whether this word fails a run.
    pub fn fails_on(self, word: FailOn) -> bool {
        use FailOn::{Failed, FailedByClient, Unclean, WrongCode};
        let always = matches!(word, Failed | WrongCode | Unclean | FailedByClient);
        always || self.marks & word.mark() != 0
    }

    /// Whether a verdict fails a run unless it was expected.
    pub fn fails(self, tag: Tag) -> bool {
        self.fails_on(match tag {
            Tag::Judged(Grade::Failed) => FailOn::Failed,
            Tag::Judged(Grade::Unimplemented) => FailOn::Unimplemented,
            Tag::Judged(Grade::NonStrict) => FailOn::NonStrict,
            Tag::Judged(Grade::Informational) => FailOn::Informational,
            Tag::Flaky => FailOn::Flaky,
            Tag::Judged(Grade::Ok) | Tag::CouldNotTest | Tag::Skipped => return false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_a_run() {
        let failing = |policy: Policy| {
            let tags = Tag::ALL.into_iter().filter(|tag| policy.fails(*tag));
            tags.map(Tag::key).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(failing(Policy::PLAIN), "failed");
        assert_eq!(
            failing(Policy::STRICT),
            "non-strict unimplemented flaky failed"
        );
        let told = Policy::PLAIN.and(&[FailOn::Informational, FailOn::Unclean]);
        assert_eq!(failing(told), "informational failed");
    }

    #[test]
    fn words_are_read_as_they_are_shown() {
        for word in FailOn::ALL {
            assert_eq!(word.as_str().parse(), Ok(word));
        }
        let error = "strict".parse::<FailOn>().unwrap_err().to_string();
        assert!(
            error.ends_with("flaky, no-longer-needed, todo") && error.contains("'strict'"),
            "{error}"
        );
    }
}
