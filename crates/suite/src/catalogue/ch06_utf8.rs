//! Text messages that are UTF-8 and such that are not, whole, in fragments,
//! and in pieces with time between them.

use super::{Chapter, RFC6455};
use crate::case::Case;
use crate::expectation::{AnswerGrade, Expectation};
use crate::octets::to_hex;
use crate::vocabulary::{CaseBuilder, case, continuation, echo, open_at, text};

pub(super) const CHAPTER: Chapter = Chapter {
    number: 6,
    title: "UTF-8",
    sections: &[
        (1, "text messages with empty fragments"),
        (2, "valid text, whole and cut anywhere"),
        (3, "invalid text, whole and cut anywhere"),
        (4, "how soon invalid text is noticed"),
        (5, "valid text"),
        (6, "the beginnings of a valid text"),
        (7, "the lowest code point of each length"),
        (8, "the lowest code point of five and six octets"),
        (9, "the highest code point of each length"),
        (10, "the highest code point of four, five and six octets"),
        (11, "around the surrogates and the end of the range"),
        (12, "continuation octets without a start"),
        (13, "start octets without a continuation"),
        (14, "sequences without their last octet"),
        (15, "many sequences without their last octet"),
        (16, "octets that never occur"),
        (17, "the slash in more octets than it needs"),
        (18, "the highest code points in more octets than they need"),
        (19, "the null character in more octets than it needs"),
        (20, "single surrogates"),
        (21, "pairs of surrogates"),
        (22, "noncharacters"),
        (23, "special code points"),
    ],
};

const VALID: &str = "a text message is any valid UTF-8";
const INVALID: &str = "a text that is not valid UTF-8 fails the connection";
const CUT: &str = "a frame may end inside a code point; only the message as a whole must be UTF-8";

/// Ten letters, of one octet and of two.
const GERMAN: &str = "Hello-µ@ßöäüàá-UTF-8!!";
/// Five letters, of two octets and of three.
const GREEK: &str = "κ\u{1f79}σμε";
/// [`GREEK`], an encoded surrogate, and ASCII.
const BROKEN: &[u8] = b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited";
/// [`GREEK`], a sequence above U+10FFFF, and ASCII.
const BEYOND: &[u8] = b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xf4\x90\x80\x80edited";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = empty_fragments();
    cases.extend(valid_and_cut());
    cases.extend(invalid_and_cut());
    cases.extend(fail_fast());
    for (section, sequences) in sequences() {
        for (index, (title, octets)) in sequences.into_iter().enumerate() {
            cases.push(one_sequence(section, index + 1, &title, &octets));
        }
    }
    cases
}

fn empty_fragments() -> Vec<Case> {
    let fragments = |id, title, middle: Option<&str>| {
        let mut builder = case(id, title)
            .must(
                RFC6455,
                "5.4",
                "a message is its fragments joined, empty ones included",
            )
            .send(text("").more());
        builder = builder.send(continuation(middle.unwrap_or_default()).more());
        builder
            .send(continuation(""))
            .close_after(1)
            .ok([echo(middle.unwrap_or_default())])
            .build()
    };
    vec![
        case("6.1.1", "text message without payload")
            .must(RFC6455, "5.6", VALID)
            .send(text(""))
            .close_after(1)
            .ok([echo("")])
            .build(),
        fragments(
            "6.1.2",
            "text message in three fragments, all of them empty",
            None,
        ),
        fragments(
            "6.1.3",
            "text message in three fragments, the first and the last empty",
            Some("middle frame payload"),
        ),
    ]
}

fn valid_and_cut() -> Vec<Case> {
    let valid = |id, title| {
        case(id, title)
            .must(RFC6455, "5.6", CUT)
            .must(RFC6455, "8.1", VALID)
    };
    let whole =
        |builder: CaseBuilder, payload: &str| builder.close_after(1).ok([echo(payload)]).build();
    vec![
        whole(
            valid(
                "6.2.1",
                "valid text of one and two octets a code point, in one frame",
            )
            .send(text(GERMAN)),
            GERMAN,
        ),
        whole(
            valid(
                "6.2.2",
                "valid text in two fragments, cut between code points",
            )
            .send(text("Hello-µ@ßöä").more())
            .send(continuation("üàá-UTF-8!!")),
            GERMAN,
        ),
        whole(
            valid("6.2.3", "valid text in fragments of one octet").text_fragments(GERMAN, 1),
            GERMAN,
        ),
        whole(
            valid("6.2.4", "valid Greek text in fragments of one octet").text_fragments(GREEK, 1),
            GREEK,
        ),
    ]
}

