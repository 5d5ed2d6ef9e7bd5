//! Servers that do everything wrong: each case ends, in time, with a verdict or
//! with the reason why there is none. What is told of them; that they cannot harm, see `bounds`.

use std::time::Duration;

use crate::support::{Report, hostile_server, hurried, open, plan};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use wscheck_run::{
    Address, ClientTls, CouldNotTest, Dialler, Event, Place, Trust, Unfit, preflight,
};
use wscheck_suite::pace::Pace;
use wscheck_suite::result::Outcome;
use wscheck_suite::session::Target;
use wscheck_suite::verdict::{Grade, Reason};

const SOME: &[&str] = &[
    "1.1.6", "1.1.8", "2.1", "4.2.4", "5.19", "6.4.1", "7.1.1", "9.1.4", "9.7.1",
];
const SOME_COUNT: usize = 9;

/// Time enough for a busy machine to answer, if it means to.
const PATIENT: f64 = 0.2;
/// For servers that never do.
const HASTY: f64 = 0.02;

/// Plays some cases; each must be FAILED. Gives their reasons.
async fn failures(address: &Address, scale: f64) -> Vec<Vec<Reason>> {
    let report = Report::of(hurried(address, SOME, scale)).await;
    report.assert_all(SOME_COUNT, &[Grade::Failed]);
    let verdicts = report.results().map(|result| result.outcome.verdict());
    verdicts
        .map(|verdict| verdict.unwrap().reasons.clone())
        .collect()
}

async fn assert_never_opened(address: &Address, why: &str) {
    assert_never_opened_within(address, PATIENT, why).await;
}

async fn assert_never_opened_within(address: &Address, scale: f64, why: &str) {
    for reasons in failures(address, scale).await {
        let [Reason::NeverOpened { why: said }] = &reasons[..] else {
            panic!("{reasons:?}");
        };
        assert!(said.contains(why), "{said}");
    }
}

async fn look(address: &Address) -> Unfit {
    let pace = Pace::scaled(PATIENT);
    let (dialler, target) = (Dialler::default(), Target::default());
    preflight(address, &dialler, &target, pace)
        .await
        .unwrap_err()
}

/// Reads and forgets until the peer has ended.
async fn swallow(tcp: &mut TcpStream) {
    let mut buffer = vec![0; 65536];
    while let Ok(1..) = tcp.read(&mut buffer).await {}
}

/// Sends the same octets until the peer has had enough, reading nothing.
async fn flood(tcp: &mut TcpStream, octets: &[u8]) {
    let block = octets.repeat(65536 / octets.len());
    while tcp.write_all(&block).await.is_ok() {}
}

/// Answers any request with these octets, and then reads on.
async fn answering(octets: &'static [u8]) -> Address {
    hostile_server(move |mut tcp| async move {
        let mut buffer = [0; 4096];
        let _ = tcp.read(&mut buffer).await;
        let _ = tcp.write_all(octets).await;
        swallow(&mut tcp).await;
    })
    .await
}

/// A port where nobody listens.
async fn closed_port() -> Address {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("ws://{}", listener.local_addr().unwrap())
        .parse()
        .unwrap()
}

#[tokio::test]
async fn refuses() {
    let address = closed_port().await;
    let mut plan = plan(&address, SOME);
    let report = Report::of(plan.clone()).await;
    assert_eq!(report.results().count(), SOME_COUNT);
    let port = address.host_header();
    for result in report.results() {
        let why = format!("the server refuses connections at {port}");
        assert_eq!(result.outcome, Outcome::CouldNotTest { why });
    }

    plan.stop_on_refusal = true;
    assert_eq!(Report::of(plan.clone()).await.results().count(), 0);

    plan.preflight = true;
    let report = Report::of(plan).await;
    assert_eq!(report.results().count(), 0);
    assert_eq!(
        report.target().fault.as_deref(),
        Some(&*format!("the server refuses connections at {port}"))
    );
    assert!(matches!(
        look(&address).await,
        Unfit::Unreachable(CouldNotTest::Refused { .. })
    ));
}

#[tokio::test]
async fn does_not_exist() {
    let folder = tempfile::tempdir().unwrap();
    let missing = format!("ws+unix:{}", folder.path().join("missing").display());
    let unresolved = "ws://name.invalid".to_owned();
    for (address, start) in [
        (missing, "the server refuses"),
        (unresolved, "the name name.invalid does not"),
    ] {
        let error = Dialler::default()
            .dial(&address.parse().unwrap())
            .await
            .unwrap_err();
        assert!(error.to_string().starts_with(start), "{error}");
    }
}

#[tokio::test]
async fn refuses_after_it_served() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: Address = format!("ws://{}", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    tokio::spawn(async move {
        for _ in 0..2 {
            drop(listener.accept().await);
        }
    });
    let mut plan = plan(&address, &["1.1.1", "1.1.2", "1.1.3"]);
    plan.jobs = std::num::NonZeroUsize::MIN;
    let report = Report::of(plan).await;
    let last = report.results().last().unwrap();
    let cases = vec!["1.1.1".to_owned(), "1.1.2".to_owned()];
    assert_eq!(
        last.outcome.verdict().unwrap().reasons,
        [Reason::RefusedAfter { cases }]
    );
}

#[tokio::test]
async fn accepts_and_says_nothing() {
    let address = hostile_server(|mut tcp| async move { swallow(&mut tcp).await }).await;
    assert_never_opened_within(&address, HASTY, "sent nothing").await;
    assert!(matches!(look(&address).await, Unfit::Silent { .. }));
}

#[tokio::test]
async fn accepts_and_reads_nothing() {
    let address = hostile_server(|tcp| async move {
        let _tcp = tcp;
        std::future::pending().await
    })
    .await;
    assert_never_opened_within(&address, HASTY, "sent nothing").await;
}

