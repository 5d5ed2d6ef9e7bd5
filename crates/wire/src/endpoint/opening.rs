//! The opening handshake of an endpoint, either role.

use super::config::EndpointConfig;
use super::event::OpeningFault;
use crate::deflate::{self, Agreement, Offer};
use crate::handshake::{
    Asked, ClientRequest, ErrorResponse, Head, HeadReader, ServerResponse, accept_for,
    check_request, check_response, parse_extensions,
};

/// Reads the peer's head and decides.
#[derive(Debug)]
pub(super) struct Opening {
    reader: HeadReader,
    /// What our request asked for; a server asked for nothing.
    asked: Option<Asked>,
    /// The permessage-deflate that our request offered.
    offers: Vec<Offer>,
}

/// The connection is open.
#[derive(Debug)]
pub(super) struct Opened {
    /// The peer's head.
    pub(super) head: Head,
    /// The subprotocol agreed on.
    pub(super) protocol: Option<String>,
    /// How to compress, if at all.
    pub(super) deflate: Option<Agreement>,
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
    /// Awaits a request.
    pub(super) fn server(config: &EndpointConfig) -> Self {
        Self {
            reader: HeadReader::new(config.head_limit),
            asked: None,
            offers: Vec::new(),
        }
    }

    /// Awaits the answer to `request`. What it offers counts only if the
    /// configuration has compression.
    pub(super) fn client(config: &EndpointConfig, request: &ClientRequest) -> Self {
        let offered = request.extensions.as_deref().unwrap_or_default();
        let offers: Vec<Offer> = parse_extensions(offered.as_bytes())
            .unwrap_or_default()
            .iter()
            .filter(|_| config.deflate.is_some())
            .filter_map(|extension| Offer::parse(extension).ok())
            .collect();
        let asked = Asked {
            extensions: !offers.is_empty(),
            ..request.asked()
        };
        Self {
            reader: HeadReader::new(config.head_limit),
            asked: Some(asked),
            offers,
        }
    }

    /// Takes octets from the front of `input` until the head is complete;
    /// `None` when all are taken and it is not.
    pub(super) fn read(
        &mut self,
        config: &EndpointConfig,
        input: &mut &mut [u8],
    ) -> Option<Result<Opened, Refused>> {
        let head = loop {
            let head = match self.reader.push(input) {
                Ok(head) => head,
                Err(too_large) => return Some(Err(self.refuse(too_large.into()))),
            };
            let Some((head, used)) = head else {
                *input = &mut [];
                return None;
            };
            *input = &mut std::mem::take(input)[used..];
            if self.asked.is_none() || !head.is_interim() {
                break head;
            }
        };
        let decided = match &self.asked {
            None => accept(config, head),
            Some(asked) => join(asked, &self.offers, head),
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
    let offered = parse_extensions(request.extensions.as_bytes())?;
    let accepted = config
        .deflate
        .and_then(|config| deflate::answer(&offered, &config));
    let response = ServerResponse {
        server: config.server_header.clone(),
        accept: accept_for(request.key.as_bytes()),
        protocol: protocol.clone(),
        extensions: accepted.map(|(answer, _)| answer.to_string()),
        ..ServerResponse::default()
    };
    Ok(Opened {
        head,
        protocol,
        deflate: accepted.map(|(_, agreement)| agreement),
        answer: response.encode(),
    })
}

fn join(asked: &Asked, offers: &[Offer], head: Head) -> Result<Opened, OpeningFault> {
    let agreed = check_response(&head, asked)?;
    let accepted = parse_extensions(agreed.extensions.as_bytes())?;
    let deflate = deflate::check(offers, &accepted)?;
    Ok(Opened {
        head,
        protocol: agreed.protocol,
        deflate,
        answer: Vec::new(),
    })
}

fn refusal(fault: &OpeningFault) -> ErrorResponse {
    let (status, headers) = match fault {
        OpeningFault::Request(fault) => (fault.status(), fault.headers()),
        OpeningFault::Head(_) => (431, Vec::new()),
        _ => (400, Vec::new()),
    };
    ErrorResponse {
        status,
        headers,
        body: fault.to_string(),
    }
}
