//! The suite served to clients: good ones, hostile ones, and many at a time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use wscheck_run::{
    Address, CancellationToken, Dialler, EchoClient, Event, Listener, Place, ServerTls, Service,
    ServicePlan, Trust,
};
use wscheck_suite::pace::Pace;
use wscheck_suite::profile::Profile;
use wscheck_suite::result::{CaseResult, RunInfo};
use wscheck_suite::verdict::Grade;

use crate::support::cases;

/// Cases of several kinds: plain, chopped, fragmented, illegal, closing,
/// compressed.
const SOME: &[&str] = &["1.1.*", "2.*", "4.2.4", "5.3", "6.4.1", "7.*", "13.2.1"];

const BOUND: Duration = Duration::from_secs(60);

/// A service that runs, and what it told so far.
struct Served {
    address: Address,
    events: Arc<Mutex<Vec<Event>>>,
    stop: CancellationToken,
    running: JoinHandle<RunInfo>,
}

impl Served {
    async fn new(patterns: &[&str]) -> Self {
        Self::with(patterns, None, |_| {}).await
    }

    async fn with(
        patterns: &[&str],
        tls: Option<ServerTls>,
        change: impl FnOnce(&mut ServicePlan),
    ) -> Self {
        let scheme = if tls.is_some() { "wss" } else { "ws" };
        let at = format!("{scheme}://127.0.0.1:0").parse().unwrap();
        let listener = Listener::bind(&at).await.unwrap();
        let mut plan = ServicePlan::new(cases(patterns));
        plan.pace = Pace::scaled(0.2);
        change(&mut plan);
        let stop = CancellationToken::new();
        let service = Service::new(plan, listener, tls, stop.clone());
        let address = service.address().clone();
        let events = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&events);
        let running = tokio::spawn(service.run(move |event| told.lock().unwrap().push(event)));
        Self {
            address,
            events,
            stop,
            running,
        }
    }

    fn port(&self) -> u16 {
        match self.address.place() {
            Place::Tcp { port, .. } => *port,
            Place::Unix { .. } => unreachable!("it listens at a port"),
        }
    }

    fn client(&self, agent: &str) -> EchoClient {
        EchoClient::new(self.address.clone(), agent)
    }

    /// What came of the cases, in the order in which they ended.
    fn results(&self) -> Vec<CaseResult> {
        let events = self.events.lock().unwrap();
        let results = events.iter().filter_map(|event| match event {
            Event::CaseFinished(result) => Some(result.as_ref().clone()),
            _ => None,
        });
        results.collect()
    }

    async fn end(self) -> RunInfo {
        self.stop.cancel();
        timeout(BOUND, self.running).await.unwrap().unwrap()
    }

    /// Sends octets, and gives what comes back until the end.
    async fn raw(&self, octets: &[u8]) -> String {
        let mut tcp = TcpStream::connect(("127.0.0.1", self.port()))
            .await
            .unwrap();
        // The service may refuse before it has read all.
        let _ = tcp.write_all(octets).await;
        let mut answer = Vec::new();
        let _ = timeout(BOUND, tcp.read_to_end(&mut answer)).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Opens `target`, closes a little later with 1000, and gives what came.
    async fn ask(&self, target: &str) -> String {
        let mut tcp = TcpStream::connect(("127.0.0.1", self.port()))
            .await
            .unwrap();
        let request = format!("{}\r\n", request(target));
        tcp.write_all(request.as_bytes()).await.unwrap();
        sleep(Duration::from_millis(100)).await;
        let _ = tcp.write_all(b"\x88\x82\0\0\0\0\x03\xe8").await;
        let mut answer = Vec::new();
        let _ = timeout(BOUND, tcp.read_to_end(&mut answer)).await.unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, rest) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        match head.starts_with("HTTP/1.1 101") {
            true => rest.to_owned(),
            false => head.lines().next().unwrap_or_default().to_owned(),
        }
    }
}

