//! Every violation has octets written by hand, legal and illegal, as close to
//! its boundary as can be.

use std::collections::BTreeSet;

use wscheck_wire::deflate::{Inflater, Terms};
use wscheck_wire::{Decoder, Event, Opcode, Registry, Role, Rules, RulesConfig, Violation};

const BOUNDARIES: &str = include_str!("data/boundaries.txt");

struct Boundary {
    violation: &'static str,
    sender: Role,
    deflate: Option<Terms>,
    legal: Vec<u8>,
    illegal: Vec<u8>,
}

fn boundaries() -> Vec<Boundary> {
    let lines = BOUNDARIES.lines().filter(|line| line.contains('|'));
    let lines = lines.filter(|line| !line.starts_with('#'));
    lines.map(boundary).collect()
}

fn boundary(line: &'static str) -> Boundary {
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    let &[violation, sender, deflate, legal, illegal] = &cells[..] else {
        panic!("five cells: {line}");
    };
    Boundary {
        violation,
        sender: match sender {
            "client" => Role::Client,
            _ => Role::Server,
        },
        deflate: deflate.split_once(' ').map(|(bits, context)| Terms {
            max_window_bits: bits.parse().expect("bits"),
            no_context_takeover: context == "anew",
        }),
        legal: octets(legal),
        illegal: octets(illegal),
    }
}

fn octets(text: &str) -> Vec<u8> {
    let hex = |word: &str| -> Vec<u8> {
        let pairs = (0..word.len()).step_by(2).map(|at| &word[at..at + 2]);
        let octets = pairs.map(|pair| u8::from_str_radix(pair, 16));
        octets.collect::<Result<_, _>>().expect("hexadecimal")
    };
    let words = text
        .split_whitespace()
        .map(|word| match word.split_once('*') {
            None => hex(word),
            Some((unit, times)) => hex(unit).repeat(times.parse().expect("a number")),
        });
    words.collect::<Vec<_>>().concat()
}

/// What the rules and the inflater say of octets that come `step` at a time.
fn found(of: &Boundary, octets: &[u8], step: usize) -> BTreeSet<&'static str> {
    let mut decoder = Decoder::new();
    let mut rules = Rules::new(RulesConfig {
        sender: of.sender,
        registry: Registry::Iana,
        deflate: of.deflate.is_some(),
    });
    let mut inflater = Inflater::strict(of.deflate.unwrap_or_default());
    let (mut opcode, mut control, mut fin) = (Opcode::CONTINUATION, Vec::new(), true);
    let mut found = Vec::new();
    for input in octets.chunks(step) {
        let mut input = input.to_vec();
        let mut rest = &mut input[..];
        while let Some(event) = decoder.decode(&mut rest) {
            match event {
                Event::HeaderStart(start) => rules.header_start(&start, &mut found),
                Event::Header(header) => {
                    rules.header(&header, &mut found);
                    (opcode, fin) = (header.opcode, header.fin);
                    control.clear();
                }
                Event::Payload(octets) if opcode.is_control() => control.extend_from_slice(octets),
                Event::Payload(octets) if rules.message_compressed() => {
                    let mut inflated = Vec::new();
                    let pushed = inflater.push(octets, |piece| {
                        inflated.extend_from_slice(piece);
                        true
                    });
                    found.extend(pushed.err());
                    rules.inflated(&inflated, &mut found);
                }
                Event::Payload(octets) => rules.payload(octets, &mut found),
                Event::FrameEnd => {
                    if opcode == Opcode::CLOSE {
                        rules.close_body(&control, &mut found);
                    }
                    if fin && !opcode.is_control() && rules.message_compressed() {
                        found.extend(inflater.finish(|_| true).err());
                    }
                    rules.frame_end(&mut found);
                }
            }
        }
    }
    found.iter().map(Violation::name).collect()
}

#[test]
fn one_side_of_each_boundary_is_legal_and_the_other_is_not() {
    for boundary in boundaries() {
        for step in [usize::MAX, 1, 3] {
            let step = step.min(boundary.illegal.len().max(boundary.legal.len()));
            let legal = found(&boundary, &boundary.legal, step);
            assert_eq!(legal, BTreeSet::new(), "{:02x?}", boundary.legal);
            let illegal = found(&boundary, &boundary.illegal, step);
            assert!(
                illegal.contains(boundary.violation),
                "{}: {illegal:?} of {:02x?}",
                boundary.violation,
                boundary.illegal
            );
        }
    }
}

#[test]
fn no_violation_is_without_a_boundary() {
    let covered: BTreeSet<&str> = boundaries().iter().map(|of| of.violation).collect();
    assert_eq!(covered, BTreeSet::from(Violation::ALL_NAMES));
}

/// A boundary is of one violation: nothing else is wrong on the illegal side,
/// but what follows from it.
#[test]
fn what_is_illegal_is_illegal_for_one_reason() {
    for boundary in boundaries() {
        let found = found(&boundary, &boundary.illegal, boundary.illegal.len());
        let follows = match boundary.violation {
            "context-taken-over" | "window-exceeded" | "corrupt-deflate" => {
                &["truncated-deflate", "corrupt-deflate"][..]
            }
            _ => &[],
        };
        let others = found.iter().filter(|name| **name != boundary.violation);
        let others: Vec<_> = others.filter(|name| !follows.contains(*name)).collect();
        assert!(others.is_empty(), "{}: {others:?}", boundary.violation);
    }
}