#[tokio::test]
async fn drops_at_once() {
    let address = hostile_server(|tcp| async move { drop(tcp) }).await;
    assert_never_opened(&address, "without an answer").await;
    assert!(matches!(look(&address).await, Unfit::Ended { .. }));
}

#[tokio::test]
async fn answers_otherwise_than_a_web_socket() {
    for (answer, why) in [
        (&b"\x00\xff nonsense\r\n\r\n"[..], ""),
        (b"SSH-2.0-OpenSSH_9.9\r\n\r\n", ""),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "status 200, not 101",
        ),
        (
            b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
            "status 400, not 101",
        ),
        (b"HTTP/1.0 101 Switching Protocols\r\n\r\n", "HTTP/1.0"),
    ] {
        let address = answering(answer).await;
        assert_never_opened(&address, why).await;
        let unfit = look(&address).await;
        assert!(matches!(unfit, Unfit::NotWebSocket { .. }), "{unfit}");
        assert!(unfit.to_string().contains(why), "{unfit}");
    }
}

#[tokio::test]
async fn opens_with_a_wrong_digest() {
    let address = answering(
        b"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n",
    )
    .await;
    assert_never_opened(&address, "Sec-WebSocket-Accept").await;
    // That is a fault to be judged, not the wrong kind of server.
    let (dialler, target) = (Dialler::default(), Target::default());
    let found = preflight(&address, &dialler, &target, Pace::NOMINAL)
        .await
        .unwrap();
    assert_eq!(found.round_trip, None);
}

#[tokio::test]
async fn drips_an_octet_at_a_time() {
    let address = hostile_server(|mut tcp| async move {
        let mut every = tokio::time::interval(Duration::from_millis(10));
        for octet in b"HTTP/1.1 101 Switching Protocols and so on".iter().cycle() {
            every.tick().await;
            if tcp.write_all(&[*octet]).await.is_err() {
                return;
            }
        }
    })
    .await;
    assert_never_opened(&address, "stopped after").await;
}

#[tokio::test]
async fn floods_before_it_opens() {
    for octets in [&b"HTTP/1.1 101 x\r\nX: y\r\n"[..], b"x"] {
        let address = hostile_server(move |mut tcp| async move {
            let mut head = b"HTTP/1.1 101 Switching Protocols\r\n".to_vec();
            head.retain(|_| octets.len() > 1);
            let _ = tcp.write_all(&head).await;
            flood(&mut tcp, octets).await;
        })
        .await;
        assert_never_opened(&address, "").await;
        assert!(matches!(look(&address).await, Unfit::NotWebSocket { .. }));
    }
}

#[tokio::test]
async fn opens_and_says_nothing_and_never_closes() {
    let address = hostile_server(|mut tcp| async move {
        let _ = open(&mut tcp).await;
        swallow(&mut tcp).await;
        let _tcp = tcp;
        std::future::pending().await
    })
    .await;
    let report = Report::of(hurried(&address, SOME, HASTY)).await;
    report.assert_all(SOME_COUNT, &[Grade::Failed]);
    let unfit = look(&address).await;
    assert!(matches!(unfit, Unfit::NoEcho { .. }), "{unfit}");

    let mut plan = hurried(&address, SOME, HASTY);
    plan.preflight = true;
    let report = Report::of(plan).await;
    assert_eq!(report.results().count(), 0);
    assert!(
        report
            .target()
            .fault
            .as_deref()
            .unwrap()
            .starts_with("the server does not echo")
    );
    assert!(
        report
            .events
            .iter()
            .any(|event| matches!(event, Event::TargetReady { .. }))
    );
}

#[tokio::test]
async fn answers_with_something_else() {
    let address = hostile_server(|mut tcp| async move {
        if open(&mut tcp).await.is_ok() {
            let _ = tcp.write_all(b"\x81\x07welcome").await;
            swallow(&mut tcp).await;
        }
    })
    .await;
    failures(&address, HASTY).await;
    let unfit = look(&address).await;
    assert_eq!(
        unfit.to_string(),
        "the server does not echo: to the text \"wscheck asks for an echo, 1\" it answered \
         the text \"welcome\""
    );
}

#[tokio::test]
async fn ends_when_it_has_opened() {
    let address = hostile_server(|mut tcp| async move {
        let _ = open(&mut tcp).await;
    })
    .await;
    let unfit = look(&address).await;
    assert!(matches!(unfit, Unfit::NoEchoButEnd { .. }), "{unfit}");
}

#[tokio::test]
async fn does_not_speak_tls() {
    let plain = answering(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let Place::Tcp { host, port, .. } = plain.place().clone() else {
        panic!("{plain}");
    };
    let secure = Address::new(
        Place::Tcp {
            host,
            port,
            tls: true,
        },
        "/",
    );
    let dialler = Dialler {
        tls: Some(ClientTls::new(&Trust::Anyone, None).unwrap()),
        ..Dialler::default()
    };
    let error = dialler.dial(&secure).await.unwrap_err();
    assert!(
        error.to_string().ends_with("failed: it does not speak TLS"),
        "{error}"
    );
}

#[tokio::test]
async fn says_nothing_to_tls() {
    let plain = hostile_server(|mut tcp| async move { swallow(&mut tcp).await }).await;
    let secure: Address = plain.to_string().replace("ws:", "wss:").parse().unwrap();
    let dialler = Dialler {
        limit: Duration::from_millis(50),
        ..Dialler::default()
    };
    let error = dialler.dial(&secure).await.unwrap_err();
    assert!(
        error.to_string().ends_with("failed: no answer within 50ms"),
        "{error}"
    );
}
