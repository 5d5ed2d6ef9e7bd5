//! A strict peer, either role, without I/O.

use std::borrow::Cow;
use std::time::Duration;

use crate::close::CloseCode;
use crate::conversation::{Conversation, Eof, Moment, Output};
use crate::frame::Opcode;
use crate::handshake::{ClientRequest, Head};
use crate::mask::MaskingKeys;
use crate::role::Role;
use crate::rules::MessageKind;
use crate::violation::Violation;

/// How an endpoint behaves.
#[derive(Debug, Clone)]
pub struct EndpointConfig {
    /// `Server` in the answer to an opening request.
    pub server_header: Option<String>,
    /// The subprotocols that a server speaks.
    pub protocols: Vec<String>,
    /// The longest message, octets; a longer one is failed with 1009.
    pub max_message: u64,
    /// Where a client takes its masking keys from.
    pub mask_keys: MaskingKeys,
    /// The longest head, octets.
    pub head_limit: usize,
    /// How long the opening handshake may last.
    pub opening_timeout: Duration,
    /// How long the answer to our close frame may last.
    pub close_timeout: Duration,
    /// How long a client waits for the server to drop the transport after the
    /// closing handshake.
    pub drop_timeout: Duration,
}

impl Default for EndpointConfig {
    fn default() -> Self {
        Self {
            server_header: None,
            protocols: Vec::new(),
            max_message: 64 << 20,
            mask_keys: MaskingKeys::seeded(0),
            head_limit: 64 << 10,
            opening_timeout: Duration::from_secs(5),
            close_timeout: Duration::from_secs(1),
            drop_timeout: Duration::from_secs(1),
        }
    }
}

/// What an endpoint has to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndpointEvent<'a> {
    /// The opening handshake is done.
    Open {
        /// The peer's head.
        head: Head,
        /// The subprotocol agreed on.
        protocol: Option<String>,
    },
    /// A message begins.
    MessageStart(MessageKind),
    /// A part of the message, never empty; of a text, checked.
    MessageData(Cow<'a, [u8]>),
    /// The message is complete.
    MessageEnd,
    /// A ping came; its pong is on its way.
    Ping(Cow<'a, [u8]>),
    /// A pong came.
    Pong(Cow<'a, [u8]>),
    /// The conversation is over.
    Ended(Ending),
}

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Both sides sent a close frame.
    Closed {
        /// Which side sent it first: ours or the peer's.
        by_us: bool,
        /// The peer's code.
        code: Option<CloseCode>,
        /// The peer's reason.
        reason: String,
    },
    /// We failed the connection.
    Failed(Violation),
    /// A message over `max_message`.
    TooBig,
    /// The opening handshake did not succeed.
    NotOpened(String),
    /// The transport ended before a closing handshake.
    Lost(Eof),
    /// The peer did not answer our close in time.
    CloseTimeout,
}

/// One side of a WebSocket connection.
#[derive(Debug)]
pub struct Endpoint {
    role: Role,
    config: EndpointConfig,
}

impl Endpoint {
    /// The side that accepts.
    pub fn server(config: EndpointConfig) -> Self {
        Self {
            role: Role::Server,
            config,
        }
    }

    /// The side that dials and sends `request` at once.
    pub fn client(config: EndpointConfig, request: ClientRequest) -> Self {
        let _ = request;
        Self {
            role: Role::Client,
            config,
        }
    }

    /// Which side this is.
    pub const fn role(&self) -> Role {
        self.role
    }

    /// The next event of those that [`Conversation::handle_input`] gave.
    pub fn poll_event(&mut self) -> Option<EndpointEvent<'static>> {
        None
    }

    /// Takes octets from the front of `input` until there is an event;
    /// `None` when all are taken. What the event makes us send before the
    /// next call goes out before the answers to what follows in `input`.
    pub fn receive<'a>(
        &mut self,
        now: Moment,
        input: &mut &'a mut [u8],
    ) -> Option<EndpointEvent<'a>> {
        let _ = (now, input);
        None
    }

    /// Sends a frame, unless a close frame has been sent.
    pub fn send_frame(&mut self, fin: bool, opcode: Opcode, payload: &[u8]) {
        let _ = (fin, opcode, payload);
    }

    /// Sends a text message in one frame.
    pub fn send_text(&mut self, text: &str) {
        self.send_frame(true, Opcode::TEXT, text.as_bytes());
    }

    /// Sends a binary message in one frame.
    pub fn send_binary(&mut self, octets: &[u8]) {
        self.send_frame(true, Opcode::BINARY, octets);
    }

    /// Sends a ping of at most 125 octets.
    pub fn send_ping(&mut self, payload: &[u8]) {
        self.send_frame(true, Opcode::PING, payload);
    }

    /// Begins the closing handshake.
    pub fn close(&mut self, now: Moment, code: Option<CloseCode>, reason: &str) {
        let _ = (now, code, reason);
    }

    /// Whether messages can be sent.
    pub const fn is_open(&self) -> bool {
        false
    }

    /// How many octets wait to be written.
    pub const fn pending(&self) -> usize {
        0
    }

    /// How the connection ended, once it has.
    pub const fn ending(&self) -> Option<&Ending> {
        None
    }
}

impl Conversation for Endpoint {
    fn handle_input(&mut self, now: Moment, input: &mut [u8]) {
        let _ = (now, input, &self.config);
    }

    fn handle_eof(&mut self, now: Moment, how: Eof) {
        let _ = (now, how);
    }

    fn handle_timeout(&mut self, now: Moment) {
        let _ = now;
    }

    fn poll_output(&mut self, now: Moment) -> Option<Output> {
        let _ = now;
        None
    }

    fn poll_timeout(&self) -> Option<Moment> {
        None
    }
}
