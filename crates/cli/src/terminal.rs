//! The two streams: stdout is for machines, stderr for people. The only place
//! of the programs that prints.

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use anstream::{AutoStream, ColorChoice};
use anstyle::AnsiColor;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::Color;
use crate::failure::Failure;

/// Columns where stderr is no terminal.
const DEFAULT_WIDTH: usize = 100;

/// Both streams, with styles where they are wanted.
#[derive(Debug)]
pub struct Terminal {
    color: ColorChoice,
    stdout: Mutex<StdoutState>,
    progress: ProgressBar,
}

#[derive(Debug, Default)]
struct StdoutState {
    /// The reader has gone, or the disk is full: nothing more is written.
    closed: bool,
    fault: Option<io::Error>,
}

impl Terminal {
    /// Streams that are styled as `color` says; [`Color::Auto`] obeys
    /// `NO_COLOR`, and pipes are plain.
    pub fn new(color: Color) -> Self {
        Self {
            color: color.into(),
            stdout: Mutex::default(),
            progress: ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()),
        }
    }

    /// Writes to stdout. A reader that has gone is no fault; any other one is
    /// kept for [`fault`](Self::fault).
    pub fn out(&self, text: &str) {
        let mut state = self.stdout.lock().unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return;
        }
        let mut stream = AutoStream::new(io::stdout().lock(), self.color);
        let written = stream
            .write_all(text.as_bytes())
            .and_then(|()| stream.flush());
        if let Err(fault) = written {
            state.closed = true;
            state.fault = (fault.kind() != ErrorKind::BrokenPipe).then_some(fault);
        }
    }

    /// Writes a line to stderr, above the progress line if there is one. What
    /// cannot be written there cannot be told anywhere.
    pub fn say(&self, line: &str) {
        self.progress.suspend(|| {
            let mut stream = AutoStream::new(io::stderr().lock(), self.color);
            let _ = writeln!(stream, "{line}");
        });
    }

    /// Tells why the program ends early, and what to do about it.
    pub fn error(&self, failure: &Failure) {
        let (red, cyan) = (
            AnsiColor::Red.on_default().bold(),
            AnsiColor::Cyan.on_default(),
        );
        self.say(&format!("{red}error:{red:#} {failure}"));
        if let Some(hint) = failure.hint() {
            self.say(&format!("{cyan}  try:{cyan:#} {hint}"));
        }
    }

    /// Tells of something that the user may not have meant.
    pub fn warn(&self, warning: &str) {
        let yellow = AnsiColor::Yellow.on_default().bold();
        self.say(&format!("{yellow}warning:{yellow:#} {warning}"));
    }

    /// Starts the progress line of `length` cases, if stderr is a terminal.
    pub fn start_progress(&mut self, length: u64) {
        if !io::stderr().is_terminal() {
            return;
        }
        let bar = ProgressBar::new(length);
        if let Ok(style) = ProgressStyle::with_template(
            "{elapsed_precise} {wide_bar:.dim} {pos}/{len} {msg}",
        ) {
            bar.set_style(style);
        }
        self.progress = bar;
    }

    /// The progress line; nobody sees it unless it was started.
    pub fn progress(&self) -> &ProgressBar {
        &self.progress
    }

    /// Columns of the terminal behind stderr.
    pub fn width(&self) -> usize {
        terminal_size::terminal_size_of(io::stderr())
            .map_or(DEFAULT_WIDTH, |(width, _)| usize::from(width.0).max(40))
    }

    /// What kept stdout from being written, if anything but its reader did.
    pub fn fault(&self) -> Option<io::Error> {
        let mut state = self.stdout.lock().unwrap_or_else(PoisonError::into_inner);
        state.fault.take()
    }
}

/// What a peer calls itself, so that it can neither move the cursor nor fill
/// the screen.
pub fn printable(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown: String = text
        .chars()
        .take(LONGEST)
        .flat_map(|c| match c {
            ' '..='~' => vec![c],
            c if c.is_alphanumeric() => vec![c],
            c => c.escape_unicode().collect(),
        })
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}
