//! A proxy without I/O that does what the chapter asks, and can be made wrong in
//! one named way: the chapter is tested by it.

mod fault;
mod heads;

use std::collections::VecDeque;

use wscheck_wire::handshake::Head;
use wscheck_wire::{Eof, mask};

pub use fault::ProxyFault;

use self::heads::{answer_head, plain_answer, request_head};
use super::answers::{AnswerReader, Got};
use super::evidence::AnswerSeen;
use super::head::{list, lists};

/// The longest head of a request.
const HEAD_LIMIT: usize = 64 * 1024;

/// So many octets are held back by the fault that does so.
const HELD: usize = 1024;

/// One client and the upstream that it is brought together with.
#[derive(Debug)]
pub struct ReferenceProxy {
    fault: Option<ProxyFault>,
    state: State,
    /// Octets of the client that are no whole request yet.
    buffer: Vec<u8>,
    answers: AnswerReader,
    has_upstream: bool,
    asks_for_websocket: bool,
    client_ended: bool,
    upstream_ended: bool,
    /// What the tunnel carried, to the upstream and to the client.
    carried: [usize; 2],
    held: Vec<u8>,
    outputs: VecDeque<ProxyOutput>,
}

/// What a proxy wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProxyOutput {
    /// Connect to the upstream.
    Dial,
    /// Write to the client.
    ToClient(Vec<u8>),
    /// Write to the upstream.
    ToUpstream(Vec<u8>),
    /// End our direction to the client, or all of it by a reset.
    EndClient(Eof),
    /// End our direction to the upstream, or all of it by a reset.
    EndUpstream(Eof),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Request,
    /// A request is out; whether it asks for an upgrade.
    Answer {
        upgrade: bool,
    },
    Tunnel,
    Over,
}

impl ReferenceProxy {
    /// A proxy for one client.
    pub fn new(fault: Option<ProxyFault>) -> Self {
        Self {
            fault,
            state: State::Request,
            buffer: Vec::new(),
            answers: AnswerReader::new(),
            has_upstream: false,
            asks_for_websocket: false,
            client_ended: false,
            upstream_ended: false,
            carried: [0; 2],
            held: Vec::new(),
            outputs: VecDeque::new(),
        }
    }

    fn is(&self, fault: ProxyFault) -> bool {
        self.fault == Some(fault)
    }

    /// What is to be done next.
    pub fn poll_output(&mut self) -> Option<ProxyOutput> {
        self.outputs.pop_front()
    }

    /// The client sent something.
    pub fn from_client(&mut self, octets: &[u8]) {
        match self.state {
            State::Tunnel => self.carry_up(octets),
            State::Over => {}
            State::Request | State::Answer { .. } => {
                self.buffer.extend_from_slice(octets);
                self.take_requests();
            }
        }
    }

    /// The upstream sent something.
    pub fn from_upstream(&mut self, octets: &[u8]) {
        match self.state {
            State::Tunnel => self.carry_down(octets),
            State::Over => {}
            State::Request | State::Answer { .. } => self.take_answers(octets),
        }
    }

    /// The client ended its direction.
    pub fn client_ended(&mut self, how: Eof) {
        self.client_ended = true;
        if self.state != State::Tunnel {
            self.outputs.push_back(ProxyOutput::EndClient(Eof::Fin));
            self.leave_upstream();
            self.state = State::Over;
            return;
        }
        self.release();
        let kept = match how {
            Eof::Reset => self.is(ProxyFault::KeepsAResetToItself),
            _ => self.is(ProxyFault::KeepsTheClientsEndToItself),
        };
        if !kept {
            self.outputs
                .push_back(ProxyOutput::EndUpstream(self.told(how)));
        }
        if how == Eof::Reset || self.is(ProxyFault::EndsBothAtOnce) {
            self.outputs.push_back(ProxyOutput::EndClient(Eof::Fin));
            self.state = State::Over;
        }
    }

    /// The upstream ended its direction.
    pub fn upstream_ended(&mut self, how: Eof) {
        self.has_upstream = false;
        self.upstream_ended = true;
        if self.state != State::Tunnel {
            if let State::Answer { .. } = self.state {
                let answer = self.answers.end();
                let answer = answer.map_or_else(|| plain_answer(502), |a| answer_head(&a, None));
                self.outputs.push_back(ProxyOutput::ToClient(answer));
                self.outputs.push_back(ProxyOutput::EndClient(Eof::Fin));
                self.state = State::Over;
            }
            return;
        }
        let kept = match how {
            Eof::Reset => self.is(ProxyFault::KeepsAResetToItself),
            _ => self.is(ProxyFault::KeepsTheUpstreamsEndToItself),
        };
        if !kept {
            self.outputs
                .push_back(ProxyOutput::EndClient(self.told(how)));
        }
        if how == Eof::Reset || self.is(ProxyFault::EndsBothAtOnce) {
            self.outputs.push_back(ProxyOutput::EndUpstream(Eof::Fin));
            self.state = State::Over;
        }
    }

