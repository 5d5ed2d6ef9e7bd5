//! `wscheck server` against servers that run.

use std::collections::BTreeSet;

use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, is_empty};
use serde_json::Value;

use super::peers::{Reference, bad_at_first, one_by_one, scripted, silent};
use super::place::{Place, masked};

#[test]
fn without_a_url_the_reference_server_is_tested() {
    let place = Place::new();
    place
        .wscheck("server 1.1 2.1 4.2.4")
        .assert()
        .success()
        .stdout(is_empty())
        .stderr(contains("10 cases: 10 OK"));
    let results = place.json("wscheck-report/results.json");
    assert_eq!(results["run"]["targets"][0]["agent"], "wscheck/0.1.0");
    assert_eq!(results["cases"].as_array().unwrap().len(), 10);
    let index = place.json("wscheck-report/autobahn/index.json");
    assert_eq!(index["wscheck/0.1.0"]["4.2.4"]["behavior"], "OK");
}

#[test]
fn a_failure_is_told_at_once_and_in_full() {
    let place = Place::new();
    let narrow = Reference::narrow();
    let tested = place
        .wscheck(&format!(
            "server {} 1.1.6 1.1.1 --jobs 1 --seed 1 --out o",
            narrow.url
        ))
        .assert()
        .code(1);
    let text = masked(&tested.get_output().stderr, &[(&narrow.url, "URL")]);
    for part in [
        "1.1.6",
        "Expected",
        "Actual",
        "1009",
        "2 cases: 1 OK, 1 FAILED",
        "seed 1",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn what_failed_last_is_played_again() {
    let place = Place::new();
    let narrow = Reference::narrow();
    let again = format!("server {} --last-failed", narrow.url);
    place
        .wscheck(&again)
        .assert()
        .code(2)
        .stderr(contains("wscheck-report"));
    place
        .wscheck(&format!("server {} 1.1", narrow.url))
        .assert()
        .code(1);
    place
        .wscheck(&again)
        .assert()
        .code(1)
        .stderr(contains("3 cases: 0 OK, 3 FAILED"));
    place
        .wscheck(&format!("{again} !1.1.7 !1.1.8"))
        .assert()
        .code(1)
        .stderr(contains("1 case"));
    place.wscheck(&format!("{again} 2.1")).assert().code(4);
    place.wscheck("server 1.1.1").assert().success();
    place
        .wscheck(&again)
        .assert()
        .code(4)
        .stderr(contains("nothing failed"));
}

#[test]
fn a_quick_run_says_what_it_leaves_out() {
    let place = Place::new();
    place
        .wscheck("server 9.7.1-9.7.5 1.1.1 --quick")
        .assert()
        .success()
        .stderr(contains("4 cases: 4 OK").and(contains("\n2 cases left out by --quick\n")));
    place
        .wscheck("server 1.1.1 --quick")
        .assert()
        .success()
        .stderr(contains("left out").not());
}

#[test]
fn json_lines_are_for_machines() {
    let place = Place::new();
    let tested = place
        .wscheck("server 1.1.1 2.1 --repeat 2 --format json")
        .assert()
        .success();
    let lines = String::from_utf8(tested.get_output().stdout.clone()).unwrap();
    let events: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let names: Vec<&str> = events
        .iter()
        .map(|event| event["event"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["run", "target", "case", "case", "case", "case", "summary"]
    );
    let plays: BTreeSet<String> = events[2..6]
        .iter()
        .map(|event| format!("{} {}", event["case"].as_str().unwrap(), event["attempt"]))
        .collect();
    assert_eq!(plays.len(), 4, "{plays:?}");
}

#[test]
fn several_servers_have_a_column_each() {
    let place = Place::new();
    let (a, b, c) = (
        Reference::named("same"),
        Reference::named("same"),
        Reference::narrow(),
    );
    place
        .wscheck(&format!(
            "server {} 1.1.6 {} {} --agent first",
            a.url, b.url, c.url
        ))
        .assert()
        .code(1);
    let index = place.json("wscheck-report/autobahn/index.json");
    let agents: Vec<&String> = index.as_object().unwrap().keys().collect();
    assert_eq!(agents, ["first", "narrow", "same"]);
    place
        .wscheck(&format!("server {} {} 1.1.1", a.url, b.url))
        .assert()
        .success();
    let index = place.json("wscheck-report/autobahn/index.json");
    let agents: Vec<&String> = index.as_object().unwrap().keys().collect();
    assert_eq!(agents, ["same", "same (2)"]);
}

#[test]
fn names_of_servers_stay_names() {
    let long = "x".repeat(4000);
    for name in [
        "../../x",
        &long,
        "<script>alert(1)</script>",
        "a\u{7f}b",
        "CON",
        "..",
    ] {
        let place = Place::new();
        let server = Reference::named(name);
        let tested = place
            .wscheck(&format!("server {} 1.1.1 2.1", server.url))
            .assert()
            .success();
        let said = String::from_utf8(tested.get_output().stderr.clone()).unwrap();
        assert!(
            said.lines().all(|line| line.chars().count() < 200),
            "{said}"
        );
        let files = place.files();
        assert_eq!(files.len(), 5, "{files:?}");
        assert!(
            files.iter().all(|file| file.starts_with("wscheck-report/")),
            "{files:?}"
        );
        let index = place.json("wscheck-report/autobahn/index.json");
        assert_eq!(index[name]["1.1.1"]["behavior"], "OK");
    }
}

#[test]
fn the_opening_request_is_as_told() {
    let place = Place::new();
    place
        .wscheck("server 1.1.1 -H X-Token:a --origin http://o.example --protocol p --protocol q")
        .assert()
        .success();
    let results = place.json("wscheck-report/results.json");
    let request =
        &results["cases"][0]["transcript"]["connections"][0]["evidence"]["opening"]["request"];
    let request = request.to_string();
    for field in [
        "X-Token: a",
        "Origin: http://o.example",
        "Sec-WebSocket-Protocol: p,q",
    ] {
        assert!(request.contains(field), "{field} in {request}");
    }
    place
        .wscheck("server -H nonsense")
        .assert()
        .code(2)
        .stderr(contains("expected 'Name: value'"));
}

#[test]
fn the_wire_is_shown_when_asked_for() {
    Place::new()
        .wscheck("server 2.1 --verbose --no-preflight")
        .assert()
        .success()
        .stderr(contains("→").and(contains("←")).and(contains("OK")));
}

#[test]
fn colours_are_for_those_who_want_them() {
    let place = Place::new();
    let plain = place.wscheck("server 1.1.1").assert().success();
    assert!(!plain.get_output().stderr.contains(&0x1b));
    let styled = place
        .wscheck("server 1.1.1 --color always")
        .assert()
        .success();
    assert!(styled.get_output().stderr.contains(&0x1b));
    let explained = place
        .wscheck("--color always explain 4.2.4")
        .assert()
        .success();
    assert!(explained.get_output().stdout.contains(&0x1b));
}

#[test]
fn results_that_cannot_be_kept_end_the_run() {
    let place = Place::new();
    place.write("file", "");
    place
        .wscheck("server 1.1.1 --out file/below")
        .assert()
        .code(2)
        .stderr(contains("cannot write file/below"));
}

#[test]
fn words_that_mean_nothing_are_named() {
    let place = Place::new();
    place
        .wscheck("server localhost:9001")
        .assert()
        .code(2)
        .stderr(contains("neither a URL nor a case pattern").and(contains("ws://localhost:9001")));
    place
        .wscheck("server http://localhost")
        .assert()
        .code(2)
        .stderr(contains("ws:// in place of http://"));
    place
        .wscheck("server 4.2.9")
        .assert()
        .code(2)
        .stderr(contains("near ones: 4.2.1"));
    place.wscheck("server 4.2.4 !4").assert().code(4);
}

#[test]
fn a_failure_is_played_again_and_counts_once() {
    let place = Place::new();
    let narrow = Reference::narrow();
    let tested = place
        .wscheck(&format!("server {} 1.1.5 1.1.6 --format json", narrow.url))
        .assert()
        .code(1)
        .stderr(contains("2 cases: 1 OK, 1 FAILED"));
    let lines = String::from_utf8(tested.get_output().stdout.clone()).unwrap();
    let events: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let plays: Vec<&Value> = events
        .iter()
        .filter(|event| event["case"] == "1.1.6")
        .collect();
    assert_eq!(plays.len(), 2);
    assert_eq!(plays[0]["provisional"], true);
    assert!(plays[0]["company"].as_u64() > Some(0));
    assert_eq!(
        (&plays[1]["company"], plays[1].get("proved")),
        (&Value::from(0), None)
    );
    let results = place.json("wscheck-report/results.json");
    let cases = results["cases"].as_array().unwrap();
    let order: Vec<&str> = cases
        .iter()
        .map(|case| case["case"].as_str().unwrap())
        .collect();
    assert_eq!(order, ["1.1.5", "1.1.6", "1.1.6"]);
    place
        .wscheck(&format!(
            "server {} --last-failed --pace nominal",
            narrow.url
        ))
        .assert()
        .code(1)
        .stderr(contains("1 case: 0 OK, 1 FAILED"));
    assert_eq!(
        place.json("wscheck-report/results.json")["cases"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn a_run_may_end_at_the_first_failure() {
    let place = Place::new();
    let narrow = Reference::narrow();
    let line = format!(
        "server {} 1.1.6 1.1.7 1.1.8 --jobs 1 --fail-fast",
        narrow.url
    );
    place
        .wscheck(&line)
        .assert()
        .code(1)
        .stderr(contains("1 FAILED, 2 SKIPPED"))
        .stderr(contains("ended at the first failure: 2 cases not played"));
    let results = place.json("wscheck-report/results.json");
    assert_eq!(results["run"]["cut-short"], "first-failure");
}

#[test]
fn a_run_may_end_when_its_time_is_over() {
    let place = Place::new();
    let silent = scripted(silent);
    place
        .wscheck(&format!(
            "server {silent} 1.1 --no-preflight --max-time 0.3"
        ))
        .assert()
        .code(3)
        .stderr(contains("8 SKIPPED"))
        .stderr(contains(
            "ended because the time was over: 8 cases not played",
        ));
    place
        .wscheck(&format!("server {silent} 1.1 --max-time 0.3"))
        .assert()
        .code(3)
        .stderr(contains("cannot be tested"));
    place
        .wscheck("server 1.1 --max-time 0")
        .assert()
        .code(2)
        .stderr(contains("expected seconds above 0"));
}

#[test]
fn a_server_of_one_connection_at_a_time_is_told_and_tested() {
    let place = Place::new();
    place
        .wscheck(&format!("server {} 1.1", one_by_one()))
        .assert()
        .success()
        .stderr(contains("it serves one connection at a time"))
        .stderr(contains("8 cases: 8 OK"));
    let results = place.json("wscheck-report/results.json");
    assert_eq!(results["run"]["targets"][0]["at-a-time"], 1);
}

#[test]
fn what_fails_and_then_does_not_is_flaky_and_fails_nothing() {
    let place = Place::new();
    let line = "1.1.1 --no-preflight --retries 2";
    place
        .wscheck(&format!("server {} {line}", bad_at_first()))
        .assert()
        .success()
        .stderr(contains("1 case: 0 OK, 1 FLAKY"))
        .stderr(contains("flaky, failed and then did not: 1.1.1"));
    let failing = format!("server {} 1.1.1 --no-preflight", bad_at_first());
    place.wscheck(&failing).assert().code(1);
}
