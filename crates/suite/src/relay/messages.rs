//! What a stream says as messages, however they stand in frames.

use sha2::{Digest, Sha256};
use wscheck_wire::{Decoder, Event, Header};

/// The messages of a stream while it grows: their kind, reserved bits and
/// content. How they are fragmented and masked does not count (RFC 6455 §5.4),
/// nor does where among the fragments a control frame stands.
#[derive(Debug, Clone, Default)]
pub(super) struct MessagesSeen {
    decoder: Decoder,
    header: Option<Header>,
    data: Sha256,
    control: Sha256,
    messages: u64,
}

impl MessagesSeen {
    pub(super) fn push(&mut self, octets: &[u8]) {
        let mut octets = octets.to_vec();
        let mut rest = &mut octets[..];
        let mut decoder = std::mem::take(&mut self.decoder);
        while let Some(event) = decoder.decode(&mut rest) {
            match event {
                Event::HeaderStart(_) => {}
                Event::Header(header) => {
                    let what = [header.opcode.bits(), header.rsv];
                    if header.opcode.is_control() {
                        self.control.update(what);
                    } else if header.opcode.bits() != 0 {
                        self.data.update(what);
                    }
                    self.header = Some(header);
                }
                Event::Payload(octets) => match self.is_control() {
                    true => self.control.update(&*octets),
                    false => self.data.update(&*octets),
                },
                Event::FrameEnd => self.end_frame(),
            }
        }
        self.decoder = decoder;
    }

    fn is_control(&self) -> bool {
        let header = self.header.as_ref();
        header.is_some_and(|header| header.opcode.is_control())
    }

    fn end_frame(&mut self) {
        // No content holds its own length: messages do not run together.
        let length = self.header.as_ref().map_or(0, |header| header.length);
        if self.is_control() {
            self.control.update(length.to_be_bytes());
        } else if self.header.take().is_some_and(|header| header.fin) {
            self.messages += 1;
            self.data.update(self.messages.to_be_bytes());
        }
    }

    /// The messages as octets to compare; `None` where the stream is none of
    /// whole frames, or has no message.
    pub(super) fn digest(&self) -> Option<Vec<u8>> {
        if self.messages == 0 || self.decoder.in_frame() {
            return None;
        }
        let (data, control) = (self.data.clone(), self.control.clone());
        Some([data.finalize(), control.finalize()].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(octets: &[u8], at_a_time: usize) -> Option<Vec<u8>> {
        let mut seen = MessagesSeen::default();
        for part in octets.chunks(at_a_time) {
            seen.push(part);
        }
        seen.digest()
    }

    #[test]
    fn fragments_and_masks_do_not_count_and_all_else_does() {
        let whole = b"\x81\x02hi\x89\x01p";
        let same: [&[u8]; 3] = [
            b"\x01\x01h\x89\x01p\x80\x01i",
            b"\x81\x82\x00\x00\x00\x00hi\x89\x01p",
            b"\x89\x01p\x81\x02hi",
        ];
        for octets in same {
            for at_a_time in [1, 3, 100] {
                assert_eq!(digest(octets, at_a_time), digest(whole, 2), "{octets:?}");
            }
        }
        let others: [&[u8]; 6] = [
            b"\x82\x02hi\x89\x01p",
            b"\xc1\x02hi\x89\x01p",
            b"\x81\x02ho\x89\x01p",
            b"\x81\x01h\x81\x01i\x89\x01p",
            b"\x81\x02hi\x89\x01q",
            b"\x81\x02hi",
        ];
        for octets in others {
            assert_ne!(digest(octets, 100), digest(whole, 100), "{octets:?}");
        }
        assert_eq!(digest(b"\x81\x02h", 100), None);
        assert_eq!(digest(b"\x89\x00", 100), None);
    }
}
