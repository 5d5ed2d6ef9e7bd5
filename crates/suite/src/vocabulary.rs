//! The words that cases are written in. None is inlined: more than a thousand cases
//! are made of them, once.
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

use std::time::Duration;

use wscheck_wire::{LengthForm, Opcode};

use crate::case::{
    Case, Citation, Demand, Departure, Frame, HeadPieces, Level, Masking, Prelude, Script, Step,
    Testee, WireLog,
};
use crate::case_id::CaseId;
use crate::expectation::{
    Answer, AnswerGrade, CloseRule, Codes, Expectation, Item, OpeningRule, Party, Pattern,
};
use crate::head_edit::HeadEdit;
use crate::payload::Payload;
use crate::request_rule::RequestRule;

/// Begins a case.
///
/// # Panics
/// If `id` is no case number: cases are written by hand.
#[track_caller]
#[inline(never)]
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
    #[inline(never)]
    pub fn must(self, document: &str, section: &str, rule: &str) -> Self {
        self.cite(Level::Must, document, section, rule)
    }

    /// Cites a SHOULD.
    #[must_use]
    #[inline(never)]
    pub fn should(self, document: &str, section: &str, rule: &str) -> Self {
        self.cite(Level::Should, document, section, rule)
    }

    /// Cites a MAY.
    #[must_use]
    #[inline(never)]
    pub fn may(self, document: &str, section: &str, rule: &str) -> Self {
        self.cite(Level::May, document, section, rule)
    }

    /// Cites what is worth knowing but does not bind.
    #[must_use]
    #[inline(never)]
    pub fn note(self, document: &str, section: &str, rule: &str) -> Self {
        self.cite(Level::Informational, document, section, rule)
    }

    /// Nothing is demanded here: cites what is worth knowing, and both axes
    /// are INFORMATIONAL whatever happens.
    #[must_use]
    #[inline(never)]
    pub fn informational(mut self, document: &str, section: &str, rule: &str) -> Self {
        self.case.expect.informational = true;
        self.cite(Level::Informational, document, section, rule)
    }

    #[inline(never)]
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
    #[inline(never)]
    pub fn only(mut self, testee: Testee) -> Self {
        self.case.testee = testee;
        self
    }

    /// The time that the case takes is a result in itself.
    #[must_use]
    #[inline(never)]
    pub fn timed(mut self) -> Self {
        self.case.timed = true;
        self
    }

    /// The memory of a testee that we started is read meanwhile.
    #[must_use]
    #[inline(never)]
    pub fn memory(mut self) -> Self {
        self.case.memory = true;
        self
    }

    /// No message may be heard on the connection that the script is at, which is
    /// not the last.
    #[must_use]
    #[inline(never)]
    pub fn silent(mut self) -> Self {
        self.script().prelude = Some(Prelude::Silent);
        self
    }

    /// The case applies to those who refuse by 1009 what they are sent on the
    /// connection that the script is at, which is not the last.
    #[must_use]
    #[inline(never)]
    pub fn too_big(mut self) -> Self {
        self.script().prelude = Some(Prelude::TooBig);
        self
    }

    /// Where what the case looks for was seen: a public reference.
    #[must_use]
    #[inline(never)]
    pub fn seen_in(mut self, reference: &str) -> Self {
        self.case.seen_in.push(reference.to_owned());
        self
    }

    /// What sets the case apart from another that catches the same faults.
    #[must_use]
    #[inline(never)]
    pub fn differs(mut self, how: &str) -> Self {
        self.case.differs = Some(how.to_owned());
        self
    }

    /// Our head leaves `octets` at a time.
    #[must_use]
    #[inline(never)]
    pub fn head_in_pieces(self, octets: u32) -> Self {
        self.head_pieces(HeadPieces { octets, apart: 0 })
    }

    /// Our head leaves in these pieces.
    #[must_use]
    #[inline(never)]
    pub fn head_pieces(mut self, pieces: HeadPieces) -> Self {
        self.script().opening.pieces = Some(pieces);
        self
    }

    /// What follows up to the first wait leaves in one write with our head.
    #[must_use]
    #[inline(never)]
    pub fn joined_to_the_head(mut self) -> Self {
        self.script().opening.joined = true;
        self
    }

    /// The value of `Sec-WebSocket-Extensions` that we send, as it stands.
    #[must_use]
    #[inline(never)]
    pub fn extensions(mut self, value: &str) -> Self {
        self.script().opening.extensions = Some(value.to_owned());
        self
    }

    /// We leave the testee's Close without an answer.
    #[must_use]
    #[inline(never)]
    pub fn no_close_answer(mut self) -> Self {
        self.script().no_close_answer = true;
        self
    }

    /// Changes our head of the opening handshake.
    #[must_use]
    #[inline(never)]
    pub fn opening(mut self, edit: HeadEdit) -> Self {
        self.script().opening.edits.push(edit);
        self
    }

    /// What we want of permessage-deflate, after what was said before.
    #[must_use]
    #[inline(never)]
    pub fn deflate(mut self, demand: Demand) -> Self {
        self.script().opening.deflate.push(demand);
        self
    }

    /// Nothing may limit how we compress: we refer back to former messages, and
    /// as far as DEFLATE can.
    #[must_use]
    #[inline(never)]
    pub fn unlimited(mut self) -> Self {
        self.script().opening.unlimited = true;
        self
    }

    /// How much the original's wire log shows.
    #[must_use]
    #[inline(never)]
    pub fn wire_log(mut self, wire_log: WireLog) -> Self {
        self.script().wire_log = wire_log;
        self
    }

    /// What follows happens on another connection.
    #[must_use]
    #[inline(never)]
    pub fn next_connection(mut self) -> Self {
        self.case.connections.push(Script::default());
        self
    }

    /// Adds any step.
    #[must_use]
    #[inline(never)]
    pub fn step(mut self, step: Step) -> Self {
        self.script().steps.push(step);
        self
    }

    /// Sends a frame.
    #[must_use]
    #[inline(never)]
    pub fn send(self, frame: FrameBuilder) -> Self {
        self.step(Step::Send(frame.frame))
    }

    /// Sends a text message in fragments of `size` octets.
    #[must_use]
    #[inline(never)]
    pub fn text_fragments(self, payload: impl Into<Payload>, size: u64) -> Self {
        self.fragments(Opcode::TEXT, payload.into(), size)
    }

    /// Sends a binary message in fragments of `size` octets.
    #[must_use]
    #[inline(never)]
    pub fn binary_fragments(self, payload: impl Into<Payload>, size: u64) -> Self {
        self.fragments(Opcode::BINARY, payload.into(), size)
    }

    /// Sends a text message, compressed as it was agreed on, in fragments of
    /// `size` octets.
    #[must_use]
    #[inline(never)]
    pub fn compressed_fragments(self, payload: impl Into<Payload>, size: u64) -> Self {
        self.step(Step::Fragments {
            opcode: Opcode::TEXT,
            payload: payload.into(),
            size,
            compressed: true,
            breaks: Vec::new(),
        })
    }

    fn fragments(self, opcode: Opcode, payload: Payload, size: u64) -> Self {
        self.step(Step::Fragments {
            opcode,
            payload,
            size,
            compressed: false,
            breaks: Vec::new(),
        })
    }

    /// Says what the last step breaks, by [`wscheck_wire::Violation::name`].
    ///
    /// # Panics
    /// If the last step sends nothing that could break a rule.
    #[must_use]
    #[track_caller]
    #[inline(never)]
    pub fn breaking(mut self, violation: &str) -> Self {
        match self.script().steps.last_mut() {
            Some(Step::Fragments { breaks, .. } | Step::Raw { breaks, .. }) => {
                breaks.push(violation.to_owned())
            }
            Some(
                Step::Send(frame)
                | Step::Begin { frame }
                | Step::Repeat { frame, .. }
                | Step::RoundTrips { frame, .. },
            ) => frame.breaks.push(violation.to_owned()),
            _ => panic!("the last step sends nothing that could break '{violation}'"),
        }
        self
    }

    /// Sends the header of `frame`; its payload follows in parts.
    #[must_use]
    #[inline(never)]
    pub fn begin(self, frame: FrameBuilder) -> Self {
        self.step(Step::Begin { frame: frame.frame })
    }

    /// Sends more of the payload of the frame that was begun.
    #[must_use]
    #[inline(never)]
    pub fn part(self, octets: impl Into<Payload>) -> Self {
        self.step(Step::Part(octets.into()))
    }

    /// Sends `frame` so many times in a row.
    #[must_use]
    #[inline(never)]
    pub fn repeat(self, frame: FrameBuilder, times: u32) -> Self {
        self.step(Step::Repeat {
            frame: frame.frame,
            times,
        })
    }

    /// Sends `frame`, and the next each time that its echo has come.
    #[must_use]
    #[inline(never)]
    pub fn round_trips(self, frame: FrameBuilder, times: u32) -> Self {
        self.step(Step::RoundTrips {
            frame: frame.frame,
            times,
            size: None,
        })
    }

    /// As [`round_trips`](Self::round_trips), but in fragments of `size` octets.
    #[must_use]
    #[inline(never)]
    pub fn round_trips_in_fragments(self, frame: FrameBuilder, times: u32, size: u64) -> Self {
        self.step(Step::RoundTrips {
            frame: frame.frame,
            times,
            size: Some(size),
        })
    }

    /// Pauses, and goes on whatever the testee does meanwhile.
    #[must_use]
    #[inline(never)]
    pub fn pause(self, seconds: u64) -> Self {
        self.step(Step::Pause {
            lasts: Duration::from_secs(seconds),
            mark: None,
            while_open: false,
            unread: false,
        })
    }

    /// Pauses; then hears `mark` and goes on, but only if the connection is
    /// still open.
    #[must_use]
    #[inline(never)]
    pub fn pause_while_open(self, seconds: u64, mark: &str) -> Self {
        let lasts = Duration::from_secs(seconds);
        self.step(Step::Pause {
            lasts,
            mark: Some(mark.to_owned()),
            while_open: true,
            unread: false,
        })
    }

    /// Pauses; then hears `mark` if the connection is still open.
    #[must_use]
    #[inline(never)]
    pub fn mark_after_millis(self, millis: u64, mark: &str) -> Self {
        self.step(Step::Pause {
            lasts: Duration::from_millis(millis),
            mark: Some(mark.to_owned()),
            while_open: false,
            unread: false,
        })
    }

    /// Pauses without reading, and goes on whatever the testee does meanwhile.
    #[must_use]
    #[inline(never)]
    pub fn pause_unread(self, seconds: u64) -> Self {
        self.step(Step::Pause {
            lasts: Duration::from_secs(seconds),
            mark: None,
            while_open: false,
            unread: true,
        })
    }

    /// Ends our direction of TCP.
    #[must_use]
    #[inline(never)]
    pub fn half_close(self) -> Self {
        self.step(Step::HalfClose)
    }

    /// Ends TCP by RST.
    #[must_use]
    #[inline(never)]
    pub fn reset(self) -> Self {
        self.step(Step::Reset)
    }

    /// Gives the testee so many seconds; then we fail the connection.
    #[must_use]
    #[inline(never)]
    pub fn fail_after(self, seconds: u64) -> Self {
        self.step(Step::FailAfter(Duration::from_secs(seconds)))
    }

    /// Gives the testee so many milliseconds; then we fail the connection.
    #[must_use]
    #[inline(never)]
    pub fn fail_after_millis(self, millis: u64) -> Self {
        self.step(Step::FailAfter(Duration::from_millis(millis)))
    }

    /// Gives the testee so many seconds; then we close.
    #[must_use]
    #[inline(never)]
    pub fn close_after(self, seconds: u64) -> Self {
        self.step(Step::CloseAfter(Duration::from_secs(seconds)))
    }

    /// Exactly these items earn OK.
    #[must_use]
    #[inline(never)]
    pub fn ok(self, items: impl IntoIterator<Item = Item>) -> Self {
        self.ok_if(Pattern::Exactly(items.into_iter().collect()))
    }

    /// This pattern earns OK.
    #[must_use]
    #[inline(never)]
    pub fn ok_if(self, heard: Pattern) -> Self {
        self.answer(AnswerGrade::Ok, heard)
    }

    /// Exactly these items earn NON-STRICT.
    #[must_use]
    #[inline(never)]
    pub fn non_strict(self, items: impl IntoIterator<Item = Item>) -> Self {
        self.answer(
            AnswerGrade::NonStrict,
            Pattern::Exactly(items.into_iter().collect()),
        )
    }

    /// This pattern earns NON-STRICT.
    #[must_use]
    #[inline(never)]
    pub fn non_strict_if(self, heard: Pattern) -> Self {
        self.answer(AnswerGrade::NonStrict, heard)
    }

    /// Exactly these items mean that the testee does not know what it was asked
    /// to do.
    #[must_use]
    #[inline(never)]
    pub fn unimplemented(self, items: impl IntoIterator<Item = Item>) -> Self {
        self.answer(
            AnswerGrade::Unimplemented,
            Pattern::Exactly(items.into_iter().collect()),
        )
    }

    #[inline(never)]
    fn answer(mut self, grade: AnswerGrade, heard: Pattern) -> Self {
        self.case.expect.answers.push(Answer { grade, heard });
        self
    }

    /// The testee must fail the connection: a Close with one of these codes,
    /// or none, or the end of TCP.
    #[must_use]
    #[inline(never)]
    pub fn peer_fails_with(mut self, codes: impl IntoIterator<Item = u16>) -> Self {
        let codes = codes.into_iter().map(Codes::One).collect();
        self.case.expect.close = CloseRule {
            by: Party::Peer,
            codes,
            clean: false,
            ..clean_close()
        };
        self
    }

    /// The testee begins to close, with one of these codes, or with none; the
    /// closing handshake is complete, and a server ends TCP.
    #[must_use]
    #[inline(never)]
    pub fn peer_closes_with(mut self, codes: impl IntoIterator<Item = u16>) -> Self {
        self.case.expect.close = CloseRule {
            by: Party::Peer,
            codes: codes.into_iter().map(Codes::One).collect(),
            ..clean_close()
        };
        self
    }

    /// The testee's Close carries this reason.
    #[must_use]
    #[inline(never)]
    pub fn with_the_reason(mut self, reason: impl Into<Payload>) -> Self {
        self.case.expect.close.reason = Some(reason.into());
        self
    }

    /// A Close with a code is wished for.
    #[must_use]
    #[inline(never)]
    pub fn code_wished(mut self) -> Self {
        self.case.expect.close.code_wished = true;
        self
    }

    /// The close is told, not judged.
    #[must_use]
    #[inline(never)]
    pub fn close_is_told(mut self) -> Self {
        self.case.expect.close.informational = true;
        self
    }

    /// We close, and the testee answers with one of these codes, or none.
    #[must_use]
    #[inline(never)]
    pub fn we_close_and_hear(mut self, codes: impl IntoIterator<Item = u16>) -> Self {
        self.case.expect.close.codes = codes.into_iter().map(Codes::One).collect();
        self
    }

    /// Either end closes: the testee with one of these codes, or none, or by the
    /// end of TCP; or we do when something was heard, with the first of them. One
    /// of both must happen.
    #[must_use]
    #[inline(never)]
    pub fn either_closes_with(mut self, codes: impl IntoIterator<Item = u16>) -> Self {
        let codes = codes.into_iter().map(Codes::One).collect();
        self.case.expect.close = CloseRule {
            by: Party::Either,
            codes,
            clean: false,
            ..clean_close()
        };
        self
    }

    /// The end of TCP alone is as good as an answer to our Close.
    #[must_use]
    #[inline(never)]
    pub fn or_drops(mut self) -> Self {
        self.case.expect.close.clean = false;
        self
    }

    /// A close by the wrong end fails the behaviour too.
    #[must_use]
    #[inline(never)]
    pub fn wrong_end_fails(mut self) -> Self {
        self.case.expect.close.wrong_end_fails = true;
        self
    }

    /// A wrong close code fails the behaviour too.
    #[must_use]
    #[inline(never)]
    pub fn wrong_code_fails(mut self) -> Self {
        self.case.expect.close.wrong_code_fails = true;
        self
    }

    /// The script closes, not we when all has been heard.
    #[must_use]
    #[inline(never)]
    pub fn no_automatic_close(mut self) -> Self {
        self.case.expect.no_automatic_close = true;
        self
    }

    /// The testee must not open the connection: as a server it answers with one
    /// of these statuses, any but 101 if there are none.
    #[must_use]
    #[inline(never)]
    pub fn refused(self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.opening_rule(OpeningRule::Refuses {
            statuses: statuses.into_iter().collect(),
            fields: Vec::new(),
        })
    }

    /// The testee should open the connection.
    #[must_use]
    #[inline(never)]
    pub fn should_open(self) -> Self {
        self.opening_rule(OpeningRule::ShouldOpen)
    }

    /// The testee should not open the connection.
    #[must_use]
    #[inline(never)]
    pub fn should_be_refused(self) -> Self {
        self.opening_rule(OpeningRule::ShouldRefuse)
    }

    /// The testee may refuse to open the connection; where it does open it, it is
    /// judged by what follows.
    #[must_use]
    #[inline(never)]
    pub fn or_refused(self) -> Self {
        self.opening_rule(OpeningRule::Either)
    }

    /// The request of the client must be this, whatever becomes of it.
    #[must_use]
    #[inline(never)]
    pub fn request(mut self, rule: RequestRule) -> Self {
        self.case.expect.request.push(rule);
        self
    }

    /// The masking keys of a client must be fresh, as far as they show it.
    #[must_use]
    #[inline(never)]
    pub fn fresh_keys(mut self) -> Self {
        self.case.expect.fresh_keys = true;
        self
    }

    /// What must become of the opening handshake.
    #[must_use]
    #[inline(never)]
    pub fn opening_rule(mut self, rule: OpeningRule) -> Self {
        self.case.expect.opening = rule;
        self
    }

    /// In the profile `rfc` the expectation is the one that `change` makes of
    /// the one built so far.
    #[must_use]
    #[inline(never)]
    pub fn rfc(mut self, because: &str, change: impl FnOnce(&mut Expectation)) -> Self {
        let mut expect = self.case.expect.clone();
        change(&mut expect);
        self.case.rfc = Some(Departure {
            expect,
            because: because.to_owned(),
        });
        self
    }

    /// The case.
    #[inline(never)]
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