fn invalid_and_cut() -> Vec<Case> {
    vec![
        must_fail(
            case("6.3.1", "text with an encoded surrogate, in one frame")
                .must(RFC6455, "8.1", INVALID)
                .send(text(BROKEN).breaks("invalid-utf8"))
                .fail_after(1),
        ),
        must_fail(
            case(
                "6.3.2",
                "text with an encoded surrogate, in fragments of one octet",
            )
            .must(RFC6455, "8.1", INVALID)
            .text_fragments(BROKEN, 1)
            .breaking("invalid-utf8")
            .fail_after(1),
        ),
    ]
}

fn must_fail(builder: CaseBuilder) -> Case {
    builder
        .ok([])
        .peer_fails_with([1007])
        .wrong_end_fails()
        .build()
}

/// The text is sent in three pieces, `A` after the first and `B` after the
/// second: cut around the code point above the range, or inside it, behind the
/// last octet with which it could still become valid.
fn fail_fast() -> Vec<Case> {
    vec![
        noticed(
            fail_fast_case(
                "6.4.1",
                "a fragment each, the second with the bad code point",
            )
            .send(text(&BEYOND[..11]).more())
            .pause_while_open(1, "A")
            .send(continuation(&BEYOND[11..15]).more().breaks("invalid-utf8"))
            .pause_while_open(1, "B")
            .send(continuation(&BEYOND[15..])),
        ),
        noticed(
            fail_fast_case(
                "6.4.2",
                "a fragment each, the second with the first bad octet",
            )
            .send(text(&BEYOND[..12]).more())
            .pause_while_open(1, "A")
            .send(continuation(&BEYOND[12..13]).more().breaks("invalid-utf8"))
            .pause_while_open(1, "B")
            .send(continuation(&BEYOND[13..])),
        ),
        noticed(in_one_frame(
            fail_fast_case(
                "6.4.3",
                "all of one frame, the second with the bad code point",
            ),
            11,
            15,
        )),
        noticed(in_one_frame(
            fail_fast_case(
                "6.4.4",
                "all of one frame, the second with the first bad octet",
            ),
            12,
            13,
        )),
    ]
}

fn fail_fast_case(id: &str, how: &str) -> CaseBuilder {
    case(
        id,
        &format!("invalid text in three pieces a second apart, {how}"),
    )
    .must(RFC6455, "8.1", INVALID)
    .note(
        RFC6455,
        "8.1",
        "no moment is set: at once is best, at the message's end is enough",
    )
}

fn in_one_frame(builder: CaseBuilder, first: usize, second: usize) -> CaseBuilder {
    builder
        .begin(text(BEYOND).more().breaks("invalid-utf8"))
        .part(&BEYOND[..first])
        .pause_while_open(1, "A")
        .part(&BEYOND[first..second])
        .pause_while_open(1, "B")
        .part(&BEYOND[second..])
        .send(continuation(""))
}

fn noticed(builder: CaseBuilder) -> Case {
    builder
        .fail_after(1)
        .ok([open_at("A")])
        .non_strict([open_at("A"), open_at("B")])
        .peer_fails_with([1007])
        .wrong_end_fails()
        .rfc(ANY_MOMENT, any_answer_is_best)
        .build()
}

const ANY_MOMENT: &str = "RFC 6455 §8.1 has the endpoint fail the connection when it finds that a \
    byte stream is not valid UTF-8, and sets no moment for that: to look at the message when it \
    is complete is as good";

fn any_answer_is_best(expect: &mut Expectation) {
    for answer in &mut expect.answers {
        answer.grade = AnswerGrade::Ok;
    }
}

fn one_sequence(section: u16, number: usize, title: &str, octets: &[u8]) -> Case {
    let validity = std::str::from_utf8(octets);
    let kind = if validity.is_ok() { "valid" } else { "invalid" };
    let title = match octets.len() {
        0..=12 => format!("{kind} text: {title} ({})", spaced_hex(octets)),
        _ => format!("{kind} text: {title}"),
    };
    let builder = case(&format!("6.{section}.{number}"), &title);
    let breaks = match validity {
        Ok(valid) => {
            return builder
                .must(RFC6455, "5.6", VALID)
                .send(text(valid))
                .fail_after_millis(500)
                .ok([echo(valid)])
                .build();
        }
        Err(error) if error.error_len().is_none() => "truncated-utf8",
        Err(_) => "invalid-utf8",
    };
    must_fail(
        builder
            .must(RFC6455, "8.1", INVALID)
            .send(text(octets).breaks(breaks))
            .fail_after_millis(500),
    )
}

