//! What the testee must do for which grade.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::case::is_false;
use crate::payload::Payload;
use crate::request_rule::RequestRule;
use crate::vocabulary::clean_close;

/// What a case expects of the testee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Expectation {
    /// What may be heard, best first. None at all: nothing that is heard
    /// counts.
    pub answers: Vec<Answer>,
    /// How the connection must end; cleanly by our 1000 if not said.
    #[serde(default = "clean_close")]
    pub close: CloseRule,
    /// Whether we leave it to the script to close, even when all that was
    /// hoped for has been heard.
    #[serde(default, skip_serializing_if = "is_false")]
    pub no_automatic_close: bool,
    /// Whether both axes are INFORMATIONAL, whatever happens.
    #[serde(default, skip_serializing_if = "is_false")]
    pub informational: bool,
    /// What must become of the opening handshake.
    #[serde(default, skip_serializing_if = "OpeningRule::is_open")]
    pub opening: OpeningRule,
    /// What the request of a client must be. Where there is any of this, nothing
    /// else is judged unless the connection opened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub request: Vec<RequestRule>,
    /// Whether the masking keys of a client are judged, on all connections: see
    /// [`crate::masking_keys`].
    #[serde(default, skip_serializing_if = "is_false")]
    pub fresh_keys: bool,
}

/// One acceptable answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Answer {
    /// What it earns.
    pub grade: AnswerGrade,
    /// What must have been heard.
    pub heard: Pattern,
}

/// What an answer earns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerGrade {
    /// OK.
    Ok,
    /// NON-STRICT: allowed, but not what is wished for.
    NonStrict,
    /// UNIMPLEMENTED: the testee does not know what it was asked to do.
    Unimplemented,
}

/// What is heard, as a pattern over a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pattern {
    /// These items, in this order, and no other.
    Exactly(Vec<Item>),
    /// The first few of these items, or none, or all.
    AnyPrefix(Vec<Item>),
    /// Some of these items, in this order, the last one among them.
    AtLeastLast(Vec<Item>),
    /// This item, whatever else comes before or after it.
    Contains(Item),
    /// The same, and nothing more is hoped for when it has come.
    Until(Item),
    /// Every echo of a [`crate::case::Step::RoundTrips`], in order, each right.
    RoundTrips,
    /// Anything.
    Anything,
}

impl Pattern {
    /// The items that the pattern names, in order.
    pub fn items(&self) -> &[Item] {
        match self {
            Self::Exactly(items) | Self::AnyPrefix(items) | Self::AtLeastLast(items) => items,
            Self::Contains(item) | Self::Until(item) => std::slice::from_ref(item),
            Self::RoundTrips | Self::Anything => &[],
        }
    }
}

/// One thing that can be heard. Pings are answered, not heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Item {
    /// A text message.
    Text(Payload),
    /// A binary message.
    Binary(Payload),
    /// A pong.
    Pong(Payload),
    /// A mark of our own script: the connection was open at a certain point.
    Mark(String),
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(payload) => write!(f, "text {payload}"),
            Self::Binary(payload) => write!(f, "binary {payload}"),
            Self::Pong(payload) => write!(f, "pong {payload}"),
            Self::Mark(name) => write!(f, "still open at {name}"),
        }
    }
}

/// How the connection must end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CloseRule {
    /// Who must begin to close. A TCP end without any Close counts as the
    /// testee's beginning.
    pub by: Party,
    /// The close codes that the testee may send. The first is the one that we
    /// close with when all has been heard.
    pub codes: Vec<Codes>,
    /// The reason that the testee's Close carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Payload>,
    /// Whether a Close with a code is wished for, where the end of TCP or a Close
    /// without one is right too: that is NON-STRICT then.
    #[serde(default, skip_serializing_if = "is_false")]
    pub code_wished: bool,
    /// Codes that only a client under test may send besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes_from_client: Vec<Codes>,
    /// Whether the closing handshake must be complete, and TCP ended in time.
    #[serde(default, skip_serializing_if = "is_false")]
    pub clean: bool,
    /// Whether a close by the wrong end fails the behaviour too.
    #[serde(default, skip_serializing_if = "is_false")]
    pub wrong_end_fails: bool,
    /// Whether a wrong code fails the behaviour too.
    #[serde(default, skip_serializing_if = "is_false")]
    pub wrong_code_fails: bool,
    /// Whether the close is reported but not judged.
    #[serde(default, skip_serializing_if = "is_false")]
    pub informational: bool,
}

/// Who does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Party {
    /// The suite.
    Us,
    /// The testee.
    Peer,
    /// One or the other: the testee, or we when something was heard, but not
    /// because the time was over.
    Either,
}

/// A close code, or a range of them, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "a close code, or the first and the last of several in brackets"
)]
pub enum Codes {
    /// One code.
    One(u16),
    /// From the first to the second.
    Range(u16, u16),
}

impl Codes {
    /// Whether `code` is among these.
    pub fn contains(self, code: u16) -> bool {
        match self {
            Self::One(one) => code == one,
            Self::Range(first, last) => (first..=last).contains(&code),
        }
    }

    /// The lowest code.
    pub fn first(self) -> u16 {
        match self {
            Self::One(code) | Self::Range(code, _) => code,
        }
    }
}

impl fmt::Display for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(code) => write!(f, "{code}"),
            Self::Range(first, last) => write!(f, "{first}–{last}"),
        }
    }
}

/// What must become of the opening handshake.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum OpeningRule {
    /// The testee opens the connection.
    #[default]
    Opens,
    /// The testee does not open it. As a server it answers with one of these
    /// statuses, any but 101 if there are none, or drops TCP. As a client it
    /// ends TCP and sends no frame but a Close.
    Refuses {
        /// Statuses that earn OK; another refusal earns NON-STRICT.
        #[serde(default)]
        statuses: Vec<u16>,
        /// Fields that the answer must have, as names.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fields: Vec<String>,
    },
    /// The testee opens the connection; a refusal earns NON-STRICT.
    ShouldOpen,
    /// The testee does not open the connection; that it does earns NON-STRICT.
    ShouldRefuse,
    /// The testee opens the connection, and is judged by what follows, or does
    /// not open it.
    Either,
}

impl OpeningRule {
    pub(crate) fn is_open(&self) -> bool {
        *self == Self::Opens
    }
}
