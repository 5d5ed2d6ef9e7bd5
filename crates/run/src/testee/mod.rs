//! The program under test, if we start it ourselves.
//!
//! It runs in a process group of its own, so that whatever it starts ends with
//! it, and Ctrl-C at our terminal does not reach it before us. Its port is
//! awaited, not guessed at; its output is kept, bounded; its death is noticed.

mod ending;
mod memory;
mod output;

use std::ffi::OsString;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

pub use ending::Ending;
use output::{Output, keep};
use wscheck_suite::result::MemoryUse;

use crate::address::Address;
use crate::dial::Dialler;

/// How long a program may take until its port answers, unless told otherwise.
pub const LISTEN_LIMIT: Duration = Duration::from_secs(30);

/// How often we knock at its port until then.
const KNOCK_EVERY: Duration = Duration::from_millis(20);

/// How long it may take to end after it was asked to.
const STOP_LIMIT: Duration = Duration::from_secs(2);

/// How long a program may take to be gone after its first socket closed.
pub(crate) const DYING_LIMIT: Duration = Duration::from_millis(100);

/// How long its last output may take to arrive, and how long a program whose
/// port is closed may take to be gone.
const GONE_LIMIT: Duration = Duration::from_secs(1);

/// How to start the program under test. It must stay in the foreground.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TesteeCommand {
    /// The program.
    pub program: OsString,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// What its environment holds beside ours: names and values.
    pub env: Vec<(OsString, OsString)>,
    /// How long it may take until its port answers.
    pub listen_limit: Duration,
}

impl TesteeCommand {
    /// A program with its arguments, and [`LISTEN_LIMIT`].
    pub fn new<A: Into<OsString>>(
        program: impl Into<OsString>,
        args: impl IntoIterator<Item = A>,
    ) -> Self {
        Self {
            program: program.into(),
            args: args.into_iter().map(Into::into).collect(),
            env: Vec::new(),
            listen_limit: LISTEN_LIMIT,
        }
    }
}

/// Why the program under test cannot be tested.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotStarted {
    /// The port is another's.
    #[error("something else listens at {at} already")]
    PortTaken {
        /// Where.
        at: String,
    },
    /// There is no such program, or it may not be run.
    #[error("the program {program} could not be started: {why}")]
    NoProgram {
        /// The program.
        program: String,
        /// What the system said.
        why: String,
    },
    /// It ended before it listened.
    #[error("the program under test {how} before it listened at {at}")]
    EndedEarly {
        /// Where it should have listened.
        at: String,
        /// How it ended.
        how: Ending,
        /// What it printed last.
        output: String,
    },
    /// It runs, but does not listen.
    #[error("the program under test does not listen at {at} after {after:?}")]
    NeverListened {
        /// Where it should.
        at: String,
        /// How long we waited.
        after: Duration,
        /// What it printed last.
        output: String,
    },
}

impl NotStarted {
    /// What the program printed last.
    pub fn output(&self) -> &str {
        match self {
            Self::EndedEarly { output, .. } | Self::NeverListened { output, .. } => output,
            Self::PortTaken { .. } | Self::NoProgram { .. } => "",
        }
    }
}

/// The program under test while it runs. Dropping it kills its group.
#[derive(Debug)]
pub struct Testee {
    child: Child,
    group: Option<u32>,
    output: Arc<Output>,
    readers: JoinSet<()>,
}

impl Testee {
    /// Starts the program and waits until `address` answers.
    ///
    /// # Errors
    /// If it does not come to that.
    pub async fn start(command: &TesteeCommand, address: &Address) -> Result<Self, NotStarted> {
        let knock = Dialler::default();
        let at = address.to_string();
        if knock.knock(address).await {
            return Err(NotStarted::PortTaken { at });
        }
        let mut testee = Self::launch(command)?;
        let give_up = Instant::now() + command.listen_limit;
        while Instant::now() < give_up {
            if let Ok(how) = timeout(KNOCK_EVERY, testee.ended()).await {
                let output = testee.last_output().await;
                return Err(NotStarted::EndedEarly { at, how, output });
            }
            if knock.knock(address).await {
                return Ok(testee);
            }
        }
        let output = testee.output.last();
        let after = command.listen_limit;
        Err(NotStarted::NeverListened { at, after, output })
    }

    /// Starts the program again after its death. Its port may stay taken for a
    /// while, so an early end is not taken for the last word before its limit.
    pub(crate) async fn restart(
        command: &TesteeCommand,
        address: &Address,
    ) -> Result<Self, NotStarted> {
        let give_up = Instant::now() + command.listen_limit;
        loop {
            match Self::start(command, address).await {
                Err(NotStarted::EndedEarly { .. } | NotStarted::PortTaken { .. })
                    if Instant::now() < give_up =>
                {
                    sleep(GONE_LIMIT).await;
                }
                started => return started,
            }
        }
    }

    /// Starts a program that will come to us.
    ///
    /// # Errors
    /// If there is no such program, or it may not be run.
    pub(crate) fn launch(command: &TesteeCommand) -> Result<Self, NotStarted> {
        Self::spawn(command).map_err(|error| NotStarted::NoProgram {
            program: command.program.to_string_lossy().into_owned(),
            why: error.to_string(),
        })
    }

