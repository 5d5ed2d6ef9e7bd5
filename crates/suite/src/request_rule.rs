//! What a client's opening request must be (RFC 6455 §4.1), whatever becomes of
//! it.

use serde::{Deserialize, Serialize};
use wscheck_wire::handshake::{Head, is_valid_key, parse_extensions, token};

use crate::evidence::OpeningEvidence;

/// One thing that an opening request must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestRule {
    /// Its method is GET.
    Get,
    /// Its version of HTTP is 1.1 or higher.
    Version,
    /// Its target is a path or an absolute URI, without a fragment.
    Target,
    /// Every line of it is a field as HTTP/1.1 has it.
    Fields,
    /// It has one Host, which is a host and no more than a port behind it.
    Host,
    /// Its Upgrade includes websocket.
    Upgrade,
    /// Its Connection includes Upgrade.
    Connection,
    /// Its Sec-WebSocket-Version is 13.
    WebSocketVersion,
    /// Its Sec-WebSocket-Key is 16 octets in base64.
    Key,
    /// Its Sec-WebSocket-Key is none of those that the same client has sent.
    FreshKey,
    /// What stands once at most does.
    Once,
    /// Its subprotocols are tokens, each there once.
    Protocols,
    /// Its extensions are well formed.
    Extensions,
    /// Nothing comes behind it before it is answered.
    Waits,
}

/// What came of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kept {
    Yes,
    /// It is broken: how, as a fragment that follows `the request`.
    No(String),
    /// There is nothing to judge it by: why.
    Unknown(String),
}

impl RequestRule {
    /// The rule in a few words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "the method is GET",
            Self::Version => "the version of HTTP is 1.1 or higher",
            Self::Target => "the target is a path or an absolute URI, without a fragment",
            Self::Fields => "every line is a good field",
            Self::Host => "Host stands once and is a host",
            Self::Upgrade => "Upgrade includes websocket",
            Self::Connection => "Connection includes Upgrade",
            Self::WebSocketVersion => "Sec-WebSocket-Version is 13",
            Self::Key => "Sec-WebSocket-Key is 16 octets in base64",
            Self::FreshKey => "Sec-WebSocket-Key is another on each connection",
            Self::Once => "what stands once at most does",
            Self::Protocols => "subprotocols are tokens, each there once",
            Self::Extensions => "extensions are well formed",
            Self::Waits => "nothing follows before the answer",
        }
    }

    /// Whether the request that came keeps the rule.
    pub(crate) fn judge(self, opening: &OpeningEvidence) -> Kept {
        if self == Self::FreshKey {
            return fresh_key(opening);
        }
        let head = Head {
            octets: opening.request.0.clone(),
        };
        let broken = match self {
            Self::Get | Self::Version | Self::Target => self.start_line(&head),
            Self::Fields => fields(&head),
            Self::Host => host(&head),
            Self::Upgrade => list_without(&head, "Upgrade", "websocket"),
            Self::Connection => list_without(&head, "Connection", "upgrade"),
            Self::WebSocketVersion => not(&head, "Sec-WebSocket-Version", "13", |v| v == b"13"),
            Self::Key => not(
                &head,
                "Sec-WebSocket-Key",
                "16 octets in base64",
                is_valid_key,
            ),
            Self::Once => ONCE
                .into_iter()
                .find(|name| head.count(name) > 1)
                .map(|name| format!("has {name} {} times", head.count(name))),
            Self::Protocols => protocols(&head),
            Self::Extensions => {
                let value = head.joined("Sec-WebSocket-Extensions").unwrap_or_default();
                let malformed = parse_extensions(&value).err();
                malformed.map(|malformed| format!("is malformed: {malformed}"))
            }
            Self::Waits => {
                let octets = opening.octets_before_the_answer;
                (octets > 0)
                    .then(|| format!("was followed by {octets} octets before it was answered"))
            }
            Self::FreshKey => None,
        };
        broken.map_or(Kept::Yes, Kept::No)
    }

    fn start_line(self, head: &Head) -> Option<String> {
        let line = String::from_utf8_lossy(head.start_line()).into_owned();
        let words: Vec<&str> = line.split(' ').collect();
        let [method, target, version] = words[..] else {
            return Some(format!("begins with {line:?}, not with three words"));
        };
        let is_good = match self {
            Self::Get => method == "GET",
            Self::Version => matches!(
                version.as_bytes(),
                [b'H', b'T', b'T', b'P', b'/', b'1', b'.', b'1'..=b'9']
            ),
            _ => (target.starts_with('/') || target.contains("://")) && !target.contains('#'),
        };
        (!is_good).then(|| format!("begins with {line:?}"))
    }
}

/// What must not stand twice: RFC 6455 §11.3, RFC 9110 §7.2 and RFC 6454 §7.3.
const ONCE: [&str; 4] = [
    "Host",
    "Origin",
    "Sec-WebSocket-Key",
    "Sec-WebSocket-Version",
];

fn fields(head: &Head) -> Option<String> {
    let bad = head.lines().skip(1).find(|line| {
        let colon = line.iter().position(|octet| *octet == b':');
        let is_control = |octet: &u8| octet.is_ascii_control() && *octet != b'\t';
        !colon.is_some_and(|colon| token::is_token(&line[..colon])) || line.iter().any(is_control)
    });
    if let Some(bad) = bad {
        return Some(format!("has the line \"{}\"", bad.escape_ascii()));
    }
    let ends = head.octets.iter().filter(|octet| **octet == b'\n').count();
    let crlf = head.octets.windows(2).filter(|two| *two == b"\r\n").count();
    (ends != crlf).then(|| "has a line that ends in a bare LF".to_owned())
}

