//! The command line of `wstest`, as typed: that of Autobahn|Testsuite, and
//! `--exit-code`.

use std::path::PathBuf;

use clap::{ArgAction, Parser, ValueEnum};

/// The command line of Autobahn|Testsuite, over wscheck
///
/// The modes, spec files, report files and the pace are those of the original.
/// A completed run exits with 0 whatever the verdicts, unless --exit-code is
/// given.
#[derive(Debug, Parser)]
#[command(name = "wstest", version, max_term_width = 100)]
pub struct Wstest {
    /// What to do; must be given
    #[arg(short, long, value_enum, value_name = "MODE")]
    pub mode: Option<Mode>,
    /// The spec file of fuzzingclient and fuzzingserver; without it ./MODE.json,
    /// which is written with defaults if it is missing
    #[arg(short, long, value_name = "FILE")]
    pub spec: Option<PathBuf>,
    /// The URL of echoserver, testeeserver and testeeclient, and of fuzzingclient where the
    /// spec names no server
    #[arg(short, long, value_name = "URL")]
    pub wsuri: Option<String>,
    /// The port of the web pages of fuzzingserver; 0 for none
    #[arg(short = 'u', long, value_name = "PORT", default_value_t = 8080)]
    pub webport: u16,
    /// The host at which the server modes listen, in place of that of the URL. An image
    /// sets it to 0.0.0.0: a published port does not lead to 127.0.0.1
    #[arg(long, env = "WSTEST_HOST", value_name = "HOST")]
    pub host: Option<String>,
    /// The file that serializer writes
    #[arg(short, long, value_name = "FILE")]
    pub outfile: Option<PathBuf>,
    /// A test set of an imported spec
    #[arg(short, long, value_name = "NAME")]
    pub testset: Option<String>,
    /// The name that testeeclient gives of itself
    #[arg(short, long, value_name = "NAME")]
    pub ident: Option<String>,
    /// The private key of the server modes over TLS, PEM
    #[arg(short, long, value_name = "FILE", requires = "cert")]
    pub key: Option<PathBuf>,
    /// The certificate of the server modes over TLS, PEM
    #[arg(short, long, value_name = "FILE", requires = "key")]
    pub cert: Option<PathBuf>,
    /// Shows the wire as it happens, on stderr
    #[arg(short, long)]
    pub debug: bool,
    /// Prints the versions
    #[arg(short, long, action = ArgAction::SetTrue)]
    pub autobahnversion: bool,
    /// Exits as wscheck does: 1 if a case failed, 3 if one could not be tested
    #[arg(long)]
    pub exit_code: bool,
    /// Makes testeeserver, echoserver or testeeclient wrong in this one way;
    /// `wscheck echo --list-faults` has the names
    #[arg(long, value_name = "NAME")]
    pub fault: Option<String>,
}

/// The modes of the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lower")]
pub enum Mode {
    /// Tests servers
    FuzzingClient,
    /// Tests clients
    FuzzingServer,
    /// Serves the reference server
    TesteeServer,
    /// Runs the reference client against a fuzzingserver
    TesteeClient,
    /// Serves the reference server
    EchoServer,
    /// Runs a client that echoes
    EchoClient,
    /// Sends what one client sends to all
    BroadcastServer,
    /// Takes part in a broadcast
    BroadcastClient,
    /// Opens very many connections
    MassConnect,
    /// Writes serialised test data
    Serializer,
}
