//! The catalogue in the profile `autobahn` is the original's, case for case.
//! Sections 12 and 13 have facts of their own.

use std::collections::HashMap;
use std::fmt::Write;

use sha2::{Digest, Sha256};
use wscheck_suite::case::{Case, Frame, Masking, Step, WireLog};
use wscheck_suite::catalogue;
use wscheck_suite::expectation::{AnswerGrade, Expectation, Item, OpeningRule, Party, Pattern};
use wscheck_suite::fragment::fragments;
use wscheck_suite::octets::to_hex;
use wscheck_suite::payload::Payload;

const FACTS: &str = include_str!("data/original.txt");

#[test]
fn the_catalogue_does_what_the_original_does() {
    let mut facts = FACTS.lines().filter(|line| !line.starts_with('#'));
    let mut renderer = Renderer::default();
    let ours = catalogue::all().iter();
    for case in ours.filter(|case| case.id.chapter() < 12) {
        assert_eq!(renderer.case(case), facts.next().unwrap_or("nothing"));
    }
    assert_eq!(facts.next(), None);
}

#[derive(Default)]
struct Renderer {
    digests: HashMap<Vec<u8>, String>,
}

impl Renderer {
    fn case(&mut self, case: &Case) -> String {
        assert_eq!(case.connections.len(), 1, "{}", case.id);
        let script = &case.connections[0];
        let mut steps: Vec<(String, u32)> = Vec::new();
        for step in &script.steps {
            for text in self.step(step) {
                match steps.last_mut() {
                    Some((last, times)) if *last == text => *times += 1,
                    _ => steps.push((text, 1)),
                }
            }
        }
        let steps: Vec<String> = steps
            .into_iter()
            .map(|(text, times)| match times {
                1 => text,
                _ => format!("{text} *{times}"),
            })
            .collect();
        let steps = steps.join("; ");
        let mut close = close_text(&case.expect);
        if case.timed {
            close.push_str(" timed");
        }
        close.push_str(match script.wire_log {
            WireLog::Full => "",
            WireLog::Silent => " silent",
            WireLog::Announced => " announced",
        });
        let answers = self.answers(&case.expect);
        format!("{} | {steps} | {answers} | {close}", case.id)
    }

    fn step(&mut self, step: &Step) -> Vec<String> {
        match step {
            Step::Send(frame) => vec![self.frame(frame)],
            Step::Fragments {
                opcode,
                payload,
                size,
                ..
            } => fragments(payload.len(), *size)
                .map(|fragment| {
                    let octets = payload.slice(fragment.octets.start, fragment.octets.end);
                    let opcode = if fragment.first { opcode.bits() } else { 0 };
                    let more = if fragment.last { "" } else { "+" };
                    format!("{opcode:x}{more} {}", self.brief(octets))
                })
                .collect(),
            Step::Begin { frame } => {
                let more = if frame.fin { "" } else { "+" };
                let length = frame.payload.len();
                vec![format!("begin {:x}{more} {length}", frame.opcode.bits())]
            }
            Step::Part(octets) => vec![format!("part {}", self.payload(octets))],
            Step::RoundTrips { frame, times, size } => {
                assert_eq!(*size, None);
                vec![format!("round-trips {} *{times}", self.frame(frame))]
            }
            Step::Pause {
                lasts,
                mark,
                while_open,
                unread: false,
            } => {
                assert_eq!(mark.is_some(), *while_open);
                let mark = mark.iter().map(|name| format!(" mark {name}"));
                vec![format!(
                    "pause {}{}",
                    lasts.as_millis(),
                    mark.collect::<String>()
                )]
            }
            Step::FailAfter(time) => vec![format!("fail-after {}", time.as_millis())],
            Step::CloseAfter(time) => vec![format!("close-after {}", time.as_millis())],
            Step::Repeat { .. }
            | Step::Raw { .. }
            | Step::HalfClose
            | Step::Reset
            | Step::Pause { .. } => {
                panic!("the original sends frames alone, and reads always")
            }
        }
    }

    fn frame(&mut self, frame: &Frame) -> String {
        assert_eq!(frame.announced, None);
        assert_eq!(frame.length_form, None);
        assert_eq!(frame.masking, Masking::ByRole);
        let mut text = format!("{:x}", frame.opcode.bits());
        if !frame.fin {
            text.push('+');
        }
        if frame.rsv != 0 {
            let _ = write!(text, "r{}", frame.rsv);
        }
        let _ = write!(text, " {}", self.payload(&frame.payload));
        if let Some(octets) = frame.chop {
            let _ = write!(text, " c{octets}");
        }
        if frame.sync {
            text.push_str(" s");
        }
        text
    }

    fn answers(&mut self, expect: &Expectation) -> String {
        let answers = expect.answers.iter().map(|answer| match &answer.heard {
            Pattern::Exactly(items) => {
                let items: Vec<String> = items.iter().map(|item| self.item(item)).collect();
                let grade = match answer.grade {
                    AnswerGrade::Ok => "OK",
                    AnswerGrade::NonStrict => "NON-STRICT",
                    AnswerGrade::Unimplemented => panic!("the original knows no conventions"),
                };
                format!("{grade} [{}]", items.join(", "))
            }
            Pattern::Contains(item) => format!("contains {}", self.item(item)),
            Pattern::RoundTrips => "round-trips".to_owned(),
            other => panic!("the original knows no {other:?}"),
        });
        answers.collect::<Vec<_>>().join("; ")
    }

    fn item(&mut self, item: &Item) -> String {
        match item {
            Item::Text(payload) => format!("text {}", self.payload(payload)),
            Item::Binary(payload) => format!("binary {}", self.payload(payload)),
            Item::Pong(payload) => format!("pong {}", self.payload(payload)),
            Item::Mark(name) => format!("mark {name}"),
        }
    }

    fn payload(&mut self, payload: &Payload) -> String {
        self.brief(payload.to_octets().into_owned())
    }

    fn brief(&mut self, octets: Vec<u8>) -> String {
        match octets.len() {
            0 => "-".to_owned(),
            1..=12 => to_hex(&octets),
            length => {
                let digest = self.digests.entry(octets).or_insert_with_key(|octets| {
                    let digest = Sha256::digest(octets);
                    to_hex(&digest[..16])
                });
                format!("{length}:{digest}")
            }
        }
    }
}

fn close_text(expect: &Expectation) -> String {
    let close = &expect.close;
    assert!(close.codes_from_client.is_empty());
    assert!(!close.informational);
    assert_eq!(expect.opening, OpeningRule::Opens);
    let by = match close.by {
        Party::Us => "us",
        Party::Peer => "peer",
        Party::Either => panic!("in the original one end or the other closes"),
    };
    let codes: Vec<String> = close.codes.iter().map(ToString::to_string).collect();
    let mut text = format!("{by} {}", codes.join(","));
    for (is_set, word) in [
        (close.clean, " clean"),
        (close.wrong_end_fails, " wrong-end-fails"),
        (close.wrong_code_fails, " wrong-code-fails"),
        (expect.no_automatic_close, " no-automatic-close"),
        (expect.informational, " informational"),
    ] {
        if is_set {
            text.push_str(word);
        }
    }
    text
}
