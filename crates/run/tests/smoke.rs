//! Every case against the echo over TCP.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::time::Instant;
use wscheck_run::{CancellationToken, Event, Plan, Stream, TargetPlan, drive, run};
use wscheck_suite::catalogue;
use wscheck_suite::verdict::Grade;
use wscheck_wire::{Echo, EndpointConfig};

#[tokio::test(flavor = "multi_thread")]
async fn all_cases() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (tcp, _) = listener.accept().await.unwrap();
            tcp.set_nodelay(true).unwrap();
            tokio::spawn(async move {
                let mut echo = Echo::server(EndpointConfig::default());
                drive(Stream::Tcp(tcp), &mut echo, Instant::now(), &mut ()).await;
            });
        }
    });
    let cases = catalogue::all().iter().cloned().map(Arc::new).collect();
    let mut plan = Plan::new();
    plan.jobs = std::num::NonZeroUsize::new(8).unwrap();
    plan.targets = vec![TargetPlan::new(address.parse().unwrap(), cases)];
    let mut bad = Vec::new();
    let info = run(plan, &CancellationToken::new(), |event| {
        if let Event::CaseFinished(result) = event
            && !matches!(
                result.outcome.grade(),
                Some(Grade::Ok | Grade::Informational)
            )
        {
            bad.push((result.case, result.outcome, result.duration_us));
        }
    })
    .await;
    eprintln!("{:?} ms", info.duration_ms);
    assert!(bad.is_empty(), "{bad:#?}");
}
