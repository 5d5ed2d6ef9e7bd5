//! The wire as it happens, on stderr.

use std::sync::Arc;

use wscheck_report::console::render_row;
use wscheck_run::{ConnectionInfo, Observer, Trace};
use wscheck_suite::case_id::CaseId;
use wscheck_suite::log::{ROW_OCTETS, Row, RowKind};
use wscheck_suite::octets::Octets;
use wscheck_wire::Moment;

use crate::terminal::{Terminal, printable};

/// The columns that the number of the case takes.
const CASE_COLUMNS: usize = 8;

/// Shows each write and each read of a run on a line.
#[derive(Debug)]
pub struct WireTrace {
    terminal: Arc<Terminal>,
}

impl WireTrace {
    /// Shows them on `terminal`.
    pub fn new(terminal: &Arc<Terminal>) -> Arc<Self> {
        Arc::new(Self {
            terminal: Arc::clone(terminal),
        })
    }
}

/// Which way octets go.
#[derive(Clone, Copy)]
enum Direction {
    Sent,
    Received,
}

/// One connection of a case.
struct ShownConnection {
    terminal: Arc<Terminal>,
    case: CaseId,
}

impl ShownConnection {
    /// The head of an opening handshake, a line each.
    fn show_head(&self, direction: Direction, octets: &[u8]) {
        let case = self.case;
        let arrow = match direction {
            Direction::Sent => '→',
            Direction::Received => '←',
        };
        for line in String::from_utf8_lossy(octets).lines() {
            let line = printable(line, self.terminal.width());
            self.terminal.say(&format!(
                "{case:<CASE_COLUMNS$}               {arrow} {line}"
            ));
        }
    }

    fn show(&self, direction: Direction, now: Moment, octets: &[u8]) {
        let case = self.case;
        if is_head(octets) {
            self.show_head(direction, octets);
            return;
        }
        let length = octets.len() as u64;
        let octets: Octets = octets[..octets.len().min(ROW_OCTETS)].into();
        let row = Row {
            at: now,
            times: 1,
            quiet: false,
            what: match direction {
                Direction::Sent => RowKind::OctetsSent {
                    length,
                    octets,
                    sync: false,
                },
                Direction::Received => RowKind::OctetsReceived { length, octets },
            },
        };
        let width = self.terminal.width().saturating_sub(CASE_COLUMNS);
        let row = render_row(&row, width);
        self.terminal.say(&format!("{case:<CASE_COLUMNS$}{row}"));
    }
}

fn is_head(octets: &[u8]) -> bool {
    (octets.starts_with(b"GET ") || octets.starts_with(b"HTTP/")) && octets.ends_with(b"\r\n\r\n")
}

impl Trace for WireTrace {
    fn watch(&self, connection: &ConnectionInfo<'_>) -> Box<dyn Observer + Send> {
        Box::new(ShownConnection {
            terminal: Arc::clone(&self.terminal),
            case: connection.case,
        })
    }
}

impl Observer for ShownConnection {
    fn sent(&mut self, now: Moment, octets: &[u8]) {
        self.show(Direction::Sent, now, octets);
    }

    fn received(&mut self, now: Moment, octets: &[u8]) {
        self.show(Direction::Received, now, octets);
    }
}
