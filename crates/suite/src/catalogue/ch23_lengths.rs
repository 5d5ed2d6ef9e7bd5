//! Lengths: their forms, their bounds, and what is announced and never comes.

use wscheck_wire::LengthForm;

use super::{Chapter, RFC6455};
use crate::case::Case;
use crate::expectation::{Item, Pattern};
use crate::payload::Payload;
use crate::vocabulary::{
    CaseBuilder, FrameBuilder, answer, binary, binary_echo, case, close, close_with, continuation,
    echo, opcode, ping, pong, text,
};

pub(super) const CHAPTER: Chapter = Chapter {
    number: 23,
    title: "Lengths",
    sections: &[
        (1, "lengths in more octets than they need"),
        (2, "the most significant bit"),
        (3, "lengths that are announced and never come"),
        (4, "control frames over 125 octets"),
        (5, "reserved opcodes with much announced"),
        (6, "frames cut in two at each octet"),
        (7, "lengths around the bounds of their forms"),
        (8, "limits of messages"),
    ],
};

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

const FORMS: &str = "126 is followed by the length in 16 bits, 127 by the length in 64";
const MINIMAL: &str = "who sends a length uses as few octets as it needs";
const STREAM: &str = "what arrives is parsed as frames, however it is cut into reads";
const CONTROL: &str = "a control frame carries at most 125 octets";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(not_minimal());
    cases.extend(control_not_minimal());
    cases.extend(top_bit());
    cases.extend(never_sent());
    cases.extend(never_sent_with_memory());
    cases.extend(long_control_frames());
    cases.extend(reserved_opcodes());
    cases.extend(cut_messages());
    cases.extend(cut_control_frames());
    cases.extend(around_the_bounds());
    cases.push(limit_of_messages());
    cases
}

/// Octets of which no two neighbours are alike.
fn octets(length: u64) -> Payload {
    Payload::repeat("0123456789abcdefghijklmnopqrstuvwxyz", length)
}

/// The RFC binds the sender. Who takes such a length takes it as it is meant.
fn lenient(builder: CaseBuilder) -> CaseBuilder {
    builder
        .must(RFC6455, "5.2", FORMS)
        .must(RFC6455, "5.2", MINIMAL)
        .fail_after(1)
        .ok([])
        .either_closes_with([1000, 1002, 1003, 1007, 1008, 1011])
}

fn not_minimal() -> Vec<Case> {
    let (in_16, in_64) = (LengthForm::Bits16, LengthForm::Bits64);
    let rows: [(u64, LengthForm, &str); 7] = [
        (0, in_16, "nothing follows the length"),
        (5, in_16, "the shorter form would do by far"),
        (125, in_16, "one octet less than this form is for"),
        (0, in_64, "nothing follows a length of 8 octets"),
        (5, in_64, "all that counts stands in the last of 8 octets"),
        (126, in_64, "16 bits would do"),
        (65_535, in_64, "one octet less than this form is for"),
    ];
    let mut cases: Vec<Case> = rows
        .into_iter()
        .zip(1..)
        .map(|((length, form, apart), number)| {
            let title = format!("text of {length} octets, the length in {}", bits(form));
            let frame = text(octets(length)).length_form(form);
            lenient(
                case(&format!("23.1.{number}"), &title)
                    .differs(apart)
                    .send(frame.breaks("length-not-minimal")),
            )
            .non_strict([echo(octets(length))])
            .build()
        })
        .collect();
    for (form, number) in [(in_16, 8), (in_64, 9)] {
        let title = format!(
            "binary message whose second fragment of 5 octets has its length in {}",
            bits(form)
        );
        let second = continuation("fifth").length_form(form);
        cases.push(
            lenient(
                case(&format!("23.1.{number}"), &title)
                    .differs("a continuation, whose length adds to one before")
                    .send(binary("first").more())
                    .send(second.breaks("length-not-minimal")),
            )
            .non_strict([binary_echo("firstfifth")])
            .build(),
        );
    }
    cases
}

fn bits(form: LengthForm) -> &'static str {
    match form {
        LengthForm::Short => "7 bits",
        LengthForm::Bits16 => "16 bits",
        LengthForm::Bits64 => "64 bits",
    }
}

