//! The strict peer that sends every message back.

use crate::close::CloseCode;
use crate::conversation::{Conversation, Eof, Moment, Output};
use crate::endpoint::{Endpoint, EndpointConfig, EndpointEvent};
use crate::frame::Opcode;
use crate::handshake::ClientRequest;
use crate::rules::MessageKind;
use crate::violation::Violation;

/// The longest frame that an echo sends, octets. A longer message goes back in
/// fragments, the first ones before its end has come.
pub const FRAGMENT: usize = 64 * 1024;

/// The text message that is not echoed: the peer closes, with the code and the
/// reason that follow, each behind a space, if they do.
pub const CLOSE_COMMAND: &str = "wscheck:close";

/// An [`Endpoint`] that echoes, but for a [`CLOSE_COMMAND`]. Its memory is bounded: at most [`FRAGMENT`]
/// octets of a message, and what the peer does not read yet, for which it
/// stops reading itself.
#[derive(Debug)]
pub struct Echo {
    endpoint: Endpoint,
    /// The opcode of the next frame.
    opcode: Opcode,
    /// What is read of the message and not sent.
    fragment: Vec<u8>,
}

impl Echo {
    /// An echoing server.
    pub fn server(config: EndpointConfig) -> Self {
        Self::new(Endpoint::server(config))
    }

    /// An echoing client.
    pub fn client(config: EndpointConfig, request: ClientRequest) -> Self {
        Self::new(Endpoint::client(config, request))
    }

    /// Makes an endpoint echo, from its first octet.
    pub const fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            opcode: Opcode::CONTINUATION,
            fragment: Vec::new(),
        }
    }

    /// The endpoint within.
    pub const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Fails the connection for a violation that was found elsewhere.
    pub(crate) fn violate(&mut self, now: Moment, violation: Violation) {
        self.endpoint.violate(now, violation);
    }

    /// Whether the message that is complete is a [`CLOSE_COMMAND`].
    fn is_told_to_close(&self) -> bool {
        self.opcode == Opcode::TEXT
            && self
                .fragment
                .strip_prefix(CLOSE_COMMAND.as_bytes())
                .is_some_and(|rest| rest.is_empty() || rest.first() == Some(&b' '))
    }

    /// Closes as the message says.
    fn obey(&mut self, now: Moment) {
        let command = std::mem::take(&mut self.fragment);
        let command = String::from_utf8_lossy(&command);
        let rest = command.strip_prefix(CLOSE_COMMAND).unwrap_or_default();
        let (code, reason) = rest
            .trim_start()
            .split_once(' ')
            .unwrap_or((rest.trim(), ""));
        let code = code.parse().ok().map(CloseCode);
        self.endpoint.close(now, code, reason);
    }

    fn echo(&mut self, now: Moment, event: &EndpointEvent<'_>) {
        match event {
            EndpointEvent::MessageStart(MessageKind::Text) => self.opcode = Opcode::TEXT,
            EndpointEvent::MessageStart(_) => self.opcode = Opcode::BINARY,
            EndpointEvent::MessageData(octets) => self.echo_data(octets),
            EndpointEvent::MessageEnd if self.is_told_to_close() => self.obey(now),
            EndpointEvent::MessageEnd => {
                self.endpoint.send_frame(true, self.opcode, &self.fragment);
                self.fragment.clear();
            }
            _ => {}
        }
    }

    /// Sends a fragment when it is full and known not to be the last.
    fn echo_data(&mut self, mut octets: &[u8]) {
        while self.fragment.len() + octets.len() > FRAGMENT {
            let (now, later) = octets.split_at(FRAGMENT - self.fragment.len());
            self.fragment.extend_from_slice(now);
            self.endpoint.send_frame(false, self.opcode, &self.fragment);
            self.fragment.clear();
            self.opcode = Opcode::CONTINUATION;
            octets = later;
        }
        self.fragment.extend_from_slice(octets);
    }
}

impl Conversation for Echo {
    fn handle_input(&mut self, now: Moment, input: &mut [u8]) {
        let mut rest = input;
        while let Some(event) = self.endpoint.receive(now, &mut rest) {
            self.echo(now, &event);
        }
    }

    fn handle_eof(&mut self, now: Moment, how: Eof) {
        self.endpoint.handle_eof(now, how);
    }

    fn handle_timeout(&mut self, now: Moment) {
        self.endpoint.handle_timeout(now);
    }

    fn poll_output(&mut self, now: Moment) -> Option<Output> {
        self.endpoint.poll_output(now)
    }

    fn poll_timeout(&self) -> Option<Moment> {
        self.endpoint.poll_timeout()
    }

    fn wants_input(&self) -> bool {
        self.endpoint.wants_input()
    }

    fn is_over(&self) -> bool {
        self.endpoint.is_over()
    }
}
