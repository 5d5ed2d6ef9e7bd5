//! Whether what the API of a browser showed agrees with what was on the wire.
//!
//! The page echoes what it gets and never closes by itself. So these hold,
//! whatever the verdict is:
//!
//! 1. The events come as `open`, messages, `error`, `close`: `open` at most
//!    once, before any message; `close` once, and last.
//! 2. `open` comes if and only if the connection opened. Where we did not answer
//!    the opening handshake, it did not; where we answered by the book, it did,
//!    unless RST overtook our answer. An answer that is wrong on purpose, or
//!    unusual, the browser may refuse: then nothing comes from it but perhaps a
//!    Close, and where it takes it, something does. Without `open` there is an
//!    `error`: the browser failed the connection.
//! 3. Of each type there are not more messages than we began, where that is
//!    known, and not fewer than the echoes that we heard.
//! 4. The `close` event tells one of the ends that were possible:
//!    - *answered*: our Close went out and one came. The event has its code, or
//!      1005 if it had none, its reason, and `wasClean` (RFC 6455 §7.1.5: "the
//!      status code contained in the first Close control frame received"). If we
//!      then ended TCP by RST, as the original does, the browser may take that
//!      for an unclean end;
//!    - *unanswered*: our Close went out and none came. The same, but not clean;
//!    - *failed*: the connection never opened, or the browser failed it by itself, or
//!      lost it: 1006, no reason, not clean (§7.1.5: "If [...] no such Close control
//!      frame was received"). Possible unless its Close was its answer to ours.
//!
//! That a browser refuses what it should take is for the verdict to say: what its
//! API showed agrees with the wire all the same.

use wscheck_run::service::Wire;
use wscheck_wire::CloseCode;

use super::seen::{EventKind, Seen};

/// What the API shows where there was no Close.
const ABNORMAL: u16 = CloseCode::ABNORMAL.0;

/// What does not agree, in words; nothing if all does.
pub(super) fn disagreements(seen: &Seen, wire: &Wire) -> Vec<String> {
    let mut found = Vec::new();
    order(seen, &mut found);
    opening(seen, wire, &mut found);
    messages(seen, wire, &mut found);
    close(seen, wire, &mut found);
    found
}

/// Rule 1.
fn order(seen: &Seen, found: &mut Vec<String>) {
    let place = |kind| match kind {
        EventKind::Open => 0,
        EventKind::Text | EventKind::Binary => 1,
        EventKind::Error => 2,
        EventKind::Close => 3,
    };
    let places: Vec<u8> = seen.events.iter().map(|event| place(event.kind)).collect();
    if !places.is_sorted() {
        found.push("the events are out of order".to_owned());
    }
    if seen.count(EventKind::Open) > 1 {
        found.push("open came more than once".to_owned());
    }
    if seen.count(EventKind::Close) != 1 {
        found.push("close did not come exactly once".to_owned());
    }
}

/// Whether the browser refused our answer to its opening handshake, by what its
/// API showed and by the wire.
pub(super) fn is_refused(seen: &Seen, wire: &Wire) -> bool {
    seen.count(EventKind::Open) == 0 && wire.answered && wire.may_be_refused && !wire.taken
}

/// Rule 2.
fn opening(seen: &Seen, wire: &Wire, found: &mut Vec<String>) {
    let words = match seen.count(EventKind::Open) {
        0 if wire.taken => "the client took the connection for open, and the API did not tell",
        0 if wire.answered && !wire.may_be_refused && !wire.reset => {
            "the connection was opened, and the API did not tell"
        }
        0 if seen.count(EventKind::Error) == 0 => {
            "the connection never opened, and the API told of no error"
        }
        1.. if !wire.answered => "the API told of an open connection that never was",
        1.. if wire.may_be_refused && !wire.spoke && !wire.reset => {
            "the API told of an open connection, and nothing came over it"
        }
        _ => return,
    };
    found.push(words.to_owned());
}

