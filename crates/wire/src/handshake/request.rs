//! The client's opening request, and the server's judgement of one
//! (RFC 6455 §4.1, §4.2.1).

use super::head::Head;
use super::key::is_valid_key;
use super::response::Asked;
use super::token::{self, is_token};

/// An opening request. Fields are written as given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientRequest {
    /// The request target, such as `/chat?x=1`.
    pub target: String,
    /// `Host`, with a port where one is wanted.
    pub host: String,
    /// `User-Agent`.
    pub user_agent: Option<String>,
    /// Further fields.
    pub headers: Vec<(String, String)>,
    /// `Sec-WebSocket-Key`; see [`encode_key`](super::encode_key).
    pub key: String,
    /// `Origin`.
    pub origin: Option<String>,
    /// `Sec-WebSocket-Protocol`, left out when empty.
    pub protocols: Vec<String>,
    /// `Sec-WebSocket-Extensions`.
    pub extensions: Option<String>,
}

impl ClientRequest {
    /// A request with what must be there, and nothing else.
    pub fn bare(
        target: impl Into<String>,
        host: impl Into<String>,
        key: impl Into<String>,
    ) -> Self {
        Self {
            target: target.into(),
            host: host.into(),
            user_agent: None,
            headers: Vec::new(),
            key: key.into(),
            origin: None,
            protocols: Vec::new(),
            extensions: None,
        }
    }

    /// The octets of the request, the empty line included.
    pub fn encode(&self) -> Vec<u8> {
        let mut head = format!("GET {} HTTP/1.1\r\n", self.target);
        let mut field = |name: &str, value: &str| {
            head.push_str(&format!("{name}: {value}\r\n"));
        };
        if let Some(agent) = &self.user_agent {
            field("User-Agent", agent);
        }
        field("Host", &self.host);
        field("Upgrade", "WebSocket");
        field("Connection", "Upgrade");
        field("Pragma", "no-cache");
        field("Cache-Control", "no-cache");
        for (name, value) in &self.headers {
            field(name, value);
        }
        field("Sec-WebSocket-Key", &self.key);
        if let Some(origin) = &self.origin {
            field("Origin", origin);
        }
        if !self.protocols.is_empty() {
            field("Sec-WebSocket-Protocol", &self.protocols.join(","));
        }
        if let Some(extensions) = &self.extensions {
            field("Sec-WebSocket-Extensions", extensions);
        }
        field("Sec-WebSocket-Version", "13");
        head.push_str("\r\n");
        head.into_bytes()
    }

    /// What an answer to this request must fit.
    pub fn asked(&self) -> Asked {
        Asked {
            key: self.key.clone(),
            protocols: self.protocols.clone(),
            extensions: self.extensions.is_some(),
        }
    }
}

/// An opening request that a server may accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The request target.
    pub target: String,
    /// `Host`.
    pub host: String,
    /// `Sec-WebSocket-Key` as it stands.
    pub key: String,
    /// `Origin`.
    pub origin: Option<String>,
    /// The subprotocols asked for, best first.
    pub protocols: Vec<String>,
    /// `Sec-WebSocket-Extensions` as it stands, several fields joined; empty if
    /// there is none.
    pub extensions: String,
}

impl Accepted {
    /// The client's best subprotocol among `known`.
    pub fn choose_protocol(&self, known: &[String]) -> Option<&str> {
        self.protocols
            .iter()
            .find(|protocol| known.contains(protocol))
            .map(String::as_str)
    }
}

