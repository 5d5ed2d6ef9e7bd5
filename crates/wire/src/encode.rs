//! Frames to octets. Encoding never refuses and never corrects.

use crate::frame::Header;
use crate::mask;

/// The octets of a frame: the header as given, then the payload, masked if
/// the header carries a key. The payload may be longer or shorter than
/// `header.length`.
pub fn frame(header: &Header, payload: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(header.encoded_len() + payload.len());
    append_frame(header, payload, &mut octets);
    octets
}

/// [`frame`], appended to `out`.
pub fn append_frame(header: &Header, payload: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&header.encode());
    let start = out.len();
    out.extend_from_slice(payload);
    if let Some(key) = header.mask {
        mask::apply(key, 0, &mut out[start..]);
    }
}
