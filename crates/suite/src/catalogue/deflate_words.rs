//! What the chapters on compression are written with.

use wscheck_wire::deflate::BlockWriter;

use super::RFC7692;
use crate::case::{Case, Demand};
pub(super) use crate::corpus::noise;
use crate::expectation::{Codes, Item, Pattern};
use crate::payload::Payload;
use crate::vocabulary::{CaseBuilder, FrameBuilder, case, close, echo, opcode, text};

/// We want permessage-deflate, and of the testee nothing in particular.
pub(super) const ANY: Demand = Demand {
    no_context_takeover: false,
    max_window_bits: None,
};

/// "Hello", compressed as RFC 7692 §7.2.3.1 shows it.
pub(super) const HELLO: &[u8] = b"\xf2\x48\xcd\xc9\xc9\x07\x00";

/// The codes with which a testee may fail a connection for octets that it cannot
/// take: the RFC leaves it open.
pub(super) const FAILING: [u16; 6] = [1002, 1003, 1007, 1008, 1009, 1011];

/// A text of which no part comes twice, to tell by it whether a message refers
/// back to a former one.
pub(super) const ONCE: &str = "The quick brown fox jumps over a lazy dog; 0123456789!";

/// A text message compressed by hand.
pub(super) fn squeezed(octets: impl Into<Payload>) -> FrameBuilder {
    text(octets).rsv(4)
}

/// The first fragment of a text message compressed by hand.
pub(super) fn squeezed_first(octets: impl Into<Payload>) -> FrameBuilder {
    squeezed(octets).more()
}

/// A fragment that follows.
pub(super) fn fragment(octets: impl Into<Payload>) -> FrameBuilder {
    opcode(0).payload(octets)
}

/// "Hello" in a block of the fixed codes.
pub(super) fn hello() -> BlockWriter {
    BlockWriter::new().fixed().literals(b"Hello").end()
}

/// Octets that cannot be compressed, and the same again: whoever compresses them
/// in a window of more than `bits` bits refers back further than that.
pub(super) fn twice_beyond(bits: u8) -> Payload {
    let length = (1 << bits) + 128;
    Payload::repeat(noise(length), 2 * length as u64)
}

/// As far back as no window but the largest goes.
pub(super) fn twice_far() -> Payload {
    Payload::repeat(noise(20_000), 40_000)
}

/// Sends `payload` and then [`ONCE`] twice, each compressed, and expects them to
/// come back: it shows window and context of both directions.
pub(super) fn talks(builder: CaseBuilder, payload: Payload) -> CaseBuilder {
    builder
        .send(text(payload.clone()).compressed())
        .send(text(ONCE).compressed())
        .send(text(ONCE).compressed())
        .fail_after(2)
        .ok([echo(payload), echo(ONCE), echo(ONCE)])
}

/// A case that the testee passes by sending back what `items` say.
pub(super) fn echoes(builder: CaseBuilder, items: impl IntoIterator<Item = Item>) -> Case {
    builder.fail_after(1).ok(items).build()
}

/// A case in which the testee fails the connection. Of `items`, which came before
/// what is wrong, it need not have sent back any.
pub(super) fn fails(builder: CaseBuilder, items: impl IntoIterator<Item = Item>) -> Case {
    builder
        .fail_after(1)
        .ok_if(Pattern::AnyPrefix(items.into_iter().collect()))
        .peer_fails_with(FAILING)
        .build()
}

/// As [`fails`], with any code: no sentence has one for octets that cannot be
/// inflated.
pub(super) fn fails_somehow(builder: CaseBuilder, items: impl IntoIterator<Item = Item>) -> Case {
    let mut case = fails(builder, items);
    case.expect.close.codes = vec![Codes::Range(1000, 4999)];
    case
}

/// As [`fails`]; but no sentence demands it, and whatever the testee makes of it
/// earns NON-STRICT. Our Close lets the one that takes it end at once.
pub(super) fn fails_or_takes(builder: CaseBuilder) -> Case {
    let mut case = builder
        .send(close(1000))
        .fail_after(1)
        .ok([])
        .non_strict_if(Pattern::Anything)
        .peer_fails_with(FAILING)
        .build();
    case.expect.close.informational = true;
    case
}

/// Begins a case of a MUST of RFC 7692.
pub(super) fn must(id: &str, title: &str, section: &str, rule: &str) -> CaseBuilder {
    case(id, title).must(RFC7692, section, rule)
}

/// A server that cannot do without is told apart by a connection with an offer
/// that nobody need decline; then comes another.
pub(super) fn probed(builder: CaseBuilder) -> CaseBuilder {
    builder
        .extensions("permessage-deflate")
        .send(squeezed(HELLO))
        .close_after(1)
        .next_connection()
}

/// The offer is declined: the connection opens without compression. A server that
/// does not open it at all has not accepted the offer either.
pub(super) fn declines(builder: CaseBuilder) -> Case {
    builder
        .send(text("Hello"))
        .fail_after(1)
        .ok([echo("Hello")])
        .should_open()
        .build()
}
