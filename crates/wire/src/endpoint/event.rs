//! What an endpoint has to tell.

use std::borrow::Cow;

use crate::close::CloseCode;
use crate::conversation::Eof;
use crate::deflate::{Agreement, DeflateFault};
use crate::handshake::{Head, HeadTooLarge, MalformedExtensions, RequestFault, ResponseFault};
use crate::rules::MessageKind;
use crate::violation::Violation;

/// What the peer did, as far as it was legal, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndpointEvent<'a> {
    /// The opening handshake is done.
    Open {
        /// The peer's head.
        head: Head,
        /// The subprotocol agreed on.
        protocol: Option<String>,
        /// How messages may be compressed, if they may.
        deflate: Option<Agreement>,
    },
    /// A message begins: text or binary.
    MessageStart(MessageKind),
    /// A part of the message, inflated and never empty. Of a text all of it is
    /// valid so far, though its end may lie inside a code point.
    MessageData(Cow<'a, [u8]>),
    /// The message is complete.
    MessageEnd,
    /// A ping came; its pong is queued.
    Ping(Vec<u8>),
    /// A pong came.
    Pong(Vec<u8>),
    /// The conversation is over: the last event.
    Ended(Ending),
}

impl EndpointEvent<'_> {
    /// The same event, independent of the input that it was read from.
    pub fn into_owned(self) -> EndpointEvent<'static> {
        match self {
            Self::Open {
                head,
                protocol,
                deflate,
            } => EndpointEvent::Open {
                head,
                protocol,
                deflate,
            },
            Self::MessageStart(kind) => EndpointEvent::MessageStart(kind),
            Self::MessageData(data) => EndpointEvent::MessageData(Cow::Owned(data.into_owned())),
            Self::MessageEnd => EndpointEvent::MessageEnd,
            Self::Ping(payload) => EndpointEvent::Ping(payload),
            Self::Pong(payload) => EndpointEvent::Pong(payload),
            Self::Ended(ending) => EndpointEvent::Ended(ending),
        }
    }
}

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Ending {
    /// Both sides sent a close frame.
    #[error("closed {} with {}", if *by_us { "by us" } else { "by the peer" }, code_text(*code))]
    Closed {
        /// Whether our close frame went out before the peer's was read.
        by_us: bool,
        /// The peer's code.
        code: Option<CloseCode>,
        /// The peer's reason.
        reason: String,
    },
    /// The peer broke a rule and we failed the connection.
    #[error("the peer broke {} {}: {violation}", violation.document(), violation.section())]
    Failed {
        /// The first rule broken.
        violation: Violation,
    },
    /// The peer sent a message longer than we take.
    #[error("the peer's message is longer than {max} octets")]
    TooBig {
        /// The most octets that we take.
        max: u64,
    },
    /// The peer did not answer our close frame in time.
    #[error("the peer did not answer our close frame")]
    CloseTimeout,
    /// The transport ended before the closing handshake.
    #[error("the transport ended ({0:?}) without a closing handshake")]
    Lost(Eof),
    /// The opening handshake failed.
    #[error("not opened: {0}")]
    NotOpened(#[from] OpeningFault),
}

fn code_text(code: Option<CloseCode>) -> String {
    code.map_or_else(|| "no code".to_owned(), |code| code.to_string())
}

/// Why an opening handshake failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpeningFault {
    /// The client's request was refused.
    #[error("the client's request: {0}")]
    Request(#[from] RequestFault),
    /// The server's response was not accepted.
    #[error("the server's response: {0}")]
    Response(#[from] ResponseFault),
    /// The peer's head was too long.
    #[error(transparent)]
    Head(#[from] HeadTooLarge),
    /// The peer's `Sec-WebSocket-Extensions` cannot be read.
    #[error("the peer's head: {0}")]
    Extensions(#[from] MalformedExtensions),
    /// The server's response accepts what the client did not offer.
    #[error("the server's response: {0}")]
    Deflate(#[from] DeflateFault),
    /// The handshake was not done in time.
    #[error("the peer did not finish the opening handshake in time")]
    Timeout,
    /// The transport ended.
    #[error("the peer ended the transport ({0:?})")]
    Lost(Eof),
    /// We gave up.
    #[error("we closed before the connection was open")]
    Abandoned,
}
