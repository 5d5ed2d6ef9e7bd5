//! What a verdict means for the run.

use wscheck_suite::verdict::Grade;

use crate::summary::Tag;

/// What came of a case, as far as a run passes or fails by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// A verdict that does not fail the run.
    Passed,
    /// The testee does not offer what the case is about, or it was not played.
    Skipped,
    /// It would fail the run, but appeared in a later edition than that holds to.
    Newer,
    /// It would fail the run, but was expected.
    Expected,
    /// There was nobody to test.
    Untested,
    /// It fails the run.
    Failed,
}

impl Standing {
    /// What a verdict means if nothing special is expected.
    pub(crate) fn without_policy(tag: Tag) -> Self {
        match tag {
            Tag::Judged(Grade::Ok | Grade::NonStrict | Grade::Informational) | Tag::Flaky => {
                Self::Passed
            }
            Tag::Judged(Grade::Unimplemented) | Tag::Skipped => Self::Skipped,
            Tag::Judged(Grade::Failed) => Self::Failed,
            Tag::CouldNotTest => Self::Untested,
        }
    }

    /// Whether the run is not what was wished for because of it.
    pub fn is_bad(self) -> bool {
        matches!(self, Self::Failed | Self::Untested)
    }
}
