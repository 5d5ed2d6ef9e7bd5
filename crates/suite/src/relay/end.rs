//! Our end of a proxy, before it or behind it, without I/O.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use wscheck_wire::handshake::{ClientRequest, Head, HeadReader, accept_for, encode_key};
use wscheck_wire::mask::MaskingKeys;
use wscheck_wire::{Conversation, Eof, Moment, Output};

use super::answers::{AnswerReader, Got};
use super::evidence::{KEPT_HEADS, RelayEvidence, StreamSeen, kept_head};
use super::head::list;
use super::outgoing;
use super::{Relay, RelayScript, RelaySide, RelayStep};
use crate::case::{Case, Step};
use crate::evidence::Evidence;
use crate::head_edit::{Words, edited};
use crate::log::{Log, ROW_OCTETS, RowKind};
use crate::octets::Octets;
use crate::pace::{Pace, Wait};
use crate::session::Target;
use crate::transcript::ConnectionRecord;

/// The field by which a request tells whose it is: a proxy forwards what it does
/// not know (RFC 9110 §5.1).
pub const CASE_FIELD: &str = "X-Wscheck-Case";

/// The field that a second, plain request has.
const ASK_FIELD: &str = "X-Wscheck-Ask";

/// The field that no proxy passes on: it is named in `Connection`.
pub(super) const HOP_FIELD: &str = "X-Wscheck-Hop";

/// How long each wait may last.
const LIMIT: Duration = Duration::from_secs(5);

/// The longest head that we read, octets.
const HEAD_LIMIT: usize = 1 << 20;

/// What we answer to a plain request.
const PLAIN_ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nplain";

/// What is the same for both ends.
#[derive(Debug, Clone, Default)]
pub struct RelaySettings {
    /// Whom we dial.
    pub target: Target,
    /// What tells our request from those of others, as in `30.1.1-1`.
    pub token: String,
    /// How long we wait.
    pub pace: Pace,
    /// What our randomness derives from.
    pub seed: u64,
}

/// One of our two ends of a case that is played through a proxy.
#[derive(Debug)]
pub struct RelayEnd {
    case: Arc<Case>,
    side: RelaySide,
    settings: RelaySettings,
    state: State,
    keys: MaskingKeys,
    next_step: usize,
    /// Whether the steps may be taken: the peer's head has come.
    begun: bool,
    paused: bool,
    outputs: VecDeque<Output>,
    deadline: Option<Moment>,
    requests: HeadReader,
    answers: AnswerReader,
    sent: StreamSeen,
    received: StreamSeen,
    shut: bool,
    over: bool,
    is_stranger: bool,
    seen: RelayEvidence,
    evidence: Evidence,
    log: Log,
}

/// What we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The first head of the peer.
    Head,
    /// HTTP, after an upgrade that was not agreed to.
    Http,
    /// What comes through the tunnel.
    Tunnel,
    /// What is no HTTP where HTTP should be.
    Stray,
}

impl RelayEnd {
    /// The client before the proxy.
    ///
    /// # Panics
    /// If the case is none that is played through a proxy.
    pub fn client(case: Arc<Case>, settings: RelaySettings) -> Self {
        let mut end = Self::new(case, RelaySide::Client, settings);
        end.send_request();
        end
    }

    /// The server behind the proxy, for one connection.
    ///
    /// # Panics
    /// If the case is none that is played through a proxy.
    pub fn upstream(case: Arc<Case>, settings: RelaySettings) -> Self {
        Self::new(case, RelaySide::Upstream, settings)
    }

    fn new(case: Arc<Case>, side: RelaySide, settings: RelaySettings) -> Self {
        assert!(case.relay.is_some(), "case {} is for no proxy", case.id);
        let side_number = u64::from(side == RelaySide::Upstream);
        let mut end = Self {
            keys: MaskingKeys::seeded(settings.seed.wrapping_mul(2) ^ side_number),
            case,
            side,
            settings,
            state: State::Head,
            next_step: 0,
            begun: false,
            paused: false,
            outputs: VecDeque::new(),
            deadline: None,
            requests: HeadReader::new(HEAD_LIMIT),
            answers: AnswerReader::new(),
            sent: StreamSeen::default(),
            received: StreamSeen::default(),
            shut: false,
            over: false,
            is_stranger: false,
            seen: RelayEvidence::default(),
            evidence: Evidence::default(),
            log: Log::default(),
        };
        end.wait_from(Moment::ZERO);
        end
    }