/// A frame in the making.
#[derive(Debug, Clone)]
pub struct FrameBuilder {
    frame: Frame,
}

/// A frame of any opcode, 0 to 15, whole and empty.
#[inline(never)]
pub fn opcode(bits: u8) -> FrameBuilder {
    FrameBuilder {
        frame: Frame {
            opcode: Opcode::from_bits(bits),
            fin: true,
            rsv: 0,
            payload: Payload::EMPTY,
            announced: None,
            length_form: None,
            masking: Masking::ByRole,
            chop: None,
            cut: None,
            sync: false,
            compressed: false,
            breaks: Vec::new(),
        },
    }
}

/// A text frame.
#[inline(never)]
pub fn text(payload: impl Into<Payload>) -> FrameBuilder {
    opcode(1).payload(payload)
}

/// A binary frame.
#[inline(never)]
pub fn binary(payload: impl Into<Payload>) -> FrameBuilder {
    opcode(2).payload(payload)
}

/// A continuation frame.
#[inline(never)]
pub fn continuation(payload: impl Into<Payload>) -> FrameBuilder {
    opcode(0).payload(payload)
}

/// A ping.
#[inline(never)]
pub fn ping(payload: impl Into<Payload>) -> FrameBuilder {
    opcode(9).payload(payload)
}

