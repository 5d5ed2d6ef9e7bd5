//! What is expected of the testee, as typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use wscheck_report::expectations::FailOn;

/// What is expected, and where it stands.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Expectations")]
pub struct ExpectArgs {
    /// Takes what is expected of the testee, and how it is started, from this file
    /// [default: wscheck.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Leaves wscheck.toml alone
    #[arg(long, conflicts_with = "config")]
    pub no_config: bool,
    /// Fails the run on these, too: non-strict, unimplemented, informational,
    /// flaky, no-longer-needed, todo (repeatable, or with commas)
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub fail_on: Vec<FailOn>,
    /// Fails the run on all but OK and INFORMATIONAL that is not expected, and on
    /// what is expected without need or without a reason
    #[arg(long)]
    pub strict: bool,
    /// Cases that are newer than this edition of the catalogue fail nothing
    /// [default: the newest]
    #[arg(long, value_name = "N")]
    pub edition: Option<u16>,
}

/// What becomes of the file that says what is expected.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "Expectations")]
pub struct UpdateArgs {
    /// Shows on stdout how wscheck.toml is to change so that the run is as
    /// expected, or writes it
    #[arg(
        long,
        value_enum,
        value_name = "HOW",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "show"
    )]
    pub update: Option<Update>,
}

/// What becomes of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Update {
    /// Shows it, as a diff
    Show,
    /// Writes it
    Write,
}
