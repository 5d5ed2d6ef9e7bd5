//! One run of a program against a server, seen from outside.

use std::io::Read;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::process::Process;

/// What a run came to.
pub struct Run {
    /// How the program ended.
    pub status: ExitStatus,
    /// What it said on stderr.
    pub story: String,
    /// From its start to its end.
    pub wall: Duration,
    /// The processor time that the server used meanwhile.
    pub server: Duration,
    /// The processor time of the program.
    pub own: Duration,
    /// The most octets of memory that it held.
    pub memory: u64,
}

impl Run {
    /// Runs the program to its end.
    pub fn of(program: &mut Command, server: Process) -> Result<Self, String> {
        let name = program.get_program().to_string_lossy().into_owned();
        let failed = |error| format!("{name}: {error}");
        program
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());

        let server_before = server.processor_time()?;
        let started = Instant::now();
        let mut child = program.spawn().map_err(failed)?;
        let process = Process::new(child.id());
        let memory = thread::spawn(move || process.most_memory());
        // Its stderr is closed by its end, at the latest: so this sees the end at once.
        let mut story = Vec::new();
        let mut stderr = child.stderr.take().expect("stderr is piped");
        stderr.read_to_end(&mut story).map_err(failed)?;
        process.last_breath()?;
        let wall = started.elapsed();
        let server = server.processor_time()? - server_before;

        Ok(Self {
            own: process.processor_time()?,
            memory: memory.join().map_err(|_| "a thread panicked")?,
            status: child.wait().map_err(failed)?,
            story: String::from_utf8_lossy(&story).into_owned(),
            wall,
            server,
        })
    }
}