/// Rule 3.
fn messages(seen: &Seen, wire: &Wire, found: &mut Vec<String>) {
    let shown = seen.messages();
    let (text, binary) = wire
        .sent
        .map_or((None, None), |sent| (Some(sent.text), Some(sent.binary)));
    for (kind, shown, sent, heard) in [
        ("text", shown.text, text, wire.heard.text),
        ("binary", shown.binary, binary, wire.heard.binary),
    ] {
        if let Some(sent) = sent.filter(|sent| shown > *sent) {
            let words = format!("{shown} {kind} messages were shown, and {sent} begun by us");
            found.push(words);
        }
        if heard > shown {
            let words = format!("{heard} {kind} echoes were heard, and {shown} messages shown");
            found.push(words);
        }
    }
}

/// What a `close` event tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct End<'a> {
    code: u16,
    reason: &'a str,
    was_clean: bool,
}

/// Rule 4.
fn close(seen: &Seen, wire: &Wire, found: &mut Vec<String>) {
    let Some(code) = seen.code else {
        return;
    };
    let told = End {
        code,
        reason: &seen.reason,
        was_clean: seen.was_clean,
    };
    let possible = match seen.count(EventKind::Open) {
        0 => vec![End::FAILED],
        _ => ends(wire),
    };
    if !possible.contains(&told) {
        let possible: Vec<String> = possible.iter().map(End::words).collect();
        found.push(format!(
            "the close event has {}, and by the wire it should have {}",
            told.words(),
            possible.join(", or ")
        ));
    }
}

fn ends(wire: &Wire) -> Vec<End<'_>> {
    if !wire.close_sent {
        return vec![End::FAILED];
    }
    let read = End {
        code: wire.local_code.unwrap_or(CloseCode::NO_STATUS.0),
        reason: &wire.local_reason,
        was_clean: wire.close_heard,
    };
    let is_answer = wire.closed_by_us && wire.close_heard && wire.remote_code == wire.local_code;
    let mut ends = vec![read];
    if wire.reset && wire.close_heard {
        ends.push(End {
            was_clean: false,
            ..read
        });
    }
    if !is_answer {
        ends.push(End::FAILED);
    }
    ends
}

