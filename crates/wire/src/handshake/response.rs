//! The server's answer to an opening request, and the client's judgement of
//! one (RFC 6455 §4.1, §4.2.2).

use super::head::Head;
use super::key::accept_for;
use super::token;

/// What the request asked for, and the answer must fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// `Sec-WebSocket-Key` as sent.
    pub key: String,
    /// The subprotocols.
    pub protocols: Vec<String>,
    /// Whether any extension was offered.
    pub extensions: bool,
}

/// What an accepted answer agrees to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreed {
    /// The subprotocol.
    pub protocol: Option<String>,
    /// `Sec-WebSocket-Extensions` as it stands; empty if it is missing.
    pub extensions: String,
}

/// Why a client must not accept an answer.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, thiserror::Error, serde::Serialize, serde::Deserialize,
)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum ResponseFault {
    /// The head is not UTF-8.
    #[error("the response is not UTF-8")]
    NotUtf8,
    /// The status line has no version and no code.
    #[error("malformed status line {line:?}")]
    StatusLine {
        /// The line.
        line: String,
    },
    /// Not HTTP/1.1.
    #[error("HTTP version {version:?}, not HTTP/1.1")]
    HttpVersion {
        /// The version as it stands.
        version: String,
    },
    /// Any status but 101.
    #[error("status {status}, not 101: {line:?}")]
    Status {
        /// The status code.
        status: u32,
        /// The status line.
        line: String,
    },
    /// No `Upgrade`, or anything in it but one `websocket`.
    #[error("Upgrade is {}, not websocket", or_missing(value))]
    Upgrade {
        /// The joined value.
        value: Option<String>,
    },
    /// No `Connection`, or no `upgrade` in it.
    #[error("Connection is {}, without upgrade", or_missing(value))]
    Connection {
        /// The joined value.
        value: Option<String>,
    },
    /// `Sec-WebSocket-Accept` missing or not the digest of the key.
    #[error("Sec-WebSocket-Accept is {}, not {expected:?}", or_missing(value))]
    Accept {
        /// The value.
        value: Option<String>,
        /// The right one.
        expected: String,
    },
    /// A field that may stand once stands more often.
    #[error("{count} {field} fields")]
    Repeated {
        /// The field.
        field: String,
        /// How many there are.
        count: usize,
    },
    /// An extension though none was offered.
    #[error("extension {value:?} not asked for")]
    Extension {
        /// The value of the field.
        value: String,
    },
    /// A subprotocol that was not asked for.
    #[error("subprotocol {value:?} not asked for")]
    Protocol {
        /// The value of the field.
        value: String,
    },
}

impl ResponseFault {
    /// The section of RFC 6455 that is broken.
    pub const fn section(&self) -> &'static str {
        match self {
            Self::Repeated { .. } => "11.3",
            _ => "4.1",
        }
    }
}

fn or_missing(value: &Option<String>) -> String {
    value
        .as_ref()
        .map_or_else(|| "missing".to_owned(), |value| format!("{value:?}"))
}

/// Judges an answer: whether the connection opens.
///
/// # Errors
///
/// The first fault.
pub fn check_response(head: &Head, asked: &Asked) -> Result<Agreed, ResponseFault> {
    if std::str::from_utf8(&head.octets).is_err() {
        return Err(ResponseFault::NotUtf8);
    }
    check_status_line(&lossy(head.start_line()))?;
    let head = &head.unfolded();
    let joined = |name| head.joined(name).map(|value| lossy(&value));

    let upgrade = joined("Upgrade");
    if !upgrade
        .as_ref()
        .is_some_and(|value| value.eq_ignore_ascii_case("websocket"))
    {
        return Err(ResponseFault::Upgrade { value: upgrade });
    }
    let connection = joined("Connection");
    if !connection
        .as_ref()
        .is_some_and(|value| token::list_has(value.as_bytes(), "upgrade"))
    {
        return Err(ResponseFault::Connection { value: connection });
    }
    let accept = at_most_one(head, "Sec-WebSocket-Accept")?;
    let expected = accept_for(asked.key.as_bytes());
    if accept.as_ref() != Some(&expected) {
        return Err(ResponseFault::Accept {
            value: accept,
            expected,
        });
    }
    let extensions = at_most_one(head, "Sec-WebSocket-Extensions")?.unwrap_or_default();
    if !asked.extensions && !extensions.is_empty() {
        return Err(ResponseFault::Extension { value: extensions });
    }
    let protocol = at_most_one(head, "Sec-WebSocket-Protocol")?.filter(|value| !value.is_empty());
    if let Some(value) = &protocol
        && !asked.protocols.contains(value)
    {
        return Err(ResponseFault::Protocol {
            value: value.clone(),
        });
    }
    Ok(Agreed {
        protocol,
        extensions,
    })
}

