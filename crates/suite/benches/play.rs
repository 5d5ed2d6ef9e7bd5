//! What the suite itself costs: cases against the reference peer without a
//! socket, in virtual time.

use criterion::{Criterion, criterion_group, criterion_main};
use wscheck_suite::catalogue;
use wscheck_suite::in_process::play;
use wscheck_suite::session::Settings;
use wscheck_wire::{Echo, EndpointConfig};

fn play_cases(c: &mut Criterion) {
    let settings = Settings::default();
    let mut group = c.benchmark_group("in process");
    group.sample_size(20);
    let plain = catalogue::all()
        .iter()
        .filter(|case| case.id.chapter() <= 10);
    let (heavy, light): (Vec<_>, Vec<_>) = plain.partition(|case| case.timed);
    for (name, cases) in [("sections 1-7 and 10", light), ("section 9", heavy)] {
        group.bench_function(name, |b| {
            b.iter(|| {
                for case in &cases {
                    play(case, &settings, |_| Echo::server(EndpointConfig::default()));
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, play_cases);
criterion_main!(benches);
