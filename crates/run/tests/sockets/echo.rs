//! The catalogue against the reference server, over each kind of transport.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};

use crate::memory::{alone, assert_little};
use crate::support::{Report, cases, echo_server, plan};
use wscheck_run::{
    BadTls, CancellationToken, ClientTls, ConnectionInfo, Event, Observer, ServerTls, Trace, Trust,
    run,
};
use wscheck_suite::evidence::Tally;
use wscheck_suite::result::Outcome;
use wscheck_suite::verdict::Grade;
use wscheck_wire::{Eof, Moment};

/// Cases of several kinds: plain, chopped, fragmented, illegal, closing.
const SOME: &[&str] = &[
    "1.1.*", "2.3", "2.10", "4.2.4", "5.3", "6.4.1", "7.1.1", "7.3.1",
];
const SOME_COUNT: usize = 15;
const GOOD: &[Grade] = &[Grade::Ok, Grade::Informational];
/// The reference server declines compression.
const GOOD_OR_DECLINED: &[Grade] = &[Grade::Ok, Grade::Informational, Grade::Unimplemented];

#[test]
fn all_cases_over_tcp_take_little_memory() {
    alone("echo::all_cases_over_tcp");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by all_cases_over_tcp_take_little_memory"]
async fn all_cases_over_tcp() {
    let address = echo_server("ws://127.0.0.1:0", None).await;
    let mut plan = plan(&address, &["*"]);
    plan.jobs = NonZeroUsize::new(16).unwrap();
    plan.preflight = true;
    let report = Report::of(plan).await;
    report.assert_all(cases(&["*"]).len(), GOOD_OR_DECLINED);
    assert_eq!(report.target().agent, "reference");
    assert!(report.target().round_trip_us.is_some());
    assert!(matches!(report.events.first(), Some(Event::RunStarted(_))));
    assert!(matches!(report.events[1], Event::TargetReady { .. }));
    assert_eq!(
        report.events.last(),
        Some(&Event::RunFinished(report.info.clone()))
    );
    assert_little("all cases");
}

#[tokio::test]
async fn over_ipv6_where_there_is_any() {
    if tokio::net::TcpListener::bind("[::1]:0").await.is_err() {
        return;
    }
    let address = echo_server("ws://[::1]:0", None).await;
    Report::of(plan(&address, SOME))
        .await
        .assert_all(SOME_COUNT, GOOD);
}

#[cfg(unix)]
#[tokio::test]
async fn over_a_unix_socket() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("echo.sock");
    let address = echo_server(&format!("ws+unix:{}:/x", path.display()), None).await;
    Report::of(plan(&address, SOME))
        .await
        .assert_all(SOME_COUNT, GOOD);
}

#[cfg(unix)]
#[tokio::test]
async fn a_socket_file_that_nobody_listens_at_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("echo.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let address = echo_server(&format!("ws+unix:{}", path.display()), None).await;
    Report::of(plan(&address, &["1.1.1"]))
        .await
        .assert_all(1, GOOD);

    let taken = wscheck_run::Listener::bind(&address).await.unwrap_err();
    assert!(
        taken
            .to_string()
            .starts_with("we cannot listen at ws+unix:"),
        "{taken}"
    );
}

#[tokio::test]
async fn over_tls_if_the_certificate_is_trusted() {
    let tls = ServerTls::self_made(&["localhost", "127.0.0.1"]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, tls.certificate_pem().unwrap()).unwrap();
    let address = echo_server("wss://127.0.0.1:0", Some(tls)).await;
    let played = async |trust: Trust, name: Option<&str>| {
        let mut plan = plan(&address, SOME);
        plan.targets[0].dialler.tls = Some(ClientTls::new(&trust, name).unwrap());
        Report::of(plan).await
    };
    for (trust, name) in [
        (Trust::File(ca.clone()), None),
        (Trust::File(ca.clone()), Some("localhost")),
        (Trust::Anyone, None),
        (Trust::Anyone, Some("example.org")),
    ] {
        played(trust, name).await.assert_all(SOME_COUNT, GOOD);
    }
    for (trust, name, why) in [
        (Trust::System, None, "UnknownIssuer"),
        (Trust::File(ca), Some("example.org"), "not valid for name"),
    ] {
        let report = played(trust, name).await;
        for result in report.results() {
            let Outcome::CouldNotTest { why: said } = &result.outcome else {
                panic!("{result:?}");
            };
            assert!(said.starts_with("the server's TLS at 127.0.0.1:"), "{said}");
            assert!(said.contains(why), "{said}");
        }
    }
}

#[test]
fn tls_says_what_is_wrong_with_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    let missing = folder.path().join("missing.pem");
    for path in [empty, missing] {
        let error = ClientTls::new(&Trust::File(path.clone()), None).unwrap_err();
        assert!(
            matches!(&error, BadTls::File { path: named, .. } if *named == path),
            "{error}"
        );
        assert!(ServerTls::from_files(&path, &path).is_err());
    }
    assert!(matches!(
        ClientTls::new(&Trust::Anyone, Some("a b")),
        Err(BadTls::Name { .. })
    ));
}

