//! What both sides agreed on.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::MAX_WINDOW_BITS;
use crate::role::Role;

/// What the sender of one direction is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Terms {
    /// Each message is compressed by itself (RFC 7692 §7.1.1).
    pub no_context_takeover: bool,
    /// No reference goes back further than two to this power, octets: 8 to 15
    /// (RFC 7692 §7.1.2).
    pub max_window_bits: u8,
}

impl Default for Terms {
    /// With context takeover, and the largest window.
    fn default() -> Self {
        Self {
            no_context_takeover: false,
            max_window_bits: MAX_WINDOW_BITS,
        }
    }
}

impl Terms {
    /// The window, octets.
    pub const fn window(self) -> u32 {
        1 << self.max_window_bits
    }
}

/// permessage-deflate as it is in force on a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Agreement {
    /// What the server, as a sender, is bound to.
    pub server: Terms,
    /// What the client, as a sender, is bound to.
    pub client: Terms,
}

impl Agreement {
    /// What `sender` is bound to.
    pub const fn of(&self, sender: Role) -> Terms {
        match sender {
            Role::Client => self.client,
            Role::Server => self.server,
        }
    }
}

impl fmt::Display for Agreement {
    /// As an answer would say it; what goes without saying is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("permessage-deflate")?;
        for (who, terms) in [("server", self.server), ("client", self.client)] {
            if terms.no_context_takeover {
                write!(f, "; {who}_no_context_takeover")?;
            }
        }
        for (who, terms) in [("server", self.server), ("client", self.client)] {
            if terms.max_window_bits < MAX_WINDOW_BITS {
                write!(f, "; {who}_max_window_bits={}", terms.max_window_bits)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_only_what_differs_from_the_default() {
        assert_eq!(Agreement::default().to_string(), "permessage-deflate");
        let agreement = Agreement {
            server: Terms {
                no_context_takeover: true,
                max_window_bits: 9,
            },
            ..Agreement::default()
        };
        assert_eq!(
            agreement.to_string(),
            "permessage-deflate; server_no_context_takeover; server_max_window_bits=9"
        );
        assert_eq!(agreement.of(Role::Server).window(), 512);
    }
}
