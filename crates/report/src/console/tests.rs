use wscheck_suite::evidence::{Comparison, Content, Heard, HeardKind, ViolationAt};
use wscheck_suite::expectation::Pattern;
use wscheck_suite::log::{FrameRow, Log, RowKind};
use wscheck_suite::octets::Octets;
use wscheck_suite::transcript::ConnectionRecord;
use wscheck_suite::verdict::{Behaviour, CloseBehaviour, Reason};
use wscheck_suite::vocabulary::{answer, case, echo, opcode, ping, text};
use wscheck_suite::{expectation::Party, payload::Payload};
use wscheck_wire::{Eof, Moment, Opcode, Violation};

use super::*;
use crate::sample;

fn reserved_opcode() -> Case {
    case("4.2.4", "a reserved opcode between a text message and a ping")
        .must("RFC 6455", "5.2", "an endpoint that receives an unknown opcode fails the connection, whatever else it was about to do")
        .send(text("Hello, world!"))
        .send(opcode(14).payload("Hello, world!"))
        .send(ping(""))
        .ok([echo("Hello, world!")])
        .non_strict([])
        .peer_fails_with([1002])
        .rfc("§5.2 says so", |_| ())
        .build()
}

fn ms(millis: u64) -> Moment {
    Moment::from_millis(millis)
}

fn frame(bits: u8, payload: &[u8]) -> FrameRow {
    let length = payload.len() as u64;
    FrameRow {
        opcode: Opcode::from_bits(bits),
        fin: true,
        rsv: 0,
        mask: None,
        length,
        payload: payload.into(),
    }
}

fn sent(bits: u8, payload: &[u8]) -> RowKind {
    RowKind::FrameSent {
        frame: frame(bits, payload),
        repeated_to: None,
        chop: None,
        sync: false,
    }
}

fn received(bits: u8, payload: &[u8]) -> RowKind {
    RowKind::FrameReceived {
        frame: frame(bits, payload),
    }
}

fn log(rows: impl IntoIterator<Item = (u64, RowKind)>) -> Log {
    let mut log = Log::default();
    for (at, row) in rows {
        log.push(ms(at), false, row);
    }
    log
}

fn heard_text(octets: &[u8], at: u64, compared: Comparison) -> Heard {
    let content = Content {
        length: octets.len() as u64,
        sha256: None,
        octets: octets.into(),
        compared,
    };
    Heard {
        what: HeardKind::Text(content),
        at: ms(at),
        times: 1,
    }
}

fn opened(log: Log) -> ConnectionRecord {
    let mut record = ConnectionRecord {
        log,
        ..ConnectionRecord::default()
    };
    record.evidence.opening.opened_at = Some(ms(1));
    record
}

fn with(mut result: CaseResult, record: ConnectionRecord) -> CaseResult {
    result.transcript.connections = vec![record];
    result
}

/// A server that echoes wrongly, does not fail the connection, and answers the
/// ping.
fn wrong_echo() -> CaseResult {
    let mut record = opened(log([
        (1, RowKind::Opened),
        (1, sent(1, b"Hello, world!")),
        (
            1,
            RowKind::OctetsSent {
                length: 19,
                octets: Octets(vec![0x81; 19]),
                sync: false,
            },
        ),
        (1, sent(14, b"Hello, world!")),
        (1, sent(9, b"")),
        (
            1,
            RowKind::FailAfter {
                lasts: Duration::from_secs(1),
            },
        ),
        (3, received(1, b"Hello, wurld!")),
        (3, received(10, b"")),
        (1001, RowKind::Failing),
        (1001, sent(8, b"\x03\xe9no answer in time")),
        (1002, received(8, b"\x03\xe9\x1b[2J")),
        (1002, RowKind::PeerEnded { how: Eof::Fin }),
    ]));
    let evidence = &mut record.evidence;
    evidence.heard = vec![heard_text(b"Hello, wurld!", 3, Comparison::Unexpected)];
    evidence.closing.closed_by_us = true;
    evidence.closing.local_code = Some(1001);
    evidence.closing.remote_code = Some(1001);
    evidence.closing.close_sent_at = Some(ms(1001));
    evidence.closing.close_heard_at = Some(ms(1002));
    evidence.closing.peer_ended = Some(Eof::Fin);
    let reasons = vec![
        Reason::HeardDiffers {
            item: 0,
            octet: Some(8),
        },
        Reason::ClosedByWrongEnd { by: Party::Us },
    ];
    let result = sample::judged(
        "ws",
        "4.2.4",
        Behaviour::Failed,
        CloseBehaviour::Failed,
        reasons,
    );
    with(result, record)
}

