//! Reserved bits set although no extension was negotiated.

use super::{Chapter, RFC6455, departures};
use crate::case::Case;
use crate::vocabulary::{CaseBuilder, FrameBuilder, case, echo, opcode, ping, text};

pub(super) const CHAPTER: Chapter = Chapter {
    number: 3,
    title: "Reserved bits",
    sections: &[],
};

const RULE: &str = "a reserved bit that no extension gives a meaning to fails the connection";

pub(super) fn cases() -> Vec<Case> {
    vec![
        alone(
            "3.1",
            "text frame with RSV3 set",
            text("Hello, world!").rsv(1),
        ),
        between(
            "3.2",
            "text frame with RSV2 set, after a good text frame and before a ping",
            2,
            |frame| frame,
        ),
        between(
            "3.3",
            "text frame with RSV2 and RSV3 set, after a good text frame and before a ping, a \
             write each",
            3,
            FrameBuilder::sync,
        ),
        between(
            "3.4",
            "text frame with RSV1 set, after a good text frame and before a ping, octet by octet",
            4,
            |frame| frame.chop(1),
        ),
        alone(
            "3.5",
            "binary frame with RSV1 and RSV3 set",
            opcode(2)
                .payload(b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff")
                .rsv(5),
        ),
        alone(
            "3.6",
            "binary frame with RSV1 and RSV2 set",
            opcode(2).payload("Hello, world!").rsv(6),
        ),
        alone(
            "3.7",
            "Close frame with all three reserved bits set",
            opcode(8).rsv(7),
        ),
    ]
}

fn begin(id: &str, title: &str) -> CaseBuilder {
    case(id, title).must(RFC6455, "5.2", RULE)
}

fn alone(id: &str, title: &str, frame: FrameBuilder) -> Case {
    begin(id, title)
        .send(frame.breaks("reserved-bits"))
        .fail_after(1)
        .ok([])
        .peer_fails_with([1002])
        .build()
}

fn between(id: &str, title: &str, rsv: u8, written: impl Fn(FrameBuilder) -> FrameBuilder) -> Case {
    begin(id, title)
        .send(written(text("Hello, world!")))
        .send(written(
            text("Hello, world!").rsv(rsv).breaks("reserved-bits"),
        ))
        .send(written(ping("")))
        .fail_after(1)
        .ok([echo("Hello, world!")])
        .non_strict([])
        .peer_fails_with([1002])
        .rfc(departures::ECHO_NEED_NOT_COME_FIRST, departures::any_prefix)
        .build()
}