/// Why a server must refuse an opening request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestFault {
    /// The head is not UTF-8.
    #[error("the request is not UTF-8")]
    NotUtf8,
    /// The request line is not three words.
    #[error("malformed request line {line:?}")]
    RequestLine {
        /// The line.
        line: String,
    },
    /// The method is not GET.
    #[error("method {method:?}, not GET")]
    Method {
        /// The method.
        method: String,
    },
    /// The HTTP version is not 1.1.
    #[error("HTTP version {version:?}, not HTTP/1.1")]
    HttpVersion {
        /// The version as it stands.
        version: String,
    },
    /// The target has a fragment (§3).
    #[error("request target {target:?} with a fragment")]
    Fragment {
        /// The target.
        target: String,
    },
    /// A line that is no field: without a colon, without a name that is a token
    /// right in front of it, folded, or with a control character.
    #[error("malformed field line {line:?}")]
    FieldLine {
        /// The line.
        line: String,
    },
    /// `Host` that is no host, with a port or without.
    #[error("Host {host:?} is no host")]
    Host {
        /// Its value.
        host: String,
    },
    /// A body, of which an opening request has none.
    #[error("{field} {value:?}: an opening request has no body")]
    Body {
        /// The field that announces it.
        field: &'static str,
        /// Its value.
        value: String,
    },
    /// A field that must stand exactly once does not.
    #[error("{count} {field} fields, not one")]
    Count {
        /// The field.
        field: &'static str,
        /// How many there are.
        count: usize,
    },
    /// No `Upgrade` with `websocket`.
    #[error("no Upgrade to websocket")]
    NoUpgrade,
    /// No `Connection` with `upgrade`.
    #[error("no Connection: Upgrade")]
    NoConnectionUpgrade,
    /// A key that does not decode to 16 octets.
    #[error("Sec-WebSocket-Key {key:?} is not 16 octets in base64")]
    Key {
        /// The key.
        key: String,
    },
    /// A version of the protocol other than 13.
    #[error("Sec-WebSocket-Version {version:?}, not 13")]
    Version {
        /// The version as it stands.
        version: String,
    },
    /// A subprotocol that is not a token, or stands twice.
    #[error("bad or repeated subprotocol {protocol:?}")]
    Protocol {
        /// The subprotocol.
        protocol: String,
    },
}

impl RequestFault {
    /// The status code of the refusal: 400, 405, 426 or 505.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Method { .. } => 405,
            Self::NoUpgrade | Self::Version { .. } => 426,
            Self::HttpVersion { .. } => 505,
            _ => 400,
        }
    }

    /// The fields that the refusal must have.
    pub fn headers(&self) -> Vec<(String, String)> {
        // RFC 9110 §15.5.22: "MUST send an Upgrade header field in a 426"
        let upgrade = ("Upgrade", "websocket");
        let fields: &[(&str, &str)] = match self {
            // RFC 9110 §15.5.6: "MUST generate an Allow header field"
            Self::Method { .. } => &[("Allow", "GET")],
            // RFC 6455 §4.4: with the versions that the server is capable of
            Self::Version { .. } => &[("Sec-WebSocket-Version", "13"), upgrade],
            Self::NoUpgrade => &[upgrade],
            _ => &[],
        };
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        fields.iter().map(owned).collect()
    }

    /// The section of RFC 6455 that is broken.
    pub const fn section(&self) -> &'static str {
        match self {
            Self::Fragment { .. } => "3",
            Self::Protocol { .. } => "4.1",
            _ => "4.2.1",
        }
    }
}

/// Judges an opening request as strictly as §4.2.1 does.
///
/// # Errors
///
/// The first fault.
pub fn check_request(head: &Head) -> Result<Accepted, RequestFault> {
    // RFC 9112 §2.2: "ignore at least one empty line (CRLF)" in front
    if let Some(octets) = head.octets.strip_prefix(b"\r\n") {
        let octets = octets.to_vec();
        return check_request(&Head { octets });
    }
    if std::str::from_utf8(&head.octets).is_err() {
        return Err(RequestFault::NotUtf8);
    }
    let target = check_request_line(head.start_line())?;
    head.lines().skip(1).try_for_each(check_field_line)?;
    let host = single(head, "Host")?;
    if !is_host(&host) {
        return Err(RequestFault::Host { host });
    }
    check_body(head)?;
    if !head
        .values("Upgrade")
        .any(|value| token::list_has(value, "websocket"))
    {
        return Err(RequestFault::NoUpgrade);
    }
    if !head
        .values("Connection")
        .any(|value| token::list_has(value, "upgrade"))
    {
        return Err(RequestFault::NoConnectionUpgrade);
    }
    let version = single(head, "Sec-WebSocket-Version")?;
    if version != "13" {
        return Err(RequestFault::Version { version });
    }
    let key = single(head, "Sec-WebSocket-Key")?;
    if !is_valid_key(key.as_bytes()) {
        return Err(RequestFault::Key { key });
    }
    let extensions = head.joined("Sec-WebSocket-Extensions");
    Ok(Accepted {
        target,
        host,
        key,
        origin: head.values("Origin").next().map(lossy),
        protocols: check_protocols(head)?,
        extensions: lossy(&extensions.unwrap_or_default()),
    })
}