fn console(agents: &[&str]) -> Console {
    Console::new(&sample::run(agents))
}

fn assert_fits(text: &str, width: usize) {
    for line in plain(text).lines() {
        assert!(line.chars().count() <= width, "{line}");
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
}

#[test]
fn a_failure_in_full() {
    let text = console(&["ws"]).failure(&reserved_opcode(), &wrong_echo());
    assert_fits(&text, DEFAULT_WIDTH);
    insta::assert_snapshot!(plain(&text));
    for width in [40, 41, 60, 79] {
        let text = console(&["ws"])
            .width(width)
            .failure(&reserved_opcode(), &wrong_echo());
        assert_fits(&text, width);
    }
}

#[test]
fn a_failure_has_colours() {
    let text = console(&["ws"]).failure(&reserved_opcode(), &wrong_echo());
    let mark = text.lines().find(|line| line.contains('^')).unwrap();
    insta::assert_snapshot!(mark.escape_debug().to_string());
}

#[test]
fn other_failures_in_full() {
    let mut refused = ConnectionRecord::default();
    refused.evidence.opening.response =
        (&b"HTTP/1.1 500 \x1b]0;owned\x07\r\nServer: \xff\r\n\r\n"[..]).into();
    let why = "the server answered with status 500".to_owned();
    let never = vec![Reason::NeverOpened { why }];
    let never = sample::judged(
        "ws",
        "4.2.4",
        Behaviour::Failed,
        CloseBehaviour::Failed,
        never,
    );

    let missing = vec![
        Reason::HeardDiffers {
            item: 0,
            octet: None,
        },
        Reason::TesteeDied {
            how: "SIGSEGV".into(),
        },
    ];
    let mut missing = sample::judged(
        "ws",
        "4.2.4",
        Behaviour::Failed,
        CloseBehaviour::Ok,
        missing,
    );
    missing.testee_output = "starting\nlistening\n\u{1b}[31mpanic\u{1b}[0m\n".into();
    missing.attempt = 2;

    let mut violation = opened(log([
        (2, received(3, b"")),
        (4, RowKind::WeEnded { reset: true }),
    ]));
    let reserved = Violation::ReservedOpcode {
        opcode: Opcode::from_bits(3),
    };
    violation.evidence.violations = vec![ViolationAt {
        violation: reserved,
        offset: 0,
        at: ms(2),
    }];
    violation.evidence.closing.dropped_by_us = true;
    let reasons = vec![
        Reason::Unclean {
            why: "the testee did not answer our Close in time".into(),
        },
        Reason::Violation {
            violation: reserved,
            offset: 0,
        },
    ];
    let unclean = sample::judged(
        "ws",
        "4.2.4",
        Behaviour::Ok,
        CloseBehaviour::Unclean,
        reasons,
    );
    let could_not = Outcome::CouldNotTest {
        why: "connection refused".into(),
    };

    let results = [
        with(never, refused),
        with(missing, opened(Log::default())),
        with(unclean, violation),
        sample::outcome("ws", "4.2.4", could_not),
    ];
    let console = console(&["ws", "other"]);
    let texts = results.map(|result| console.failure(&reserved_opcode(), &result));
    texts
        .iter()
        .for_each(|text| assert_fits(text, DEFAULT_WIDTH));
    insta::assert_snapshot!(plain(&texts.join("\n")));
}

#[test]
fn a_difference_beyond_what_is_kept_is_shown_from_its_excerpt() {
    let payload = Payload::repeat("BAsd7&jh23", 65_536);
    let big = case("9.1.1", "a big message")
        .send(text(payload.clone()))
        .ok_if(Pattern::Contains(echo(payload)))
        .build();
    let differs = Comparison::Differs {
        offset: 10_003,
        expected: Octets(b"d7&jh23BAsd7&jh2".to_vec()),
        actual: Octets(b"X7&jh23BAsd7&jh2".to_vec()),
    };
    let content = Content {
        length: 65_536,
        sha256: None,
        octets: Octets(vec![b'B'; 4096]),
        compared: differs,
    };
    let mut record = opened(Log::default());
    record.evidence.heard = vec![Heard {
        what: HeardKind::Text(content),
        at: ms(2),
        times: 1,
    }];
    let shown = |reason: Reason| {
        let result = sample::judged(
            "ws",
            "9.1.1",
            Behaviour::Failed,
            CloseBehaviour::Ok,
            vec![reason],
        );
        plain(&console(&["ws"]).failure(&big, &with(result, record.clone())))
    };
    let by_item = shown(Reason::HeardDiffers {
        item: 0,
        octet: Some(10_003),
    });
    let by_excerpt = shown(Reason::RoundTripsBroke { done: 3, of: 1000 });
    insta::assert_snapshot!(by_item + "\n" + &by_excerpt);
}

#[test]
fn a_long_log_is_shown_around_what_decided() {
    let rows = (0..40).map(|n| (n, received(10, &[b'a' + n as u8 % 26])));
    let mut record = opened(log(rows));
    let pongs = (0..40).map(|n| Heard {
        at: ms(n),
        ..heard_text(b"p", n, Comparison::Unexpected)
    });
    record.evidence.heard = pongs.collect();
    let pongs = case("2.10", "ten pongs").ok([answer("p")]).build();
    let reason = Reason::HeardDiffers {
        item: 20,
        octet: None,
    };
    let result = sample::judged(
        "ws",
        "2.10",
        Behaviour::Failed,
        CloseBehaviour::Ok,
        vec![reason],
    );
    insta::assert_snapshot!(plain(
        &console(&["ws"]).failure(&pongs, &with(result, record))
    ));
}

#[test]
fn cases_on_a_line() {
    let case = reserved_opcode();
    let skipped = Outcome::Skipped {
        why: "only for clients".into(),
    };
    let could_not = Outcome::CouldNotTest {
        why: "connection refused".into(),
    };
    let hostile = "<b>\u{1b}[31m../../x".repeat(4);
    let one = console(&["ws"]);
    let several = console(&["ws", &hostile]);
    let lines = [
        one.line(&case, &wrong_echo()),
        one.line(&case, &sample::result("ws", "4.2.4")),
        one.line(&case, &sample::outcome("ws", "4.2.4", skipped)),
        several.line(&case, &sample::outcome(&hostile, "4.2.4", could_not)),
        several.width(60).line(&case, &wrong_echo()),
    ];
    lines
        .iter()
        .for_each(|line| assert_fits(line, DEFAULT_WIDTH));
    insta::assert_snapshot!(plain(&lines.join("\n")));
}

#[test]
fn the_sum_of_a_run() {
    let mut run = sample::run(&["ws", "a longer name", "down"]);
    run.targets[2].fault = Some("connection refused".into());
    run.duration_ms = Some(83_400);
    run.selected = 5;
    run.interrupted = true;
    let mut summary = Summary::new(&run);
    for result in [
        sample::result("ws", "1.1.1"),
        sample::judged(
            "ws",
            "1.1.2",
            Behaviour::NonStrict,
            CloseBehaviour::Ok,
            vec![],
        ),
        sample::judged(
            "a longer name",
            "1.1.1",
            Behaviour::Ok,
            CloseBehaviour::WrongCode,
            vec![],
        ),
    ] {
        summary.add(&result);
    }
    summary.slowest[0].duration_us = 10_004_000;
    let several = Console::new(&run).summary(&run, &summary);

    let mut run = sample::run(&["ws"]);
    run.duration_ms = Some(4_230);
    run.selected = 1;
    let mut summary = Summary::new(&run);
    summary.add(&sample::result("ws", "1.1.1"));
    summary.left_out = 210;
    let one = Console::new(&run).summary(&run, &summary);
    insta::assert_snapshot!(plain(&format!("{several}\n{one}")));
}
