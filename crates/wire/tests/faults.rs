//! A faulty peer is served to anybody: whatever it hears, it stays on its feet,
//! and comes to rest.

use std::time::Duration;

use proptest::prelude::*;
use wscheck_wire::deflate::DeflateConfig;
use wscheck_wire::fault::{self, Fault, FaultyPeer, ODDITIES};
use wscheck_wire::{Conversation, Echo, EndpointConfig, Eof, Moment, Opcode, Output, Role};

mod support;

fn config() -> EndpointConfig {
    EndpointConfig {
        deflate: Some(DeflateConfig::default()),
        ..EndpointConfig::default()
    }
}

fn peer(fault: &Fault, role: Role) -> FaultyPeer {
    match role {
        Role::Server => FaultyPeer::server(fault, config()),
        Role::Client => FaultyPeer::client(fault, config(), support::request(None)),
    }
}

/// What a peer in this role hears first.
fn opening(role: Role) -> Vec<u8> {
    match role {
        Role::Server => support::request(Some("permessage-deflate")).encode(),
        Role::Client => support::response(Some("permessage-deflate")),
    }
}

fn all() -> impl Iterator<Item = (&'static Fault, Role)> {
    let all = fault::all().chain(ODDITIES.faults);
    all.flat_map(|fault| fault.roles().iter().map(move |role| (fault, *role)))
}

/// Feeds `octets` in pieces, lets time pass until nothing is left to wait for,
/// and ends the stream. Gives what was said.
fn hold(peer: &mut impl Conversation, octets: &[u8], piece: usize) -> Vec<u8> {
    let (mut said, mut now) = (Vec::new(), Moment::ZERO);
    let mut listen = |peer: &mut dyn Conversation, now| {
        let mut ended = false;
        while let Some(output) = peer.poll_output(now) {
            match output {
                Output::Write(octets) => said.extend(octets),
                Output::ShutdownWrite => {}
                Output::Drop | Output::Reset => ended = true,
            }
        }
        ended
    };
    for piece in octets.chunks(piece) {
        if listen(peer, now) {
            return said;
        }
        peer.handle_input(now, &mut piece.to_vec());
    }
    for _ in 0..2000 {
        if listen(peer, now) {
            return said;
        }
        let Some(next) = peer.poll_timeout() else {
            break;
        };
        now = now.max(next);
        peer.handle_timeout(now);
    }
    peer.handle_eof(now, Eof::Fin);
    // What was late may come later still; then it is over.
    for _ in 0..4000 {
        if listen(peer, now) {
            return said;
        }
        now += Duration::from_secs(120);
        peer.handle_timeout(now);
    }
    panic!("it never ends");
}

fn masked(role: Role, fin: bool, rsv: u8, opcode: u8, payload: &[u8]) -> Vec<u8> {
    // A server hears a client.
    let mask = (role == Role::Server).then_some([1, 2, 3, 4]);
    support::frame(fin, rsv, Opcode::from_bits(opcode), payload, mask)
}

fn conversation() -> impl Strategy<Value = Vec<(bool, u8, u8, Vec<u8>)>> {
    let opcodes = prop::sample::select(vec![0_u8, 1, 1, 2, 3, 8, 9, 9, 10, 11]);
    let payload = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..140),
        Just("κόσμε 😀".as_bytes().to_vec()),
        Just(vec![3, 232]),
    ];
    let frame = (
        prop::bool::weighted(0.8),
        prop_oneof![4 => Just(0_u8), 1 => 0_u8..8],
        opcodes,
        payload,
    );
    prop::collection::vec(frame, 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_conversation_makes_a_faulty_peer_panic_or_hang(
        frames in conversation(),
        piece in 1_usize..200,
    ) {
        for (fault, role) in all() {
            let frames = frames.iter().map(|(fin, rsv, opcode, payload)| {
                masked(role, *fin, *rsv, *opcode, payload)
            });
            let octets = [opening(role), frames.collect::<Vec<_>>().concat()].concat();
            hold(&mut peer(fault, role), &octets, piece);
        }
    }

    #[test]
    fn no_octets_make_a_faulty_peer_panic_or_hang(
        octets in prop::collection::vec(any::<u8>(), 0..600),
        opened: bool,
        piece in 1_usize..200,
    ) {
        for (fault, role) in all() {
            let opening = if opened { opening(role) } else { Vec::new() };
            hold(&mut peer(fault, role), &[opening, octets.clone()].concat(), piece);
        }
    }
}

/// The conversation has a bit of everything.
#[test]
fn a_fault_in_what_is_said_is_heard() {
    let text = |role, fin, opcode, payload: &[u8]| masked(role, fin, 0, opcode, payload);
    for role in [Role::Server, Role::Client] {
        let talk = [
            opening(role),
            text(role, true, 1, b"Hello, world: a text that is long enough"),
            text(role, true, 9, b"first\0"),
            text(role, true, 9, b"second, which is longer"),
            text(role, true, 2, b"\xff\xfe"),
            text(role, true, 8, b"\x03\xe8bye"),
        ]
        .concat();
        let mut echo: Box<dyn Conversation> = match role {
            Role::Server => Box::new(Echo::server(config())),
            Role::Client => Box::new(Echo::client(config(), support::request(None))),
        };
        let frames = |said: Vec<u8>| {
            let head = said.windows(4).position(|four| four == b"\r\n\r\n");
            support::frames(&said[head.expect("a head") + 4..])
        };
        let good = frames(hold(&mut echo, &talk, 4096));
        assert_eq!(good.len(), 5);
        for name in [
            "pong-empty",
            "echo-altered",
            "close-said-twice",
            "fin-never-set",
        ] {
            let fault = fault::find(name).expect("a fault");
            let said = frames(hold(&mut peer(fault, role), &talk, 4096));
            assert_ne!(said, good, "{name} {role}");
        }
    }
}
