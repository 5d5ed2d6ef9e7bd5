//! UTF-8 judged by halves.

use crate::utf8::{InvalidUtf8, Utf8Fault, Validator};
use crate::violation::Violation;

/// One thing that is wrong with a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blunder {
    /// Why it is wrong.
    pub(super) kind: Utf8Fault,
    /// The octet with which the bad sequence began.
    pub(super) lead: u8,
    /// The octet that made it bad.
    pub(super) octet: u8,
    /// Where in the message that stood.
    pub(super) at: u64,
    /// In which of its fragments, from 0.
    pub(super) fragment: u32,
}

/// Checks texts, and looks over some of what is wrong with them.
#[derive(Debug)]
pub(super) struct LaxText {
    forgives: fn(&Blunder) -> bool,
    validator: Validator,
    lead: u8,
    at: u64,
    /// How many fragments came before.
    pub(super) fragment: u32,
    /// Whether continuation octets of a bad sequence may follow.
    skips: bool,
}

impl LaxText {
    pub(super) fn new(forgives: fn(&Blunder) -> bool) -> Self {
        Self {
            forgives,
            validator: Validator::new(),
            lead: 0,
            at: 0,
            fragment: 0,
            skips: false,
        }
    }

    /// A message begins.
    pub(super) fn begin(&mut self) {
        *self = Self::new(self.forgives);
    }

    pub(super) fn push(&mut self, octets: &[u8]) -> Result<(), Violation> {
        let mut ahead = self.validator.clone();
        if !self.skips && ahead.push(octets).is_ok() && ahead.is_boundary() {
            self.validator = ahead;
            self.at += octets.len() as u64;
            return Ok(());
        }
        for octet in octets {
            self.step(*octet)?;
            self.at += 1;
        }
        Ok(())
    }

    /// The message ends.
    pub(super) fn end(&mut self) -> Result<(), Violation> {
        match self.validator.finish() {
            Ok(()) => Ok(()),
            Err(fault) => self.judge(fault, 0),
        }
    }

    fn step(&mut self, octet: u8) -> Result<(), Violation> {
        let continues = octet & 0xc0 == 0x80;
        if self.skips && continues {
            return Ok(());
        }
        self.skips = false;
        if self.validator.is_boundary() {
            self.lead = octet;
        }
        let Err(fault) = self.validator.push(&[octet]) else {
            return Ok(());
        };
        self.judge(fault, octet)?;
        self.validator.reset();
        if fault.kind == Utf8Fault::BadContinuation {
            // It begins something else.
            return self.step(octet);
        }
        self.skips = true;
        Ok(())
    }

    fn judge(&self, fault: InvalidUtf8, octet: u8) -> Result<(), Violation> {
        let blunder = Blunder {
            kind: fault.kind,
            lead: self.lead,
            octet,
            at: self.at,
            fragment: self.fragment,
        };
        match (self.forgives)(&blunder) {
            true => Ok(()),
            false => Err(Violation::InvalidUtf8 { offset: self.at }),
        }
    }
}
