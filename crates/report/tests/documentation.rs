//! `docs/results.md` names each field and each word that stored results have.

use std::collections::BTreeSet;

use serde_json::Value;
use wscheck_report::account::{Account, of_catalogue};
use wscheck_report::expectations::{Capabilities, Deviation, Expectations, Grades};
use wscheck_report::json::JsonLines;
use wscheck_report::summary::{Summary, Tag};
use wscheck_suite::catalogue;
use wscheck_suite::in_process::{Reply, answering, play};
use wscheck_suite::profile::Profile;
use wscheck_suite::relay::{self, ProxyFault, ReferenceProxy};
use wscheck_suite::result::{
    CaseResult, CutShort, Outcome, Proved, RunInfo, RunResult, SCHEMA, TargetInfo,
};
use wscheck_suite::session::Settings;
use wscheck_suite::tested::Tested;
use wscheck_suite::verdict::Grade;
use wscheck_suite::wildcard::Wildcard;
use wscheck_wire::deflate::DeflateConfig;
use wscheck_wire::{Echo, EndpointConfig};

fn run() -> RunInfo {
    RunInfo {
        schema: SCHEMA,
        tool: "wscheck".into(),
        profile: Profile::Autobahn,
        testee: Tested::Server,
        seed: 1,
        started: "2026-01-02T03:04:05Z".into(),
        duration_ms: Some(1),
        interrupted: true,
        cut_short: Some(CutShort::OutOfTime),
        selected: 1,
        targets: vec![TargetInfo {
            agent: "peer".into(),
            url: "ws://localhost/".into(),
            round_trip_us: Some(1),
            at_a_time: Some(1),
            fault: Some("gone".into()),
        }],
    }
}

/// Every case against the reference peer, and against one that is no WebSocket
/// server.
fn cases() -> Vec<CaseResult> {
    let settings = Settings::default();
    let all = catalogue::all()
        .iter()
        .filter(|case| !matches!(case.id.chapter(), 9 | 12 | 13) && case.relay.is_none())
        .chain(catalogue::find("12.1.1".parse().expect("a number")));
    let outcomes = all.flat_map(|case| {
        let config = EndpointConfig {
            deflate: Some(DeflateConfig::default()),
            ..EndpointConfig::default()
        };
        let good = play(case, &settings, |_| Echo::server(config.clone()));
        let bad = play(case, &settings, |_| {
            answering(|_| Reply {
                octets: b"HTTP/1.1 200 OK\r\n\r\n".to_vec(),
                closed: true,
            })
        });
        [good, bad].map(|played| (case.id, played))
    });
    let relays = catalogue::all().iter().filter(|case| case.relay.is_some());
    let relays = relays.flat_map(|case| {
        [None, Some(ProxyFault::KeepsAResetToItself)].map(|fault| {
            let (verdict, transcript) = relay::play(case, ReferenceProxy::new(fault));
            (case.id, verdict, transcript)
        })
    });
    let outcomes = outcomes.map(|(case, played)| (case, played.verdict, played.transcript));
    let results = outcomes
        .chain(relays)
        .map(|(case, verdict, transcript)| CaseResult {
            case,
            agent: "peer".into(),
            outcome: Outcome::Judged(verdict),
            started: "2026-01-02T03:04:05Z".into(),
            duration_us: 1,
            attempt: 2,
            provisional: false,
            proved: Some(Proved::Recovered),
            company: 3,
            testee_memory: None,
            testee_output: "listening".into(),
            transcript,
        });
    let why = || "no route".to_owned();
    let mut results: Vec<CaseResult> = results.collect();
    results[2].proved = Some(Proved::Flaky);
    results[3].provisional = true;
    results[0].outcome = Outcome::CouldNotTest { why: why() };
    results[1].outcome = Outcome::Skipped { why: why() };
    results
}

/// What the peer that is no server fails by, with all that can be said of it.
fn expectations() -> Expectations {
    let deviation = Deviation {
        cases: vec!["1.*".parse().expect("a pattern")],
        agent: Some(Wildcard::new("*")),
        role: Some(Tested::Server),
        grades: Grades {
            whole: vec![Tag::Judged(Grade::Failed)],
            ..Grades::default()
        },
        // The name of a reason, too.
        reason: "unclean".into(),
        issue: Some("https://example.org/".into()),
        expires: Some(time::Date::MAX),
        line: 1,
    };
    let todo = Deviation {
        reason: "TODO".into(),
        ..deviation.clone()
    };
    Expectations {
        file: Some("wscheck.toml".into()),
        edition: Some(1),
        capabilities: Capabilities {
            compression: false,
            ..Capabilities::ALL
        },
        deviations: vec![deviation, todo],
        ..Expectations::default()
    }
}

/// The keys in `value`, and the words in fields that say which of several
/// things something is. Counters have numbers for keys.
fn words(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                if key.parse::<u64>().is_err() {
                    found.insert(key.clone());
                }
                if let (
                    "reason" | "row" | "event" | "grade" | "compared" | "proved" | "cut-short"
                    | "state" | "capability",
                    Value::String(word),
                ) = (key.as_str(), value)
                {
                    found.insert(word.clone());
                }
                words(value, found);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| words(value, found)),
        _ => {}
    }
}

#[test]
fn every_field_is_documented() {
    let (run, cases) = (run(), cases());
    let mut events = Vec::new();
    let mut lines = JsonLines::new(&mut events, true);
    let mut summary = Summary::new(&run);
    lines.run(&run).unwrap();
    lines.target(&run.targets[0]).unwrap();
    for case in cases.iter().take(4) {
        summary.add(case);
        lines.case(case).unwrap();
    }
    let (run, expectations) = (RunResult { run, cases }, expectations());
    let account = Account::new(&run, of_catalogue).beside(&expectations);
    assert!(account.review.expected > 0 && account.review.unexpected > 0);
    let review = &account.review;
    lines.summary(&run.run, &summary, review).unwrap();

    let mut found = BTreeSet::new();
    words(&serde_json::to_value(&run).unwrap(), &mut found);
    for event in serde_json::Deserializer::from_slice(&events).into_iter::<Value>() {
        words(&event.unwrap(), &mut found);
    }
    assert!(found.len() > 90, "{found:?}");
    let page = include_str!("../../../docs/results.md");
    let missing = found
        .iter()
        .filter(|word| !page.contains(&format!("`{word}`")));
    // What `violation` and octets consist of is told in a sentence.
    let missing: Vec<&String> = missing
        .filter(|word| !["text", "hex", "rsv"].contains(&word.as_str()))
        .collect();
    assert_eq!(missing, [""; 0], "not in docs/results.md");
}
