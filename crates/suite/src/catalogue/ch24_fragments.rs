//! Fragments, beyond chapter 5: of both kinds, empty, very many, never the last.

use super::{Chapter, RFC6455};
use crate::case::Case;
use crate::expectation::{Item, Pattern};
use crate::payload::Payload;
use crate::vocabulary::{
    CaseBuilder, FrameBuilder, answer, binary, binary_echo, case, close, close_with, continuation,
    echo, ping, pong, text,
};

pub(super) const CHAPTER: Chapter = Chapter {
    number: 24,
    title: "Fragments",
    sections: &[
        (1, "messages inside messages"),
        (2, "empty fragments"),
        (3, "very many fragments"),
        (4, "control frames between all fragments"),
        (5, "Closes between fragments"),
        (6, "continuations of nothing"),
        (7, "messages that never end"),
        (8, "UTF-8 that is wrong late"),
    ],
};

const INTERLEAVED: &str = "fragments of one message must not stand among those of another";
const SUPPORT: &str = "fragmented messages must be received as well as unfragmented ones";
const BETWEEN: &str = "control frames in the middle of a fragmented message must be handled";
const SEQUENCE: &str = "a message begins with a data opcode, and only what follows has opcode 0";
const LIMITS: &str = "an endpoint may set itself limits, and protects itself beyond them";
const INVALID: &str = "a text that is not valid UTF-8 fails the connection";
const CUT: &str = "a frame may end inside a code point; only the message as a whole must be UTF-8";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(inside_messages());
    cases.extend(empty_fragments());
    cases.extend(many_fragments());
    cases.extend(control_frames_between());
    cases.extend(closes_between());
    cases.extend(stray_continuations());
    cases.extend(never_ended());
    cases.extend(late_utf8());
    cases
}

fn begin(section: u16, number: usize, title: &str) -> CaseBuilder {
    case(&format!("24.{section}.{number}"), title)
}

fn send_all(builder: CaseBuilder, frames: impl IntoIterator<Item = FrameBuilder>) -> CaseBuilder {
    frames.into_iter().fold(builder, CaseBuilder::send)
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    Binary,
}

impl Kind {
    const BOTH: [Self; 2] = [Self::Text, Self::Binary];

    fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Binary => "binary",
        }
    }

    fn frame(self, payload: impl Into<Payload>) -> FrameBuilder {
        match self {
            Self::Text => text(payload),
            Self::Binary => binary(payload),
        }
    }

    fn echo(self, payload: impl Into<Payload>) -> Item {
        match self {
            Self::Text => echo(payload),
            Self::Binary => binary_echo(payload),
        }
    }
}

fn inside_messages() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for outer in Kind::BOTH {
        for inner in Kind::BOTH {
            for fin in [true, false] {
                cases.push(inside(cases.len() + 1, outer, inner, fin));
            }
        }
    }
    for (outer, inner) in [(Kind::Text, Kind::Binary), (Kind::Binary, Kind::Text)] {
        let title = format!(
            "{} with FIN inside a {} message, behind its second fragment",
            inner.word(),
            outer.word()
        );
        let builder = begin(1, cases.len() + 1, &title)
            .must(RFC6455, "5.4", INTERLEAVED)
            .differs("the frame before is a continuation")
            .send(outer.frame("one").more())
            .send(continuation("two").more())
            .send(inner.frame("inside").breaks("data-inside-message"))
            .send(continuation("three").breaks("continuation-without-message"));
        cases.push(must_fail(builder, [], 1002));
    }
    cases
}

fn inside(number: usize, outer: Kind, inner: Kind, fin: bool) -> Case {
    let (how, apart) = match fin {
        true => ("with", "the inner one would be whole"),
        false => ("without", "the last fragment could be of either"),
    };
    let title = format!(
        "{} {how} FIN inside a {} message",
        inner.word(),
        outer.word()
    );
    let wrong = inner.frame("inside").breaks("data-inside-message");
    let end = continuation("end");
    let (wrong, end) = match fin {
        true => (wrong, end.breaks("continuation-without-message")),
        false => (wrong.more(), end),
    };
    let builder = begin(1, number, &title)
        .must(RFC6455, "5.4", INTERLEAVED)
        .seen_in("Bun #33010, #33011")
        .differs(&format!("{} in {}: {apart}", inner.word(), outer.word()))
        .send(outer.frame("begin").more())
        .send(wrong)
        .send(end);
    must_fail(builder, [], 1002)
}

