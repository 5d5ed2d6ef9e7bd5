//! A strict peer, either role, without I/O.
//!
//! It breaks no rule and forgives none: at the first violation it sends one
//! close frame with the code that RFC 6455 names and reads no further. A
//! client then leaves the transport to the server to drop, for a while
//! (§7.1.1).
//!
//! [`Endpoint::receive`] gives an event at a time, so that what its caller
//! sends on an event stands before the answers to whatever follows in the same
//! input. [`Conversation::handle_input`] reads the whole input at once and
//! keeps the events for [`Endpoint::poll_event`].

mod compression;
mod conduct;
mod config;
mod event;
mod opening;
mod outbox;

use std::borrow::Cow;
use std::collections::VecDeque;

pub(crate) use conduct::{Conduct, Place};
pub use config::EndpointConfig;
pub use event::{Ending, EndpointEvent, OpeningFault};

use crate::close::{self, CloseBody, CloseCode};
use crate::conversation::{Conversation, Eof, Moment, Output};
use crate::decode::{Decoder, Event};
use crate::frame::{Header, LengthForm, Opcode};
use crate::handshake::ClientRequest;
use crate::role::Role;
use crate::rules::{Rules, RulesConfig};
use crate::violation::Violation;
use compression::{Compression, Inflated};
use opening::{Opened, Opening};
use outbox::Outbox;

/// Past this many octets that wait to be written, no more input is wanted.
const PENDING_LIMIT: usize = 32 << 20;

/// The longest reason of a close frame, octets: 125 less the code.
const REASON_LIMIT: usize = 123;

/// One side of a WebSocket connection.
#[derive(Debug)]
pub struct Endpoint {
    role: Role,
    config: EndpointConfig,
    conduct: Conduct,
    phase: Phase,
    decoder: Decoder,
    rules: Rules,
    /// Of the frame in progress.
    opcode: Opcode,
    /// Of the frame in progress.
    fin: bool,
    /// The payload of the control frame in progress.
    control: Vec<u8>,
    /// How long the message in progress is: as announced so far, or inflated.
    message_len: u64,
    /// Whether that message is compressed, or the last one was.
    compressed: bool,
    compression: Option<Compression>,
    outbox: Outbox,
    /// What follows the last write.
    finish: Option<Output>,
    events: VecDeque<EndpointEvent<'static>>,
    ending: Option<Ending>,
    ending_told: bool,
}

/// How far the conversation is.
#[derive(Debug)]
enum Phase {
    /// The peer's head is awaited.
    Opening(Opening),
    /// Frames go both ways.
    Open,
    /// Our close frame went out, the peer's is awaited.
    Closing { until: Moment },
    /// Nothing is read any more; a client waits for the server to drop.
    Dropping { until: Moment },
    /// Nothing is read or said any more.
    Over,
}

impl Endpoint {
    /// The side that accepts. It declines every extension but, if configured,
    /// permessage-deflate.
    pub fn server(config: EndpointConfig) -> Self {
        let opening = Opening::server(&config);
        Self::new(Role::Server, config, opening)
    }

    /// The side that dials and sends `request` at once. It knows no extension
    /// but permessage-deflate, and that only if configured, so the request
    /// should offer no other. A request without offers is given that of the
    /// configuration.
    pub fn client(config: EndpointConfig, mut request: ClientRequest) -> Self {
        if let Some(deflate) = config.deflate
            && request.extensions.is_none()
        {
            request.extensions = Some(deflate.offer().to_string());
        }
        let opening = Opening::client(&config, &request);
        let mut client = Self::new(Role::Client, config, opening);
        client.outbox.append(&request.encode(), None);
        client
    }

    fn new(role: Role, config: EndpointConfig, opening: Opening) -> Self {
        let rules = RulesConfig {
            sender: role.other(),
            registry: config.registry,
            deflate: false,
        };
        Self {
            role,
            phase: Phase::Opening(opening),
            config,
            conduct: Conduct::STRICT,
            decoder: Decoder::new(),
            rules: Rules::new(rules),
            opcode: Opcode::CONTINUATION,
            fin: true,
            control: Vec::new(),
            message_len: 0,
            compressed: false,
            compression: None,
            outbox: Outbox::default(),
            finish: None,
            events: VecDeque::new(),
            ending: None,
            ending_told: false,
        }
    }

    /// The same, with another conduct.
    pub(crate) const fn behaving(mut self, conduct: Conduct) -> Self {
        self.conduct = conduct;
        self
    }

    /// Fails the connection for a violation, wherever that was found.
    pub(crate) fn violate(&mut self, now: Moment, violation: Violation) {
        if matches!(self.phase, Phase::Open | Phase::Closing { .. }) {
            let ending = Ending::Failed { violation };
            self.fail(now, violation.close_code(), &violation.to_string(), ending);
        }
    }

