//! A whole run over loopback, against the reference server in this process.

use std::num::NonZeroUsize;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use tokio::runtime::Runtime;
use wscheck_run::{Address, CancellationToken, Listener, Plan, TargetPlan, run, serve_echo};
use wscheck_suite::catalogue;
use wscheck_wire::EndpointConfig;

fn plan(address: &Address, jobs: usize) -> Plan {
    let cases = catalogue::all().iter().filter(|case| !case.timed);
    let cases = cases.cloned().map(Arc::new).collect();
    Plan {
        jobs: NonZeroUsize::new(jobs).expect("a positive number"),
        targets: vec![TargetPlan::new(address.clone(), cases)],
        ..Plan::new()
    }
}

fn run_over_loopback(c: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let any = "ws://127.0.0.1:0".parse().expect("an address");
    let listener = runtime.block_on(Listener::bind(&any)).expect("a free port");
    let address = listener.address().clone();
    let stop = CancellationToken::new();
    let server = serve_echo(listener, None, EndpointConfig::default(), stop.clone());
    runtime.spawn(server);

    let mut group = c.benchmark_group("sections 1-7 and 10 over loopback");
    group.sample_size(10);
    for jobs in [1, 8] {
        group.bench_function(format!("{jobs} at a time"), |b| {
            b.iter(|| {
                let cancel = CancellationToken::new();
                runtime.block_on(run(plan(&address, jobs), &cancel, |_| {}))
            });
        });
    }
    group.finish();
    stop.cancel();
}

criterion_group!(benches, run_over_loopback);
criterion_main!(benches);
