//! permessage-deflate (RFC 7692).
//!
//! A message is compressed as a run of DEFLATE blocks (RFC 1951) that ends at
//! an octet, flushed by an empty stored block of which the last four octets,
//! [`TAIL`], are not sent. The next message may refer back to the octets of
//! the former ones: the context is taken over, unless its sender agreed not
//! to. How far back is bounded by the window, which may be made smaller.
//!
//! - [`Offer`] and [`Answer`] are what the opening handshake says of it;
//!   [`answer`] and [`check`] negotiate.
//! - [`Agreement`] is what both sides agreed on.
//! - [`Inspector`] tells what blocks a message is made of, and how far back
//!   it refers; [`inspect()`] does so for one message.
//! - [`BlockWriter`] writes blocks by hand.
//! - [`Deflater`] and [`Inflater`] are the two ends of one direction.

mod agreement;
mod bits;
mod deflater;
mod header;
mod huffman;
mod inflater;
mod inspect;
mod negotiation;
mod params;
mod write;

pub use agreement::{Agreement, Terms};
pub use deflater::Deflater;
pub use inflater::Inflater;
pub use inspect::{Inspector, MessageFacts, inspect};
pub use negotiation::{DeflateConfig, answer, check};
pub use params::{Answer, DeflateFault, Offer};
pub use write::BlockWriter;

/// The registered name of the extension (RFC 7692 §7).
pub const NAME: &str = "permessage-deflate";

/// The end of the empty stored block that is taken off each message (RFC 7692
/// §7.2.1) and put back before it is inflated (§7.2.2).
pub const TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];

/// The smallest window, as a power of two (RFC 7692 §7.1.2).
pub const MIN_WINDOW_BITS: u8 = 8;

/// The largest window, which is meant where none is named.
pub const MAX_WINDOW_BITS: u8 = 15;
