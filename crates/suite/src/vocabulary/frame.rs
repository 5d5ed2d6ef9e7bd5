//! Frames in the making.

use wscheck_wire::{LengthForm, Opcode};

use crate::case::{Frame, Masking};
use crate::payload::Payload;

/// A frame in the making.
#[derive(Debug, Clone)]
pub struct FrameBuilder {
    frame: Frame,
}

/// A frame of any opcode, 0 to 15, whole and empty.
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
pub fn text(payload: impl Into<Payload>) -> FrameBuilder {
    opcode(1).payload(payload)
}

/// A binary frame.
pub fn binary(payload: impl Into<Payload>) -> FrameBuilder {
    opcode(2).payload(payload)
}

/// A continuation frame.
pub fn continuation(payload: impl Into<Payload>) -> FrameBuilder {
    opcode(0).payload(payload)
}

/// A ping.
pub fn ping(payload: impl Into<Payload>) -> FrameBuilder {
    opcode(9).payload(payload)
}

/// A pong.
pub fn pong(payload: impl Into<Payload>) -> FrameBuilder {
    opcode(10).payload(payload)
}

/// A Close frame with a code and no reason.
pub fn close(code: u16) -> FrameBuilder {
    opcode(8).payload(&code.to_be_bytes())
}

/// A Close frame with a code and a reason, valid or not.
pub fn close_with(code: u16, reason: impl AsRef<[u8]>) -> FrameBuilder {
    let mut payload = code.to_be_bytes().to_vec();
    payload.extend_from_slice(reason.as_ref());
    opcode(8).payload(payload)
}

impl FrameBuilder {
    /// The payload.
    #[must_use]
    pub fn payload(mut self, payload: impl Into<Payload>) -> Self {
        self.frame.payload = payload.into();
        self
    }

    /// Not the last frame of its message.
    #[must_use]
    pub fn more(mut self) -> Self {
        self.frame.fin = false;
        self
    }

    /// The reserved bits: 4 is RSV1, 2 is RSV2, 1 is RSV3.
    #[must_use]
    pub fn rsv(mut self, bits: u8) -> Self {
        self.frame.rsv = bits;
        self
    }

    /// Announces another length than the payload has.
    #[must_use]
    pub fn announce(mut self, length: u64) -> Self {
        self.frame.announced = Some(length);
        self
    }

    /// Writes the length in this form, be it the shortest or not.
    #[must_use]
    pub fn length_form(mut self, form: LengthForm) -> Self {
        self.frame.length_form = Some(form);
        self
    }

    /// Masks, or does not, against the role.
    #[must_use]
    pub fn masking(mut self, masking: Masking) -> Self {
        self.frame.masking = masking;
        self
    }

    /// Writes the frame `octets` at a time.
    #[must_use]
    pub fn chop(mut self, octets: u32) -> Self {
        self.frame.chop = Some(octets);
        self
    }

    /// Writes the frame in two pieces, the first of so many octets.
    #[must_use]
    pub fn cut(mut self, octets: u32) -> Self {
        self.frame.cut = Some(octets);
        self
    }

    /// Gives the frame a write of its own.
    #[must_use]
    pub fn sync(mut self) -> Self {
        self.frame.sync = true;
        self
    }

    /// Compressed, as it was agreed on.
    #[must_use]
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
    pub fn breaks(mut self, violation: &str) -> Self {
        self.frame.breaks.push(violation.to_owned());
        self
    }
}
