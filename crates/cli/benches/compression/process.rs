//! Other processes, as `/proc` tells of them: see proc(5).

use std::fs;
use std::thread;
use std::time::Duration;

/// The unit of times in `/proc`, `USER_HZ`: a hundredth of a second for programs on every
/// processor that Rust's tier 1 has.
const TICK: Duration = Duration::from_millis(10);

/// How often the memory of a process is looked at, and whether it has ended.
const GLANCE: Duration = Duration::from_millis(20);

/// A process and those that it started.
pub struct Process {
    id: u32,
}

/// What a process came to.
pub struct Usage {
    /// The processor time of all its threads, in user and in kernel mode.
    pub processor_time: Duration,
    /// The most octets of memory that it held at a time (`VmHWM`).
    pub most_memory: u64,
}

impl Process {
    /// The process with this number.
    pub fn new(id: u32) -> Self {
        Self { id }
    }

    /// The processor time up to now, of the process, of those that it waited for, and of
    /// those that it started and that still run.
    pub fn processor_time(&self) -> Result<Duration, String> {
        let mut family = vec![self.id];
        let mut ticks = 0;
        while let Some(id) = family.pop() {
            ticks += Stat::read(id)?.ticks;
            family.extend(children(id));
        }
        Ok(TICK * ticks)
    }

    /// Watches the process, a child of ours that nobody has waited for, until it ends.
    pub fn run_to_its_end(&self) -> Result<Usage, String> {
        let mut most_memory = 0;
        loop {
            // Of one that has ended the times remain and the memory does not.
            most_memory = high_water_mark(self.id).unwrap_or(most_memory);
            let stat = Stat::read(self.id)?;
            if stat.ended {
                return Ok(Usage {
                    processor_time: TICK * stat.ticks,
                    most_memory,
                });
            }
            thread::sleep(GLANCE);
        }
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
