//! What becomes of a testee that is given more than it can take. Nothing binds
//! here but its own interest: all is told, nothing judged.

use wscheck_wire::Opcode;

use super::{Chapter, RFC6455, RFC7692};
use crate::case::{Case, Demand, Step};
use crate::expectation::Pattern;
use crate::payload::Payload;
use crate::vocabulary::{
    CaseBuilder, answer, binary, binary_echo, case, continuation, echo, ping, text,
};

pub(super) const CHAPTER: Chapter = Chapter {
    number: 29,
    title: "Endurance",
    sections: &[
        (1, "answers that we do not read"),
        (2, "compressed messages that grow"),
        (3, "very many small things"),
    ],
};

const LIMITS: &str =
    "what an endpoint can take is its own affair, and so is how it protects itself";
const COALESCED: &str = "of several pings the last alone may be answered";
const GROWS: &str = "how much a message may come to is the endpoint's own affair";

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

fn told(id: &str, title: &str) -> CaseBuilder {
    case(id, title)
        .informational(RFC6455, "10.4", LIMITS)
        .differs(title)
        .timed()
        .memory()
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = unread();
    cases.extend(bombs());
    cases.extend(many());
    cases
}

fn unread() -> Vec<Case> {
    let flood = |id, title, payload: Payload, times| {
        let mut builder = told(id, title).note(RFC6455, "5.5.3", COALESCED);
        for reference in [
            "Tyrus #954",
            "curl #21911",
            "websockets #105",
            "tornado #2341",
        ] {
            builder = builder.seen_in(reference);
        }
        builder
            .repeat(ping(payload), times)
            .send(ping("last"))
            .pause_unread(1)
            .close_after(5)
            .ok_if(Pattern::Until(answer("last")))
            .build()
    };
    let slow = |id, title, frame, times, heard| {
        told(id, title)
            .seen_in("ws-rs CVE-2020-35896")
            .repeat(frame, times)
            .send(text("last"))
            .pause_unread(1)
            .close_after(5)
            .ok_if(Pattern::Until(heard))
            .build()
    };
    vec![
        flood(
            "29.1.1",
            "100000 empty pings, whose answers we do not read for a second",
            Payload::EMPTY,
            100_000,
        ),
        flood(
            "29.1.2",
            "100000 pings of 125 octets, whose answers we do not read for a second",
            Payload::repeat("*", 125),
            100_000,
        ),
        slow(
            "29.1.3",
            "1024 binary messages of 64 KiB, whose echoes we do not read for a second",
            binary(Payload::repeat("slow reader ", 64 * KIB)),
            1024,
            echo("last"),
        ),
        slow(
            "29.1.4",
            "100000 texts of 16 octets, whose echoes we do not read for a second",
            text("sixteen octets!!"),
            100_000,
            echo("last"),
        ),
    ]
}

/// Zeros are compressed to a thousandth.
fn bombs() -> Vec<Case> {
    let bomb = |id, title| {
        let mut builder = told(id, title)
            .note(RFC7692, "7.2.2", GROWS)
            .deflate(Demand::default());
        for reference in [
            "bandit CVE-2026-39804",
            "undici CVE-2026-1526",
            "autobahn-python GHSA-hxp9-w8x3-p566",
            "tornado #2391",
        ] {
            builder = builder.seen_in(reference);
        }
        builder
    };
    let zeros = || Payload::repeat([0], 16 * MIB);
    vec![
        bomb("29.2.1", "binary message of 16 MiB of zeros, compressed")
            .send(binary(zeros()).compressed())
            .close_after(5)
            .ok_if(Pattern::Contains(binary_echo(zeros())))
            .build(),
        bomb(
            "29.2.2",
            "binary message of 16 MiB of zeros, compressed, in fragments of 1 KiB",
        )
        .step(Step::Fragments {
            opcode: Opcode::BINARY,
            payload: zeros(),
            size: KIB,
            compressed: true,
            breaks: Vec::new(),
        })
        .close_after(5)
        .ok_if(Pattern::Contains(binary_echo(zeros())))
        .build(),
    ]
}

fn many() -> Vec<Case> {
    vec![
        told(
            "29.3.1",
            "binary message of 100000 empty fragments that never ends, then a ping",
        )
        .seen_in("ws #2329, #2331")
        .send(binary("").more())
        .repeat(continuation("").more(), 100_000)
        .send(ping("last"))
        .close_after(5)
        .ok_if(Pattern::Until(answer("last")))
        .build(),
        told(
            "29.3.2",
            "10000 empty texts in as few segments as they fit, then one of four octets",
        )
        .repeat(text(""), 10_000)
        .send(text("last"))
        .close_after(5)
        .ok_if(Pattern::Until(echo("last")))
        .build(),
        told(
            "29.3.3",
            "10000 texts of an octet in as few segments as they fit, then one of four",
        )
        .repeat(text("*"), 10_000)
        .send(text("last"))
        .close_after(5)
        .ok_if(Pattern::Until(echo("last")))
        .build(),
    ]
}
