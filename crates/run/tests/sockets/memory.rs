//! Nothing grows with what the peer sends, or does not read.
#![cfg(target_os = "linux")]

use std::process::Command;

use wscheck_suite::verdict::Grade;

use crate::support::{Report, echo_server, plan};

/// The most that a process may hold, the peers included, KiB.
pub const MOST: u64 = 100 * 1024;

/// The most that this process has held since [`forget_peak`], KiB.
pub fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap()
}

/// From here on.
pub fn forget_peak() {
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
}

/// Runs an ignored test in a process of its own: the others do not count.
pub fn alone(test: &str) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", test])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

#[test]
fn a_whole_run_takes_little_memory() {
    alone("memory::measured_alone");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by a_whole_run_takes_little_memory"]
async fn measured_alone() {
    let echo = echo_server("ws://127.0.0.1:0", None).await;
    let report = Report::of(plan(&echo, &["*"])).await;
    report.assert_all(
        517,
        &[Grade::Ok, Grade::Informational, Grade::Unimplemented],
    );
    assert!(peak() < MOST, "{} KiB", peak());
}
