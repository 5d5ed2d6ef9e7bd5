//! The blocks of the format: little-endian, padded to four octets, their length
//! at both ends.

use std::time::Duration;

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const ENHANCED_PACKET: u32 = 6;

const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;

/// How often the length of a block stands in it.
const LENGTHS: usize = 2;

/// Options that several blocks have, or one.
const END_OF_OPTIONS: u16 = 0;
const COMMENT: u16 = 1;
const INTERFACE_NAME: u16 = 2;
const INTERFACE_DESCRIPTION: u16 = 3;
const SECTION_APPLICATION: u16 = 4;
const INTERFACE_TIME_RESOLUTION: u16 = 9;

/// Times count nanoseconds: 10 to the power of minus this.
const NANOSECONDS: u8 = 9;

/// A block that is being made.
pub(super) struct Block {
    kind: u32,
    body: Vec<u8>,
}

impl Block {
    /// The first block of a file.
    pub(super) fn section(application: &str) -> Vec<u8> {
        let mut block = Self::new(SECTION, 64);
        block.u32(BYTE_ORDER_MAGIC);
        block.u16(1);
        block.u16(0);
        // How long the section is: unknown, it is written as things happen.
        block.u32(u32::MAX);
        block.u32(u32::MAX);
        block.option(SECTION_APPLICATION, application.as_bytes());
        block.end()
    }

    /// What the packets of an interface are.
    pub(super) fn interface(link_type: u16, name: &str, description: &str) -> Vec<u8> {
        let mut block = Self::new(INTERFACE, 256);
        block.u16(link_type);
        block.u16(0);
        // The longest packet: no limit.
        block.u32(0);
        block.option(INTERFACE_NAME, name.as_bytes());
        block.option(INTERFACE_DESCRIPTION, description.as_bytes());
        block.option(INTERFACE_TIME_RESOLUTION, &[NANOSECONDS]);
        block.end()
    }

    /// A packet, and when it was seen, since 1970.
    pub(super) fn packet(
        interface: u32,
        at: Duration,
        packet: &[u8],
        comment: Option<&str>,
    ) -> Vec<u8> {
        let at = u64::try_from(at.as_nanos()).unwrap_or(u64::MAX);
        let length = u32::try_from(packet.len()).unwrap_or(u32::MAX);
        let mut block = Self::new(ENHANCED_PACKET, packet.len() + 64);
        block.u32(interface);
        block.u32((at >> 32) as u32);
        block.u32((at & u64::from(u32::MAX)) as u32);
        block.u32(length);
        block.u32(length);
        block.body.extend_from_slice(packet);
        block.pad();
        if let Some(comment) = comment {
            block.option(COMMENT, comment.as_bytes());
        }
        block.end()
    }

    fn new(kind: u32, room: usize) -> Self {
        Self {
            kind,
            body: Vec::with_capacity(room),
        }
    }

    fn u16(&mut self, value: u16) {
        self.body.extend_from_slice(&value.to_le_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.body.extend_from_slice(&value.to_le_bytes());
    }

    fn option(&mut self, code: u16, value: &[u8]) {
        let value = &value[..value.len().min(usize::from(u16::MAX))];
        self.u16(code);
        self.u16(u16::try_from(value.len()).unwrap_or(u16::MAX));
        self.body.extend_from_slice(value);
        self.pad();
    }

    fn pad(&mut self) {
        let whole = self.body.len().next_multiple_of(4);
        self.body.resize(whole, 0);
    }

    fn end(mut self) -> Vec<u8> {
        self.u16(END_OF_OPTIONS);
        self.u16(0);
        let length = size_of::<u32>() * (1 + LENGTHS) + self.body.len();
        let length = u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
        let mut octets = Vec::with_capacity(self.body.len() + 12);
        octets.extend_from_slice(&self.kind.to_le_bytes());
        octets.extend_from_slice(&length);
        octets.append(&mut self.body);
        octets.extend_from_slice(&length);
        octets
    }
}
