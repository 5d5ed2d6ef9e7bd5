//! A server: its process, from the first line that it prints to its end.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

const LONGEST_START: Duration = Duration::from_secs(20);

/// A running peer. It ends when this is dropped.
pub struct Peer {
    /// What runs.
    pub process: Child,
    url: String,
}

impl Peer {
    /// Starts the program and waits for the line that has its URL.
    pub fn start(mut program: Command) -> Result<Self, String> {
        let mut process = program
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", program.get_program().display()))?;
        let stdout = process.stdout.take().expect("stdout is piped");
        let mut peer = Self {
            process,
            url: String::new(),
        };

        // The thread ends with the process: then its lines do.
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let line = lines.recv_timeout(LONGEST_START).unwrap_or_default();
        peer.url = url_in(&line)
            .ok_or_else(|| format!("it did not print its URL, but {line:?}"))?
            .to_owned();
        Ok(peer)
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether it still runs; an error says how it ended.
    pub fn is_alive(&mut self) -> Result<(), String> {
        match self.process.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(status.to_string()),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// The URL in a line, without a path.
fn url_in(line: &str) -> Option<&str> {
    let url = &line[line.find("ws://")?..];
    let end = url.find([',', ' ']).unwrap_or(url.len());
    Some(url[..end].trim_end_matches('/'))
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