/// A pong.
#[inline(never)]
pub fn pong(payload: impl Into<Payload>) -> FrameBuilder {
    opcode(10).payload(payload)
}

/// A Close frame with a code and no reason.
#[inline(never)]
pub fn close(code: u16) -> FrameBuilder {
    opcode(8).payload(&code.to_be_bytes())
}

/// A Close frame with a code and a reason, valid or not.
#[inline(never)]
pub fn close_with(code: u16, reason: impl AsRef<[u8]>) -> FrameBuilder {
    let mut payload = code.to_be_bytes().to_vec();
    payload.extend_from_slice(reason.as_ref());
    opcode(8).payload(payload)
}

impl FrameBuilder {
    /// The payload.
    #[must_use]
    #[inline(never)]
    pub fn payload(mut self, payload: impl Into<Payload>) -> Self {
        self.frame.payload = payload.into();
        self
    }

    /// Not the last frame of its message.
    #[must_use]
    #[inline(never)]
    pub fn more(mut self) -> Self {
        self.frame.fin = false;
        self
    }

    /// The reserved bits: 4 is RSV1, 2 is RSV2, 1 is RSV3.
    #[must_use]
    #[inline(never)]
    pub fn rsv(mut self, bits: u8) -> Self {
        self.frame.rsv = bits;
        self
    }