    /// Whether somebody else's request came: a look whether we are well, or one
    /// of an earlier case.
    pub fn is_stranger(&self) -> bool {
        self.is_stranger || self.seen.requests.is_empty() && self.side == RelaySide::Upstream
    }

    /// What happened.
    pub fn into_record(mut self) -> ConnectionRecord {
        self.seen.sent = self.sent.evidence();
        self.seen.received = self.received.evidence();
        let opening = &mut self.evidence.opening;
        opening.request = self.seen.requests.first().cloned().unwrap_or_default();
        opening.response = match (self.side, self.seen.answers.first()) {
            (RelaySide::Client, Some(first)) => first.head.clone(),
            (RelaySide::Client, None) => Octets::default(),
            (RelaySide::Upstream, _) => self.seen.answered.clone(),
        };
        let head = Head {
            octets: opening.response.0.clone(),
        };
        opening.status = head.status();
        opening.agent = list(&head, "Server").into_iter().next();
        self.evidence.relay = Some(Box::new(self.seen));
        ConnectionRecord {
            evidence: self.evidence,
            log: self.log,
        }
    }

    fn relay(&self) -> &Relay {
        // Checked when this was made.
        self.case.relay.as_deref().unwrap_or(&NOTHING)
    }

    fn script(&self) -> &RelayScript {
        self.relay().script(self.side)
    }

    fn send_request(&mut self) {
        let target = &self.settings.target;
        let mut headers = target.headers.clone();
        headers.push((CASE_FIELD.into(), self.settings.token.clone()));
        let request = ClientRequest {
            target: target.resource.clone(),
            host: target.host.clone(),
            user_agent: target.user_agent.clone(),
            headers,
            key: encode_key(self.keys.next_nonce()),
            origin: target.origin.clone(),
            protocols: target.protocols.clone(),
            extensions: None,
        };
        let words = Words {
            target: request.target.clone(),
            host: request.host.clone(),
            key: request.key.clone(),
            ..Words::default()
        };
        let mut head = edited(request.encode(), &self.script().head, &words);
        self.seen.requests.push(kept_head(&head));
        let with_head = self.script().with_head.to_octets().into_owned();
        head.extend_from_slice(&with_head);
        self.sent.push(&with_head);
        self.write(Moment::ZERO, head);
    }