fn request(target: &str) -> String {
    format!(
        "GET {target} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    )
}

fn assert_good(results: &[CaseResult]) {
    for result in results {
        let grade = result.outcome.grade();
        assert!(
            matches!(grade, Some(Grade::Ok | Grade::Informational)),
            "{} {}: {:?}",
            result.agent,
            result.case,
            result.outcome
        );
    }
}

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
    let mut tcp = TcpStream::connect(("127.0.0.1", served.port()))
        .await
        .unwrap();
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
    let results = served.results();
    let ids: Vec<String> = results
        .iter()
        .map(|result| result.case.to_string())
        .collect();
    assert_eq!(ids, ["1.1.1", "1.1.2", "2.1"]);
    assert_eq!(results[0].outcome.grade(), Some(Grade::Failed));
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_requests_are_answered_and_disturb_nobody() {
    let served = Served::new(&["1.1.1"]).await;
    let long = format!("{}X: {}\r\n\r\n", request("/"), "x".repeat(1 << 20));
    for (octets, status) in [
        (b"nonsense\r\nUpgrade: websocket\r\n\r\n".to_vec(), "400"),
        (b"nonsense\r\n\r\n".to_vec(), "400"),
        (long.into_bytes(), "431"),
        (
            request("/runCase?case=1&agent=x")
                .replace("Key", "K")
                .into_bytes(),
            "400",
        ),
        (b"GET / HTTP/1.1\r\n\r\n".to_vec(), "200"),
        (b"GET /x HTTP/1.1\r\n\r\n".to_vec(), "404"),
        (
            b"POST / HTTP/1.1\r\nContent-Length: 99999\r\n\r\n".to_vec(),
            "413",
        ),
        (
            format!(
                "GET /next?agent={} HTTP/1.1\r\nUpgrade: websocket\r\n\r\n",
                "x".repeat(999)
            )
            .into_bytes(),
            "400",
        ),
    ] {
        let mut octets = octets;
        if !octets.ends_with(b"\r\n\r\n") {
            octets.extend_from_slice(b"\r\n");
        }
        let answer = served.raw(&octets).await;
        let wanted = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&wanted), "{status}: {:.200}", answer);
    }
    served.client("good").run(|_, _| {}).await.unwrap();
    assert_good(&served.results()[1..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_silent_are_dropped_in_time() {
    let served = Served::with(&["1.1.1"], None, |plan| {
        plan.limits.opening = Some(Duration::from_millis(300));
    })
    .await;
    let mut silent = Vec::new();
    for _ in 0..200 {
        silent.push(
            TcpStream::connect(("127.0.0.1", served.port()))
                .await
                .unwrap(),
        );
    }
    served.client("good").run(|_, _| {}).await.unwrap();
    for mut tcp in silent {
        let mut answer = Vec::new();
        let _ = timeout(BOUND, tcp.read_to_end(&mut answer)).await.unwrap();
        assert!(
            answer.starts_with(b"HTTP/1.1 408 "),
            "{}",
            answer.escape_ascii()
        );
    }
    assert_good(&served.results());
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_may_stop_the_service() {
    for target in [
        "/stopServer",
        "/updateReports?agent=x&shutdownOnComplete=true",
    ] {
        let served = Served::new(&["1.1.1"]).await;
        served.ask(target).await;
        let info = timeout(BOUND, served.running).await.unwrap().unwrap();
        assert!(!info.interrupted);
    }
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
    let mut tcp = TcpStream::connect(("127.0.0.1", served.port()))
        .await
        .unwrap();
    tcp.write_all(&octets).await.unwrap();
    let mut answer = Vec::new();
    let _ = timeout(BOUND, tcp.read_to_end(&mut answer)).await.unwrap();
    assert!(
        answer.ends_with(b"\r\n\r\n\xa3\x02hi\x88\x00"),
        "{}",
        answer.escape_ascii()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_vanishes_fails_its_case_only() {
    let served = Served::new(&["1.1.1", "1.1.2"]).await;
    let mut tcp = TcpStream::connect(("127.0.0.1", served.port()))
        .await
        .unwrap();
    let half = format!("{}\r\n", request("/runCase?case=1&agent=gone"));
    tcp.write_all(half.as_bytes()).await.unwrap();
    sleep(Duration::from_millis(50)).await;
    drop(tcp);
    served.client("good").run(|_, _| {}).await.unwrap();
    let results = served.results();
    let (gone, good): (Vec<_>, Vec<_>) = results.into_iter().partition(|it| it.agent == "gone");
    assert_eq!((gone.len(), good.len()), (1, 2));
    assert_good(&good);
    assert_eq!(gone[0].outcome.grade(), Some(Grade::Failed));
}