    /// Which side this is.
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Whether messages can be sent: the opening handshake is done and no
    /// close frame has been sent.
    pub const fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open)
    }

    /// Whether permessage-deflate is agreed on.
    pub(crate) const fn compresses(&self) -> bool {
        self.compression.is_some()
    }

    /// How many octets wait to be written.
    pub const fn pending(&self) -> usize {
        self.outbox.len()
    }

    /// How the connection ended, as soon as that is settled: a client may
    /// still wait for the server to drop the transport.
    pub const fn ending(&self) -> Option<&Ending> {
        self.ending.as_ref()
    }

    /// The next event that is not told yet.
    pub fn poll_event(&mut self) -> Option<EndpointEvent<'static>> {
        if let Some(event) = self.events.pop_front() {
            return Some(event);
        }
        if !matches!(self.phase, Phase::Over) || self.ending_told {
            return None;
        }
        self.ending_told = true;
        self.ending.clone().map(EndpointEvent::Ended)
    }

    /// Takes octets from the front of `input` until there is an event; `None`
    /// when all are taken. [`EndpointEvent::Ended`] is left to
    /// [`poll_event`](Self::poll_event).
    pub fn receive<'a>(
        &mut self,
        now: Moment,
        input: &mut &'a mut [u8],
    ) -> Option<EndpointEvent<'a>> {
        loop {
            let event = match self.phase {
                Phase::Opening(_) => return self.read_head(input),
                Phase::Open | Phase::Closing { .. } if self.is_inflating() => self.inflate(now),
                Phase::Open | Phase::Closing { .. } => {
                    let event = self.decoder.decode(input)?;
                    self.read_frame(now, event)
                }
                Phase::Dropping { .. } | Phase::Over => {
                    // RFC 6455 §7.1.7: "MUST NOT continue to attempt to process data"
                    *input = &mut [];
                    return None;
                }
            };
            if event.is_some() {
                return event;
            }
        }
    }

    /// Sends a frame. Does nothing unless [`is_open`](Self::is_open). It is
    /// for the caller to send fragments in order. What is in them is compressed
    /// if that was agreed on; each can be inflated as it comes.
    pub fn send_frame(&mut self, fin: bool, opcode: Opcode, payload: &[u8]) {
        if !self.is_open() {
            return;
        }
        let is_data = matches!(opcode, Opcode::TEXT | Opcode::BINARY | Opcode::CONTINUATION);
        match &mut self.compression {
            Some(compression) if is_data => {
                let (rsv, deflated) = compression.deflate(fin, opcode, payload);
                self.write_frame(fin, rsv, opcode, &deflated);
            }
            _ => self.write_frame(fin, 0, opcode, payload),
        }
    }

    /// Sends a text message in one frame.
    pub fn send_text(&mut self, text: &str) {
        self.send_frame(true, Opcode::TEXT, text.as_bytes());
    }

    /// Sends a binary message in one frame.
    pub fn send_binary(&mut self, octets: &[u8]) {
        self.send_frame(true, Opcode::BINARY, octets);
    }

    /// Sends a ping. At most 125 octets are legal.
    pub fn send_ping(&mut self, payload: &[u8]) {
        self.send_frame(true, Opcode::PING, payload);
    }

    /// Begins the closing handshake. A reason is cut to 123 octets, and needs
    /// a code. Before the opening handshake is done the transport is dropped.
    pub fn close(&mut self, now: Moment, code: Option<CloseCode>, reason: &str) {
        match self.phase {
            Phase::Opening(_) => self.end(Ending::NotOpened(OpeningFault::Abandoned)),
            Phase::Open => {
                self.write_close(code, reason);
                self.phase = Phase::Closing {
                    until: now + self.config.close_timeout,
                };
            }
            _ => {}
        }
    }

    fn read_head<'a>(&mut self, input: &mut &'a mut [u8]) -> Option<EndpointEvent<'a>> {
        let Phase::Opening(opening) = &mut self.phase else {
            return None;
        };
        match opening.read(&self.config, input)? {
            Ok(opened) => Some(self.open(opened)),
            Err(refused) => {
                self.outbox.append(&refused.answer, None);
                self.end(Ending::NotOpened(refused.fault));
                None
            }
        }
    }

    fn open(&mut self, opened: Opened) -> EndpointEvent<'static> {
        self.outbox.append(&opened.answer, None);
        self.phase = Phase::Open;
        if let (Some(agreement), Some(config)) = (opened.deflate, self.config.deflate) {
            let conduct = &self.conduct;
            let compression = Compression::new(self.role, agreement, config.level, conduct);
            self.compression = Some(compression);
            self.rules = Rules::new(RulesConfig {
                sender: self.role.other(),
                registry: self.config.registry,
                deflate: true,
            });
        }
        EndpointEvent::Open {
            head: opened.head,
            protocol: opened.protocol,
            deflate: opened.deflate,
        }
    }

    /// Judges what the decoder read.
    fn read_frame<'a>(&mut self, now: Moment, event: Event<'a>) -> Option<EndpointEvent<'a>> {
        let mut violations = Vec::new();
        let told = match event {
            Event::HeaderStart(start) => {
                self.opcode = start.opcode;
                self.rules.header_start(&start, &mut violations);
                None
            }
            Event::Header(header) => self.begin_frame(&header, &mut violations),
            Event::Payload(octets) => self.read_payload(octets, &mut violations),
            Event::FrameEnd => self.end_frame(now, &mut violations),
        };
        self.judge(now, told, &violations)
    }

    /// Fails the connection at the first violation.
    fn judge<'a>(
        &mut self,
        now: Moment,
        told: Option<EndpointEvent<'a>>,
        violations: &[Violation],
    ) -> Option<EndpointEvent<'a>> {
        if let Some(violation) = violations.iter().find(|found| self.breaks(found)) {
            self.violate(now, *violation);
            return None;
        }
        if self.message_len > self.config.max_message {
            let max = self.config.max_message;
            let reason = format!("message over {max} octets");
            self.fail(
                now,
                CloseCode::MESSAGE_TOO_BIG,
                &reason,
                Ending::TooBig { max },
            );
            return None;
        }
        told
    }

    /// Whether a violation is one that is not looked over.
    fn breaks(&self, violation: &Violation) -> bool {
        let place = Place {
            opcode: self.opcode,
            compressed: self.compressed,
        };
        !(self.conduct.forgives)(violation, place)
    }

    /// Whether octets wait to be inflated, which goes before further frames.
    fn is_inflating(&self) -> bool {
        self.compression.as_ref().is_some_and(Compression::is_busy)
    }

    /// Inflates a piece of the message that was read, and judges that.
    fn inflate(&mut self, now: Moment) -> Option<EndpointEvent<'static>> {
        let inflated = self.compression.as_mut()?.inflate();
        let mut violations = Vec::new();
        let told = match inflated {
            Ok(Inflated::Piece(octets)) => {
                self.rules.inflated(&octets, &mut violations);
                self.message_len += octets.len() as u64;
                Some(EndpointEvent::MessageData(Cow::Owned(octets)))
            }
            Ok(Inflated::End(facts)) => {
                if facts.is_some_and(|facts| (self.conduct.refuses)(&facts)) {
                    violations.push(Violation::CorruptDeflate);
                }
                self.rules.frame_end(&mut violations);
                Some(EndpointEvent::MessageEnd)
            }
            Ok(Inflated::Nothing) => None,
            // Nothing could be read any more, so nobody can look over it.
            Err(violation) => {
                self.violate(now, violation);
                self.leave(now, Ending::Failed { violation });
                return None;
            }
        };
        self.judge(now, told, &violations)
    }

    fn begin_frame<'a>(
        &mut self,
        header: &Header,
        violations: &mut Vec<Violation>,
    ) -> Option<EndpointEvent<'a>> {
        let inside = self.rules.in_message();
        self.rules.header(header, violations);
        self.opcode = header.opcode;
        self.fin = header.fin;
        if header.opcode.is_control() {
            self.control.clear();
            return None;
        }
        if !inside || self.conduct.limits_frames {
            self.message_len = 0;
        }
        self.compressed = self.rules.message_compressed();
        if !self.compressed {
            self.message_len = self.message_len.saturating_add(header.length);
        }
        let begun = self.rules.message_kind().filter(|_| !inside);
        begun.map(EndpointEvent::MessageStart)
    }

    fn read_payload<'a>(
        &mut self,
        octets: &'a [u8],
        violations: &mut Vec<Violation>,
    ) -> Option<EndpointEvent<'a>> {
        self.rules.payload(octets, violations);
        if self.opcode.is_control() {
            self.control.extend_from_slice(octets);
            return None;
        }
        if let Some(compression) = self.reading_compressed() {
            compression.read(octets);
            return None;
        }
        Some(EndpointEvent::MessageData(Cow::Borrowed(octets)))
    }

    fn end_frame<'a>(
        &mut self,
        now: Moment,
        violations: &mut Vec<Violation>,
    ) -> Option<EndpointEvent<'a>> {
        if self.fin
            && !self.opcode.is_control()
            && let Some(compression) = self.reading_compressed()
        {
            // The message ends when it is inflated.
            compression.read_end();
            return None;
        }
        self.rules.frame_end(violations);
        let payload = std::mem::take(&mut self.control);
        match self.opcode {
            Opcode::PING => {
                self.write_frame(true, 0, Opcode::PONG, &payload);
                Some(EndpointEvent::Ping(payload))
            }
            Opcode::PONG => Some(EndpointEvent::Pong(payload)),
            opcode if opcode.is_control() && opcode != Opcode::CLOSE => None,
            Opcode::CLOSE => {
                self.rules.close_body(&payload, violations);
                if !violations.iter().any(|found| self.breaks(found)) {
                    self.answer_close(now, &payload);
                }
                None
            }
            _ => self.fin.then_some(EndpointEvent::MessageEnd),
        }
    }

    /// Of the message in progress, if it is compressed.
    fn reading_compressed(&mut self) -> Option<&mut Compression> {
        let compression = self.compression.as_mut();
        compression.filter(|_| self.rules.message_compressed())
    }

    fn answer_close(&mut self, now: Moment, payload: &[u8]) {
        let body = CloseBody::parse(payload);
        let by_us = !self.is_open();
        if !by_us {
            // RFC 6455 §5.5.1: "typically echos the status code it received"
            self.write_close(body.code, "");
        }
        let reason = String::from_utf8_lossy(body.reason).into_owned();
        self.leave(
            now,
            Ending::Closed {
                by_us,
                code: body.code,
                reason,
            },
        );
    }

    /// Fails the connection (RFC 6455 §7.1.7).
    fn fail(&mut self, now: Moment, code: CloseCode, reason: &str, ending: Ending) {
        if self.is_open() && self.ending.is_none() {
            self.write_close(Some(code), reason);
        }
        match self.conduct.goes_on {
            true => _ = self.ending.get_or_insert(ending),
            false => self.leave(now, ending),
        }
    }

    /// Stops reading. A server drops the transport; a client leaves that to
    /// the server for a while: "the server MUST close the TCP connection
    /// immediately; the client SHOULD wait for the server" (RFC 6455 §5.5.1).
    fn leave(&mut self, now: Moment, ending: Ending) {
        match self.role {
            Role::Server => self.end(ending),
            Role::Client => {
                self.ending = Some(ending);
                self.phase = Phase::Dropping {
                    until: now + self.config.drop_timeout,
                };
            }
        }
    }

    /// Drops the transport. A first ending stays.
    fn end(&mut self, ending: Ending) {
        self.ending.get_or_insert(ending);
        self.phase = Phase::Over;
        self.finish = Some(Output::Drop);
    }

    fn write_close(&mut self, code: Option<CloseCode>, reason: &str) {
        let reason = match code {
            Some(_) => &reason[..reason.floor_char_boundary(REASON_LIMIT)],
            None => "",
        };
        let body = close::encode_body(code.map(|code| code.0), reason.as_bytes());
        self.write_frame(true, 0, Opcode::CLOSE, &body);
    }

    fn write_frame(&mut self, fin: bool, rsv: u8, opcode: Opcode, payload: &[u8]) {
        let length = payload.len() as u64;
        let header = Header {
            fin,
            rsv,
            opcode,
            mask: (self.role == Role::Client).then(|| self.config.mask_keys.next_key()),
            length,
            length_form: LengthForm::minimal(length),
        };
        self.outbox.append(&header.encode(), None);
        self.outbox.append(payload, header.mask);
    }
}