/// More than 7 bits say, too, that there may be more than 125 octets.
fn control_not_minimal() -> Vec<Case> {
    let long = |frame: FrameBuilder, form| {
        frame
            .length_form(form)
            .breaks("control-too-long")
            .breaks("length-not-minimal")
    };
    let (in_16, in_64) = (LengthForm::Bits16, LengthForm::Bits64);
    vec![
        lenient(
            case("23.1.10", "ping of 4 octets, the length in 16 bits")
                .differs("a control frame, for which this form is of no use")
                .send(long(ping("ping"), in_16)),
        )
        .non_strict([answer("ping")])
        .build(),
        lenient(
            case("23.1.11", "ping of 125 octets, the length in 64 bits")
                .differs("a control frame of the longest payload")
                .send(long(ping(octets(125)), in_64)),
        )
        .non_strict([answer(octets(125))])
        .build(),
        lenient(
            case(
                "23.1.12",
                "pong of 4 octets, the length in 16 bits, then a text",
            )
            .differs("a pong asks for no answer: only the text shows how it was read")
            .send(long(pong("pong"), in_16))
            .send(text("after")),
        )
        .non_strict([echo("after")])
        .build(),
        case("23.1.13", "Close with 1000, the length in 16 bits")
            .must(RFC6455, "5.2", FORMS)
            .must(RFC6455, "5.2", MINIMAL)
            .differs("who fails to read the length never answers the Close")
            .send(long(close(1000), in_16))
            .fail_after(1)
            .ok([])
            .no_automatic_close()
            .we_close_and_hear([1000, 1002])
            .or_drops()
            .build(),
    ]
}

/// On the connection before, nothing may be heard; on the last one the testee
/// serves as ever.
fn then_serves(builder: CaseBuilder) -> Case {
    builder
        .silent()
        .next_connection()
        .send(text("Hello"))
        .fail_after(5)
        .ok([echo("Hello")])
        .build()
}

const TOP: u64 = 1 << 63;

fn top_bit() -> Vec<Case> {
    let begin = |number: usize, title: &str| {
        case(&format!("23.2.{number}"), title)
            .must(
                RFC6455,
                "5.2",
                "the most significant bit of a length in 64 bits is 0",
            )
            .seen_in("Tomcat CVE-2020-13935")
            .seen_in(".NET CVE-2021-26423")
            .seen_in("NATS CVE-2026-27889")
            .seen_in("undici CVE-2026-1528")
    };
    let too_large = |frame: FrameBuilder, length| frame.announce(length).breaks("length-too-large");
    let refused = |builder: CaseBuilder, apart: &str| {
        then_serves(
            builder
                .differs(apart)
                .mark_after_millis(250, "a quarter of a second after it")
                .reset(),
        )
    };
    vec![
        refused(
            begin(1, "text of 2^63 octets announced, 5 sent").send(too_large(text("Hello"), TOP)),
            "the bit alone",
        ),
        refused(
            begin(2, "text of 2^63 + 5 octets announced, 5 sent")
                .send(too_large(text("Hello"), TOP + 5)),
            "who drops the bit has a whole text",
        ),
        refused(
            begin(3, "binary message of 2^64 - 1 octets announced, 5 sent")
                .send(too_large(binary("Hello"), u64::MAX)),
            "every bit: as a number with a sign it is -1",
        ),
        refused(
            begin(4, "text in fragments, the second of 2^63 + 4 octets")
                .send(text("frag").more())
                .send(too_large(continuation("ment"), TOP + 4)),
            "the length adds to one before",
        ),
        refused(
            begin(
                5,
                "text of 2^63 + 5 octets announced, written octet by octet",
            )
            .send(too_large(text("Hello"), TOP + 5).chop(1)),
            "the bit comes long before the rest of the length",
        ),
        refused(
            begin(
                6,
                "text of 2^64 - 3 octets announced, cut inside the length",
            )
            .send(too_large(text("Hello"), u64::MAX - 2).cut(5)),
            "a length that is small and negative as a number with a sign",
        ),
    ]
}

/// The length, as a title says it.
const NEVER_SENT: [(u64, &str, &str); 6] = [
    (
        1 << 31,
        "2^31",
        "one more than a number of 32 bits with a sign holds",
    ),
    (
        (1 << 32) - 1,
        "2^32 - 1",
        "the most that 32 bits hold: -1 with a sign",
    ),
    (1 << 32, "2^32", "0 in 32 bits"),
    ((1 << 32) + 5, "2^32 + 5", "in 32 bits just what is sent"),
    (
        1 << 53,
        "2^53",
        "where a number of floating point begins to be inexact",
    ),
    ((1 << 63) - 1, "2^63 - 1", "the most that may be announced"),
];

