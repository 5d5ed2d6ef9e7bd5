//! The exit codes of both programs.

use std::process::ExitCode;

/// How a program ends. The numbers are a promise to scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Exit {
    /// All that was asked for was done, and every verdict was as expected.
    AsExpected = 0,
    /// Some verdict was not as expected, or the program under test ended badly.
    NotAsExpected = 1,
    /// The command line or a file that it names is at fault.
    Usage = 2,
    /// Something could not be tested.
    CouldNotTest = 3,
    /// No case was selected.
    NothingSelected = 4,
    /// The user stopped the run.
    Interrupted = 130,
}

impl Exit {
    /// The number that the operating system is told.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// What a run came to, as far as its exit code is concerned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Findings {
    /// A verdict failed the run, or the program under test ended badly.
    pub failed: bool,
    /// A case or a whole target could not be tested.
    pub untested: bool,
    /// The run was stopped before its end.
    pub interrupted: bool,
}

impl Findings {
    /// The exit code; a failure beats what could not be tested.
    pub const fn exit(self) -> Exit {
        match self {
            Self {
                interrupted: true, ..
            } => Exit::Interrupted,
            Self { failed: true, .. } => Exit::NotAsExpected,
            Self { untested: true, .. } => Exit::CouldNotTest,
            _ => Exit::AsExpected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_beats_three_and_an_interrupt_beats_both() {
        for (failed, untested, interrupted, code) in [
            (false, false, false, 0),
            (true, false, false, 1),
            (false, true, false, 3),
            (true, true, false, 1),
            (true, true, true, 130),
        ] {
            let findings = Findings {
                failed,
                untested,
                interrupted,
            };
            assert_eq!(findings.exit().code(), code, "{findings:?}");
        }
    }
}