impl Conversation for Endpoint {
    fn handle_input(&mut self, now: Moment, input: &mut [u8]) {
        let mut rest = input;
        while let Some(event) = self.receive(now, &mut rest) {
            self.events.push_back(event.into_owned());
        }
    }

    fn handle_eof(&mut self, _now: Moment, how: Eof) {
        if how == Eof::Reset {
            self.outbox.clear();
        }
        match self.phase {
            Phase::Opening(_) => self.end(Ending::NotOpened(OpeningFault::Lost(how))),
            Phase::Over => {}
            _ => self.end(Ending::Lost(how)),
        }
    }

    fn handle_timeout(&mut self, now: Moment) {
        if self.poll_timeout().is_none_or(|until| now < until) {
            return;
        }
        match self.phase {
            Phase::Opening(_) => self.end(Ending::NotOpened(OpeningFault::Timeout)),
            _ => self.end(Ending::CloseTimeout),
        }
    }

    fn poll_output(&mut self, _now: Moment) -> Option<Output> {
        self.outbox
            .pop()
            .map(Output::Write)
            .or_else(|| self.finish.take())
    }

    fn poll_timeout(&self) -> Option<Moment> {
        match self.phase {
            Phase::Opening(_) => Some(self.config.opening_timeout),
            Phase::Closing { until } | Phase::Dropping { until } => Some(until),
            Phase::Open | Phase::Over => None,
        }
    }

    fn wants_input(&self) -> bool {
        self.outbox.len() <= PENDING_LIMIT
    }

    fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }
}
