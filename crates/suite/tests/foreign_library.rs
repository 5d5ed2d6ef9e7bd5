//! Somebody else's library under test without a socket: tungstenite, reading
//! from and writing to memory.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::rc::Rc;

use tungstenite::handshake::MidHandshake;
use tungstenite::handshake::server::{NoCallback, ServerHandshake};
use tungstenite::{Error, HandshakeError, WebSocket};
use wscheck_suite::catalogue;
use wscheck_suite::in_process::{Reply, answering, play};
use wscheck_suite::profile::Profile;
use wscheck_suite::session::Settings;

/// A stream in memory; reading what is not there yet would block.
#[derive(Clone, Default)]
struct Memory(Rc<RefCell<(VecDeque<u8>, Vec<u8>)>>);

impl Read for Memory {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.borrow_mut().0.read(buffer)? {
            0 => Err(io::ErrorKind::WouldBlock.into()),
            count => Ok(count),
        }
    }
}

impl Write for Memory {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().1.write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

enum Server {
    Opening(Option<MidHandshake<ServerHandshake<Memory, NoCallback>>>),
    Open(WebSocket<Memory>),
    Closed,
}

impl Server {
    fn new(memory: &Memory) -> Self {
        match tungstenite::accept(memory.clone()) {
            Err(HandshakeError::Interrupted(middle)) => Self::Opening(Some(middle)),
            _ => Self::Closed,
        }
    }

    /// Goes on until it would block; echoes what is a message.
    fn run(&mut self) {
        loop {
            match self {
                Self::Opening(middle) => match middle.take().map(MidHandshake::handshake) {
                    Some(Ok(socket)) => *self = Self::Open(socket),
                    Some(Err(HandshakeError::Interrupted(again))) => return *middle = Some(again),
                    _ => *self = Self::Closed,
                },
                Self::Open(socket) => match socket.read() {
                    Ok(message) if message.is_text() || message.is_binary() => {
                        socket.send(message).unwrap()
                    }
                    Ok(_) => {}
                    Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => return,
                    Err(_) => {
                        let _ = socket.flush();
                        *self = Self::Closed;
                    }
                },
                Self::Closed => return,
            }
        }
    }
}

/// The verdict of `chapter`'s cases that are not OK/OK, a line each.
fn not_ok(profile: Profile, chapters: std::ops::RangeInclusive<u16>) -> Vec<String> {
    let settings = Settings {
        profile,
        ..Settings::default()
    };
    let cases = catalogue::all()
        .iter()
        .filter(|case| chapters.contains(&case.id.chapter()));
    let mut lines = Vec::new();
    for case in cases {
        let played = play(case, &settings, |_| {
            let memory = Memory::default();
            let mut server = Server::new(&memory);
            answering(move |octets| {
                memory.0.borrow_mut().0.extend(octets);
                server.run();
                let octets = std::mem::take(&mut memory.0.borrow_mut().1);
                Reply {
                    octets,
                    closed: matches!(server, Server::Closed),
                }
            })
        });
        let verdict = (
            played.verdict.behaviour.as_str(),
            played.verdict.close.as_str(),
        );
        if verdict != ("OK", "OK") {
            lines.push(format!("{} {} {}", case.id, verdict.0, verdict.1));
        }
    }
    lines
}

/// What the original says of the same library over TCP.
#[test]
fn tungstenite_in_memory_earns_what_it_earns_over_tcp() {
    assert_eq!(
        not_ok(Profile::Autobahn, 1..=7),
        [
            "6.4.3 NON-STRICT OK",
            "6.4.4 NON-STRICT OK",
            "7.1.6 INFORMATIONAL INFORMATIONAL",
            "7.13.1 INFORMATIONAL INFORMATIONAL",
            "7.13.2 INFORMATIONAL INFORMATIONAL",
        ]
    );
}
