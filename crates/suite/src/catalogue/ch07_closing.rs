//! The closing handshake: that a Close is answered, and what it may carry.

use super::{Chapter, RFC6455};
use crate::case::Case;
use crate::expectation::{Codes, Expectation};
use crate::payload::Payload;
use crate::vocabulary::{
    CaseBuilder, case, close, close_with, continuation, echo, opcode, ping, text,
};

pub(super) const CHAPTER: Chapter = Chapter {
    number: 7,
    title: "Closing handshake",
    sections: &[
        (1, "a Close alone and among other frames"),
        (3, "the length of a Close frame's body"),
        (5, "the reason in a Close frame"),
        (7, "close codes that may be sent"),
        (9, "close codes that must not be sent"),
        (13, "close codes that no document speaks of"),
    ],
};

const ANSWER: &str = "a Close is answered by a Close, unless one was sent already";
const CLOSED: &str = "after a Close in both directions the connection is closed";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = among_other_frames();
    cases.push(close_inside_a_message());
    cases.push(behind_a_large_message());
    cases.extend(body_lengths());
    cases.push(invalid_reason());
    cases.extend(valid_codes());
    cases.extend(invalid_codes());
    cases.extend(undefined_codes());
    cases
}

/// The script closes, and nothing may be heard any more.
fn answered(builder: CaseBuilder) -> CaseBuilder {
    builder
        .fail_after(1)
        .ok([])
        .no_automatic_close()
        .wrong_code_fails()
}

/// The script sends a Close that is at fault.
fn refused(builder: CaseBuilder, codes: impl IntoIterator<Item = u16>) -> CaseBuilder {
    answered(builder).we_close_and_hear(codes).or_drops()
}

fn among_other_frames() -> Vec<Case> {
    vec![
        case("7.1.1", "text message, then a Close when its echo has come")
            .must(RFC6455, "5.5.1", ANSWER)
            .send(text("Hello World!"))
            .fail_after(1)
            .ok([echo("Hello World!")])
            .wrong_code_fails()
            .build(),
        answered(
            case("7.1.2", "two Closes in a row")
                .must(RFC6455, "5.5.1", ANSWER)
                .must(RFC6455, "5.5.1", CLOSED)
                .send(close(1000))
                .send(opcode(8)),
        )
        .build(),
        answered(
            case("7.1.3", "ping after a Close")
                .must(RFC6455, "5.5.1", ANSWER)
                .must(
                    RFC6455,
                    "5.5.2",
                    "a ping need not be answered once a Close was received",
                )
                .send(close(1000))
                .send(ping("")),
        )
        .build(),
        answered(
            case("7.1.4", "text message after a Close")
                .must(RFC6455, "5.5.1", ANSWER)
                .note(RFC6455, "1.4", "data that comes after a Close is discarded")
                .send(close(1000))
                .send(text("Hello World!").breaks("frame-after-close")),
        )
        .build(),
    ]
}

fn close_inside_a_message() -> Case {
    answered(
        case("7.1.5", "Close between the two fragments of a text message")
            .must(RFC6455, "5.5.1", ANSWER)
            .must(
                RFC6455,
                "5.4",
                "control frames in the middle of a message must be handled",
            )
            .send(text("fragment1").more())
            .send(close(1000))
            .send(continuation("fragment2").breaks("frame-after-close")),
    )
    .rfc(FRAGMENT_AFTER_CLOSE, |expect| {
        expect.close.codes.push(Codes::One(1002));
    })
    .build()
}

const FRAGMENT_AFTER_CLOSE: &str = "RFC 6455 §5.5.1 has the answer \"typically\" echo the code and \
    does not demand it, and our own fragment after the Close breaks the same section: 1002 is as \
    good an answer as 1000";

fn behind_a_large_message() -> Case {
    case(
        "7.1.6",
        "text of 262144 octets, a short text, a Close and a ping, all at once",
    )
    .informational(
        RFC6455,
        "5.5.1",
        "a Close may be answered before earlier messages are, or after",
    )
    .send(text(Payload::repeat("BAsd7&jh23", 262_144)))
    .send(text("Hello World!"))
    .send(close(1000))
    .send(ping(""))
    .fail_after(1)
    .ok([echo("Hello World!")])
    .non_strict([])
    .no_automatic_close()
    .build()
}

fn body_lengths() -> Vec<Case> {
    let legal = |id, title| case(id, title).must(RFC6455, "5.5.1", ANSWER);
    vec![
        answered(legal("7.3.1", "Close without a body").send(opcode(8))).build(),
        refused(
            case("7.3.2", "Close with a body of one octet")
                .must(RFC6455, "5.5.1", "a body begins with a code of two octets")
                .send(opcode(8).payload("a").breaks("close-length-one")),
            [1002],
        )
        .build(),
        answered(legal("7.3.3", "Close with a code and no reason").send(close(1000))).build(),
        answered(
            legal("7.3.4", "Close with a code and a short reason")
                .send(close_with(1000, "Hello World!")),
        )
        .build(),
        answered(
            legal(
                "7.3.5",
                "Close with a reason of 123 octets, the longest that fits",
            )
            .send(close_with(1000, [b'*'; 123])),
        )
        .build(),
        refused(
            case(
                "7.3.6",
                "Close with a reason of 124 octets, one more than fits",
            )
            .must(RFC6455, "5.5", "a control frame carries at most 125 octets")
            .send(close_with(1000, [b'*'; 124]).breaks("control-too-long")),
            [1002],
        )
        .build(),
    ]
}