    fn spawn(command: &TesteeCommand) -> std::io::Result<Self> {
        let mut process = Command::new(&command.program);
        process
            .args(&command.args)
            .envs(command.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        process.process_group(0);
        let mut child = process.spawn()?;
        let output = Arc::new(Output::default());
        let mut readers = JoinSet::new();
        if let Some(stdout) = child.stdout.take() {
            readers.spawn(keep(stdout, Arc::clone(&output)));
        }
        if let Some(stderr) = child.stderr.take() {
            readers.spawn(keep(stderr, Arc::clone(&output)));
        }
        Ok(Self {
            group: child.id(),
            child,
            output,
            readers,
        })
    }

    /// Waits until the program has ended. May be asked again and again.
    pub async fn ended(&mut self) -> Ending {
        match self.child.wait().await {
            Ok(status) => Ending::from(status),
            Err(error) => Ending::Unknown(error.to_string()),
        }
    }

    /// Whether the program is on its way out. The sockets of a dying process
    /// close, in any order, a moment before it is gone.
    pub(crate) async fn is_ending(&mut self, address: &Address) -> Option<Ending> {
        match timeout(DYING_LIMIT, self.ended()).await {
            Ok(ending) => Some(ending),
            Err(_) => self.has_left(address).await,
        }
    }

    /// The same, when it has had that moment: it is, if its port is closed.
    pub(crate) async fn has_left(&mut self, address: &Address) -> Option<Ending> {
        if Dialler::default().knock(address).await {
            return None;
        }
        timeout(GONE_LIMIT, self.ended()).await.ok()
    }

    /// What it prints, to be looked at by others too.
    pub(crate) fn printed(&self) -> Printed {
        Printed(Arc::clone(&self.output))
    }

    /// How much memory the program and its children have now. From here on
    /// their highest is watched.
    pub(crate) fn watch_memory(&self) -> Option<MemoryUse> {
        memory::begin(self.group?)
    }

    /// The most that they had since.
    pub(crate) fn highest_memory(&self) -> u64 {
        self.group.map_or(0, memory::highest)
    }

    /// The place in the output that is reached now.
    pub fn mark(&self) -> u64 {
        self.output.mark()
    }

    /// What was printed since `mark`, as far as it is kept.
    pub fn since(&self, mark: u64) -> String {
        self.output.since(mark)
    }

    /// What was printed last, once the program has ended: all of it.
    pub(crate) async fn last_output(&mut self) -> String {
        // Children of it may hold the pipes open for longer.
        drop(
            timeout(GONE_LIMIT, async {
                while self.readers.join_next().await.is_some() {}
            })
            .await,
        );
        self.output.last()
    }

    /// Stops the program and all of its group: first by SIGTERM, then by
    /// SIGKILL. Gives how it ended, and whether that was our doing.
    pub async fn stop(mut self) -> Stopped {
        if let Ok(Some(status)) = self.child.try_wait() {
            return self.stopped(status.into(), false).await;
        }
        self.signal(Signal::Terminate);
        if let Ok(ending) = timeout(STOP_LIMIT, self.ended()).await {
            return self.stopped(ending, true).await;
        }
        self.signal(Signal::Kill);
        let ending = self.ended().await;
        self.stopped(ending, true).await
    }

    async fn stopped(mut self, ending: Ending, asked: bool) -> Stopped {
        // What it started and left behind.
        self.signal(Signal::Kill);
        self.group = None;
        Stopped {
            is_bad: if asked {
                ending.is_bad_when_asked()
            } else {
                !ending.is_success()
            },
            output: self.last_output().await,
            ending,
        }
    }

    #[cfg(unix)]
    fn signal(&self, signal: Signal) {
        let group = self.group.and_then(|group| i32::try_from(group).ok());
        let Some(group) = group.map(nix::unistd::Pid::from_raw) else {
            return;
        };
        let signal = match signal {
            Signal::Terminate => nix::sys::signal::SIGTERM,
            Signal::Kill => nix::sys::signal::SIGKILL,
        };
        // The group may be gone, and that is what we want.
        let _ = nix::sys::signal::killpg(group, signal);
    }

    #[cfg(not(unix))]
    fn signal(&mut self, _signal: Signal) {
        drop(self.child.start_kill());
    }
}

impl Drop for Testee {
    fn drop(&mut self) {
        self.signal(Signal::Kill);
    }
}

#[derive(Debug, Clone, Copy)]
enum Signal {
    Terminate,
    Kill,
}

/// What a program prints, as it grows.
#[derive(Debug, Clone)]
pub(crate) struct Printed(Arc<Output>);

impl Printed {
    /// The place that is reached now.
    pub(crate) fn mark(&self) -> u64 {
        self.0.mark()
    }

    /// What was printed since `mark`, as far as it is kept.
    pub(crate) fn since(&self, mark: u64) -> String {
        self.0.since(mark)
    }
}

/// How a testee ended when it was no longer needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// How.
    pub ending: Ending,
    /// Whether that speaks against it: it had ended by itself, badly, or it
    /// answered our SIGTERM by a bad exit code or another signal, as programs
    /// under a sanitizer do.
    pub is_bad: bool,
    /// What it printed last.
    pub output: String,
}
