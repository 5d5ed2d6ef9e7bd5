//! Masking: that it is demanded, refused and undone, and what keys are made of.

use super::{Chapter, RFC6455};
use crate::case::{Case, Masking, Testee};
use crate::expectation::{Item, Pattern};
use crate::payload::Payload;
use crate::vocabulary::{
    CaseBuilder, FrameBuilder, answer, binary, binary_echo, case, close, continuation, echo, ping,
    pong, text,
};

pub(super) const CHAPTER: Chapter = Chapter {
    number: 22,
    title: "Masking",
    sections: &[
        (
            1,
            "unmasked frames to a server, as the first of a connection",
        ),
        (2, "unmasked frames to a server, among masked ones"),
        (3, "masked frames to a client, as the first of a connection"),
        (4, "masked frames to a client, among unmasked ones"),
        (5, "masks that are to be undone"),
        (6, "the keys of a client"),
    ],
};

const ALGORITHM: &str =
    "octet i of a payload is masked by octet i modulo 4 of the key of its frame, and so unmasked";
const FRESH: &str = "a client picks a fresh key for each frame, from a strong source of entropy, \
    and no key tells the next one";

/// What a frame of ours does wrong here, and who must close for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    /// To a server.
    Unmasked,
    /// To a client.
    Masked,
}

impl Wrong {
    fn word(self) -> &'static str {
        match self {
            Self::Unmasked => "unmasked",
            Self::Masked => "masked",
        }
    }

    /// The section of those alone; that of those among good frames follows it.
    fn section(self) -> u16 {
        match self {
            Self::Unmasked => 1,
            Self::Masked => 3,
        }
    }

    fn frame(self, frame: FrameBuilder) -> FrameBuilder {
        match self {
            Self::Unmasked => frame.masking(Masking::Off).breaks("unmasked-frame"),
            Self::Masked => frame.masking(Masking::On).breaks("masked-frame"),
        }
    }

    fn begin(self, section: u16, number: usize, title: &str) -> CaseBuilder {
        let id = format!("22.{section}.{number}");
        match self {
            Self::Unmasked => case(&id, title).only(Testee::Server).must(
                RFC6455,
                "5.1",
                "a server closes the connection when a frame is not masked",
            ),
            Self::Masked => case(&id, title).only(Testee::Client).must(
                RFC6455,
                "5.1",
                "a client closes the connection when a frame is masked",
            ),
        }
    }
}

/// The references of the RFC's own role first.
const SEEN_UNMASKED: [&str; 6] = [
    "ws #1679, commit 4f293a87",
    "WebSocket-Node #226",
    "glaze #2674",
    "http4s #7950",
    "Bun #32820",
    "bandit GHSA-rhh8-5xw9-c3gm",
];
const SEEN_MASKED: [&str; 3] = ["Bun #35526", "websocket_client #82", "ws #1679"];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for wrong in [Wrong::Unmasked, Wrong::Masked] {
        cases.extend(alone(wrong));
        cases.extend(among_good_ones(wrong));
    }
    cases.extend(alignments());
    cases.extend(odd_keys());
    cases.extend(keys_of_a_client());
    cases
}

/// Whatever came before may be answered; of the frame itself and of what follows
/// nothing.
fn must_close(builder: CaseBuilder, before: impl IntoIterator<Item = Item>) -> Case {
    builder
        .send(text("after"))
        .fail_after(1)
        .ok_if(prefix(before))
        .peer_fails_with(CODES)
        .build()
}

/// 1002 MAY be said, and so may be what else fits.
const CODES: [u16; 5] = [1002, 1003, 1007, 1008, 1011];

fn prefix(items: impl IntoIterator<Item = Item>) -> Pattern {
    let items: Vec<Item> = items.into_iter().collect();
    match items.is_empty() {
        true => Pattern::Exactly(items),
        false => Pattern::AnyPrefix(items),
    }
}

/// Octets, and what sets a frame of that length apart.
const LENGTHS: [(u64, &str); 5] = [
    (0, "there is nothing to be unmasked, and yet the bit counts"),
    (1, "the shortest payload"),
    (125, "the longest length that stands in 7 bits"),
    (126, "the length stands in 16 bits, behind the mask bit"),
    (
        65_536,
        "the length stands in 64 bits, and the payload comes in more than one read",
    ),
];

