//! Chapter 30 over sockets, through the reference proxy.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use wscheck_run::{CancellationToken, Event, Listener, Plan, TargetPlan, run_through};
use wscheck_suite::case::{Case, Testee};
use wscheck_suite::catalogue;
use wscheck_suite::relay::{ProxyFault, ProxyOutput, ReferenceProxy};
use wscheck_suite::result::{CaseResult, Outcome, Proved, RunInfo};
use wscheck_suite::tested::Tested;
use wscheck_suite::verdict::{Behaviour, Reason};
use wscheck_wire::Eof;

fn chapter(patterns: &[&str]) -> Vec<Arc<Case>> {
    let all = catalogue::all().iter();
    let proxies = all.filter(|case| case.testee == Testee::Proxy);
    let chosen = proxies
        .filter(|case| patterns.is_empty() || patterns.contains(&case.id.to_string().as_str()));
    chosen.cloned().map(Arc::new).collect()
}

/// Serves the reference proxy, which forwards to `upstream`.
async fn serve(fault: Option<ProxyFault>, upstream: SocketAddr) -> (SocketAddr, JoinHandle<()>) {
    serve_by_turns(move |_| fault, upstream).await
}

/// Serves it with the fault that each connection, from 0, is to meet.
async fn serve_by_turns(
    fault: impl Fn(usize) -> Option<ProxyFault> + Send + 'static,
    upstream: SocketAddr,
) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(async move {
        for number in 0.. {
            let Ok((client, _)) = listener.accept().await else {
                return;
            };
            tokio::spawn(forward(
                client,
                ReferenceProxy::new(fault(number)),
                upstream,
            ));
        }
    });
    (address, serving)
}

/// What came, from which side: `true` is the client.
enum Came {
    Octets(bool, Vec<u8>),
    End(bool, Eof),
}

fn listen_to(is_client: bool, mut half: OwnedReadHalf, came: mpsc::Sender<Came>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut octets = vec![0; 16 * 1024];
        loop {
            let what = match half.read(&mut octets).await {
                Ok(0) => Came::End(is_client, Eof::Fin),
                Ok(count) => Came::Octets(is_client, octets[..count].to_vec()),
                Err(_) => Came::End(is_client, Eof::Reset),
            };
            let ends = matches!(what, Came::End(..));
            if came.send(what).await.is_err() || ends {
                return;
            }
        }
    })
}

/// One of the two connections of the proxy.
struct Leg {
    writer: Option<OwnedWriteHalf>,
    reader: JoinHandle<()>,
}

impl Leg {
    fn new(is_client: bool, stream: TcpStream, came: mpsc::Sender<Came>) -> Self {
        stream.set_nodelay(true).unwrap();
        let (half, writer) = stream.into_split();
        Self {
            writer: Some(writer),
            reader: listen_to(is_client, half, came),
        }
    }

    async fn write(&mut self, octets: &[u8]) {
        if let Some(writer) = &mut self.writer {
            drop(writer.write_all(octets).await);
        }
    }

    async fn end(&mut self, how: Eof) {
        if how != Eof::Reset {
            if let Some(writer) = &mut self.writer {
                drop(writer.shutdown().await);
            }
            return;
        }
        // Both halves must be gone for the socket to be.
        self.reader.abort();
        drop((&mut self.reader).await);
        if let Some(writer) = self.writer.take() {
            writer.as_ref().set_zero_linger().unwrap();
            drop(writer);
        }
    }
}

async fn forward(client: TcpStream, mut proxy: ReferenceProxy, at: SocketAddr) {
    let (sender, mut coming) = mpsc::channel(16);
    let mut client = Leg::new(true, client, sender.clone());
    let mut upstream: Option<Leg> = None;
    let mut ended = 0;
    while let Some(came) = coming.recv().await {
        ended += u32::from(matches!(came, Came::End(..)));
        match came {
            Came::Octets(true, octets) => proxy.from_client(&octets),
            Came::Octets(false, octets) => proxy.from_upstream(&octets),
            Came::End(true, how) => proxy.client_ended(how),
            Came::End(false, how) => proxy.upstream_ended(how),
        }
        while let Some(output) = proxy.poll_output() {
            match (output, &mut upstream) {
                (ProxyOutput::Dial, _) => {
                    let stream = TcpStream::connect(at).await.unwrap();
                    upstream = Some(Leg::new(false, stream, sender.clone()));
                }
                (ProxyOutput::ToClient(octets), _) => client.write(&octets).await,
                (ProxyOutput::EndClient(how), _) => client.end(how).await,
                (ProxyOutput::ToUpstream(octets), Some(leg)) => leg.write(&octets).await,
                (ProxyOutput::EndUpstream(how), Some(leg)) => leg.end(how).await,
                (_, None) => {}
            }
        }
        if ended == 1 + u32::from(upstream.is_some()) {
            return;
        }
    }
}

