//! What chapters 12 and 13 cost us beside a server that compresses.
//!
//! Each case is a thousand round trips, one in flight. A server that compresses at zlib's
//! level 6 should be what takes the time, so the time of a run is set beside the processor
//! time that its server used: wall ÷ server, at most 1.15 with the default concurrency and
//! at most 1.6 with one case at a time. Both are sums over all cases of one run. Our own
//! processor time and the most memory that we held stand beside them.
//!
//! ```sh
//! cargo bench -p wscheck --bench compression
//! cargo bench -p wscheck --bench compression -- '12.1.*' '!12.1.1'
//! cargo bench -p wscheck --bench compression -- --quick
//! ```
//!
//! What follows `--` goes to `wscheck server` as it stands; without a case it is
//! `12.* 13.*`. The servers are the two of `interop/` that compress every message, ws and
//! WebSocket++. Their times come from `/proc`: Linux only. A quarter of an hour in all, on
//! a machine that has two cores to spare.

#[path = "../../tests/interop/installation.rs"]
mod installation;
#[path = "../../tests/interop/peer.rs"]
mod peer;
#[path = "../measuring/process.rs"]
mod process;
#[path = "../../tests/interop/program.rs"]
mod program;
#[path = "../measuring/run.rs"]
mod run;
mod table;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use peer::Peer;
use process::Process;
use run::Run;
use serde_json::Value;
use table::Row;

const PEERS: [&str; 2] = ["ws", "websocketpp"];

/// The default concurrency, and one case at a time, each with the most that wall ÷ server
/// may come to.
const CONCURRENCIES: [(Option<u32>, f64); 2] = [(None, 1.15), (Some(1), 1.6)];

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "what it is for")]
fn main() -> ExitCode {
    if !cfg!(target_os = "linux") {
        eprintln!("the times of a server come from /proc, which only Linux has");
        return ExitCode::FAILURE;
    }
    // Cargo adds an argument of its own.
    let mut arguments: Vec<OsString> = env::args_os()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    if !arguments
        .iter()
        .any(|argument| !argument.to_string_lossy().starts_with('-'))
    {
        arguments.extend(["12.*".into(), "13.*".into()]);
    }

    println!("{}", table::HEAD);
    for (jobs, most) in CONCURRENCIES {
        for agent in PEERS {
            match measure(agent, jobs, most, &arguments) {
                Ok(row) => println!("{row}"),
                Err(why) => {
                    eprintln!("{agent}: {why}");
                    return ExitCode::FAILURE;
                }
            }
        }
    }
    ExitCode::SUCCESS
}

/// One run against a server of its own.
fn measure(
    agent: &'static str,
    jobs: Option<u32>,
    most: f64,
    arguments: &[OsString],
) -> Result<Row, String> {
    let mut peer = Peer::start(program::server(agent)?)?;
    let server = Process::new(peer.process.id());
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let results = folder.path().join("results");

    let mut wscheck = Command::new(env!("CARGO_BIN_EXE_wscheck"));
    wscheck
        .args(["server", "--out"])
        .arg(&results)
        .arg(peer.url())
        .args(arguments);
    if let Some(jobs) = jobs {
        wscheck.args(["--jobs", &jobs.to_string()]);
    }
    let run = Run::of(&mut wscheck, server)?;
    peer.is_alive()?;
    if !run.status.success() {
        return Err(format!("wscheck ended with {}\n{}", run.status, run.story));
    }
    Ok(Row {
        peer: agent,
        jobs,
        cases: all_were_ok(&results.join("results.json"))?,
        wall: run.wall,
        server: run.server,
        ours: run.own,
        memory: run.memory,
        most,
    })
}

/// How many cases were played; all of them were judged OK, or the times mean nothing.
fn all_were_ok(results: &Path) -> Result<usize, String> {
    let text = fs::read_to_string(results).map_err(|error| error.to_string())?;
    let results: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let cases = results["cases"].as_array();
    let cases = cases.ok_or("results.json does not list the cases")?;
    let is_ok = |case: &&Value| case["outcome"]["judged"]["behaviour"] == "OK";
    match cases.iter().find(|case| !is_ok(case)) {
        None => Ok(cases.len()),
        Some(case) => Err(format!("{} was not OK: {}", case["case"], case["outcome"])),
    }
}
