//! The command line of `wscheck server`, as typed.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use wscheck_suite::shard::Shard;

use super::{ExpectArgs, PaceName, ProfileName, ReportArgs, UpdateArgs};

/// What `wscheck server` is told.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct ServerArgs {
    /// URLs (ws://, wss://, ws+unix:/path:/resource) and cases (4.2.4, '4.*',
    /// 6.1-6.4, '!9.*') in any order
    #[arg(value_name = "URL|CASES")]
    pub words: Vec<String>,
    /// The command that starts the server under test; {port} and {url} in its
    /// arguments, PORT and WSCHECK_URL in its environment tell it where to listen
    #[arg(last = true, value_name = "CMD")]
    pub command: Vec<OsString>,

    /// By whose measure the cases are judged [default: rfc]
    #[arg(long, value_enum, help_heading = "Selection")]
    pub profile: Option<ProfileName>,
    /// Leaves these cases out (repeatable)
    #[arg(long, value_name = "PATTERN", help_heading = "Selection")]
    pub exclude: Vec<String>,
    /// Plays the cases of this TOML or JSON file too (repeatable)
    #[arg(long, value_name = "FILE", help_heading = "Selection")]
    pub cases_file: Vec<PathBuf>,
    /// Of each section of chapters 9, 12 and 13, which take longest, plays only
    /// the case with the shortest message, one in the middle, and that with the
    /// longest
    #[arg(long, help_heading = "Selection")]
    pub quick: bool,
    /// Plays only what failed in the run that --out holds
    #[arg(long, help_heading = "Selection")]
    pub last_failed: bool,
    /// Plays only part K of N of the selection, cut so that the parts take about
    /// equally long; `wscheck merge` joins them
    #[arg(long, value_name = "K/N", help_heading = "Selection")]
    pub shard: Option<Shard>,
    /// Plays each case so many times
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..), help_heading = "Selection")]
    pub repeat: u32,

    /// The name of the server in the reports, one for each URL [default: its
    /// Server header]
    #[arg(long, value_name = "NAME", help_heading = "Connection")]
    pub agent: Vec<String>,
    /// A further header field of the opening request (repeatable)
    #[arg(
        short = 'H',
        long = "header",
        value_name = "K: V",
        help_heading = "Connection"
    )]
    pub headers: Vec<String>,
    /// The Origin of the opening request
    #[arg(long, value_name = "ORIGIN", help_heading = "Connection")]
    pub origin: Option<String>,
    /// A subprotocol to offer (repeatable)
    #[arg(long, value_name = "NAME", help_heading = "Connection")]
    pub protocol: Vec<String>,
    /// Trusts the certificates of this PEM file, and no others
    #[arg(long, value_name = "FILE", help_heading = "Connection")]
    pub ca: Option<PathBuf>,
    /// Trusts any certificate
    #[arg(short = 'k', long, help_heading = "Connection")]
    pub insecure: bool,
    /// The server name to send in TLS [default: the host of the URL]
    #[arg(long, value_name = "NAME", help_heading = "Connection")]
    pub sni: Option<String>,
    /// Starts with the cases at once, without a look whether the server echoes
    #[arg(long, help_heading = "Connection")]
    pub no_preflight: bool,

    /// At most so many cases at a time; fewer where the server does not serve
    /// that many connections [default: 16]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024), help_heading = "Running")]
    pub jobs: Option<u32>,
    /// How long to wait for silence [default: learned]
    #[arg(long, value_enum, help_heading = "Running")]
    pub pace: Option<PaceName>,
    /// All waits times X, from 0.1 to 100
    #[arg(
        long,
        value_name = "X",
        conflicts_with = "no_timeouts",
        help_heading = "Running"
    )]
    pub timeout_scale: Option<f64>,
    /// Waits for ever where a case would give up, for work with a debugger
    #[arg(long, help_heading = "Running")]
    pub no_timeouts: bool,
    /// Plays each case of which a report shows the time alone
    #[arg(long, help_heading = "Running")]
    pub timing: bool,
    /// Begins no case after the first failure
    #[arg(long, help_heading = "Running")]
    pub fail_fast: bool,
    /// Plays a case that has failed up to N times more; if it does not fail then,
    /// it is FLAKY
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        value_parser = clap::value_parser!(u32).range(..=1000),
        help_heading = "Running"
    )]
    pub retries: u32,
    /// How long the whole run may take, seconds; what is not played then makes
    /// the exit code 3
    #[arg(long, value_name = "SECS", help_heading = "Running")]
    pub max_time: Option<f64>,
    /// What all randomness of our side derives from [default: drawn anew]
    #[arg(long, value_name = "N", help_heading = "Running")]
    pub seed: Option<u64>,
    /// How long CMD has until its port answers, seconds [default: 30]
    #[arg(long, value_name = "SECS", help_heading = "Running")]
    pub start_timeout: Option<f64>,

    /// What is expected.
    #[command(flatten)]
    pub expect: ExpectArgs,
    /// What becomes of that.
    #[command(flatten)]
    pub update: UpdateArgs,

    /// The folder of the result files
    #[arg(
        long,
        value_name = "DIR",
        default_value = "wscheck-report",
        help_heading = "Output"
    )]
    pub out: PathBuf,
    /// What stdout carries
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    pub format: Format,
    /// Shows the wire as it happens
    #[arg(short, long, help_heading = "Output")]
    pub verbose: bool,
    /// Which reports.
    #[command(flatten)]
    pub reports: ReportArgs,
}

/// What stdout carries during a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Nothing; stderr tells the story
    #[default]
    Text,
    /// Each event as a line of JSON
    Json,
}

const EXAMPLES: &str = "\
Examples:
  wscheck server                                  the built-in reference server
  wscheck server ws://127.0.0.1:9001              a server that is running
  wscheck server ws://127.0.0.1:9001 '7.*' '!7.9.*'
  wscheck server -- ./my-server --port {port}     a server to start and stop
  wscheck server wss://localhost:9443 --ca ca.pem --agent mine";