/// Whether the status line says HTTP/1.1 and 101. The reason phrase may be
/// missing.
fn check_status_line(line: &str) -> Result<(), ResponseFault> {
    let malformed = || ResponseFault::StatusLine {
        line: line.to_owned(),
    };
    let mut words = line.split_whitespace();
    let (Some(version), Some(status)) = (words.next(), words.next()) else {
        return Err(malformed());
    };
    if version != "HTTP/1.1" {
        return Err(ResponseFault::HttpVersion {
            version: version.to_owned(),
        });
    }
    match status.parse() {
        Ok(101) => Ok(()),
        Ok(status) => Err(ResponseFault::Status {
            status,
            line: line.to_owned(),
        }),
        Err(_) => Err(malformed()),
    }
}

fn at_most_one(head: &Head, field: &'static str) -> Result<Option<String>, ResponseFault> {
    match head.count(field) {
        0 | 1 => Ok(head.values(field).next().map(lossy)),
        count => Err(ResponseFault::Repeated {
            field: field.to_owned(),
            count,
        }),
    }
}

fn lossy(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

/// An answer that accepts. Fields are written as given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServerResponse {
    /// `Server`.
    pub server: Option<String>,
    /// `Sec-WebSocket-Accept`; see [`accept_for`].
    pub accept: String,
    /// `Sec-WebSocket-Protocol`.
    pub protocol: Option<String>,
    /// `Sec-WebSocket-Extensions`.
    pub extensions: Option<String>,
    /// Further fields.
    pub headers: Vec<(String, String)>,
}

impl ServerResponse {
    /// The octets of the answer, the empty line included.
    pub fn encode(&self) -> Vec<u8> {
        let mut head = "HTTP/1.1 101 Switching Protocols\r\n".to_owned();
        let mut field = |name: &str, value: &str| {
            head.push_str(&format!("{name}: {value}\r\n"));
        };
        if let Some(server) = &self.server {
            field("Server", server);
        }
        field("Upgrade", "websocket");
        field("Connection", "Upgrade");
        for (name, value) in &self.headers {
            field(name, value);
        }
        if let Some(protocol) = &self.protocol {
            field("Sec-WebSocket-Protocol", protocol);
        }
        if let Some(extensions) = &self.extensions {
            field("Sec-WebSocket-Extensions", extensions);
        }
        field("Sec-WebSocket-Accept", &self.accept);
        head.push_str("\r\n");
        head.into_bytes()
    }
}

/// An answer that refuses, with a short text for a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorResponse {
    /// The status code.
    pub status: u16,
    /// Why, for people: one line.
    pub body: String,
    /// Further fields.
    pub headers: Vec<(String, String)>,
}

impl ErrorResponse {
    /// The octets of the answer.
    pub fn encode(&self) -> Vec<u8> {
        let mut answer = format!(
            "HTTP/1.1 {} {}\r\n",
            self.status,
            reason_phrase(self.status)
        );
        for (name, value) in &self.headers {
            answer.push_str(&format!("{name}: {value}\r\n"));
        }
        answer.push_str(&format!(
            "Content-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}\n",
            self.body.len() + 1,
            self.body
        ));
        answer.into_bytes()
    }
}