fn host(head: &Head) -> Option<String> {
    let mut values = head.values("Host");
    match (values.next(), values.next()) {
        (Some(value), None) => {
            let is_odd = |octet: &u8| {
                !octet.is_ascii_alphanumeric() && !b"-._~!$&'()*+,;=%:[]".contains(octet)
            };
            let odd = value.is_empty() || value.iter().any(is_odd);
            odd.then(|| format!("has Host \"{}\"", value.escape_ascii()))
        }
        _ => Some(format!("has Host {} times", head.count("Host"))),
    }
}

fn list_without(head: &Head, name: &str, wanted: &str) -> Option<String> {
    let has = head
        .values(name)
        .any(|value| token::list_has(value, wanted));
    (!has).then(|| match head.joined(name) {
        Some(value) => format!("has {name} \"{}\"", value.escape_ascii()),
        None => format!("has no {name}"),
    })
}

fn not(head: &Head, name: &str, wanted: &str, is_good: fn(&[u8]) -> bool) -> Option<String> {
    let Some(value) = head.values(name).next() else {
        return Some(format!("has no {name}"));
    };
    (!is_good(value)).then(|| format!("has {name} \"{}\", not {wanted}", value.escape_ascii()))
}

fn protocols(head: &Head) -> Option<String> {
    let value = head.joined("Sec-WebSocket-Protocol")?;
    let mut known: Vec<&[u8]> = Vec::new();
    for protocol in token::list(&value) {
        if !token::is_token(protocol) || known.contains(&protocol) {
            let protocol = protocol.escape_ascii();
            return Some(format!(
                "has the subprotocol \"{protocol}\", twice or no token"
            ));
        }
        known.push(protocol);
    }
    known
        .is_empty()
        .then(|| "has Sec-WebSocket-Protocol and no subprotocol".to_owned())
}

fn fresh_key(opening: &OpeningEvidence) -> Kept {
    match opening.earlier_keys {
        Some(earlier) if earlier.seen => {
            Kept::No("has a Sec-WebSocket-Key that came before".to_owned())
        }
        Some(earlier) if earlier.compared > 0 => Kept::Yes,
        _ => Kept::Unknown("the client has sent no other key to compare with".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::EarlierKeys;

    const GOOD: &str = "GET /a?b HTTP/1.1\r\nHost: a:1\r\nUpgrade: x, WebSocket\r\n\
        Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: a, b\r\n\
        Sec-WebSocket-Extensions: x; y=1\r\n\r\n";

    fn broken(from: &str, to: &str) -> Vec<RequestRule> {
        use RequestRule::*;
        assert!(GOOD.contains(from), "{from}");
        let opening = OpeningEvidence {
            request: GOOD.replace(from, to).as_bytes().into(),
            ..OpeningEvidence::default()
        };
        let rules = [
            Get,
            Version,
            Target,
            Fields,
            Host,
            Upgrade,
            Connection,
            WebSocketVersion,
            Key,
            Once,
            Protocols,
            Extensions,
        ];
        let kept = |rule: &RequestRule| rule.judge(&opening) == Kept::Yes;
        rules.into_iter().filter(|rule| !kept(rule)).collect()
    }

    #[test]
    fn each_rule_finds_its_own() {
        use RequestRule::*;
        for (from, to, rules) in [
            ("/a", "/a", &[][..]),
            ("GET", "POST", &[Get]),
            ("HTTP/1.1", "HTTP/1.0", &[Version]),
            ("/a?b", "/a#b", &[Target]),
            ("/a?b", "a", &[Target]),
            ("/a?b", "ws://here/a", &[]),
            ("Host: a:1\r\n", "", &[Host]),
            ("Host: a:1", "Host: a b", &[Host]),
            ("Host: a:1", "Host: a\r\nHost: a", &[Host, Once]),
            ("Host: a:1", "Host : a", &[Fields]),
            ("Host: a:1\r\n", "Host: a:1\n", &[Fields]),
            ("x, WebSocket", "x", &[Upgrade]),
            ("keep-alive, Upgrade", "keep-alive", &[Connection]),
            ("Sec-WebSocket-Version: 13\r\n", "", &[WebSocketVersion]),
            ("Version: 13", "Version: 8", &[WebSocketVersion]),
            ("dGhl", "dGh", &[Key]),
            ("Host", "Sec-WebSocket-Key: x\r\nHost", &[Key, Once]),
            ("a, b", "a, a", &[Protocols]),
            ("a, b", "a b", &[Protocols]),
            ("a, b", "", &[Protocols]),
            ("x; y=1", "x;", &[Extensions]),
        ] {
            assert_eq!(broken(from, to), rules, "{to}");
        }
    }

    #[test]
    fn a_key_is_fresh_if_none_was_the_same() {
        let judged = |earlier| {
            let opening = OpeningEvidence {
                earlier_keys: earlier,
                ..OpeningEvidence::default()
            };
            RequestRule::FreshKey.judge(&opening)
        };
        let earlier = |compared, seen| Some(EarlierKeys { compared, seen });
        assert_eq!(judged(earlier(3, false)), Kept::Yes);
        assert!(matches!(judged(earlier(3, true)), Kept::No(_)));
        assert!(matches!(judged(earlier(0, false)), Kept::Unknown(_)));
        assert!(matches!(judged(None), Kept::Unknown(_)));
    }

    #[test]
    fn a_client_waits_if_nothing_came_before_the_answer() {
        let judged = |octets_before_the_answer| {
            RequestRule::Waits.judge(&OpeningEvidence {
                octets_before_the_answer,
                ..OpeningEvidence::default()
            })
        };
        assert_eq!(judged(0), Kept::Yes);
        assert!(matches!(judged(1), Kept::No(_)));
    }
}
