//! What is kept of a case that an agent has run.

use serde::Serialize;
use wscheck_suite::case::{Case, Opening, Step};
use wscheck_suite::evidence::Tally;
use wscheck_suite::log::RowKind;
use wscheck_suite::result::{CaseResult, Outcome};
use wscheck_suite::transcript::ConnectionRecord;
use wscheck_suite::verdict::{Reason, Verdict};
use wscheck_wire::Opcode;

/// The most letters that are kept of a reason's words.
const KEPT_WORDS: usize = 200;

/// What is kept of a case that an agent has run, bounded whatever the agent
/// sent; the whole of it went to the events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What came of it, with the gravest reason alone and that cut short.
    pub outcome: Outcome,
    /// How long it took, microseconds.
    pub duration_us: u64,
    /// Which play of the case this was, from 1.
    pub attempt: u32,
    /// What was on the wire.
    pub wire: Wire,
}

/// What was on the wire of a case's last connection, as far as the agent's own
/// view of it can be compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Wire {
    /// We answered the opening handshake, so that the connection was open if the
    /// agent took our answer.
    pub answered: bool,
    /// The answer was not ours by the book: the agent may have refused it.
    pub may_be_refused: bool,
    /// A frame of the agent's came.
    pub spoke: bool,
    /// One came that shows that the agent took our answer: any but a Close of its
    /// own accord.
    pub taken: bool,
    /// The messages that we began; unknown where the script sends octets that
    /// are not told apart as frames.
    pub sent: Option<Messages>,
    /// The messages that the agent began.
    pub heard: Messages,
    /// A Close of ours went out.
    pub close_sent: bool,
    /// It went out before we had one.
    pub closed_by_us: bool,
    /// Its code.
    pub local_code: Option<u16>,
    /// Its reason.
    pub local_reason: String,
    /// A Close of the agent's came.
    pub close_heard: bool,
    /// Its code.
    pub remote_code: Option<u16>,
    /// The closing handshake was complete, and TCP ended in time.
    pub clean: bool,
    /// We ended TCP by RST.
    pub reset: bool,
}

/// Messages by their type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Messages {
    /// Text.
    pub text: u64,
    /// Binary.
    pub binary: u64,
}

impl Standing {
    /// What is kept of `result`, which is one of `case`.
    pub(super) fn of(result: &CaseResult, case: &Case) -> Self {
        let last = result.transcript.connections.last();
        let script = case.connections.last();
        let sends_octets = |step: &Step| matches!(step, Step::Begin { .. } | Step::Raw { .. });
        let tells_frames = script.is_some_and(|script| !script.steps.iter().any(sends_octets));
        let is_edited =
            |opening: &Opening| !opening.edits.is_empty() || opening.extensions.is_some();
        let mut wire = last.map_or_else(Wire::default, |record| Wire::of(record, tells_frames));
        wire.may_be_refused = script.is_some_and(|script| is_edited(&script.opening));
        Self {
            outcome: brief(&result.outcome),
            duration_us: result.duration_us,
            attempt: result.attempt,
            wire,
        }
    }
}

impl Wire {
    fn of(record: &ConnectionRecord, tells_frames: bool) -> Self {
        let evidence = &record.evidence;
        let (closing, counters) = (&evidence.closing, &evidence.counters);
        let messages = |tally: &Tally| Messages {
            text: tally.get(u64::from(Opcode::TEXT.bits())),
            binary: tally.get(u64::from(Opcode::BINARY.bits())),
        };
        let frames: u64 = counters
            .received_frames
            .iter()
            .map(|(_, times)| times)
            .sum();
        let closes = counters
            .received_frames
            .get(u64::from(Opcode::CLOSE.bits()));
        let reason = closing.local_reason.as_ref();
        let reason = reason.map(|reason| String::from_utf8_lossy(&reason.0).into_owned());
        Self {
            answered: evidence.opening.opened_at.is_some(),
            may_be_refused: false,
            spoke: frames > 0,
            taken: frames > closes || (closes > 0 && closing.closed_by_us),
            sent: tells_frames.then(|| messages(&counters.sent_frames)),
            heard: messages(&counters.received_frames),
            close_sent: closing.close_sent_at.is_some(),
            closed_by_us: closing.closed_by_us,
            local_code: closing.local_code,
            local_reason: reason.unwrap_or_default(),
            close_heard: closing.close_heard_at.is_some(),
            remote_code: closing.remote_code,
            clean: closing.clean,
            reset: record
                .log
                .rows()
                .any(|(_, row)| matches!(row.what, RowKind::WeEnded { reset: true })),
        }
    }
}

