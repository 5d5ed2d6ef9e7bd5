//! The strict peer that sends every message back.

use crate::conversation::{Conversation, Eof, Moment, Output};
use crate::endpoint::{Endpoint, EndpointConfig};
use crate::handshake::ClientRequest;

/// An [`Endpoint`] that echoes.
#[derive(Debug)]
pub struct Echo {
    endpoint: Endpoint,
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
    pub fn new(endpoint: Endpoint) -> Self {
        Self { endpoint }
    }

    /// The endpoint within.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }
}

impl Conversation for Echo {
    fn handle_input(&mut self, now: Moment, input: &mut [u8]) {
        self.endpoint.handle_input(now, input);
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
}
