//! The measurements, as lines of a table.

use std::fmt;
use std::time::Duration;

/// The line above the rows; times in seconds, memory in MiB.
pub const HEAD: &str = "\
peer           jobs  cases    wall  server  wall÷server  at most    ours   memory";

/// One run against one server.
pub struct Row {
    /// Which server.
    pub peer: &'static str,
    /// How many cases at a time, if not the default.
    pub jobs: Option<u32>,
    /// How many cases were played.
    pub cases: usize,
    /// From the start of wscheck to its end.
    pub wall: Duration,
    /// The processor time of the server.
    pub server: Duration,
    /// Our processor time.
    pub ours: Duration,
    /// The most octets of memory that we held.
    pub memory: u64,
    /// The most that wall ÷ server may come to.
    pub most: f64,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let jobs = self
            .jobs
            .map_or("default".to_owned(), |jobs| jobs.to_string());
        let [wall, server, ours] = [self.wall, self.server, self.ours].map(|t| t.as_secs_f64());
        write!(
            f,
            "{:<11} {jobs:>7} {:>6} {wall:>7.2} {server:>7.2} {:>12.3} {:>8.2} {ours:>7.2} {:>8.1}",
            self.peer,
            self.cases,
            wall / server,
            self.most,
            self.memory as f64 / f64::from(1 << 20),
        )
    }
}