fn alone(wrong: Wrong) -> Vec<Case> {
    let mut rows: Vec<(String, FrameBuilder, String)> = Vec::new();
    for (kind, frame) in [("text", text("")), ("binary", binary(""))] {
        for (length, apart) in LENGTHS {
            let frame = frame.clone().payload(Payload::repeat("abcdefgh", length));
            rows.push((
                format!("{kind} of {length} octets"),
                frame,
                format!("{kind}: {apart}"),
            ));
        }
    }
    for (kind, frame) in [("ping", ping("")), ("pong", pong(""))] {
        for (length, apart) in &LENGTHS[..3] {
            let frame = frame.clone().payload(Payload::repeat("abcdefgh", *length));
            rows.push((
                format!("{kind} of {length} octets"),
                frame,
                format!("{kind}: {apart}"),
            ));
        }
    }
    let word = wrong.word();
    let mut cases: Vec<Case> = rows
        .into_iter()
        .map(|(what, frame, apart)| (format!("{word} {what}"), wrong.frame(frame), apart))
        .zip(1..)
        .map(|((title, frame, apart), number)| {
            let builder = wrong.begin(wrong.section(), number, &title).send(frame);
            must_close(seen(builder, wrong).differs(&apart), [])
        })
        .collect();
    for (kind, frame) in [("text", text("frag")), ("binary", binary("frag"))] {
        let title = format!("{word} {kind} without FIN, ended by a good continuation");
        let builder = wrong
            .begin(wrong.section(), cases.len() + 1, &title)
            .send(wrong.frame(frame.more()))
            .send(continuation("ment"));
        let apart = format!("the fault is over before the {kind} is whole");
        cases.push(must_close(builder.differs(&apart), []));
    }
    if wrong == Wrong::Masked {
        cases.extend(masked_by_zeros(cases.len() + 1));
    }
    cases.push(lone_close(wrong, cases.len() + 1));
    cases
}

/// A key of zeros changes no octet.
fn masked_by_zeros(first: usize) -> Vec<Case> {
    let rows = [("text", text("zeros")), ("ping", ping("zeros"))];
    rows.into_iter()
        .zip(first..)
        .map(|((kind, frame), number)| {
            let title = format!("{kind} masked by a key of zeros");
            let frame = frame.masking(Masking::Key([0; 4])).breaks("masked-frame");
            let builder = Wrong::Masked.begin(3, number, &title).send(frame);
            let apart = format!("{kind}: masked and unmasked octets are the same");
            must_close(builder.differs(&apart), [])
        })
        .collect()
}

/// Whoever answers as if nothing were wrong closes the connection, too.
fn lone_close(wrong: Wrong, number: usize) -> Case {
    let (id, word) = (format!("22.{}.{number}", wrong.section()), wrong.word());
    let testee = match wrong {
        Wrong::Unmasked => Testee::Server,
        Wrong::Masked => Testee::Client,
    };
    case(&id, &format!("{word} Close with 1000"))
        .only(testee)
        .informational(
            RFC6455,
            "5.1",
            "the connection is to be closed for the mask; 1002 is a code that may be sent then",
        )
        .differs("what is answered looks the same, for whatever reason")
        .send(wrong.frame(close(1000)))
        .fail_after(1)
        .ok([])
        .no_automatic_close()
        .we_close_and_hear([1002])
        .or_drops()
        .build()
}

fn seen(mut builder: CaseBuilder, wrong: Wrong) -> CaseBuilder {
    let references: &[&str] = match wrong {
        Wrong::Unmasked => &SEEN_UNMASKED,
        Wrong::Masked => &SEEN_MASKED,
    };
    for reference in references {
        builder = builder.seen_in(reference);
    }
    builder
}

/// Steps of a case, and what of them may be answered.
struct Among {
    title: &'static str,
    frames: Vec<FrameBuilder>,
    before: Vec<Item>,
    differs: &'static str,
}

