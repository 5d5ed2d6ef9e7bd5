//! What must come of a case that is played through a proxy.

use serde::{Deserialize, Serialize};
use wscheck_wire::Eof;

use super::RelaySide;
use crate::payload::Payload;

/// A rule, and what it means when the proxy does not keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RelayExpectation {
    /// The rule.
    pub rule: RelayRule,
    /// What breaking it earns.
    #[serde(default, skip_serializing_if = "Broken::is_failed")]
    pub broken: Broken,
}

/// What it earns to break a rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Broken {
    /// FAILED.
    #[default]
    Failed,
    /// NON-STRICT: allowed, but not what is wished for.
    NonStrict,
    /// UNIMPLEMENTED: a proxy need not offer it.
    Unimplemented,
}

impl Broken {
    fn is_failed(&self) -> bool {
        *self == Self::Failed
    }
}

/// What must be true at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum RelayRule {
    /// The request arrives behind the proxy, and the client has a lawful 101.
    Opens,
    /// The request arrives behind the proxy.
    Arrives,
    /// What must be true of a field of the request behind the proxy.
    Request {
        /// The name of the field.
        field: String,
        /// What.
        is: FieldIs,
    },
    /// What must be true of a field of the answer at the client.
    Answer {
        /// The name of the field.
        field: String,
        /// What.
        is: FieldIs,
    },
    /// The client has an answer with one of these statuses.
    Status(Vec<u16>),
    /// The body of the first answer at the client is this.
    Body(Payload),
    /// What is sent into the tunnel at this end comes out at the other, all of it
    /// and nothing else.
    Carries(RelaySide),
    /// What the client sends after the answer arrives nowhere as it left.
    NoTunnel,
    /// These octets, which the upstream sent beyond its answer, do not arrive at
    /// the client.
    KeepsBack(Payload),
    /// What the client sent last is answered by HTTP, or its connection ends.
    AnswersOrEnds,
    /// The connection at this end ends by itself, in one of these ways; in any if
    /// none is named.
    Ends {
        /// Where.
        at: RelaySide,
        /// How.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        how: Vec<Eof>,
    },
}

/// What must be true of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum FieldIs {
    /// Its values, as a list, are those that left.
    Same,
    /// It stands there once.
    Once,
    /// It is not there.
    Absent,
    /// This is in its list, in any case.
    Lists(String),
}
