//! The reports that are written beside the results, and the commands over
//! stored results.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ExpectArgs, UpdateArgs};

/// Which reports are written, and where.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct ReportArgs {
    /// Writes all that happened as one HTML page that needs no other file
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Writes JUnit XML: a suite an agent, a test a case
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Writes a summary in Markdown, as for $GITHUB_STEP_SUMMARY
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Writes TAP, version 14
    #[arg(long, value_name = "FILE")]
    pub tap: Option<PathBuf>,
    /// Writes what went over the connections of the cases as packets for Wireshark
    /// (pcapng); of stored results, where their logs have every octet
    #[arg(long, value_name = "FILE")]
    pub pcap: Option<PathBuf>,
    /// When to print annotations for GitHub Actions on stderr
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    pub annotations: Annotations,
}

/// When to print annotations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Annotations {
    /// Where GITHUB_ACTIONS is true
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What `wscheck report` is told.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  wscheck report wscheck-report --html report.html --junit junit.xml
  wscheck report shard-1 shard-2 shard-3 --html report.html")]
pub struct ReportCommandArgs {
    /// Results: results.json, results.jsonl, or the folder of either; several are
    /// told as one run
    #[arg(value_name = "RESULTS", required = true)]
    pub results: Vec<PathBuf>,
    /// Knows the cases of this TOML or JSON file too (repeatable)
    #[arg(long, value_name = "FILE")]
    pub cases_file: Vec<PathBuf>,
    /// What was expected.
    #[command(flatten)]
    pub expect: ExpectArgs,
    /// What becomes of that.
    #[command(flatten)]
    pub update: UpdateArgs,
    /// Which reports.
    #[command(flatten)]
    pub reports: ReportArgs,
}

/// What `wscheck diff` is told.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  wscheck diff before/ now/ --html changes.html

Exit codes: 0 nothing got worse but what is expected, 1 something did, 2 the
results cannot be read or compared.")]
pub struct DiffArgs {
    /// The results before: results.json, results.jsonl, or the folder of either
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The results now
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// Prints JSON
    #[arg(long)]
    pub json: bool,
    /// Writes both runs as one HTML page: what changed, each case with what
    /// happened before and now
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Knows the cases of this TOML or JSON file too (repeatable)
    #[arg(long, value_name = "FILE")]
    pub cases_file: Vec<PathBuf>,
    /// What is expected.
    #[command(flatten)]
    pub expect: ExpectArgs,
}

/// What `wscheck merge` is told.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  wscheck merge wscheck-report shard-1 shard-2 shard-3")]
pub struct MergeArgs {
    /// The folder of the result files; it is made if it is missing
    #[arg(value_name = "OUT")]
    pub out: PathBuf,
    /// Results: results.json, results.jsonl, or the folder of either
    #[arg(value_name = "IN", required = true)]
    pub results: Vec<PathBuf>,
    /// Knows the cases of this TOML or JSON file too (repeatable)
    #[arg(long, value_name = "FILE")]
    pub cases_file: Vec<PathBuf>,
    /// What was expected.
    #[command(flatten)]
    pub expect: ExpectArgs,
    /// Which reports.
    #[command(flatten)]
    pub reports: ReportArgs,
}