/// `outcome` with as much of its reasons as is kept.
fn brief(outcome: &Outcome) -> Outcome {
    match outcome {
        Outcome::Judged(verdict) => Outcome::Judged(Verdict {
            reasons: verdict.reasons.iter().take(1).map(brief_reason).collect(),
            ..verdict.clone()
        }),
        Outcome::CouldNotTest { why } => Outcome::CouldNotTest { why: cut(why) },
        Outcome::Skipped { why } => Outcome::Skipped { why: cut(why) },
    }
}

/// What agents have a say in is cut short; the rest is ours, and short.
fn brief_reason(reason: &Reason) -> Reason {
    match reason {
        Reason::NeverOpened { why } => Reason::NeverOpened { why: cut(why) },
        Reason::Unclean { why } => Reason::Unclean { why: cut(why) },
        reason => reason.clone(),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(KEPT_WORDS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use wscheck_suite::catalogue;
    use wscheck_suite::octets::Octets;
    use wscheck_suite::transcript::Transcript;
    use wscheck_suite::verdict::{Behaviour, CloseBehaviour};

    use super::*;

    #[test]
    fn what_is_kept_is_bounded() {
        let never = Reason::NeverOpened {
            why: "ä".repeat(100_000),
        };
        let reasons = vec![never.clone(), never];
        let verdict = Verdict::new(Behaviour::Failed, CloseBehaviour::Failed, reasons);
        let mut record = ConnectionRecord::default();
        let ended = RowKind::WeEnded { reset: true };
        record.log.push(Duration::ZERO, false, ended);
        record.evidence.counters.sent_frames.add(1, 3);
        record.evidence.counters.received_frames.add(2, 2);
        record.evidence.closing.local_reason = Some(Octets(b"why not".to_vec()));
        let id = "1.1.1".parse().unwrap();
        let result = CaseResult {
            case: id,
            agent: "a".to_owned(),
            outcome: Outcome::Judged(verdict),
            started: String::new(),
            duration_us: 7,
            attempt: 2,
            provisional: false,
            proved: None,
            company: 0,
            testee_output: String::new(),
            testee_memory: None,
            transcript: Transcript {
                connections: vec![record],
            },
        };
        let standing = Standing::of(&result, catalogue::find(id).unwrap());
        let reasons = &standing.outcome.verdict().unwrap().reasons;
        let [Reason::NeverOpened { why }] = &reasons[..] else {
            panic!("{reasons:?}");
        };
        assert_eq!(why.chars().count(), KEPT_WORDS + 1);
        let wire = standing.wire;
        let sent = Messages { text: 3, binary: 0 };
        assert_eq!((wire.sent, wire.heard.binary), (Some(sent), 2));
        assert_eq!(wire.local_reason, "why not");
        assert!(!wire.answered && !wire.may_be_refused && !wire.close_sent && wire.reset);
        assert!(wire.spoke && wire.taken);
        let in_parts = catalogue::find("6.4.3".parse().unwrap()).unwrap();
        assert_eq!(Standing::of(&result, in_parts).wire.sent, None);
        for id in ["21.1.1", "26.7.1"] {
            let edited = catalogue::find(id.parse().unwrap()).unwrap();
            assert!(Standing::of(&result, edited).wire.may_be_refused, "{id}");
        }
    }
}