fn must_fail(builder: CaseBuilder, before: impl IntoIterator<Item = Item>, code: u16) -> Case {
    let before: Vec<Item> = before.into_iter().collect();
    let heard = match before.is_empty() {
        true => Pattern::Exactly(before),
        false => Pattern::AnyPrefix(before),
    };
    builder
        .fail_after(1)
        .ok_if(heard)
        .peer_fails_with([code])
        .build()
}

/// Frames of one message.
struct Message {
    title: &'static str,
    frames: Vec<FrameBuilder>,
    heard: Vec<Item>,
    differs: &'static str,
}

/// One, two, three and four octets a character.
const CHARACTERS: &str = "aµ€𝄞zß✓😀";

fn empty_fragments() -> Vec<Case> {
    let rows = empty_ones().into_iter().zip(1..);
    rows.map(|(row, number)| {
        let builder = begin(2, number, row.title)
            .must(RFC6455, "5.4", SUPPORT)
            .differs(row.differs);
        send_all(builder, row.frames)
            .fail_after(1)
            .ok(row.heard)
            .build()
    })
    .collect()
}

fn empty_ones() -> Vec<Message> {
    let none = || continuation("").more();
    let hello = |frames: Vec<FrameBuilder>| (frames, vec![echo("Hello")]);
    let rows = [
        (
            "text whose first fragment is empty",
            hello(vec![text("").more(), continuation("Hello")]),
            "nothing says yet what the text is",
        ),
        (
            "text with an empty fragment between two others",
            hello(vec![text("Hel").more(), none(), continuation("lo")]),
            "nothing is added",
        ),
        (
            "text whose last fragment is empty",
            hello(vec![text("Hello").more(), continuation("")]),
            "the end comes by itself",
        ),
        (
            "text of three empty fragments",
            (
                vec![text("").more(), none(), continuation("")],
                vec![echo("")],
            ),
            "the message is empty, and yet it is one",
        ),
        (
            "binary message of three empty fragments",
            (
                vec![binary("").more(), none(), continuation("")],
                vec![binary_echo("")],
            ),
            "the message is empty and binary",
        ),
        (
            "text whose only octets stand between ten empty fragments",
            hello(
                [
                    vec![text("").more()],
                    vec![none(); 4],
                    vec![continuation("Hello").more()],
                    vec![none(); 4],
                    vec![continuation("")],
                ]
                .concat(),
            ),
            "several empty ones in a row",
        ),
        (
            "text of empty fragments, then a whole text",
            (
                vec![text("").more(), continuation(""), text("Hello")],
                vec![echo(""), echo("Hello")],
            ),
            "the message that follows is another",
        ),
        (
            "text and binary messages in turns, each ended by an empty fragment",
            (
                vec![
                    text("Hello").more(),
                    continuation(""),
                    binary("Hello").more(),
                    continuation(""),
                    text("again").more(),
                    continuation(""),
                ],
                vec![echo("Hello"), binary_echo("Hello"), echo("again")],
            ),
            "each message is of the kind of its first fragment",
        ),
    ];
    let mut all: Vec<Message> = rows
        .into_iter()
        .map(|(title, (frames, heard), differs)| Message {
            title,
            frames,
            heard,
            differs,
        })
        .collect();
    all.push(split_characters());
    all
}

/// Each octet is a fragment, and an empty one stands between each two.
fn split_characters() -> Message {
    let octets = CHARACTERS.as_bytes();
    let mut frames = vec![text(&octets[..1]).more()];
    for octet in &octets[1..] {
        frames.push(continuation("").more());
        frames.push(continuation(std::slice::from_ref(octet)).more());
    }
    frames.push(continuation(""));
    Message {
        title: "text with each octet in a fragment, and empty fragments between them",
        frames,
        heard: vec![echo(CHARACTERS)],
        differs: "the empty fragments stand inside code points",
    }
}

