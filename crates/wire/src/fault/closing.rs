//! Close frames, the end of TCP, and how a connection is failed.

use super::ear::Heard;
use super::hooks::{Hooks, STRAIGHT, forgives, frames, hears, says};
use super::mouth::{Frame, Mouth, Part};
use super::rule::{both, rfc6455, server};
use super::{Family, Fault, Rule};
use crate::close::{CloseCode, encode_body};
use crate::conversation::Output;
use crate::endpoint::Conduct;
use crate::frame::Opcode;
use crate::mask;
use crate::violation::Violation;

const ANSWER: Rule = rfc6455(
    "5.5.1",
    "If an endpoint receives a Close frame and did not previously send a Close frame, the endpoint MUST send a Close frame in response",
);
const SOON: Rule = rfc6455("5.5.1", "It SHOULD do so as soon as practical");
const BODY: Rule = rfc6455(
    "5.5.1",
    "If there is a body, the first two bytes of the body MUST be a 2-byte unsigned integer",
);
const REASON: Rule = rfc6455(
    "5.5.1",
    "the body MAY contain UTF-8-encoded data with value /reason/",
);
const NO_MORE: Rule = rfc6455(
    "5.5.1",
    "The application MUST NOT send any more data frames after sending a Close frame",
);
const TCP: Rule = rfc6455(
    "5.5.1",
    "After both sending and receiving a Close message [...] the server MUST close the underlying TCP connection immediately",
);
const DISCARDS: Rule = rfc6455(
    "1.4",
    "After receiving a control frame indicating the connection should be closed, a peer discards any further data received",
);
const MAY: Rule = rfc6455("5.5.1", "The Close frame MAY contain a body");
const FAILS: Rule = rfc6455(
    "7.1.7",
    "the endpoint SHOULD send a Close frame with an appropriate status code",
);
const FAILS_TCP: Rule = rfc6455("7.1.7", "the server MUST _Close the WebSocket Connection_");

pub(super) const FAMILY: Family = Family {
    title: "Closing",
    faults: FAULTS,
};

