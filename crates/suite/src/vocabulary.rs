//! The words that cases are written in.
//!
//! ```
//! use wscheck_suite::vocabulary::*;
//!
//! let case = case("4.2.4", "reserved control opcode 14 between a text message and a ping")
//!     .must("RFC 6455", "5.2", "an unknown opcode fails the connection")
//!     .send(text("Hello, world!"))
//!     .send(opcode(14).payload("Hello, world!").breaks("reserved-opcode"))
//!     .send(ping(""))
//!     .fail_after(1)
//!     .ok([echo("Hello, world!")])
//!     .non_strict([])
//!     .peer_fails_with([1002])
//!     .build();
//! assert_eq!(case.connections[0].steps.len(), 4);
//! ```

mod expected;
mod frame;
mod script;

use crate::case::{Case, Citation, HeadPieces, Level, Script, Testee};
use crate::case_id::CaseId;
use crate::expectation::{CloseRule, Codes, Expectation, Item, OpeningRule, Party};
use crate::payload::Payload;

pub use frame::{FrameBuilder, binary, close, close_with, continuation, opcode, ping, pong, text};

/// Begins a case.
///
/// # Panics
/// If `id` is no case number: cases are written by hand.
#[track_caller]
pub fn case(id: &str, title: &str) -> CaseBuilder {
    let id: CaseId = match id.parse() {
        Ok(id) => id,
        Err(error) => panic!("{error}"),
    };
    CaseBuilder {
        case: Case {
            id,
            title: title.to_owned(),
            citations: Vec::new(),
            testee: Testee::Both,
            connections: vec![Script::default()],
            expect: expectation(),
            rfc: None,
            timed: false,
            memory: false,
            seen_in: Vec::new(),
            differs: None,
            relay: None,
        },
    }
}

fn expectation() -> Expectation {
    Expectation {
        answers: Vec::new(),
        close: clean_close(),
        no_automatic_close: false,
        informational: false,
        opening: OpeningRule::Opens,
        request: Vec::new(),
        fresh_keys: false,
    }
}

/// We close with 1000 and the testee answers: the end of every good
/// conversation.
pub fn clean_close() -> CloseRule {
    CloseRule {
        by: Party::Us,
        codes: vec![Codes::One(1000)],
        reason: None,
        code_wished: false,
        codes_from_client: Vec::new(),
        clean: true,
        wrong_end_fails: false,
        wrong_code_fails: false,
        informational: false,
    }
}

/// A case in the making.
#[derive(Debug, Clone)]
pub struct CaseBuilder {
    case: Case,
}

impl CaseBuilder {
    /// Cites a MUST.
    #[must_use]
    pub fn must(self, document: &str, section: &str, rule: &str) -> Self {
        self.cite(Level::Must, document, section, rule)
    }

    /// Cites a SHOULD.
    #[must_use]
    pub fn should(self, document: &str, section: &str, rule: &str) -> Self {
        self.cite(Level::Should, document, section, rule)
    }

    /// Cites a MAY.
    #[must_use]
    pub fn may(self, document: &str, section: &str, rule: &str) -> Self {
        self.cite(Level::May, document, section, rule)
    }

    /// Cites what is worth knowing but does not bind.
    #[must_use]
    pub fn note(self, document: &str, section: &str, rule: &str) -> Self {
        self.cite(Level::Informational, document, section, rule)
    }

    fn cite(mut self, level: Level, document: &str, section: &str, rule: &str) -> Self {
        self.case.citations.push(Citation {
            level,
            document: document.to_owned(),
            section: section.to_owned(),
            rule: rule.to_owned(),
        });
        self
    }

    /// Only for testees in one role.
    #[must_use]
    pub fn only(mut self, testee: Testee) -> Self {
        self.case.testee = testee;
        self
    }

    /// The time that the case takes is a result in itself.
    #[must_use]
    pub fn timed(mut self) -> Self {
        self.case.timed = true;
        self
    }

    /// The memory of a testee that we started is read meanwhile.
    #[must_use]
    pub fn memory(mut self) -> Self {
        self.case.memory = true;
        self
    }

    /// Where what the case looks for was seen: a public reference.
    #[must_use]
    pub fn seen_in(mut self, reference: &str) -> Self {
        self.case.seen_in.push(reference.to_owned());
        self
    }

    /// What sets the case apart from another that catches the same faults.
    #[must_use]
    pub fn differs(mut self, how: &str) -> Self {
        self.case.differs = Some(how.to_owned());
        self
    }

    /// Our head leaves `octets` at a time.
    #[must_use]
    pub fn head_in_pieces(self, octets: u32) -> Self {
        self.head_pieces(HeadPieces { octets, apart: 0 })
    }

    /// The case.
    pub fn build(self) -> Case {
        self.case
    }

    fn script(&mut self) -> &mut Script {
        let connections = &mut self.case.connections;
        if connections.is_empty() {
            connections.push(Script::default());
        }
        let last = connections.len() - 1;
        &mut connections[last]
    }
}

/// The text comes back.
pub fn echo(payload: impl Into<Payload>) -> Item {
    Item::Text(payload.into())
}

/// The binary message comes back.
pub fn binary_echo(payload: impl Into<Payload>) -> Item {
    Item::Binary(payload.into())
}

/// A pong comes with this payload.
pub fn answer(payload: impl Into<Payload>) -> Item {
    Item::Pong(payload.into())
}

/// The connection is still open at this mark.
pub fn open_at(mark: &str) -> Item {
    Item::Mark(mark.to_owned())
}
