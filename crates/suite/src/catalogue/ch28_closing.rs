//! The closing handshake where the original does not look: begun by the testee, at
//! the same time by both, with reasons at their limits, and what comes after it.
//!
//! Sections 1, 4 and 8 ask the testee to close, by a text message that says so (see
//! docs/conventions.md). Who sends that message back does not know the convention,
//! and the case is UNIMPLEMENTED.

mod afterwards;
mod end_of_tcp;
mod reasons;

use wscheck_wire::CLOSE_COMMAND;

use super::{Chapter, RFC6455};
use crate::case::Case;
use crate::payload::Payload;
use crate::vocabulary::{
    CaseBuilder, FrameBuilder, case, close, close_with, continuation, echo, opcode, ping, text,
};

pub(super) const CHAPTER: Chapter = Chapter {
    number: 28,
    title: "Closing, further",
    sections: &[
        (1, "a Close that the testee begins"),
        (2, "the code that our Close is answered with"),
        (3, "reasons at their limits"),
        (4, "both sides close at the same time"),
        (5, "what follows our Close"),
        (6, "what the testee says when it has closed"),
        (7, "the end of TCP without a Close"),
        (8, "a Close that gets no answer"),
        (9, "a failure is told by a Close"),
    ],
};

const ANSWERED: &str = "a Close is answered by a Close, unless one was sent already";
const SERVER_ENDS: &str =
    "when a Close was sent and received the server ends TCP at once, a client may wait for it";
const REASON: &str = "a reason is UTF-8, at most 123 octets beside the code";
const TOLD: &str = "a connection is failed by a Close with an appropriate code";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = begun_by_the_testee();
    cases.extend(answered_codes());
    cases.extend(reasons::cases());
    cases.extend(at_the_same_time());
    cases.extend(afterwards::after_our_close());
    cases.extend(afterwards::after_its_close());
    cases.extend(end_of_tcp::cases());
    cases.extend(unanswered());
    cases.extend(failures());
    cases
}

/// The message that asks the testee to close.
fn command(code_and_reason: &str) -> String {
    match code_and_reason {
        "" => CLOSE_COMMAND.to_owned(),
        words => format!("{CLOSE_COMMAND} {words}"),
    }
}

/// The testee is asked to close; who echoes that does not know how.
fn asked(builder: CaseBuilder, words: &str) -> CaseBuilder {
    let command = command(words);
    builder
        .must(RFC6455, "5.5.1", ANSWERED)
        .send(text(command.as_str()))
        .ok([])
        .unimplemented([echo(command.as_str())])
}

fn begun_by_the_testee() -> Vec<Case> {
    let rows = [
        ("28.1.1", "", "without a code"),
        ("28.1.2", "1000", "with 1000"),
        ("28.1.3", "1001", "with 1001"),
        ("28.1.4", "3000", "with 3000"),
        ("28.1.5", "4999", "with 4999"),
    ];
    let mut cases: Vec<Case> = rows
        .into_iter()
        .map(|(id, words, how)| {
            let code: Option<u16> = words.parse().ok();
            asked(
                case(id, &format!("the testee is asked to close {how}")),
                words,
            )
            .must(RFC6455, "5.5.1", SERVER_ENDS)
            .fail_after(1)
            .peer_closes_with(code.or(Some(1000)))
            .differs(&format!("the Close is {how}"))
            .build()
        })
        .collect();
    let longest = "r".repeat(123);
    let wide = "ä".repeat(61);
    for (id, reason, what) in [
        ("28.1.6", "bye", "a short reason"),
        ("28.1.7", longest.as_str(), "a reason of 123 octets"),
        (
            "28.1.8",
            wide.as_str(),
            "a reason of 61 letters of two octets",
        ),
    ] {
        let title = format!("the testee is asked to close with 1000 and {what}");
        cases.push(
            asked(case(id, &title), &format!("1000 {reason}"))
                .must(RFC6455, "5.5.1", REASON)
                .fail_after(1)
                .peer_closes_with([1000])
                .with_the_reason(reason)
                .differs(&format!("the Close has {what}"))
                .build(),
        );
    }
    cases
}

