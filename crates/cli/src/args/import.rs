//! The command line of `wscheck import`, as typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use wscheck_suite::tested::Tested;

/// What `wscheck import` is told.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wscheck import fuzzingclient.json expected-results.json > wscheck.toml
  wscheck import --role client autobahn/expected-results.json -o wscheck.toml")]
pub struct ImportArgs {
    /// Files of Autobahn|Testsuite: fuzzingclient.json, fuzzingserver.json, or an
    /// index.json that is kept as a baseline
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// In which role the baselines were made
    #[arg(long, value_enum)]
    pub role: Option<RoleName>,
    /// Writes a new file there, in place of stdout
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// A role of a testee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleName {
    /// A server was tested
    Server,
    /// A client was tested
    Client,
}

impl From<RoleName> for Tested {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Server => Self::Server,
            RoleName::Client => Self::Client,
        }
    }
}