fn among_good_ones(wrong: Wrong) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for row in among(|frame| wrong.frame(frame)) {
        let title = row.title.replace("wrong", wrong.word());
        let number = cases.len() + 1;
        let mut builder = wrong.begin(wrong.section() + 1, number, &title);
        for frame in row.frames {
            builder = builder.send(frame);
        }
        if wrong == Wrong::Unmasked {
            builder = builder.seen_in("facil.io #169");
        }
        cases.push(must_close(builder.differs(row.differs), row.before));
    }
    cases
}

fn among(wrong: impl Fn(FrameBuilder) -> FrameBuilder) -> Vec<Among> {
    let first = || text("first");
    let long = Payload::repeat("abcdefgh", 65_536);
    vec![
        Among {
            title: "wrong text after a good one",
            frames: vec![first(), wrong(text("second"))],
            before: vec![echo("first")],
            differs: "a peer that looks at the first frame alone takes the second",
        },
        Among {
            title: "wrong text between two good ones",
            frames: vec![first(), wrong(text("second")), text("third")],
            before: vec![echo("first")],
            differs: "a peer that skips the frame goes on with the third",
        },
        Among {
            title: "wrong ping after a good text",
            frames: vec![first(), wrong(ping("second"))],
            before: vec![echo("first")],
            differs: "control frames may be read elsewhere than messages",
        },
        Among {
            title: "wrong pong after a good ping",
            frames: vec![ping("first"), wrong(pong("second"))],
            before: vec![answer("first")],
            differs: "a pong asks for no answer, so only the end shows that it was judged",
        },
        Among {
            title: "wrong last fragment of a text",
            frames: vec![text("frag").more(), wrong(continuation("ment"))],
            before: vec![],
            differs: "what is joined to a message was not masked as its beginning",
        },
        Among {
            title: "wrong fragment between two of a text",
            frames: vec![
                text("one").more(),
                wrong(continuation("two").more()),
                continuation("three"),
            ],
            before: vec![],
            differs: "the message begins and ends well",
        },
        Among {
            title: "wrong empty fragment between two of a text",
            frames: vec![
                text("one").more(),
                wrong(continuation("").more()),
                continuation("three"),
            ],
            before: vec![],
            differs: "nothing of the message is at fault but an empty frame",
        },
        Among {
            title: "wrong ping between two fragments of a text",
            frames: vec![
                text("one").more(),
                wrong(ping("between")),
                continuation("two"),
            ],
            before: vec![],
            differs: "the message itself is masked well",
        },
        Among {
            title: "wrong text written octet by octet, after a good one",
            frames: vec![first(), wrong(text("second")).chop(1)],
            before: vec![echo("first")],
            differs: "the header comes in pieces, the mask bit before the rest",
        },
        Among {
            title: "wrong binary of 65536 octets after a good text",
            frames: vec![first(), wrong(binary(long))],
            before: vec![echo("first")],
            differs: "the fault is known long before the payload is there",
        },
    ]
}

/// Octets of which no two neighbours are alike, wherever a key is laid on them.
const MARKED: &str = "0123456789abcdefghijklmnopqrstuvwxyz";

fn alignments() -> Vec<Case> {
    let chopped = (1..=8_u32).map(|octets| {
        let title = format!("texts of 1 to 17 octets, written {octets} octets at a time");
        let mut builder = case(&format!("22.5.{octets}"), &title)
            .must(RFC6455, "5.3", ALGORITHM)
            .seen_in("Boost.Beast #1030")
            .differs(&format!(
                "reads begin at each multiple of {octets} in a frame"
            ));
        for length in 1..=17 {
            builder = builder.send(text(&MARKED[..length]).chop(octets));
        }
        let echoes = (1..=17).map(|length| echo(&MARKED[..length]));
        builder.fail_after(2).ok(echoes).build()
    });
    let all_lengths = || (0..=130).map(|length| Payload::repeat(MARKED, length));
    let mut whole = case("22.5.9", "binary messages of 0 to 130 octets, all at once")
        .must(RFC6455, "5.3", ALGORITHM)
        .seen_in("Boost.Beast #1030")
        .differs("payloads begin and end at any address, many in one read");
    for payload in all_lengths() {
        whole = whole.send(binary(payload));
    }
    let whole = whole
        .fail_after(2)
        .ok(all_lengths().map(binary_echo))
        .build();
    chopped.chain([whole]).collect()
}

