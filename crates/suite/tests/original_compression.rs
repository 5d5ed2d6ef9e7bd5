//! The cases of compression are the original's in the profile `autobahn`, but
//! for the data themselves.

use wscheck_suite::case::{Case, Demand, Frame, Opening, Script, Step, WireLog};
use wscheck_suite::catalogue;
use wscheck_suite::expectation::{Answer, AnswerGrade, Pattern};
use wscheck_suite::payload::Payload;
use wscheck_suite::vocabulary::{binary, case, text};
use wscheck_wire::Opcode;

const FACTS: &str = include_str!("data/compression.txt");

#[test]
fn sections_12_and_13_do_what_the_original_does() {
    let facts = |kind: &'static str| {
        let lines = FACTS
            .lines()
            .filter_map(move |line| line.strip_prefix(kind));
        lines.map(|line| line.split(" | ").map(str::trim).collect::<Vec<_>>())
    };
    let expected = facts("section").flat_map(|section| {
        facts("row").map(move |row| {
            let id = format!("{}.{}", section[0], row[0]);
            format!(
                "{id} | {} | {}",
                section[1..].join(" | "),
                row[1..].join(" | ")
            )
        })
    });
    let ours = catalogue::all().iter();
    let ours = ours.filter(|case| matches!(case.id.chapter(), 12 | 13));
    let ours: Vec<String> = ours.map(render).collect();
    assert_eq!(ours.len(), 216);
    assert_eq!(ours, expected.collect::<Vec<_>>());
}

fn render(case: &Case) -> String {
    assert!(case.timed && case.rfc.is_none(), "{}", case.id);
    check_expectation(case);
    let [script] = &case.connections[..] else {
        panic!("{} has one connection", case.id);
    };
    assert_eq!(script.wire_log, WireLog::Announced);
    let [
        Step::CloseAfter(limit),
        Step::RoundTrips { frame, times, size },
    ] = &script.steps[..]
    else {
        panic!("{} is a timer and round trips", case.id);
    };
    let Payload::Excerpt {
        of,
        from: 0,
        length,
    } = frame.payload
    else {
        panic!("{} sends excerpts from the beginning", case.id);
    };
    check_frame(frame);
    let data = match frame.opcode {
        Opcode::TEXT => format!("text {} {}", of.octets().len(), of.units()),
        _ => format!("binary {}", of.octets().len()),
    };
    let demands = demands(script);
    let (size, limit) = (size.unwrap_or(0), limit.as_secs());
    format!(
        "{} | {data} | {demands} | {length} | {size} | {times} | {limit}",
        case.id
    )
}

/// Nothing else is expected than that the round trips come off, and that we
/// close in the end.
fn check_expectation(case: &Case) {
    let mut expected = self::case("1.1.1", "any").build().expect;
    expected.answers = vec![Answer {
        grade: AnswerGrade::Ok,
        heard: Pattern::RoundTrips,
    }];
    assert_eq!(case.expect, expected, "{}", case.id);
}

/// There is nothing about the frame but what its message is, compressed.
fn check_frame(frame: &Frame) {
    let plain = match frame.opcode {
        Opcode::TEXT => text(frame.payload.clone()),
        _ => binary(frame.payload.clone()),
    };
    assert_eq!(*frame, plain.compressed().into_frame());
}

fn demands(script: &Script) -> String {
    let Opening {
        edits,
        pieces: None,
        joined: false,
        extensions: None,
        unlimited: false,
        deflate,
    } = &script.opening
    else {
        panic!("the extension is offered as it is agreed on");
    };
    assert!(edits.is_empty());
    let demands: Vec<String> = deflate.iter().map(demand).collect();
    demands.join(", ")
}

fn demand(demand: &Demand) -> String {
    let takeover = match demand.no_context_takeover {
        true => "none",
        false => "takeover",
    };
    match demand.max_window_bits {
        None => format!("{takeover} -"),
        Some(bits) => format!("{takeover} {bits}"),
    }
}
