//! The places of a conversation in which a fault can take hold.

use std::time::Duration;

use super::ear::{Ear, Heard};
use super::head::Lines;
use super::lax_text::Blunder;
use super::mouth::{Frame, Mouth, Part};
use crate::deflate::{Inflater, MessageFacts, Terms};
use crate::endpoint::{Conduct, Place};
use crate::handshake::ClientRequest;
use crate::violation::Violation;

/// What is done in each place. [`STRAIGHT`] does what the reference peer does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hooks {
    /// Changes what a client asks for, and judges the answer by.
    pub(super) asks: fn(&mut ClientRequest),
    /// Changes our head, a request or an answer that opens, by the peer's head
    /// if that came first.
    pub(super) bends_head: Option<fn(&mut Lines, &Lines)>,
    /// Changes the peer's head before it is judged; takes the key of ours too,
    /// if we are the client.
    pub(super) hears_head: fn(&mut Lines, &str),
    /// Takes the peer's head only if it comes in one read.
    pub(super) head_in_one_read: bool,
    /// Loses what comes in one read with the end of the peer's head.
    pub(super) loses_what_follows_the_head: bool,
    /// Loses a part of a frame's header that ends a read.
    pub(super) loses_half_headers: Option<fn(&[u8]) -> bool>,
    /// Passes on what is heard after the head, before it is judged.
    pub(super) hears: Option<fn(&mut Ear, Heard<'_>)>,
    /// Looks over what is wrong in texts that are not compressed.
    pub(super) forgives_text: Option<fn(&Blunder) -> bool>,
    /// What is judged, and how compression is kept to.
    pub(super) conduct: Conduct,
    /// Changes each frame before it is said.
    pub(super) bends_frame: Option<fn(&mut Mouth, &mut Frame)>,
    /// Says what is to be said.
    pub(super) says: Option<fn(&mut Mouth, Part)>,
    /// Says something when nothing was heard for [`time`](Self::time), once.
    pub(super) in_silence: Option<fn(&mut Mouth)>,
    /// How late, or after how long.
    pub(super) time: Duration,
}

pub(super) const STRAIGHT: Hooks = Hooks {
    asks: |_| {},
    bends_head: None,
    hears_head: |_, _| {},
    head_in_one_read: false,
    loses_what_follows_the_head: false,
    loses_half_headers: None,
    hears: None,
    forgives_text: None,
    conduct: Conduct::STRICT,
    bends_frame: None,
    says: None,
    in_silence: None,
    time: Duration::from_millis(300),
};

pub(super) const fn asks(asks: fn(&mut ClientRequest)) -> Hooks {
    Hooks { asks, ..STRAIGHT }
}

pub(super) const fn head(bends: fn(&mut Lines, &Lines)) -> Hooks {
    Hooks {
        bends_head: Some(bends),
        ..STRAIGHT
    }
}

pub(super) const fn hears_head(hears_head: fn(&mut Lines, &str)) -> Hooks {
    Hooks {
        hears_head,
        ..STRAIGHT
    }
}

pub(super) const fn hears(hears: fn(&mut Ear, Heard<'_>)) -> Hooks {
    Hooks {
        hears: Some(hears),
        ..STRAIGHT
    }
}

pub(super) const fn limits_frames() -> Hooks {
    Hooks {
        conduct: Conduct {
            limits_frames: true,
            ..Conduct::STRICT
        },
        ..STRAIGHT
    }
}

pub(super) const fn loses_half_headers(loses: fn(&[u8]) -> bool) -> Hooks {
    Hooks {
        loses_half_headers: Some(loses),
        ..hears(|ear, heard| ear.pass(heard))
    }
}

pub(super) const fn forgives(forgives: fn(&Violation, Place) -> bool) -> Hooks {
    Hooks {
        conduct: Conduct {
            forgives,
            ..Conduct::STRICT
        },
        ..STRAIGHT
    }
}

pub(super) const fn forgives_text(forgives: fn(&Blunder) -> bool) -> Hooks {
    Hooks {
        forgives_text: Some(forgives),
        ..self::forgives(|violation, place| {
            let text = matches!(
                violation,
                Violation::InvalidUtf8 { .. } | Violation::TruncatedUtf8 { .. }
            );
            text && !place.compressed
        })
    }
}

pub(super) const fn deflates(deflates: fn(Terms) -> Terms) -> Hooks {
    Hooks {
        conduct: Conduct {
            deflates,
            ..Conduct::STRICT
        },
        ..STRAIGHT
    }
}

pub(super) const fn inflates(inflates: fn(Terms) -> Inflater) -> Hooks {
    Hooks {
        conduct: Conduct {
            inflates,
            ..Conduct::STRICT
        },
        ..STRAIGHT
    }
}

pub(super) const fn refuses(refuses: fn(&MessageFacts) -> bool) -> Hooks {
    Hooks {
        conduct: Conduct {
            refuses,
            ..Conduct::STRICT
        },
        ..STRAIGHT
    }
}

pub(super) const fn says(says: fn(&mut Mouth, Part)) -> Hooks {
    Hooks {
        says: Some(says),
        ..STRAIGHT
    }
}

pub(super) const fn frames(bends: fn(&mut Mouth, &mut Frame)) -> Hooks {
    Hooks {
        bends_frame: Some(bends),
        ..STRAIGHT
    }
}

pub(super) const fn in_silence(says: fn(&mut Mouth)) -> Hooks {
    Hooks {
        in_silence: Some(says),
        ..STRAIGHT
    }
}

impl Hooks {
    pub(super) const fn time(mut self, millis: u64) -> Self {
        self.time = Duration::from_millis(millis);
        self
    }

    pub(super) const fn and_hears(mut self, hears: fn(&mut Ear, Heard<'_>)) -> Self {
        self.hears = Some(hears);
        self
    }

    pub(super) const fn and_says(mut self, says: fn(&mut Mouth, Part)) -> Self {
        self.says = Some(says);
        self
    }

    pub(super) const fn and_frames(mut self, bends: fn(&mut Mouth, &mut Frame)) -> Self {
        self.bends_frame = Some(bends);
        self
    }

    /// Whether it has a say in what is said.
    pub(super) const fn speaks(&self) -> bool {
        self.says.is_some() || self.bends_head.is_some() || self.bends_frame.is_some()
    }
}
