//! What a run tests.

use std::fmt;

use serde::{Deserialize, Serialize};
use wscheck_wire::Role;

use crate::case::{Case, Testee};

/// What a run tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tested {
    /// Servers.
    Server,
    /// Clients.
    Client,
    /// Proxies, from before them and from behind them.
    Proxy,
}

impl Tested {
    /// Who it is to us where we open the connection: a proxy is a server to who
    /// dials it.
    pub fn role(self) -> Role {
        match self {
            Self::Server | Self::Proxy => Role::Server,
            Self::Client => Role::Client,
        }
    }

    /// Whether `case` can test it.
    pub fn fits(self, case: &Case) -> bool {
        match self {
            Self::Proxy => case.testee == Testee::Proxy,
            Self::Server | Self::Client => case.testee.includes(self.role()),
        }
    }

    /// Several of them, in words.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Server => "servers",
            Self::Client => "clients",
            Self::Proxy => "proxies",
        }
    }
}

impl From<Role> for Tested {
    fn from(role: Role) -> Self {
        match role {
            Role::Server => Self::Server,
            Role::Client => Self::Client,
        }
    }
}

impl fmt::Display for Tested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Server => "server",
            Self::Client => "client",
            Self::Proxy => "proxy",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    #[test]
    fn cases_fit_whom_they_can_test() {
        for (id, fitting) in [
            ("1.1.1", &[Tested::Server, Tested::Client][..]),
            ("20.1.1", &[Tested::Server]),
            ("21.1.1", &[Tested::Client]),
            ("30.1.1", &[Tested::Proxy]),
        ] {
            let case = catalogue::find(id.parse().unwrap()).unwrap();
            let all = [Tested::Server, Tested::Client, Tested::Proxy];
            let found: Vec<_> = all.into_iter().filter(|it| it.fits(case)).collect();
            assert_eq!(found, fitting, "{id}");
        }
    }

    #[test]
    fn what_was_stored_before_is_read() {
        for tested in [Tested::Server, Tested::Client, Tested::Proxy] {
            let stored = serde_json::to_string(&tested).unwrap();
            assert_eq!(stored, format!("\"{tested}\""));
            assert_eq!(serde_json::from_str::<Tested>(&stored).unwrap(), tested);
        }
    }
}
