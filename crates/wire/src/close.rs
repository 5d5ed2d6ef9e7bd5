//! Close codes and the body of a close frame (RFC 6455 §5.5.1, §7.4).

use std::fmt;

/// A close code, any 16 bits.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct CloseCode(pub u16);

impl CloseCode {
    /// 1000: the purpose of the connection is fulfilled.
    pub const NORMAL: Self = Self(1000);
    /// 1001: the server goes down or the browser leaves the page.
    pub const GOING_AWAY: Self = Self(1001);
    /// 1002: the peer broke the protocol.
    pub const PROTOCOL_ERROR: Self = Self(1002);
    /// 1003: data of a type that cannot be accepted.
    pub const UNSUPPORTED_DATA: Self = Self(1003);
    /// 1005: stands for a close frame without a code; never on the wire.
    pub const NO_STATUS: Self = Self(1005);
    /// 1006: stands for an end without a close frame; never on the wire.
    pub const ABNORMAL: Self = Self(1006);
    /// 1007: data that is not what its type says, such as text not in UTF-8.
    pub const INVALID_PAYLOAD: Self = Self(1007);
    /// 1008: a message that violates the endpoint's policy.
    pub const POLICY_VIOLATION: Self = Self(1008);
    /// 1009: a message too big to process.
    pub const MESSAGE_TOO_BIG: Self = Self(1009);
    /// 1010: the client misses an extension in the server's answer.
    pub const MANDATORY_EXTENSION: Self = Self(1010);
    /// 1011: the endpoint met a condition that it did not expect.
    pub const INTERNAL_ERROR: Self = Self(1011);
    /// 1012: the service restarts (IANA registry).
    pub const SERVICE_RESTART: Self = Self(1012);
    /// 1013: the service is overloaded (IANA registry).
    pub const TRY_AGAIN_LATER: Self = Self(1013);
    /// 1014: a gateway got a bad answer from upstream (IANA registry).
    pub const BAD_GATEWAY: Self = Self(1014);
    /// 1015: stands for a failed TLS handshake; never on the wire.
    pub const TLS_HANDSHAKE: Self = Self(1015);

    /// The name that the registry gives the code, in lower case.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            1000 => "normal closure",
            1001 => "going away",
            1002 => "protocol error",
            1003 => "unsupported data",
            1005 => "no status received",
            1006 => "abnormal closure",
            1007 => "invalid payload data",
            1008 => "policy violation",
            1009 => "message too big",
            1010 => "mandatory extension",
            1011 => "internal error",
            1012 => "service restart",
            1013 => "try again later",
            1014 => "bad gateway",
            1015 => "TLS handshake",
            _ => return None,
        })
    }
}

impl fmt::Display for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{} ({name})", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}

/// Whose list says which close codes a frame may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Registry {
    /// RFC 6455 §7.4 as of 2011: 1000–1003, 1007–1011, 3000–4999.
    Rfc6455,
    /// The IANA registry of today: these, and 1012, 1013 and 1014.
    Iana,
}

impl Registry {
    /// Whether a close frame may carry `code`.
    pub const fn allows(self, code: CloseCode) -> bool {
        match code.0 {
            1000..=1003 | 1007..=1011 | 3000..=4999 => true,
            1012..=1014 => matches!(self, Self::Iana),
            _ => false,
        }
    }
}

/// The body of a close frame, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloseBody<'a> {
    /// The code, if the body has its two octets.
    pub code: Option<CloseCode>,
    /// What follows the code; should be UTF-8, need not.
    pub reason: &'a [u8],
}

impl<'a> CloseBody<'a> {
    /// Takes a payload apart. One octet is neither a code nor a reason.
    pub fn parse(payload: &'a [u8]) -> Self {
        match payload {
            [high, low, reason @ ..] => Self {
                code: Some(CloseCode(u16::from_be_bytes([*high, *low]))),
                reason,
            },
            _ => Self {
                code: None,
                reason: &[],
            },
        }
    }
}

/// A close frame's payload. A reason without a code is written as it is given,
/// so that its first two octets will read as a code.
pub fn encode_body(code: Option<u16>, reason: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(2 + reason.len());
    if let Some(code) = code {
        body.extend_from_slice(&code.to_be_bytes());
    }
    body.extend_from_slice(reason);
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registries_differ_in_three_codes() {
        let allowed = |registry: Registry| {
            (0..=u16::MAX).filter(move |code| registry.allows(CloseCode(*code)))
        };
        let rfc: Vec<u16> = (1000..=1003)
            .chain(1007..=1011)
            .chain(3000..=4999)
            .collect();
        let iana: Vec<u16> = (1000..=1003)
            .chain(1007..=1014)
            .chain(3000..=4999)
            .collect();
        assert!(allowed(Registry::Rfc6455).eq(rfc));
        assert!(allowed(Registry::Iana).eq(iana));
    }

    #[test]
    fn a_body_is_a_code_and_a_reason() {
        let body = CloseBody::parse(b"\x03\xe8bye");
        assert_eq!(
            (body.code, body.reason),
            (Some(CloseCode::NORMAL), &b"bye"[..])
        );
        assert_eq!(encode_body(Some(1000), b"bye"), b"\x03\xe8bye");
    }

    #[test]
    fn a_body_of_no_or_one_octet_has_neither() {
        for payload in [&b""[..], b"\x03"] {
            assert_eq!(
                CloseBody::parse(payload),
                CloseBody {
                    code: None,
                    reason: b""
                }
            );
        }
        assert_eq!(encode_body(None, b""), b"");
        assert_eq!(encode_body(None, b"\x03"), b"\x03");
    }

    #[test]
    fn reads_with_its_name() {
        assert_eq!(CloseCode(1002).to_string(), "1002 (protocol error)");
        assert_eq!(CloseCode(3000).to_string(), "3000");
    }
}
