//! Real servers, judged by `wstest` as the original judged them.
//!
//! The tests fetch from registries and take a quarter of a minute each, so they run when
//! asked, and one at a time, since verdicts depend on time limits of a second:
//!
//! ```sh
//! cargo test -p wscheck --test interop -- --ignored --nocapture --test-threads=1
//! ```

mod comparison;
mod installation;
mod kept;
mod peer;
mod run;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use comparison::Comparison;
use kept::Kept;
use peer::Peer;

#[test]
#[ignore = "needs the npm registry"]
fn ws() {
    let program = installation::npm().map(|modules| node(&modules, "ws.js"));
    judged_as_by_the_original("ws", program);
}

#[test]
#[ignore = "needs the npm registry"]
fn websocket_driver() {
    let program = installation::npm().map(|modules| node(&modules, "websocket-driver.js"));
    judged_as_by_the_original("websocket-driver", program);
}

#[test]
#[ignore = "needs PyPI"]
fn websockets() {
    let program = installation::pypi().map(|python| {
        let mut program = Command::new(python);
        program.arg(interop().join("peers/python/websockets_echo.py"));
        program
    });
    judged_as_by_the_original("websockets", program);
}

#[test]
#[ignore = "needs crates.io"]
fn tungstenite() {
    let program = installation::crates_io().map(|bin| Command::new(bin.join("tungstenite-echo")));
    judged_as_by_the_original("tungstenite", program);
}

#[test]
#[ignore = "needs crates.io"]
fn rust_websocket() {
    let program =
        installation::crates_io().map(|bin| Command::new(bin.join("rust-websocket-echo")));
    judged_as_by_the_original("rust-websocket", program);
}

fn node(modules: &Path, script: &str) -> Command {
    let mut program = Command::new("node");
    program.arg(modules.join(script));
    program
}

/// The folder with the peers, their kept verdicts and the named races.
fn interop() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../interop")
}

/// Starts a peer, runs every case against it, and compares.
///
/// # Panics
/// When the peer cannot be installed or started, when the run does not complete, and when
/// a verdict differs that no named race explains.
#[expect(clippy::print_stdout, reason = "shown by --nocapture")]
fn judged_as_by_the_original(agent: &str, program: Result<Command, String>) {
    let program = program.unwrap_or_else(|why| panic!("{agent} cannot be installed: {why}"));
    let kept = Kept::read(&interop());
    let mut peer =
        Peer::start(program).unwrap_or_else(|why| panic!("{agent} does not start: {why}"));

    let started = Instant::now();
    let verdicts = run::all_cases(agent, peer.url());
    peer.is_alive()
        .unwrap_or_else(|how| panic!("{agent} ended during the run: {how}"));
    let verdicts = verdicts.unwrap_or_else(|why| panic!("no result for {agent}: {why}"));

    let comparison = Comparison::new(agent, &verdicts, &kept);
    println!(
        "{agent}: {comparison} in {:.1} s",
        started.elapsed().as_secs_f64()
    );
    assert!(
        comparison.agrees(),
        "{agent} is judged otherwise than by the original"
    );
}
