//! `wscheck import`: spec files and baselines of the original.

use predicates::str::contains;
use serde_json::{Map, Value, json};

use super::peers::Reference;
use super::place::Place;

/// A baseline as tungstenite keeps it: every case, without durations.
fn baseline(agents: &[&str]) -> String {
    let row = |behaviour: &str, close: &str| json!({ "behavior": behaviour, "behaviorClose": close, "remoteCloseCode": 1000, "reportfile": "x.json" });
    let place = Place::new();
    let listed = place.wscheck("list --json").output().unwrap().stdout;
    let listed: Vec<Value> = serde_json::from_slice(&listed).unwrap();
    let mut cases = Map::new();
    for case in listed {
        let id = case["id"].as_str().unwrap();
        let row = match id {
            "6.4.3" | "6.4.4" => row("NON-STRICT", "OK"),
            "7.1.6" | "7.13.1" | "7.13.2" => row("INFORMATIONAL", "INFORMATIONAL"),
            "2.1" => row("OK", "FAILED BY CLIENT"),
            id if id.starts_with("12.") || id.starts_with("13.") => row("UNIMPLEMENTED", "OK"),
            _ => row("OK", "OK"),
        };
        cases.insert(id.to_owned(), row);
    }
    let agents = agents
        .iter()
        .map(|agent| ((*agent).to_owned(), Value::Object(cases.clone())));
    Value::Object(agents.collect()).to_string()
}

fn imported(place: &Place, line: &str) -> String {
    let imported = place.wscheck(&format!("import {line}")).assert().success();
    String::from_utf8(imported.get_output().stdout.clone()).unwrap()
}

#[test]
fn a_baseline_becomes_a_few_deviations() {
    let place = Place::new();
    place.write("expected-results.json", &baseline(&["Tungstenite"]));
    insta::assert_snapshot!(imported(&place, "--role server expected-results.json"));
    place.write("two.json", &baseline(&["a", "b"]));
    let two = imported(&place, "two.json");
    assert_eq!(two.matches("agent = \"a\"").count(), 3, "{two}");
}

#[test]
fn a_run_is_as_the_baseline_had_it() {
    let place = Place::new();
    place.write("expected-results.json", &baseline(&["Tungstenite"]));
    place
        .wscheck("import expected-results.json -o wscheck.toml")
        .assert()
        .success();
    place
        .wscheck("import expected-results.json -o wscheck.toml")
        .assert()
        .code(2)
        .stderr(contains("is there already"));
    let plain = Reference::new(wscheck_wire::EndpointConfig {
        deflate: None,
        ..wscheck_wire::EndpointConfig::default()
    });
    place
        .wscheck(&format!(
            "server {} 1.1 12.1.1-12.1.3 --fail-on unimplemented",
            plain.url
        ))
        .assert()
        .success()
        .stderr(contains("3 as expected, 0 unexpected"));
}

#[test]
fn spec_files_become_cases_and_places() {
    let place = Place::new();
    place.write(
        "fuzzingclient.json",
        r#"{ "outdir": "./reports/servers",
             "servers": [{"url": "ws://127.0.0.1:9001", "agent": "mine", "origin": "http://a"},
                         {"url": "ws://127.0.0.1:9002", "agent": "other"}],
             "cases": ["*"], "exclude-cases": ["9.*", "12.*", "13.*", "6.12.1"],
             "exclude-agent-cases": {"mine*": ["7.1.6", "2.*"]} }"#,
    );
    insta::assert_snapshot!(imported(&place, "fuzzingclient.json"));
    place.write(
        "fuzzingserver.json",
        r#"{ "url": "wss://127.0.0.1:9001", "cases": ["1*", "2.1"], "key": "k.pem", "cert": "c.pem" }"#,
    );
    insta::assert_snapshot!(imported(&place, "fuzzingserver.json"));
    place.write("both.json", &baseline(&["a"]));
    let both = imported(&place, "fuzzingclient.json both.json");
    assert!(
        both.contains("[server]") && both.contains("close = \"failed-by-client\""),
        "{both}"
    );
}

#[test]
fn what_is_neither_is_refused() {
    let place = Place::new();
    for (text, expected) in [
        ("{}", "a.json: expected a fuzzingclient.json"),
        ("[]", "a.json:1: invalid type"),
        (
            "{\n\"a\": {\"1.1.1\": {\"behavior\": \"FINE\"}}}",
            "a.json:2: unknown variant `FINE`, expected one of `OK`, `NON-STRICT`",
        ),
        (
            "{\"a\": {\"1.x\": {\"behavior\": \"OK\", \"behaviorClose\": \"OK\"}}}",
            "'1.x' is no case number",
        ),
        ("{\"servers\": 1}", "a.json:1: `servers`"),
        ("{", "a.json:1: "),
        ("\u{0}", "a.json:1: "),
    ] {
        place.write("a.json", text);
        place
            .wscheck("import a.json")
            .assert()
            .code(2)
            .stderr(contains(expected));
    }
    place
        .wscheck("import none.json")
        .assert()
        .code(2)
        .stderr(contains("cannot read none.json"));
    place.wscheck("import").assert().code(2);
}