    /// How the end of one side is told to the other.
    fn told(&self, how: Eof) -> Eof {
        match how {
            _ if self.is(ProxyFault::ResetsForAnEnd) => Eof::Reset,
            Eof::Reset if self.is(ProxyFault::EndsForAReset) => Eof::Fin,
            how => how,
        }
    }

    fn leave_upstream(&mut self) {
        if self.has_upstream {
            self.has_upstream = false;
            self.outputs.push_back(ProxyOutput::EndUpstream(Eof::Fin));
        }
    }

    fn take_requests(&mut self) {
        while self.state == State::Request && !self.buffer.is_empty() {
            let end = self.buffer.windows(4).position(|four| four == b"\r\n\r\n");
            let head = &self.buffer[..end.unwrap_or(self.buffer.len())];
            let begins = head.is_ascii() && self.buffer[0].is_ascii_uppercase();
            match end {
                Some(end) if begins => {
                    let octets = self.buffer.drain(..end + 4).collect();
                    self.take_request(&Head { octets });
                }
                None if begins && self.buffer.len() < HEAD_LIMIT => return,
                _ => self.refuse(400),
            }
        }
    }

    fn refuse(&mut self, status: u16) {
        self.outputs
            .push_back(ProxyOutput::ToClient(plain_answer(status)));
        self.outputs.push_back(ProxyOutput::EndClient(Eof::Fin));
        self.leave_upstream();
        self.state = State::Over;
    }

    fn take_request(&mut self, head: &Head) {
        // An Upgrade that is not named, or of HTTP/1.0, is to be ignored (RFC 9110 §7.8).
        let named = match self.fault {
            Some(ProxyFault::UpgradesWithoutConnection) => true,
            Some(ProxyFault::MindsTheCaseOfConnection) => {
                list(head, "Connection").contains(&"Upgrade".to_owned())
            }
            _ => lists(head, "Connection", "upgrade"),
        };
        let is_old =
            head.start_line().ends_with(b"HTTP/1.0") && !self.is(ProxyFault::UpgradesHttp10);
        let upgrade = named && !is_old && head.count("Upgrade") > 0;
        if !self.has_upstream {
            self.has_upstream = true;
            self.outputs.push_back(ProxyOutput::Dial);
        }
        self.outputs.push_back(ProxyOutput::ToUpstream(request_head(
            head, upgrade, self.fault,
        )));
        self.state = State::Answer { upgrade };
        self.asks_for_websocket = lists(head, "Upgrade", "websocket");
        if self.is(ProxyFault::SendsOnWhatComesEarly) && upgrade {
            self.carry_what_came_early();
        }
    }

    fn take_answers(&mut self, octets: &[u8]) {
        if self.is(ProxyFault::TakesAnInterimAnswerForTheLast)
            && octets.starts_with(b"HTTP/1.1 103")
        {
            return self.refuse(502);
        }
        for got in self.answers.push(octets) {
            match (got, self.state) {
                (Got::Switch(answer, used), State::Answer { upgrade: true })
                    if names_websocket(&answer) || self.is(ProxyFault::TunnelsWithoutUpgrade) =>
                {
                    self.pass_on(&answer, b"");
                    self.state = State::Tunnel;
                    let rest = &octets[used..];
                    if !rest.is_empty() && !self.is(ProxyFault::LosesWhatComesWithTheAnswer) {
                        self.carry_down(rest);
                    }
                    return self.carry_what_came_early();
                }
                (Got::Switch(answer, _), State::Answer { upgrade: false })
                    if self.is(ProxyFault::TunnelsUnasked) =>
                {
                    self.pass_on(&answer, b"");
                    self.state = State::Tunnel;
                    return self.carry_what_came_early();
                }
                (Got::Answer(answer), State::Answer { upgrade }) => {
                    let body = match self.is(ProxyFault::DropsTheBodyOfARefusal) && upgrade {
                        true => Vec::new(),
                        false => answer.body.octets.0.clone(),
                    };
                    self.pass_on(&answer, &body);
                    self.state = State::Request;
                    if upgrade && self.tunnels_though(&answer) {
                        self.state = State::Tunnel;
                        return self.carry_what_came_early();
                    }
                }
                (Got::Answer(answer), _) if self.is(ProxyFault::PassesOnWhatNobodyAskedFor) => {
                    let body = answer.body.octets.0.clone();
                    self.pass_on(&answer, &body);
                }
                (Got::Stray(octets), _) if self.is(ProxyFault::PassesOnWhatNobodyAskedFor) => {
                    self.outputs.push_back(ProxyOutput::ToClient(octets));
                }
                // Nobody asked for it: no answer, and no connection to ask again.
                (_, State::Request) => self.leave_upstream(),
                _ => return self.refuse(502),
            }
        }
        self.take_requests();
    }

