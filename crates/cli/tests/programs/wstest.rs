//! `wstest` as users of the original drive it.

use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use serde_json::{Value, json};

use super::peers::{Reference, nobody, scripted, silent};
use super::place::Place;

fn spec(place: &Place, servers: Value, more: Value) {
    let mut spec = json!({"outdir": "out", "servers": servers});
    let fields = spec.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    place.write("spec.json", &spec.to_string());
}

fn cases(index: &Value, agent: &str) -> Vec<String> {
    let cases = index[agent].as_object().unwrap();
    cases.keys().cloned().collect()
}

#[test]
fn a_spec_is_played_and_written_as_the_original_does() {
    let place = Place::new();
    let server = Reference::named("mine/1");
    spec(
        &place,
        json!([{"url": server.url, "agent": "X"}, {"url": server.url}]),
        json!({
            "cases": ["1.1*", "2.1"],
            "exclude-cases": ["1.1.2", "9.*", "12.*"],
            "exclude-agent-cases": {"mine*": ["1.1.*"]},
        }),
    );
    place
        .wstest("-m fuzzingclient -s spec.json")
        .assert()
        .success()
        .stderr("")
        .stdout(
            contains("1.1.1 for agent X at ws://127.0.0.1:").and(contains("behavior OK, close OK")),
        );
    let index = place.json("out/index.json");
    let of_x = cases(&index, "X");
    assert_eq!(
        of_x,
        [
            "1.1.1", "1.1.3", "1.1.4", "1.1.5", "1.1.6", "1.1.7", "1.1.8", "2.1"
        ]
    );
    assert_eq!(cases(&index, "mine/1"), ["2.1"]);
    let case = place.json("out/x_case_2_1.json");
    assert_eq!(case.as_object().unwrap().len(), 39);
    assert!(!place.path("out/mine_1_case_1_1_1.json").exists());
}

#[test]
fn a_missing_spec_is_written_with_defaults() {
    let place = Place::new();
    // The default spec's server is not ours to dial: its reports cannot be kept.
    place.write("reports", "");
    place
        .wstest("-m fuzzingclient")
        .assert()
        .code(2)
        .stdout(contains("wrote ./fuzzingclient.json"))
        .stderr(contains("cannot write ./reports/servers"));
    let spec = place.json("fuzzingclient.json");
    let default = json!({
        "outdir": "./reports/servers",
        "servers": [{"url": "ws://127.0.0.1:9001"}],
        "cases": ["*"], "exclude-cases": [], "exclude-agent-cases": {},
    });
    assert_eq!(spec, default);
}

#[test]
fn a_spec_in_the_folder_is_used_and_w_fills_it() {
    let place = Place::new();
    let server = Reference::named("mine");
    place.write(
        "fuzzingclient.json",
        r#"{"outdir": "out", "servers": [], "cases": ["2.1"]}"#,
    );
    place
        .wstest("-m fuzzingclient")
        .assert()
        .code(2)
        .stderr(contains("`servers` is empty and there is no -w"));
    place
        .wstest(&format!("--mode fuzzingclient --wsuri {}", server.url))
        .assert()
        .success();
    assert_eq!(cases(&place.json("out/index.json"), "mine"), ["2.1"]);
    spec(
        &place,
        json!([{"url": server.url}]),
        json!({"cases": ["2.2"]}),
    );
    place
        .wstest(&format!("-m fuzzingclient -s spec.json -w {}", nobody()))
        .assert()
        .success()
        .stderr(contains("-w is not used"));
    assert_eq!(cases(&place.json("out/index.json"), "mine"), ["2.2"]);
}

