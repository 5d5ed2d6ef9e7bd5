//! What a case says of its testee.

use std::fmt;

use serde::{Deserialize, Serialize};
use wscheck_wire::Violation;

use crate::expectation::{Codes, Party};

/// The whole verdict on one case: one grade, the two axes behind it, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Verdict {
    /// The worse of the two axes.
    pub grade: Grade,
    /// What the testee did with what it was sent.
    pub behaviour: Behaviour,
    /// How the connection ended.
    pub close: CloseBehaviour,
    /// What speaks against the testee, or is worth knowing; the gravest first.
    pub reasons: Vec<Reason>,
}

impl Verdict {
    /// Joins the two axes.
    pub fn new(behaviour: Behaviour, close: CloseBehaviour, reasons: Vec<Reason>) -> Self {
        Self {
            grade: Grade::of(behaviour, close),
            behaviour,
            close,
            reasons,
        }
    }
}

impl Verdict {
    /// Whether there is nothing to be said against the testee, nor for another
    /// look: on both axes OK or informational, or the testee does not offer what
    /// the case is about, and says so in good order.
    pub fn is_settled(&self) -> bool {
        let said = match self.behaviour {
            Behaviour::Ok | Behaviour::Informational => true,
            Behaviour::Unimplemented => self.close == CloseBehaviour::Ok,
            Behaviour::NonStrict | Behaviour::Failed => false,
        };
        said && !self.close.fails()
    }
}

/// One word for a verdict, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// As it should be.
    Ok,
    /// Nothing is demanded here; the case tells what the testee does.
    Informational,
    /// Allowed, but not what is wished for.
    NonStrict,
    /// The testee does not offer what the case is about.
    Unimplemented,
    /// Wrong.
    Failed,
}

impl Grade {
    /// A close that is neither OK nor informational fails the case.
    pub fn of(behaviour: Behaviour, close: CloseBehaviour) -> Self {
        match (behaviour, close) {
            (Behaviour::Failed, _) => Self::Failed,
            (_, close) if close.fails() => Self::Failed,
            (Behaviour::Unimplemented, _) => Self::Unimplemented,
            (Behaviour::NonStrict, _) => Self::NonStrict,
            (Behaviour::Informational, _) => Self::Informational,
            (Behaviour::Ok, _) => Self::Ok,
        }
    }
}

/// The first axis: what the testee did with what it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Behaviour {
    /// One of the best answers.
    #[serde(rename = "OK")]
    Ok,
    /// Allowed, but not what is wished for.
    #[serde(rename = "NON-STRICT")]
    NonStrict,
    /// Told, not judged.
    #[serde(rename = "INFORMATIONAL")]
    Informational,
    /// Not offered by the testee.
    #[serde(rename = "UNIMPLEMENTED")]
    Unimplemented,
    /// None of the acceptable answers.
    #[serde(rename = "FAILED")]
    Failed,
}

/// The second axis: how the connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CloseBehaviour {
    /// As the rule wants it.
    #[serde(rename = "OK")]
    Ok,
    /// Told, not judged.
    #[serde(rename = "INFORMATIONAL")]
    Informational,
    /// By a close code that the rule does not list.
    #[serde(rename = "WRONG CODE")]
    WrongCode,
    /// Without the closing handshake that the rule wants.
    #[serde(rename = "UNCLEAN")]
    Unclean,
    /// Right, but as a client we had to drop TCP ourselves.
    #[serde(rename = "FAILED BY CLIENT")]
    FailedByClient,
    /// By the wrong end, or never opened.
    #[serde(rename = "FAILED")]
    Failed,
}

impl CloseBehaviour {
    /// Whether this value fails a case.
    pub fn fails(self) -> bool {
        !matches!(self, Self::Ok | Self::Informational)
    }
}

