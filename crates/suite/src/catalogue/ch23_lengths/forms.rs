//! The forms of a length: longer ones than it needs, and the bounds between them.

use wscheck_wire::LengthForm;

use super::super::RFC6455;
use super::octets;
use crate::case::Case;
use crate::expectation::{Item, Pattern};
use crate::vocabulary::{
    CaseBuilder, FrameBuilder, answer, binary, binary_echo, case, close, continuation, echo, ping,
    pong, text,
};

const FORMS: &str = "126 is followed by the length in 16 bits, 127 by the length in 64";
const MINIMAL: &str = "who sends a length uses as few octets as it needs";

/// The RFC binds the sender. Who takes such a length takes it as it is meant.
fn lenient(builder: CaseBuilder) -> CaseBuilder {
    builder
        .must(RFC6455, "5.2", FORMS)
        .must(RFC6455, "5.2", MINIMAL)
        .fail_after(1)
        .ok([])
        .either_closes_with([1000, 1002, 1003, 1007, 1008, 1011])
}

pub(super) fn not_minimal() -> Vec<Case> {
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
pub(super) fn control_not_minimal() -> Vec<Case> {
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

pub(super) fn around_the_bounds() -> Vec<Case> {
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
