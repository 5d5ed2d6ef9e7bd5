//! Other processes, as `/proc` tells of them: see proc(5).

use std::fs;
use std::thread;
use std::time::Duration;

/// The unit of times in `/proc`, `USER_HZ`: a hundredth of a second for programs on every
/// processor that Rust's tier 1 has.
const TICK: Duration = Duration::from_millis(10);

/// How often the memory of a process is looked at.
const GLANCE: Duration = Duration::from_millis(20);

/// How often it is looked whether a process has ended that has closed its streams.
const LAST_BREATH: Duration = Duration::from_micros(100);

/// A process and those that it started.
#[derive(Debug, Clone, Copy)]
pub struct Process {
    id: u32,
}

impl Process {
    /// The process with this number.
    pub fn new(id: u32) -> Self {
        Self { id }
    }

    /// The processor time up to now, in user and in kernel mode, of all threads of the
    /// process, of those that it waited for, and of those that it started and that still run.
    pub fn processor_time(self) -> Result<Duration, String> {
        let mut family = vec![self.id];
        let mut ticks = 0;
        while let Some(id) = family.pop() {
            ticks += Stat::read(id)?.ticks;
            family.extend(children(id));
        }
        Ok(TICK * ticks)
    }

    /// Waits until the process, a child of ours that is about to end and that nobody has
    /// waited for, has ended.
    pub fn last_breath(self) -> Result<(), String> {
        while !Stat::read(self.id)?.ended {
            thread::sleep(LAST_BREATH);
        }
        Ok(())
    }

    /// Watches the process until it ends. Gives the most octets of memory that it held at
    /// a time, as far as it was seen.
    pub fn most_memory(self) -> u64 {
        let mut most = 0;
        // Of one that has ended no memory remains.
        while let Some(mark) = high_water_mark(self.id) {
            most = mark;
            thread::sleep(GLANCE);
        }
        most
    }
}

/// The line `/proc/ID/stat`, as far as it matters.
struct Stat {
    ended: bool,
    /// The process, and the children that it waited for.
    ticks: u32,
}

impl Stat {
    fn read(id: u32) -> Result<Self, String> {
        let path = format!("/proc/{id}/stat");
        let line = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        Self::parse(&line).ok_or_else(|| format!("{path} is not as in proc(5): {line}"))
    }

    /// The second field, the name in brackets, may hold spaces and brackets.
    fn parse(line: &str) -> Option<Self> {
        let (_, from_state) = line.rsplit_once(") ")?;
        let fields: Vec<&str> = from_state.split_ascii_whitespace().collect();
        // utime, stime, cutime and cstime are the fields 14 to 17; the state is the third.
        let ticks = fields
            .get(11..15)?
            .iter()
            .map(|ticks| ticks.parse::<u32>().ok());
        Some(Self {
            ended: fields[0] == "Z",
            ticks: ticks.sum::<Option<_>>()?,
        })
    }
}

fn children(id: u32) -> Vec<u32> {
    let path = format!("/proc/{id}/task/{id}/children");
    let ids = fs::read_to_string(path).unwrap_or_default();
    ids.split_ascii_whitespace()
        .filter_map(|id| id.parse().ok())
        .collect()
}

/// In octets; the file says kB and means KiB.
fn high_water_mark(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
