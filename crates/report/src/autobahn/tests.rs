use std::collections::BTreeSet;

use serde_json::{Value, json};
use wscheck_suite::evidence::{Comparison, Content, Heard, HeardKind};
use wscheck_suite::in_process::play;
use wscheck_suite::octets::Octets;
use wscheck_suite::result::Outcome;
use wscheck_suite::session::Settings;
use wscheck_suite::transcript::Transcript;
use wscheck_suite::vocabulary::{answer, case, echo, opcode, ping, text};
use wscheck_suite::{catalogue, expectation::Pattern};
use wscheck_wire::{Echo, EndpointConfig, Moment};

use super::*;
use crate::sample;

fn reserved_opcode() -> Case {
    case(
        "4.2.4",
        "a reserved opcode between a text message and a ping",
    )
    .must("RFC 6455", "5.2", "fail the connection")
    .send(text("Hello"))
    .send(opcode(14))
    .send(ping(""))
    .fail_after(1)
    .ok([echo("Hello"), answer("")])
    .non_strict([])
    .peer_fails_with([1002])
    .wrong_end_fails()
    .build()
}

fn heard(what: HeardKind, times: u64) -> Heard {
    Heard {
        what,
        at: Moment::ZERO,
        times,
    }
}

fn content(octets: &[u8]) -> Content {
    Content {
        length: octets.len() as u64,
        sha256: None,
        octets: octets.into(),
        compared: Comparison::Same,
    }
}

/// What a report of one case writes: `index.json` and the case's file.
fn report(case: &Case, result: &CaseResult) -> (String, Option<String>) {
    let dir = tempfile::tempdir().unwrap();
    let run = sample::run(&[&result.agent]);
    let mut report = AutobahnReport::create(dir.path(), &run, Numbering::AmongAll).unwrap();
    report.add(case, result).unwrap();
    let index = fs::read_to_string(report.finish().unwrap()).unwrap();
    let mut files = fs::read_dir(dir.path())
        .unwrap()
        .map(|file| file.unwrap().path());
    let file = files.find(|file| {
        let is_json = file
            .extension()
            .is_some_and(|extension| extension == "json");
        is_json && !file.ends_with("index.json")
    });
    (index, file.map(|file| fs::read_to_string(file).unwrap()))
}

#[test]
fn the_files_of_a_case() {
    let mut result = sample::result("peer/1.0", "4.2.4");
    let evidence = &mut result.transcript.connections[0].evidence;
    evidence.opening.request = (&b"GET / HTTP/1.1\r\n\r\n"[..]).into();
    evidence.heard = vec![
        heard(HeardKind::Text(content(b"Hello")), 1),
        heard(HeardKind::Pong(content(b"\xff")), 2),
    ];
    evidence.counters.received_octets.add(129, 1);
    evidence.counters.received_octets.add(4, 2);
    evidence.closing.clean = true;
    evidence.closing.local_code = Some(1000);
    evidence.closing.local_reason = Some(Octets(b"\xff\x01".to_vec()));
    evidence.closing.remote_code = Some(1002);
    evidence.closing.remote_reason = Some(Octets("schlüss".into()));
    let (index, file) = report(&reserved_opcode(), &result);
    insta::assert_snapshot!("index", index);
    insta::assert_snapshot!("case", file.unwrap());
}

/// The pages of a run by their names, without their styles.
fn pages(stored: &wscheck_suite::result::RunResult) -> BTreeMap<String, String> {
    let dir = tempfile::tempdir().unwrap();
    let mut report = AutobahnReport::create(dir.path(), &stored.run, Numbering::AmongAll)
        .unwrap()
        .with_pages();
    for result in &stored.cases {
        report
            .add(catalogue::find(result.case).unwrap(), result)
            .unwrap();
    }
    report.finish().unwrap();
    let files = fs::read_dir(dir.path()).unwrap();
    let files = files.map(|file| file.unwrap().path());
    let pages = files.filter(|file| file.extension().is_some_and(|e| e == "html"));
    pages
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let page = fs::read_to_string(path).unwrap();
            (name, page.replace(case_page::STYLE.text, "STYLE"))
        })
        .collect()
}

#[test]
fn the_pages_of_a_run() {
    let pages = pages(&sample::stored());
    let names: Vec<&String> = pages.keys().collect();
    assert_eq!(
        names,
        [
            "alpha_case_12_1_1.html",
            "alpha_case_1_1_1.html",
            "beta_case_4_2_4.html",
            "index.html"
        ]
    );
    insta::assert_snapshot!("index_page", pages["index.html"]);
    insta::assert_snapshot!("case_page", pages["beta_case_4_2_4.html"]);
    for name in &names[..3] {
        assert!(pages["index.html"].contains(&format!("href=\"{name}\"")));
    }
}

#[test]
fn what_a_peer_says_stays_text_in_the_pages() {
    let pages = pages(&sample::hostile());
    assert_eq!(pages.len(), 2);
    for page in pages.values() {
        let acts = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!page.contains(acts), "{page}");
        for markup in ["<script", "<img", "</pre><", "</title><s"] {
            assert!(!page.contains(markup), "{markup} in {page}");
        }
        assert!(page.contains("&#60;script&#62;"), "{page}");
    }
}

#[test]
fn cases_without_a_verdict_are_left_out() {
    let why = || "no route".to_owned();
    for outcome in [
        Outcome::CouldNotTest { why: why() },
        Outcome::Skipped { why: why() },
    ] {
        let (index, file) = report(&reserved_opcode(), &sample::outcome("ws", "4.2.4", outcome));
        assert_eq!((index.as_str(), file), ("{}", None));
    }
}

