//! The reference client: runs every case of a fuzzing server, and sends back
//! whatever it hears.

use tokio::time::Instant;
use wscheck_wire::deflate::DeflateConfig;
use wscheck_wire::fault::{Fault, FaultyPeer};
use wscheck_wire::handshake::{ClientRequest, encode_key};
use wscheck_wire::mask::MaskingKeys;
use wscheck_wire::{
    Conversation, Echo, Endpoint, EndpointConfig, EndpointEvent, Eof, Moment, Output,
};

use crate::address::Address;
use crate::dial::{Dialled, Dialler};
use crate::driver::drive;
use crate::error::CouldNotTest;

/// The reference client, and the fuzzing server that it visits.
#[derive(Debug, Clone)]
pub struct EchoClient {
    /// The fuzzing server. The resource of the address counts for nothing.
    pub server: Address,
    /// What it calls itself there.
    pub agent: String,
    /// How to reach it.
    pub dialler: Dialler,
    /// Whether and how it compresses.
    pub deflate: Option<DeflateConfig>,
    /// What is wrong with it, if anything, while it runs a case.
    pub fault: Option<Fault>,
    /// What all its randomness derives from.
    pub seed: u64,
}

/// Why the client could not run the cases.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientFault {
    /// There is no connection.
    #[error(transparent)]
    NoConnection(#[from] CouldNotTest),
    /// The server does not say how many cases it has.
    #[error("{server} does not tell its cases: to {resource} it said {said}")]
    NoCaseCount {
        /// The server.
        server: String,
        /// What was asked for.
        resource: &'static str,
        /// What came instead of a number.
        said: String,
    },
}

/// What asks for the number of cases.
const CASE_COUNT: &str = "/getCaseCount";

impl EchoClient {
    /// A client called `agent` that compresses.
    pub fn new(server: Address, agent: impl Into<String>) -> Self {
        Self {
            server,
            agent: agent.into(),
            dialler: Dialler::default(),
            deflate: Some(DeflateConfig::default()),
            fault: None,
            seed: 0,
        }
    }

    /// Runs every case, one after another, and has the reports written. `tell`
    /// hears the number of each case, from 1, and of how many. Gives how many
    /// there were.
    ///
    /// # Errors
    /// If there is no connection, or the server is no fuzzing server.
    pub async fn run(&self, mut tell: impl FnMut(u64, u64)) -> Result<u64, ClientFault> {
        let said = self.ask(CASE_COUNT).await?;
        let number = said.as_deref().and_then(|text| text.trim().parse().ok());
        let count: u64 = number.ok_or_else(|| ClientFault::NoCaseCount {
            server: self.server.to_string(),
            resource: CASE_COUNT,
            said: said.map_or_else(|| "nothing".to_owned(), |said| format!("{said:?}")),
        })?;
        let agent = percent_encoded(&self.agent);
        for case in 1..=count {
            tell(case, count);
            self.echo(&format!("/runCase?case={case}&agent={agent}"), case)
                .await?;
        }
        self.ask(&format!("/updateReports?agent={agent}")).await?;
        Ok(count)
    }

    /// Echoes on one connection until it ends.
    async fn echo(&self, resource: &str, case: u64) -> Result<(), CouldNotTest> {
        let dialled = self.dialler.dial(&self.server).await?;
        let (config, request) = self.opening(resource, case, self.deflate);
        match &self.fault {
            None => hold(dialled, &mut Echo::client(config, request)).await,
            Some(fault) => {
                hold(dialled, &mut FaultyPeer::client(fault, config, request)).await;
            }
        }
        Ok(())
    }

    /// The first message that is heard on one connection, once that has ended.
    async fn ask(&self, resource: &str) -> Result<Option<String>, CouldNotTest> {
        let dialled = self.dialler.dial(&self.server).await?;
        let (config, request) = self.opening(resource, 0, None);
        let mut question = Question {
            endpoint: Endpoint::client(config, request),
            answer: Vec::new(),
            is_whole: false,
        };
        hold(dialled, &mut question).await;
        let answer = question.is_whole.then_some(question.answer);
        Ok(answer.map(|octets| String::from_utf8_lossy(&octets).into_owned()))
    }

    fn opening(
        &self,
        resource: &str,
        connection: u64,
        deflate: Option<DeflateConfig>,
    ) -> (EndpointConfig, ClientRequest) {
        let mut mask_keys = MaskingKeys::seeded(self.seed ^ connection.rotate_left(32));
        let key = encode_key(mask_keys.next_nonce());
        let request = ClientRequest {
            user_agent: Some(self.agent.clone()).filter(|agent| !agent.contains(['\r', '\n'])),
            ..ClientRequest::bare(resource, self.server.host_header(), key)
        };
        let config = EndpointConfig {
            deflate,
            mask_keys,
            ..EndpointConfig::default()
        };
        (config, request)
    }
}

async fn hold(dialled: Dialled, conversation: &mut impl Conversation) {
    let started: Instant = dialled.started;
    drive(dialled.stream, conversation, started, &mut ()).await;
}

/// `name` as the value of a parameter.
fn percent_encoded(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    for octet in name.bytes() {
        match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(octet));
            }
            _ => encoded.push_str(&format!("%{octet:02X}")),
        }
    }
    encoded
}

/// Listens for one message.
struct Question {
    endpoint: Endpoint,
    answer: Vec<u8>,
    is_whole: bool,
}

impl Conversation for Question {
    fn handle_input(&mut self, now: Moment, input: &mut [u8]) {
        let mut rest = input;
        while let Some(event) = self.endpoint.receive(now, &mut rest) {
            match event {
                EndpointEvent::MessageData(octets) if !self.is_whole => {
                    self.answer.extend_from_slice(&octets);
                }
                EndpointEvent::MessageEnd => self.is_whole = true,
                _ => {}
            }
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

    fn is_over(&self) -> bool {
        self.endpoint.is_over()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_in_a_query() {
        assert_eq!(percent_encoded("a b/\u{e9}&~1"), "a%20b%2F%C3%A9%26~1");
    }
}
