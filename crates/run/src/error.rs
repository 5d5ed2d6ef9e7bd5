//! Why something could not be tested.

use std::io;
use std::time::Duration;

/// Why there is no connection to a testee. The guilty party stands first.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CouldNotTest {
    /// Nobody listens.
    #[error("the server refuses connections at {at}")]
    Refused {
        /// Where: an address and port, or the path of a socket.
        at: String,
    },
    /// The name has no address.
    #[error("the name {host} does not resolve: {why}")]
    Unresolved {
        /// The name.
        host: String,
        /// What the resolver said.
        why: String,
    },
    /// Connecting took too long.
    #[error("the server at {at} did not answer within {after:?}")]
    TimedOut {
        /// Where.
        at: String,
        /// How long we waited.
        after: Duration,
    },
    /// TLS did not come about.
    #[error("the server's TLS at {at} failed: {why}")]
    Tls {
        /// Where.
        at: String,
        /// What was wrong.
        why: String,
    },
    /// The network said otherwise no.
    #[error("the network to {at} failed: {why}")]
    Network {
        /// Where.
        at: String,
        /// What the system said.
        why: String,
    },
    /// This machine cannot do what was asked.
    #[error("we could not {what}: {why}")]
    Local {
        /// What we tried.
        what: String,
        /// What the system said.
        why: String,
    },
}

impl CouldNotTest {
    /// Whether the server turned the connection down.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }

    /// What `error` means when it came from connecting to `at`.
    pub(crate) fn connecting(at: String, error: &io::Error) -> Self {
        match error.kind() {
            // A unix socket that is not there is a port where nobody listens.
            io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => Self::Refused { at },
            io::ErrorKind::AddrNotAvailable | io::ErrorKind::AddrInUse => Self::Local {
                what: format!("find a local address to reach {at} from"),
                why: error.to_string(),
            },
            _ => Self::Network {
                at,
                why: error.to_string(),
            },
        }
    }
}