const FAULTS: &[Fault] = &[
    both(
        "close-not-answered",
        ANSWER,
        says(|mouth, part| {
            if !closes(&part) || mouth.failing.is_some() {
                mouth.say(part);
            }
        }),
    ),
    both(
        "close-answered-by-the-end-of-tcp",
        ANSWER,
        says(|mouth, part| {
            if !part.is(Opcode::CLOSE) || mouth.failing.is_some() {
                mouth.say(part);
            }
        }),
    ),
    both(
        "close-answered-by-a-reset",
        ANSWER,
        says(
            |mouth, part| match part.is(Opcode::CLOSE) && mouth.failing.is_none() {
                true => mouth.say(Part::End(Output::Reset)),
                false => mouth.say(part),
            },
        ),
    ),
    both(
        "close-answered-by-a-pong",
        ANSWER,
        frames(|mouth, frame| {
            if frame.is(Opcode::CLOSE) && mouth.failing.is_none() {
                frame.header.opcode = Opcode::PONG;
            }
        }),
    ),
    both(
        "close-answered-late",
        SOON,
        says(|mouth, part| match part.is(Opcode::CLOSE) {
            true => mouth.say_late(part),
            false => mouth.say(part),
        })
        .time(3000),
    ),
    both(
        "close-answered-by-drips",
        SOON,
        says(|mouth, part| match part.is(Opcode::CLOSE) {
            true => mouth.drip(part),
            false => mouth.say(part),
        })
        .time(1000),
    ),
    both(
        "close-said-twice",
        rfc6455(
            "5.5.1",
            "the endpoint MUST send a Close frame in response [...] if [it] did not previously send a Close frame",
        ),
        says(|mouth, part| {
            if part.is(Opcode::CLOSE) {
                mouth.say(part.clone());
            }
            mouth.say(part);
        }),
    ),
    both(
        "close-doubled-late",
        rfc6455(
            "5.5.1",
            "the endpoint MUST send a Close frame in response [...] if [it] did not previously send a Close frame",
        ),
        says(|mouth, part| {
            let close = part.is(Opcode::CLOSE);
            mouth.say(part.clone());
            if close {
                mouth.say_late(part);
            }
        }),
    ),
    both(
        "close-answered-by-another-code",
        rfc6455(
            "5.5.1",
            "the endpoint typically echos the status code it received",
        ),
        frames(|mouth, frame| answer_by(mouth, frame, |_| encode_body(Some(3999), b""))),
    ),
    both(
        "close-of-one-octet",
        BODY,
        frames(|mouth, frame| answer_by(mouth, frame, |_| vec![3])),
    ),
    both(
        "close-altered",
        BODY,
        frames(|mouth, frame| {
            answer_by(mouth, frame, |body| {
                let mut body = body.to_vec();
                if let Some(last) = body.last_mut() {
                    *last ^= 1;
                }
                body
            })
        }),
    ),
    both(
        "close-with-the-code-little-endian",
        rfc6455("5.5.1", "a 2-byte unsigned integer (in network byte order)"),
        frames(|mouth, frame| {
            answer_by(mouth, frame, |body| {
                let mut body = body.to_vec();
                if body.len() >= 2 {
                    body[..2].reverse();
                }
                body
            })
        }),
    ),
    both(
        "close-with-a-reason-not-utf8",
        REASON,
        frames(|mouth, frame| {
            answer_by(mouth, frame, |_| encode_body(Some(1000), b"bye \xff\xfe"))
        }),
    ),
    both(
        "close-with-a-reason-cut-in-a-character",
        REASON,
        frames(|mouth, frame| {
            answer_by(mouth, frame, |_| {
                encode_body(Some(1000), "bye \u{20ac}".as_bytes()[..6].as_ref())
            })
        }),
    ),
    both(
        "close-with-a-reason-too-long",
        rfc6455(
            "5.5",
            "All control frames MUST have a payload length of 125 bytes or less",
        ),
        frames(|mouth, frame| answer_by(mouth, frame, |_| encode_body(Some(1000), &[b'.'; 124]))),
    ),
    both(
        "text-behind-the-close",
        NO_MORE,
        says(|mouth, part| behind_a_close(mouth, part, |mouth| mouth.frame(Opcode::TEXT, b"late"))),
    ),
    both(
        "fragment-behind-the-close",
        NO_MORE,
        says(|mouth, part| {
            behind_a_close(mouth, part, |mouth| {
                mouth.frame(Opcode::CONTINUATION, b"late")
            });
        }),
    ),
    server(
        "tcp-left-open",
        TCP,
        says(|mouth, part| {
            if !matches!(part, Part::End(_)) {
                mouth.say(part);
            }
        }),
    ),
    server(
        "tcp-ended-late",
        TCP,
        says(|mouth, part| match part {
            Part::End(_) => mouth.say_late(part),
            part => mouth.say(part),
        })
        .time(3000),
    ),
    both(
        "frames-behind-a-close-answered",
        DISCARDS,
        // The Close waits until what follows it in the same read is done with.
        hears(|ear, heard| match heard {
            Heard::Header(header) if header.opcode == Opcode::CLOSE => {
                ear.pass_late(&header.encode());
            }
            Heard::Payload(octets) if ear.header.opcode == Opcode::CLOSE => {
                let key = ear.header.mask.unwrap_or_default();
                mask::apply(key, (ear.offset % 4) as usize, octets);
                ear.pass_late(octets);
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "close-of-one-octet-taken",
        BODY,
        forgives(|violation, _| *violation == Violation::CloseLengthOne),
    ),
    both(
        "close-with-a-reason-not-utf8-taken",
        REASON,
        forgives(|violation, _| *violation == Violation::CloseReasonNotUtf8),
    ),
    both(
        "empty-close-refused",
        MAY,
        hears(|ear, heard| match heard {
            Heard::Header(header) if header.opcode == Opcode::CLOSE && header.length == 0 => {
                ear.fail(Violation::CloseLengthOne);
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "close-with-a-reason-refused",
        MAY,
        hears(|ear, heard| match heard {
            Heard::Header(header) if header.opcode == Opcode::CLOSE && header.length > 2 => {
                ear.fail(Violation::ControlTooLong);
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "close-with-the-longest-reason-refused",
        MAY,
        hears(|ear, heard| match heard {
            Heard::Header(header) if header.opcode == Opcode::CLOSE && header.length == 125 => {
                ear.fail(Violation::ControlTooLong);
            }
            heard => ear.pass(heard),
        }),
    ),
    both(
        "fails-without-a-close",
        FAILS,
        says(|mouth, part| {
            if !(part.is(Opcode::CLOSE) && mouth.failing.is_some()) {
                mouth.say(part);
            }
        }),
    ),
    both(
        "fails-by-a-reset",
        FAILS,
        says(|mouth, part| match mouth.failing {
            Some(_) if closes(&part) => mouth.say(Part::End(Output::Reset)),
            _ => mouth.say(part),
        }),
    ),
    both(
        "fails-in-silence",
        FAILS_TCP,
        says(|mouth, part| {
            if !(closes(&part) && mouth.failing.is_some()) {
                mouth.say(part);
            }
        }),
    ),
    server(
        "fails-and-leaves-tcp-open",
        FAILS_TCP,
        says(|mouth, part| {
            if !(matches!(part, Part::End(_)) && mouth.failing.is_some()) {
                mouth.say(part);
            }
        }),
    ),
    both(
        "fails-with-1000",
        rfc6455(
            "7.4.1",
            "1000 indicates a normal closure, meaning that the purpose for which the connection was established has been fulfilled",
        ),
        frames(|mouth, frame| fail_with(mouth, frame, 1000)),
    ),
    both(
        "fails-with-1006",
        rfc6455(
            "7.4.1",
            "1006 [...] MUST NOT be set as a status code in a Close control frame by an endpoint",
        ),
        frames(|mouth, frame| fail_with(mouth, frame, 1006)),
    ),
    both(
        "breaches-failed-with-1007",
        rfc6455(
            "7.4.1",
            "1002 indicates that an endpoint is terminating the connection due to a protocol error",
        ),
        frames(|mouth, frame| {
            let code = mouth.failing.as_ref().map(Violation::close_code);
            if frame.is(Opcode::CLOSE) && code == Some(CloseCode::PROTOCOL_ERROR) {
                frame.set_payload(encode_body(Some(1007), b""));
            }
        }),
    ),
    both(
        "goes-on-after-failing",
        rfc6455(
            "7.1.7",
            "An endpoint MUST NOT continue to attempt to process data [...] from the remote endpoint after being instructed to _Fail the WebSocket Connection_",
        ),
        Hooks {
            conduct: Conduct {
                goes_on: true,
                ..Conduct::STRICT
            },
            ..STRAIGHT
        },
    ),
    both(
        "says-more-after-failing",
        NO_MORE,
        says(|mouth, part| {
            let fails = part.is(Opcode::CLOSE) && mouth.failing.is_some();
            mouth.say(part);
            if fails {
                let text = mouth.frame(Opcode::TEXT, b"that was wrong");
                mouth.say(text);
            }
        }),
    ),
];

/// Whether it ends the connection, by a frame or otherwise.
fn closes(part: &Part) -> bool {
    part.is(Opcode::CLOSE) || matches!(part, Part::End(_))
}

fn behind_a_close(mouth: &mut Mouth, part: Part, more: fn(&mut Mouth) -> Part) {
    let close = part.is(Opcode::CLOSE);
    mouth.say(part);
    if close {
        let more = more(mouth);
        mouth.say(more);
    }
}

/// Puts another body into a Close that answers one.
pub(super) fn answer_by(mouth: &Mouth, frame: &mut Frame, body: fn(&[u8]) -> Vec<u8>) {
    if frame.is(Opcode::CLOSE) && mouth.failing.is_none() {
        frame.set_payload(body(&frame.payload));
    }
}

/// Puts another code into a Close that fails the connection.
fn fail_with(mouth: &Mouth, frame: &mut Frame, code: u16) {
    if frame.is(Opcode::CLOSE) && mouth.failing.is_some() {
        frame.set_payload(encode_body(Some(code), b""));
    }
}
