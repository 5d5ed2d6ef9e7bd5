//! Plays one connection of a case.
//!
//! A session is our end of the connection. It does what the script says, and
//! beside the script it behaves as the original suite's own endpoint does: it
//! answers pings and Closes, closes when all that was hoped for has been heard,
//! fails the connection when the testee breaks the protocol, and gives up when
//! the time is over. What it does to the testee is therefore part of each case,
//! and is the same in both profiles but for the moment of the automatic close.
//!
//! Four states, and what may happen in them:
//!
//! | state | we may | leaves it |
//! |---|---|---|
//! | connecting | send our head | a complete good head → open; a bad one, or 5 s → closed |
//! | open | send anything | our Close → closing; the testee's Close, answered → closing |
//! | closing | only what the script says; everything is still heard | end of TCP, a second violation, a time-out → closed |
//! | closed | nothing | |
//!
//! Time-outs after a Close: 1 s for the answer to ours; as a client 1 s for the
//! end of TCP after that answer. When the *testee* closed first, the original
//! waits for ever for the end of TCP; we wait [`LINGER`] and then take it as
//! ended. As a server we end TCP ourselves, and by `rfc` wait a second for the
//! client to do so too: what it says then is only looked at for frames that must
//! not come behind its Close.

mod accepting;
mod answering;
mod closing;
mod deflate;
mod haste;
mod hearing;
mod lenient;
mod negotiation;
mod opening;
mod outbox;
mod receiving;
pub mod request;
mod script;
mod timers;
mod traffic;
mod trips;

use std::sync::Arc;
use std::time::Duration;

use wscheck_wire::handshake::HeadReader;
use wscheck_wire::mask::MaskingKeys;
use wscheck_wire::{
    CloseCode, Conversation, Decoder, Eof, Moment, Output, Registry, Role, Rules, RulesConfig,
    Violation,
};

use crate::case::{Case, Script};
use crate::evidence::{Evidence, Traffic, ViolationAt};
use crate::expectation::Expectation;
use crate::log::{Log, RowKind};
use crate::masking_keys::KeyWatch;
use crate::pace::{Pace, Wait};
use crate::profile::Profile;
use crate::transcript::ConnectionRecord;

pub use accepting::ServerSide;
use deflate::Compression;
use haste::Haste;
use opening::ClientOpening;
pub use opening::Target;
use outbox::Outbox;
use receiving::Receiving;
use timers::{Timer, Timers};
use trips::Trips;

/// How long we wait for anything that no rule of a case bounds.
pub const LINGER: Duration = Duration::from_secs(10);

/// How many pongs may wait for the testee to read them.
const MAX_PONGS_WAITING: usize = 4096;

/// The longest head that we read, octets.
const HEAD_LIMIT: usize = 1 << 20;

/// How long the testee may take where no case says otherwise; `None`: as long
/// as it likes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For the opening handshake, from the connection of TCP.
    pub opening: Option<Duration>,
    /// For the answer to our Close.
    pub close_answer: Option<Duration>,
    /// For a server to end TCP after it answered our Close.
    pub server_drop: Option<Duration>,
}

impl Default for Limits {
    /// 5 s, 1 s and 1 s.
    fn default() -> Self {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        Self {
            opening: seconds(5),
            close_answer: seconds(1),
            server_drop: seconds(1),
        }
    }
}

/// What is the same for all connections of a run.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Whose expectation decides when all has been heard, and which close codes
    /// are known.
    pub profile: Profile,
    /// How long we wait.
    pub pace: Pace,
    /// What the testee's own steps may take at the nominal pace.
    pub limits: Limits,
    /// What our randomness derives from.
    pub seed: u64,
}

/// Where a connection is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Connecting,
    Open,
    Closing,
    Closed,
}

/// Who opened the connection, and what our part of the handshake needs.
#[derive(Debug)]
enum Side {
    /// We did.
    Dial(ClientOpening),
    /// The client that is tested.
    Accept(ServerSide),
}

/// Our end of one connection of a case; see the [module](self).
#[derive(Debug)]
pub struct Session {
    case: Arc<Case>,
    connection: usize,
    settings: Settings,
    role: Role,
    state: State,
    side: Side,
    head: HeadReader,
    keys: MaskingKeys,
    decoder: Decoder,
    frame_offset: u64,
    rules: Rules,
    receiving: Receiving,
    begun: Option<script::BegunFrame>,
    trips: Option<Trips>,
    compression: Option<Compression>,
    traffic: Traffic,
    keys_heard: KeyWatch,
    outbox: Outbox,
    timers: Timers,
    haste: Haste,
    ending: Option<Output>,
    over: bool,
    quiet: bool,
    /// The time between two pieces of our head, while it is being written.
    head_apart: Option<Duration>,
    /// How many octets of our head have not left yet.
    head_left: u64,
    /// Whether we read nothing for now.
    unread: bool,
    /// Whether we ended our direction of TCP, though not the connection.
    write_ended: bool,
    /// Whether what comes is HTTP, after an answer of ours that was no 101.
    turned_away: bool,
    /// How many pings were answered since all that we had to write was out.
    pongs_waiting: usize,
    evidence: Evidence,
    log: Log,
}