const fn reason_phrase(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        426 => "Upgrade Required",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "Error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ResponseFault::*;

    const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
    const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    /// The lines of a plain answer.
    const PLAIN: [&str; 4] = [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    ];

    fn asked() -> Asked {
        Asked {
            key: KEY.into(),
            protocols: vec!["chat".into()],
            extensions: false,
        }
    }

    fn check(lines: &[&str]) -> Result<Agreed, ResponseFault> {
        let octets = format!("{}\r\n\r\n", lines.join("\r\n")).into_bytes();
        check_response(&Head { octets }, &asked())
    }

    /// The plain answer with line `n` replaced.
    fn with_line(n: usize, line: &str) -> Result<Agreed, ResponseFault> {
        let mut lines = PLAIN;
        lines[n] = line;
        check(&lines)
    }

    /// The plain answer with a line more.
    fn and(line: &str) -> Result<Agreed, ResponseFault> {
        check(&[&PLAIN[..], &[line]].concat())
    }

    fn plain() -> Agreed {
        Agreed {
            protocol: None,
            extensions: String::new(),
        }
    }

    #[test]
    fn takes_what_the_original_takes() {
        assert_eq!(check(&PLAIN), Ok(plain()));
        for (n, line) in [
            (0, "HTTP/1.1 101"),
            (0, "  HTTP/1.1   101  Anything goes"),
            (1, "UPGRADE: WebSocket"),
            (2, "connection: keep-alive ,\tUPGRADE"),
            (2, "Connection: x\r\nConnection: upgrade"),
            (2, "Connection: x,\r\n upgrade"),
        ] {
            assert_eq!(with_line(n, line), Ok(plain()), "{line}");
        }
        for line in [
            "Sec-WebSocket-Extensions:",
            "Sec-WebSocket-Protocol: ",
            "no colon",
            "X: é",
        ] {
            assert_eq!(and(line), Ok(plain()), "{line}");
        }
    }

    #[test]
    fn the_status_line_has_a_version_and_101() {
        let line = |line: &str| line.to_owned();
        for bad in ["HTTP/1.1", "", "HTTP/1.1 abc OK"] {
            assert_eq!(with_line(0, bad), Err(StatusLine { line: line(bad) }));
        }
        let version = Err(HttpVersion {
            version: line("HTTP/1.0"),
        });
        assert_eq!(with_line(0, "HTTP/1.0 101 OK"), version);
        let status = Err(Status {
            status: 200,
            line: line("HTTP/1.1 200 OK"),
        });
        assert_eq!(with_line(0, "HTTP/1.1 200 OK"), status);
    }

    #[test]
    fn upgrade_connection_and_accept_must_be_right() {
        let some = |value: &str| Some(value.to_owned());
        assert_eq!(with_line(1, "X: y"), Err(Upgrade { value: None }));
        assert_eq!(
            with_line(1, "Upgrade: websocket, h2c"),
            Err(Upgrade {
                value: some("websocket, h2c")
            })
        );
        assert_eq!(
            with_line(1, "Upgrade: websocket\r\nUpgrade: websocket"),
            Err(Upgrade {
                value: some("websocket, websocket")
            })
        );
        assert_eq!(with_line(2, "X: y"), Err(Connection { value: None }));
        assert_eq!(
            with_line(2, "Connection: close"),
            Err(Connection {
                value: some("close")
            })
        );
        let accept = |value| {
            Err(Accept {
                value,
                expected: ACCEPT.to_owned(),
            })
        };
        assert_eq!(with_line(3, "X: y"), accept(None));
        let lower = ACCEPT.to_lowercase();
        assert_eq!(
            with_line(3, &format!("Sec-WebSocket-Accept: {lower}")),
            accept(some(&lower))
        );
    }

    #[test]
    fn some_fields_stand_once() {
        let accept = format!("Sec-WebSocket-Accept: {ACCEPT}");
        for line in [
            &accept[..],
            "Sec-WebSocket-Extensions:\r\nSec-WebSocket-Extensions:",
            { "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: chat" },
        ] {
            assert!(
                matches!(and(line), Err(Repeated { count: 2, .. })),
                "{line}"
            );
        }
    }

    #[test]
    fn only_what_was_asked_for_is_agreed() {
        let value = "x".to_owned();
        assert_eq!(
            and("Sec-WebSocket-Extensions: x"),
            Err(Extension {
                value: value.clone()
            })
        );
        assert_eq!(and("Sec-WebSocket-Protocol: x"), Err(Protocol { value }));
        let agreed = and("Sec-WebSocket-Protocol: chat").unwrap();
        assert_eq!(agreed.protocol.as_deref(), Some("chat"));

        let lines = [&PLAIN[..], &["Sec-WebSocket-Extensions: a; b=1, c"]].concat();
        let octets = format!("{}\r\n\r\n", lines.join("\r\n")).into_bytes();
        let asked = Asked {
            extensions: true,
            ..asked()
        };
        let agreed = check_response(&Head { octets }, &asked).unwrap();
        assert_eq!(agreed.extensions, "a; b=1, c");
    }

    #[test]
    fn a_head_must_be_utf8() {
        let mut octets = PLAIN.join("\r\n").into_bytes();
        octets.extend_from_slice(b"\r\nX: \xff\r\n\r\n");
        assert_eq!(check_response(&Head { octets }, &asked()), Err(NotUtf8));
    }

    #[test]
    fn our_own_answer_is_accepted() {
        let response = ServerResponse {
            server: Some("x".to_owned()),
            accept: accept_for(KEY.as_bytes()),
            protocol: Some("chat".to_owned()),
            ..ServerResponse::default()
        };
        let agreed = check_response(
            &Head {
                octets: response.encode(),
            },
            &asked(),
        )
        .unwrap();
        assert_eq!(agreed.protocol.as_deref(), Some("chat"));
    }

    #[test]
    fn a_refusal_has_a_body_of_the_announced_length() {
        let refusal = ErrorResponse {
            status: 400,
            body: "no".to_owned(),
            headers: vec![],
        };
        let text = String::from_utf8(refusal.encode()).unwrap();
        assert!(text.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{text}");
        assert!(text.contains("\r\nContent-Length: 3\r\n"), "{text}");
        assert!(text.ends_with("\r\n\r\nno\n"), "{text}");
    }
}
