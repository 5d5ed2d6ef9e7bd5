//! What the tunnel carries: octets, whatever they mean.

use super::{RFC6455, RFC9110, Through, raw, send, through};
use crate::case::{Case, Masking, Step};
use crate::relay::{RelayRule, RelaySide, RelayStep, length};
use crate::vocabulary::{binary, close_with, continuation, opcode, ping, pong, text};
use wscheck_wire::{LengthForm, Opcode};

/// What bounds a play: the last that the upstream sends, a pong, when it has heard
/// all.
const LAST: &[u8] = b"\x8a\x00";

const TUNNEL: &str = "behind the 101 the protocol is the one agreed on, which is none of the \
                      proxy's";

const UNKNOWN_BITS: &str = "who does not know what reserved bits say leaves the fragments of a \
                            message as they are";

const MIB: u64 = 1024 * 1024;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = frames();
    cases.extend(strange_frames());
    cases.extend(amounts());
    cases
}

fn frames() -> Vec<Case> {
    vec![
        both(
            "30.4.1",
            "a text each way",
            [send(text("Hello, upstream!"))],
            [send(text("Hello, client!"))],
        ),
        both(
            "30.4.2",
            "a binary message of all octets each way",
            [send(binary(all_octets()))],
            [send(binary(all_octets()))],
        ),
        both(
            "30.4.3",
            "fragments with a ping between them",
            [
                send(text("Hel").more()),
                send(ping("between")),
                send(continuation("lo")),
            ],
            [
                send(text("Hel").more()),
                send(ping("between")),
                send(continuation("lo")),
            ],
        ),
        both(
            "30.4.4",
            "pings and pongs are carried, not answered",
            [send(ping("client")), send(pong("unasked"))],
            [send(ping("upstream")), send(pong("unasked"))],
        ),
        both(
            "30.4.5",
            "a Close each way is carried, and what follows it too",
            [send(close_with(1000, "done")), raw(b"after")],
            [send(close_with(4999, "done")), raw(b"after")],
        ),
        with_answer(),
    ]
}

/// It is lawful for a server to send at once.
fn with_answer() -> Case {
    let mut case = through("30.4.6", "frames in one segment with the 101 arrive")
        .must(
            RFC6455,
            "4.2.2",
            "when its answer is sent the connection is open, and the server may send",
        )
        .opens()
        .client([RelayStep::Hear(15)]);
    case.relay.upstream.with_head = b"\x81\x05Hello\x82\x06\x00\x01\x02\x03\x04\x05"[..].into();
    case.expect(RelayRule::Carries(RelaySide::Upstream)).build()
}

fn strange_frames() -> Vec<Case> {
    let reserved =
        || [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(|bits| send(opcode(bits).payload("?")));
    vec![
        both(
            "30.4.7",
            "reserved bits arrive as they left",
            [send(text("compressed?").rsv(4)), send(binary("x").rsv(7))],
            [send(text("compressed?").rsv(4)), send(binary("x").rsv(7))],
        ),
        both(
            "30.4.8",
            "reserved opcodes arrive as they left",
            reserved(),
            reserved(),
        ),
        both(
            "30.4.9",
            "frames masked against the rules arrive as they left",
            [send(text("not masked").masking(Masking::Off))],
            [send(text("masked").masking(Masking::Key([1, 2, 3, 4])))],
        ),
        both(
            "30.4.10",
            "text that is no UTF-8 arrives as it left",
            [send(text(b"\xce\xba\xff\xfe"))],
            [send(text(b"\xed\xa0\x80"))],
        ),
        both(
            "30.4.11",
            "a length that is announced and not sent holds nothing back",
            [send(binary("").announce(1 << 40))],
            [send(
                binary("").announce(1 << 40).length_form(LengthForm::Bits64),
            )],
        ),
        both(
            "30.4.12",
            "octets that are no frames arrive as they left",
            [raw(vec![0xff; 300])],
            [raw(vec![0x00; 300])],
        ),
        both(
            "30.4.13",
            "octets that look like HTTP arrive as they left",
            [raw(b"GET /inside HTTP/1.1\r\nHost: inside.example\r\n\r\n")],
            [raw(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")],
        ),
    ]
}

fn amounts() -> Vec<Case> {
    let large = || send(binary(vec_of(MIB)));
    let many = |count| {
        [RelayStep::Send(Step::Fragments {
            opcode: Opcode::BINARY,
            payload: vec_of(count),
            size: 1,
            compressed: false,
            breaks: Vec::new(),
        })]
    };
    vec![
        both(
            "30.4.14",
            "writes of one octet are not held back for more",
            [send(text("octet by octet").chop(1))],
            [send(text("octet by octet").chop(1))],
        ),
        both(
            "30.4.15",
            "2,000 fragments of one octet each way",
            many(2000),
            many(2000),
        ),
        through("30.4.16", "1 MiB to the upstream")
            .must(RFC9110, "7.8", TUNNEL)
            .exchange(vec![large()], vec![]),
        through("30.4.17", "1 MiB to the client")
            .must(RFC9110, "7.8", TUNNEL)
            .exchange(vec![], vec![large()]),
        both("30.4.18", "1 MiB each way at once", [large()], [large()]),
        through("30.4.19", "one answers the other, octet by octet")
            .must(RFC9110, "7.8", TUNNEL)
            .opens()
            .client((1..=20).flat_map(|turn| [raw(b"?"), RelayStep::Hear(turn)]))
            .upstream((1..=20).flat_map(|turn| [RelayStep::Hear(turn), raw(b"!")]))
            .carries()
            .build(),
    ]
}

fn vec_of(length: u64) -> crate::payload::Payload {
    crate::payload::Payload::repeat(b"The octets of a proxy are not its own. ", length)
}

fn all_octets() -> Vec<u8> {
    (0..=255).collect()
}

/// Both ends send at once, and all of it arrives.
fn both(
    id: &str,
    title: &str,
    client: impl IntoIterator<Item = RelayStep>,
    upstream: impl IntoIterator<Item = RelayStep>,
) -> Case {
    let case = through(id, title).must(RFC9110, "7.8", TUNNEL);
    let case = match id {
        "30.4.7" => case.must(RFC6455, "5.4", UNKNOWN_BITS),
        _ => case,
    };
    case.exchange(client.into_iter().collect(), upstream.into_iter().collect())
}

impl Through {
    fn carries(self) -> Self {
        self.expect(RelayRule::Carries(RelaySide::Client))
            .expect(RelayRule::Carries(RelaySide::Upstream))
    }

    /// Each end sends its part. The connection is ended when both have heard all.
    fn exchange(self, client: Vec<RelayStep>, upstream: Vec<RelayStep>) -> Case {
        let from_client = length(&client, RelaySide::Client);
        let from_upstream = length(&upstream, RelaySide::Upstream) + LAST.len() as u64;
        self.opens()
            .client(client)
            .client([RelayStep::Hear(from_upstream)])
            .upstream(upstream)
            .upstream([RelayStep::Hear(from_client), raw(LAST)])
            .carries()
            .build()
    }
}
