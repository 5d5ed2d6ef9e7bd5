//! What a testee cannot do, and says so.

use serde::Serialize;
use wscheck_suite::case::Case;
use wscheck_suite::demands::Demands;
use wscheck_suite::evidence::Closing;
use wscheck_suite::result::{CaseResult, Outcome};
use wscheck_suite::verdict::{Grade, Reason, Verdict};
use wscheck_wire::Eof;

/// The close code of who has a message that is too big (RFC 6455 §7.4.1).
const TOO_BIG: u16 = 1009;

/// What a testee can do; everything unless said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// It finds text that is no UTF-8.
    pub utf8_validation: bool,
    /// It compresses messages.
    pub compression: bool,
    /// The octets of the longest message that it takes, if there is an end.
    pub largest_message: Option<u64>,
    /// The octets of payload of the longest frame that it takes.
    pub largest_frame: Option<u64>,
}

/// What a testee may be unable to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// To find text that is no UTF-8.
    Utf8Validation,
    /// To compress messages.
    Compression,
    /// To take messages beyond a length.
    LargestMessage,
    /// To take frames beyond a length.
    LargestFrame,
}

impl Capability {
    /// Each of them.
    pub const ALL: [Self; 4] = [
        Self::Utf8Validation,
        Self::Compression,
        Self::LargestMessage,
        Self::LargestFrame,
    ];

    /// Its key in the file.
    pub fn key(self) -> &'static str {
        match self {
            Self::Utf8Validation => "utf8-validation",
            Self::Compression => "compression",
            Self::LargestMessage => "largest-message",
            Self::LargestFrame => "largest-frame",
        }
    }

    /// What it is to be without.
    pub fn want(self) -> &'static str {
        match self {
            Self::Utf8Validation => "the testee does not validate UTF-8",
            Self::Compression => "the testee does not compress",
            Self::LargestMessage => "the message is longer than the testee takes",
            Self::LargestFrame => "a frame is longer than the testee takes",
        }
    }
}

impl Default for Capabilities {
    fn default() -> Self {
        Self::ALL
    }
}

impl Capabilities {
    /// Everything.
    pub const ALL: Self = Self {
        utf8_validation: true,
        compression: true,
        largest_message: None,
        largest_frame: None,
    };

    /// What the testee is without and `case` demands.
    pub fn wanting(self, case: &Case) -> impl Iterator<Item = Capability> {
        let demands = if self == Self::ALL {
            Demands::default()
        } else {
            Demands::of(case)
        };
        Capability::ALL
            .into_iter()
            .filter(move |capability| match capability {
                Capability::Utf8Validation => demands.utf8_validation && !self.utf8_validation,
                Capability::Compression => demands.compression && !self.compression,
                Capability::LargestMessage => self
                    .largest_message
                    .is_some_and(|limit| demands.longest_message > limit),
                Capability::LargestFrame => self
                    .largest_frame
                    .is_some_and(|limit| demands.longest_frame > limit),
            })
    }

    /// What explains the verdict on `case`, if the testee is without anything
    /// that does.
    pub fn explain(self, case: &Case, result: &CaseResult) -> Option<Capability> {
        let Outcome::Judged(verdict) = &result.outcome else {
            return None;
        };
        let closing = result.transcript.connections.last();
        let closing = closing.map(|record| &record.evidence.closing);
        self.wanting(case)
            .find(|capability| explains(*capability, verdict, closing))
    }
}

/// Whether a want explains a verdict. It never explains that the testee ended, or
/// that it does not talk to us at all.
fn explains(want: Capability, verdict: &Verdict, closing: Option<&Closing>) -> bool {
    let gone = |reason: &Reason| {
        matches!(
            reason,
            Reason::NeverOpened { .. } | Reason::RefusedAfter { .. } | Reason::TesteeDied { .. }
        )
    };
    if verdict.reasons.iter().any(gone) {
        return false;
    }
    match want {
        Capability::Utf8Validation => {
            matches!(verdict.grade, Grade::Failed | Grade::NonStrict)
        }
        Capability::Compression => verdict.grade == Grade::Unimplemented,
        // "1009 indicates that an endpoint is terminating the connection because
        // it has received a message that is too big" (RFC 6455 §7.4.1). Who closes
        // a socket that holds unread octets resets it, and the Close may be lost.
        Capability::LargestMessage | Capability::LargestFrame => {
            verdict.grade == Grade::Failed
                && closing.is_some_and(|closing| {
                    closing.remote_code == Some(TOO_BIG)
                        || closing.remote_code.is_none() && closing.peer_ended == Some(Eof::Reset)
                })
        }
    }
}