    /// Answers the first request, as the script has it.
    fn answer(&mut self, now: Moment, request: &Head) {
        let key = request.joined("Sec-WebSocket-Key").unwrap_or_default();
        let accept = accept_for(&key);
        let by_the_book = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {accept}\r\n\r\n"
        );
        let words = Words {
            key: String::from_utf8_lossy(&key).into_owned(),
            accept,
            ..Words::default()
        };
        let mut head = edited(by_the_book.into_bytes(), &self.script().head, &words);
        self.seen.answered = kept_head(&head);
        let opens = self.relay().agrees();
        self.state = if opens { State::Tunnel } else { State::Http };
        let with_head = self.script().with_head.to_octets().into_owned();
        head.extend_from_slice(&with_head);
        self.write(now, head);
        if opens {
            self.sent.push(&with_head);
            self.opened(now);
        }
        self.begun = true;
        self.play(now);
    }

    fn opened(&mut self, now: Moment) {
        self.seen.tunnel = true;
        self.evidence.opening.opened_at = Some(now);
        self.log.push(now, false, RowKind::Opened);
    }

    fn wait_from(&mut self, now: Moment) {
        let wait = self.settings.pace.wait(Wait::GiveUp, LIMIT);
        self.deadline = wait.map(|wait| now + wait);
    }

    /// Does all that can be done now.
    fn play(&mut self, now: Moment) {
        while !self.over && self.begun && !self.paused {
            let Some(step) = self.script().steps.get(self.next_step).cloned() else {
                return self.finish(now);
            };
            if !self.is_due(&step) {
                return;
            }
            self.next_step += 1;
            self.wait_from(now);
            self.take(now, &step);
        }
    }

    /// Whether what `step` waits for has come.
    fn is_due(&self, step: &RelayStep) -> bool {
        let ended = self.evidence.closing.peer_ended.is_some();
        match step {
            RelayStep::Hear(octets) => self.received.len() >= *octets,
            RelayStep::HearEnd => ended,
            RelayStep::HearAnswers(count) => {
                ended || self.seen.answers.len() as u64 >= u64::from(*count)
            }
            _ => true,
        }
    }

    fn take(&mut self, now: Moment, step: &RelayStep) {
        match step {
            RelayStep::Send(Step::Pause { lasts, .. }) => {
                let wait = self.settings.pace.wait(Wait::KeepApart, *lasts);
                self.deadline = wait.map(|wait| now + wait);
                self.paused = true;
            }
            RelayStep::Send(step) => {
                for octets in outgoing::writes(step, self.side, &mut self.keys) {
                    self.sent.push(&octets);
                    self.write(now, octets);
                }
            }
            RelayStep::Ask => self.ask(now),
            RelayStep::Shutdown => self.shut_down(now),
            RelayStep::Reset => {
                self.log.push(now, false, RowKind::WeEnded { reset: true });
                self.outputs.push_back(Output::Reset);
                self.end(now);
            }
            RelayStep::Hear(_) | RelayStep::HearEnd | RelayStep::HearAnswers(_) => {}
        }
    }

    /// A plain request, which no proxy passes on octet for octet: it names a
    /// field that must not be.
    fn ask(&mut self, now: Moment) {
        let Target { resource, host, .. } = &self.settings.target;
        let token = &self.settings.token;
        let head = format!(
            "GET {resource} HTTP/1.1\r\nHost: {host}\r\n{CASE_FIELD}: {token}\r\n\
             {ASK_FIELD}: 1\r\nConnection: {HOP_FIELD}\r\n{HOP_FIELD}:   a   \r\n\r\n"
        );
        self.seen.requests.push(kept_head(head.as_bytes()));
        self.write(now, head.into_bytes());
    }

    fn write(&mut self, now: Moment, octets: Vec<u8>) {
        let length = octets.len() as u64;
        self.evidence.counters.sent_octets.count(length);
        let shown = Octets(octets[..octets.len().min(ROW_OCTETS)].to_vec());
        let row = RowKind::OctetsSent {
            length,
            octets: shown,
            sync: false,
        };
        self.log.push(now, false, row);
        for part in octets.chunks(wscheck_wire::MAX_WRITE) {
            self.outputs.push_back(Output::Write(part.to_vec()));
        }
    }

    fn shut_down(&mut self, now: Moment) {
        if !self.shut {
            self.shut = true;
            self.log.push(now, false, RowKind::WeEnded { reset: false });
            self.outputs.push_back(Output::ShutdownWrite);
        }
    }

    /// The script is done: both directions are to end.
    fn finish(&mut self, now: Moment) {
        let ended = self.evidence.closing.peer_ended.is_some();
        // Behind the proxy a connection without a tunnel may be kept for more.
        let keeps = self.side == RelaySide::Upstream && self.state != State::Tunnel;
        if ended || !(self.script().waits || keeps) {
            self.shut_down(now);
        }
        if ended {
            self.outputs.push_back(Output::Drop);
            self.end(now);
        }
    }

    fn end(&mut self, now: Moment) {
        self.over = true;
        self.deadline = None;
        self.evidence.closing.ended_at = Some(now);
    }

    fn read_upstream(&mut self, now: Moment, octets: &[u8]) {
        let mut rest = octets;
        while !rest.is_empty() && !self.over {
            match self.state {
                State::Tunnel | State::Stray => {
                    self.received.push(rest);
                    return;
                }
                State::Head | State::Http => match self.requests.push(rest) {
                    Ok(Some((head, used))) if begins_request(&head.octets) => {
                        rest = &rest[used..];
                        self.take_request(now, &head);
                    }
                    Ok(None) if begins_request(self.requests.partial()) => return,
                    Ok(Some((head, used))) => {
                        let after = rest[used..].to_vec();
                        self.take_stray(now, &[head.octets, after].concat());
                        return;
                    }
                    _ => {
                        let partial = self.requests.partial().to_vec();
                        self.take_stray(now, &partial);
                        return;
                    }
                },
            }
        }
    }

    fn take_request(&mut self, now: Moment, head: &Head) {
        let token = request_token(head);
        if token.as_deref() != Some(self.settings.token.as_str()) {
            self.is_stranger = self.seen.requests.is_empty();
            self.state = State::Http;
            self.write(now, PLAIN_ANSWER.to_vec());
            return;
        }
        if self.seen.requests.len() < KEPT_HEADS {
            self.seen.requests.push(kept_head(&head.octets));
        }
        match head.count(ASK_FIELD) {
            0 if self.state == State::Head => self.answer(now, head),
            _ => {
                self.state = State::Http;
                self.write(now, PLAIN_ANSWER.to_vec());
            }
        }
    }

    /// A tunnel where there should be none: there is nothing to wait for.
    fn take_stray(&mut self, now: Moment, octets: &[u8]) {
        self.state = State::Stray;
        self.received.push(octets);
        self.shut_down(now);
    }

    fn read_client(&mut self, now: Moment, octets: &[u8]) {
        if self.state == State::Tunnel {
            self.received.push(octets);
            return;
        }
        let mut at = 0;
        for got in self.answers.push(octets) {
            match got {
                Got::Answer(answer) => self.take_answer(answer),
                Got::Stray(octets) => {
                    self.state = State::Stray;
                    self.received.push(&octets);
                }
                Got::Switch(answer, used) => {
                    at = used;
                    self.state = State::Tunnel;
                    self.take_answer(answer);
                    self.opened(now);
                }
            }
        }
        if self.state == State::Tunnel && at < octets.len() {
            self.received.push(&octets[at..]);
        }
        if self.state == State::Head && !self.seen.answers.is_empty() {
            self.state = State::Http;
        }
        if self.state != State::Head {
            self.begin(now);
        }
    }

    fn take_answer(&mut self, answer: super::AnswerSeen) {
        if self.seen.answers.len() < KEPT_HEADS {
            self.seen.answers.push(answer);
        }
    }

    /// The client has its answer: its steps begin.
    fn begin(&mut self, now: Moment) {
        if !self.begun {
            self.begun = true;
            self.wait_from(now);
        }
    }

    /// What the wait that is over was for.
    fn what_was_awaited(&self) -> String {
        match self.script().steps.get(self.next_step) {
            _ if self.state == State::Head && self.side == RelaySide::Upstream => {
                "a request".into()
            }
            _ if self.state == State::Head => "an answer".into(),
            Some(step) => step.to_string(),
            None => "the end of the connection".into(),
        }
    }
}

