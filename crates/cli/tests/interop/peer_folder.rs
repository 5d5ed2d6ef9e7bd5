//! The folder of a peer: its programs, and a `wscheck.toml` that says how they are started
//! and what is known of them.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assert_cmd::Command;

use crate::kept::Testee;
use crate::language::Language;
use crate::program::interop;

/// The longest, 54 cases of section 9 and 38 of compression, take less than a minute.
const LONGEST_RUN: Duration = Duration::from_secs(240);

/// A peer, as `interop/peers/LANGUAGE/NAME` has it.
pub struct PeerFolder {
    path: PathBuf,
    config: toml::Table,
}

impl PeerFolder {
    /// The peers of one language, by name.
    ///
    /// # Panics
    /// When a `wscheck.toml` cannot be read: they are part of the repository.
    pub fn all(language: Language) -> Vec<Self> {
        let folder = interop().join("peers").join(language.folder());
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{error}"));
        let paths = entries.flatten().map(|entry| entry.path());
        let mut paths: Vec<_> = paths
            .filter(|path| path.join("wscheck.toml").exists())
            .collect();
        paths.sort();
        paths.into_iter().map(Self::read).collect()
    }

    fn read(path: PathBuf) -> Self {
        let file = path.join("wscheck.toml");
        let config = fs::read_to_string(&file)
            .map_err(|error| error.to_string())
            .and_then(|text| text.parse().map_err(|error| format!("{error}")))
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        Self { path, config }
    }

    /// How the library is called.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Whether there is a program for this end of a connection.
    pub fn plays(&self, testee: Testee) -> bool {
        self.config.contains_key(command(testee))
    }

    /// Runs wscheck in the folder, over these cases in place of those of the file if there
    /// are any; its programs are looked for in `programs` first. What it counts is returned,
    /// unless something is not as the file says: then all that it told.
    pub fn play(
        &self,
        testee: Testee,
        cases: &[String],
        programs: &Path,
    ) -> Result<String, String> {
        let out = tempfile::tempdir().map_err(|error| error.to_string())?;
        let output = Command::new(env!("CARGO_BIN_EXE_wscheck"))
            .arg(command(testee))
            .args(cases)
            .arg("--out")
            .arg(out.path())
            .current_dir(&self.path)
            .env("PATH", before_path(programs))
            .timeout(LONGEST_RUN)
            .output()
            .map_err(|error| error.to_string())?;
        let stderr = String::from_utf8_lossy(&output.stderr);
        let counts = stderr.lines().rfind(|line| line.contains(" cases: "));
        match counts {
            Some(counts) if output.status.success() => Ok(counts.to_owned()),
            _ => Err(format!("wscheck ended with {}\n{stderr}", output.status)),
        }
    }
}

/// The command of wscheck that tests such peers, and the table with theirs.
fn command(testee: Testee) -> &'static str {
    match testee {
        Testee::Server => "server",
        Testee::Client | Testee::Browser => "client",
    }
}

fn before_path(programs: &Path) -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = [programs.to_owned()].into_iter();
    let folders = folders.chain(env::split_paths(&path));
    env::join_paths(folders).unwrap_or(path)
}
