//! Which side of a connection an endpoint is.

use std::fmt;

/// The side that dialled, or the side that accepted. Of a frame: its sender.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Opened the connection; masks every frame that it sends (RFC 6455 §5.1).
    Client,
    /// Accepted the connection; masks no frame (RFC 6455 §5.1).
    Server,
}

impl Role {
    /// The opposite side.
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Client => "client",
            Self::Server => "server",
        })
    }
}
