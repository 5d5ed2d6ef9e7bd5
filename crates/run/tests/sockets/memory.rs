//! Nothing grows with what the peer sends, or does not read.
#![cfg(target_os = "linux")]

use std::process::Command;

use tokio::io::AsyncWriteExt;
use wscheck_suite::verdict::Grade;

use crate::support::{Report, echo_server, hostile_server, hurried, open, plan};

/// The most that a process may hold, the servers included, KiB.
const MOST: u64 = 100 * 1024;

/// The most that this process has held so far, KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap()
}

#[test]
fn memory_is_bounded() {
    // A process of its own: the other tests do not count.
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "memory::measured_alone"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by memory_is_bounded"]
async fn measured_alone() {
    let pings = hostile_server(|mut tcp| async move {
        if open(&mut tcp).await.is_ok() {
            let block = b"\x89\x00".repeat(32768);
            while tcp.write_all(&block).await.is_ok() {}
        }
    })
    .await;
    let report = Report::of(hurried(
        &pings,
        &["1.1.6", "9.1.4", "9.7.1", "10.1.1"],
        0.05,
    ))
    .await;
    report.assert_all(4, &[Grade::Failed]);

    let echo = echo_server("ws://127.0.0.1:0", None).await;
    let report = Report::of(plan(&echo, &["*"])).await;
    report.assert_all(
        517,
        &[Grade::Ok, Grade::Informational, Grade::Unimplemented],
    );

    assert!(peak() < MOST, "{} KiB", peak());
}