macro_rules! display_words {
    ($($name:ident { $($variant:ident => $word:literal),+ $(,)? })+) => {$(
        impl $name {
            /// The word that reports show.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    )+};
}

display_words! {
    Grade {
        Ok => "OK", Informational => "INFORMATIONAL", NonStrict => "NON-STRICT",
        Unimplemented => "UNIMPLEMENTED", Failed => "FAILED",
    }
    Behaviour {
        Ok => "OK", NonStrict => "NON-STRICT", Informational => "INFORMATIONAL",
        Unimplemented => "UNIMPLEMENTED", Failed => "FAILED",
    }
    CloseBehaviour {
        Ok => "OK", Informational => "INFORMATIONAL", WrongCode => "WRONG CODE",
        Unclean => "UNCLEAN", FailedByClient => "FAILED BY CLIENT", Failed => "FAILED",
    }
}

/// One thing that decided a verdict, or that is worth knowing beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    tag = "reason"
)]
pub enum Reason {
    /// The opening handshake did not come to an end.
    NeverOpened {
        /// What was wrong with it.
        why: String,
    },
    /// The opening handshake should have been refused.
    OpenedThough,
    /// The opening handshake was refused, but not in the way that it should be.
    RefusedWrongly {
        /// What was missing.
        why: String,
    },
    /// The client's opening request is wrong.
    RequestWrong {
        /// What is wrong with it, as a fragment that follows `the request`.
        why: String,
    },
    /// The testee does not offer permessage-deflate, which the case is about.
    DeflateNotAgreed,
    /// The case does not apply to the testee.
    NotApplicable {
        /// Why not.
        why: String,
    },
    /// The testee took what it was asked to do for a message.
    NotUnderstood,
    /// What was heard is none of the acceptable answers.
    HeardDiffers {
        /// The position of the first item that differs, from 0.
        item: usize,
        /// For the same item, the first octet that differs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        octet: Option<u64>,
    },
    /// A message was heard on an earlier connection, where none may be.
    HeardBefore {
        /// Which connection of the case, from 1.
        connection: usize,
    },
    /// A series of round trips broke off.
    RoundTripsBroke {
        /// How many echoes were right.
        done: u32,
        /// How many there should have been.
        of: u32,
    },
    /// The masking keys of a client can be told, or are not what a strong source
    /// of entropy gives.
    MaskingKeys {
        /// What is wrong with them.
        why: String,
    },
    /// A message was longer than we take, by far more than any that was sent.
    MessageTooLarge {
        /// Octets that it had by then.
        octets: u64,
    },
    /// The wrong end began to close.
    ClosedByWrongEnd {
        /// Who did.
        by: Party,
    },
    /// The closing handshake was not complete.
    Unclean {
        /// What was missing.
        why: String,
    },
    /// The testee closed with a code that the rule does not list.
    WrongCode {
        /// The code that it sent.
        code: u16,
        /// The codes that it may send.
        allowed: Vec<Codes>,
    },
    /// The reason in the testee's Close is another than it should be.
    WrongReason {
        /// What it should be.
        expected: String,
        /// What it was; `None`: there was none.
        came: Option<String>,
    },
    /// The testee failed the connection without a Close that has a code.
    NoCode,
    /// The testee sent a second Close.
    SecondClose,
    /// The server left it to us to end TCP.
    TcpLeftOpen,
    /// The testee broke the protocol.
    Violation {
        /// How.
        violation: Violation,
        /// Where in its stream, octets from the first after the opening
        /// handshake.
        offset: u64,
    },
    /// What a proxy had to do, and what came instead.
    NotRelayed {
        /// What it had to do.
        expected: String,
        /// What came.
        came: String,
    },
    /// The testee let the connection stand up to here before it failed it.
    FailedAt {
        /// Marks of the script at which the connection was still open.
        open_at: Vec<String>,
    },
    /// The testee refused the connection after it had served earlier cases.
    RefusedAfter {
        /// The last cases that it served.
        cases: Vec<String>,
    },
    /// The program under test ended during the case.
    TesteeDied {
        /// How it ended.
        how: String,
    },
}
