//! A server to test, and a run that collects its events.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use wscheck_run::{
    Address, CancellationToken, Event, Listener, Plan, ServerTls, TargetPlan, run, serve_echo,
};
use wscheck_suite::case::Case;
use wscheck_suite::case_id::{CaseId, Pattern, select};
use wscheck_suite::catalogue;
use wscheck_suite::pace::Pace;
use wscheck_suite::result::{CaseResult, RunInfo, TargetInfo};
use wscheck_suite::verdict::Grade;
use wscheck_wire::handshake::{HeadReader, accept_for};
use wscheck_wire::{EndpointConfig, Role};

/// No run of these tests may take longer.
const BOUND: Duration = Duration::from_secs(60);

/// The cases that some patterns select.
pub fn cases(patterns: &[&str]) -> Vec<Arc<Case>> {
    let patterns: Vec<Pattern> = patterns.iter().map(|text| text.parse().unwrap()).collect();
    let all = catalogue::all().iter();
    let of_servers = all.filter(|case| case.testee.includes(Role::Server));
    let all: Vec<CaseId> = of_servers.map(|case| case.id).collect();
    let ids = select(&patterns, &all).unwrap();
    ids.into_iter()
        .map(|id| Arc::new(catalogue::find(id).unwrap().clone()))
        .collect()
}

/// A plan for one target: four cases at a time, no preflight.
pub fn plan(address: &Address, patterns: &[&str]) -> Plan {
    let mut plan = Plan::new();
    plan.jobs = NonZeroUsize::new(4).unwrap();
    plan.preflight = false;
    plan.targets = vec![TargetPlan::new(address.clone(), cases(patterns))];
    plan
}

/// The same for a server that makes us wait.
pub fn hurried(address: &Address, patterns: &[&str], scale: f64) -> Plan {
    let mut plan = plan(address, patterns);
    plan.pace = Pace::scaled(scale);
    plan
}

/// What came of a run.
#[derive(Debug)]
pub struct Report {
    pub info: RunInfo,
    pub events: Vec<Event>,
}

impl Report {
    pub async fn of(plan: Plan) -> Self {
        let mut events = Vec::new();
        let cancel = CancellationToken::new();
        let info = timeout(BOUND, run(plan, &cancel, |event| events.push(event)));
        let info = info.await.expect("the run ends in time");
        Self { info, events }
    }

    pub fn results(&self) -> impl Iterator<Item = &CaseResult> {
        self.events.iter().filter_map(|event| match event {
            Event::CaseFinished(result) => Some(result.as_ref()),
            _ => None,
        })
    }

    pub fn target(&self) -> &TargetInfo {
        &self.info.targets[0]
    }

    #[track_caller]
    pub fn assert_all(&self, count: usize, grades: &[Grade]) {
        assert_eq!(self.results().count(), count);
        for result in self.results() {
            let grade = result.outcome.grade();
            assert!(
                grade.is_some_and(|grade| grades.contains(&grade)),
                "{}: {:?}\n{:#?}",
                result.case,
                result.outcome,
                result.transcript
            );
        }
    }
}

/// Starts the reference server at `address`; gives where it really is.
pub async fn echo_server(address: &str, tls: Option<ServerTls>) -> Address {
    let listener = Listener::bind(&address.parse().unwrap()).await.unwrap();
    let address = listener.address().clone();
    let config = EndpointConfig {
        server_header: Some("reference".to_owned()),
        ..EndpointConfig::default()
    };
    tokio::spawn(serve_echo(listener, tls, config, CancellationToken::new()));
    address
}

/// A server that treats each connection as `treat` does.
pub async fn hostile_server<F>(treat: impl Fn(TcpStream) -> F + Send + 'static) -> Address
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            tokio::spawn(treat(tcp));
        }
    });
    address.parse().unwrap()
}

/// Answers the opening handshake by the book.
pub async fn open(tcp: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> io::Result<()> {
    let (mut reader, mut buffer) = (HeadReader::new(8192), [0; 4096]);
    loop {
        let count = tcp.read(&mut buffer).await?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if let Ok(Some((head, _))) = reader.push(&buffer[..count]) {
            let key = head.joined("Sec-WebSocket-Key").unwrap_or_default();
            let answer = format!(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                 Sec-WebSocket-Accept: {}\r\n\r\n",
                accept_for(&key)
            );
            return tcp.write_all(answer.as_bytes()).await;
        }
    }
}
