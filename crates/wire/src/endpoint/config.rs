//! How an endpoint behaves.

use std::time::Duration;

use crate::close::Registry;
use crate::deflate::DeflateConfig;
use crate::mask::MaskingKeys;

/// What an [`Endpoint`](super::Endpoint) may do, and for how long.
#[derive(Debug, Clone)]
pub struct EndpointConfig {
    /// `Server` in the answer to an opening request.
    pub server_header: Option<String>,
    /// The subprotocols that a server speaks. It takes the first of the
    /// client's that is among them.
    pub protocols: Vec<String>,
    /// Whether and how to compress. A server accepts the first good offer; a
    /// client makes one, unless its request has offers of its own.
    pub deflate: Option<DeflateConfig>,
    /// The longest message, octets, inflated if it is compressed; a longer one
    /// is failed with 1009.
    pub max_message: u64,
    /// The close codes that the peer may send.
    pub registry: Registry,
    /// Where a client takes its masking keys from.
    pub mask_keys: MaskingKeys,
    /// The longest head, octets; a longer one is refused with 431.
    pub head_limit: usize,
    /// How long the opening handshake may last, from the transport's connect.
    pub opening_timeout: Duration,
    /// How long the answer to our close frame may take.
    pub close_timeout: Duration,
    /// How long a client waits for the server to drop the transport after the
    /// closing handshake (RFC 6455 §7.1.1).
    pub drop_timeout: Duration,
}

impl Default for EndpointConfig {
    fn default() -> Self {
        Self {
            server_header: None,
            protocols: Vec::new(),
            deflate: None,
            max_message: 64 << 20,
            registry: Registry::Iana,
            mask_keys: MaskingKeys::seeded(0),
            head_limit: 64 << 10,
            opening_timeout: Duration::from_secs(5),
            close_timeout: Duration::from_secs(1),
            drop_timeout: Duration::from_secs(1),
        }
    }
}
