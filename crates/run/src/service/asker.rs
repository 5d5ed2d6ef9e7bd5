//! Who may stop the server or have reports written.
//!
//! Only this machine may, but for programs by the profile `autobahn`: there the
//! client is often in another container, and its last request is for the
//! reports. And since a browser lets the pages of anybody open a WebSocket to
//! this machine, an `Origin` must be ours: "servers that are not
//! intended to process input from any web page but only for certain sites SHOULD
//! verify the |Origin| field" (RFC 6455 §10.2). Programs send none.

use std::net::{IpAddr, SocketAddr};

use wscheck_suite::profile::Profile;
use wscheck_suite::session::request::Refusal;
use wscheck_wire::handshake::Head;

use crate::address::{Address, Place};

/// Whoever sent a request, as far as that can be told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asker<'a> {
    pub(super) head: &'a Head,
    /// `None` over a unix socket.
    pub(super) peer: Option<SocketAddr>,
    /// Whether it came over TLS.
    pub(super) tls: bool,
}

/// What we are known by, beside the `Host` that a request names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ourselves<'a> {
    /// Where we listen, as users wrote it.
    pub(super) address: &'a Address,
    /// Where the pages are too, without TLS.
    pub(super) pages: Option<&'a Address>,
    pub(super) profile: Profile,
}

/// Why somebody may not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotAllowed {
    #[error("only this machine may stop the server or have reports written, and {0} is another")]
    Remote(IpAddr),
    #[error("only pages of ours may stop the server or have reports written, not those of {0:?}")]
    Foreign(String),
    #[error("Host {0:?} is no name of ours, so a page of that name may not stop the server")]
    Renamed(String),
}

impl From<NotAllowed> for Refusal {
    fn from(why: NotAllowed) -> Self {
        Self::with_status(403, why.to_string())
    }
}

/// Where a page is from (RFC 6454 §4).
#[derive(Debug, Clone, PartialEq, Eq)]
struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

impl Origin {
    fn new(scheme: &str, authority: &str) -> Option<Self> {
        let default = match scheme {
            "http" => 80,
            "https" => 443,
            _ => return None,
        };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !authority.ends_with(']') => (host, port.parse().ok()?),
            _ => (authority, default),
        };
        Some(Self {
            scheme: scheme.to_owned(),
            host: host.to_owned(),
            port,
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        Self::new(scheme, authority)
    }

    /// What the pages of the same host at another place are from.
    fn of_pages(&self, pages: Option<&Address>) -> Option<Self> {
        match pages?.place() {
            Place::Tcp { port, .. } => Self::new("http", &format!("{}:{port}", self.host)),
            Place::Unix { .. } => None,
        }
    }

    fn ip(&self) -> Option<IpAddr> {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        host.parse().ok()
    }

    /// Whether it is this machine, by a name that nobody else can take.
    fn is_local(&self) -> bool {
        let is_localhost = self.host == "localhost" || self.host.ends_with(".localhost");
        is_localhost || self.ip().is_some_and(|ip| ip.to_canonical().is_loopback())
    }
}

impl Asker<'_> {
    /// Whether it may stop the server and have reports written.
    ///
    /// # Errors
    /// Why it may not.
    pub(super) fn may_command(&self, ourselves: &Ourselves<'_>) -> Result<(), NotAllowed> {
        let origin = self.field("Origin");
        if origin.is_none() && ourselves.profile == Profile::Autobahn {
            return Ok(());
        }
        if let Some(peer) = self.peer
            && !peer.ip().to_canonical().is_loopback()
        {
            return Err(NotAllowed::Remote(peer.ip()));
        }
        let Some(text) = origin else {
            return Ok(());
        };
        let foreign = || NotAllowed::Foreign(text.clone());
        let origin = Origin::parse(&text).ok_or_else(foreign)?;
        // The original asks nobody where they are from. What is served on this
        // machine, as pages with a client to test are, may do as it did there.
        if ourselves.profile == Profile::Autobahn && origin.is_local() {
            return Ok(());
        }
        let host = self.field("Host").unwrap_or_default();
        let scheme = if self.tls { "https" } else { "http" };
        let own = Origin::new(scheme, &host).ok_or_else(foreign)?;
        if origin != own && Some(origin) != own.of_pages(ourselves.pages) {
            return Err(foreign());
        }
        // A name that somebody else owns may be made to mean this machine.
        let is_name = ourselves
            .address
            .server_name()
            .eq_ignore_ascii_case(&own.host);
        let is_ours = own.is_local() || own.ip().is_some() || is_name;
        is_ours.then_some(()).ok_or(NotAllowed::Renamed(host))
    }

