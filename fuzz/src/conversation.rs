//! The reference endpoint, talked to by anybody.

use std::time::Duration;

use wscheck_wire::deflate::DeflateConfig;
use wscheck_wire::handshake::{ClientRequest, encode_key};
use wscheck_wire::{Conversation, Echo, EndpointConfig, Eof, Moment, Output};

/// No answer may be longer than so many times what was said: a deflated message is inflated,
/// up to the limit below.
const LIMIT: u64 = 1 << 20;

/// What opens a conversation, for half of the inputs.
const REQUEST: &[u8] =
    b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n";

/// Either role takes whatever comes, in pieces, with pauses, until it ends; it says a bounded
/// amount, and is over in the end. The first octet says how it comes.
pub fn endpoints(octets: &[u8]) {
    let Some((manner, octets)) = octets.split_first() else {
        return;
    };
    let config = EndpointConfig {
        deflate: (manner & 1 != 0).then(DeflateConfig::default),
        max_message: LIMIT,
        ..EndpointConfig::default()
    };
    let mut echo = match manner & 2 {
        0 => Echo::server(config),
        _ => Echo::client(config, request()),
    };
    let mut now = Moment::ZERO;
    let mut said = 0;
    if manner & 6 == 0 {
        take(&mut echo, now, REQUEST);
        said += say(&mut echo, now);
    }
    let at_a_time = usize::from(manner >> 3) + 1;
    for piece in octets.chunks(at_a_time) {
        now += Duration::from_millis(1);
        take(&mut echo, now, piece);
        said += say(&mut echo, now);
    }
    if !echo.is_over() {
        echo.handle_eof(now, Eof::Fin);
    }
    said += say(&mut echo, now);
    for _ in 0..16 {
        let Some(due) = echo.poll_timeout() else {
            break;
        };
        now = now.max(due);
        echo.handle_timeout(now);
        said += say(&mut echo, now);
    }
    assert!(echo.is_over(), "it waits for something after the end");
    let most = 64 * 1024 + (octets.len() as u64 + 1) * 1100;
    assert!(said <= most, "{said} octets in answer to {}", octets.len());
}

fn take(echo: &mut Echo, now: Moment, octets: &[u8]) {
    if !echo.is_over() {
        echo.handle_input(now, &mut octets.to_vec());
    }
}

/// How many octets it says.
fn say(echo: &mut Echo, now: Moment) -> u64 {
    let mut said = 0;
    while let Some(output) = echo.poll_output(now) {
        if let Output::Write(octets) = output {
            said += octets.len() as u64;
        }
    }
    said
}

/// A request that a client may send.
pub fn request() -> ClientRequest {
    ClientRequest::bare("/", "a", encode_key([0; 16]))
}