#[tokio::test]
async fn from_a_local_address() {
    let address = echo_server("ws://127.0.0.1:0", None).await;
    let mut plan = plan(&address, &["1.1.1"]);
    plan.targets[0].dialler.local = Some("127.0.0.2".parse().unwrap());
    Report::of(plan).await.assert_all(1, GOOD);
}

#[tokio::test]
async fn every_case_so_often_each_with_its_own_keys() {
    let address = echo_server("ws://127.0.0.1:0", None).await;
    let mut plan = plan(&address, &["1.1.2", "1.1.3"]);
    plan.repeat = 3;
    let report = Report::of(plan).await;
    report.assert_all(6, GOOD);
    assert_eq!(report.info.selected, 6);
    let mut requests: Vec<_> = report
        .results()
        .map(|result| &result.transcript.connections[0].evidence.opening.request.0)
        .collect();
    requests.sort();
    requests.dedup();
    assert_eq!(requests.len(), 6);
}

#[tokio::test]
async fn several_targets_one_after_another() {
    let mut plan = plan(&echo_server("ws://127.0.0.1:0", None).await, &["1.1.1"]);
    let mut second = plan.targets[0].clone();
    second.address = echo_server("ws://127.0.0.1:0", None).await;
    second.agent = Some("second".to_owned());
    plan.targets.push(second);
    let report = Report::of(plan).await;
    let agents: Vec<_> = report
        .results()
        .map(|result| result.agent.as_str())
        .collect();
    assert_eq!(agents, ["reference", "second"]);
}

#[tokio::test]
async fn a_cancelled_run_ends_with_what_it_has() {
    let address = echo_server("ws://127.0.0.1:0", None).await;
    let mut plan = plan(&address, &["1.*"]);
    plan.jobs = NonZeroUsize::MIN;
    let cancel = CancellationToken::new();
    let mut finished = 0;
    let mut last = None;
    let info = run(plan, &cancel, |event| {
        if matches!(event, Event::CaseFinished(_)) {
            finished += 1;
            if finished == 3 {
                cancel.cancel();
            }
        }
        last = Some(event);
    })
    .await;
    assert!(info.interrupted);
    assert_eq!((finished, info.selected), (3, 16));
    assert_eq!(last, Some(Event::RunFinished(info)));
}

#[tokio::test]
async fn few_heavy_cases_run_at_a_time() {
    let address = echo_server("ws://127.0.0.1:0", None).await;
    let mut plan = plan(&address, &["9.1.1-9.1.4", "9.7.1", "1.1.1"]);
    plan.jobs = NonZeroUsize::new(8).unwrap();
    let report = Report::of(plan).await;
    report.assert_all(6, GOOD);
    let (mut heavy, mut most) = (0, 0);
    for event in &report.events {
        match event {
            Event::CaseStarted { case, .. } if case.chapter() == 9 => heavy += 1,
            Event::CaseFinished(result) if result.case.chapter() == 9 => heavy -= 1,
            _ => {}
        }
        most = most.max(heavy);
    }
    assert_eq!(most, 3);
}

#[tokio::test]
async fn all_octets_are_traced() {
    #[derive(Debug, Default)]
    struct Traced(Arc<Mutex<Counts>>);
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Counts {
        octets: (u64, u64),
        endings: Vec<String>,
    }
    struct Counting(Arc<Mutex<Counts>>);
    impl Trace for Traced {
        fn watch(&self, connection: &ConnectionInfo<'_>) -> Box<dyn Observer + Send> {
            assert_eq!(connection.case.to_string(), "9.1.1");
            assert!(connection.local.unwrap().ip().is_loopback());
            Box::new(Counting(Arc::clone(&self.0)))
        }
    }
    impl Observer for Counting {
        fn sent(&mut self, _: Moment, octets: &[u8]) {
            self.0.lock().unwrap().octets.0 += octets.len() as u64;
        }
        fn received(&mut self, _: Moment, octets: &[u8]) {
            self.0.lock().unwrap().octets.1 += octets.len() as u64;
        }
        fn peer_ended(&mut self, _: Moment, how: Eof) {
            self.0.lock().unwrap().endings.push(format!("{how:?}"));
        }
        fn we_ended(&mut self, _: Moment, reset: bool) {
            self.0.lock().unwrap().endings.push(format!("we: {reset}"));
        }
    }
    let address = echo_server("ws://127.0.0.1:0", None).await;
    let traced = Arc::new(Traced::default());
    let mut plan = plan(&address, &["9.1.1"]);
    plan.traces.push(Arc::clone(&traced) as Arc<dyn Trace>);
    let report = Report::of(plan).await;
    let result = report.results().next().unwrap();
    let counters = &result.transcript.connections[0].evidence.counters;
    let octets = |tally: &Tally| tally.iter().map(|(size, times)| size * times).sum();
    let counted = (
        octets(&counters.sent_octets),
        octets(&counters.received_octets),
    );
    let expected = Counts {
        octets: counted,
        endings: vec!["Fin".to_owned(), "we: false".to_owned()],
    };
    assert_eq!(*traced.0.lock().unwrap(), expected);
}