const LIMITS: &str = "an endpoint may set itself limits, and protects itself beyond them";
const WHOLE: &str = "a message is what its frames carry: none is there before their octets are";

fn never_sent() -> Vec<Case> {
    let begin = |number: usize, title: &str| {
        case(&format!("23.3.{number}"), title)
            .must(RFC6455, "6.2", WHOLE)
            .must(RFC6455, "10.4", LIMITS)
            .seen_in("sipgo GHSA-8h6x-h86x-75wh")
            .seen_in("libsoup CVE-2026-0716")
    };
    let waits = |builder: CaseBuilder| then_serves(builder.pause(1).reset());
    let mut cases: Vec<Case> = NEVER_SENT
        .into_iter()
        .zip(1..)
        .map(|((length, name, apart), number)| {
            let title = format!("text of {name} octets announced, 5 sent");
            let frame = text("Hello").announce(length);
            waits(begin(number, &title).differs(apart).send(frame))
        })
        .collect();
    let most = (1 << 63) - 1;
    let rows: [(&str, Vec<FrameBuilder>, &str); 4] = [
        (
            "a fragment of 4 octets, then one of 2^63 - 1 announced, 4 sent",
            vec![text("frag").more(), continuation("ment").announce(most)],
            "the sum is more than 63 bits hold",
        ),
        (
            "a fragment of 4 octets, then one of 2^32 - 4 announced, 4 sent",
            vec![
                text("frag").more(),
                continuation("ment").announce((1 << 32) - 4),
            ],
            "the sum is 0 in 32 bits",
        ),
        (
            "binary message of 2^63 - 1 octets announced, the header octet by octet",
            vec![binary("").announce(most).chop(1)],
            "nothing follows, and the header comes in pieces",
        ),
        (
            "a ping, then a text of 2^40 octets announced, cut inside the length",
            vec![ping("before"), text("Hello").announce(1 << 40).cut(5)],
            "the length stands in two reads",
        ),
    ];
    for (title, frames, apart) in rows {
        let mut builder = begin(cases.len() + 1, title)
            .seen_in("gorilla CVE-2020-27813")
            .differs(apart);
        for frame in frames {
            builder = builder.send(frame);
        }
        cases.push(waits(builder));
    }
    cases
}

/// What is announced must not be set aside before it comes.
fn never_sent_with_memory() -> Vec<Case> {
    let rows = [("1 GiB", 1 << 30, 11), ("4 GiB", 1_u64 << 32, 12)];
    rows.map(|(name, length, number)| {
        let title = format!("binary message of {name} announced, 1 KiB sent; the memory is read");
        case(&format!("23.3.{number}"), &title)
            .informational(
                RFC6455,
                "10.4",
                "limits are the endpoint's own; what it sets aside for octets that never come, too",
            )
            .seen_in("sipgo GHSA-8h6x-h86x-75wh")
            .seen_in("CWIST #119")
            .seen_in("rust-websocket CVE-2022-35922")
            .memory()
            .differs(&format!("{name} may or may not be a number of 32 bits"))
            .send(binary(octets(KIB)).announce(length))
            .pause(1)
            .reset()
            .silent()
            .next_connection()
            .send(text("Hello"))
            .fail_after(5)
            .ok([echo("Hello")])
            .build()
    })
    .into()
}

fn long_control_frames() -> Vec<Case> {
    let begin = |number: usize, title: &str| {
        case(&format!("23.4.{number}"), title)
            .must(RFC6455, "5.5", CONTROL)
            .seen_in("Bun #26944")
    };
    let long = |frame: FrameBuilder| frame.breaks("control-too-long");
    let mut cases: Vec<Case> = Vec::new();
    for (kind, frame) in [("ping", ping("")), ("pong", pong(""))] {
        for (length, apart) in [
            (126, "one octet too many"),
            (65_535, "the most that 16 bits hold"),
            (65_536, "the length in 64 bits"),
        ] {
            let title = format!("{kind} of {length} octets, then a text");
            let frame = long(frame.clone().payload(octets(length)));
            let builder = begin(cases.len() + 1, &title)
                .differs(&format!("{kind}: {apart}"))
                .send(frame)
                .send(text("after"));
            cases.push(
                builder
                    .fail_after(1)
                    .ok([])
                    .peer_fails_with([1002, 1009])
                    .build(),
            );
        }
    }
    let inside = begin(cases.len() + 1, "ping of 126 octets between two fragments")
        .differs("what is too long comes inside a message")
        .send(text("one").more())
        .send(long(ping(octets(126))))
        .send(continuation("two"));
    cases.push(
        inside
            .fail_after(1)
            .ok([])
            .peer_fails_with([1002, 1009])
            .build(),
    );
    for (length, apart) in [
        (126_usize, "Close: one octet too many"),
        (65_536, "Close: the length in 64 bits"),
    ] {
        let title = format!("Close with 1000 and a reason, {length} octets in all");
        let frame = close_with(1000, vec![b'*'; length - 2]);
        cases.push(
            begin(cases.len() + 1, &title)
                .differs(apart)
                .send(long(frame))
                .fail_after(1)
                .ok([])
                .no_automatic_close()
                .we_close_and_hear([1002, 1009])
                .or_drops()
                .build(),
        );
    }
    cases
}