#[test]
fn faults_of_a_spec_are_named() {
    let place = Place::new();
    place.write("spec.json", "{\n\"servers\": [],\n\"cases\": 7}");
    place
        .wstest("-m fuzzingclient -s spec.json")
        .assert()
        .code(2)
        .stderr(contains("spec.json:3: `cases`: invalid type"));
    for (server, more, message) in [
        (
            json!({"url": "http://a"}),
            json!({}),
            "`servers[0]`: 'http://a'",
        ),
        (
            json!({"url": "ws://a", "options": {"openHandshakeTimeout": "x"}}),
            json!({}),
            "option `openHandshakeTimeout`: expected seconds",
        ),
        (
            json!({"url": "ws://a"}),
            json!({"cases": ["4.2.9"]}),
            "no case matches '4.2.9'",
        ),
    ] {
        spec(&place, json!([server]), more);
        place
            .wstest("-m fuzzingclient -s spec.json")
            .assert()
            .code(2)
            .stderr(contains(message));
    }
    spec(&place, json!([{"url": "ws://a"}]), json!({"cases": []}));
    place
        .wstest("-m fuzzingclient -s spec.json")
        .assert()
        .code(4);
    place
        .wstest("-m fuzzingclient -s missing.json")
        .assert()
        .code(2)
        .stderr(contains("cannot read missing.json"));
}

#[test]
fn what_a_spec_says_in_vain_is_a_warning() {
    let place = Place::new();
    let server = Reference::named("mine");
    spec(
        &place,
        json!([{"url": server.url}]),
        json!({"cases": ["2.1", "14.*"], "colour": 1, "options": {"failByDrop": false, "autoPingSize": 9}}),
    );
    place
        .wstest("-m fuzzingclient -s spec.json")
        .assert()
        .success()
        .stderr(
            contains("`colour` is unknown")
                .and(contains("`autoPingSize` is not supported"))
                .and(contains("`14.*` in `cases` selects nothing"))
                .and(contains("failByDrop").count(0)),
        );
}

#[test]
fn a_completed_run_exits_with_0_unless_asked() {
    let place = Place::new();
    let narrow = Reference::narrow();
    spec(
        &place,
        json!([{"url": narrow.url}]),
        json!({"cases": ["1.1.6"]}),
    );
    place
        .wstest("-m fuzzingclient -s spec.json")
        .assert()
        .success();
    place
        .wstest("-m fuzzingclient -s spec.json --exit-code")
        .assert()
        .code(1);
    assert_eq!(
        place.json("out/index.json")["narrow"]["1.1.6"]["behavior"],
        "FAILED"
    );
}

#[test]
fn a_refused_connection_records_nothing_and_the_next_server_follows() {
    let place = Place::new();
    let server = Reference::named("mine");
    let servers = json!([{"url": nobody(), "agent": "gone"}, {"url": server.url}]);
    spec(&place, servers, json!({"cases": ["2.1", "2.2"]}));
    place
        .wstest("-m fuzzingclient -s spec.json")
        .assert()
        .success()
        .stderr(contains("refuses connections").and(contains("are skipped")));
    let index = place.json("out/index.json");
    assert_eq!(index.as_object().unwrap().len(), 1);
    assert_eq!(cases(&index, "mine"), ["2.1", "2.2"]);
    place
        .wstest("-m fuzzingclient -s spec.json --exit-code")
        .assert()
        .code(3);
}

#[test]
fn options_bound_the_waits() {
    let place = Place::new();
    spec(
        &place,
        json!([{"url": scripted(silent), "options": {"openHandshakeTimeout": 0.05}}]),
        json!({"cases": ["1.1.1", "1.1.2", "1.1.3"], "options": {"openHandshakeTimeout": 30}}),
    );
    place
        .wstest("-m fuzzingclient -s spec.json")
        .timeout(std::time::Duration::from_secs(20))
        .assert()
        .success();
    let case = place.json("out/unknownserver_case_1_1_1.json");
    assert_eq!(case["wasOpenHandshakeTimeout"], true);
    assert_eq!(case["behavior"], "FAILED");
}

#[test]
fn modes_and_versions() {
    let place = Place::new();
    for mode in [
        "echoclient",
        "broadcastserver",
        "broadcastclient",
        "massconnect",
        "serializer",
    ] {
        place
            .wstest(&format!("-m {mode} -w ws://a -u 0"))
            .assert()
            .code(2)
            .stderr(contains(format!("the mode {mode} is not built yet")));
    }
    place
        .wstest("")
        .assert()
        .code(2)
        .stderr(contains("a mode is needed"));
    place
        .wstest("-a")
        .assert()
        .success()
        .stdout(contains("wstest 0.1.0"));
    place.wstest("--autobahnversion").assert().success();
}
