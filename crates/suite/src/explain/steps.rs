//! What a script does, step by step.

use std::time::Duration;

use wscheck_wire::{CloseBody, Header, LengthForm, Opcode, Role, Violation, encode, mask};

use super::{LineKind, SHOWN_OCTETS, Writer};
use crate::case::{Frame, Masking, Script, Step};
use crate::fragment::{self, fragment};
use crate::octets::to_hex;
use crate::our_side;
use crate::payload::Payload;

/// The key that masked frames are shown with.
const KEY: [u8; 4] = [0; 4];

/// How many octets stand on a line.
const OCTETS_A_LINE: usize = 32;

pub(super) fn write(script: &Script, role: Role, bytes: bool, writer: &mut Writer) {
    let violations = our_side::violations(script, role);
    if bytes {
        let key = match role {
            Role::Client => ", every key shown as 00000000",
            Role::Server => "",
        };
        let text = format!("  octets as of a {role}{key}");
        writer.put(LineKind::Aside, text);
    }
    let mut parts = Parts::default();
    for (index, (step, violations)) in script.steps.iter().zip(violations).enumerate() {
        writer.plain(format!("{:>2}  {}", index + 1, describe(step)));
        for violation in violations {
            writer.put(LineKind::Violation, format!("      {}", breach(&violation)));
        }
        if bytes {
            parts.octets(step, role, writer);
        }
    }
}

fn breach(violation: &Violation) -> String {
    format!(
        "✗ breaks {} ({} §{}): \"{}\"",
        violation.name(),
        violation.document(),
        violation.section(),
        violation.sentence()
    )
}

pub(super) fn describe(step: &Step) -> String {
    match step {
        Step::Send(frame) => describe_frame(frame),
        Step::Fragments {
            opcode,
            payload,
            size,
            compressed: true,
            ..
        } => format!("{opcode} {payload}, compressed, in fragments of {size} octets"),
        Step::Fragments {
            opcode,
            payload,
            size,
            ..
        } => {
            let count = fragment::count(payload.len(), *size);
            let frames = if count == 1 { "frame" } else { "frames" };
            format!("{opcode} {payload} in fragments of {size} octets: {count} {frames}")
        }
        Step::Begin { frame } => format!(
            "header of {}, for {} octets",
            describe_frame(frame),
            frame.announced.unwrap_or(frame.payload.len())
        ),
        Step::Part(octets) => format!("more of the payload: {octets}"),
        Step::Raw { octets, .. } => format!("octets as they are: {octets}"),
        Step::Repeat { frame, times } => {
            format!("{}, {times} times in a row", describe_frame(frame))
        }
        Step::RoundTrips { frame, times, size } => describe_round_trips(frame, *times, *size),
        Step::Pause {
            lasts,
            mark,
            while_open,
            unread,
        } => {
            let unread = if *unread {
                " in which we read nothing"
            } else {
                ""
            };
            let then = match (mark, while_open) {
                (None, false) => String::new(),
                (None, true) => "; the script goes on if the connection is open".into(),
                (Some(name), false) => {
                    format!("; if the connection is open, we hear the mark {name}")
                }
                (Some(name), true) => {
                    format!("; if the connection is open, we hear the mark {name} and go on")
                }
            };
            format!("pause of {}{unread}{then}", time(*lasts))
        }
        Step::HalfClose => "we end our direction of TCP, by FIN, and read on".into(),
        Step::Reset => "we end TCP by RST".into(),
        Step::FailAfter(lasts) => format!(
            "after {} we fail the connection with 1001, or drop TCP if it is closing",
            time(*lasts)
        ),
        Step::CloseAfter(lasts) => {
            format!(
                "after {} we close without a code, unless it is closing",
                time(*lasts)
            )
        }
    }
}

fn describe_round_trips(frame: &Frame, times: u32, size: Option<u64>) -> String {
    let fragments = size.map_or_else(String::new, |size| {
        format!(", in fragments of {size} octets")
    });
    let carry_on = match frame.payload {
        Payload::Excerpt { .. } => "; each time the excerpt that follows",
        _ => "",
    };
    format!(
        "{}{fragments}, {times} times, each when the echo of the one before is in{carry_on}",
        describe_frame(frame)
    )
}

