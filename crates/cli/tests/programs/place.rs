//! An empty folder in which the programs run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command as StdCommand;

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use tempfile::TempDir;

/// A folder that is removed when the test ends.
pub struct Place(TempDir);

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// `wscheck` with these words.
    pub fn wscheck(&self, line: &str) -> Command {
        Command::from_std(self.program("wscheck", line))
    }

    /// `wstest` with these words.
    pub fn wstest(&self, line: &str) -> Command {
        Command::from_std(self.program("wstest", line))
    }

    /// One of the programs, to be started by hand.
    pub fn program(&self, name: &str, line: &str) -> StdCommand {
        let mut command = StdCommand::new(cargo_bin(name));
        command
            .args(line.split_whitespace())
            .current_dir(self.0.path())
            .env_remove("CLICOLOR_FORCE")
            .env_remove("GITHUB_ACTIONS")
            .env("NO_COLOR", "1");
        command
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    /// Every file below the folder, by its path in it, sorted.
    pub fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        collect(self.0.path(), &mut found);
        let root = self.0.path();
        let inside = found.iter().map(|path| path.strip_prefix(root).unwrap());
        let mut names: Vec<String> = inside
            .map(|path| path.to_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    }
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// What a program printed, with each place that differs from run to run
/// replaced by a word.
pub fn masked(octets: &[u8], masks: &[(&str, &str)]) -> String {
    let mut text = String::from_utf8(octets.to_vec()).unwrap();
    for (what, word) in masks {
        text = text.replace(what, word);
    }
    text
}
