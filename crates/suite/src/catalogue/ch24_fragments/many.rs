//! Very many fragments, and messages that never end.

use super::super::RFC6455;
use super::{Kind, SUPPORT, begin};
use crate::case::Case;
use crate::expectation::Pattern;
use crate::payload::Payload;
use crate::vocabulary::{answer, continuation, ping, text};

const LIMITS: &str = "an endpoint may set itself limits, and protects itself beyond them";

const MANY: u32 = 100_000;

pub(super) fn many_fragments() -> Vec<Case> {
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

const OPEN_ENDED: &str = "nothing is said of how long a message may take; limits are the \
    endpoint's own";

pub(super) fn never_ended() -> Vec<Case> {
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