static NOTHING: Relay = Relay {
    client: NO_SCRIPT,
    upstream: NO_SCRIPT,
    expect: Vec::new(),
};

const NO_SCRIPT: RelayScript = RelayScript {
    head: Vec::new(),
    with_head: crate::payload::Payload::EMPTY,
    steps: Vec::new(),
    waits: false,
};

/// What a request says of whose it is.
pub fn request_token(head: &Head) -> Option<String> {
    list(head, CASE_FIELD).into_iter().next()
}

/// Whether `octets` may be the beginning of a request: a method and a space.
fn begins_request(octets: &[u8]) -> bool {
    let method = octets.iter().take_while(|octet| octet.is_ascii_uppercase());
    let length = method.count();
    octets
        .get(length)
        .map_or(length < 16, |next| *next == b' ' && length > 0)
}

impl Conversation for RelayEnd {
    fn handle_input(&mut self, now: Moment, input: &mut [u8]) {
        if self.over {
            return;
        }
        let length = input.len() as u64;
        self.evidence.counters.received_octets.count(length);
        let octets = Octets(input[..input.len().min(ROW_OCTETS)].to_vec());
        self.log
            .push(now, false, RowKind::OctetsReceived { length, octets });
        match self.side {
            RelaySide::Client => self.read_client(now, input),
            RelaySide::Upstream => self.read_upstream(now, input),
        }
        self.play(now);
    }

    fn handle_eof(&mut self, now: Moment, how: Eof) {
        if self.over {
            return;
        }
        self.evidence.closing.peer_ended = Some(how);
        self.log.push(now, false, RowKind::PeerEnded { how });
        if let (RelaySide::Client, Some(answer)) = (self.side, self.answers.end()) {
            self.take_answer(answer);
            self.state = State::Http;
        }
        if !self.begun || how == Eof::Reset {
            self.outputs.push_back(Output::Drop);
            return self.end(now);
        }
        self.wait_from(now);
        self.play(now);
    }

    fn handle_timeout(&mut self, now: Moment) {
        if self.over || self.deadline.is_none_or(|deadline| now < deadline) {
            return;
        }
        if self.paused {
            self.paused = false;
            self.wait_from(now);
            return self.play(now);
        }
        let waited_for = self.what_was_awaited();
        self.seen.waited_for = Some(waited_for);
        self.evidence.closing.dropped_by_us = true;
        self.log.push(now, false, RowKind::WeEnded { reset: true });
        self.outputs.push_back(Output::Reset);
        self.end(now);
    }

    fn poll_output(&mut self, _now: Moment) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn poll_timeout(&self) -> Option<Moment> {
        self.deadline
    }

    fn is_over(&self) -> bool {
        self.over
    }
}
