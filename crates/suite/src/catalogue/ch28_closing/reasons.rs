//! Reasons at their limits, and beyond.

use super::super::RFC6455;
use super::{ANSWERED, REASON, TOLD};
use crate::case::Case;
use crate::vocabulary::{CaseBuilder, FrameBuilder, case, close, close_with, opcode, ping};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = lawful_reasons();
    cases.extend(unlawful_reasons());
    cases
}

fn lawful_reasons() -> Vec<Case> {
    let wide = "\u{1f600}".repeat(30) + "abc";
    vec![
        lawful_close(
            "28.3.1",
            "Close with a reason of 30 letters of four octets and three of one",
            close_with(1000, &wide),
        )
        .differs("the reason has letters of four octets, up to its limit")
        .build(),
        lawful_close(
            "28.3.2",
            "Close with a reason that holds a NUL and a line end",
            close_with(1000, "a\0b\r\nc"),
        )
        .differs("the reason has control characters")
        .build(),
        lawful_close(
            "28.3.3",
            "Close with a reason of 12 octets, octet by octet",
            close_with(1000, "see you soon").chop(1),
        )
        .seen_in(".NET corefx#30402: a Close split across reads is misread")
        .differs("the Close comes octet by octet")
        .build(),
    ]
}

/// Our Close is lawful, and answered.
fn lawful_close(id: &str, title: &str, frame: FrameBuilder) -> CaseBuilder {
    case(id, title)
        .must(RFC6455, "5.5.1", ANSWERED)
        .must(RFC6455, "5.5.1", REASON)
        .send(frame)
        .fail_after(1)
        .ok([])
        .no_automatic_close()
}

fn unlawful_reasons() -> Vec<Case> {
    const NOT_UTF8: [u16; 2] = [1002, 1007];
    let cut = |octets: usize| {
        let mut reason = "r".repeat(123 - octets).into_bytes();
        reason.extend_from_slice(&"\u{1f600}".as_bytes()[..octets]);
        reason
    };
    let mut cases: Vec<Case> = [
        ("28.3.4", "one octet", 1),
        ("28.3.5", "two octets", 2),
        ("28.3.6", "three octets", 3),
    ]
    .into_iter()
    .map(|(id, what, octets)| {
        unlawful_close(
            id,
            &format!("Close with a reason that ends {what} into a letter of four"),
            close_with(1000, cut(octets)).breaks("close-reason-not-utf8"),
            &NOT_UTF8,
        )
        .must(RFC6455, "5.5.1", REASON)
        .differs(&format!("the last letter is cut after {what}"))
        .build()
    })
    .collect();
    for (id, what, reason) in [
        ("28.3.7", "a surrogate", &b"ok \xed\xa0\x80"[..]),
        ("28.3.8", "an overlong form", b"ok \xc0\xaf"),
        (
            "28.3.9",
            "a code point beyond the last",
            b"ok \xf4\x90\x80\x80",
        ),
    ] {
        cases.push(
            unlawful_close(
                id,
                &format!("Close with a reason that holds {what}"),
                close_with(1000, reason).breaks("close-reason-not-utf8"),
                &NOT_UTF8,
            )
            .must(RFC6455, "5.5.1", REASON)
            .differs(&format!("the reason holds {what}"))
            .build(),
        );
    }
    cases.push(
        case("28.3.10", "Close without FIN")
            .must(RFC6455, "5.5", "control frames are not fragmented")
            .send(close(1000).more().breaks("fragmented-control"))
            .send(ping("behind"))
            .fail_after(1)
            .ok([])
            .peer_fails_with([1002])
            .differs("the frame that lacks FIN is a Close")
            .build(),
    );
    cases.push(
        unlawful_close(
            "28.3.11",
            "Close whose body has one octet",
            opcode(8).payload(b"\x03").breaks("close-length-one"),
            &[1002],
        )
        .must(RFC6455, "5.5.1", "a body begins with a code of two octets")
        .should(RFC6455, "7.1.7", TOLD)
        .code_wished()
        .build(),
    );
    cases
}

/// Our Close breaks something: the testee may fail the connection by a Close with a
/// code for that, or by the end of TCP. The echo of a ping behind it would show
/// that it was taken for no Close at all.
fn unlawful_close(id: &str, title: &str, frame: FrameBuilder, codes: &[u16]) -> CaseBuilder {
    case(id, title)
        .send(frame)
        .send(ping("behind"))
        .fail_after(1)
        .ok([])
        .no_automatic_close()
        .we_close_and_hear(codes.iter().copied())
        .or_drops()
        .wrong_code_fails()
}
