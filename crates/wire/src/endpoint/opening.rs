//! The opening handshake of an endpoint, either role.

use super::config::EndpointConfig;
use super::event::OpeningFault;
use crate::handshake::{
    Asked, ErrorResponse, Head, HeadReader, RequestFault, ServerResponse, accept_for,
    check_request, check_response,
};

/// Reads the peer's head and decides.
#[derive(Debug)]
pub(super) struct Opening {
    reader: HeadReader,
    /// What our request asked for; a server asked for nothing.
    asked: Option<Asked>,
}

/// The connection is open.
#[derive(Debug)]
pub(super) struct Opened {
    /// The peer's head.
    pub(super) head: Head,
    /// The subprotocol agreed on.
    pub(super) protocol: Option<String>,
    /// What we answer; nothing from a client.
    pub(super) answer: Vec<u8>,
}

/// The connection will not open.
#[derive(Debug)]
pub(super) struct Refused {
    /// Why.
    pub(super) fault: OpeningFault,
    /// What we answer; nothing from a client.
    pub(super) answer: Vec<u8>,
}

impl Opening {
    pub(super) fn new(head_limit: usize, asked: Option<Asked>) -> Self {
        Self {
            reader: HeadReader::new(head_limit),
            asked,
        }
    }

    /// Takes octets from the front of `input` until the head is complete;
    /// `None` when all are taken and it is not.
    pub(super) fn read(
        &mut self,
        config: &EndpointConfig,
        input: &mut &mut [u8],
    ) -> Option<Result<Opened, Refused>> {
        let head = match self.reader.push(input) {
            Ok(head) => head,
            Err(too_large) => return Some(Err(self.refuse(too_large.into()))),
        };
        let Some((head, used)) = head else {
            *input = &mut [];
            return None;
        };
        *input = &mut std::mem::take(input)[used..];
        let decided = match &self.asked {
            None => accept(config, head),
            Some(asked) => join(asked, head),
        };
        Some(decided.map_err(|fault| self.refuse(fault)))
    }

    /// A server says why it refuses; a client just leaves.
    fn refuse(&self, fault: OpeningFault) -> Refused {
        let answer = match self.asked {
            Some(_) => Vec::new(),
            None => refusal(&fault).encode(),
        };
        Refused { fault, answer }
    }
}

fn accept(config: &EndpointConfig, head: Head) -> Result<Opened, OpeningFault> {
    let request = check_request(&head)?;
    let protocol = request
        .choose_protocol(&config.protocols)
        .map(str::to_owned);
    let response = ServerResponse {
        server: config.server_header.clone(),
        accept: accept_for(request.key.as_bytes()),
        protocol: protocol.clone(),
        ..ServerResponse::default()
    };
    Ok(Opened {
        head,
        protocol,
        answer: response.encode(),
    })
}

fn join(asked: &Asked, head: Head) -> Result<Opened, OpeningFault> {
    let agreed = check_response(&head, asked)?;
    Ok(Opened {
        head,
        protocol: agreed.protocol,
        answer: Vec::new(),
    })
}

fn refusal(fault: &OpeningFault) -> ErrorResponse {
    let status = match fault {
        OpeningFault::Request(fault) => fault.status(),
        OpeningFault::Head(_) => 431,
        _ => 400,
    };
    let field = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    let headers = match fault {
        // RFC 9110 §15.5.6: "MUST generate an Allow header field"
        OpeningFault::Request(RequestFault::Method { .. }) => field("Allow", "GET"),
        // RFC 6455 §4.4: with the versions that the server is capable of
        OpeningFault::Request(RequestFault::Version { .. }) => field("Sec-WebSocket-Version", "13"),
        // RFC 9110 §15.5.22: "MUST send an Upgrade header field in a 426"
        OpeningFault::Request(RequestFault::NoUpgrade) => field("Upgrade", "websocket"),
        _ => Vec::new(),
    };
    ErrorResponse {
        status,
        headers,
        body: fault.to_string(),
    }
}
