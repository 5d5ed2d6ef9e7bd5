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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{LengthForm, Opcode};

    #[test]
    fn the_payload_need_not_have_the_announced_length() {
        let header = Header {
            fin: true,
            rsv: 0,
            opcode: Opcode::TEXT,
            mask: Some([1, 0, 0, 0]),
            length: 9,
            length_form: LengthForm::Short,
        };
        assert_eq!(
            frame(&header, b"ab"),
            [0x81, 0x89, 1, 0, 0, 0, b'a' ^ 1, b'b']
        );
        assert_eq!(frame(&header, b""), [0x81, 0x89, 1, 0, 0, 0]);
    }
}
