//! Real servers and clients, each judged as its `wscheck.toml` says; some by `wstest`, too, as
//! the original judged them.
//!
//! The tests fetch from registries and build with what Debian has, so they run when asked, and
//! one at a time, since verdicts depend on time limits of a second. Those in `long` take minutes:
//!
//! ```sh
//! cargo test -p wscheck --test interop -- --ignored --nocapture --test-threads=1 --skip long::
//! cargo test -p wscheck --test interop -- --ignored --nocapture --test-threads=1 long::
//! ```

mod as_expected;
mod browser;
mod chromium;
mod clients;
mod comparison;
mod examples;
mod fuzzing_server;
mod installation;
mod kept;
mod language;
mod long;
mod peer;
mod peer_folder;
mod program;
mod proxies;
mod report_page;
mod run;
mod selection;
mod tab;

use std::time::Instant;

use comparison::Comparison;
use kept::{Kept, Testee};
use peer::Peer;
use program::{interop, server};
use selection::Selection;

#[test]
#[ignore = "needs Debian's libwebsocketpp-dev"]
fn websocketpp() {
    judged_as_by_the_original("websocketpp");
}

/// Starts a peer, runs the selected cases against it, and compares.
///
/// # Panics
/// When the peer cannot be installed or started, when the run does not complete, and when
/// a verdict differs that no named race explains.
#[expect(clippy::print_stdout, reason = "shown by --nocapture")]
fn judged_as_by_the_original(agent: &str) {
    let program = server(agent).unwrap_or_else(|why| panic!("{agent} cannot be installed: {why}"));
    let kept = Kept::read(&interop(), Testee::Server);
    let Selection { played, left_out } = Selection::new(kept.verdicts(agent));
    let mut peer =
        Peer::start(program).unwrap_or_else(|why| panic!("{agent} does not start: {why}"));

    let started = Instant::now();
    let verdicts = run::all_but(&left_out, agent, peer.url());
    peer.is_alive()
        .unwrap_or_else(|how| panic!("{agent} ended during the run: {how}"));
    let verdicts = verdicts.unwrap_or_else(|why| panic!("no result for {agent}: {why}"));

    let comparison = Comparison::new(agent, &played, &verdicts, &kept);
    println!(
        "{agent}: {comparison} in {:.1} s, {} left out",
        started.elapsed().as_secs_f64(),
        left_out.len()
    );
    assert!(
        comparison.agrees(),
        "{agent} is judged otherwise than by the original"
    );
}