struct Played {
    info: RunInfo,
    results: Vec<CaseResult>,
}

async fn play_through(url: &str, listener: Listener, cases: Vec<Arc<Case>>) -> Played {
    play(Plan::new(), url, listener, cases).await
}

async fn play(mut plan: Plan, url: &str, listener: Listener, cases: Vec<Arc<Case>>) -> Played {
    plan.targets
        .push(TargetPlan::new(url.parse().unwrap(), cases));
    let mut results = Vec::new();
    let cancel = CancellationToken::new();
    let info = run_through(plan, listener, &cancel, |event| {
        if let Event::CaseFinished(result) = event {
            results.push(*result);
        }
    })
    .await;
    Played { info, results }
}

async fn listen() -> (Listener, SocketAddr) {
    let listener = Listener::bind(&"ws://127.0.0.1:0".parse().unwrap())
        .await
        .unwrap();
    let at = listener.address().host_header().parse().unwrap();
    (listener, at)
}

async fn played(fault: Option<ProxyFault>, patterns: &[&str]) -> Vec<CaseResult> {
    let (listener, upstream) = listen().await;
    let (at, serving) = serve(fault, upstream).await;
    let played = play_through(&format!("ws://{at}/"), listener, chapter(patterns)).await;
    serving.abort();
    assert_eq!(played.info.targets[0].fault, None);
    played.results
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reference_proxy_passes_over_sockets() {
    let results = played(None, &[]).await;
    assert_eq!(results.len(), chapter(&[]).len());
    for result in results {
        let verdict = result.outcome.verdict().unwrap();
        let good = matches!(verdict.behaviour, Behaviour::Ok | Behaviour::Informational);
        assert!(good, "{}: {verdict:#?}", result.case);
    }
}

#[tokio::test]
async fn a_tunnel_after_a_refusal_is_seen_behind_the_proxy() {
    let results = played(
        Some(ProxyFault::TunnelsAFailedUpgrade),
        &["30.3.1", "30.3.6"],
    )
    .await;
    for result in &results {
        let verdict = result.outcome.verdict().unwrap();
        assert_eq!(verdict.behaviour, Behaviour::Failed, "{}", result.case);
        assert!(matches!(verdict.reasons[0], Reason::NotRelayed { .. }));
    }
    assert_eq!(results.len(), 2);
}

#[tokio::test]
async fn a_case_that_fails_once_is_flaky_where_it_may_be_played_again() {
    let plan = Plan {
        retries: 2,
        preflight: false,
        ..Plan::new()
    };
    let (listener, upstream) = listen().await;
    let only_first = |number| (number == 0).then_some(ProxyFault::TunnelsAFailedUpgrade);
    let (at, serving) = serve_by_turns(only_first, upstream).await;
    let url = format!("ws://{at}/");
    let played = play(plan, &url, listener, chapter(&["30.3.1", "30.3.6"])).await;
    serving.abort();
    let told = played
        .results
        .iter()
        .map(|it| (it.case.to_string(), it.provisional, it.proved));
    let told: Vec<_> = told.collect();
    assert_eq!(
        told,
        [
            ("30.3.1".to_owned(), true, None),
            ("30.3.1".to_owned(), false, Some(Proved::Flaky)),
            ("30.3.6".to_owned(), false, None),
        ]
    );
    assert_eq!(played.info.testee, Tested::Proxy);
}

/// Every case would fail for the same reason: it is told once.
#[tokio::test]
async fn a_proxy_that_forwards_elsewhere_is_not_tested() {
    let (listener, ours) = listen().await;
    let (other, _elsewhere) = listen().await;
    let silent = other.address().host_header().parse().unwrap();
    let (at, serving) = serve(Some(ProxyFault::DropsTheUpgrade), ours).await;
    let played = play_through(&format!("ws://{at}/"), listener, chapter(&["30.1.1"])).await;
    serving.abort();
    let fault = played.info.targets[0].fault.clone().unwrap();
    assert!(fault.contains("without the upgrade"), "{fault}");
    let (listener, ours) = listen().await;
    let (at, serving) = serve(None, silent).await;
    drop(other);
    let played = play_through(&format!("ws://{at}/"), listener, chapter(&["30.1.1"])).await;
    serving.abort();
    let fault = played.info.targets[0].fault.clone().unwrap();
    assert!(fault.contains(&ours.to_string()), "{fault}");
    let outcome = &played.results[0].outcome;
    assert!(
        matches!(outcome, Outcome::CouldNotTest { .. }),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_proxy_that_is_not_there_could_not_be_tested() {
    let (listener, _) = listen().await;
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = free.local_addr().unwrap();
    drop(free);
    let played = play_through(&format!("ws://{at}/"), listener, chapter(&["30.1.1"])).await;
    let fault = played.info.targets[0].fault.clone().unwrap();
    assert!(fault.contains("refuses connections"), "{fault}");
}