    /// A field in lower case; several are none that is ours.
    fn field(&self, name: &str) -> Option<String> {
        let value = self.head.joined(name)?;
        Some(String::from_utf8_lossy(&value).trim().to_ascii_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(peer: &str, fields: &str, profile: Profile) -> Result<(), NotAllowed> {
        let octets = format!("GET /stopServer HTTP/1.1\r\n{fields}\r\n").into_bytes();
        let asker = Asker {
            head: &Head { octets },
            peer: Some(peer.parse().unwrap()),
            tls: fields.contains("https"),
        };
        asker.may_command(&Ourselves {
            address: &"ws://suite.example:7".parse().unwrap(),
            pages: Some(&"ws://suite.example:8080".parse().unwrap()),
            profile,
        })
    }

    #[test]
    fn programs_may_from_anywhere_where_the_original_lets_them() {
        let peer = "192.0.2.1:5";
        assert_eq!(asked(peer, "Host: a\r\n", Profile::Autobahn), Ok(()));
        let page = "Host: a\r\nOrigin: http://a\r\n";
        let refused = asked(peer, page, Profile::Autobahn);
        assert!(matches!(refused, Err(NotAllowed::Remote(_))));
    }

    #[test]
    fn only_this_machine_may() {
        for profile in [Profile::Rfc, Profile::Autobahn] {
            for peer in [
                "127.0.0.1:5",
                "127.8.0.1:5",
                "[::1]:5",
                "[::ffff:127.0.0.1]:5",
            ] {
                assert_eq!(asked(peer, "Host: a\r\n", profile), Ok(()), "{peer}");
            }
            let page = "Host: localhost\r\nOrigin: http://localhost\r\n";
            for peer in ["192.0.2.1:5", "[2001:db8::1]:5", "[::ffff:192.0.2.1]:5"] {
                let refused = asked(peer, page, profile);
                assert!(matches!(refused, Err(NotAllowed::Remote(_))), "{peer}");
            }
        }
    }

    /// `Host`, `Origin`, and whether it may by `rfc` and by `autobahn`.
    #[test]
    fn a_page_must_be_ours() {
        for (host, origin, rfc, autobahn) in [
            ("127.0.0.1:9001", "http://127.0.0.1:9001", true, true),
            ("127.0.0.1:9001", "http://127.0.0.1:8080", true, true),
            ("127.0.0.1:9001", "http://127.0.0.1:8081", false, true),
            ("127.0.0.1:9001", "http://localhost:9001", false, true),
            ("127.0.0.1:9001", "http://localhost", false, true),
            (
                "127.0.0.1:9001",
                "http://127.0.0.1.example:9001",
                false,
                false,
            ),
            ("127.0.0.1:9001", "http://evil.example", false, false),
            ("127.0.0.1:9001", "null", false, false),
            ("localhost", "https://localhost", true, true),
            ("localhost:443", "https://localhost", true, true),
            ("localhost:80", "http://localhost", true, true),
            ("[::1]:7", "http://[::1]:7", true, true),
            ("[::1]", "http://[::1]", true, true),
            ("Suite.example:7", "http://suite.EXAMPLE:7", true, true),
            ("evil.example:7", "http://evil.example:7", false, false),
            ("localhost:x", "http://localhost:x", false, false),
            ("a:1", "http://a:1\r\nOrigin: http://a:1", false, false),
        ] {
            let fields = format!("Host: {host}\r\nOrigin: {origin}\r\n");
            for (profile, wanted) in [(Profile::Rfc, rfc), (Profile::Autobahn, autobahn)] {
                let allowed = asked("127.0.0.1:5", &fields, profile);
                assert_eq!(allowed.is_ok(), wanted, "{fields}: {allowed:?}");
            }
        }
    }

    #[test]
    fn a_refusal_says_who_may() {
        let refused = asked("192.0.2.1:5", "", Profile::Rfc).unwrap_err();
        let refusal = Refusal::from(refused);
        assert_eq!(refusal.status, Some(403));
        assert_eq!(
            refusal.why,
            "only this machine may stop the server or have reports written, and 192.0.2.1 is another"
        );
    }
}