    /// Announces another length than the payload has.
    #[must_use]
    #[inline(never)]
    pub fn announce(mut self, length: u64) -> Self {
        self.frame.announced = Some(length);
        self
    }

    /// Writes the length in this form, be it the shortest or not.
    #[must_use]
    #[inline(never)]
    pub fn length_form(mut self, form: LengthForm) -> Self {
        self.frame.length_form = Some(form);
        self
    }

    /// Masks, or does not, against the role.
    #[must_use]
    #[inline(never)]
    pub fn masking(mut self, masking: Masking) -> Self {
        self.frame.masking = masking;
        self
    }

    /// Writes the frame `octets` at a time.
    #[must_use]
    #[inline(never)]
    pub fn chop(mut self, octets: u32) -> Self {
        self.frame.chop = Some(octets);
        self
    }

    /// Writes the frame in two pieces, the first of so many octets.
    #[must_use]
    #[inline(never)]
    pub fn cut(mut self, octets: u32) -> Self {
        self.frame.cut = Some(octets);
        self
    }

    /// Gives the frame a write of its own.
    #[must_use]
    #[inline(never)]
    pub fn sync(mut self) -> Self {
        self.frame.sync = true;
        self
    }

    /// Compressed, as it was agreed on.
    #[must_use]
    #[inline(never)]
    pub fn compressed(mut self) -> Self {
        self.frame.compressed = true;
        self
    }

    /// The frame.
    pub fn into_frame(self) -> Frame {
        self.frame
    }

    /// Declares what the frame breaks, by [`wscheck_wire::Violation::name`].
    #[must_use]
    #[inline(never)]
    pub fn breaks(mut self, violation: &str) -> Self {
        self.frame.breaks.push(violation.to_owned());
        self
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
