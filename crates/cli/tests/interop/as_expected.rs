//! Real peers, each played by its own `wscheck.toml`: what is known to be wrong with it stands
//! there with the reason, and anything else fails.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use assert_cmd::Command;

use crate::installation::{run, unless_done};
use crate::kept::Testee;
use crate::language::Language;
use crate::peer_folder::PeerFolder;
use crate::selection::compression_of;

/// The two peers that play compression at every commit, and so much of it: messages of 16
/// octets and of 1 KiB.
const SMALL_ROWS: [(Language, &str); 2] = [(Language::Node, "ws"), (Language::Cpp, "websocketpp")];
const SMALL: [&str; 2] = ["1", "4"];

/// So many libraries are played beside each other. What goes wrong is played again alone on its
/// server and waits for a second, so that most of the time nothing runs.
const AT_A_TIME: usize = 6;

#[test]
#[ignore = "needs the npm registry, PyPI, crates.io, and Debian's libwebsocketpp-dev and libboost-dev"]
fn every_library_in_both_roles() {
    let peers = Language::ALL.map(|language| (PeerFolder::all(language), installed(language)));
    // Clients take longest: first come, first served.
    let roles = [Testee::Client, Testee::Server].into_iter();
    let plays: Vec<_> = roles
        .flat_map(|testee| {
            peers.iter().flat_map(move |(peers, programs)| {
                let plays = peers.iter().map(move |peer| (peer, testee, programs));
                plays.filter(|(peer, testee, _)| peer.plays(*testee))
            })
        })
        .collect();
    let next = AtomicUsize::new(0);
    let faults = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some((peer, testee, programs)) =
                    plays.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    let fault = told(peer, *testee, &[], programs);
                    faults.lock().expect("no play panics").extend(fault);
                }
            });
        }
    });
    assert_eq!(faults.into_inner().expect("no play panics"), [""; 0]);
}

#[test]
#[ignore = "needs the npm registry and Debian's libwebsocketpp-dev"]
fn small_rows_of_compression() {
    let cases = compression_of(&SMALL);
    let mut faults = Vec::new();
    for (language, name) in SMALL_ROWS {
        let programs = installed(language);
        let peers = PeerFolder::all(language);
        let peer = peers.iter().find(|peer| peer.name() == name);
        let peer = peer.unwrap_or_else(|| panic!("{name} has no folder"));
        faults.extend(told(peer, Testee::Server, &cases, &programs));
    }
    assert_eq!(faults, [""; 0]);
}

/// A peer that is taken away is missed.
#[test]
fn eight_servers_and_six_clients() {
    let peers: Vec<_> = Language::ALL.into_iter().map(PeerFolder::all).collect();
    let count = |testee| {
        peers
            .iter()
            .flatten()
            .filter(|peer| peer.plays(testee))
            .count()
    };
    assert!(count(Testee::Server) >= 8, "{}", count(Testee::Server));
    assert!(count(Testee::Client) >= 6, "{}", count(Testee::Client));
}

#[test]
fn a_registry_that_is_out_of_reach_is_named_and_asked_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (stamp, pins) = (folder.path().join("stamp"), folder.path().join("pins"));
    fs::write(&pins, "a package").expect("a file");
    for _ in 0..2 {
        let install = || run(&mut Command::new("false"), "the npm registry");
        let why = unless_done(&stamp, &[&pins], install).expect_err("false fails");
        assert!(why.starts_with("the npm registry is out of reach"), "{why}");
    }
    assert_eq!(unless_done(&stamp, &[&pins], || Ok(())), Ok(()));
    let again = unless_done(&stamp, &[&pins], || Err("asked again".into()));
    assert_eq!(again, Ok(()));
}

/// The folder with what the peers of a language are started by.
///
/// # Panics
/// When they cannot be installed.
pub fn installed(language: Language) -> PathBuf {
    language
        .install()
        .unwrap_or_else(|why| panic!("not installed: {why}"))
}

/// Plays a peer. Which it was is returned if something was not as its file says.
#[expect(clippy::print_stdout, reason = "shown by --nocapture")]
pub fn told(
    peer: &PeerFolder,
    testee: Testee,
    cases: &[String],
    programs: &Path,
) -> Option<String> {
    let name = peer.name();
    let (found, fault) = match peer.play(testee, cases, programs) {
        Ok(counts) => (counts, None),
        Err(why) => (why, Some(format!("{name}, {testee}"))),
    };
    println!("{name}, {testee}: {found}");
    fault
}
