//! Who tests the servers.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::installation;

/// A program that tests a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contender {
    /// This one, with its default flags.
    Wscheck,
    /// kosoku, with so many cases at a time.
    Kosoku {
        /// The value of `-p`.
        parallelism: u32,
    },
}

/// What the reports of a run say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// How many cases have a verdict.
    pub cases: usize,
    /// How many of them have a behaviour of FAILED.
    pub failed: usize,
}

impl Contender {
    /// The command that plays the cases of `patterns` against the server at `url`, and
    /// writes its reports to `folder`.
    pub fn command(self, url: &str, patterns: &[&str], folder: &Path) -> Result<Command, String> {
        match self {
            Self::Wscheck => {
                let mut wscheck = Command::new(env!("CARGO_BIN_EXE_wscheck"));
                wscheck.args(["server", url]).args(patterns);
                wscheck.arg("--out").arg(folder);
                Ok(wscheck)
            }
            Self::Kosoku { parallelism } => {
                let mut kosoku = Command::new(kosoku()?);
                kosoku.arg(url.trim_start_matches("ws://").trim_end_matches('/'));
                kosoku.args(patterns.iter().flat_map(|pattern| ["-i", pattern]));
                kosoku.args(["-p", &parallelism.to_string()]);
                kosoku.arg("-o").arg(folder);
                Ok(kosoku)
            }
        }
    }

    /// Whether the program ends with this code after a run in which cases failed.
    pub fn may_end_with(self, code: Option<i32>) -> bool {
        matches!(code, Some(0 | 1))
    }

    /// Reads what it wrote to `folder`.
    pub fn told(self, folder: &Path) -> Result<Told, String> {
        #[derive(Deserialize)]
        struct Entry {
            behavior: String,
        }
        let index = match self {
            Self::Wscheck => folder.join("autobahn/index.json"),
            Self::Kosoku { .. } => folder.join("index.json"),
        };
        let unreadable = |error: &dyn fmt::Display| format!("{}: {error}", index.display());
        let text = fs::read_to_string(&index).map_err(|error| unreadable(&error))?;
        let agents: BTreeMap<String, BTreeMap<String, Entry>> =
            serde_json::from_str(&text).map_err(|error| unreadable(&error))?;
        let entries = agents.values().flat_map(BTreeMap::values);
        let failed = entries.filter(|entry| entry.behavior == "FAILED").count();
        match agents.values().map(BTreeMap::len).sum() {
            0 => Err(unreadable(&"it has no case")),
            cases => Ok(Told { cases, failed }),
        }
    }
}

impl fmt::Display for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wscheck => f.pad("wscheck"),
            Self::Kosoku { parallelism } => f.pad(&format!("kosoku -p {parallelism}")),
        }
    }
}

/// The program, at the version that `requirements.txt` pins.
fn kosoku() -> Result<PathBuf, String> {
    let pins = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/speed/requirements.txt");
    Ok(installation::environment("kosoku", &pins)?.join("kosoku"))
}
