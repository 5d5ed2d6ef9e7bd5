//! Where a testee is, as it is typed.

use std::fmt;
use std::net::Ipv6Addr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Where a WebSocket server is, and which resource of it: `ws://host:port/x`,
/// `wss://host/x?y`, or `ws+unix:/path/to.sock:/x`.
///
/// ```
/// use wscheck_run::Address;
///
/// let address: Address = "wss://[::1]:9001/chat?x=1".parse()?;
/// assert_eq!(address.host_header(), "[::1]:9001");
/// assert_eq!(address.resource(), "/chat?x=1");
/// # Ok::<(), wscheck_run::BadAddress>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    place: Place,
    resource: String,
}

/// Where the transport leads to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// A TCP port.
    Tcp {
        /// A name, or an IP address without brackets.
        host: String,
        /// The port; 0 only makes sense for a listener.
        port: u16,
        /// Whether TLS lies on top.
        tls: bool,
    },
    /// A unix socket.
    Unix {
        /// Its path.
        path: PathBuf,
    },
}

impl Address {
    /// An address of its parts. `resource` is taken as it is.
    pub fn new(place: Place, resource: impl Into<String>) -> Self {
        Self {
            place,
            resource: resource.into(),
        }
    }

    /// Where the transport leads to.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The request target, beginning with `/`.
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// Whether TLS is wanted.
    pub fn is_tls(&self) -> bool {
        matches!(self.place, Place::Tcp { tls: true, .. })
    }

    /// The path of the unix socket, if it is one.
    pub fn unix_path(&self) -> Option<&Path> {
        match &self.place {
            Place::Unix { path } => Some(path),
            Place::Tcp { .. } => None,
        }
    }

    /// The value of `Host`: always with the port, as the original suite
    /// writes it; `localhost` for a unix socket.
    pub fn host_header(&self) -> String {
        match &self.place {
            Place::Tcp { host, port, .. } => authority(host, *port),
            Place::Unix { .. } => "localhost".to_owned(),
        }
    }

    /// The name that TLS asks for and checks, without brackets.
    pub fn server_name(&self) -> &str {
        match &self.place {
            Place::Tcp { host, .. } => host,
            Place::Unix { .. } => "localhost",
        }
    }
}

fn authority(host: &str, port: u16) -> String {
    match host.parse::<Ipv6Addr>() {
        Ok(_) => format!("[{host}]:{port}"),
        Err(_) => format!("{host}:{port}"),
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Tcp { host, port, tls } => {
                let scheme = if *tls { "wss" } else { "ws" };
                write!(f, "{scheme}://{}{}", authority(host, *port), self.resource)
            }
            Place::Unix { path } => write!(f, "ws+unix:{}:{}", path.display(), self.resource),
        }
    }
}

/// A text that is no [`Address`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is no WebSocket address: expected {expected}")]
pub struct BadAddress {
    /// The text.
    pub text: String,
    /// What would have been right.
    pub expected: &'static str,
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        parse(text).map_err(|expected| BadAddress {
            text: text.to_owned(),
            expected,
        })
    }
}

fn parse(text: &str) -> Result<Address, &'static str> {
    let (scheme, rest) = text
        .split_once(':')
        .ok_or("ws://, wss:// or ws+unix: before it")?;
    match scheme.to_ascii_lowercase().as_str() {
        "ws" => parse_tcp(rest, false),
        "wss" => parse_tcp(rest, true),
        "ws+unix" => parse_unix(rest),
        "http" => Err("ws:// in place of http://"),
        "https" => Err("wss:// in place of https://"),
        _ => Err("ws://, wss:// or ws+unix: before it"),
    }
}

fn parse_tcp(rest: &str, tls: bool) -> Result<Address, &'static str> {
    let rest = rest.strip_prefix("//").ok_or("// after the scheme")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, resource) = rest.split_at(end);
    if authority.contains('@') {
        return Err("no user name; a header field can carry one");
    }
    let (host, port) = split_port(authority)?;
    let default = if tls { 443 } else { 80 };
    Ok(Address {
        place: Place::Tcp {
            host: check_host(host)?,
            port: port.map_or(Ok(default), |port| {
                port.parse().map_err(|_| "a port from 0 to 65535")
            })?,
            tls,
        },
        resource: parse_resource(resource)?,
    })
}

/// The host, with its brackets, and the port.
fn split_port(authority: &str) -> Result<(&str, Option<&str>), &'static str> {
    let after_host = match authority.find(']') {
        Some(bracket) => bracket + 1,
        None if authority.starts_with('[') => authority.len(),
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at(after_host);
    match port.strip_prefix(':') {
        Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => {
            Ok((host, Some(digits)))
        }
        None if port.is_empty() => Ok((host, None)),
        _ => Err("a port from 0 to 65535, and an IPv6 address in brackets"),
    }
}

