//! Lengths that are announced, of what never comes or is more than is taken.

use super::super::RFC6455;
use super::{KIB, MIB, octets};
use crate::case::Case;
use crate::vocabulary::{
    CaseBuilder, FrameBuilder, answer, binary, case, continuation, echo, opcode, ping, text,
};

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

pub(super) fn top_bit() -> Vec<Case> {
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

pub(super) fn never_sent() -> Vec<Case> {
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
pub(super) fn never_sent_with_memory() -> Vec<Case> {
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

/// Who reads a frame to its end before it looks at the opcode waits for what
/// never comes. That is no breach, and no good.
pub(super) fn reserved_opcodes() -> Vec<Case> {
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

/// Whoever refuses so much in one frame refuses it in fragments, too, when they
/// come to it.
pub(super) fn limit_of_messages() -> Case {
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