/// Typically the code that came (§5.5.1); nothing binds.
fn answered_codes() -> Vec<Case> {
    let rows: [(&str, Option<u16>, &str); 4] = [
        ("28.2.1", None, "no code"),
        ("28.2.2", Some(1001), "1001"),
        ("28.2.3", Some(3000), "3000"),
        ("28.2.4", Some(4999), "4999"),
    ];
    rows.into_iter()
        .map(|(id, code, what)| {
            case(
                id,
                &format!("which code a Close with {what} is answered with"),
            )
            .informational(
                RFC6455,
                "5.5.1",
                "typically the code that came is sent back",
            )
            .seen_in("Bun#35529: an empty Close answered with 1000, 1001 rewritten")
            .send(code.map_or(opcode(8), close))
            .fail_after(1)
            .ok([])
            .no_automatic_close()
            .we_close_and_hear(code)
            .build()
        })
        .collect()
}

fn at_the_same_time() -> Vec<Case> {
    let seen = "ballerina#9031: both close at the same time, and the connection fails";
    let command = command("1001");
    let both = |id: &str, title: &str| {
        case(id, title)
            .must(RFC6455, "7.1.3", "either side may begin to close, or both")
            .must(RFC6455, "5.5.1", SERVER_ENDS)
            .seen_in(seen)
    };
    vec![
        both(
            "28.4.1",
            "the testee is asked to close, and our Close is right behind",
        )
        .send(text(command.as_str()))
        .send(close(1000))
        .fail_after(1)
        .ok([])
        .unimplemented([echo(command.as_str())])
        .no_automatic_close()
        .we_close_and_hear([1000, 1001])
        .differs("both Closes are on their way at once")
        .build(),
        both(
            "28.4.2",
            "the testee is asked to close, and our Close follows octet by octet",
        )
        .send(text(command.as_str()))
        .send(close_with(1000, "our own reason").chop(1))
        .fail_after(1)
        .ok([])
        .unimplemented([echo(command.as_str())])
        .no_automatic_close()
        .we_close_and_hear([1000, 1001])
        .differs("our Close is complete only after the testee's has come")
        .build(),
    ]
}

/// Nothing says how long a peer may wait.
fn unanswered() -> Vec<Case> {
    let seen = "websockets#73: waits for ever for the answer to its Close";
    let words = command("1000");
    vec![
        case(
            "28.8.1",
            "the testee is asked to close, and gets no answer to that",
        )
        .informational(RFC6455, "7.1.1", "TCP may be ended when that is due")
        .seen_in(seen)
        .send(text(words.as_str()))
        .no_close_answer()
        .fail_after(10)
        .ok([])
        .unimplemented([echo(words.as_str())])
        .close_is_told()
        .build(),
        case(
            "28.8.2",
            "the testee fails the connection, and gets no answer to its Close",
        )
        .informational(
            RFC6455,
            "7.1.7",
            "who fails the connection closes it, and need not wait for an answer",
        )
        .send(opcode(3).breaks("reserved-opcode"))
        .no_close_answer()
        .fail_after(10)
        .ok([])
        .close_is_told()
        .build(),
    ]
}

fn failures() -> Vec<Case> {
    let rows: Vec<(&str, &str, FrameBuilder, u16)> = vec![
        (
            "28.9.1",
            "a reserved opcode",
            opcode(3).breaks("reserved-opcode"),
            1002,
        ),
        (
            "28.9.2",
            "reserved bits",
            text("bits").rsv(3).breaks("reserved-bits"),
            1002,
        ),
        (
            "28.9.3",
            "a ping without FIN",
            ping("part").more().breaks("fragmented-control"),
            1002,
        ),
        (
            "28.9.4",
            "a ping of 126 octets",
            ping(Payload::Repeat {
                unit: b"p".to_vec(),
                length: 126,
            })
            .breaks("control-too-long"),
            1002,
        ),
        (
            "28.9.5",
            "a continuation of nothing",
            continuation("of what").breaks("continuation-without-message"),
            1002,
        ),
        (
            "28.9.6",
            "text that is not UTF-8",
            text(b"\xce\xba\xff").breaks("invalid-utf8"),
            1007,
        ),
    ];
    rows.into_iter()
        .map(|(id, what, frame, code)| {
            case(
                id,
                &format!("{what}: the failure is told by a Close with {code}"),
            )
            .should(RFC6455, "7.1.7", TOLD)
            .seen_in("Bun#35872: a breach of the protocol ends in a bare RST")
            .send(frame)
            .fail_after(1)
            .ok([])
            .peer_fails_with([code])
            .code_wished()
            .differs(&format!("the breach is {what}"))
            .build()
        })
        .collect()
}
