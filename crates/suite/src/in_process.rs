//! Plays cases against a peer in this process: no socket, and no time but the
//! one that the two sides ask for.
//!
//! This is how the suite tests itself, and how the author of a sans-I/O library
//! can run the cases in a unit test:
//!
//! ```
//! use wscheck_suite::in_process::{Reply, answering, play};
//! use wscheck_suite::session::Settings;
//! use wscheck_suite::{catalogue, verdict::Grade};
//! # use wscheck_wire::{Conversation, Echo, EndpointConfig, Moment, Output};
//! # struct MyServer(Echo);
//! # impl MyServer {
//! #     fn new() -> Self { Self(Echo::server(EndpointConfig::default())) }
//! #     fn receive(&mut self, octets: &[u8]) { self.0.handle_input(Moment::ZERO, &mut octets.to_vec()); }
//! #     fn take_output(&mut self) -> (Vec<u8>, bool) {
//! #         let (mut octets, mut closed) = (Vec::new(), false);
//! #         while let Some(output) = self.0.poll_output(Moment::ZERO) {
//! #             match output { Output::Write(w) => octets.extend(w), _ => closed = true }
//! #         }
//! #         (octets, closed)
//! #     }
//! # }
//!
//! for case in catalogue::all().iter().filter(|case| case.id.chapter() == 5) {
//!     let played = play(case, &Settings::default(), |_connection| {
//!         let mut server = MyServer::new();
//!         answering(move |octets| {
//!             server.receive(octets);
//!             let (octets, closed) = server.take_output();
//!             Reply { octets, closed }
//!         })
//!     });
//!     assert_eq!(played.verdict.grade, Grade::Ok, "{}: {:?}", case.id, played.verdict);
//! }
//! ```

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use wscheck_wire::{Conversation, Eof, Moment, Output, Role};

use crate::case::Case;
use crate::judge::judge;
use crate::request_rule::RequestRule;
use crate::session::{ServerSide, Session, Settings, Target};
use crate::transcript::Transcript;
use crate::verdict::Verdict;

/// The longest that a connection may last, in its own time.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// So many portions are carried while no time passes. Two sides that have not
/// come to rest by then may never do so: from there on each takes [`A_WHILE`].
const CARRIED_AT_ONCE: u32 = 100_000;

/// What a portion takes between two sides that do not come to rest.
const A_WHILE: Duration = Duration::from_millis(1);

/// What came of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Played {
    /// The verdict.
    pub verdict: Verdict,
    /// What happened.
    pub transcript: Transcript,
}

/// Plays `case` with us as the client; `server` makes the peer of each
/// connection, given its index.
pub fn play<C: Conversation>(
    case: &Case,
    settings: &Settings,
    mut server: impl FnMut(usize) -> C,
) -> Played {
    play_with(case, settings, Role::Server, |case, connection, _| {
        let session = Session::dial(case, connection, &Target::default(), settings);
        (session, server(connection))
    })
}

/// Plays `case` with us as the server; `client` makes the peer of each
/// connection, given its index. A case that compares the client's key with
/// earlier ones is played once before, with the index behind the last.
pub fn play_client<C: Conversation>(
    case: &Case,
    settings: &Settings,
    mut client: impl FnMut(usize) -> C,
) -> Played {
    play_with(case, settings, Role::Client, |case, connection, keys| {
        let side = ServerSide {
            earlier_keys: keys.into(),
            ..ServerSide::default()
        };
        let script = connection.min(case.connections.len() - 1);
        let session = Session::accept(case, script, settings, side);
        (session, client(connection))
    })
}

/// Plays the connections one after another; `meet` gives both ends of each.
fn play_with<C: Conversation>(
    case: &Case,
    settings: &Settings,
    testee: Role,
    mut meet: impl FnMut(Arc<Case>, usize, &[Arc<str>]) -> (Session, C),
) -> Played {
    let case = Arc::new(case.clone());
    let mut transcript = Transcript::default();
    let compares = case
        .expectation(settings.profile)
        .request
        .contains(&RequestRule::FreshKey);
    let before = (compares && testee == Role::Client).then_some(case.connections.len());
    let mut keys = Vec::new();
    for connection in before.into_iter().chain(0..case.connections.len()) {
        let (mut session, mut peer) = meet(case.clone(), connection, &keys);
        converse(&mut session, &mut peer);
        keys.extend(session.evidence().opening.key().map(Arc::from));
        if Some(connection) != before {
            transcript.connections.push(session.into_record());
        }
    }
    let verdict = judge(&case, settings.profile, testee, &transcript.evidence());
    Played {
        verdict,
        transcript,
    }
}

/// What a peer made of a function answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// Octets to send.
    pub octets: Vec<u8>,
    /// Whether the peer ends the connection after them.
    pub closed: bool,
}