impl Session {
    /// A session that dials: we are the client, and a server is tested.
    /// `connection` is the index of the script in the case.
    ///
    /// # Panics
    /// If the case has no such connection.
    pub fn dial(case: Arc<Case>, connection: usize, target: &Target, settings: &Settings) -> Self {
        let mut session = Self::new(case, connection, settings, Role::Client, |keys, script| {
            Side::Dial(ClientOpening::new(target, &script.opening, keys))
        });
        session.send_request(Moment::ZERO);
        session
    }

    /// A session that accepts: we are the server, and a client is tested. Its
    /// first input is the client's request, from the first octet on.
    /// `connection` is the index of the script in the case.
    ///
    /// # Panics
    /// If the case has no such connection.
    pub fn accept(
        case: Arc<Case>,
        connection: usize,
        settings: &Settings,
        side: ServerSide,
    ) -> Self {
        Self::new(case, connection, settings, Role::Server, |_, _| {
            Side::Accept(side)
        })
    }

    fn new(
        case: Arc<Case>,
        connection: usize,
        settings: &Settings,
        role: Role,
        side: impl FnOnce(&mut MaskingKeys, &Script) -> Side,
    ) -> Self {
        assert!(
            connection < case.connections.len(),
            "case {} has no connection {connection}",
            case.id
        );
        let mut keys = MaskingKeys::seeded(connection_seed(settings.seed, &case, role, connection));
        let side = side(&mut keys, &case.connections[connection]);
        let mut session = Self {
            case,
            connection,
            settings: settings.clone(),
            role,
            state: State::Connecting,
            side,
            head: HeadReader::new(HEAD_LIMIT),
            keys,
            decoder: Decoder::new(),
            frame_offset: 0,
            rules: Rules::new(rules_for(role, settings.profile)),
            receiving: Receiving::default(),
            begun: None,
            trips: None,
            compression: None,
            traffic: Traffic::default(),
            keys_heard: KeyWatch::default(),
            outbox: Outbox::default(),
            timers: Timers::default(),
            haste: Haste::default(),
            ending: None,
            over: false,
            quiet: false,
            head_apart: None,
            head_left: 0,
            unread: false,
            write_ended: false,
            turned_away: false,
            pongs_waiting: 0,
            evidence: Evidence::default(),
            log: Log::default(),
        };
        session.give_up_after(Moment::ZERO, session.opening_limit(), Timer::Opening);
        session
    }

    /// What has been found out so far.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// What has happened so far.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// What happened.
    pub fn into_record(self) -> ConnectionRecord {
        ConnectionRecord {
            evidence: self.evidence,
            log: self.log,
        }
    }

    fn script(&self) -> &Script {
        &self.case.connections[self.connection]
    }

    fn expectation(&self) -> &Expectation {
        self.case.expectation(self.settings.profile)
    }

    fn row(&mut self, now: Moment, what: RowKind) {
        self.log.push(now, self.quiet, what);
    }

    /// A row that the original's wire log shows even where it is switched off.
    fn loud_row(&mut self, now: Moment, what: RowKind) {
        self.log.push(now, false, what);
    }

    fn start(&mut self, why: Wait, now: Moment, nominal: Duration, timer: Timer) {
        if let Some(wait) = self.settings.pace.wait(why, nominal) {
            self.timers.set(now + wait, timer);
        }
    }

    fn give_up_after(&mut self, now: Moment, limit: Option<Duration>, timer: Timer) {
        if let Some(limit) = limit {
            self.start(Wait::GiveUp, now, limit, timer);
        }
    }

    /// Notes a violation, and fails the connection for it. Each time that the
    /// same one is found counts anew, as in the original.
    fn violate(&mut self, now: Moment, violation: Violation) {
        self.note_violation(now, violation);
        // The original takes a frame after a Close as it comes.
        if !matches!(violation, Violation::FrameAfterClose) {
            self.fail(now, violation.close_code(), &violation.to_string());
        }
    }

    fn note_violation(&mut self, now: Moment, violation: Violation) {
        let found = ViolationAt {
            violation,
            offset: self.frame_offset,
            at: now,
        };
        let known = self.evidence.violations.iter().rev();
        let mut known = known.take_while(|known| known.offset == found.offset);
        if !known.any(|known| known.violation == violation) && self.evidence.violations.len() < 64 {
            self.evidence.violations.push(found);
        }
    }