    fn pass_on(&mut self, answer: &AnswerSeen, body: &[u8]) {
        let mut octets = answer_head(answer, self.fault);
        if answer.status != 101 {
            octets.truncate(octets.len() - 2);
            octets.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
            octets.extend_from_slice(body);
        }
        self.outputs.push_back(ProxyOutput::ToClient(octets));
    }

    /// Whether a fault makes a tunnel of an answer that is no 101.
    fn tunnels_though(&self, answer: &AnswerSeen) -> bool {
        match self.fault {
            Some(ProxyFault::TunnelsAFailedUpgrade) => true,
            Some(ProxyFault::TunnelsA200) => answer.status == 200 && names_websocket(answer),
            Some(ProxyFault::TunnelsOtherProtocols) => !self.asks_for_websocket,
            _ => false,
        }
    }

    /// What the client sent without waiting is the tunnel's.
    fn carry_what_came_early(&mut self) {
        let early = std::mem::take(&mut self.buffer);
        if !early.is_empty() {
            self.carry_up(&early);
        }
    }

    fn carry_up(&mut self, octets: &[u8]) {
        if let Some(octets) = self.changed(octets, 0) {
            self.outputs.push_back(ProxyOutput::ToUpstream(octets));
        }
    }

    fn carry_down(&mut self, octets: &[u8]) {
        if let Some(octets) = self.changed(octets, 1) {
            self.outputs.push_back(ProxyOutput::ToClient(octets));
        }
    }

    /// What is made of octets in the tunnel: nothing, unless there is a fault.
    fn changed(&mut self, octets: &[u8], direction: usize) -> Option<Vec<u8>> {
        let mut octets = octets.to_vec();
        let begins = self.carried[direction] == 0;
        let before = self.carried[direction];
        self.carried[direction] += octets.len();
        let opcode = octets[0] & 0x0f;
        let Some(fault) = self.fault else {
            return Some(octets);
        };
        match fault {
            ProxyFault::ClearsReservedBits if begins => octets[0] &= 0x8f,
            ProxyFault::MasksAnew if begins => mask_anew(&mut octets),
            ProxyFault::SwallowsPings if opcode == 9 => return None,
            ProxyFault::RefusesReservedOpcodes if matches!(opcode, 3..=7 | 11..=15) => {
                self.end_both();
                return None;
            }
            ProxyFault::RefusesWrongText if opcode == 1 && !is_text(&octets) => {
                self.end_both();
                return None;
            }
            ProxyFault::EndsAtAClose if opcode == 8 => {
                self.end_both();
                return None;
            }
            ProxyFault::StopsAfter64Kib => {
                let room = (64 * 1024_usize).saturating_sub(before);
                octets.truncate(room);
            }
            ProxyFault::HoldsBackShortWrites if direction == 0 => {
                self.held.extend_from_slice(&octets);
                if self.held.len() < HELD {
                    return None;
                }
                return Some(std::mem::take(&mut self.held));
            }
            ProxyFault::UnmasksFrames if direction == 0 && begins && octets.len() > 1 => {
                octets[1] &= 0x7f;
            }
            _ => {}
        }
        (!octets.is_empty()).then_some(octets)
    }

    /// What was held back leaves at last.
    fn release(&mut self) {
        if !self.held.is_empty() {
            let held = std::mem::take(&mut self.held);
            self.outputs.push_back(ProxyOutput::ToUpstream(held));
        }
    }

    fn end_both(&mut self) {
        self.outputs.push_back(ProxyOutput::EndClient(Eof::Fin));
        self.outputs.push_back(ProxyOutput::EndUpstream(Eof::Fin));
        self.state = State::Over;
    }
}

/// Whether a 101 says what is spoken from here on (RFC 9110 §15.2.2).
fn names_websocket(answer: &AnswerSeen) -> bool {
    let head = Head {
        octets: answer.head.0.clone(),
    };
    lists(&head, "Upgrade", "websocket")
}

/// Whether the payload of a short frame is UTF-8.
fn is_text(frame: &[u8]) -> bool {
    let (header, mut payload) = frame.split_at(frame.len().min(2));
    let mut unmasked = Vec::new();
    if header.get(1).is_some_and(|octet| octet & 0x80 != 0)
        && let Some((key, masked)) = payload.split_first_chunk::<4>()
    {
        unmasked.extend_from_slice(masked);
        mask::apply(*key, 0, &mut unmasked);
        payload = &unmasked;
    }
    std::str::from_utf8(payload).is_ok()
}

/// Masks a short frame by another key.
fn mask_anew(octets: &mut [u8]) {
    let Some(([_, length], rest)) = octets.split_first_chunk_mut::<2>() else {
        return;
    };
    if !(0x80..0xfe).contains(length) {
        return;
    }
    let length = usize::from(*length & 0x7f);
    let Some((key, payload)) = rest.split_first_chunk_mut::<4>() else {
        return;
    };
    for (octet, key) in payload.iter_mut().take(length).zip(key.iter().cycle()) {
        *octet ^= key ^ 0x55;
    }
    key.fill(0x55);
}
