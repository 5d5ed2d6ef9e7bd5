//! The command line of `wscheck client`, as typed.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use wscheck_suite::shard::Shard;

use super::{ExpectArgs, Format, PaceName, ProfileName, ReportArgs, UpdateArgs};

/// What `wscheck client` is told.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct ClientArgs {
    /// Which cases: 4.2.4, '4.*', 6.1-6.4, '!9.*'; all if none is given
    #[arg(value_name = "CASES")]
    pub patterns: Vec<String>,
    /// The command that starts the client under test; {url} in its arguments and
    /// WSCHECK_URL in its environment tell it where the cases are
    #[arg(last = true, value_name = "CMD")]
    pub command: Vec<OsString>,

    /// By whose measure the cases are judged [default: rfc]
    #[arg(long, value_enum, help_heading = "Selection")]
    pub profile: Option<ProfileName>,
    /// Leaves these cases out (repeatable)
    #[arg(long, value_name = "PATTERN", help_heading = "Selection")]
    pub exclude: Vec<String>,
    /// Serves the cases of this TOML or JSON file too (repeatable)
    #[arg(long, value_name = "FILE", help_heading = "Selection")]
    pub cases_file: Vec<PathBuf>,
    /// Of each section of chapters 9, 12 and 13, which take longest, serves only
    /// the case with the shortest message, one in the middle, and that with the
    /// longest
    #[arg(long, help_heading = "Selection")]
    pub quick: bool,
    /// Serves only what failed in the run that --out holds
    #[arg(long, help_heading = "Selection")]
    pub last_failed: bool,
    /// Serves only part K of N of the selection, cut so that the parts take about
    /// equally long; `wscheck merge` joins them
    #[arg(long, value_name = "K/N", help_heading = "Selection")]
    pub shard: Option<Shard>,

    /// Where to listen: HOST:PORT, or ws+unix:PATH; port 0 takes a free one
    /// [default: 127.0.0.1:9001, or a free port for CMD]
    #[arg(long, value_name = "ADDR", help_heading = "Connection")]
    pub listen: Option<String>,
    /// Writes the URL there as soon as clients can come
    #[arg(long, value_name = "FILE", help_heading = "Connection")]
    pub url_file: Option<PathBuf>,
    /// Speaks TLS, with a certificate made on the spot unless one is given
    #[arg(long, help_heading = "Connection")]
    pub tls: bool,
    /// The certificate chain, PEM
    #[arg(long, value_name = "FILE", requires_all = ["key", "tls"], help_heading = "Connection")]
    pub cert: Option<PathBuf>,
    /// The private key, PEM
    #[arg(long, value_name = "FILE", requires_all = ["cert", "tls"], help_heading = "Connection")]
    pub key: Option<PathBuf>,
    /// Writes the certificate that was made on the spot there
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls",
        conflicts_with = "cert",
        help_heading = "Connection"
    )]
    pub write_cert: Option<PathBuf>,

    /// Gives out no case after the first failure, and ends
    #[arg(long, help_heading = "Running")]
    pub fail_fast: bool,
    /// How long the whole run may take, seconds; what is not run then makes the
    /// exit code 3
    #[arg(long, value_name = "SECS", help_heading = "Running")]
    pub max_time: Option<f64>,
    /// What all randomness of our side derives from [default: drawn anew]
    #[arg(long, value_name = "N", help_heading = "Running")]
    pub seed: Option<u64>,
    /// How long to wait for silence, where a client takes its next case
    /// [default: learned]
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
    /// How long CMD has until its first connection, seconds
    /// [default: 30]
    #[arg(long, value_name = "SECS", help_heading = "Running")]
    pub start_timeout: Option<f64>,
    /// How long CMD may do nothing between two connections, seconds
    /// [default: 30]
    #[arg(long, value_name = "SECS", help_heading = "Running")]
    pub idle_timeout: Option<f64>,

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
    /// What stdout carries; the URL is its first line if it is text
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    pub format: Format,
    /// Shows the wire as it happens
    #[arg(short, long, help_heading = "Output")]
    pub verbose: bool,
    /// Which reports.
    #[command(flatten)]
    pub reports: ReportArgs,
}

const EXAMPLES: &str = "\
Examples:
  wscheck client                                  until Ctrl-C; each client takes its
                                                  next case from /next?agent=NAME
  wscheck client '7.*' --listen 127.0.0.1:0 --url-file url.txt
  wscheck client -- node client.js {url}          a client to start and stop
  wscheck client --tls --cert cert.pem --key key.pem";
