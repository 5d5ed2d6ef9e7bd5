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
use wscheck_suite::octets::from_hex;
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

/// Octets written by hand, at the boundary of each violation.
const BOUNDARIES: &str = include_str!("../../wire/tests/data/boundaries.txt");

/// Where the library draws another line. Three are findings: it takes lengths
/// in more octets than they need, which RFC 6455 §5.2 forbids to send. The
/// fourth is its limit on the length of a frame, which §10.4 allows; of 1014 the
/// RFC itself does not know, only the registry of IANA.
const DIFFERS: [(&str, &str, &str); 5] = [
    ("length-not-minimal", "82 7e 007d 61*125", "takes"),
    (
        "length-not-minimal",
        "82 7f 000000000000ffff 61*65535",
        "takes",
    ),
    ("length-not-minimal", "82 7f 0000000000000000", "takes"),
    ("length-too-large", "82 7f 7fffffffffffffff", "refuses"),
    ("close-code-invalid", "88 02 03f6", "refuses"),
];

/// Whether the library finds nothing wrong with octets that a peer in the role
/// `sender` sent, once the connection is open.
fn takes(sender: &str, octets: Vec<u8>) -> bool {
    let role = match sender {
        "client" => tungstenite::protocol::Role::Server,
        _ => tungstenite::protocol::Role::Client,
    };
    let memory = Memory::default();
    memory.0.borrow_mut().0.extend(octets);
    let mut socket = WebSocket::from_raw_socket(memory.clone(), role, None);
    loop {
        match socket.read() {
            Ok(_) => {}
            Err(Error::ConnectionClosed) => break,
            Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(_) => return false,
        }
    }
    let said = memory.0.borrow().1.clone();
    close_code(&said) != Some(1002)
}

/// The code of the Close frame that octets begin with, if they do.
fn close_code(said: &[u8]) -> Option<u16> {
    let (header, rest) = said.split_at_checked(2)?;
    let (key, body) = match header[1] & 0x80 {
        0 => ([0; 4], rest),
        _ => (*rest.first_chunk()?, &rest[4..]),
    };
    let code = [body.first()? ^ key[0], body.get(1)? ^ key[1]];
    (header[0] == 0x88).then_some(u16::from_be_bytes(code))
}

fn octets_of(text: &str) -> Vec<u8> {
    let words = text.split_whitespace();
    let octets = words.map(|word| match word.split_once('*') {
        None => from_hex(word).unwrap(),
        Some((unit, times)) => from_hex(unit).unwrap().repeat(times.parse().unwrap()),
    });
    octets.collect::<Vec<_>>().concat()
}

/// A library that shares no line with us draws the same boundaries, but for a few.
#[test]
fn tungstenite_agrees_at_each_boundary() {
    let rows = BOUNDARIES.lines().filter(|line| !line.starts_with('#'));
    let rows = rows.map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    // It knows no compression.
    let mut differs = Vec::new();
    for row in rows.filter(|row| row.len() == 5 && row[2] == "-") {
        if !takes(row[1], octets_of(row[3])) {
            differs.push((row[0], row[3], "refuses"));
        }
        if takes(row[1], octets_of(row[4])) {
            differs.push((row[0], row[4], "takes"));
        }
    }
    assert_eq!(differs, DIFFERS);
}