const MANY: u32 = 100_000;

fn many_fragments() -> Vec<Case> {
    let one = |kind: Kind| kind.frame("*").more();
    let rows: [(u32, Kind, &str, &str); 7] = [
        (1000, Kind::Text, "*", "as many as nobody need refuse"),
        (
            1000,
            Kind::Binary,
            "",
            "as many as nobody need refuse, and empty",
        ),
        (10_000, Kind::Text, "*", "each octet for itself"),
        (10_000, Kind::Binary, "", "empty ones"),
        (
            MANY,
            Kind::Text,
            "*",
            "time and memory for each fragment tell",
        ),
        (MANY, Kind::Binary, "*", "nothing looks into the octets"),
        (MANY, Kind::Text, "", "no limit on octets is ever reached"),
    ];
    let cases = rows.into_iter().zip(1..);
    cases
        .map(|((count, kind, octets, apart), number)| {
            let what = match octets {
                "" => "empty fragments between two of an octet",
                _ => "fragments of an octet",
            };
            let title = format!("{} message of {count} {what}", kind.word());
            let length = match octets {
                "" => 2,
                _ => u64::from(count),
            };
            let between = match octets {
                "" => count,
                _ => count - 2,
            };
            let mut builder = begin(3, number, &title)
                .must(RFC6455, "5.4", SUPPORT)
                .differs(apart)
                .send(one(kind))
                .repeat(continuation(octets).more(), between)
                .send(continuation("*"));
            let whole = kind.echo(Payload::repeat("*", length));
            if count <= 1000 {
                return builder.fail_after(5).ok([whole]).build();
            }
            for reference in [
                "ws CVE-2026-48779",
                "undici CVE-2026-12151",
                "bandit CVE-2026-42786",
                "netty GHSA-7vpq-g998-qpv7",
            ] {
                builder = builder.seen_in(reference);
            }
            if count == MANY {
                builder = builder.timed().memory();
            }
            builder
                .may(RFC6455, "10.4", LIMITS)
                .fail_after(30)
                .ok_if(Pattern::AnyPrefix(vec![whole]))
                .either_closes_with([1000, 1002, 1008, 1009, 1011])
                .build()
        })
        .collect()
}

fn control_frames_between() -> Vec<Case> {
    type Between = fn(usize) -> Vec<FrameBuilder>;
    let rows: [(&str, Between, &str); 6] = [
        (
            "pings",
            |nth| vec![ping(format!("ping {nth}"))],
            "each is answered, or the last",
        ),
        (
            "empty pings",
            |_| vec![ping("")],
            "nothing to be told apart by",
        ),
        (
            "pings of 125 octets",
            |_| vec![ping(Payload::repeat("*", 125))],
            "the longest that there are, longer than any fragment",
        ),
        (
            "pongs",
            |nth| vec![pong(format!("pong {nth}"))],
            "nothing is to be answered",
        ),
        (
            "a ping and a pong",
            |nth| vec![ping(format!("ping {nth}")), pong(format!("pong {nth}"))],
            "two control frames in a row",
        ),
        (
            "pings, a write for each frame",
            |nth| vec![ping(format!("ping {nth}")).sync()],
            "each frame comes in a read of its own",
        ),
    ];
    let mut cases: Vec<Case> = Vec::new();
    for kind in Kind::BOTH {
        for (what, between, apart) in rows {
            let title = format!(
                "{} message of ten fragments, between them {what}",
                kind.word()
            );
            let builder = begin(4, cases.len() + 1, &title)
                .must(RFC6455, "5.4", BETWEEN)
                .should(
                    RFC6455,
                    "5.5.2",
                    "a ping is answered as soon as is practical",
                )
                .differs(&format!("{}: {apart}", kind.word()));
            cases.push(between_all(builder, kind, between));
        }
    }
    cases
}