/// Keys, and what is odd about them. All are lawful: any 32 bits are.
const ODD_KEYS: [([u8; 4], &str, &str); 5] = [
    (
        [0; 4],
        "of zeros",
        "the mask bit alone says that there is a key",
    ),
    (
        [0xff; 4],
        "of ones",
        "each bit of the payload is turned over",
    ),
    (
        [0, 1, 2, 3],
        "that ascends",
        "each octet of the key is another",
    ),
    (
        [0x80, 0, 0, 0],
        "with its first bit alone",
        "a key that is a number has a sign",
    ),
    (
        [0x81, 0x80, 0, 0],
        "that looks like a frame",
        "a payload of zeros is sent as a row of empty frames",
    ),
];

fn odd_keys() -> Vec<Case> {
    let every_octet: Vec<u8> = (0..=255).collect();
    let rows = ODD_KEYS.into_iter().zip(10..);
    rows.map(|((key, what, apart), number)| {
        let title = format!("text, empty text and binary masked by a key {what}");
        let masked = |frame: FrameBuilder| frame.masking(Masking::Key(key));
        let payload = [&every_octet[..], &[0; 64]].concat();
        case(&format!("22.5.{number}"), &title)
            .only(Testee::Server)
            .must(RFC6455, "5.3", ALGORITHM)
            .note(RFC6455, "5.3", "any 32 bits may be a key")
            .differs(apart)
            .send(masked(text(MARKED)))
            .send(masked(text("")))
            .send(masked(binary(payload.clone())))
            .fail_after(1)
            .ok([echo(MARKED), echo(""), binary_echo(payload)])
            .build()
    })
    .collect()
}

fn keys(number: usize, title: &str) -> CaseBuilder {
    let mut builder = case(&format!("22.6.{number}"), title)
        .only(Testee::Client)
        .must(RFC6455, "5.3", FRESH)
        .fresh_keys();
    for reference in [
        "curl CVE-2025-10148",
        "ws #634",
        "Java-WebSocket #1132",
        "Delphi-Cross-Socket #198",
    ] {
        builder = builder.seen_in(reference);
    }
    builder
}

fn keys_of_a_client() -> Vec<Case> {
    let trips = |builder: CaseBuilder, frame: FrameBuilder, times| {
        builder.close_after(10).round_trips(frame, times)
    };
    let by_trips = |number, title: &str, frame, differs: &str| {
        trips(keys(number, title).differs(differs), frame, 200)
            .ok_if(Pattern::RoundTrips)
            .build()
    };
    let text_of_16 = || text("sixteen octets!!");
    let mut pings = keys(4, "keys of the answers to 40 pings, and of a text").differs(
        "pongs are made elsewhere than messages; a client that answers the last ping alone is not \
         judged",
    );
    for number in 0..40 {
        pings = pings.send(ping(format!("ping {number}")));
    }
    let pings = pings
        .send(text("after"))
        .fail_after(5)
        .ok_if(Pattern::Until(echo("after")))
        .build();
    let again = keys(5, "keys of 70 texts, on two connections").differs(
        "the keys of each connection may be good by themselves, and yet the same each time",
    );
    let again = trips(
        trips(again, text_of_16(), 70).next_connection(),
        text_of_16(),
        70,
    );
    vec![
        by_trips(
            1,
            "keys of 200 texts of 16 octets",
            text_of_16(),
            "messages as most are",
        ),
        by_trips(
            2,
            "keys of 200 binary messages of 126 octets",
            binary(Payload::repeat("abcdefgh", 126)),
            "the length stands in 16 bits between the mask bit and the key",
        ),
        by_trips(
            3,
            "keys of 200 empty texts",
            text(""),
            "there is nothing to be masked, and yet each frame has a fresh key",
        ),
        pings,
        again.ok_if(Pattern::RoundTrips).build(),
    ]
}
