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
    /// The extensions, each with its parameters, as they stand.
    pub extensions: Vec<Vec<u8>>,
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
    let extensions = token::list(extensions.as_bytes())
        .map(<[u8]>::to_vec)
        .collect();
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
    /// `Sec-WebSocket-Accept`; see [`accept_for`](super::accept_for).
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