impl End<'_> {
    /// The connection never opened, was failed or was lost.
    const FAILED: Self = Self {
        code: ABNORMAL,
        reason: "",
        was_clean: false,
    };

    fn words(&self) -> String {
        let clean = match self.was_clean {
            true => "clean",
            false => "not clean",
        };
        match self.reason {
            "" => format!("{} {clean}", self.code),
            reason => format!("{} {reason:?} {clean}", self.code),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::seen::Event;
    use super::*;
    use wscheck_run::service::Messages;

    fn seen(events: &str, code: u16, was_clean: bool) -> Seen {
        let events = events.split(' ').map(|word| word.parse::<Event>().unwrap());
        Seen {
            events: events.collect(),
            code: Some(code),
            reason: String::new(),
            was_clean,
        }
    }

    /// We sent a text, heard its echo, closed with 1000, and were answered.
    fn normal() -> Wire {
        let one = Messages { text: 1, binary: 0 };
        Wire {
            answered: true,
            may_be_refused: false,
            spoke: true,
            taken: true,
            sent: Some(one),
            heard: one,
            close_sent: true,
            closed_by_us: true,
            local_code: Some(1000),
            local_reason: String::new(),
            close_heard: true,
            remote_code: Some(1000),
            clean: true,
            reset: false,
        }
    }

    fn count(seen: &Seen, wire: &Wire) -> usize {
        disagreements(seen, wire).len()
    }

    #[test]
    fn a_normal_end_is_told_in_one_way() {
        let wire = normal();
        assert_eq!(count(&seen("open text close", 1000, true), &wire), 0);
        for (events, code, clean) in [
            ("open text close", 1000, false),
            ("open text close", 1006, false),
            ("open text close", 1001, true),
            ("open close", 1000, true),
            ("open text*2 close", 1000, true),
            ("open text binary close", 1000, true),
            ("text open close", 1000, true),
            ("open open text close", 1000, true),
            ("open text close close", 1000, true),
            ("open close text", 1000, true),
        ] {
            let told = seen(events, code, clean);
            assert_eq!(count(&told, &wire), 1, "{events} {code} {clean}");
        }
        // No open, and an end that only an open connection has.
        assert_eq!(count(&seen("text close", 1000, true), &wire), 2);
        let mut reason = seen("open text close", 1000, true);
        reason.reason = "bye".to_owned();
        assert_eq!(count(&reason, &wire), 1);
    }

    #[test]
    fn a_reset_may_make_an_end_unclean() {
        let wire = Wire {
            reset: true,
            ..normal()
        };
        assert_eq!(count(&seen("open text close", 1000, true), &wire), 0);
        assert_eq!(count(&seen("open text close", 1000, false), &wire), 0);
        assert_eq!(count(&seen("open text close", 1006, false), &wire), 1);
    }

    #[test]
    fn a_close_without_a_code_is_1005() {
        let wire = Wire {
            local_code: None,
            remote_code: None,
            ..normal()
        };
        assert_eq!(count(&seen("open text close", 1005, true), &wire), 0);
        assert_eq!(count(&seen("open text close", 1000, true), &wire), 1);
    }

    #[test]
    fn a_browser_that_fails_the_connection_tells_1006() {
        let failed = Wire {
            closed_by_us: false,
            remote_code: Some(1002),
            ..normal()
        };
        let crossed = Wire {
            remote_code: Some(1002),
            ..normal()
        };
        let dropped = Wire {
            close_sent: false,
            local_code: None,
            close_heard: false,
            remote_code: None,
            ..normal()
        };
        for wire in [failed, crossed, dropped] {
            assert_eq!(count(&seen("open text error close", 1006, false), &wire), 0);
            assert_eq!(count(&seen("open text error close", 1006, true), &wire), 1);
            assert_eq!(count(&seen("open text error close", 1002, true), &wire), 1);
        }
    }

    #[test]
    fn a_handshake_that_we_refused_is_never_open() {
        let wire = Wire::default();
        assert_eq!(count(&seen("error close", 1006, false), &wire), 0);
        assert_eq!(count(&seen("close", 1006, false), &wire), 1);
        assert_eq!(count(&seen("open close", 1006, false), &wire), 1);
        assert!(!is_refused(&seen("error close", 1006, false), &wire));
    }

    /// We sent a text and a Close behind an answer; no frame came.
    fn unheard() -> Wire {
        Wire {
            spoke: false,
            taken: false,
            heard: Messages::default(),
            close_heard: false,
            remote_code: None,
            clean: false,
            ..normal()
        }
    }

    #[test]
    fn an_answer_may_be_refused_where_it_is_not_by_the_book() {
        let wire = Wire {
            may_be_refused: true,
            ..unheard()
        };
        let refused = seen("error close", 1006, false);
        assert_eq!(count(&refused, &wire), 0);
        assert!(is_refused(&refused, &wire));
        for (events, code, clean) in [
            ("close", 1006, false),
            ("error close", 1000, false),
            ("error close", 1006, true),
            ("open error close", 1006, false),
            ("open text close", 1000, false),
        ] {
            let told = seen(events, code, clean);
            assert_eq!(count(&told, &wire), 1, "{events} {code} {clean}");
        }
        // A Close of its own accord comes from those that refuse, too.
        let closed = Wire {
            spoke: true,
            close_sent: false,
            closed_by_us: false,
            close_heard: true,
            remote_code: Some(1002),
            ..wire
        };
        assert_eq!(count(&refused, &closed), 0);
        assert_eq!(count(&seen("open error close", 1006, false), &closed), 0);
        let taken = Wire {
            may_be_refused: true,
            ..normal()
        };
        assert_eq!(count(&seen("open text close", 1000, true), &taken), 0);
        // An echo came, and no message is said to have.
        assert_eq!(count(&refused, &taken), 2);
        assert!(!is_refused(&refused, &taken));
    }

    #[test]
    fn an_answer_by_the_book_opens_unless_a_reset_overtakes_it() {
        let refused = seen("error close", 1006, false);
        assert_eq!(count(&refused, &unheard()), 1);
        let lost = Wire {
            reset: true,
            close_sent: false,
            ..unheard()
        };
        assert_eq!(count(&refused, &lost), 0);
        assert_eq!(count(&seen("open error close", 1006, false), &lost), 0);
    }

    #[test]
    fn a_close_that_was_not_answered_is_not_clean() {
        let wire = Wire {
            close_heard: false,
            remote_code: None,
            ..normal()
        };
        assert_eq!(count(&seen("open text close", 1000, false), &wire), 0);
        assert_eq!(count(&seen("open text close", 1006, false), &wire), 0);
        assert_eq!(count(&seen("open text close", 1000, true), &wire), 1);
    }
}
