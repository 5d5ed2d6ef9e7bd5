//! Whether a client's opening request is granted.
//!
//! By `rfc` it is judged as RFC 6455 §4.2.1 has it. The original takes more in
//! some places, such as version 8, and less in others: it knows at which port it
//! is served.

use wscheck_wire::handshake::{ErrorResponse, Head, RequestFault, check_request};

use crate::profile::Profile;

/// What a request that is granted asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// `Sec-WebSocket-Key` as it stands.
    pub key: String,
    /// `Sec-WebSocket-Extensions`, several fields joined.
    pub extensions: String,
}

/// How a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The status code of the answer; `None`: TCP ends without one.
    pub status: Option<u16>,
    /// What is wrong with the request: one line.
    pub why: String,
    /// Further fields of the answer.
    pub headers: Vec<(String, String)>,
}

impl Refusal {
    /// A refusal with 400.
    pub fn bad_request(why: impl Into<String>) -> Self {
        Self::with_status(400, why)
    }

    /// A refusal with `status`.
    pub fn with_status(status: u16, why: impl Into<String>) -> Self {
        Self {
            status: Some(status),
            why: why.into(),
            headers: Vec::new(),
        }
    }

    fn field(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The octets of the answer. The original gives its reason in the status
    /// line, and nothing else.
    pub fn encode(&self, profile: Profile) -> Vec<u8> {
        let Some(status) = self.status else {
            return Vec::new();
        };
        if profile == Profile::Rfc {
            return ErrorResponse {
                status,
                body: self.why.clone(),
                headers: self.headers.clone(),
            }
            .encode();
        }
        let line = self.why.chars().filter(|c| !c.is_control());
        let mut head = format!("HTTP/1.1 {status} {}\r\n", line.collect::<String>());
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        head.into_bytes()
    }
}

impl From<RequestFault> for Refusal {
    fn from(fault: RequestFault) -> Self {
        Self {
            status: Some(fault.status()),
            why: fault.to_string(),
            headers: fault.headers(),
        }
    }
}

/// Judges the head of a request as `profile` does. `port` is the one that
/// `Host` must name, if that matters.
///
/// # Errors
///
/// The first thing that is wrong with it.
pub fn judge(
    head: &Head,
    profile: Profile,
    port: Option<u16>,
    tls: bool,
) -> Result<Granted, Refusal> {
    match profile {
        Profile::Autobahn => judge_as_original(head, port, tls),
        Profile::Rfc => {
            let accepted = check_request(head)?;
            Ok(Granted {
                key: accepted.key,
                extensions: accepted.extensions,
            })
        }
    }
}

fn judge_as_original(head: &Head, port: Option<u16>, tls: bool) -> Result<Granted, Refusal> {
    let fields = Fields::of(head)?;
    check_request_line(head)?;
    check_host(&fields, port, tls)?;
    fields.list_must_have("Upgrade", "websocket")?;
    fields.list_must_have("Connection", "upgrade")?;
    check_version(&fields)?;
    fields.check_protocols()?;
    fields.at_most_once("Origin")?;
    let key = fields.once("Sec-WebSocket-Key")?;
    check_key(&key)?;
    fields.at_most_once("Sec-WebSocket-Extensions")?;
    let extensions = fields.joined("Sec-WebSocket-Extensions");
    Ok(Granted {
        key,
        extensions: extensions.unwrap_or_default(),
    })
}

fn check_request_line(head: &Head) -> Result<(), Refusal> {
    let line = String::from_utf8_lossy(head.start_line()).into_owned();
    let words: Vec<&str> = line.split_whitespace().collect();
    let [method, target, version] = words[..] else {
        return Err(Refusal::bad_request(format!("bad request line {line:?}")));
    };
    if method != "GET" {
        return Err(Refusal::with_status(
            405,
            format!("method {method:?}, not GET"),
        ));
    }
    if version != "HTTP/1.1" {
        let why = format!("HTTP version {version:?}, not HTTP/1.1");
        return Err(Refusal::with_status(505, why));
    }
    match target.split_once('#') {
        Some((_, fragment)) if !fragment.is_empty() => Err(Refusal::bad_request(format!(
            "request target with a fragment {fragment:?}"
        ))),
        _ => Ok(()),
    }
}

fn check_host(fields: &Fields<'_>, wanted: Option<u16>, tls: bool) -> Result<(), Refusal> {
    let host = fields.once("Host")?;
    let named = match host.rsplit_once(':') {
        Some((_, port)) if !host.ends_with(']') => port.trim().parse().map_err(|_| {
            Refusal::bad_request(format!("port {port:?} of Host {host:?} is no port"))
        })?,
        _ if tls => 443,
        _ => 80,
    };
    match wanted {
        Some(port) if port != named => Err(Refusal::bad_request(format!(
            "Host {host:?} means port {named}, not {port}"
        ))),
        _ => Ok(()),
    }
}

/// The versions that the original knows, two of them drafts.
const VERSIONS: &str = "13,8,0";

fn check_version(fields: &Fields<'_>) -> Result<(), Refusal> {
    let version = fields.once("Sec-WebSocket-Version")?;
    match version.parse() {
        Ok(8 | 13) => Ok(()),
        Ok(other) => {
            let other: i64 = other;
            let why = format!("Sec-WebSocket-Version {other}, not 13");
            Err(Refusal::bad_request(why).field("Sec-WebSocket-Version", VERSIONS))
        }
        Err(_) => Err(Refusal::bad_request(format!(
            "Sec-WebSocket-Version {version:?} is no number"
        ))),
    }
}

/// The original looks at the length, the padding and the letters.
fn check_key(key: &str) -> Result<(), Refusal> {
    let is_letter = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/');
    match key.strip_suffix("==") {
        Some(letters) if key.len() == 24 && letters.bytes().all(is_letter) => Ok(()),
        _ => Err(Refusal::bad_request(format!(
            "Sec-WebSocket-Key {key:?} is not 16 octets in base64"
        ))),
    }
}

/// The fields of a head that is UTF-8.
struct Fields<'a> {
    head: &'a Head,
}

