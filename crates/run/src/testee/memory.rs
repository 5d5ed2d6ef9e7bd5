//! The memory of the program under test, as Linux tells it in `/proc`: what is
//! resident of all processes of its group. Elsewhere nothing is known.

use std::fs;
use std::path::PathBuf;

use wscheck_suite::result::MemoryUse;

/// What the processes of `group` have now. From here on their highest is watched
/// by the system itself.
pub(super) fn begin(group: u32) -> Option<MemoryUse> {
    let mut before = None;
    for process in processes(group) {
        // `man 5 proc_pid_clear_refs`: 5 "reset[s] the peak resident set size".
        if fs::write(process.join("clear_refs"), "5").is_err() {
            return None;
        }
        if let Some(octets) = resident(&process, "VmRSS:") {
            *before.get_or_insert(0) += octets;
        }
    }
    before.map(|before| MemoryUse {
        before,
        highest: before,
    })
}

/// The most that they had since: the sum of what each had at its highest.
pub(super) fn highest(group: u32) -> u64 {
    let processes = processes(group).into_iter();
    processes
        .filter_map(|process| resident(&process, "VmHWM:"))
        .sum()
}

/// The folders of the processes of a group.
fn processes(group: u32) -> Vec<PathBuf> {
    let Ok(all) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let folders = all.flatten().map(|entry| entry.path());
    let is_number = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.bytes().all(|octet| octet.is_ascii_digit()))
    };
    folders
        .filter(is_number)
        .filter(|path| group_of(path) == Some(group))
        .collect()
}

/// `PID (NAME) STATE PARENT GROUP …`; a name may hold anything.
fn group_of(process: &std::path::Path) -> Option<u32> {
    let stat = fs::read_to_string(process.join("stat")).ok()?;
    let (_, behind_name) = stat.rsplit_once(')')?;
    behind_name.split_whitespace().nth(2)?.parse().ok()
}

/// A line of `status`, in octets.
fn resident(process: &std::path::Path, name: &str) -> Option<u64> {
    let status = fs::read_to_string(process.join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn what_we_take_is_seen_at_its_highest() {
        let group = nix::unistd::getpgrp().as_raw();
        let group = u32::try_from(group).unwrap();
        let Some(before) = begin(group) else {
            // A system that keeps this to itself.
            return;
        };
        let taken = vec![1_u8; 64 << 20];
        assert_eq!(
            taken.iter().map(|octet| u64::from(*octet)).sum::<u64>(),
            64 << 20
        );
        drop(taken);
        let highest = highest(group);
        assert!(before.before > 0);
        assert!(highest >= 64 << 20, "{before:?} {highest}");
    }
}
