//! What can go wrong in time: faults of the reference server, each at many times.

use std::time::Duration;

use wscheck_wire::fault::{self, Fault};

/// How late the late ones are, milliseconds.
const DELAYS: [u64; 9] = [50, 100, 200, 300, 400, 500, 600, 750, 900];

/// What comes late, or a second time later.
const LATE: [&str; 12] = [
    "head-late",
    "echo-late",
    "second-echo-late",
    "pong-late",
    "second-pong-late",
    "close-answered-late",
    "end-late",
    "echo-doubled-late",
    "second-echo-doubled-late",
    "pong-doubled-late",
    "second-pong-doubled-late",
    "close-doubled-late",
];

/// What never comes, comes at once a second time, or is another.
const AT_ONCE: [&str; 17] = [
    "answer-never-comes",
    "echo-never-said",
    "second-echo-never-said",
    "pong-never-said",
    "second-pong-never-said",
    "close-answered-by-the-end-of-tcp",
    "tcp-left-open",
    "echo-doubled",
    "second-echo-doubled",
    "pong-doubled",
    "second-pong-doubled",
    "close-said-twice",
    "echo-altered",
    "second-echo-altered",
    "pong-altered",
    "second-pong-altered",
    "close-altered",
];

/// What comes of itself when nothing was received for a while, once a connection.
pub const UNASKED: [&str; 4] = [
    "text-unasked",
    "ping-unasked",
    "pong-unasked",
    "close-unasked",
];

/// All of them, with the times that they are told by.
pub fn faults() -> Vec<Fault> {
    let after = |name: &str, millis| fault(name).after(Duration::from_millis(millis));
    let mut faults: Vec<Fault> = AT_ONCE.into_iter().map(fault).collect();
    for name in LATE {
        faults.extend(DELAYS.map(|millis| after(name, millis)));
    }
    // At 50 ms it would be a matter of who comes first.
    for name in UNASKED {
        faults.extend(DELAYS[1..].iter().map(|millis| after(name, *millis)));
    }
    faults
}

fn fault(name: &str) -> Fault {
    *fault::find(name).unwrap_or_else(|| panic!("no fault {name}"))
}
