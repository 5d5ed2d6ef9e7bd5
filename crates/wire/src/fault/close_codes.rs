//! Close codes that nobody may send, and codes that anybody may.

use super::closing::answer_by;
use super::ear::Ear;
use super::ear::Heard;
use super::hooks::{forgives, frames, hears};
use super::rule::{both, rfc6455};
use super::{Family, Fault, Rule};
use crate::close::{CloseBody, encode_body};
use crate::frame::Opcode;
use crate::violation::Violation;

const SECTION: Rule = rfc6455(
    "7.4.1",
    "Endpoints MAY use the following pre-defined status codes when sending a Close frame",
);
const API: Rule = rfc6455(
    "7.4.1",
    "is a reserved value and MUST NOT be set as a status code in a Close control frame by an endpoint",
);

pub(super) const FAMILY: Family = Family {
    title: "Close codes",
    faults: FAULTS,
};

const FAULTS: &[Fault] = &[
    both(
        "codes-never-judged",
        rfc6455(
            "7.4.2",
            "Status codes in the range 0-999 are not used [...]. Status codes in the range 1000-2999 are reserved",
        ),
        forgives(|violation, _| matches!(violation, Violation::CloseCodeInvalid { .. })),
    ),
    both(
        "codes-below-1000-taken",
        rfc6455("7.4.2", "Status codes in the range 0-999 are not used"),
        forgives(|violation, _| is_code(violation, |code| code < 1000)),
    ),
    both(
        "codes-for-the-api-taken",
        API,
        forgives(|violation, _| is_code(violation, |code| matches!(code, 1005 | 1006 | 1015))),
    ),
    both(
        "code-1004-taken",
        rfc6455(
            "7.4.1",
            "1004 Reserved. The specific meaning might be defined in the future",
        ),
        forgives(|violation, _| is_code(violation, |code| code == 1004)),
    ),
    both(
        "undefined-codes-taken",
        rfc6455(
            "7.4.2",
            "Status codes in the range 1000-2999 are reserved for definition by this protocol",
        ),
        forgives(|violation, _| is_code(violation, |code| (1016..3000).contains(&code))),
    ),
    both(
        "codes-over-4999-taken",
        rfc6455(
            "7.4.2",
            "Status codes in the range 4000-4999 are reserved for private use",
        ),
        forgives(|violation, _| is_code(violation, |code| code > 4999)),
    ),
    both(
        "codes-but-1000-refused",
        SECTION,
        hears(|ear, heard| refuse_code(ear, heard, |code| code != 1000)),
    ),
    both(
        "codes-of-applications-refused",
        rfc6455(
            "7.4.2",
            "Status codes in the range 3000-3999 are reserved for use by libraries, frameworks, and applications",
        ),
        hears(|ear, heard| refuse_code(ear, heard, |code| code >= 3000)),
    ),
    both(
        "close-answered-with-1005",
        API,
        frames(|mouth, frame| answer_by(mouth, frame, |_| encode_body(Some(1005), b""))),
    ),
    both(
        "close-answered-with-a-code-below-1000",
        rfc6455("7.4.2", "Status codes in the range 0-999 are not used"),
        frames(|mouth, frame| answer_by(mouth, frame, |_| encode_body(Some(0), b""))),
    ),
    both(
        "empty-close-answered-with-1005",
        API,
        frames(|mouth, frame| {
            answer_by(mouth, frame, |body| match body {
                [] => encode_body(Some(1005), b""),
                body => body.to_vec(),
            })
        }),
    ),
];

fn is_code(violation: &Violation, is: fn(u16) -> bool) -> bool {
    matches!(violation, Violation::CloseCodeInvalid { code } if is(code.0))
}

/// Fails the connection for a code that is fine.
fn refuse_code(ear: &mut Ear, heard: Heard<'_>, dislikes: fn(u16) -> bool) {
    if let Heard::Payload(octets) = &heard
        && ear.header.opcode == Opcode::CLOSE
        && ear.offset == 0
        && let Some(code) = CloseBody::parse(octets).code
        && dislikes(code.0)
    {
        return ear.fail(Violation::CloseCodeInvalid { code });
    }
    ear.pass(heard);
}