fn invalid_reason() -> Case {
    let reason = b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited";
    refused(
        case("7.5.1", "Close with a reason that is not UTF-8")
            .must(
                RFC6455,
                "8.1",
                "octets that are to be UTF-8 and are not fail the connection",
            )
            .note(RFC6455, "5.5.1", "a reason is UTF-8")
            .send(close_with(1000, reason).breaks("close-reason-not-utf8")),
        [1002, 1007],
    )
    .build()
}

const VALID_CODES: [u16; 13] = [
    1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999,
];

fn valid_codes() -> Vec<Case> {
    let cases = VALID_CODES.into_iter().enumerate();
    cases
        .map(|(index, code)| {
            let builder = case(
                &format!("7.7.{}", index + 1),
                &format!("Close with code {code}, which may be sent"),
            )
            .must(RFC6455, "5.5.1", ANSWER)
            .note(RFC6455, valid_section(code), valid_rule(code))
            .send(close(code))
            .fail_after(1)
            .ok([])
            .we_close_and_hear([1000, code])
            .wrong_code_fails();
            if code == 1010 {
                builder
                    .rfc(FOR_CLIENTS_ALONE, |expect| {
                        expect.close.codes_from_client.push(Codes::One(1002));
                    })
                    .build()
            } else {
                builder.build()
            }
        })
        .collect()
}

const FOR_CLIENTS_ALONE: &str = "RFC 6455 §7.4.1 says of 1010 that it \"is not used by the \
    server\": a client that hears it from us may take it for a fault and answer 1002";

fn valid_section(code: u16) -> &'static str {
    if code < 3000 { "7.4.1" } else { "7.4.2" }
}

fn valid_rule(code: u16) -> &'static str {
    match code {
        ..3000 => "the code is defined for Close frames",
        3000..4000 => "codes from 3000 to 3999 are for libraries, frameworks and applications",
        _ => "codes from 4000 to 4999 are for private use",
    }
}

const INVALID_CODES: [u16; 9] = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999];

fn invalid_codes() -> Vec<Case> {
    let cases = INVALID_CODES.into_iter().enumerate();
    cases
        .map(|(index, code)| {
            let builder = case(
                &format!("7.9.{}", index + 1),
                &format!("Close with code {code}, {}", why_not(code)),
            );
            let builder = match code {
                1005 | 1006 => builder.must(
                    RFC6455,
                    "7.4.1",
                    "the code must not be set in a Close frame",
                ),
                0 | 999 => builder.note(RFC6455, "7.4.2", "codes below 1000 are not used"),
                1004 => builder.note(RFC6455, "7.4.1", "1004 is reserved for a later meaning"),
                _ => builder.note(
                    RFC6455,
                    "7.4.2",
                    "codes from 1000 to 2999 are reserved for definition by a specification",
                ),
            };
            let builder = builder
                .send(close(code).breaks("close-code-invalid"))
                .fail_after(1)
                .ok([])
                .we_close_and_hear([1002])
                .or_drops()
                .wrong_code_fails();
            let because = match code {
                0 | 999 => BELOW_ALL,
                1004 => WITHOUT_MEANING,
                1005 | 1006 => NEVER_SENT,
                _ => NOT_DEFINED,
            };
            builder.rfc(because, any_code_for_the_wire).build()
        })
        .collect()
}

fn why_not(code: u16) -> &'static str {
    match code {
        0 | 999 => "below all codes in use",
        1004 => "reserved without a meaning",
        1005 => "which stands for a Close without a code",
        1006 => "which stands for an end without a Close",
        _ => "not assigned",
    }
}

const BELOW_ALL: &str = "RFC 6455 §7.4.2 says of codes below 1000 that they \"are not used\", and \
    orders nothing of who receives one: any answer is good whose code may itself be sent, and to send \
    this one back is to use it";

const NEVER_SENT: &str = "RFC 6455 §7.4.1 says of this code that it \"MUST NOT be set\" in a Close, and \
    orders nothing of who receives one: any answer is good whose code may itself be sent, and to send \
    this one back is to set it";

const WITHOUT_MEANING: &str = "RFC 6455 §7.4.1 has 1004 \"Reserved\", and orders nothing of who \
    receives it: any answer is good whose code may itself be sent, and what is reserved is not";

const NOT_DEFINED: &str = "RFC 6455 §7.4.2 has this code \"reserved for definition\", nobody has defined \
    it yet, and nothing is ordered of who receives it: any answer is good whose code may itself be \
    sent, and this one may not";

/// Every code that may stand in a Close frame, by RFC 6455 and the registry of
/// IANA.
fn any_code_for_the_wire(expect: &mut Expectation) {
    expect.close.codes = vec![
        Codes::Range(1000, 1003),
        Codes::Range(1007, 1014),
        Codes::Range(3000, 4999),
    ];
}

fn undefined_codes() -> Vec<Case> {
    let cases = [5000, 65_535].into_iter().enumerate();
    cases
        .map(|(index, code)| {
            case(
                &format!("7.13.{}", index + 1),
                &format!("Close with code {code}, beyond all ranges"),
            )
            .informational(RFC6455, "7.4.2", "the ranges of codes end at 4999")
            .send(close(code).breaks("close-code-invalid"))
            .fail_after(1)
            .ok([])
            .we_close_and_hear([1000, code, 1002])
            .or_drops()
            .no_automatic_close()
            .build()
        })
        .collect()
}
