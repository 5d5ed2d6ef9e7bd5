//! Messages that we fragment by size.

use super::{Chapter, RFC6455};
use crate::case::Case;
use crate::payload::Payload;
use crate::vocabulary::{case, echo};

pub(super) const CHAPTER: Chapter = Chapter {
    number: 10,
    title: "Automatic fragmentation",
    sections: &[(1, "text messages")],
};

pub(super) fn cases() -> Vec<Case> {
    let payload = Payload::repeat("*", 65_536);
    vec![
        case(
            "10.1.1",
            "text message of 65536 octets in fragments of 1300",
        )
        .must(
            RFC6455,
            "5.4",
            "fragmented messages must be received as well as unfragmented ones",
        )
        .text_fragments(payload.clone(), 1300)
        .fail_after(10)
        .ok([echo(payload)])
        .build(),
    ]
}
