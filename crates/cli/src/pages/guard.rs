//! Who may ask: a request must mean us by its `Host`, and come from our own
//! pages if it tells its `Origin`.
//!
//! A page of another site can have its name point to this machine, and would
//! then be taken by the browser for one of ours (DNS rebinding). So only the
//! loopback names and what we were told to listen at are ours; any address, if
//! that was all of them, for an address points nowhere else.

use std::net::IpAddr;

use wscheck_run::{Address, Place};
use wscheck_wire::handshake::Head;

/// The policy of a page that shows nothing.
pub(super) const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// A `Host` that means us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Host {
    /// As it stands there, with the port if it has one.
    pub(super) authority: String,
    /// Without the port.
    pub(super) name: String,
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) status: u16,
    pub(super) why: String,
}

/// Checks `Host` and `Origin` of a request to the suite at `address`.
pub(super) fn check(head: &Head, address: &Address) -> Result<Host, Refused> {
    let host = host(head, address)?;
    for origin in head.values("Origin") {
        let origin = String::from_utf8_lossy(origin);
        if !is_own(&origin, &host) {
            let why = format!("Origin {origin:?} is not that of our pages");
            return Err(Refused { status: 403, why });
        }
    }
    Ok(host)
}

fn host(head: &Head, address: &Address) -> Result<Host, Refused> {
    let mut values = head.values("Host");
    // RFC 9112 §3.2: "MUST respond with a 400 (Bad Request)" to none or several
    let (Some(value), None) = (values.next(), values.next()) else {
        let why = "the request has no Host, or several".to_owned();
        return Err(Refused { status: 400, why });
    };
    let text = String::from_utf8_lossy(value);
    let known = parse(&text).filter(|host| is_ours(&host.name, address));
    known.ok_or_else(|| Refused {
        status: 421,
        why: format!("Host {text:?} is not a name of this server"),
    })
}

/// A name or an address and perhaps a port; nothing that would be more in a
/// header field or on a page.
fn parse(text: &str) -> Option<Host> {
    let end = match text.find(']') {
        Some(bracket) => bracket + 1,
        None => text.find(':').unwrap_or(text.len()),
    };
    let (name, port) = text.split_at(end);
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|octet| octet.is_ascii_digit());
    let port_fits = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
    let is_letter = |octet: u8| octet.is_ascii_alphanumeric() || b"-._:[]".contains(&octet);
    let name_fits = !name.is_empty() && name.bytes().all(is_letter);
    (port_fits && name_fits).then(|| Host {
        authority: text.to_ascii_lowercase(),
        name: name.to_ascii_lowercase(),
    })
}

fn is_ours(name: &str, address: &Address) -> bool {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let listened = match address.place() {
        Place::Tcp { host, .. } => host.as_str(),
        Place::Unix { .. } => "localhost",
    };
    bare == "localhost"
        // RFC 6761 §6.3: names in localhost. are loopback addresses
        || bare.ends_with(".localhost")
        || bare.eq_ignore_ascii_case(listened)
        || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback() || listens_at_all(listened))
}

fn listens_at_all(listened: &str) -> bool {
    listened.parse().is_ok_and(|ip: IpAddr| ip.is_unspecified())
}

fn is_own(origin: &str, host: &Host) -> bool {
    let authority = ["http://", "https://"]
        .iter()
        .find_map(|scheme| origin.strip_prefix(scheme));
    authority.is_some_and(|authority| authority.eq_ignore_ascii_case(&host.authority))
}

/// What pages may do: run our script, and talk to us. `port` is that of the
/// suite where it is not that of the page.
pub(super) fn policy(host: &Host, port: Option<u16>, tls: bool) -> String {
    let scheme = if tls { "wss" } else { "ws" };
    let suite = match port {
        // No source of a policy can name an IPv6 address.
        _ if host.name.starts_with('[') => match port {
            Some(_) => format!(" {scheme}:"),
            None => String::new(),
        },
        Some(port) => format!(" {scheme}://{}:{port}", host.name),
        None => format!(" {scheme}://{}", host.authority),
    };
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; \
         connect-src 'self'{suite}; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(listen: &str, fields: &str) -> Result<String, u16> {
        let head = Head {
            octets: format!("GET / HTTP/1.1\r\n{fields}\r\n\r\n").into_bytes(),
        };
        let host = check(&head, &listen.parse().unwrap());
        host.map(|host| host.authority)
            .map_err(|refused| refused.status)
    }

    #[test]
    fn only_our_own_names_are_answered() {
        let at = "ws://127.0.0.1:9001";
        for (listen, host, wanted) in [
            (at, "127.0.0.1:9001", Ok("127.0.0.1:9001")),
            (at, "LocalHost:9001", Ok("localhost:9001")),
            (at, "suite.localhost", Ok("suite.localhost")),
            (at, "[::1]:9001", Ok("[::1]:9001")),
            (at, "127.9.9.9", Ok("127.9.9.9")),
            (at, "192.0.2.7:80", Err(421)),
            ("ws://0.0.0.0:1", "192.0.2.7:80", Ok("192.0.2.7:80")),
            ("ws://0.0.0.0:1", "evil.example", Err(421)),
            ("ws://192.0.2.7:1", "192.0.2.7:1", Ok("192.0.2.7:1")),
            (at, "evil.example:9001", Err(421)),
            (at, "localhost.evil.example", Err(421)),
            (at, "127.0.0.1.evil.example", Err(421)),
            (at, "xlocalhost", Err(421)),
            (at, "localhost:", Err(421)),
            (at, "localhost:80; script-src *", Err(421)),
            (at, "[::1]x:80", Err(421)),
            (at, "localhost:80\"><b>", Err(421)),
            ("ws://lab.example:1", "lab.example:1", Ok("lab.example:1")),
            ("ws+unix:/x:/", "localhost", Ok("localhost")),
        ] {
            let found = checked(listen, &format!("Host: {host}"));
            assert_eq!(found, wanted.map(str::to_owned), "{host}");
        }
        assert_eq!(checked(at, "X: y"), Err(400));
        assert_eq!(checked(at, "Host: localhost\r\nHost: localhost"), Err(400));
    }

    #[test]
    fn only_our_own_pages_may_ask() {
        for (origin, wanted) in [
            ("http://localhost:9001", Ok("localhost:9001".to_owned())),
            ("https://localhost:9001", Ok("localhost:9001".to_owned())),
            ("http://localhost:9002", Err(403)),
            ("http://127.0.0.1:9001", Err(403)),
            ("http://evil.example", Err(403)),
            ("null", Err(403)),
            ("", Err(403)),
        ] {
            let fields = format!("Host: localhost:9001\r\nOrigin: {origin}");
            assert_eq!(checked("ws://[::1]:1", &fields), wanted, "{origin}");
        }
    }

    #[test]
    fn a_policy_names_the_suite() {
        let named = |text: &str, port| policy(&parse(text).unwrap(), port, false);
        let same = named("localhost:9001", None);
        assert!(
            same.contains("connect-src 'self' ws://localhost:9001; "),
            "{same}"
        );
        let beside = named("localhost:8080", Some(9001));
        assert!(beside.contains("'self' ws://localhost:9001; "), "{beside}");
        assert!(named("[::1]:1", None).contains("connect-src 'self'; "));
        assert!(named("[::1]:1", Some(2)).contains("connect-src 'self' ws:; "));
    }
}