fn spaced_hex(octets: &[u8]) -> String {
    let octets: Vec<String> = octets.iter().map(|octet| to_hex(&[*octet])).collect();
    octets.join(" ")
}

/// A title and what it stands for.
type Sequence = (String, Vec<u8>);

/// The sequences of sections 5 to 23, after Markus Kuhn's stress test for
/// decoders of UTF-8.
fn sequences() -> Vec<(u16, Vec<Sequence>)> {
    vec![
        (5, valid_texts()),
        (6, prefixes()),
        (
            7,
            code_points(
                "lowest code point of its length",
                &[0, 0x80, 0x800, 0x1_0000],
            ),
        ),
        (
            8,
            too_long(
                "lowest",
                &[b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80"],
            ),
        ),
        (
            9,
            code_points(
                "highest code point of its length",
                &[0x7f, 0x7ff, 0xffff, 0x10_ffff],
            ),
        ),
        (
            10,
            too_long(
                "highest",
                &[
                    b"\xf7\xbf\xbf\xbf",
                    b"\xfb\xbf\xbf\xbf\xbf",
                    b"\xfd\xbf\xbf\xbf\xbf\xbf",
                ],
            ),
        ),
        (11, boundaries()),
        (12, lonely_continuations()),
        (13, lonely_starts()),
        (14, unfinished()),
        (15, vec![all_unfinished()]),
        (16, impossible()),
        (
            17,
            overlong(
                "slash",
                &[
                    b"\xc0\xaf",
                    b"\xe0\x80\xaf",
                    b"\xf0\x80\x80\xaf",
                    b"\xf8\x80\x80\x80\xaf",
                    b"\xfc\x80\x80\x80\x80\xaf",
                ],
            ),
        ),
        (
            18,
            overlong(
                "highest code point of one octet less",
                &[
                    b"\xc1\xbf",
                    b"\xe0\x9f\xbf",
                    b"\xf0\x8f\xbf\xbf",
                    b"\xf8\x87\xbf\xbf\xbf",
                    b"\xfc\x83\xbf\xbf\xbf\xbf",
                ],
            ),
        ),
        (
            19,
            overlong(
                "null character",
                &[
                    b"\xc0\x80",
                    b"\xe0\x80\x80",
                    b"\xf0\x80\x80\x80",
                    b"\xf8\x80\x80\x80\x80",
                    b"\xfc\x80\x80\x80\x80\x80",
                ],
            ),
        ),
        (20, single_surrogates()),
        (21, surrogate_pairs()),
        (22, noncharacters()),
        (
            23,
            code_points(
                "special code point",
                &[0xfff9, 0xfffa, 0xfffb, 0xfffc, 0xfffd, 0xfffe, 0xffff],
            ),
        ),
    ]
}

fn valid_texts() -> Vec<Sequence> {
    let mut texts: Vec<Sequence> = ['$', '¢', '€', '𤭢']
        .into_iter()
        .map(|c| {
            let length = match c.len_utf8() {
                1 => "one octet".to_owned(),
                octets => format!("{octets} octets"),
            };
            (
                format!("U+{:04X}, {length}, between ASCII letters", u32::from(c)),
                format!("hello{c}world").into_bytes(),
            )
        })
        .collect();
    texts.push(("five Greek letters".into(), GREEK.into()));
    texts
}

fn prefixes() -> Vec<Sequence> {
    (1..=GREEK.len())
        .map(|end| {
            let octets = &GREEK.as_bytes()[..end];
            let whole = GREEK
                .char_indices()
                .filter(|(at, c)| at + c.len_utf8() <= end);
            let title = match (whole.count(), GREEK.is_char_boundary(end)) {
                (0, _) => "five letters, cut inside the first".to_owned(),
                (count, true) => format!("{count} of five letters"),
                (count, false) => format!("{count} of five letters, cut inside the next"),
            };
            (title, octets.to_vec())
        })
        .collect()
}

fn code_points(what: &str, points: &[u32]) -> Vec<Sequence> {
    points
        .iter()
        .filter_map(|point| char::from_u32(*point))
        .map(|c| {
            (
                format!("{what}, U+{:04X}", u32::from(c)),
                c.to_string().into_bytes(),
            )
        })
        .collect()
}

fn too_long(which: &str, sequences: &[&[u8]]) -> Vec<Sequence> {
    sequences
        .iter()
        .map(|octets| {
            (
                format!(
                    "{which} sequence of {} octets, beyond U+10FFFF",
                    octets.len()
                ),
                octets.to_vec(),
            )
        })
        .collect()
}

fn boundaries() -> Vec<Sequence> {
    let mut sequences = code_points("last before the surrogates", &[0xd7ff]);
    sequences.extend(code_points("first after the surrogates", &[0xe000]));
    sequences.extend(code_points("replacement character", &[0xfffd]));
    sequences.extend(code_points("highest code point", &[0x10_ffff]));
    sequences.push((
        "one above the highest code point".into(),
        b"\xf4\x90\x80\x80".to_vec(),
    ));
    sequences
}

fn lonely_continuations() -> Vec<Sequence> {
    let mut sequences = vec![
        ("lowest continuation octet alone".to_owned(), vec![0x80]),
        ("highest continuation octet alone".to_owned(), vec![0xbf]),
    ];
    for count in 2..=6 {
        sequences.push((
            format!("{count} continuation octets in a row"),
            [0x80, 0xbf].into_iter().cycle().take(count).collect(),
        ));
    }
    sequences.push((
        "all continuation octets but the last in a row".into(),
        (0x80..0xbf).collect(),
    ));
    sequences
}

fn lonely_starts() -> Vec<Sequence> {
    [
        (2, 0xc0..0xdf),
        (3, 0xe0..0xef),
        (4, 0xf0..0xf7),
        (5, 0xf8..0xfb),
        (6, 0xfc..0xfd),
    ]
    .map(|(length, starts): (u8, std::ops::Range<u8>)| {
        let octets = starts.flat_map(|start| [start, b' ']).collect();
        (
            format!("start octets of {length}-octet sequences, a space after each"),
            octets,
        )
    })
    .into()
}

const UNFINISHED: [&[u8]; 10] = [
    b"\xc0",
    b"\xe0\x80",
    b"\xf0\x80\x80",
    b"\xf8\x80\x80\x80",
    b"\xfc\x80\x80\x80\x80",
    b"\xdf",
    b"\xef\xbf",
    b"\xf7\xbf\xbf",
    b"\xfb\xbf\xbf\xbf",
    b"\xfd\xbf\xbf\xbf\xbf",
];

fn unfinished() -> Vec<Sequence> {
    UNFINISHED
        .iter()
        .map(|octets| {
            let of = octets.len() + 1;
            (
                format!("sequence of {of} octets without its last"),
                octets.to_vec(),
            )
        })
        .collect()
}

fn all_unfinished() -> Sequence {
    (
        "all sequences of section 6.14 in a row".into(),
        UNFINISHED.concat(),
    )
}

fn impossible() -> Vec<Sequence> {
    [&b"\xfe"[..], b"\xff", b"\xfe\xfe\xff\xff"]
        .map(|octets| ("octets that begin nothing".into(), octets.to_vec()))
        .into()
}

fn overlong(what: &str, sequences: &[&[u8]]) -> Vec<Sequence> {
    sequences
        .iter()
        .map(|octets| {
            (
                format!("{what} in {} octets, more than it needs", octets.len()),
                octets.to_vec(),
            )
        })
        .collect()
}

fn surrogate(point: u16) -> Vec<u8> {
    let low = (point & 0x3f) as u8;
    let middle = (point >> 6 & 0x3f) as u8;
    vec![0xe0 | (point >> 12) as u8, 0x80 | middle, 0x80 | low]
}

fn single_surrogates() -> Vec<Sequence> {
    [0xd800, 0xdb7f, 0xdb80, 0xdbff, 0xdc00, 0xdf80, 0xdfff]
        .map(|point| (format!("surrogate U+{point:04X}"), surrogate(point)))
        .into()
}

fn surrogate_pairs() -> Vec<Sequence> {
    let mut pairs = Vec::new();
    for high in [0xd800, 0xdb7f, 0xdb80, 0xdbff] {
        for low in [0xdc00, 0xdfff] {
            pairs.push((
                format!("surrogates U+{high:04X} and U+{low:04X}"),
                [surrogate(high), surrogate(low)].concat(),
            ));
        }
    }
    pairs
}

/// The last two code points of each of the 17 planes.
fn noncharacters() -> Vec<Sequence> {
    let points: Vec<u32> = (0..=0x10)
        .flat_map(|plane| [plane << 16 | 0xfffe, plane << 16 | 0xffff])
        .collect();
    code_points("noncharacter", &points)
}