impl<'a> Fields<'a> {
    /// The original cannot read octets that are not UTF-8, and ends TCP.
    fn of(head: &'a Head) -> Result<Self, Refusal> {
        match std::str::from_utf8(&head.octets) {
            Ok(_) => Ok(Self { head }),
            Err(_) => Err(Refusal {
                status: None,
                why: "the request is not UTF-8".to_owned(),
                headers: Vec::new(),
            }),
        }
    }

    fn joined(&self, name: &str) -> Option<String> {
        let value = self.head.joined(name)?;
        Some(String::from_utf8_lossy(&value).into_owned())
    }

    fn once(&self, name: &str) -> Result<String, Refusal> {
        self.at_most_once(name)?;
        self.joined(name)
            .ok_or_else(|| Refusal::bad_request(format!("no {name} field")))
    }

    fn at_most_once(&self, name: &str) -> Result<(), Refusal> {
        match self.head.count(name) {
            0 | 1 => Ok(()),
            count => Err(Refusal::bad_request(format!(
                "{count} {name} fields, not one"
            ))),
        }
    }

    fn list_must_have(&self, name: &str, wanted: &str) -> Result<(), Refusal> {
        let value = self
            .joined(name)
            .ok_or_else(|| Refusal::bad_request(format!("no {name} field")))?;
        let mut elements = value.split(',').map(str::trim);
        match elements.any(|element| element.eq_ignore_ascii_case(wanted)) {
            true => Ok(()),
            false => Err(Refusal::bad_request(format!(
                "{name} is {value:?}, without {wanted}"
            ))),
        }
    }

