//! A browser that is driven through the DevTools protocol, over a pipe: messages
//! of JSON, each ended by a zero octet.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A browser that says nothing for so long hangs.
pub const LONGEST_WAIT: Duration = Duration::from_secs(1800);

/// Chromium reads commands at the descriptor 3 and answers at 4.
const OVER_STDIN_AND_STDOUT: &str = "exec \"$@\" 3<&0 4>&1 </dev/null >&2";

const ARGUMENTS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
];

/// A running Chromium with a profile of its own. It ends when this is dropped.
pub struct Browser {
    process: Child,
    commands: ChildStdin,
    messages: Receiver<Value>,
    last_id: u64,
    /// What was told that nobody asked for.
    pub events: Vec<Value>,
    folder: TempDir,
}

impl Browser {
    /// Starts Chromium as Debian has it.
    pub fn start() -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let log = File::create(folder.path().join("log")).map_err(|error| error.to_string())?;
        let profile = format!("--user-data-dir={}", folder.path().display());
        let mut process = Command::new("sh")
            .args(["-c", OVER_STDIN_AND_STDOUT, "sh", "chromium"])
            .args(ARGUMENTS)
            .args([&*profile, "about:blank"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(|error| error.to_string())?;
        let commands = process.stdin.take().expect("stdin is piped");
        let answers = BufReader::new(process.stdout.take().expect("stdout is piped"));
        // The thread ends with the process: then its messages do.
        let (sender, messages) = channel();
        thread::spawn(move || {
            for message in answers.split(0).map_while(Result::ok) {
                if let Ok(message) = serde_json::from_slice(&message) {
                    let _ = sender.send(message);
                }
            }
        });
        Ok(Self {
            process,
            commands,
            messages,
            last_id: 0,
            events: Vec::new(),
            folder,
        })
    }

    /// Gives a command, and waits for its result.
    pub fn call(
        &mut self,
        session: Option<&str>,
        method: &str,
        params: Value,
    ) -> Result<Value, String> {
        self.last_id += 1;
        let id = self.last_id;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let sent = self
            .commands
            .write_all(format!("{message}\0").as_bytes())
            .and_then(|()| self.commands.flush());
        sent.map_err(|error| self.gone(&error.to_string()))?;
        let mut answer = self.wait_for(method, |message| message["id"] == id)?;
        match answer.get("error") {
            Some(error) => Err(format!("{method}: {error}")),
            None => Ok(answer["result"].take()),
        }
    }

    /// Waits for a message, and keeps the events before it.
    fn wait_for(&mut self, what: &str, is_it: impl Fn(&Value) -> bool) -> Result<Value, String> {
        let give_up = Instant::now() + LONGEST_WAIT;
        loop {
            let left = give_up.saturating_duration_since(Instant::now());
            match self.messages.recv_timeout(left) {
                Ok(message) if is_it(&message) => return Ok(message),
                Ok(message) => self.events.push(message),
                Err(why) => return Err(self.gone(&format!("{what}: {why}"))),
            }
        }
    }

    /// Why, and what the browser printed last.
    fn gone(&self, why: &str) -> String {
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let last = &lines[lines.len().saturating_sub(20)..];
        format!("chromium: {why}\n{}", last.join("\n"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It ends by itself when asked; whoever does not is ended.
        if self.call(None, "Browser.close", json!({})).is_err() {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}
