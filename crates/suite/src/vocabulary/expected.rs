//! What the testee must do.

use super::{CaseBuilder, clean_close};
use crate::case::{Departure, Level};
use crate::expectation::{
    Answer, AnswerGrade, CloseRule, Codes, Expectation, Item, OpeningRule, Party, Pattern,
};
use crate::payload::Payload;
use crate::request_rule::RequestRule;

impl CaseBuilder {
    /// Nothing is demanded here: cites what is worth knowing, and both axes
    /// are INFORMATIONAL whatever happens.
    #[must_use]
    pub fn informational(mut self, document: &str, section: &str, rule: &str) -> Self {
        self.case.expect.informational = true;
        self.cite(Level::Informational, document, section, rule)
    }

    /// Exactly these items earn OK.
    #[must_use]
    pub fn ok(self, items: impl IntoIterator<Item = Item>) -> Self {
        self.ok_if(Pattern::Exactly(items.into_iter().collect()))
    }

    /// This pattern earns OK.
    #[must_use]
    pub fn ok_if(self, heard: Pattern) -> Self {
        self.answer(AnswerGrade::Ok, heard)
    }

    /// Exactly these items earn NON-STRICT.
    #[must_use]
    pub fn non_strict(self, items: impl IntoIterator<Item = Item>) -> Self {
        self.answer(
            AnswerGrade::NonStrict,
            Pattern::Exactly(items.into_iter().collect()),
        )
    }

    /// This pattern earns NON-STRICT.
    #[must_use]
    pub fn non_strict_if(self, heard: Pattern) -> Self {
        self.answer(AnswerGrade::NonStrict, heard)
    }

    /// Exactly these items mean that the testee does not know what it was asked
    /// to do.
    #[must_use]
    pub fn unimplemented(self, items: impl IntoIterator<Item = Item>) -> Self {
        self.answer(
            AnswerGrade::Unimplemented,
            Pattern::Exactly(items.into_iter().collect()),
        )
    }

    fn answer(mut self, grade: AnswerGrade, heard: Pattern) -> Self {
        self.case.expect.answers.push(Answer { grade, heard });
        self
    }

    /// The testee must fail the connection: a Close with one of these codes,
    /// or none, or the end of TCP.
    #[must_use]
    pub fn peer_fails_with(self, codes: impl IntoIterator<Item = u16>) -> Self {
        self.closed_by(Party::Peer, codes).or_drops()
    }

    /// The testee begins to close, with one of these codes, or with none; the
    /// closing handshake is complete, and a server ends TCP.
    #[must_use]
    pub fn peer_closes_with(self, codes: impl IntoIterator<Item = u16>) -> Self {
        self.closed_by(Party::Peer, codes)
    }

    /// The testee's Close carries this reason.
    #[must_use]
    pub fn with_the_reason(mut self, reason: impl Into<Payload>) -> Self {
        self.case.expect.close.reason = Some(reason.into());
        self
    }

    /// A Close with a code is wished for.
    #[must_use]
    pub fn code_wished(mut self) -> Self {
        self.case.expect.close.code_wished = true;
        self
    }

    /// The close is told, not judged.
    #[must_use]
    pub fn close_is_told(mut self) -> Self {
        self.case.expect.close.informational = true;
        self
    }

    /// We close, and the testee answers with one of these codes, or none.
    #[must_use]
    pub fn we_close_and_hear(mut self, codes: impl IntoIterator<Item = u16>) -> Self {
        self.case.expect.close.codes = codes.into_iter().map(Codes::One).collect();
        self
    }

    /// Either end closes: the testee with one of these codes, or none, or by the
    /// end of TCP; or we do when something was heard, with the first of them. One
    /// of both must happen.
    #[must_use]
    pub fn either_closes_with(self, codes: impl IntoIterator<Item = u16>) -> Self {
        self.closed_by(Party::Either, codes).or_drops()
    }

    fn closed_by(mut self, by: Party, codes: impl IntoIterator<Item = u16>) -> Self {
        self.case.expect.close = CloseRule {
            by,
            codes: codes.into_iter().map(Codes::One).collect(),
            ..clean_close()
        };
        self
    }

    /// The end of TCP alone is as good as an answer to our Close.
    #[must_use]
    pub fn or_drops(mut self) -> Self {
        self.case.expect.close.clean = false;
        self
    }

    /// A close by the wrong end fails the behaviour too.
    #[must_use]
    pub fn wrong_end_fails(mut self) -> Self {
        self.case.expect.close.wrong_end_fails = true;
        self
    }

    /// A wrong close code fails the behaviour too.
    #[must_use]
    pub fn wrong_code_fails(mut self) -> Self {
        self.case.expect.close.wrong_code_fails = true;
        self
    }

    /// The script closes, not we when all has been heard.
    #[must_use]
    pub fn no_automatic_close(mut self) -> Self {
        self.case.expect.no_automatic_close = true;
        self
    }

    /// The testee must not open the connection: as a server it answers with one
    /// of these statuses, any but 101 if there are none.
    #[must_use]
    pub fn refused(self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.opening_rule(OpeningRule::Refuses {
            statuses: statuses.into_iter().collect(),
            fields: Vec::new(),
        })
    }

    /// The testee should open the connection.
    #[must_use]
    pub fn should_open(self) -> Self {
        self.opening_rule(OpeningRule::ShouldOpen)
    }

    /// The testee should not open the connection.
    #[must_use]
    pub fn should_be_refused(self) -> Self {
        self.opening_rule(OpeningRule::ShouldRefuse)
    }

    /// The testee may refuse to open the connection; where it does open it, it is
    /// judged by what follows.
    #[must_use]
    pub fn or_refused(self) -> Self {
        self.opening_rule(OpeningRule::Either)
    }

    /// The request of the client must be this, whatever becomes of it.
    #[must_use]
    pub fn request(mut self, rule: RequestRule) -> Self {
        self.case.expect.request.push(rule);
        self
    }

    /// The masking keys of a client must be fresh, as far as they show it.
    #[must_use]
    pub fn fresh_keys(mut self) -> Self {
        self.case.expect.fresh_keys = true;
        self
    }

    /// What must become of the opening handshake.
    #[must_use]
    pub fn opening_rule(mut self, rule: OpeningRule) -> Self {
        self.case.expect.opening = rule;
        self
    }

    /// In the profile `rfc` the expectation is the one that `change` makes of
    /// the one built so far.
    #[must_use]
    pub fn rfc(mut self, because: &str, change: impl FnOnce(&mut Expectation)) -> Self {
        let mut expect = self.case.expect.clone();
        change(&mut expect);
        self.case.rfc = Some(Departure {
            expect,
            because: because.to_owned(),
        });
        self
    }
}