fn between_all(
    mut builder: CaseBuilder,
    kind: Kind,
    between: fn(usize) -> Vec<FrameBuilder>,
) -> Case {
    let mut heard = Vec::new();
    for nth in 0..10 {
        let part = format!("part {nth}. ");
        let frame = match nth {
            0 => kind.frame(part),
            _ => continuation(part),
        };
        if nth == 9 {
            builder = builder.send(frame);
            break;
        }
        builder = send_all(builder.send(frame.more()), between(nth));
        let pings = between(nth).into_iter().map(FrameBuilder::into_frame);
        let pings = pings.filter(|frame| frame.opcode == wscheck_wire::Opcode::PING);
        heard.extend(pings.map(|frame| Item::Pong(frame.payload)));
    }
    let whole: String = (0..10).map(|nth| format!("part {nth}. ")).collect();
    heard.push(kind.echo(whole));
    // "MAY elect to send a Pong frame for only the most recently processed Ping".
    builder
        .fail_after(2)
        .ok_if(Pattern::AtLeastLast(heard))
        .build()
}

fn closes_between() -> Vec<Case> {
    let begin = |number, title| {
        begin(5, number, title).must(RFC6455, "5.4", BETWEEN).must(
            RFC6455,
            "5.5.1",
            "a Close is answered by a Close, unless one was sent already",
        )
    };
    let answered = |builder: CaseBuilder, codes: &[u16]| {
        builder
            .fail_after(1)
            .ok([])
            .no_automatic_close()
            .we_close_and_hear(codes.iter().copied())
            .build()
    };
    vec![
        answered(
            begin(1, "Close behind the first fragment of a text")
                .differs("the message never ends")
                .send(text("frag").more())
                .send(close(1000)),
            &[1000, 1001, 1002],
        ),
        answered(
            begin(
                2,
                "Close with a reason behind the second fragment of a binary message",
            )
            .differs("the Close has a payload, as the fragments have")
            .send(binary("one").more())
            .send(continuation("two").more())
            .send(close_with(1001, "going")),
            &[1000, 1001, 1002],
        ),
        answered(
            begin(3, "Close between two fragments of a binary message")
                .differs("the message ends behind the Close, and is not to be heard")
                .send(binary("one").more())
                .send(close(1000))
                .send(continuation("two").breaks("frame-after-close")),
            &[1000, 1001, 1002],
        ),
        answered(
            begin(4, "Close behind a hundred fragments of a text")
                .differs("much waits for an end that does not come")
                .send(text("*").more())
                .repeat(continuation("*").more(), 99)
                .send(close(3000)),
            &[1000, 1001, 1002, 3000],
        ),
    ]
}

fn stray_continuations() -> Vec<Case> {
    let stray = |payload: &str| continuation(payload).breaks("continuation-without-message");
    let rows: [(&str, Vec<FrameBuilder>, Vec<Item>, &str); 8] = [
        (
            "empty continuation with FIN as the first frame",
            vec![stray("")],
            vec![],
            "nothing would be the whole message",
        ),
        (
            "empty continuation without FIN as the first frame",
            vec![stray("").more()],
            vec![],
            "nothing begins, and does not end",
        ),
        (
            "continuation of 126 octets with FIN as the first frame",
            vec![stray(&"*".repeat(126))],
            vec![],
            "the length stands in 16 bits",
        ),
        (
            "empty continuation with FIN behind a whole text",
            vec![text("before"), stray("")],
            vec![echo("before")],
            "the text has ended, by its own FIN",
        ),
        (
            "continuation with FIN behind a text in fragments",
            vec![text("be").more(), continuation("fore"), stray("more")],
            vec![echo("before")],
            "the text has ended, by that of its last fragment",
        ),
        (
            "continuation with FIN behind an empty text",
            vec![text(""), stray("more")],
            vec![echo("")],
            "an empty text has ended, too",
        ),
        (
            "continuation without FIN behind a binary message, and its end",
            vec![binary("before"), stray("one").more(), continuation("two")],
            vec![binary_echo("before")],
            "a message that never began has an end",
        ),
        (
            "continuation with FIN behind a ping",
            vec![ping("before"), stray("more")],
            vec![answer("before")],
            "a ping begins no message",
        ),
    ];
    rows.into_iter()
        .zip(1..)
        .map(|((title, frames, before, apart), number)| {
            let builder = begin(6, number, title)
                .must(RFC6455, "5.4", SEQUENCE)
                .differs(apart);
            must_fail(send_all(builder, frames), before, 1002)
        })
        .collect()
}