fn describe_frame(frame: &Frame) -> String {
    let mut text = frame.opcode.to_string();
    if frame.opcode == Opcode::CLOSE {
        text.push_str(&describe_close(&frame.payload));
    } else if frame.payload.is_empty() {
        text.push_str(" without payload");
    } else {
        text.push_str(&format!(" {}", frame.payload));
    }
    let mut add = |what: String| {
        text.push_str(", ");
        text.push_str(&what);
    };
    if !frame.fin {
        add("without FIN".into());
    }
    for (bit, name) in [(4, "RSV1"), (2, "RSV2"), (1, "RSV3")] {
        if frame.rsv & bit != 0 {
            add(name.into());
        }
    }
    if frame.compressed {
        add("compressed".into());
    }
    if let Some(length) = frame.announced {
        add(format!("announced as {length} octets"));
    }
    match frame.length_form {
        None => {}
        Some(LengthForm::Short) => add("length in 7 bits".into()),
        Some(LengthForm::Bits16) => add("length in 16 bits".into()),
        Some(LengthForm::Bits64) => add("length in 64 bits".into()),
    }
    match frame.masking {
        Masking::ByRole => {}
        Masking::Off => add("not masked".into()),
        Masking::On => add("masked".into()),
        Masking::Key(key) => add(format!("masked with {}", to_hex(&key))),
    }
    match frame.chop {
        None => {}
        Some(1) => add("written octet by octet".into()),
        Some(octets) => add(format!("written {octets} octets at a time")),
    }
    if let Some(octets) = frame.cut {
        add(format!("written in two pieces, cut after {octets} octets"));
    }
    if frame.sync {
        add("a write of its own".into());
    }
    text
}

fn describe_close(payload: &Payload) -> String {
    let octets = payload.to_octets();
    match CloseBody::parse(&octets) {
        CloseBody {
            code: Some(code),
            reason: [],
        } => format!(" {code}"),
        CloseBody {
            code: Some(code),
            reason,
        } => format!(" {code}, reason {}", Payload::from(reason)),
        CloseBody { code: None, .. } if payload.is_empty() => " without a code".into(),
        CloseBody { code: None, .. } => format!(" with the body {payload}"),
    }
}

pub(super) fn time(duration: Duration) -> String {
    let millis = duration.as_millis();
    if millis.is_multiple_of(1000) {
        format!("{} s", millis / 1000)
    } else {
        format!("{millis} ms")
    }
}

/// Shows octets; knows the key of the frame that is sent in parts.
#[derive(Default)]
struct Parts {
    key: Option<[u8; 4]>,
    sent: u64,
}

impl Parts {
    fn octets(&mut self, step: &Step, role: Role, writer: &mut Writer) {
        match step {
            step if our_side::is_plain(step) => {
                let text = "      octets depend on what is agreed on, and on zlib".into();
                writer.put(LineKind::Octets, text);
            }
            Step::Send(frame) | Step::Repeat { frame, .. } | Step::RoundTrips { frame, .. } => {
                show_frame(&our_side::header(frame, role, KEY), &frame.payload, writer);
            }
            Step::Fragments {
                opcode,
                payload,
                size,
                ..
            } => {
                let first = fragment(payload.len(), *size, 0);
                let header = Header {
                    fin: first.last,
                    rsv: 0,
                    opcode: *opcode,
                    mask: (role == Role::Client).then_some(KEY),
                    length: first.octets.end,
                    length_form: LengthForm::minimal(first.octets.end),
                };
                let shown = first.octets.end.min(SHOWN_OCTETS as u64);
                let octets = encode::frame(&header, &payload.slice(0, shown));
                let length = header.encoded_len() as u64 + header.length;
                show(&octets, length, writer);
                if !first.last {
                    writer.put(LineKind::Octets, "      and so on".into());
                }
            }
            Step::Begin { frame } => {
                let header = our_side::header(frame, role, KEY);
                (self.key, self.sent) = (header.mask, 0);
                let octets = header.encode();
                show(&octets, octets.len() as u64, writer);
            }
            Step::Part(payload) => {
                let mut octets = payload.slice(0, SHOWN_OCTETS as u64);
                if let Some(key) = self.key {
                    let turn = usize::try_from(self.sent % 4).unwrap_or(0);
                    mask::apply(key, turn, &mut octets);
                }
                self.sent += payload.len();
                show(&octets, payload.len(), writer);
            }
            Step::Raw { octets, .. } => {
                show(&octets.slice(0, SHOWN_OCTETS as u64), octets.len(), writer);
            }
            Step::Pause { .. }
            | Step::FailAfter(_)
            | Step::CloseAfter(_)
            | Step::HalfClose
            | Step::Reset => {}
        }
    }
}

fn show_frame(header: &Header, payload: &Payload, writer: &mut Writer) {
    let octets = encode::frame(header, &payload.slice(0, SHOWN_OCTETS as u64));
    let length = header.encoded_len() as u64 + payload.len();
    show(&octets, length, writer);
}

/// The first of `octets`, of which there are `length` in all.
fn show(octets: &[u8], length: u64, writer: &mut Writer) {
    let shown = &octets[..octets.len().min(SHOWN_OCTETS)];
    let mut lines: Vec<String> = shown
        .chunks(OCTETS_A_LINE)
        .map(|line| format!("      {}", spaced(line)))
        .collect();
    if length > shown.len() as u64
        && let Some(last) = lines.last_mut()
    {
        last.push_str(&format!(" … ({length} octets)"));
    }
    for line in lines {
        writer.put(LineKind::Octets, line);
    }
}

fn spaced(octets: &[u8]) -> String {
    let octets: Vec<String> = octets.iter().map(|octet| to_hex(&[*octet])).collect();
    octets.join(" ")
}