#[test]
fn a_case_without_a_connection_has_every_key() {
    let mut result = sample::result("ws", "4.2.4");
    result.transcript.connections.clear();
    let (_, file) = report(&reserved_opcode(), &result);
    let file: Value = serde_json::from_str(&file.unwrap()).unwrap();
    assert_eq!(file.as_object().unwrap().len(), 39);
    assert_eq!(
        (&file["httpResponse"], &file["wirelog"]),
        (&json!("?"), &json!([]))
    );
}

#[test]
fn a_case_that_is_played_again_replaces_the_former_and_agents_stay_apart() {
    let dir = tempfile::tempdir().unwrap();
    let run = sample::run(&["a b", "a-b"]);
    let mut report = AutobahnReport::create(dir.path(), &run, Numbering::AmongAll).unwrap();
    let mut again = sample::result("a-b", "4.2.4");
    again.duration_us = 7_499;
    for result in [
        &sample::result("a-b", "4.2.4"),
        &again,
        &sample::result("a b", "4.2.4"),
    ] {
        report.add(&reserved_opcode(), result).unwrap();
    }
    let index: Value =
        serde_json::from_slice(&fs::read(report.finish().unwrap()).unwrap()).unwrap();
    let entry = |duration: u64, name: &str| {
        json!({"4.2.4": {
            "behavior": "OK", "behaviorClose": "OK", "duration": duration, "remoteCloseCode": null, "reportfile": name,
        }})
    };
    let wanted =
        json!({"a b": entry(2, "a_b_case_4_2_4.json"), "a-b": entry(7, "a_b_2_case_4_2_4.json")});
    assert_eq!(index, wanted);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 3);
}

#[test]
fn where_each_message_is_looked_at_only_pongs_are_listed() {
    let big = case("9.1.1", "a big message")
        .send(text("x"))
        .ok_if(Pattern::Contains(echo("x")))
        .timed()
        .build();
    let mut result = sample::result("ws", "9.1.1");
    result.transcript.connections[0].evidence.heard = vec![
        heard(HeardKind::Pong(content(b"p")), 1),
        heard(HeardKind::Text(content(b"x")), 1),
    ];
    let (_, file) = report(&big, &result);
    let file: Value = serde_json::from_str(&file.unwrap()).unwrap();
    assert_eq!(
        (&file["expected"], &file["received"]),
        (&json!({}), &json!([["pong", "p"]]))
    );
    assert_eq!(
        (&file["reportTime"], &file["case"]),
        (&json!(true), &json!(247))
    );
}

/// The JSON type of each key, several where the original has several.
const TYPES: &str = "agent:s behavior:s behaviorClose:s case:n closedByMe:b createStats:b createWirelog:b
    description:s droppedByMe:b duration:n expectation:s expected:o expectedClose:o failedByMe:b httpRequest:s
    httpResponse:s id:s isServer:b localCloseCode:n0 localCloseReason:s0 received:a remoteCloseCode:n0
    remoteCloseReason:s0 reportCompressionRatio:b reportTime:b result:s resultClose:s rxFrameStats:o rxOctetStats:o
    started:s trafficStats:0 txFrameStats:o txOctetStats:o wasClean:b wasCloseHandshakeTimeout:b wasNotCleanReason:s0
    wasOpenHandshakeTimeout:b wasServerConnectionDropTimeout:b wirelog:a";

fn kind(value: &Value) -> char {
    match value {
        Value::Null => '0',
        Value::Bool(_) => 'b',
        Value::Number(_) => 'n',
        Value::String(_) => 's',
        Value::Array(_) => 'a',
        Value::Object(_) => 'o',
    }
}

#[test]
fn every_case_has_every_key_in_order_and_of_its_type() {
    let settings = Settings {
        profile: Profile::Autobahn,
        ..Settings::default()
    };
    let mut tags = BTreeSet::new();
    for case in catalogue::all()
        .iter()
        .filter(|case| case.id.chapter() != 9 && case.id.chapter() <= 13)
    {
        let played = play(case, &settings, |_| Echo::server(EndpointConfig::default()));
        let mut result = sample::outcome(
            "echo",
            &case.id.to_string(),
            Outcome::Judged(played.verdict),
        );
        result.transcript = Transcript {
            connections: played.transcript.connections,
        };
        let text = report(case, &result).1.unwrap();
        let file: Value = serde_json::from_str(&text).unwrap();
        let keys = text.lines().filter_map(|line| line.strip_prefix("   \""));
        let keys: Vec<&str> = keys.filter_map(|line| line.split('"').next()).collect();
        let wanted: Vec<(&str, &str)> = TYPES
            .split_whitespace()
            .filter_map(|key| key.split_once(':'))
            .collect();
        assert_eq!(keys, wanted.iter().map(|(key, _)| *key).collect::<Vec<_>>());
        for (key, kinds) in wanted {
            assert!(
                kinds.contains(kind(&file[key])),
                "{} {key}: {}",
                case.id,
                file[key]
            );
        }
        tags.extend(
            file["wirelog"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row[0].as_str().unwrap().to_owned()),
        );
    }
    let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
    assert_eq!(
        tags,
        ["CT", "CTE", "KL", "RF", "RO", "TF", "TI", "TO", "WLM"]
    );
}
