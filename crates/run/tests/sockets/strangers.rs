//! The suite served to those who want something else, or nothing, or harm.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use wscheck_suite::profile::Profile;
use wscheck_suite::verdict::Grade;

use crate::served::{BOUND, CLOSE, Served, assert_good, request};

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
        (request("/runCase?case=0&agent=x").into_bytes(), "404"),
        (
            request("/runCase?casetuple=9.9.9&agent=x").into_bytes(),
            "404",
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

/// A thousand connections that say nothing, or stop in the middle of a word.
#[tokio::test(flavor = "multi_thread")]
async fn the_silent_are_dropped_in_time() {
    #[cfg(unix)]
    allow_open_files(4096);
    let served = Served::with(&["1.1.1"], None, |plan| {
        plan.limits.opening = Some(Duration::from_millis(500));
    })
    .await;
    let mut silent = Vec::new();
    for number in 0..1000 {
        let mut tcp = served.connect().await;
        if number % 2 == 1 {
            tcp.write_all(b"GET /runCase?ca").await.unwrap();
        }
        silent.push(tcp);
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
    assert_eq!(served.results().len(), 1);
}

/// Both ends of all connections are in this process.
#[cfg(unix)]
fn allow_open_files(count: u64) {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    if soft < count {
        setrlimit(Resource::RLIMIT_NOFILE, count.min(hard), hard).unwrap();
    }
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

/// A page in a browser of this machine is not this machine.
#[tokio::test(flavor = "multi_thread")]
async fn pages_of_others_may_not_stop_the_service() {
    for profile in [Profile::Rfc, Profile::Autobahn] {
        let served = Served::with(&["1.1.1"], None, |plan| plan.profile = profile).await;
        let own = format!("127.0.0.1:{}", served.port());
        for target in [
            "/stopServer",
            "/updateReports?agent=x",
            "/updateReports?agent=x&shutdownOnComplete=true",
        ] {
            let head = request(target).replace("localhost", &own);
            let foreign = format!("{head}Origin: http://evil.example\r\n\r\n");
            let answer = served.raw(foreign.as_bytes()).await;
            assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
            assert!(answer.contains("http://evil.example"), "{answer}");
        }
        served.client("good").run(|_, _| {}).await.unwrap();
        assert_good(&served.results());
        let head = request("/stopServer").replace("localhost", &own);
        let ours = format!("{head}Origin: http://{own}\r\n\r\n");
        let mut tcp = served.connect().await;
        tcp.write_all(ours.as_bytes()).await.unwrap();
        tcp.write_all(CLOSE).await.unwrap();
        timeout(BOUND, served.running).await.unwrap().unwrap();
    }
}

/// In the middle of its request, behind it, and in the middle of a frame.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_vanishes_fails_its_case_only() {
    let served = Served::new(&["1.1.1", "1.1.2"]).await;
    let whole = format!("{}\r\n", request("/runCase?case=1&agent=gone"));
    for (octets, is_answered) in [
        (&whole.as_bytes()[..40], false),
        (whole.as_bytes(), true),
        (
            &[whole.as_bytes(), &b"\x81\x85\0\0\0\0he"[..]].concat(),
            true,
        ),
    ] {
        let mut tcp = served.connect().await;
        tcp.write_all(octets).await.unwrap();
        if is_answered {
            timeout(BOUND, tcp.readable()).await.unwrap().unwrap();
        }
    }
    served.client("good").run(|_, _| {}).await.unwrap();
    // It is told as soon as there is a result.
    served.ask("/getCaseStatus?case=1&agent=gone").await;
    let results = served.results();
    let (gone, good): (Vec<_>, Vec<_>) = results.into_iter().partition(|it| it.agent == "gone");
    assert_eq!((gone.is_empty(), good.len()), (false, 2));
    assert_good(&good);
    for result in gone {
        assert_eq!(result.outcome.grade(), Some(Grade::Failed));
    }
}

/// By `rfc` the end of TCP is a FIN, though the client has sent what nobody will read.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_closed_hears_the_end_of_tcp() {
    let served = Served::new(&["1.1.1"]).await;
    let mut tcp = served.connect().await;
    let request = format!("{}\r\n", request("/runCase?case=1&agent=lazy"));
    tcp.write_all(request.as_bytes()).await.unwrap();
    tcp.write_all(b"\x81\x80\0\0\0\0").await.unwrap();
    tcp.write_all(CLOSE).await.unwrap();
    tcp.write_all(&b"\x8a\x80\0\0\0\0".repeat(16_000))
        .await
        .unwrap();
    let mut answer = Vec::new();
    let ended = timeout(BOUND, tcp.read_to_end(&mut answer)).await.unwrap();
    assert!(ended.is_ok(), "{ended:?}");
    assert!(answer.ends_with(b"\x88\x02\x03\xe8"));
    // It has its result, although it keeps its side of TCP open.
    let status = served.ask("/getCaseStatus?case=1&agent=lazy").await;
    assert!(status.contains(r#"{"behavior":"OK"}"#), "{status}");
    drop(tcp);
}
