//! What takes too long for every commit. `.ci/full` runs it, `.ci/run` skips this module by its
//! name.

use crate::as_expected::{installed, told};
use crate::clients;
use crate::judged_as_by_the_original;
use crate::kept::Testee;
use crate::language::Language;
use crate::peer_folder::PeerFolder;
use crate::report_page;
use crate::selection::{LARGE, SIZES, compression_of};

#[test]
#[ignore = "needs the npm registry"]
fn servers_from_npm() {
    much(Language::Node);
}

#[test]
#[ignore = "needs PyPI"]
fn servers_from_pypi() {
    much(Language::Python);
}

#[test]
#[ignore = "needs crates.io"]
fn servers_from_crates_io() {
    much(Language::Rust);
}

#[test]
#[ignore = "needs Debian's libwebsocketpp-dev and libboost-dev"]
fn servers_from_debian() {
    much(Language::Cpp);
}

#[test]
#[ignore = "needs the npm registry"]
fn ws() {
    judged_as_by_the_original("ws");
}

#[test]
#[ignore = "needs the npm registry"]
fn websocket_driver() {
    judged_as_by_the_original("websocket-driver");
}

#[test]
#[ignore = "needs PyPI"]
fn websockets() {
    judged_as_by_the_original("websockets");
}

#[test]
#[ignore = "needs crates.io"]
fn tungstenite() {
    judged_as_by_the_original("tungstenite");
}

#[test]
#[ignore = "needs crates.io"]
fn rust_websocket() {
    judged_as_by_the_original("rust-websocket");
}

/// `.ci/run` has both clients at the same time.
#[test]
#[ignore = "needs the npm registry and PyPI"]
fn clients_alone() {
    for name in ["ws", "websockets"] {
        clients::judged_as_by_the_original(&[(name, name)]);
    }
}

#[test]
#[ignore = "needs Debian's chromium and the npm registry"]
fn report_by_keyboard_and_by_links() {
    report_page::the_page_is_used_by_keyboard_and_by_links();
}

#[test]
#[ignore = "needs Debian's chromium and the npm registry"]
fn report_searched_filtered_and_sorted() {
    report_page::the_page_is_searched_filtered_and_sorted();
}

#[test]
#[ignore = "needs Debian's chromium and the npm registry"]
fn report_without_javascript_on_a_phone_and_on_paper() {
    report_page::the_page_is_read_without_javascript_on_a_phone_and_on_paper();
}

#[test]
#[ignore = "needs Debian's chromium and the npm registry"]
fn report_of_ten_agents_with_all_cases() {
    report_page::ten_agents_with_all_cases_fit_in_the_page();
}

/// Plays the cases with much data against the servers of a language: section 9, and what is
/// played of compression.
fn much(language: Language) {
    let programs = installed(language);
    let limits = ["9".to_owned()];
    let mut compression = compression_of(&SIZES);
    compression.extend(LARGE.map(str::to_owned));
    let mut faults = Vec::new();
    for peer in PeerFolder::all(language) {
        if peer.plays(Testee::Server) {
            for cases in [&limits[..], &compression] {
                faults.extend(told(&peer, Testee::Server, cases, &programs));
            }
        }
    }
    assert_eq!(faults, [""; 0]);
}
