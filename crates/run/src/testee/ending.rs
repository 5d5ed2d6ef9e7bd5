//! How a program ended.

use std::fmt;
use std::process::ExitStatus;

/// The exit code by which shells say that SIGTERM ended something: 128 + 15.
const TERMINATED: i32 = 143;

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// Nobody could tell.
    Unknown(String),
}

impl Ending {
    /// By itself, with code 0.
    pub fn is_success(&self) -> bool {
        *self == Self::Code(0)
    }

    /// Whether it is a bad answer to SIGTERM or SIGKILL.
    pub(super) fn is_bad_when_asked(&self) -> bool {
        match self {
            Self::Code(code) => ![0, TERMINATED].contains(code),
            Self::Signal(number) => !is_ours(*number),
            Self::Unknown(_) => false,
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "ended with exit code {code}"),
            Self::Signal(number) => write!(f, "was ended by {}", signal_name(*number)),
            Self::Unknown(why) => write!(f, "ended, nobody knows how ({why})"),
        }
    }
}

#[cfg(unix)]
impl From<ExitStatus> for Ending {
    fn from(status: ExitStatus) -> Self {
        use std::os::unix::process::ExitStatusExt;
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::Code(code),
            (None, Some(number)) => Self::Signal(number),
            (None, None) => Self::Unknown(status.to_string()),
        }
    }
}

#[cfg(not(unix))]
impl From<ExitStatus> for Ending {
    fn from(status: ExitStatus) -> Self {
        match status.code() {
            Some(code) => Self::Code(code),
            None => Self::Unknown(status.to_string()),
        }
    }
}

#[cfg(unix)]
fn signal_name(number: i32) -> String {
    match nix::sys::signal::Signal::try_from(number) {
        Ok(signal) => signal.as_str().to_owned(),
        Err(_) => format!("signal {number}"),
    }
}

#[cfg(not(unix))]
fn signal_name(number: i32) -> String {
    format!("signal {number}")
}

#[cfg(unix)]
fn is_ours(number: i32) -> bool {
    use nix::sys::signal::{SIGKILL, SIGTERM};
    [SIGTERM as i32, SIGKILL as i32].contains(&number)
}

#[cfg(not(unix))]
fn is_ours(_number: i32) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn endings_are_told_in_words_and_judged() {
        for (ending, words, is_bad) in [
            (Ending::Code(0), "ended with exit code 0", false),
            (Ending::Code(143), "ended with exit code 143", false),
            (Ending::Code(23), "ended with exit code 23", true),
            (Ending::Signal(15), "was ended by SIGTERM", false),
            (Ending::Signal(9), "was ended by SIGKILL", false),
            (Ending::Signal(6), "was ended by SIGABRT", true),
            (Ending::Signal(11), "was ended by SIGSEGV", true),
        ] {
            assert_eq!(ending.to_string(), words);
            assert_eq!(ending.is_bad_when_asked(), is_bad, "{words}");
        }
    }
}