/// A peer that only ever answers: `respond` is given what was sent to it.
pub fn answering(respond: impl FnMut(&[u8]) -> Reply) -> impl Conversation {
    Answering {
        respond,
        outputs: VecDeque::new(),
    }
}

struct Answering<F> {
    respond: F,
    outputs: VecDeque<Output>,
}

impl<F: FnMut(&[u8]) -> Reply> Conversation for Answering<F> {
    fn handle_input(&mut self, _now: Moment, input: &mut [u8]) {
        let reply = (self.respond)(input);
        if !reply.octets.is_empty() {
            self.outputs.push_back(Output::Write(reply.octets));
        }
        if reply.closed {
            self.outputs.push_back(Output::Drop);
        }
    }

    fn handle_eof(&mut self, _now: Moment, _how: Eof) {}

    fn handle_timeout(&mut self, _now: Moment) {}

    fn poll_output(&mut self, _now: Moment) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn poll_timeout(&self) -> Option<Moment> {
        None
    }
}

/// Lets `session` and `peer` talk until the session is over. Octets arrive at
/// once and in the portions in which they were written; time passes only when
/// nothing else is left to do.
pub fn converse(session: &mut Session, peer: &mut impl Conversation) {
    let mut line = Line::default();
    loop {
        line.carry(session, peer);
        if session.is_over() {
            return;
        }
        let peer_timeout = peer.poll_timeout().filter(|_| !line.peer_ended);
        let next = [session.poll_timeout(), peer_timeout]
            .into_iter()
            .flatten()
            .min();
        let Some(next) = next.filter(|next| *next <= LONGEST) else {
            return;
        };
        line.now = line.now.max(next);
        line.carried = 0;
        session.handle_timeout(line.now);
        if !line.peer_ended {
            peer.handle_timeout(line.now);
        }
    }
}

/// The line between the two.
#[derive(Default)]
struct Line {
    now: Moment,
    to_peer: VecDeque<Vec<u8>>,
    to_session: VecDeque<Vec<u8>>,
    peer_ended: bool,
    peer_eof: Option<Eof>,
    carried: u32,
}

impl Line {
    /// Carries octets to and fro until both sides are silent.
    fn carry(&mut self, session: &mut Session, peer: &mut impl Conversation) {
        loop {
            self.collect(session, peer);
            self.let_time_pass(session);
            if let Some(mut octets) = self.to_peer.pop_front() {
                if !self.peer_ended {
                    peer.handle_input(self.now, &mut octets);
                }
            } else if let Some(mut octets) = self.to_session.pop_front() {
                if !session.is_over() {
                    session.handle_input(self.now, &mut octets);
                }
            } else if let Some(eof) = self.peer_eof.take() {
                session.handle_eof(self.now, eof);
            } else {
                return;
            }
        }
    }

    fn let_time_pass(&mut self, session: &mut Session) {
        self.carried = self.carried.saturating_add(1);
        if self.carried > CARRIED_AT_ONCE {
            self.now += A_WHILE;
            session.handle_timeout(self.now);
        }
    }

    fn collect(&mut self, session: &mut Session, peer: &mut impl Conversation) {
        while let Some(output) = session.poll_output(self.now) {
            match output {
                Output::Write(octets) => self.to_peer.push_back(octets),
                // Nothing that the peer does now can be heard.
                Output::Drop | Output::Reset | Output::ShutdownWrite => {}
            }
        }
        while let Some(output) = peer.poll_output(self.now).filter(|_| !self.peer_ended) {
            match output {
                Output::Write(octets) => self.to_session.push_back(octets),
                Output::Drop | Output::ShutdownWrite => self.end_peer(Eof::Fin),
                Output::Reset => self.end_peer(Eof::Reset),
            }
        }
    }

    fn end_peer(&mut self, how: Eof) {
        self.peer_ended = true;
        self.peer_eof = Some(how);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;
    use crate::verdict::Grade;
    use wscheck_wire::handshake::{HeadReader, accept_for};

    /// Opens the connection, and answers all that comes after with a ping.
    fn pings_without_end(octets: &[u8]) -> Reply {
        let head = HeadReader::new(1 << 16).push(octets).ok().flatten();
        let key = head
            .as_ref()
            .and_then(|(head, _)| head.values("Sec-WebSocket-Key").next());
        let mut reply = Vec::new();
        if let Some(key) = key {
            let accept = accept_for(key);
            let fields = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept";
            reply = format!("HTTP/1.1 101 OK\r\n{fields}: {accept}\r\n\r\n").into_bytes();
        }
        reply.extend_from_slice(b"\x89\x00");
        Reply {
            octets: reply,
            closed: false,
        }
    }

    #[test]
    fn two_that_never_come_to_rest_run_out_of_time() {
        let case = catalogue::find("1.1.1".parse().unwrap()).unwrap();
        let played = play(case, &Settings::default(), |_| answering(pings_without_end));
        assert_eq!(played.verdict.grade, Grade::Failed);
    }
}