fn check_request_line(line: &[u8]) -> Result<String, RequestFault> {
    let words: Vec<String> = line.split(|octet| *octet == b' ').map(lossy).collect();
    let [method, target, version] = <[String; 3]>::try_from(words)
        .map_err(|_| RequestFault::RequestLine { line: lossy(line) })?;
    if method != "GET" {
        return Err(RequestFault::Method { method });
    }
    // §4.2.1: "An HTTP/1.1 or higher GET request"
    if !matches!(
        version.as_bytes(),
        [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'1'..=b'9']
    ) {
        return Err(RequestFault::HttpVersion { version });
    }
    if target.contains('#') {
        return Err(RequestFault::Fragment { target });
    }
    if !target.starts_with('/') && !target.contains("://") {
        return Err(RequestFault::RequestLine { line: lossy(line) });
    }
    Ok(target)
}

/// RFC 9112 §5: a name that is a token, a colon right behind it, and no control
/// character in the value (RFC 9110 §5.5). Folded lines may be rejected (§5.2).
fn check_field_line(line: &[u8]) -> Result<(), RequestFault> {
    let colon = line.iter().position(|octet| *octet == b':');
    let is_good = colon.is_some_and(|colon| {
        let is_control = |octet: &u8| octet.is_ascii_control() && *octet != b'\t';
        is_token(&line[..colon]) && !line[colon..].iter().any(is_control)
    });
    match is_good {
        true => Ok(()),
        false => Err(RequestFault::FieldLine { line: lossy(line) }),
    }
}

/// RFC 9110 §7.2: `uri-host [ ":" port ]`; nothing at all is a host, too.
fn is_host(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port),
        _ => (host, ""),
    };
    let in_name = |octet: u8| octet.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=%".contains(&octet);
    let in_brackets = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'));
    port.bytes().all(|octet| octet.is_ascii_digit())
        && match in_brackets {
            Some(address) => address.bytes().all(|octet| in_name(octet) || octet == b':'),
            None => name.bytes().all(in_name),
        }
}

/// What stands behind a request that announces a body is no frame.
fn check_body(head: &Head) -> Result<(), RequestFault> {
    let announces = |field: &'static str| {
        let mut values = head.values(field);
        values.find(|value| field != "Content-Length" || *value != b"0")
    };
    for field in ["Transfer-Encoding", "Content-Length"] {
        if let Some(value) = announces(field) {
            let value = lossy(value);
            return Err(RequestFault::Body { field, value });
        }
    }
    Ok(())
}

fn check_protocols(head: &Head) -> Result<Vec<String>, RequestFault> {
    let mut protocols = Vec::new();
    for protocol in head.values("Sec-WebSocket-Protocol").flat_map(token::list) {
        let name = lossy(protocol);
        if !is_token(protocol) || protocols.contains(&name) {
            return Err(RequestFault::Protocol { protocol: name });
        }
        protocols.push(name);
    }
    Ok(protocols)
}

/// The value of a field that must stand exactly once.
fn single(head: &Head, field: &'static str) -> Result<String, RequestFault> {
    let mut values = head.values(field);
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(lossy(value)),
        _ => Err(RequestFault::Count {
            field,
            count: head.count(field),
        }),
    }
}

