//! `wscheck client -- CMD`: the client under test is ours to start and stop.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::env;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::exit;
use std::thread;

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use serde_json::Value;
use wscheck_run::EchoClient;

use super::place::Place;

/// What the kept verdicts of clients cover.
const CHAPTERS: &str = "1.* 2.* 3.* 4.* 5.* 6.* 7.* 10.*";

/// `wscheck client LINE` with [`visitor`] as the client.
fn visited(place: &Place, line: &str, manner: &str) -> Command {
    let mut command = place.wscheck(&format!("client {line} --"));
    command.arg(env::current_exe().unwrap());
    command.args(["--exact", "client::visitor", "--ignored", "--nocapture"]);
    command.env("MANNER", manner);
    command
}

/// Every case is OK, or informational: our own client is as strict as we want
/// others to be.
#[test]
fn the_reference_client_passes() {
    let place = Place::new();
    let wstest = cargo_bin("wstest");
    place
        .wscheck(&format!("client {CHAPTERS} --"))
        .arg(wstest)
        .args(["-m", "testeeclient", "-w", "{url}", "-i", "ours"])
        .assert()
        .success();
    let results = place.json("wscheck-report/results.json");
    let cases = results["cases"].as_array().unwrap();
    let mut grades: BTreeMap<&str, usize> = BTreeMap::new();
    for case in cases {
        assert_eq!(case["agent"], "ours");
        let grade = case["outcome"]["judged"]["grade"].as_str();
        *grades.entry(grade.unwrap_or("none")).or_default() += 1;
    }
    assert_eq!(grades, BTreeMap::from([("informational", 3), ("ok", 244)]));
}

#[test]
fn a_client_finds_the_url_in_its_environment_too() {
    let place = Place::new();
    visited(&place, "1.1.1 2.1 --url-file url", "whole")
        .assert()
        .success()
        .stderr(contains("2 cases: 2 OK"));
    let url = std::fs::read_to_string(place.path("url")).unwrap();
    let index = place.json("wscheck-report/autobahn/index.json");
    assert_eq!(index["visitor"]["2.1"]["behavior"], "OK", "{url}");
}

/// What it has run is judged, and of the rest is told why it is not.
#[test]
fn one_that_stops_halfway_is_told() {
    let place = Place::new();
    visited(&place, "1.1.1-1.1.6", "half")
        .assert()
        .code(1)
        .stderr(contains("exit code 7").and(contains("2 OK")));
    let results = place.json("wscheck-report/results.json");
    let untested = |case: &&Value| case["outcome"]["could-not-test"].is_object();
    let cases = results["cases"].as_array().unwrap();
    assert_eq!((cases.len(), cases.iter().filter(untested).count()), (6, 4));
}

#[test]
fn one_that_does_nothing_any_more_is_told() {
    visited(&Place::new(), "1.1.1-1.1.6 --idle-timeout 0.5", "stuck")
        .assert()
        .code(1)
        .stderr(contains("did nothing for 0.5 s after 2 of 6 cases"));
}

#[test]
fn one_that_only_asks_is_told() {
    visited(&Place::new(), "1.1.1", "loops")
        .assert()
        .code(3)
        .stderr(contains("connections without running a new case"));
}

#[test]
fn one_that_never_comes_is_told() {
    for (script, told) in [
        ("sleep 1000", "did not connect within 0.5 s"),
        ("echo sorry; exit 3", "exit code 3"),
    ] {
        Place::new()
            .wscheck("client 1.1.1 --start-timeout 0.5 --")
            .args(["sh", "-c", script])
            .assert()
            .code(3)
            .stderr(contains(told));
    }
    Place::new()
        .wscheck("client 1.1.1 -- ./no-such-program")
        .assert()
        .code(3)
        .stderr(contains("no-such-program could not be started"));
}

/// Not a test: the client of one.
#[tokio::test]
#[ignore = "is started by another test"]
async fn visitor() {
    let (Ok(url), Ok(manner)) = (env::var("WSCHECK_URL"), env::var("MANNER")) else {
        return;
    };
    let client = EchoClient::new(url.parse().unwrap(), "visitor");
    match manner.as_str() {
        "half" => {
            let leave = |case, _| {
                if case == 3 {
                    exit(7);
                }
            };
            client.run(leave).await.unwrap();
        }
        "stuck" => {
            let wait = |case, _| {
                if case == 3 {
                    loop {
                        thread::park();
                    }
                }
            };
            client.run(wait).await.unwrap();
        }
        "loops" => loop {
            let at = url.trim_start_matches("ws://");
            let mut tcp = TcpStream::connect(at).unwrap();
            tcp.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
            tcp.read_to_end(&mut Vec::new()).unwrap();
        },
        _ => {
            client.run(|_, _| {}).await.unwrap();
        }
    }
}