    fn fail(&mut self, now: Moment, code: CloseCode, reason: &str) {
        if self.state == State::Closed {
            return;
        }
        self.evidence.closing.failed_by_us = true;
        match self.state {
            State::Open if !self.may_not_close() => {
                self.send_close(now, Some(code), Some(reason), closing::Initiative::Ours)
            }
            _ => self.drop_transport(now, closing::Drop::InOrder),
        }
    }

    fn on_timer(&mut self, now: Moment, timer: Timer) {
        match timer {
            Timer::Opening => self.on_opening_timeout(now),
            Timer::CloseAnswer => self.on_close_answer_timeout(now),
            Timer::ServerDrop => self.on_server_drop_timeout(now),
            Timer::Linger => self.on_linger_timeout(now),
            Timer::Parting => self.on_parted(),
            Timer::NextPiece => self.on_next_piece(now),
            Timer::Pause(step) => {
                self.timers.cancel(Timer::Silence);
                self.on_pause_end(now, step);
            }
            Timer::Silence => self.on_silence(now),
            Timer::FailAfter => {
                self.loud_row(now, RowKind::Failing);
                self.fail(now, CloseCode::GOING_AWAY, "no answer in time");
            }
            Timer::CloseAfter if self.may_not_close() => {
                self.drop_transport(now, closing::Drop::InOrder);
            }
            Timer::CloseAfter => {
                self.loud_row(now, RowKind::Closing);
                self.send_close(now, None, None, closing::Initiative::Ours);
            }
        }
    }
}

impl Conversation for Session {
    fn handle_input(&mut self, now: Moment, input: &mut [u8]) {
        if self.state == State::Closed && self.is_parting() {
            self.read_frames(now, input);
        }
        if self.state == State::Closed || input.is_empty() {
            return;
        }
        let in_pieces = self.timers.is_set(Timer::NextPiece);
        self.note_octets_received(now, input);
        self.note_reaction(now);
        match self.state {
            State::Connecting => self.read_head(now, input),
            _ if self.is_http(input) => {}
            State::Open | State::Closing => {
                if self.head_left > 0 {
                    self.note_before_the_answer(input);
                }
                self.read_frames(now, input);
            }
            State::Closed => {}
        }
        if !in_pieces {
            self.join_first_pieces(now);
        }
    }

    fn handle_eof(&mut self, now: Moment, how: Eof) {
        if self.over {
            return;
        }
        if self.state == State::Closed {
            self.on_parted();
            return;
        }
        self.evidence.closing.peer_ended = Some(how);
        self.loud_row(now, RowKind::PeerEnded { how });
        self.end(now, Output::Drop);
    }

    fn handle_timeout(&mut self, now: Moment) {
        while !self.over {
            let Some(timer) = self.timers.due(now) else {
                return;
            };
            self.on_timer(now, timer);
            if timer == Timer::NextPiece {
                // One piece a turn: the driver reads and writes in between.
                return;
            }
        }
    }

    fn poll_output(&mut self, now: Moment) -> Option<Output> {
        if let Some(octets) = self.outbox.next_write() {
            self.note_write(now);
            return Some(Output::Write(octets));
        }
        self.pongs_waiting = 0;
        self.compress_ahead();
        self.ending.take()
    }

    fn poll_timeout(&self) -> Option<Moment> {
        self.timers.next()
    }

    /// Who sends pings without end and reads no answer is not read either.
    fn wants_input(&self) -> bool {
        !self.unread && self.pongs_waiting < MAX_PONGS_WAITING
    }

    fn is_over(&self) -> bool {
        self.over
    }
}

/// What the testee must keep to, as long as no extension is agreed on.
fn rules_for(role: Role, profile: Profile) -> RulesConfig {
    RulesConfig {
        sender: role.other(),
        registry: match profile {
            Profile::Autobahn => Registry::Rfc6455,
            Profile::Rfc => Registry::Iana,
        },
        deflate: false,
    }
}

/// The seed of one connection: the run's, the case, the role and the index
/// all count.
fn connection_seed(run: u64, case: &Case, role: Role, connection: usize) -> u64 {
    let parts = case.id.parts().iter().map(|part| u64::from(*part));
    let role = match role {
        Role::Client => 1,
        Role::Server => 2,
    };
    parts
        .chain([role, connection as u64])
        .fold(run, |seed, part| {
            MaskingKeys::seeded(seed ^ part.wrapping_mul(0x2545_f491_4f6c_dd1d)).next_u64()
        })
}
