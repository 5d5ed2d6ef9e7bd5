//! The command line of `wscheck`, as typed.

mod client;
mod expect;
mod import;
mod proxy;
mod report;
mod server;
pub mod wstest;

use std::path::PathBuf;

use anstream::ColorChoice;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use wscheck_suite::profile::Profile;

pub use client::ClientArgs;
pub use expect::{ExpectArgs, Update, UpdateArgs};
pub use import::{ImportArgs, RoleName};
pub use proxy::ProxyArgs;
pub use report::{Annotations, DiffArgs, MergeArgs, ReportArgs, ReportCommandArgs};
pub use server::{Format, ServerArgs};

/// Tests WebSocket implementations against RFC 6455
///
/// wscheck plays hundreds of small conversations, legal and illegal ones, and
/// says of each whether the implementation under test kept its promises.
///
/// Exit codes: 0 all as expected, 1 something was not, 2 usage or
/// configuration, 3 could not test, 4 nothing selected, 130 interrupted.
#[derive(Debug, Parser)]
#[command(name = "wscheck", version, max_term_width = 100)]
pub struct Wscheck {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// When to use colours; NO_COLOR is obeyed
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    pub color: Color,
}

/// What `wscheck` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Tests servers; without a URL or a command, the built-in reference server
    Server(Box<ServerArgs>),
    /// Tests clients: serves the cases until it is stopped, or starts a client
    Client(Box<ClientArgs>),
    /// Tests a proxy: dials it, and is what it forwards to
    Proxy(Box<ProxyArgs>),
    /// Lists the cases
    List(ListArgs),
    /// Tells what a case does, what it accepts, and by which rule
    Explain(ExplainArgs),
    /// Writes stored results as HTML, JUnit XML, Markdown or TAP
    Report(ReportCommandArgs),
    /// Tells case by case what changed from one run to another
    Diff(DiffArgs),
    /// Joins the results of several runs, as of shards, into those of one
    Merge(MergeArgs),
    /// Turns files of Autobahn|Testsuite into a wscheck.toml
    Import(ImportArgs),
    /// Serves the reference server, which sends every message back
    Echo(EchoArgs),
    /// Writes the man pages into a folder
    #[command(hide = true)]
    Man {
        /// The folder; it is made if it is missing
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Prints the completions of a shell
    #[command(hide = true)]
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
}

/// What `wscheck list` is told.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Which cases: 4.2.4, '4.*', 6.1-6.4, '!9.*'; all if none is given
    #[arg(value_name = "CASES")]
    pub patterns: Vec<String>,
    /// Leaves out what `wscheck server --quick` leaves out
    #[arg(long)]
    pub quick: bool,
    /// Prints JSON
    #[arg(long)]
    pub json: bool,
    /// Tells which faults of a peer each case catches, by the profile rfc
    #[arg(long)]
    pub catches: bool,
    /// By whose measure the cases are judged
    #[arg(long, value_enum, default_value_t)]
    pub profile: ProfileName,
    /// Lists the cases of this TOML or JSON file too (repeatable)
    #[arg(long, value_name = "FILE")]
    pub cases_file: Vec<PathBuf>,
}

/// What `wscheck explain` is told.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The case, as in 4.2.4
    #[arg(value_name = "CASE")]
    pub case: String,
    /// Shows the octets of each frame
    #[arg(long)]
    pub bytes: bool,
    /// Prints the case as users write theirs
    #[arg(long, conflicts_with_all = ["bytes", "result"])]
    pub toml: bool,
    /// By whose measure the case is judged [default: rfc, or that of --result]
    #[arg(long, value_enum)]
    pub profile: Option<ProfileName>,
    /// Sets what happened in a run beside it: its results.json, results.jsonl, or
    /// the folder of either
    #[arg(long, value_name = "FILE")]
    pub result: Option<PathBuf>,
    /// Looks for the case in this TOML or JSON file too (repeatable)
    #[arg(long, value_name = "FILE")]
    pub cases_file: Vec<PathBuf>,
}

/// What `wscheck echo` is told.
#[derive(Debug, Args)]
pub struct EchoArgs {
    /// Where to listen: HOST:PORT, or ws+unix:PATH; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9001")]
    pub listen: String,
    /// Speaks TLS, with a certificate made on the spot unless one is given
    #[arg(long)]
    pub tls: bool,
    /// The certificate chain, PEM
    #[arg(long, value_name = "FILE", requires_all = ["key", "tls"])]
    pub cert: Option<PathBuf>,
    /// The private key, PEM
    #[arg(long, value_name = "FILE", requires_all = ["cert", "tls"])]
    pub key: Option<PathBuf>,
    /// Writes the certificate that was made on the spot there, for --ca
    #[arg(long, value_name = "FILE", requires = "tls", conflicts_with = "cert")]
    pub write_cert: Option<PathBuf>,
    /// Declines compression (permessage-deflate)
    #[arg(long)]
    pub no_compression: bool,
    /// Makes the server wrong in this one way
    #[arg(long, value_name = "NAME")]
    pub fault: Option<String>,
    /// Lists the faults, with the sentence that each breaks, and ends
    #[arg(long, exclusive = true)]
    pub list_faults: bool,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl From<Color> for ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

/// By whose measure cases are judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ProfileName {
    /// RFC 6455, RFC 7692 and the IANA registry decide
    #[default]
    Rfc,
    /// The verdicts of Autobahn|Testsuite, case for case
    Autobahn,
}

impl From<ProfileName> for Profile {
    fn from(name: ProfileName) -> Self {
        match name {
            ProfileName::Rfc => Self::Rfc,
            ProfileName::Autobahn => Self::Autobahn,
        }
    }
}

/// How long to wait for silence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum PaceName {
    /// As long as the peer's own speed asks for; what fails is played again
    /// alone, at the nominal pace
    #[default]
    Learned,
    /// As long as Autobahn|Testsuite does
    Nominal,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definitions_hold_together() {
        Wscheck::command().debug_assert();
        wstest::Wstest::command().debug_assert();
    }
}
