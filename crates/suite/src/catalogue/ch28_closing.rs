//! The closing handshake where the original does not look: begun by the testee, at
//! the same time by both, with reasons at their limits, and what comes after it.
//!
//! Sections 1, 4 and 8 ask the testee to close, by a text message that says so (see
//! docs/conventions.md). Who sends that message back does not know the convention,
//! and the case is UNIMPLEMENTED.

use wscheck_wire::CLOSE_COMMAND;

use super::{Chapter, RFC6455};
use crate::case::Case;
use crate::payload::Payload;
use crate::vocabulary::{
    CaseBuilder, FrameBuilder, answer, binary, binary_echo, case, close, close_with, continuation,
    echo, opcode, ping, text,
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
const NO_DATA: &str = "no data frame is sent after a Close";
const SERVER_ENDS: &str =
    "when a Close was sent and received the server ends TCP at once, a client may wait for it";
const REASON: &str = "a reason is UTF-8, at most 123 octets beside the code";
const DISCARDED: &str = "what comes after a Close is discarded";
const FAILED: &str = "who fails the connection processes nothing more of what comes";
const TOLD: &str = "a connection is failed by a Close with an appropriate code";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = begun_by_the_testee();
    cases.extend(answered_codes());
    cases.extend(reasons());
    cases.extend(at_the_same_time());
    cases.extend(after_our_close());
    cases.extend(after_its_close());
    cases.extend(without_a_close());
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

/// Our Close is lawful, and answered.
fn lawful_close(id: &str, title: &str, frame: FrameBuilder) -> CaseBuilder {
    case(id, title)
        .must(RFC6455, "5.5.1", ANSWERED)
        .must(RFC6455, "5.5.1", REASON)
        .send(frame)
        .fail_after(1)
        .ok([])
        .no_automatic_close()
}

/// Our Close breaks something: the testee may fail the connection by a Close with a
/// code for that, or by the end of TCP. The echo of a ping behind it would show
/// that it was taken for no Close at all.
fn unlawful_close(id: &str, title: &str, frame: FrameBuilder, codes: &[u16]) -> CaseBuilder {
    case(id, title)
        .send(frame)
        .send(ping("behind"))
        .fail_after(1)
        .ok([])
        .no_automatic_close()
        .we_close_and_hear(codes.iter().copied())
        .or_drops()
        .wrong_code_fails()
}

fn reasons() -> Vec<Case> {
    let mut cases = lawful_reasons();
    cases.extend(unlawful_reasons());
    cases
}

fn lawful_reasons() -> Vec<Case> {
    let wide = "\u{1f600}".repeat(30) + "abc";
    vec![
        lawful_close(
            "28.3.1",
            "Close with a reason of 30 letters of four octets and three of one",
            close_with(1000, &wide),
        )
        .differs("the reason has letters of four octets, up to its limit")
        .build(),
        lawful_close(
            "28.3.2",
            "Close with a reason that holds a NUL and a line end",
            close_with(1000, "a\0b\r\nc"),
        )
        .differs("the reason has control characters")
        .build(),
        lawful_close(
            "28.3.3",
            "Close with a reason of 12 octets, octet by octet",
            close_with(1000, "see you soon").chop(1),
        )
        .seen_in(".NET corefx#30402: a Close split across reads is misread")
        .differs("the Close comes octet by octet")
        .build(),
    ]
}

fn unlawful_reasons() -> Vec<Case> {
    const NOT_UTF8: [u16; 2] = [1002, 1007];
    let cut = |octets: usize| {
        let mut reason = "r".repeat(123 - octets).into_bytes();
        reason.extend_from_slice(&"\u{1f600}".as_bytes()[..octets]);
        reason
    };
    let mut cases: Vec<Case> = [
        ("28.3.4", "one octet", 1),
        ("28.3.5", "two octets", 2),
        ("28.3.6", "three octets", 3),
    ]
    .into_iter()
    .map(|(id, what, octets)| {
        unlawful_close(
            id,
            &format!("Close with a reason that ends {what} into a letter of four"),
            close_with(1000, cut(octets)).breaks("close-reason-not-utf8"),
            &NOT_UTF8,
        )
        .must(RFC6455, "5.5.1", REASON)
        .differs(&format!("the last letter is cut after {what}"))
        .build()
    })
    .collect();
    for (id, what, reason) in [
        ("28.3.7", "a surrogate", &b"ok \xed\xa0\x80"[..]),
        ("28.3.8", "an overlong form", b"ok \xc0\xaf"),
        (
            "28.3.9",
            "a code point beyond the last",
            b"ok \xf4\x90\x80\x80",
        ),
    ] {
        cases.push(
            unlawful_close(
                id,
                &format!("Close with a reason that holds {what}"),
                close_with(1000, reason).breaks("close-reason-not-utf8"),
                &NOT_UTF8,
            )
            .must(RFC6455, "5.5.1", REASON)
            .differs(&format!("the reason holds {what}"))
            .build(),
        );
    }
    cases.push(
        case("28.3.10", "Close without FIN")
            .must(RFC6455, "5.5", "control frames are not fragmented")
            .send(close(1000).more().breaks("fragmented-control"))
            .send(ping("behind"))
            .fail_after(1)
            .ok([])
            .peer_fails_with([1002])
            .differs("the frame that lacks FIN is a Close")
            .build(),
    );
    cases.push(
        unlawful_close(
            "28.3.11",
            "Close whose body has one octet",
            opcode(8).payload(b"\x03").breaks("close-length-one"),
            &[1002],
        )
        .must(RFC6455, "5.5.1", "a body begins with a code of two octets")
        .should(RFC6455, "7.1.7", TOLD)
        .code_wished()
        .build(),
    );
    cases
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

/// Our Close, and then what must make no difference any more.
fn behind_our_close(id: &str, what: &str, frames: Vec<FrameBuilder>) -> Case {
    let builder = case(id, &format!("{what} after a Close"))
        .must(RFC6455, "5.5.1", ANSWERED)
        .note(RFC6455, "1.4", DISCARDED)
        .send(close(1000));
    frames
        .into_iter()
        .fold(builder, CaseBuilder::send)
        .fail_after(1)
        .ok([])
        .no_automatic_close()
        .we_close_and_hear([1000])
        .or_drops()
        .differs(&format!("what follows is {what}"))
        .build()
}

fn after_our_close() -> Vec<Case> {
    let late = |frame: FrameBuilder| frame.breaks("frame-after-close");
    vec![
        behind_our_close("28.5.1", "a binary message", vec![late(binary("late"))]),
        behind_our_close(
            "28.5.2",
            "a message in two fragments",
            vec![late(text("la").more()), late(continuation("te"))],
        ),
        behind_our_close(
            "28.5.3",
            "a hundred pings",
            (0..100).map(|_| ping("late")).collect(),
        ),
        behind_our_close(
            "28.5.4",
            "a frame with a reserved opcode",
            vec![late(opcode(3).payload("late").breaks("reserved-opcode"))],
        ),
        behind_our_close(
            "28.5.5",
            "another Close, with another code,",
            vec![close(1001)],
        ),
        behind_our_close(
            "28.5.6",
            "text that is not UTF-8",
            vec![late(text(b"\xff").breaks("invalid-utf8"))],
        ),
        case(
            "28.5.7",
            "rest of a message whose first fragment came before a Close",
        )
        .must(RFC6455, "5.5.1", ANSWERED)
        .note(RFC6455, "1.4", DISCARDED)
        .send(text("be").more())
        .send(close(1000))
        .send(late(continuation("hind")))
        .fail_after(1)
        .ok([])
        .no_automatic_close()
        .we_close_and_hear([1000, 1002])
        .or_drops()
        .differs("the message began before the Close")
        .build(),
    ]
}

fn after_its_close() -> Vec<Case> {
    let told = command("1000");
    vec![
        case(
            "28.6.1",
            "messages right behind the one that asks the testee to close",
        )
        .must(RFC6455, "5.5.1", NO_DATA)
        .send(text(told.as_str()))
        .send(text("late"))
        .send(binary("late"))
        .fail_after(1)
        .ok([])
        .ok([echo("late")])
        .ok([echo("late"), binary_echo("late")])
        .unimplemented([echo(told.as_str()), echo("late"), binary_echo("late")])
        .peer_closes_with([1000])
        .differs("whole messages wait when the testee closes: they may be echoed before it does")
        .build(),
        case(
            "28.6.2",
            "ping right behind the message that asks the testee to close",
        )
        .must(RFC6455, "5.5.1", ANSWERED)
        .send(text(told.as_str()))
        .send(ping("late"))
        .fail_after(1)
        .ok([])
        .ok([answer("late")])
        .unimplemented([echo(told.as_str()), answer("late")])
        .unimplemented([answer("late"), echo(told.as_str())])
        .peer_closes_with([1000])
        .differs("a control frame waits when the testee closes: it may be answered")
        .build(),
        case("28.6.3", "message after a frame that fails the connection")
            .must(RFC6455, "7.1.7", FAILED)
            .send(opcode(3).breaks("reserved-opcode"))
            .send(text("late"))
            .fail_after(1)
            .ok([])
            .peer_fails_with([1002])
            .differs("a whole message follows on a reserved opcode")
            .build(),
        case("28.6.4", "message after a text that fails the connection")
            .must(RFC6455, "7.1.7", FAILED)
            .send(text(b"\xff").breaks("invalid-utf8"))
            .send(text("late"))
            .fail_after(1)
            .ok([])
            .peer_fails_with([1007])
            .differs("a message follows on text that is not UTF-8")
            .build(),
    ]
}

fn without_a_close() -> Vec<Case> {
    let rule = "a connection may end without a closing handshake at any time";
    let again = |builder: CaseBuilder| {
        builder
            .next_connection()
            .must(RFC6455, "7.1.7", "one connection's failure is no other's")
            .note(RFC6455, "7.1.5", rule)
            .send(text("still there"))
            .fail_after(1)
            .ok([echo("still there")])
    };
    vec![
        again(
            case(
                "28.7.1",
                "RST right after the opening handshake, and another connection",
            )
            .reset(),
        )
        .differs("nothing was sent before")
        .build(),
        again(
            case("28.7.2", "RST inside a frame, and another connection")
                .begin(text("Hello"))
                .part("He")
                .reset(),
        )
        .differs("a frame was begun")
        .build(),
        again(
            case("28.7.3", "RST inside a message, and another connection")
                .send(text("Hel").more())
                .reset(),
        )
        .differs("a message was begun")
        .build(),
        again(
            case("28.7.4", "FIN inside a frame, and another connection")
                .begin(text("Hello"))
                .part("He")
                .half_close()
                .fail_after(1),
        )
        .differs("TCP ends in order inside a frame")
        .build(),
        case("28.7.5", "text, then FIN without a Close: what comes of it")
            .informational(
                RFC6455,
                "7.1.4",
                "the testee may still answer, or end the connection at once",
            )
            .send(text("half"))
            .half_close()
            .fail_after(1)
            .ok([echo("half")])
            .close_is_told()
            .build(),
        case("28.7.6", "Close, then FIN at once")
            .must(RFC6455, "5.5.1", ANSWERED)
            .may(RFC6455, "7.1.1", "a client may end TCP at any time")
            .send(close(1000))
            .half_close()
            .fail_after(1)
            .ok([])
            .no_automatic_close()
            .we_close_and_hear([1000])
            .or_drops()
            .differs("TCP is ended together with the Close")
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
