//! Messages into DEFLATE blocks.

use std::fmt;

use flate2::{Compress, Compression, FlushCompress, Status};

use super::{TAIL, Terms};

/// What zlib can do at least: it refuses 8.
const ZLIB_MIN_WINDOW_BITS: u8 = 9;

/// How much room each call of zlib is given at least, octets.
const ROOM: usize = 4096;

/// An empty stored block, without the [`TAIL`].
const EMPTY_BLOCK: u8 = 0x00;

/// Compresses the messages of one direction.
///
/// zlib is never asked for a window below 9 bits. It looks back no further than
/// the window less 262 octets, so that what it makes with 9 bits, 250 octets,
/// keeps within a window of 8.
pub struct Deflater {
    zlib: Compress,
    terms: Terms,
    /// Whether zlib has taken octets since it was flushed last.
    unflushed: bool,
}

impl fmt::Debug for Deflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deflater")
            .field("terms", &self.terms)
            .finish_non_exhaustive()
    }
}

impl Deflater {
    /// The level that is used where none is asked for: the fastest with codes
    /// made for each block, so that receivers meet every kind of block.
    pub const LEVEL: u32 = 2;

    /// Before the first message; `level` from 0, stored, to 9, smallest.
    ///
    /// # Panics
    ///
    /// If the window is not one of 8 to 15 bits.
    pub fn new(terms: Terms, level: u32) -> Self {
        let bits = terms.max_window_bits;
        assert!((8..=15).contains(&bits), "a window of {bits} bits");
        let bits = bits.max(ZLIB_MIN_WINDOW_BITS);
        Self {
            zlib: Compress::new_with_window_bits(Compression::new(level.min(9)), false, bits),
            terms,
            unflushed: false,
        }
    }

    /// What this side is bound to.
    pub const fn terms(&self) -> Terms {
        self.terms
    }

    /// Compresses the next octets of the message. What comes of it is appended
    /// to `into`, now or later.
    pub fn push(&mut self, octets: &[u8], into: &mut Vec<u8>) {
        self.run(octets, FlushCompress::None, into);
        self.unflushed |= !octets.is_empty();
    }

    /// Appends all that the octets so far come to: the message goes on, but a
    /// fragment may end here.
    pub fn flush(&mut self, into: &mut Vec<u8>) {
        if self.unflushed {
            self.run(&[], FlushCompress::Sync, into);
            self.unflushed = false;
        }
    }

    /// Ends the message, which is at least one octet (RFC 7692 §7.2.3.6).
    pub fn finish(&mut self, into: &mut Vec<u8>) {
        if self.unflushed {
            self.flush(into);
            debug_assert!(into.ends_with(&TAIL));
            into.truncate(into.len() - TAIL.len());
        } else {
            into.push(EMPTY_BLOCK);
        }
        if self.terms.no_context_takeover {
            self.zlib.reset();
        }
    }

    /// Compresses a whole message.
    pub fn message(&mut self, octets: &[u8]) -> Vec<u8> {
        let mut into = Vec::new();
        self.push(octets, &mut into);
        self.finish(&mut into);
        into
    }

    fn run(&mut self, mut octets: &[u8], flush: FlushCompress, into: &mut Vec<u8>) {
        loop {
            into.reserve(ROOM);
            let before = (self.zlib.total_in(), into.len());
            let status = self.zlib.compress_vec(octets, into, flush);
            debug_assert!(matches!(status, Ok(Status::Ok | Status::BufError)));
            let taken = usize::try_from(self.zlib.total_in() - before.0).unwrap_or(octets.len());
            octets = &octets[taken.min(octets.len())..];
            let stuck = taken == 0 && into.len() == before.1;
            if stuck || (octets.is_empty() && into.len() < into.capacity()) {
                return;
            }
        }
    }
}
