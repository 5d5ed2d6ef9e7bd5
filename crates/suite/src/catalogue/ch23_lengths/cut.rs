//! Frames that are cut in two at each octet.

use super::super::RFC6455;
use super::octets;
use crate::case::Case;
use crate::expectation::Pattern;
use crate::vocabulary::{
    CaseBuilder, answer, binary, binary_echo, case, close_with, continuation, echo, ping, pong,
    text,
};

const STREAM: &str = "what arrives is parsed as frames, however it is cut into reads";

/// The header of our longest frame has 14 octets. What is cut shortest comes last:
/// the first two writes of a connection may be one.
const CUTS: std::ops::RangeInclusive<u32> = 1..=15;

fn cut_case(number: usize, title: &str) -> CaseBuilder {
    case(&format!("23.6.{number}"), title)
        .must(RFC6455, "6.2", STREAM)
        .seen_in(".NET corefx #30402, #30407")
        .seen_in("Bun #42511")
}

pub(super) fn cut_messages() -> Vec<Case> {
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

pub(super) fn cut_control_frames() -> Vec<Case> {
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
