//! The command line of `wscheck proxy`, as typed.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use wscheck_suite::shard::Shard;

use super::{ExpectArgs, Format, ReportArgs, UpdateArgs};

/// What `wscheck proxy` is told.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct ProxyArgs {
    /// Which cases: 30.3.1, '30.4.*', '!30.5.6'; all of chapter 30 if none is given
    #[arg(value_name = "CASES")]
    pub patterns: Vec<String>,
    /// The command that starts the proxy; {port} in its arguments is where it has
    /// to listen, {upstream} the HOST:PORT to forward to; PORT and WSCHECK_UPSTREAM
    /// in its environment are the same
    #[arg(last = true, value_name = "CMD")]
    pub command: Vec<OsString>,

    /// The URL of the proxy (ws://, wss://), with a path that it forwards; {port}
    /// in it becomes a free port [default with CMD: a free port]
    #[arg(long, value_name = "URL", help_heading = "Connection")]
    pub through: Option<String>,
    /// Where we are the server that the proxy forwards to: HOST:PORT
    /// [default: 127.0.0.1:9009, or a free port for CMD]
    #[arg(long, value_name = "ADDR", help_heading = "Connection")]
    pub listen: Option<String>,
    /// The name of the proxy in the reports [default: its Server or Via header]
    #[arg(long, value_name = "NAME", help_heading = "Connection")]
    pub agent: Option<String>,
    /// A further header field of the opening request (repeatable)
    #[arg(
        short = 'H',
        long = "header",
        value_name = "K: V",
        help_heading = "Connection"
    )]
    pub headers: Vec<String>,
    /// Trusts the certificates of this PEM file, and no others
    #[arg(long, value_name = "FILE", help_heading = "Connection")]
    pub ca: Option<PathBuf>,
    /// Trusts any certificate
    #[arg(short = 'k', long, help_heading = "Connection")]
    pub insecure: bool,
    /// The server name to send in TLS [default: the host of the URL]
    #[arg(long, value_name = "NAME", help_heading = "Connection")]
    pub sni: Option<String>,
    /// Starts with the cases at once, without a look whether the proxy forwards to us
    #[arg(long, help_heading = "Connection")]
    pub no_preflight: bool,

    /// Leaves these cases out (repeatable)
    #[arg(long, value_name = "PATTERN", help_heading = "Selection")]
    pub exclude: Vec<String>,
    /// Plays the cases of this TOML or JSON file too (repeatable)
    #[arg(long, value_name = "FILE", help_heading = "Selection")]
    pub cases_file: Vec<PathBuf>,
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

const EXAMPLES: &str = "\
The proxy has to forward to us, that is to --listen, upgrades included. For nginx:
  location / {
      proxy_pass http://127.0.0.1:9009;
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;  # see docs/proxies.md
  }
For HAProxy:
  backend wscheck
      server wscheck 127.0.0.1:9009

Examples:
  wscheck proxy --through ws://127.0.0.1:8080
  wscheck proxy --through wss://localhost:8443 --ca ca.pem '30.3.*'
  wscheck proxy -- ./my-proxy --port {port} --forward-to {upstream}
  wscheck proxy                                   as [proxy] in wscheck.toml says";