/// Who reads a frame to its end before it looks at the opcode waits for what
/// never comes. That is no breach, and no good.
fn reserved_opcodes() -> Vec<Case> {
    (3..=7_u8)
        .chain(11..=15)
        .zip(1..)
        .map(|(bits, number)| {
            let title = format!("opcode {bits} with 1 MiB announced, nothing sent");
            let frame = opcode(bits).announce(MIB).breaks("reserved-opcode");
            let frame = match bits >= 8 {
                true => frame.breaks("control-too-long"),
                false => frame,
            };
            let builder = case(&format!("23.5.{number}"), &title)
                .must(RFC6455, "5.2", "an unknown opcode fails the connection")
                .seen_in("Jetty CVE-2026-19204")
                .differs(&format!("opcode {bits} by itself"))
                .send(frame);
            then_serves(
                builder
                    .mark_after_millis(250, "a quarter of a second after it")
                    .reset(),
            )
        })
        .collect()
}

/// The header of our longest frame has 14 octets. What is cut shortest comes last:
/// the first two writes of a connection may be one.
const CUTS: std::ops::RangeInclusive<u32> = 1..=15;

fn cut_case(number: usize, title: &str) -> CaseBuilder {
    case(&format!("23.6.{number}"), title)
        .must(RFC6455, "6.2", STREAM)
        .seen_in(".NET corefx #30402, #30407")
        .seen_in("Bun #42511")
}

fn cut_messages() -> Vec<Case> {
    let text_of_16 = || text("sixteen octets!!");
    let mut short = cut_case(1, "texts of 16 octets, cut after each of the first 15")
        .differs("the length stands in 7 bits");
    let mut medium = cut_case(2, "texts of 200 octets, cut after each of the first 15")
        .differs("the length stands in 16 bits");
    let mut long = cut_case(
        3,
        "binary messages of 65536 octets, cut after each of the first 15",
    )
    .differs("the length stands in 64 bits");
    let mut last = cut_case(
        4,
        "texts whose last fragment is cut after each of the first 15 octets",
    )
    .differs("the frame that is cut ends a message");
    for at in CUTS.rev() {
        short = short.send(text_of_16().cut(at));
        medium = medium.send(text(octets(200)).cut(at));
        long = long.send(binary(octets(65_536)).cut(at));
        last = last
            .send(text("frag").more())
            .send(continuation("ment, and sixteen").cut(at));
    }
    let times = CUTS.count();
    vec![
        short
            .fail_after(2)
            .ok(vec![echo("sixteen octets!!"); times])
            .build(),
        medium
            .fail_after(2)
            .ok(vec![echo(octets(200)); times])
            .build(),
        long.fail_after(5)
            .ok(vec![binary_echo(octets(65_536)); times])
            .build(),
        last.fail_after(2)
            .ok(vec![echo("fragment, and sixteen"); times])
            .build(),
    ]
}