    fn check_protocols(&self) -> Result<(), Refusal> {
        let value = self.joined("Sec-WebSocket-Protocol").unwrap_or_default();
        let mut known = Vec::new();
        for protocol in value.split(',').map(str::trim) {
            if known.contains(&protocol) {
                let why = format!("subprotocol {protocol:?} stands twice");
                return Err(Refusal::bad_request(why));
            }
            known.push(protocol);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "GET /runCase?case=1 HTTP/1.1\r\nHost: localhost:9001\r\n\
        Upgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

    fn judged(from: &str, to: &str, profile: Profile) -> Option<u16> {
        assert!(PLAIN.contains(from), "{from} is not in the request");
        let octets = PLAIN.replace(from, to).into_bytes();
        let judged = judge(&Head { octets }, profile, Some(9001), false);
        judged.map_or_else(|refusal| refusal.status, |_| Some(101))
    }

    /// What changes, and the status that the original and that the RFC gives.
    #[test]
    fn the_profiles_judge_requests() {
        for (from, to, autobahn, rfc) in [
            ("/runCase", "/runCase", 101, 101),
            ("GET", "POST", 405, 405),
            ("HTTP/1.1", "HTTP/1.0", 505, 505),
            ("GET ", "GET  ", 101, 400),
            ("case=1", "case=1#x", 400, 400),
            ("case=1", "case=1#", 101, 400),
            ("Host: localhost:9001\r\n", "", 400, 400),
            (
                "localhost:9001",
                "localhost:9001\r\nHost: localhost:9001",
                400,
                400,
            ),
            ("localhost:9001", "localhost:9002", 400, 101),
            ("localhost:9001", "localhost", 400, 101),
            ("localhost:9001", "localhost:x", 400, 400),
            ("Upgrade: WebSocket", "Upgrade: h2c", 400, 426),
            ("keep-alive, Upgrade", "keep-alive", 400, 400),
            ("Version: 13", "Version: 8", 101, 426),
            ("Version: 13", "Version: 7", 400, 426),
            ("Version: 13", "Version: x", 400, 426),
            ("dGhl", "dGh", 400, 400),
            ("dGhl", "dGh!", 400, 400),
            (
                "Upgrade: W",
                "Origin: a\r\nOrigin: b\r\nUpgrade: W",
                400,
                101,
            ),
            (
                "Upgrade: W",
                "Sec-WebSocket-Protocol: a,a\r\nUpgrade: W",
                400,
                400,
            ),
        ] {
            assert_eq!(judged(from, to, Profile::Autobahn), Some(autobahn), "{to}");
            assert_eq!(judged(from, to, Profile::Rfc), Some(rfc), "{to}");
        }
    }

    #[test]
    fn a_refusal_gives_its_reason() {
        let octets = PLAIN.replace("Version: 13", "Version: 7").into_bytes();
        let refusal = judge(&Head { octets }, Profile::Autobahn, None, false).unwrap_err();
        assert_eq!(
            String::from_utf8(refusal.encode(Profile::Autobahn)).unwrap(),
            "HTTP/1.1 400 Sec-WebSocket-Version 7, not 13\r\nSec-WebSocket-Version: 13,8,0\r\n\r\n"
        );
        let told = String::from_utf8(refusal.encode(Profile::Rfc)).unwrap();
        assert!(
            told.ends_with("\r\n\r\nSec-WebSocket-Version 7, not 13\n"),
            "{told}"
        );
        let octets = PLAIN.replace("localhost:", "\u{e9}:").into_bytes();
        let mut bad = octets.clone();
        let at = bad.iter().position(|octet| *octet == 0xc3).unwrap();
        bad[at] = 0xff;
        let refusal = judge(&Head { octets: bad }, Profile::Autobahn, None, false).unwrap_err();
        assert_eq!(refusal.encode(Profile::Autobahn), b"");
        assert!(judge(&Head { octets }, Profile::Autobahn, None, false).is_ok());
    }
}
