//! permessage-deflate (RFC 7692) on our side of the connection.

use wscheck_wire::deflate::{Agreement, Deflater, Inflater, Terms};
use wscheck_wire::{Moment, Output, Role, Rules, RulesConfig, Violation};

use super::{Session, rules_for};
use crate::profile::Profile;

/// The most octets that a message may inflate to. The longest echo that any
/// case hopes for has 16 MiB.
pub(super) const LARGEST_MESSAGE: u64 = 64 << 20;

/// The most octets of a compressed message that are kept to be looked at when
/// something is wrong with it.
const KEPT_COMPRESSED: usize = 256 * 1024;

/// Both directions of a connection on which permessage-deflate is in force.
#[derive(Debug)]
pub(super) struct Compression {
    pub(super) deflater: Deflater,
    pub(super) inflater: Inflater,
    /// Whether a message that is broken must be looked at afterwards: a strict
    /// inflater has done so.
    looks_back: bool,
    /// The message that is coming in, as it came; `None` if nobody will look at
    /// it, or it is too long.
    kept: Option<Vec<u8>>,
}

impl Compression {
    /// The original finds what zlib finds. By `rfc` a message must also end
    /// where a block does, and keep to what its sender agreed to.
    fn new(agreement: &Agreement, own: Terms, role: Role, profile: Profile) -> Self {
        let terms = agreement.of(role.other());
        Self {
            deflater: Deflater::new(own, Deflater::LEVEL),
            inflater: match profile {
                Profile::Autobahn => Inflater::new(terms),
                Profile::Rfc => Inflater::strict(terms),
            },
            looks_back: profile == Profile::Autobahn,
            kept: None,
        }
    }

    /// Begins to take a message.
    pub(super) fn begin_message(&mut self) {
        let mut kept = self.kept.take().unwrap_or_default();
        kept.clear();
        self.kept = self.looks_back.then_some(kept);
    }

    fn keep(&mut self, octets: &[u8]) {
        match &mut self.kept {
            Some(kept) if kept.len() + octets.len() <= KEPT_COMPRESSED => {
                kept.extend_from_slice(octets);
            }
            kept => *kept = None,
        }
    }

    /// zlib alone does not tell a reference too far from other corruption.
    fn explain(&self, broken: Violation) -> Violation {
        match self.inspect() {
            Some(
                better @ (Violation::ContextTakenOver { .. } | Violation::WindowExceeded { .. }),
            ) => better,
            _ => broken,
        }
    }

    /// What the compressed message that came breaks, as far as it was kept.
    fn inspect(&self) -> Option<Violation> {
        let kept = self.kept.as_deref()?;
        wscheck_wire::deflate::inspect(kept, self.inflater.terms()).err()
    }
}

impl Session {
    /// permessage-deflate is in force from now on; we keep to `own`.
    pub(super) fn use_deflate(&mut self, agreement: Agreement, own: Terms) {
        self.evidence.opening.deflate = Some(agreement);
        self.rules = Rules::new(RulesConfig {
            deflate: true,
            ..rules_for(self.role, self.settings.profile)
        });
        self.compression = Some(Compression::new(
            &agreement,
            own,
            self.role,
            self.settings.profile,
        ));
    }

    /// Whether the original could not go on: its zlib does not compress with a
    /// window of 8 bits, which it has agreed to.
    pub(super) fn original_cannot_compress(&self) -> bool {
        let own_terms = self.compression.as_ref().map(|both| both.deflater.terms());
        self.settings.profile == Profile::Autobahn
            && own_terms.is_some_and(|terms| terms.max_window_bits == 8)
    }

    /// Takes in a part of a compressed message, or its end.
    pub(super) fn inflate(&mut self, now: Moment, part: Part<'_>) {
        let Some(mut compression) = self.compression.take() else {
            return;
        };
        let mut found = Vec::new();
        let mut too_large = false;
        let out = |octets: &[u8]| {
            self.rules.inflated(octets, &mut found);
            too_large = !self.on_content(octets);
            !too_large
        };
        let result = match part {
            Part::Octets(octets) => {
                compression.keep(octets);
                compression.inflater.push(octets, out)
            }
            Part::End => compression.inflater.finish(out),
        };
        let broken = result.err().map(|broken| compression.explain(broken));
        self.compression = Some(compression);
        self.violate_all(now, &mut found);
        if too_large {
            self.on_too_large(now);
        } else if let Some(violation) = broken {
            self.on_broken_deflate(now, violation);
        }
    }

    /// A message that could be inflated, but not to what it should be.
    pub(super) fn note_what_inflated_wrongly(&mut self, now: Moment) {
        let broken = self.compression.as_ref().and_then(Compression::inspect);
        if let Some(violation) = broken {
            self.note_violation(now, violation);
        }
    }

    /// The original loses TCP here, and so do we in its profile. By RFC 6455
    /// §7.1.7 the connection is failed.
    fn on_broken_deflate(&mut self, now: Moment, violation: Violation) {
        match self.settings.profile {
            Profile::Autobahn => {
                self.note_violation(now, violation);
                self.end(now, Output::Drop);
            }
            Profile::Rfc => {
                self.violate(now, violation);
                self.compression = None;
            }
        }
    }
}

/// Of a compressed message.
pub(super) enum Part<'a> {
    /// Octets as they stand in a frame.
    Octets(&'a [u8]),
    /// The message is complete.
    End,
}