fn check_host(host: &str) -> Result<String, &'static str> {
    if let Some(bracketed) = host.strip_prefix('[') {
        let address = bracketed.strip_suffix(']').map(str::parse::<Ipv6Addr>);
        return match address {
            Some(Ok(address)) => Ok(address.to_string()),
            _ => Err("an IPv6 address in brackets"),
        };
    }
    if host.is_empty() {
        return Err("a host");
    }
    if !host.is_ascii() {
        return Err("a host in ASCII (xn-- for other letters)");
    }
    let is_name = |octet: u8| octet.is_ascii_alphanumeric() || b"-._".contains(&octet);
    if !host.bytes().all(is_name) {
        return Err("a host of letters, digits, '-' and '.'");
    }
    Ok(host.to_ascii_lowercase())
}

fn parse_unix(rest: &str) -> Result<Address, &'static str> {
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let (path, resource) = match rest.split_once(":/") {
        Some((path, resource)) => (path, format!("/{resource}")),
        None => (rest.strip_suffix(':').unwrap_or(rest), String::new()),
    };
    if path.is_empty() {
        return Err("the path of a socket, as in ws+unix:/path/to.sock:/resource");
    }
    Ok(Address {
        place: Place::Unix {
            path: PathBuf::from(path),
        },
        resource: parse_resource(&resource)?,
    })
}

/// What cannot stand in a request line is written in percent-encoding.
fn parse_resource(resource: &str) -> Result<String, &'static str> {
    // RFC 6455 §3: "Fragment identifiers are meaningless in the context of
    // WebSocket URIs and MUST NOT be used on these URIs."
    if resource.contains('#') {
        return Err("no fragment (RFC 6455, section 3)");
    }
    let mut safe = String::with_capacity(resource.len() + 1);
    if !resource.starts_with('/') {
        safe.push('/');
    }
    for octet in resource.bytes() {
        match octet {
            0x21..=0x7e if !br#""<>\^`{|}"#.contains(&octet) => safe.push(char::from(octet)),
            _ => safe.push_str(&format!("%{octet:02X}")),
        }
    }
    Ok(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written() {
        for (text, host_header, name, resource, written) in [
            (
                "ws://Example.org",
                "example.org:80",
                "example.org",
                "/",
                "ws://example.org:80/",
            ),
            (
                "wss://a:9001?x=1",
                "a:9001",
                "a",
                "/?x=1",
                "wss://a:9001/?x=1",
            ),
            (
                "WSS://a_b/c/d",
                "a_b:443",
                "a_b",
                "/c/d",
                "wss://a_b:443/c/d",
            ),
            (
                "ws://127.0.0.1:0/",
                "127.0.0.1:0",
                "127.0.0.1",
                "/",
                "ws://127.0.0.1:0/",
            ),
            (
                "ws://[::1]:80/ä b%20",
                "[::1]:80",
                "::1",
                "/%C3%A4%20b%20",
                "ws://[::1]:80/%C3%A4%20b%20",
            ),
            (
                "wss://[0:0::1]",
                "[::1]:443",
                "::1",
                "/",
                "wss://[::1]:443/",
            ),
            (
                "ws+unix:/tmp/a.sock:/x?y",
                "localhost",
                "localhost",
                "/x?y",
                "ws+unix:/tmp/a.sock:/x?y",
            ),
            (
                "ws+unix:a.sock",
                "localhost",
                "localhost",
                "/",
                "ws+unix:a.sock:/",
            ),
            (
                "ws+unix:///tmp/a b:",
                "localhost",
                "localhost",
                "/",
                "ws+unix:/tmp/a b:/",
            ),
        ] {
            let address: Address = text.parse().unwrap();
            let read = (
                address.host_header(),
                address.server_name(),
                address.resource(),
            );
            assert_eq!(read, (host_header.to_owned(), name, resource), "{text}");
            assert_eq!(address.to_string(), written);
            assert_eq!(written.parse(), Ok(address));
        }
    }

    #[test]
    fn errors_name_what_was_expected() {
        for (text, expected) in [
            ("localhost", "ws://, wss:// or ws+unix: before it"),
            ("ftp://a", "ws://, wss:// or ws+unix: before it"),
            ("http://a", "ws:// in place of http://"),
            ("ws:a", "// after the scheme"),
            ("ws://", "a host"),
            ("ws://:80", "a host"),
            ("ws://a b", "a host of letters, digits, '-' and '.'"),
            ("ws://ä", "a host in ASCII (xn-- for other letters)"),
            ("ws://u:p@a", "no user name; a header field can carry one"),
            ("ws://a:", "a port from 0 to 65535"),
            ("ws://a:65536", "a port from 0 to 65535"),
            (
                "ws://a:b",
                "a port from 0 to 65535, and an IPv6 address in brackets",
            ),
            (
                "ws://::1",
                "a port from 0 to 65535, and an IPv6 address in brackets",
            ),
            ("ws://[::1", "an IPv6 address in brackets"),
            (
                "ws://[::1]x",
                "a port from 0 to 65535, and an IPv6 address in brackets",
            ),
            ("ws://a/#b", "no fragment (RFC 6455, section 3)"),
            (
                "ws+unix:",
                "the path of a socket, as in ws+unix:/path/to.sock:/resource",
            ),
        ] {
            let error = text.parse::<Address>().unwrap_err();
            assert_eq!(error.expected, expected, "{text}");
        }
    }
}
