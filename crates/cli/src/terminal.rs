//! The two streams: stdout is for machines, stderr for people. The only place
//! of the programs that prints.

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::{Mutex, OnceLock, PoisonError};

use anstream::{AutoStream, ColorChoice};
use anstyle::AnsiColor;
use indicatif::{ProgressBar, ProgressStyle};

use crate::args::Color;
use crate::failure::Failure;

/// Columns where stderr is no terminal.
const DEFAULT_WIDTH: usize = 100;

/// Both streams, with styles where they are wanted.
#[derive(Debug)]
pub struct Terminal {
    color: ColorChoice,
    stdout: Mutex<StdoutState>,
    progress: OnceLock<ProgressBar>,
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
            progress: OnceLock::new(),
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
        let write = || {
            let mut stream = AutoStream::new(io::stderr().lock(), self.color);
            let _ = writeln!(stream, "{line}");
        };
        match self.progress.get() {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Tells why the program ends early, and what to do about it.
    pub fn error(&self, failure: &Failure) {
        let red = AnsiColor::Red.on_default().bold();
        self.say(&format!("{red}error:{red:#} {failure}"));
        if let Some(hint) = failure.hint() {
            let cyan = AnsiColor::Cyan.on_default();
            self.say(&format!("{cyan}  try:{cyan:#} {hint}"));
        }
    }

    /// Tells of something that the user may not have meant.
    pub fn warn(&self, warning: &str) {
        let yellow = AnsiColor::Yellow.on_default().bold();
        self.say(&format!("{yellow}warning:{yellow:#} {warning}"));
    }

    /// Begins the progress line of `length` cases, if stderr is a terminal.
    pub fn start_progress(&self, length: u64) {
        self.progress.get_or_init(|| {
            if !io::stderr().is_terminal() {
                return ProgressBar::hidden();
            }
            let bar = ProgressBar::new(length);
            let template = "{elapsed_precise} {bar:30} {pos}/{len} {wide_msg}";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar
        });
    }

    /// The progress line; nobody sees it unless it was begun.
    pub fn progress(&self) -> &ProgressBar {
        self.progress.get_or_init(ProgressBar::hidden)
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

impl Write for &Terminal {
    /// To stdout; never fails, see [`Terminal::out`].
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.out(&String::from_utf8_lossy(octets));
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a peer says, so that it can neither move the cursor nor fill the
/// screen: one line of about `longest` letters.
pub fn printable(text: &str, longest: usize) -> String {
    let mut shown = String::new();
    for letter in text.chars().take(longest) {
        if letter == ' ' || letter.is_ascii_graphic() || letter.is_alphanumeric() {
            shown.push(letter);
        } else {
            shown.extend(letter.escape_unicode());
        }
    }
    if text.chars().nth(longest).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_peers_stay_on_their_line() {
        assert_eq!(printable("Ünser 1.0/x", 60), "Ünser 1.0/x");
        assert_eq!(printable("a\x1b[2J\nb", 60), "a\\u{1b}[2J\\u{a}b");
        assert_eq!(printable(&"x".repeat(4000), 60).chars().count(), 61);
    }
}
