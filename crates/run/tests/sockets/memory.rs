//! Nothing grows with what the peer sends, or does not read.

use std::process::Command;

/// The most that a process may hold, the peers included, KiB.
const MOST: u64 = 100 * 1024;

/// The most that this process has held since [`forget_peak`], KiB, where Linux tells.
pub fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// From here on.
pub fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

#[track_caller]
pub fn assert_little(what: &str) {
    assert!(
        peak().is_none_or(|peak| peak < MOST),
        "{what}: {:?} KiB",
        peak()
    );
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
