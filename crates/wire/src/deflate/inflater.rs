//! DEFLATE blocks into messages.

use std::fmt;

use flate2::{Decompress, FlushDecompress, Status};

use super::{MAX_WINDOW_BITS, TAIL, Terms};
use crate::violation::Violation;

/// The furthest that a reference can go back (RFC 1951 §3.2.5), octets.
const FURTHEST: usize = 32 * 1024;

/// Octets that were inflated: the last [`FURTHEST`] at least.
const BUFFER: usize = 2 * FURTHEST;

/// Inflates the messages of one direction. Its memory is bounded whatever they
/// inflate to: they are handed out as they come.
pub struct Inflater {
    zlib: Decompress,
    terms: Terms,
    /// The first `filled` octets are what was inflated last.
    buffer: Vec<u8>,
    filled: usize,
}

impl fmt::Debug for Inflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inflater")
            .field("terms", &self.terms)
            .finish_non_exhaustive()
    }
}

impl Inflater {
    /// Before the first message. What the sender agreed to is only checked as
    /// far as it costs nothing; the inspector does that.
    pub fn new(terms: Terms) -> Self {
        Self {
            zlib: Decompress::new_with_window_bits(false, MAX_WINDOW_BITS),
            terms,
            buffer: Vec::new(),
            filled: 0,
        }
    }

    /// What the sender is bound to.
    pub const fn terms(&self) -> Terms {
        self.terms
    }

    /// Inflates the next octets of the message, and hands out what comes of
    /// them in pieces of at most 64 KiB. `out` says whether it wants more; when
    /// it does not, the rest is lost and the inflater with it.
    ///
    /// # Errors
    ///
    /// [`Violation::CorruptDeflate`] for what is not DEFLATE, or refers back to
    /// octets that there were none of.
    pub fn push(
        &mut self,
        mut octets: &[u8],
        mut out: impl FnMut(&[u8]) -> bool,
    ) -> Result<(), Violation> {
        self.buffer.resize(BUFFER, 0);
        loop {
            self.make_room();
            let before = (self.zlib.total_in(), self.zlib.total_out());
            let room = &mut self.buffer[self.filled..];
            let room_len = room.len();
            let status = self
                .zlib
                .decompress(octets, room, FlushDecompress::Sync)
                .map_err(|_| Violation::CorruptDeflate)?;
            let taken = usize::try_from(self.zlib.total_in() - before.0).unwrap_or(usize::MAX);
            let given = usize::try_from(self.zlib.total_out() - before.1).unwrap_or(usize::MAX);
            octets = &octets[taken.min(octets.len())..];
            let from = self.filled;
            self.filled += given;
            if given > 0 && !out(&self.buffer[from..self.filled]) {
                return Ok(());
            }
            match status {
                Status::StreamEnd => self.go_on_after_the_last_block()?,
                _ if octets.is_empty() && given < room_len => return Ok(()),
                _ if taken == 0 && given == 0 => return Ok(()),
                _ => {}
            }
        }
    }

    /// Ends the message.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn finish(&mut self, out: impl FnMut(&[u8]) -> bool) -> Result<(), Violation> {
        self.push(&TAIL, out)?;
        if self.terms.no_context_takeover {
            self.zlib.reset(false);
            self.filled = 0;
        }
        Ok(())
    }

    /// Keeps what can be referred to, and makes room for as much again.
    fn make_room(&mut self) {
        if self.filled > BUFFER - FURTHEST / 2 {
            self.buffer
                .copy_within(self.filled - FURTHEST..self.filled, 0);
            self.filled = FURTHEST;
        }
    }

    /// A block with BFINAL may come at any place (RFC 7692 §7.2.3.4). For zlib
    /// it is the end; for us the next block follows, in the same context.
    fn go_on_after_the_last_block(&mut self) -> Result<(), Violation> {
        self.zlib.reset(false);
        let from = self.filled.saturating_sub(FURTHEST);
        self.zlib
            .set_dictionary(&self.buffer[from..self.filled])
            .map_err(|_| Violation::CorruptDeflate)?;
        Ok(())
    }
}

/// Placeholder until the inspector is merged.
///
/// # Errors
/// None.
pub fn inspect(_message: &[u8], _terms: Terms) -> Result<(), Violation> {
    Ok(())
}
