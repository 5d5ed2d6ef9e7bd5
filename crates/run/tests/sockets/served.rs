//! The suite served, and what clients get of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use wscheck_run::{
    Address, CancellationToken, EchoClient, Event, Listener, Place, ServerTls, Service, ServicePlan,
};
use wscheck_suite::pace::Pace;
use wscheck_suite::result::{CaseResult, RunInfo};
use wscheck_suite::verdict::Grade;

use crate::support::cases;

/// No answer may take longer.
pub const BOUND: Duration = Duration::from_secs(60);

/// A service that runs, and what it told so far.
pub struct Served {
    pub address: Address,
    pub events: Arc<Mutex<Vec<Event>>>,
    pub stop: CancellationToken,
    pub running: JoinHandle<RunInfo>,
}

impl Served {
    pub async fn new(patterns: &[&str]) -> Self {
        Self::with(patterns, None, |_| {}).await
    }

    pub async fn with(
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

    pub fn port(&self) -> u16 {
        match self.address.place() {
            Place::Tcp { port, .. } => *port,
            Place::Unix { .. } => unreachable!("it listens at a port"),
        }
    }

    pub fn client(&self, agent: &str) -> EchoClient {
        EchoClient::new(self.address.clone(), agent)
    }

    /// What came of the cases, in the order in which they ended.
    pub fn results(&self) -> Vec<CaseResult> {
        results_of(&self.events)
    }

    /// The same, once there are so many. A client sees the end of its connection a
    /// moment before the result is told.
    pub async fn first_results(&self, count: usize) -> Vec<CaseResult> {
        let told = async {
            while self.results().len() < count {
                tokio::task::yield_now().await;
            }
            self.results()
        };
        timeout(BOUND, told).await.unwrap()
    }

    pub async fn end(self) -> RunInfo {
        self.stop.cancel();
        timeout(BOUND, self.running).await.unwrap().unwrap()
    }

    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port()))
            .await
            .unwrap()
    }

    /// Sends octets, and gives what comes back until the end.
    pub async fn raw(&self, octets: &[u8]) -> String {
        let mut tcp = self.connect().await;
        // The service may refuse before it has read all.
        let _ = tcp.write_all(octets).await;
        let mut answer = Vec::new();
        let _ = timeout(BOUND, tcp.read_to_end(&mut answer)).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Opens `target`, closes with 1000, and gives what came: a case at once,
    /// anything else after the answer.
    pub async fn ask(&self, target: &str) -> String {
        let mut tcp = self.connect().await;
        let request = format!("{}\r\n", request(target));
        tcp.write_all(request.as_bytes()).await.unwrap();
        let is_case = ["/runCase", "/next"]
            .iter()
            .any(|path| target.starts_with(path));
        let mut answer = Vec::new();
        let reading = async {
            let is_enough = |answer: &[u8]| match frames(answer) {
                Some(frames) => is_case || has_close(frames),
                None => false,
            };
            while !is_enough(&answer) && tcp.read_buf(&mut answer).await.unwrap_or_default() > 0 {}
            // Who refused us is gone.
            let _ = tcp.write_all(CLOSE).await;
            let _ = tcp.read_to_end(&mut answer).await;
        };
        timeout(BOUND, reading).await.unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, rest) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        match head.starts_with("HTTP/1.1 101") {
            true => rest.to_owned(),
            false => head.lines().next().unwrap_or_default().to_owned(),
        }
    }
}

/// What came of the cases, as far as it was told.
pub fn results_of(events: &Mutex<Vec<Event>>) -> Vec<CaseResult> {
    let events = events.lock().unwrap();
    let results = events.iter().filter_map(|event| match event {
        Event::CaseFinished(result) => Some(result.as_ref().clone()),
        _ => None,
    });
    results.collect()
}

impl Served {
    /// Opens both, closes both when both are open, and waits for their ends.
    pub async fn run_beside(&self, targets: [&str; 2]) {
        let mut sessions = Vec::new();
        for target in targets {
            let mut tcp = self.connect().await;
            let request = format!("{}\r\n", request(target));
            tcp.write_all(request.as_bytes()).await.unwrap();
            let mut head = [0; 12];
            let opening = timeout(BOUND, tcp.read_exact(&mut head));
            opening.await.unwrap().unwrap();
            sessions.push(tcp);
        }
        for mut tcp in sessions {
            tcp.write_all(CLOSE).await.unwrap();
            let mut rest = Vec::new();
            // We may be reset for what we left unread.
            let _ = timeout(BOUND, tcp.read_to_end(&mut rest)).await.unwrap();
        }
    }

    /// What came of the cases, as soon as so many have ended.
    pub async fn after(&self, count: usize) -> Vec<CaseResult> {
        let waiting = async {
            while self.results().len() < count {
                tokio::task::yield_now().await;
            }
        };
        timeout(BOUND, waiting).await.unwrap();
        self.results()
    }
}

/// A Close with 1000, masked by zeros.
pub const CLOSE: &[u8] = b"\x88\x82\0\0\0\0\x03\xe8";

/// What follows a 101.
fn frames(answer: &[u8]) -> Option<&[u8]> {
    let at = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    answer
        .starts_with(b"HTTP/1.1 101 ")
        .then(|| &answer[at + 4..])
}

/// Whether a Close is among frames of a server.
fn has_close(mut frames: &[u8]) -> bool {
    while let [first, length, rest @ ..] = frames {
        if *first == 0x88 {
            return true;
        }
        let (length, rest) = match (length, rest) {
            (126, [high, low, rest @ ..]) => (u16::from_be_bytes([*high, *low]).into(), rest),
            (length, rest) => (usize::from(*length), rest),
        };
        frames = rest.get(length..).unwrap_or_default();
    }
    false
}

pub fn request(target: &str) -> String {
    format!(
        "GET {target} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    )
}

pub fn assert_good(results: &[CaseResult]) {
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