fn lossy(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

    fn request() -> ClientRequest {
        ClientRequest {
            target: "/a?b=c".to_owned(),
            host: "localhost:9001".to_owned(),
            user_agent: Some("agent/1".to_owned()),
            headers: vec![("X-More".to_owned(), "yes".to_owned())],
            key: KEY.to_owned(),
            origin: Some("http://here".to_owned()),
            protocols: vec!["chat".to_owned(), "x".to_owned()],
            extensions: Some("permessage-deflate".to_owned()),
        }
    }

    /// Checks our request after replacing `from` by `to` in it.
    fn altered(from: &str, to: &str) -> Result<Accepted, RequestFault> {
        let text = String::from_utf8(request().encode()).unwrap();
        assert!(text.contains(from), "{from} is not in the request");
        check_request(&Head {
            octets: text.replace(from, to).into_bytes(),
        })
    }

    #[test]
    fn the_fields_stand_in_the_order_of_the_original() {
        let wanted = "GET /a?b=c HTTP/1.1\r\n\
            User-Agent: agent/1\r\n\
            Host: localhost:9001\r\n\
            Upgrade: WebSocket\r\n\
            Connection: Upgrade\r\n\
            Pragma: no-cache\r\n\
            Cache-Control: no-cache\r\n\
            X-More: yes\r\n\
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
            Origin: http://here\r\n\
            Sec-WebSocket-Protocol: chat,x\r\n\
            Sec-WebSocket-Extensions: permessage-deflate\r\n\
            Sec-WebSocket-Version: 13\r\n\r\n";
        assert_eq!(String::from_utf8(request().encode()).unwrap(), wanted);
    }

    #[test]
    fn our_own_request_is_accepted() {
        let accepted = check_request(&Head {
            octets: request().encode(),
        })
        .unwrap();
        assert_eq!(
            (&accepted.target[..], &accepted.host[..]),
            ("/a?b=c", "localhost:9001")
        );
        assert_eq!(
            (&accepted.key[..], accepted.origin.as_deref()),
            (KEY, Some("http://here"))
        );
        assert_eq!(accepted.extensions, "permessage-deflate");
        let known = ["x".to_owned(), "chat".to_owned()];
        assert_eq!(accepted.choose_protocol(&known), Some("chat"));
        assert_eq!(accepted.choose_protocol(&known[..1]), Some("x"));
        assert_eq!(accepted.choose_protocol(&[]), None);
    }

    #[test]
    fn a_legal_request_may_look_different() {
        for (from, to) in [
            ("Upgrade: WebSocket", "upgrade: h2c, WEBSOCKET"),
            (
                "Connection: Upgrade",
                "Connection: keep-alive\r\nconnection: upgrade",
            ),
            ("User-Agent: agent/1\r\n", ""),
            ("chat,x", "chat\r\nSec-WebSocket-Protocol: x"),
            ("GET ", "\r\nGET "),
            ("HTTP/1.1", "HTTP/1.2"),
            ("/a?b=c", "http://here:80/a?b=c"),
            ("localhost:9001", "[::1]:9001"),
            ("localhost:9001", ""),
            ("X-More: yes", "X-More:\tyes\t"),
            ("X-More: yes", "Content-Length: 0"),
        ] {
            assert!(altered(from, to).is_ok(), "{to}");
        }
    }

    #[test]
    fn each_fault_has_its_status() {
        for (from, to, status) in [
            ("GET /a", "POST /a", 405),
            ("HTTP/1.1", "HTTP/1.0", 505),
            ("/a?b=c", "/a b", 400),
            ("/a?b=c", "", 400),
            ("/a?b=c", "/a#b", 400),
            ("Host: localhost:9001\r\n", "", 400),
            ("Host: localhost:9001", "Host: a\r\nHost: b", 400),
            ("Upgrade: WebSocket\r\n", "", 426),
            ("Upgrade: WebSocket", "Upgrade: h2c", 426),
            ("Connection: Upgrade", "Connection: close", 400),
            ("Version: 13", "Version: 8", 426),
            ("Sec-WebSocket-Version: 13\r\n", "", 400),
            (KEY, "c2hvcnQ=", 400),
            ("Sec-WebSocket-Key", "X-Key", 400),
            ("chat,x", "chat,chat", 400),
            ("chat,x", "a b", 400),
            ("/a?b=c", "*", 400),
            ("HTTP/1.1", "http/1.1", 505),
            ("localhost:9001", "a b", 400),
            ("localhost:9001", "a:b", 400),
            ("localhost:9001", "a/b", 400),
            ("X-More: yes", "X-More : yes", 400),
            ("X-More: yes", " X-More: yes", 400),
            ("X-More: yes", "X-More", 400),
            ("X-More: yes", ": yes", 400),
            ("X-More: yes", "X-More: y\0s", 400),
            ("X-More: yes", "X-More: y\rs", 400),
            ("X-More: yes", "Content-Length: 5", 400),
            ("X-More: yes", "Content-Length: 0\r\nContent-Length: x", 400),
            ("X-More: yes", "Transfer-Encoding: chunked", 400),
        ] {
            let fault = altered(from, to).expect_err(to);
            assert_eq!(fault.status(), status, "{fault}");
        }
        let mut octets = request().encode();
        octets[5] = 0xff;
        assert_eq!(check_request(&Head { octets }), Err(RequestFault::NotUtf8));
    }
}
