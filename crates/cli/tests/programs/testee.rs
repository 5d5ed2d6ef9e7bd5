//! `wscheck server -- CMD`: the server under test is ours to start and stop.
#![cfg(unix)]

use std::env;
use std::io::ErrorKind;
use std::net::TcpStream;
use std::process::exit;

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use tokio::net::TcpListener;
use wscheck_run::{Stream, drive};
use wscheck_wire::{Conversation, Echo, EndpointConfig, Eof, Moment, Output};

use super::place::Place;

/// `wscheck server LINE -- sh -c SCRIPT`, where `$WSCHECK` is this program.
fn test_script(place: &Place, line: &str, script: &str) -> Command {
    let mut command = place.wscheck(&format!("server {line}"));
    command
        .env("WSCHECK", cargo_bin("wscheck"))
        .args(["--", "sh", "-c", script]);
    command
}

#[test]
fn a_command_finds_its_port_in_its_arguments_or_its_environment() {
    let place = Place::new();
    for listen in ["{port}", "$PORT"] {
        let script = format!("exec \"$WSCHECK\" echo --listen 127.0.0.1:{listen}");
        test_script(&place, "1.1.1 2.1", &script).assert().success();
    }
    let by_url = "exec \"$WSCHECK\" echo --listen \"$WSCHECK_URL\"";
    test_script(&place, "1.1.1", by_url).assert().success();
    let in_place = "exec \"$WSCHECK\" echo --listen {url}";
    test_script(&place, "1.1.1 ws://127.0.0.1:{port}/x", in_place)
        .assert()
        .success();
}

#[test]
fn its_whole_group_is_stopped() {
    let place = Place::new();
    let script = "\"$WSCHECK\" echo --listen 127.0.0.1:{port} & wait";
    test_script(&place, "1.1.1", script).assert().success();
    let results = place.json("wscheck-report/results.json");
    let url = results["run"]["targets"][0]["url"].as_str().unwrap();
    let at = url.trim_start_matches("ws://").trim_end_matches('/');
    let refused = TcpStream::connect(at).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn one_that_ends_before_it_listens_cannot_be_tested() {
    test_script(&Place::new(), "1.1.1", "echo no port for me; exit 3")
        .assert()
        .code(3)
        .stderr(contains("exit code 3 before it listened").and(contains("| no port for me")));
}

#[test]
fn one_that_never_listens_cannot_be_tested() {
    test_script(
        &Place::new(),
        "1.1.1 --start-timeout 0.2",
        "echo sleepy; sleep 1000",
    )
    .assert()
    .code(3)
    .stderr(contains("does not listen").and(contains("| sleepy")));
}

#[test]
fn one_that_is_not_there_cannot_be_tested() {
    Place::new()
        .wscheck("server 1.1.1 -- ./no-such-program")
        .assert()
        .code(3)
        .stderr(contains("no-such-program could not be started"));
}

#[test]
fn a_bad_end_fails_the_run() {
    let script = "trap 'exit 66' TERM; \"$WSCHECK\" echo --listen 127.0.0.1:{port} & wait";
    let place = Place::new();
    test_script(&place, "1.1.1", script)
        .assert()
        .code(1)
        .stderr(contains("exit code 66 at the end").and(contains("1 case: 1 OK")));
    let results = place.json("wscheck-report/results.json");
    let fault = results["run"]["targets"][0]["fault"].to_string();
    assert!(fault.contains("exit code 66"), "{fault}");
}

#[test]
fn a_death_fails_the_case_behind_it_and_the_run_goes_on() {
    let place = Place::new();
    let mut command = place.wscheck("server 1.1.1-1.1.6 2.1 --");
    command.arg(env::current_exe().unwrap());
    command.args(["--exact", "testee::frail", "--ignored", "--nocapture"]);
    command
        .assert()
        .code(1)
        .stderr(contains("exit code 7").and(contains("7 cases: 6 OK, 1 FAILED")));
    let index = place.json("wscheck-report/autobahn/index.json");
    let frail = index["frail"].as_object().unwrap();
    let failed: Vec<_> = frail
        .iter()
        .filter(|(_, it)| it["behavior"] == "FAILED")
        .collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].0, "1.1.6");
}

#[test]
fn a_command_serves_one_url() {
    Place::new()
        .wscheck("server ws://a ws://b -- x")
        .assert()
        .code(2)
        .stderr(contains("a command starts one server"));
    Place::new()
        .wscheck("server --start-timeout 0 -- x")
        .assert()
        .code(2);
}

/// Not a test: the server of one, which ends when it is sent much at once.
#[tokio::test]
#[ignore = "is started by another test"]
async fn frail() {
    let Ok(port) = env::var("PORT") else {
        return;
    };
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))
        .await
        .unwrap();
    while let Ok((tcp, _)) = listener.accept().await {
        tokio::spawn(async move {
            let mut echo = Frail(Echo::server(EndpointConfig {
                server_header: Some("frail".to_owned()),
                ..EndpointConfig::default()
            }));
            let started = tokio::time::Instant::now();
            drive(Stream::Tcp(tcp), &mut echo, started, &mut ()).await;
        });
    }
}

struct Frail(Echo);

impl Conversation for Frail {
    fn handle_input(&mut self, now: Moment, input: &mut [u8]) {
        if input.len() > 2000 {
            exit(7);
        }
        self.0.handle_input(now, input);
    }

    fn handle_eof(&mut self, now: Moment, how: Eof) {
        self.0.handle_eof(now, how);
    }

    fn handle_timeout(&mut self, now: Moment) {
        self.0.handle_timeout(now);
    }

    fn poll_output(&mut self, now: Moment) -> Option<Output> {
        self.0.poll_output(now)
    }

    fn poll_timeout(&self) -> Option<Moment> {
        self.0.poll_timeout()
    }

    fn wants_input(&self) -> bool {
        self.0.wants_input()
    }
}
