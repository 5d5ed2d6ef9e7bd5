//! Why a program could not do what it was asked to, and what to do next.

use std::io;
use std::path::{Path, PathBuf};

use wscheck_report::merge::MergeError;
use wscheck_report::store::StoreError;
use wscheck_report::stored::ReadError;
use wscheck_run::{BadAddress, BadTls, CouldNotListen};
use wscheck_suite::case_id::{BadId, BadPattern, NoSuchCase};
use wscheck_suite::export::ExportError;
use wscheck_suite::load::LoadError;

use crate::exit::Exit;

/// Why a command ended without doing its work.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A case pattern is no pattern.
    #[error(transparent)]
    BadPattern(#[from] BadPattern),
    /// A case number is no number.
    #[error(transparent)]
    BadId(#[from] BadId),
    /// A pattern selects nothing.
    #[error(transparent)]
    NoSuchCase(#[from] NoSuchCase),
    /// A file of cases has a fault in it.
    #[error(transparent)]
    Cases(#[from] LoadError),
    /// A URL is none.
    #[error(transparent)]
    Address(#[from] BadAddress),
    /// The files or names for TLS are not what they should be.
    #[error(transparent)]
    Tls(#[from] BadTls),
    /// A place to listen at is not to be had.
    #[error(transparent)]
    Listening(#[from] CouldNotListen),
    /// Stored results cannot be read.
    #[error(transparent)]
    Stored(#[from] ReadError),
    /// Stored results cannot be joined.
    #[error(transparent)]
    Merge(#[from] MergeError),
    /// A case cannot be written in TOML.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// An argument does not fit; `hint` is what to type instead.
    #[error("{problem}")]
    Argument {
        /// What is wrong with which argument.
        problem: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// A file of the user's has a fault in it.
    #[error("{}{}: {problem}", path.display(), at(*line))]
    File {
        /// The file.
        path: PathBuf,
        /// Where in it.
        line: Option<usize>,
        /// What was expected and what is there.
        problem: String,
    },
    /// A file cannot be read or written.
    #[error("cannot {verb} {}: {source}", path.display())]
    Io {
        /// `read`, `write`.
        verb: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file of results cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// This machine lets us do nothing at all.
    #[error("we could not start: {0}")]
    Starting(io::Error),
    /// Patterns and files leave nothing to play.
    #[error("no case is selected{why}")]
    NothingSelected {
        /// A clause that says why.
        why: String,
    },
    /// There is nobody to test.
    #[error("{problem}")]
    CouldNotTest {
        /// Who is guilty, and of what.
        problem: String,
        /// What to do about it.
        hint: Option<String>,
    },
}

fn at(line: Option<usize>) -> String {
    line.map(|line| format!(":{line}")).unwrap_or_default()
}

impl Failure {
    /// An argument that does not fit, and nothing to say beside that.
    pub fn argument(problem: impl Into<String>) -> Self {
        Self::Argument {
            problem: problem.into(),
            hint: None,
        }
    }

    /// The same failure with advice.
    #[must_use]
    pub fn advising(mut self, advice: impl Into<String>) -> Self {
        if let Self::Argument { hint, .. } | Self::CouldNotTest { hint, .. } = &mut self {
            *hint = Some(advice.into());
        }
        self
    }

    /// For `map_err`: a file that cannot be read.
    pub fn reading(path: &Path) -> impl FnOnce(io::Error) -> Self {
        Self::io("read", path)
    }

    /// For `map_err`: a file or folder that cannot be written.
    pub fn writing(path: &Path) -> impl FnOnce(io::Error) -> Self {
        Self::io("write", path)
    }

    fn io(verb: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { verb, path, source }
    }

    /// How the program ends.
    pub const fn exit(&self) -> Exit {
        match self {
            Self::NothingSelected { .. } => Exit::NothingSelected,
            Self::CouldNotTest { .. } => Exit::CouldNotTest,
            _ => Exit::Usage,
        }
    }

    /// What to do next, if there is more to say than the message does.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Argument { hint, .. } | Self::CouldNotTest { hint, .. } => hint.as_deref(),
            Self::NoSuchCase(_) => Some("`wscheck list` shows every case"),
            _ => None,
        }
    }
}
