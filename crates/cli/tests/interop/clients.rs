//! Real clients, against `wstest -m fuzzingserver` and `wscheck client`.

use std::collections::BTreeMap;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::comparison::Comparison;
use crate::fuzzing_server::{CHAPTERS, FuzzingServer};
use crate::kept::{Kept, Testee, Verdict};
use crate::program::{interop, node, python};

/// A run of `wscheck client` takes less than half a minute; one of this length hangs.
const LONGEST_RUN: Duration = Duration::from_secs(240);

/// None disturbs another: each is judged as it was alone.
#[test]
#[ignore = "needs the npm registry and PyPI"]
fn four_clients_at_once() {
    judged_as_by_the_original(&[
        ("ws", "ws"),
        ("websockets", "websockets"),
        ("ws", "ws again"),
        ("websockets", "websockets/2"),
    ]);
}

#[test]
#[ignore = "needs the npm registry and PyPI"]
fn clients_take_the_next_case() {
    for agent in ["ws", "websockets"] {
        passes_by_next(agent);
    }
}

/// Has clients over the libraries run every case at the same time, each by a name of its
/// own, and compares each with its library.
///
/// # Panics
/// When a client cannot be installed, when it does not complete its run, and when a verdict
/// differs that no named race explains.
#[expect(clippy::print_stdout, reason = "shown by --nocapture")]
pub fn judged_as_by_the_original(clients: &[(&str, &str)]) {
    let kept = Kept::read(&interop(), Testee::Client);
    let programs: Vec<Command> = clients.iter().map(|(library, _)| client(library)).collect();
    let server = FuzzingServer::start().unwrap_or_else(|why| panic!("wstest: {why}"));

    let started = Instant::now();
    let visits: Vec<_> = thread::scope(|scope| {
        let visits = programs
            .into_iter()
            .zip(clients)
            .map(|(program, (_, agent))| {
                let server = &server;
                scope.spawn(move || server.visit(program, agent))
            });
        let visits: Vec<_> = visits.collect();
        visits.into_iter().map(|visit| visit.join()).collect()
    });
    let took = started.elapsed().as_secs_f64();

    let mut differs = Vec::new();
    for (visit, (library, agent)) in visits.into_iter().zip(clients) {
        let verdicts = visit.unwrap_or_else(|_| panic!("the thread of {agent} panicked"));
        let verdicts = verdicts.unwrap_or_else(|why| panic!("no result for {agent}: {why}"));
        let expected = kept.verdicts(library);
        let expected: BTreeMap<&str, &Verdict> = expected
            .iter()
            .map(|(case, verdict)| (case.as_str(), verdict))
            .collect();
        let comparison = Comparison::new(library, &expected, &verdicts, &kept);
        println!("client {agent:?}: {comparison} in {took:.1} s");
        if !comparison.agrees() {
            differs.push(*agent);
        }
    }
    assert!(
        differs.is_empty(),
        "{differs:?} are judged otherwise than by the original"
    );
}

/// Has `wscheck client` start a client that asks for its next case, again and again, and
/// be told that there is none.
///
/// # Panics
/// When the client cannot be installed, a case fails or has no result.
#[expect(clippy::print_stdout, reason = "shown by --nocapture")]
fn passes_by_next(agent: &str) {
    let program = client(agent);
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let started = Instant::now();
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_wscheck"))
        .arg("client")
        .args(CHAPTERS)
        .args(["--format", "json", "--"])
        .arg(program.get_program())
        .args(program.get_args())
        .args(["{url}", agent, "next"])
        .current_dir(folder.path())
        .timeout(LONGEST_RUN)
        .output()
        .unwrap_or_else(|error| panic!("{error}"));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{agent}: {}\n{stderr}",
        output.status
    );

    let stdout = String::from_utf8_lossy(&output.stdout);
    let results = stdout.lines().filter(|line| {
        let event: Value = serde_json::from_str(line).unwrap_or_default();
        event["event"] == "case" && event["agent"] == agent
    });
    let kept = Kept::read(&interop(), Testee::Client);
    assert_eq!(results.count(), kept.verdicts(agent).len(), "{stderr}");
    let took = started.elapsed().as_secs_f64();
    println!("client {agent:?} by /next: passed in {took:.1} s");
}

/// The client over a library; it takes a URL, a name and a manner.
///
/// # Panics
/// When there is none, or it cannot be installed.
fn client(library: &str) -> Command {
    let program = match library {
        "ws" => node("ws/client.js"),
        "websockets" => python("websockets/client.py"),
        _ => panic!("{library} has no client"),
    };
    program.unwrap_or_else(|why| panic!("{library} cannot be installed: {why}"))
}
