//! The suite served to clients: good ones, and many at a time.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use wscheck_run::{Dialler, Event, ServerTls, ServicePlan, Trust};
use wscheck_suite::pace::Pace;
use wscheck_suite::profile::Profile;
use wscheck_suite::result::{CaseResult, CutShort, Outcome};
use wscheck_suite::verdict::Grade;

use crate::served::{BOUND, CLOSE, Served, assert_good, request, results_of};
use crate::support::cases;

/// Cases of several kinds: plain, chopped, fragmented, illegal, closing,
/// compressed.
const SOME: &[&str] = &["1.1.*", "2.*", "4.2.4", "5.3", "6.4.1", "7.*", "13.2.1"];

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_client_passes() {
    let served = Served::new(SOME).await;
    let count = cases(SOME).len();
    let told = served.client("a b").run(|_, _| {}).await.unwrap();
    assert_eq!(told, count as u64);
    let results = served.results();
    assert_eq!(results.len(), count);
    assert_good(&results);
    let asked = Event::ReportsAsked {
        agent: "a b".to_owned(),
    };
    assert_eq!(served.events.lock().unwrap().last(), Some(&asked));
    let info = served.end().await;
    assert_eq!((info.targets.len(), info.selected), (1, count));
    assert_eq!(info.targets[0].agent, "a b");
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_with_a_certificate_of_our_own() {
    let tls = ServerTls::self_made(&["127.0.0.1"]).unwrap();
    let served = Served::with(&["1.1.1", "7.1.1"], Some(tls), |_| {}).await;
    let mut client = served.client("tls");
    client.dialler = Dialler {
        tls: Some(wscheck_run::ClientTls::new(&Trust::Anyone, None).unwrap()),
        ..Dialler::default()
    };
    client.run(|_, _| {}).await.unwrap();
    assert_good(&served.results());
    assert_eq!(served.results().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_agents_do_not_disturb_each_other() {
    let served = Served::new(SOME).await;
    let clients: Vec<_> = (0..6)
        .map(|number| {
            let client = served.client(&format!("agent {number}"));
            tokio::spawn(async move { client.run(|_, _| {}).await })
        })
        .collect();
    for client in clients {
        client.await.unwrap().unwrap();
    }
    let results = served.results();
    assert_eq!(results.len(), 6 * cases(SOME).len());
    assert_good(&results);
    assert_eq!(served.end().await.targets.len(), 6);
}

/// All have begun before any is done.
#[tokio::test(flavor = "multi_thread")]
async fn many_sessions_of_one_client_are_served_at_once() {
    let served = Served::with(&["1.1.*", "1.2.*"], None, |plan| {
        plan.pace = Pace::UNBOUNDED
    })
    .await;
    let request = format!("{}\r\n", request("/next?agent=x"));
    let mut sessions = Vec::new();
    for _ in 0..16 {
        let mut tcp = served.connect().await;
        tcp.write_all(request.as_bytes()).await.unwrap();
        sessions.push(tcp);
    }
    for tcp in &mut sessions {
        let mut head = [0; 12];
        timeout(BOUND, tcp.read_exact(&mut head))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(&head, b"HTTP/1.1 101");
    }
    assert_eq!(served.results().len(), 0);
    for tcp in &mut sessions {
        tcp.write_all(CLOSE).await.unwrap();
        let mut rest = Vec::new();
        timeout(BOUND, tcp.read_to_end(&mut rest))
            .await
            .unwrap()
            .unwrap();
    }
    drop(sessions);
    for number in 1..=16 {
        served
            .ask(&format!("/getCaseStatus?case={number}&agent=x"))
            .await;
    }
    let cases: BTreeSet<_> = served.results().iter().map(|result| result.case).collect();
    assert_eq!(cases.len(), 16);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_in_company_comes_again_by_next() {
    let served = Served::with(&["1.1.2", "1.1.3"], None, |plan| {
        plan.learned_pace = true;
    })
    .await;
    // Neither echoes, and each is open until the other is.
    served.run_beside(["/next?agent=a", "/next?agent=a"]).await;
    let plays = |results: &[CaseResult]| {
        let mut plays: Vec<_> = results
            .iter()
            .map(|it| (it.case.to_string(), it.provisional, it.company, it.attempt))
            .collect();
        plays.sort();
        plays
    };
    assert_eq!(
        plays(&served.after(2).await),
        [
            ("1.1.2".to_owned(), true, 1, 1),
            ("1.1.3".to_owned(), true, 1, 1)
        ]
    );
    for _ in 0..2 {
        served.ask("/next?agent=a").await;
    }
    let last = served.ask("/next?agent=a").await;
    assert!(last.contains("no more cases"), "{last}");
    assert_eq!(
        plays(&served.after(4).await[2..]),
        [
            ("1.1.2".to_owned(), false, 0, 1),
            ("1.1.3".to_owned(), false, 0, 1)
        ]
    );
    // Over /runCase the first play counts.
    served
        .run_beside(["/runCase?case=1&agent=b", "/runCase?case=2&agent=b"])
        .await;
    let results = served.after(6).await;
    assert!(results[4..].iter().all(|result| !result.provisional));
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_answered() {
    let served = Served::new(&["1.1.1-1.1.3"]).await;
    assert_eq!(served.ask("/getCaseCount").await, "\u{fffd}\x013\u{fffd}\0");
    let info = served.ask("/getCaseInfo?case=2").await;
    assert!(info.contains(r#""id":"1.1.2""#), "{info}");
    served.ask("/runCase?casetuple=1.1.2&agent=x").await;
    let status = served.ask("/getCaseStatus?case=2&agent=x").await;
    assert!(status.contains(r#"{"behavior":"FAILED"}"#), "{status}");
    assert_eq!(served.ask("/updateReports?agent=x").await, "\u{fffd}\0");
    for (target, status) in [
        ("/runCase?case=0&agent=x", "404 Not Found"),
        ("/runCase?case=4&agent=x", "404 Not Found"),
        ("/runCase?case=y&agent=x", "400 Bad Request"),
        ("/runCase?case=1", "400 Bad Request"),
        ("/next", "400 Bad Request"),
    ] {
        assert_eq!(served.ask(target).await, format!("HTTP/1.1 {status}"));
    }
}

/// A result that is not there yet is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn a_status_is_waited_for() {
    let served = Served::new(&["1.1.1"]).await;
    let mut tcp = served.connect().await;
    let question = format!("{}\r\n", request("/getCaseStatus?case=1&agent=x"));
    tcp.write_all(question.as_bytes()).await.unwrap();
    let mut buffer = [0; 1024];
    let opened = timeout(BOUND, tcp.read(&mut buffer))
        .await
        .unwrap()
        .unwrap();
    assert!(buffer[..opened].starts_with(b"HTTP/1.1 101"));
    assert!(!buffer[..opened].ends_with(b"}"));
    served.client("x").run(|_, _| {}).await.unwrap();
    let told = timeout(BOUND, tcp.read(&mut buffer))
        .await
        .unwrap()
        .unwrap();
    let told = String::from_utf8_lossy(&buffer[..told]).into_owned();
    assert!(told.contains(r#"{"behavior":"OK"}"#), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_case_is_one_that_was_not_run() {
    let served = Served::new(&["1.1.1", "1.1.2", "2.1"]).await;
    // A handshake that fails counts as run.
    let refused = served
        .raw(b"GET /next?agent=x HTTP/1.1\r\nUpgrade: websocket\r\n\r\n")
        .await;
    assert!(refused.starts_with("HTTP/1.1 400 "), "{refused}");
    for _ in 0..2 {
        served.ask("/next?agent=x").await;
    }
    let last = served.ask("/next?agent=x").await;
    assert!(last.ends_with("no more cases"), "{last:?}");
    let results = served.first_results(3).await;
    let ids: Vec<String> = results
        .iter()
        .map(|result| result.case.to_string())
        .collect();
    assert_eq!(ids, ["1.1.1", "1.1.2", "2.1"]);
    assert_eq!(results[0].outcome.grade(), Some(Grade::Failed));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_failure_is_the_last_case() {
    let change = |plan: &mut ServicePlan| plan.fail_fast = true;
    let served = Served::with(&["1.1.1", "1.1.2", "2.1"], None, change).await;
    served
        .raw(b"GET /next?agent=x HTTP/1.1\r\nUpgrade: websocket\r\n\r\n")
        .await;
    let events = Arc::clone(&served.events);
    let info = timeout(BOUND, served.running).await.unwrap().unwrap();
    assert_eq!(info.cut_short, Some(CutShort::FirstFailure));
    assert!(!info.interrupted);
    let told = results_of(&events);
    let why = "a case had failed before".to_owned();
    let skipped = Outcome::Skipped { why };
    let (left_out, run): (Vec<_>, Vec<_>) =
        told.iter().partition(|result| result.outcome == skipped);
    let ids = |results: Vec<&CaseResult>| {
        results
            .iter()
            .map(|r| r.case.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(run), ["1.1.1"]);
    assert_eq!(ids(left_out), ["1.1.2", "2.1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_for_all_clients_is_over() {
    let change = |plan: &mut ServicePlan| plan.max_time = Some(Duration::from_millis(200));
    let served = Served::with(&["1.1.1", "1.1.2"], None, change).await;
    // It opens, and says nothing more.
    let mut tcp = served.connect().await;
    let request = format!("{}\r\n", request("/next?agent=x"));
    tcp.write_all(request.as_bytes()).await.unwrap();
    let events = Arc::clone(&served.events);
    let info = timeout(BOUND, served.running).await.unwrap().unwrap();
    assert_eq!(info.cut_short, Some(CutShort::OutOfTime));
    let why = "the time for the whole run was over".to_owned();
    let skipped = Outcome::Skipped { why };
    let told = results_of(&events);
    assert_eq!(told.len(), 2);
    assert!(
        told.iter().all(|result| result.outcome == skipped),
        "{told:?}"
    );

    let served = Served::with(&["1.1.1"], None, change).await;
    let info = timeout(BOUND, served.running).await.unwrap().unwrap();
    let fault = info.targets[0].fault.as_deref();
    assert_eq!(
        fault,
        Some("it was not tested: the time for the whole run was over")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_original_profile_has_its_own_statuses() {
    let served = Served::with(&["1.1.1"], None, |plan| {
        plan.profile = Profile::Autobahn;
        plan.host_port = Some(1);
    })
    .await;
    let refused = served.ask("/getCaseCount").await;
    assert_eq!(
        refused,
        "HTTP/1.1 400 Host \"localhost\" means port 80, not 1"
    );
    let request = request("/runCase?case=9&agent=x").replace("localhost", "localhost:1");
    let answer = served.raw(format!("{request}\r\n").as_bytes()).await;
    assert_eq!(answer, "HTTP/1.1 500 there is no case 9\r\n\r\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_mode_sends_what_it_is_told() {
    let served = Served::new(&["1.1.1"]).await;
    let command = br#"["sendframe", {"opcode": 3, "payload": "hi", "rsv": 2}]"#;
    let mut octets = format!("{}\r\n", request("/")).into_bytes();
    octets.extend([
        0x81,
        0x80 | u8::try_from(command.len()).unwrap(),
        0,
        0,
        0,
        0,
    ]);
    octets.extend_from_slice(command);
    octets.extend_from_slice(b"\x88\x80\0\0\0\0");
    let mut tcp = served.connect().await;
    tcp.write_all(&octets).await.unwrap();
    let mut answer = Vec::new();
    let _ = timeout(BOUND, tcp.read_to_end(&mut answer)).await.unwrap();
    assert!(
        answer.ends_with(b"\r\n\r\n\xa3\x02hi\x88\x00"),
        "{}",
        answer.escape_ascii()
    );
}
