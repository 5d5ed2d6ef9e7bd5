//! Every hostile peer, in either role: the run ends in time, in little memory, and with a
//! verdict for each case that it was given.

use std::path::Path;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};
use wscheck_run::{Address, ClientTls, ServerTls, Trust};
use wscheck_suite::pace::Pace;
use wscheck_suite::result::{CaseResult, Outcome};
use wscheck_suite::verdict::Grade;
use wscheck_wire::Role;

use crate::harm::{HARMS, Harm, Peer, Stage};
use crate::memory::{alone, assert_little, forget_peak, peak};
use crate::served::{BOUND, Served, assert_good};
use crate::support::{Report, hostile_server, hurried};

/// An echo, a ping, a Close, an illegal frame, 16 MiB, and one that is compressed.
const SOME: &[&str] = &["1.1.6", "2.2", "4.1.3", "7.1.1", "9.2.6", "12.1.1"];

#[test]
fn every_hostile_peer_gets_its_verdicts_in_little_memory() {
    alone("bounds::measured_alone");
}

/// So many at a time, each in both roles.
const AT_A_TIME: usize = 6;

/// Tells what they took, too: `--ignored --nocapture bounds::measured_alone`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by every_hostile_peer_gets_its_verdicts_in_little_memory"]
async fn measured_alone() {
    let began = Instant::now();
    for harms in HARMS.chunks(AT_A_TIME) {
        forget_peak();
        let mut plays = JoinSet::new();
        for harm in harms {
            plays.spawn(as_a_server(harm));
            plays.spawn(as_a_client(harm));
        }
        plays.join_all().await;
        let names: Vec<&str> = harms.iter().map(|harm| harm.name).collect();
        let names = names.join(", ");
        println!("{:6} KiB: {names}", peak().unwrap_or_default());
        assert_little(&names);
    }
    println!(
        "{} hostile peers, in both roles, in {:.1?}",
        HARMS.len(),
        began.elapsed()
    );
}

async fn as_a_server(harm: &'static Harm) {
    let does = harm.does;
    let mut address = hostile_server(move |tcp| {
        does(Peer {
            tcp,
            role: Role::Server,
            target: String::new(),
        })
    })
    .await;
    if harm.stage == Stage::Tls {
        address = address
            .to_string()
            .replace("ws:", "wss:")
            .parse::<Address>()
            .unwrap();
    }
    let mut plan = hurried(&address, SOME, harm.scale);
    let dialler = &mut plan.targets[0].dialler;
    dialler.tls = Some(ClientTls::new(&Trust::Anyone, None).unwrap());
    dialler.limit = Duration::from_millis(200);
    let report = Report::of(plan).await;
    // What was reset in company is played again alone.
    let settled = report.results().filter(|result| !result.provisional);
    let settled: Vec<_> = settled.collect();
    assert_eq!(settled.len(), SOME.len(), "{}", harm.name);
    for result in settled {
        let untested = matches!(result.outcome, Outcome::CouldNotTest { .. });
        match harm.stage {
            Stage::Tls => assert!(untested, "{}: {:?}", harm.name, result.outcome),
            // A reset may come before we know that we are connected.
            Stage::Opening if untested => {}
            _ => assert_judged(harm, result),
        }
    }
}

/// Each case has a client of its own, all at the same time; a good one comes after them.
async fn as_a_client(harm: &'static Harm) {
    let tls = (harm.stage == Stage::Tls).then(|| ServerTls::self_made(&["127.0.0.1"]).unwrap());
    let is_open = harm.stage == Stage::Open;
    let cases = if is_open { SOME } else { &["1.1.1"] };
    let served = Served::with(cases, tls, |plan| {
        if is_open {
            plan.pace = Pace::scaled(harm.scale);
        } else {
            plan.limits.opening = Some(Duration::from_millis(200));
        }
    })
    .await;
    let mut clients = JoinSet::new();
    for number in 1..=SOME.len() {
        let peer = Peer {
            tcp: served.connect().await,
            role: Role::Client,
            target: format!("/runCase?case={number}&agent={}", harm.name),
        };
        clients.spawn((harm.does)(peer));
    }
    if is_open {
        let results = served.after(SOME.len()).await;
        assert_eq!(results.len(), SOME.len(), "{}", harm.name);
        results
            .iter()
            .for_each(|result| assert_judged(harm, result));
        clients.abort_all();
        return;
    }
    // Who names no case has no verdict: it is sent away, and the next one is served.
    timeout(BOUND, clients.join_all()).await.expect(harm.name);
    assert_eq!(served.results().len(), 0, "{}", harm.name);
    let mut good = served.client("good");
    good.dialler.tls = Some(ClientTls::new(&Trust::Anyone, None).unwrap());
    good.run(|_, _| {}).await.unwrap();
    assert_good(&served.results());
}

/// Some end as they should in a case or two; none echoes.
fn assert_judged(harm: &Harm, result: &CaseResult) {
    let grade = result.outcome.grade();
    let is_echo = result.case.chapter() == 1;
    assert!(
        grade.is_some_and(|grade| !is_echo || grade == Grade::Failed),
        "{} {}: {:?}",
        harm.name,
        result.case,
        result.outcome
    );
}

/// They have all been looked at, and what is kept of them is small.
#[tokio::test]
async fn two_million_empty_fragments_are_counted_and_not_kept() {
    let harm = HARMS.iter().find(|harm| harm.name.ends_with("fragments"));
    let does = harm.expect("it is in the table").does;
    let address = hostile_server(move |tcp| {
        does(Peer {
            tcp,
            role: Role::Server,
            target: String::new(),
        })
    })
    .await;
    let report = Report::of(hurried(&address, &["1.1.6"], 1.0)).await;
    let result = report.results().next().expect("a result");
    let evidence = &result.transcript.connections[0].evidence;
    let frames = evidence.counters.received_frames.iter();
    assert_eq!(frames.collect::<Vec<_>>()[..2], [(0, 2_000_001), (1, 1)]);
    let stored = serde_json::to_string(result).unwrap();
    assert!(stored.len() < 100_000, "{} octets", stored.len());
}

#[test]
fn the_page_lists_every_hostile_peer() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/hostile.md");
    let page = std::fs::read_to_string(page).unwrap();
    for harm in &HARMS {
        assert!(
            page.contains(&format!("| `{}` |", harm.name)),
            "{}",
            harm.name
        );
    }
    assert_eq!(page.matches("\n| `").count(), HARMS.len());
}
