//! The connections of a run as packets, in a file that Wireshark opens.
//!
//! What a run knows of a connection is the octets that its sockets took and
//! gave, and when. The IP and TCP headers around them are made up, with the
//! addresses that the connection really had and with sequence numbers that fit:
//! a packet stands for one write or one read, not for what the network made of
//! it. Each block is one write to the file, so a run that is killed leaves all
//! that happened before.
//!
//! The headers and their checksums are etherparse's. Of the file's format three
//! blocks are needed, and they are written here: pcap-file, which has them all,
//! writes nanoseconds whatever resolution the interface declares (2.0.0).

mod block;
mod stored;
mod tcp_stream;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::{Duration, SystemTime};

use block::Block;
pub use stored::{Untold, write_stored};
pub use tcp_stream::{StreamInfo, TcpStream};

/// Packets that begin with their IP header, of either version: `LINKTYPE_RAW`.
const LINKTYPE_RAW: u16 = 101;

/// What packets are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Interface {
    /// TCP.
    Tcp,
    /// TLS over TCP: its plaintext.
    Tls,
    /// A unix socket.
    Unix,
    /// The logs of stored results.
    Stored,
}

impl Interface {
    fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Tls => "tls-plaintext",
            Self::Unix => "unix",
            Self::Stored => "stored",
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Tcp => {
                "octets as the sockets took and gave them; \
                 IP and TCP headers are made up around them, the addresses are real"
            }
            Self::Tls => {
                "THE PLAINTEXT of TLS connections, not what went over the network; \
                 IP and TCP headers are made up around it, the addresses are real"
            }
            Self::Unix => {
                "octets of unix sockets; IP and TCP headers and all addresses are made up"
            }
            Self::Stored => {
                "octets from the logs of stored results; \
                 IP and TCP headers and all addresses are made up"
            }
        }
    }
}

/// Writes packets.
#[derive(Debug)]
pub struct Pcapng<W> {
    to: W,
    interfaces: BTreeMap<Interface, u32>,
}

impl<W: Write> Pcapng<W> {
    /// Begins a file; `tool` is who writes it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn new(mut to: W, tool: &str) -> io::Result<Self> {
        to.write_all(&Block::section(tool))?;
        Ok(Self {
            to,
            interfaces: BTreeMap::new(),
        })
    }

    /// What was written to.
    pub fn into_inner(self) -> W {
        self.to
    }

    /// The number of an interface, which is described before its first packet.
    fn interface(&mut self, interface: Interface) -> io::Result<u32> {
        if let Some(number) = self.interfaces.get(&interface) {
            return Ok(*number);
        }
        let number = u32::try_from(self.interfaces.len()).unwrap_or(u32::MAX);
        let (name, description) = (interface.name(), interface.description());
        let block = Block::interface(LINKTYPE_RAW, name, description);
        self.to.write_all(&block)?;
        self.interfaces.insert(interface, number);
        Ok(number)
    }

    fn packet(
        &mut self,
        interface: u32,
        at: SystemTime,
        packet: &[u8],
        comment: Option<&str>,
    ) -> io::Result<()> {
        let at = at.duration_since(SystemTime::UNIX_EPOCH);
        let at = at.unwrap_or(Duration::ZERO);
        let block = Block::packet(interface, at, packet, comment);
        self.to.write_all(&block)
    }
}

#[cfg(test)]
mod tests;