const OPEN_ENDED: &str = "nothing is said of how long a message may take; limits are the \
    endpoint's own";

fn never_ended() -> Vec<Case> {
    let begin =
        |number, title: &str| begin(7, number, title).informational(RFC6455, "10.4", OPEN_ENDED);
    let slow = begin(
        1,
        "text in fragments that never ends, with pings between them",
    )
    .send(text("one").more())
    .send(ping("first"))
    .pause(1)
    .send(continuation("two").more())
    .send(ping("second"))
    .close_after(1)
    .ok([answer("first"), answer("second")])
    .non_strict([])
    .build();
    let much = |number, title: &str, fragment: &str| {
        begin(number, title)
            .seen_in("ws CVE-2026-48779")
            .seen_in("undici CVE-2026-12151")
            .timed()
            .memory()
            .differs(title)
            .send(text("*").more())
            .repeat(continuation(fragment).more(), MANY)
            .send(ping("all of it"))
            .close_after(5)
            .ok([answer("all of it")])
            .build()
    };
    vec![
        slow,
        much(
            2,
            "text of 100000 fragments of an octet that never ends; the memory is read",
            "*",
        ),
        much(
            3,
            "text of 100000 empty fragments that never ends; the memory is read",
            "",
        ),
    ]
}

fn late_utf8() -> Vec<Case> {
    let begin = |number, title: &str, apart: &str| {
        begin(8, number, title)
            .must(RFC6455, "8.1", INVALID)
            .differs(apart)
    };
    let bad = |frame: FrameBuilder| frame.breaks("invalid-utf8");
    let with = |before: usize, octets: &[u8], after: usize| {
        [&vec![b'a'; before][..], octets, &vec![b'z'; after]].concat()
    };
    let whole: [(&str, Vec<u8>, &str); 5] = [
        (
            "text of 64 octets, the 40th of them 0xff",
            with(39, b"\xff", 24),
            "past what a register holds, and not the last",
        ),
        (
            "text of 17 octets, the last of them 0xff",
            with(16, b"\xff", 0),
            "one octet more than 16",
        ),
        (
            "text of 1000 octets with an encoded surrogate at the end",
            with(997, b"\xed\xa0\x80", 0),
            "each octet may stand in a text, but not these together",
        ),
        (
            "text of 70000 octets with a slash in two octets near the end",
            with(69_990, b"\xc0\xaf", 8),
            "the text comes in more than one read",
        ),
        (
            "text of 33 octets, the last of them a continuation octet without a start",
            with(32, b"\x80", 0),
            "one octet more than 32",
        ),
    ];
    let mut cases: Vec<Case> = whole
        .into_iter()
        .zip(1..)
        .map(|((title, octets, apart), number)| {
            must_fail(
                begin(number, title, apart).send(bad(text(octets))),
                [],
                1007,
            )
        })
        .collect();
    let cut_off = begin(
        6,
        "text of 100 octets that ends inside a code point",
        "all but the end is good",
    )
    .send(text(with(98, b"\xe2\x82", 0)).breaks("truncated-utf8"));
    cases.push(must_fail(cut_off, [], 1007));
    let mut last = begin(
        7,
        "text in 50 fragments of 20 octets, a bad octet in the last",
        "49 fragments were good",
    )
    .send(text(with(20, b"", 0)).more());
    last = last.repeat(continuation(with(20, b"", 0)).more(), 48);
    cases.push(must_fail(
        last.send(bad(continuation(with(18, b"\xff", 1)))),
        [],
        1007,
    ));
    let across = begin(
        8,
        "code point that begins in one fragment and goes on wrongly in the next",
        "each fragment could be part of a good text",
    )
    .must(RFC6455, "5.6", CUT)
    .send(text(with(20, b"\xe2\x82", 0)).more())
    .send(continuation("").more())
    .send(bad(continuation(with(0, b"z", 20))));
    cases.push(must_fail(across, [], 1007));
    cases
}
