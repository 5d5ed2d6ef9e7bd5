//! The rows of a log around the moment that decided.

use wscheck_suite::evidence::Evidence;
use wscheck_suite::log::{Log, Row, RowKind};
use wscheck_suite::verdict::{Reason, Verdict};
use wscheck_wire::Moment;

use super::comparison::nth_heard;

/// How many rows are shown before that moment.
const BEFORE: usize = 6;

/// How many rows are shown from that moment on.
const AFTER: usize = 6;

/// A stretch of a log.
#[derive(Debug)]
pub(super) struct Surroundings<'a> {
    /// How many rows of the log come before.
    pub(super) before: u64,
    /// The rows, each with how many are missing before it.
    pub(super) rows: Vec<(u64, &'a Row)>,
    /// How many rows of the log come after.
    pub(super) after: u64,
}

/// The rows around `moment`, or the last ones. Octets are left out where there
/// are frames to show.
pub(super) fn around(log: &Log, moment: Option<Moment>) -> Surroundings<'_> {
    let has_frames = log.rows().any(|(_, row)| is_frame(&row.what));
    let mut missing_before = 0;
    let mut rows = Vec::new();
    for (missing, row) in log.rows() {
        missing_before += missing;
        if !(has_frames && is_octets(&row.what)) {
            rows.push((std::mem::take(&mut missing_before), row));
        }
    }
    let decisive = moment.and_then(|moment| rows.iter().position(|(_, row)| row.at >= moment));
    let decisive = decisive.unwrap_or(rows.len());
    let end = rows.len().min(decisive + AFTER);
    let begin = decisive
        .saturating_sub(BEFORE)
        .min(end.saturating_sub(BEFORE + AFTER));
    Surroundings {
        before: begin as u64,
        after: (rows.len() - end) as u64,
        rows: rows[begin..end].to_vec(),
    }
}

/// When the testee did what decided, or should have done it.
pub(super) fn decisive_moment(verdict: &Verdict, evidence: &Evidence) -> Option<Moment> {
    let closing = &evidence.closing;
    match verdict.reasons.first()? {
        Reason::HeardDiffers { item, .. } => nth_heard(evidence, *item).map(|(_, at)| at),
        Reason::Violation { offset, .. } => {
            let mut found = evidence.violations.iter();
            found
                .find(|found| found.offset == *offset)
                .map(|found| found.at)
        }
        Reason::ClosedByWrongEnd { .. } | Reason::WrongCode { .. } => closing
            .close_heard_at
            .into_iter()
            .chain(closing.close_sent_at)
            .min(),
        _ => closing.ended_at,
    }
}

fn is_frame(what: &RowKind) -> bool {
    matches!(
        what,
        RowKind::FrameSent { .. } | RowKind::FrameReceived { .. } | RowKind::FragmentsSent { .. }
    )
}

fn is_octets(what: &RowKind) -> bool {
    matches!(
        what,
        RowKind::OctetsSent { .. } | RowKind::OctetsReceived { .. }
    )
}