fn cut_control_frames() -> Vec<Case> {
    let mut pings = cut_case(5, "pings cut after each of the first 15 octets")
        .differs("pings; their answers tell how they were read");
    let mut pongs = cut_case(
        6,
        "pongs cut after each of the first 15 octets, then a text",
    )
    .seen_in("Bun #26944")
    .differs("pongs, of which nothing is heard: the text tells how they were read");
    for at in CUTS.rev() {
        pings = pings.send(ping(format!("ping cut after {at}")).cut(at));
        pongs = pongs.send(pong(format!("pong cut after {at}")).cut(at));
    }
    let answers = CUTS.rev().map(|at| answer(format!("ping cut after {at}")));
    // "MAY elect to send a Pong frame for only the most recently processed Ping".
    let last = Pattern::AtLeastLast(answers.collect());
    let mut cases = vec![
        pings.fail_after(2).ok_if(last).build(),
        pongs
            .send(text("after"))
            .fail_after(2)
            .ok([echo("after")])
            .build(),
    ];
    for at in [1, 2, 3, 5, 7] {
        let title = format!("Close with 1000 and a reason, cut after {at} octets");
        cases.push(
            cut_case(cases.len() + 5, &title)
                .must(RFC6455, "5.5.1", "a Close is answered by a Close")
                .differs(&format!("a Close, cut after {at}"))
                .send(ping("before").sync())
                .send(close_with(1000, "reason").cut(at))
                .fail_after(1)
                .ok([answer("before")])
                .ok([])
                .no_automatic_close()
                .build(),
        );
    }
    cases
}

fn around_the_bounds() -> Vec<Case> {
    let begin = |number: usize, title: &str| {
        case(&format!("23.7.{number}"), title).must(RFC6455, "5.2", FORMS)
    };
    let all_at_once = |builder: CaseBuilder, lengths: std::ops::RangeInclusive<u64>| {
        let frames = lengths.clone().map(|length| binary(octets(length)));
        let echoes: Vec<Item> = lengths.map(|length| binary_echo(octets(length))).collect();
        let builder = frames.fold(builder, CaseBuilder::send);
        builder.fail_after(2).ok(echoes).build()
    };
    let mut pings = begin(6, "pings of 123, 124 and 125 octets")
        .should(
            RFC6455,
            "5.5.2",
            "a ping is answered as soon as is practical",
        )
        .differs("the longest control frames");
    for length in 123..=125 {
        pings = pings.send(ping(octets(length)));
    }
    let answers = (123..=125).map(|length| answer(octets(length)));
    vec![
        all_at_once(
            begin(1, "binary messages of 122 to 130 octets, all at once")
                .differs("between 7 bits and 16"),
            122..=130,
        ),
        all_at_once(
            begin(2, "binary message of 65534 octets").differs("two less than 16 bits can tell"),
            65_534..=65_534,
        ),
        all_at_once(
            begin(3, "binary message of 65537 octets")
                .differs("the first length of 64 bits that is 1 in 16"),
            65_537..=65_537,
        ),
        all_at_once(
            begin(4, "binary messages of 32767 and 32768 octets, both at once")
                .differs("where 16 bits with a sign end"),
            32_767..=32_768,
        ),
        each_form_in_fragments(begin(
            5,
            "binary message in fragments of 125, 126, 127, 65536 and 1 octets",
        )),
        pings
            .fail_after(1)
            .ok_if(Pattern::AtLeastLast(answers.collect()))
            .build(),
    ]
}

fn each_form_in_fragments(mut builder: CaseBuilder) -> Case {
    let lengths = [125, 126, 127, 65_536, 1];
    let whole = octets(lengths.iter().sum());
    let mut from = 0;
    for (index, length) in lengths.into_iter().enumerate() {
        let part = whole.slice(from, from + length);
        from += length;
        let frame = match index {
            0 => binary(part),
            _ => continuation(part),
        };
        let is_last = index + 1 == lengths.len();
        builder = builder.send(if is_last { frame } else { frame.more() });
    }
    builder
        .differs("each form of length within one message")
        .fail_after(2)
        .ok([binary_echo(whole)])
        .build()
}

/// Whoever refuses so much in one frame refuses it in fragments, too, when they
/// come to it.
fn limit_of_messages() -> Case {
    const WHOLE: u64 = 128 * MIB;
    case(
        "23.8.1",
        "128 MiB announced in one frame; where that is refused, as much in fragments of 1 MiB",
    )
    .should(
        RFC6455,
        "10.4",
        "who limits the size of frames limits that of messages in fragments, too",
    )
    .seen_in("autobahn-python GHSA-hxp9-w8x3-p566")
    .seen_in("undici commit b4c287b3")
    .timed()
    .memory()
    .send(binary("").announce(WHOLE))
    .pause(1)
    .reset()
    .too_big()
    .next_connection()
    .send(binary("").more())
    .repeat(continuation(octets(MIB)).more(), 128)
    .send(ping("all of it"))
    .fail_after(60)
    .ok([])
    .non_strict([answer("all of it")])
    .either_closes_with([1000, 1009, 1008, 1002, 1003, 1011])
    .build()
}
