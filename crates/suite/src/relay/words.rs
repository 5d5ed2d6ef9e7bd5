//! Rules and steps in words.

use std::fmt;

use wscheck_wire::Eof;

use super::rule::{Broken, FieldIs, RelayExpectation, RelayRule};
use super::{RelaySide, RelayStep};

impl fmt::Display for RelaySide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Client => "the client",
            Self::Upstream => "the upstream",
        })
    }
}

impl fmt::Display for RelayExpectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.rule)?;
        f.write_str(match self.broken {
            Broken::Failed => "",
            Broken::NonStrict => " (else NON-STRICT)",
            Broken::Unimplemented => " (else UNIMPLEMENTED)",
        })
    }
}

impl fmt::Display for RelayRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opens => f.write_str("the request arrives upstream, and 101 at the client"),
            Self::Arrives => f.write_str("the request arrives upstream"),
            Self::Request { field, is } => write!(f, "{field} of the request, upstream, {is}"),
            Self::Answer { field, is } => write!(f, "{field} of the answer, at the client, {is}"),
            Self::Status(statuses) => {
                let words: Vec<String> = statuses.iter().map(ToString::to_string).collect();
                write!(f, "the client is answered with {}", words.join(" or "))
            }
            Self::Body(body) => write!(f, "the client has the body {body}"),
            Self::Carries(from) => write!(
                f,
                "what {from} sends into the tunnel arrives at {}, octet for octet",
                from.other()
            ),
            Self::NoTunnel => {
                f.write_str("nothing that the client sends after the answer arrives as it left")
            }
            Self::KeepsBack(octets) => {
                write!(
                    f,
                    "{octets}, beyond the answer, does not arrive at the client"
                )
            }
            Self::AnswersOrEnds => {
                f.write_str("the proxy answers what the client sent last by HTTP, or ends")
            }
            Self::Ends { at, how } if how.is_empty() => {
                write!(f, "the connection of {at} ends")
            }
            Self::Ends { at, how } => {
                let words: Vec<&str> = how.iter().map(|how| end(*how)).collect();
                write!(f, "the connection of {at} ends by {}", words.join(" or "))
            }
        }
    }
}

impl fmt::Display for FieldIs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same => f.write_str("is as it left"),
            Self::Once => f.write_str("stands there once"),
            Self::Absent => f.write_str("is not there"),
            Self::Lists(token) => write!(f, "lists {token}"),
        }
    }
}

impl fmt::Display for RelayStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send(_) => f.write_str("send"),
            Self::Hear(1) => f.write_str("wait for 1 octet from the tunnel"),
            Self::Hear(octets) => write!(f, "wait for {octets} octets from the tunnel, in all"),
            Self::HearEnd => f.write_str("wait for the end of the other direction"),
            Self::Ask => f.write_str("send a plain GET over the same connection"),
            Self::HearAnswers(1) => f.write_str("wait for an answer"),
            Self::HearAnswers(count) => write!(f, "wait for {count} answers in all, or the end"),
            Self::Shutdown => f.write_str("end our direction (FIN), and go on reading"),
            Self::Reset => f.write_str("reset the connection (RST)"),
        }
    }
}

/// How a connection ended, in a word.
pub(super) fn end(how: Eof) -> &'static str {
    match how {
        Eof::Fin => "FIN",
        Eof::Reset => "RST",
        Eof::Truncated => "a cut in TLS",
    }
}
