//! Ctrl-C ends a run in a report of what was measured.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::peers::{scripted, silent};
use super::place::Place;

#[test]
fn what_was_measured_is_kept() {
    for signal in ["-INT", "-TERM"] {
        let place = Place::new();
        let line = format!(
            "server {} 1.* --no-preflight --agent x --jobs 1",
            scripted(silent)
        );
        let mut child = place
            .program("wscheck", &line)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap()).lines();
        let first = stderr.next().unwrap().unwrap();
        assert!(first.contains("testing x"), "{first}");
        let pid = child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &pid])
                .status()
                .unwrap()
                .success()
        );
        let rest: Vec<String> = stderr.map(Result::unwrap).collect();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{rest:?}");
        assert!(
            rest.iter()
                .any(|line| line.contains("16 of 16 cases were not played")),
            "{rest:?}"
        );
        let results = place.json("wscheck-report/results.json");
        assert_eq!(results["run"]["interrupted"], true);
    }
}

#[test]
fn wstest_writes_its_index() {
    let place = Place::new();
    let url = scripted(silent);
    place.write(
        "spec.json",
        &format!(r#"{{"outdir": "out", "servers": [{{"url": "{url}"}}], "cases": ["1.*"]}}"#),
    );
    let mut child = place
        .program("wstest", "-m fuzzingclient -s spec.json")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = stdout.next().unwrap().unwrap();
    assert!(first.contains("cases 16"), "{first}");
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    assert!(stdout.all(|line| line.is_ok()));
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(place.json("out/index.json"), serde_json::json!({}));
}
