//! Cases that are played through a proxy: we dial it and are dialled by it, and
//! what leaves at one end must arrive at the other.
//!
//! Such a case has a [`Relay`] in place of connections. Each end is a
//! [`RelayEnd`], a conversation without I/O as a session is, but it speaks in
//! octets: it answers no ping and judges no frame, for what a tunnel carries is
//! none of the tunnel's business. The judge reads what both ends have seen.

mod answers;
mod end;
mod evidence;
mod head;
mod in_process;
mod judge;
mod messages;
mod outgoing;
mod reference_proxy;
mod rule;
mod words;

use serde::{Deserialize, Serialize};

use outgoing::is_playable;
pub(crate) use outgoing::length;

pub use end::{CASE_FIELD, RelayEnd, RelaySettings, request_token};
pub use evidence::{AnswerSeen, RelayEvidence, StreamEvidence};
pub use in_process::{play, play_with};
pub use judge::judge;
pub use reference_proxy::{ProxyFault, ProxyOutput, ReferenceProxy};
pub use rule::{Broken, FieldIs, RelayExpectation, RelayRule};

use crate::case::{Step, Testee, is_false};
use crate::head_edit::HeadEdit;
use crate::payload::Payload;
use crate::verdict::Grade;

/// What is played at both ends of a proxy, and what must come of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Relay {
    /// What we do before the proxy, as the client.
    #[serde(default, skip_serializing_if = "RelayScript::is_standard")]
    pub client: RelayScript,
    /// What we do behind it, as the server that it forwards to.
    #[serde(default, skip_serializing_if = "RelayScript::is_standard")]
    pub upstream: RelayScript,
    /// What must come of it. Where one that opens the tunnel does not hold, the
    /// rest is not looked at.
    pub expect: Vec<RelayExpectation>,
}

impl Relay {
    /// Whether the upstream agrees to the upgrade.
    pub fn agrees(&self) -> bool {
        let edits = self.upstream.head.iter();
        let mut start = edits.rev().filter_map(|edit| match edit {
            HeadEdit::StartLine(line) => Some(line.as_str()),
            _ => None,
        });
        start.next().is_none_or(|line| line.contains(" 101"))
    }

    /// What can be earned, the best first.
    pub fn grades(&self) -> Vec<Grade> {
        let broken = |wanted| self.expect.iter().any(|rule| rule.broken == wanted);
        let mut grades = vec![Grade::Ok];
        grades.extend(broken(Broken::NonStrict).then_some(Grade::NonStrict));
        grades.extend(broken(Broken::Unimplemented).then_some(Grade::Unimplemented));
        grades
    }

    /// What we do at `side`.
    pub fn script(&self, side: RelaySide) -> &RelayScript {
        match side {
            RelaySide::Client => &self.client,
            RelaySide::Upstream => &self.upstream,
        }
    }
}

/// Whether `relay` can be played, and stands where it belongs.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check(relay: Option<&Relay>, testee: Testee) -> Result<(), String> {
    match (relay, testee) {
        (None, Testee::Proxy) => return Err("a case for a proxy has a 'relay'".into()),
        (Some(_), Testee::Both | Testee::Server | Testee::Client) => {
            return Err("a 'relay' is for testee = 'proxy'".into());
        }
        (None, _) => return Ok(()),
        (Some(_), Testee::Proxy) => {}
    }
    let sides = [RelaySide::Client, RelaySide::Upstream];
    let scripts = sides.iter().filter_map(|side| Some(relay?.script(*side)));
    let mut steps = scripts.flat_map(|script| &script.steps);
    let cannot = |step: &RelayStep| matches!(step, RelayStep::Send(step) if !is_playable(step));
    match steps.any(cannot) {
        true => Err("an end of a proxy sends plain frames, fragments and octets alone".into()),
        false => Ok(()),
    }
}

/// What we do at one end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct RelayScript {
    /// Changes to the request that we would send by the book, or to the answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub head: Vec<HeadEdit>,
    /// Octets that leave in one write with the head: a body, or the first of the
    /// tunnel.
    #[serde(skip_serializing_if = "Payload::is_empty")]
    pub with_head: Payload,
    /// What follows: of the client when it has the answer, of the upstream when
    /// it has answered. When all is done, we end our direction and wait for the
    /// other.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<RelayStep>,
    /// Whether we leave it to the other end to be the first to end.
    #[serde(skip_serializing_if = "is_false")]
    pub waits: bool,
}

impl RelayScript {
    fn is_standard(&self) -> bool {
        *self == Self::default()
    }
}

/// One thing that we do at one end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum RelayStep {
    /// Sends a frame, fragments or octets.
    Send(Step),
    /// Waits until so many octets in all have come through the tunnel.
    Hear(u64),
    /// Waits until the other direction has ended.
    HearEnd,
    /// Sends a further request, a plain one, over the same connection.
    Ask,
    /// Waits until so many answers in all have come, or the end.
    HearAnswers(u32),
    /// Ends our direction, and goes on reading.
    Shutdown,
    /// Resets the connection.
    Reset,
}

/// Which end of the proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RelaySide {
    /// Before it: the client.
    Client,
    /// Behind it: the server that it forwards to.
    Upstream,
}

impl RelaySide {
    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Client => Self::Upstream,
            Self::Upstream => Self::Client,
        }
    }
}
