//! What must come through a proxy: we are the client before it and the server
//! behind it.
//!
//! RFC 9110 speaks of proxies and gateways. Where it binds proxies alone, a case
//! is no more than a recommendation: a gateway, as most proxies before servers
//! are, may be told by its owner to do otherwise (§3.7).

mod answer;
mod ends;
mod failed_upgrade;
mod request;
mod tunnel;

use super::{Chapter, RFC6455};
use crate::case::{Case, Step, Testee};
use crate::head_edit::HeadEdit;
use crate::payload::Payload;
use crate::relay::{Broken, FieldIs, Relay, RelayExpectation, RelayRule, RelayStep};
use crate::vocabulary::{CaseBuilder, FrameBuilder, case};

pub(super) const CHAPTER: Chapter = Chapter {
    number: 30,
    title: "Through a proxy",
    sections: &[
        (1, "The request"),
        (2, "The answer"),
        (3, "Upgrades that fail"),
        (4, "The tunnel"),
        (5, "Ends"),
    ],
};

const RFC9110: &str = "RFC 9110";
const RFC9112: &str = "RFC 9112";

pub(super) fn cases() -> Vec<Case> {
    let sections = [
        request::cases(),
        answer::cases(),
        failed_upgrade::cases(),
        tunnel::cases(),
        ends::cases(),
    ];
    let mut cases: Vec<Case> = sections.into_iter().flatten().collect();
    for case in &mut cases {
        let id = case.id.to_string();
        let told = DIFFERS.iter().find(|(told, _)| *told == id);
        case.differs = told.map(|(_, differs)| (*differs).to_owned());
    }
    cases
}

/// What sets apart cases that catch the same faults.
const DIFFERS: [(&str, &str); 18] = [
    ("30.2.1", "it looks at the answer, not at the request"),
    ("30.2.2", "it looks at what the answer names"),
    ("30.3.2", "the answer is a 400"),
    ("30.3.3", "the answer is a 403"),
    ("30.3.4", "the answer is a 200"),
    ("30.3.5", "the answer is a 503"),
    ("30.3.14", "it is the key that is wrong"),
    ("30.3.18", "it is the method that is wrong"),
    ("30.4.2", "each octet that there is"),
    ("30.4.4", "control frames alone"),
    ("30.4.11", "nothing follows what is announced"),
    ("30.4.12", "octets that begin no frame"),
    ("30.4.15", "many frames, each of them short"),
    ("30.4.18", "both directions at once"),
    ("30.5.2", "the upstream ends first"),
    ("30.5.7", "the upstream ends its direction"),
    ("30.5.9", "the upstream resets"),
    ("30.5.11", "the upstream resets"),
];

/// A case for a proxy in the making.
struct Through {
    case: CaseBuilder,
    relay: Relay,
}

/// The client ends first, unless it is told otherwise.
fn through(id: &str, title: &str) -> Through {
    let mut relay = Relay::default();
    relay.upstream.waits = true;
    Through {
        case: case(id, title),
        relay,
    }
}

impl Through {
    fn must(self, document: &str, section: &str, rule: &str) -> Self {
        let case = self.case.must(document, section, rule);
        Self { case, ..self }
    }

    fn should(self, document: &str, section: &str, rule: &str) -> Self {
        let case = self.case.should(document, section, rule);
        Self { case, ..self }
    }

    fn informational(self, document: &str, section: &str, rule: &str) -> Self {
        let case = self.case.informational(document, section, rule);
        Self { case, ..self }
    }

    fn seen_in(self, reference: &str) -> Self {
        let case = self.case.seen_in(reference);
        Self { case, ..self }
    }

    /// The answer comes behind these octets.
    fn answers_behind(mut self, octets: &str) -> Self {
        let edit = HeadEdit::Before(octets.into());
        self.relay.upstream.head.push(edit);
        self
    }

    /// The request has another line.
    fn asks(mut self, line: &str) -> Self {
        self.relay.client.head.push(HeadEdit::Add(line.into()));
        self
    }

    fn asks_without(mut self, field: &str) -> Self {
        self.relay.client.head.push(HeadEdit::Remove(field.into()));
        self
    }

    fn asks_by(mut self, line: &str) -> Self {
        let line = HeadEdit::StartLine(line.into());
        self.relay.client.head.push(line);
        self
    }

    /// The answer has another line.
    fn answers(mut self, line: &str) -> Self {
        self.relay.upstream.head.push(HeadEdit::Add(line.into()));
        self
    }

    fn answers_without(mut self, field: &str) -> Self {
        let edit = HeadEdit::Remove(field.into());
        self.relay.upstream.head.push(edit);
        self
    }

    /// The answer begins with another line.
    fn answers_by(mut self, line: &str) -> Self {
        let line = HeadEdit::StartLine(line.into());
        self.relay.upstream.head.push(line);
        self
    }

    /// The answer has another status and a body, and nothing of a 101.
    fn refuses(self, status: &str, body: &str) -> Self {
        let mut case = self
            .answers_by(&format!("HTTP/1.1 {status}"))
            .answers_without("Upgrade")
            .answers_without("Connection")
            .answers_without("Sec-WebSocket-Accept")
            .answers(&format!("Content-Length: {}", body.len()));
        case.relay.upstream.with_head = body.into();
        case
    }

    /// The client sends this in one write with its request.
    fn with_request(mut self, octets: &[u8]) -> Self {
        self.relay.client.with_head = octets.into();
        self
    }

    fn client(mut self, steps: impl IntoIterator<Item = RelayStep>) -> Self {
        self.relay.client.steps.extend(steps);
        self
    }

    fn upstream(mut self, steps: impl IntoIterator<Item = RelayStep>) -> Self {
        self.relay.upstream.steps.extend(steps);
        self
    }

    /// The upstream ends first.
    fn upstream_ends(mut self) -> Self {
        self.relay.upstream.waits = false;
        self.relay.client.waits = true;
        self
    }

    fn expect(self, rule: RelayRule) -> Self {
        self.expect_or(rule, Broken::Failed)
    }

    fn expect_or(mut self, rule: RelayRule, broken: Broken) -> Self {
        self.relay.expect.push(RelayExpectation { rule, broken });
        self
    }

    fn opens(self) -> Self {
        self.expect(RelayRule::Opens)
    }

    fn request_has(self, field: &str, is: FieldIs, broken: Broken) -> Self {
        let field = field.to_owned();
        self.expect_or(RelayRule::Request { field, is }, broken)
    }

    fn answer_has(self, field: &str, is: FieldIs, broken: Broken) -> Self {
        let field = field.to_owned();
        self.expect_or(RelayRule::Answer { field, is }, broken)
    }

    fn build(self) -> Case {
        let mut case = self.case.build();
        case.testee = Testee::Proxy;
        case.connections.clear();
        case.relay = Some(Box::new(self.relay));
        case
    }
}

fn send(frame: FrameBuilder) -> RelayStep {
    RelayStep::Send(Step::Send(frame.into_frame()))
}

fn raw(octets: impl Into<Payload>) -> RelayStep {
    RelayStep::Send(Step::Raw {
        octets: octets.into(),
        breaks: Vec::new(),
    })
}
