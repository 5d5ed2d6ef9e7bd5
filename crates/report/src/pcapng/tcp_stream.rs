//! One connection as the packets of TCP.

use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, SystemTime};

use etherparse::{IpHeaders, IpNumber, Ipv4Header, Ipv6Header, PacketBuilder, TcpHeader};
use etherparse::{Ipv4Extensions, Ipv6Extensions, TcpOptionElement};
use wscheck_wire::Role;

use super::{Interface, Pcapng};

/// The most octets of one packet: with its headers it stays below 64 KiB.
const MAX_PAYLOAD: usize = 60 * 1024;

/// Windows are this times 2 to the power of [`WINDOW_SCALE`]: nobody is ever
/// shown to send more than the other takes.
const WINDOW: u16 = u16::MAX;
const WINDOW_SCALE: u8 = 14;

const HOPS: u8 = 64;

/// What is known of a connection when it comes about.
#[derive(Debug, Clone)]
pub struct StreamInfo {
    /// What it was taken from.
    pub interface: Interface,
    /// The address of the client.
    pub client: SocketAddr,
    /// That of the server, of the same family.
    pub server: SocketAddr,
    /// When it came about: the times of what follows count from here.
    pub began: SystemTime,
    /// What it is, safe to show.
    pub comment: String,
}

/// A connection that goes on.
#[derive(Debug)]
pub struct TcpStream {
    interface: u32,
    began: SystemTime,
    client: Side,
    server: Side,
    was_reset: bool,
}

/// One end of it.
#[derive(Debug)]
struct Side {
    address: SocketAddr,
    /// The sequence number of what it sends next.
    next: u32,
    has_ended: bool,
}

impl Side {
    fn at(address: SocketAddr) -> Self {
        Self {
            address,
            next: 0,
            has_ended: false,
        }
    }
}

/// What a segment says beside its octets and its acknowledgement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Syn,
    SynAck,
    Data,
    Ack,
    Fin,
    Reset,
}

impl TcpStream {
    /// Writes how a connection comes about.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn open<W: Write>(info: &StreamInfo, to: &mut Pcapng<W>) -> io::Result<Self> {
        let mut stream = Self {
            interface: to.interface(info.interface)?,
            began: info.began,
            client: Side::at(info.client),
            server: Side::at(info.server),
            was_reset: false,
        };
        let zero = Duration::ZERO;
        let comment = Some(info.comment.as_str());
        stream.segment(Role::Client, Mark::Syn, zero, &[], comment, to)?;
        stream.segment(Role::Server, Mark::SynAck, zero, &[], None, to)?;
        stream.segment(Role::Client, Mark::Ack, zero, &[], None, to)?;
        Ok(stream)
    }

    /// Writes what `from` said.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn octets<W: Write>(
        &mut self,
        from: Role,
        at: Duration,
        octets: &[u8],
        to: &mut Pcapng<W>,
    ) -> io::Result<()> {
        for octets in octets.chunks(MAX_PAYLOAD) {
            self.segment(from, Mark::Data, at, octets, None, to)?;
        }
        Ok(())
    }

    /// Writes that `from` says nothing more, and that it was heard.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn fin<W: Write>(
        &mut self,
        from: Role,
        at: Duration,
        to: &mut Pcapng<W>,
    ) -> io::Result<()> {
        if self.was_reset || self.side(from).has_ended {
            return Ok(());
        }
        self.segment(from, Mark::Fin, at, &[], None, to)?;
        self.side(from).has_ended = true;
        self.segment(from.other(), Mark::Ack, at, &[], None, to)
    }

    /// Writes that `from` broke it off.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn reset<W: Write>(
        &mut self,
        from: Role,
        at: Duration,
        to: &mut Pcapng<W>,
    ) -> io::Result<()> {
        self.segment(from, Mark::Reset, at, &[], None, to)?;
        self.was_reset = true;
        Ok(())
    }

    fn side(&mut self, role: Role) -> &mut Side {
        match role {
            Role::Client => &mut self.client,
            Role::Server => &mut self.server,
        }
    }

    fn segment<W: Write>(
        &mut self,
        from: Role,
        mark: Mark,
        at: Duration,
        octets: &[u8],
        comment: Option<&str>,
        to: &mut Pcapng<W>,
    ) -> io::Result<()> {
        if self.was_reset {
            return Ok(());
        }
        let (source, acknowledged) = match from {
            Role::Client => (&mut self.client, &self.server),
            Role::Server => (&mut self.server, &self.client),
        };
        let header = header(source, acknowledged, mark)?;
        let taken =
            octets.len() + usize::from(matches!(mark, Mark::Syn | Mark::SynAck | Mark::Fin));
        source.next = source.next.wrapping_add(u32::try_from(taken).unwrap_or(0));
        let ip = ip(source.address.ip(), acknowledged.address.ip());
        let builder = PacketBuilder::ip(ip).tcp_header(header);
        let mut packet = Vec::with_capacity(builder.size(octets.len()));
        builder
            .write(&mut packet, octets)
            .map_err(io::Error::other)?;
        let at = self.began.checked_add(at).unwrap_or(self.began);
        to.packet(self.interface, at, &packet, comment)
    }
}

fn header(source: &Side, acknowledged: &Side, mark: Mark) -> io::Result<TcpHeader> {
    let (from, to) = (source.address.port(), acknowledged.address.port());
    let mut header = TcpHeader::new(from, to, source.next, WINDOW);
    header.syn = matches!(mark, Mark::Syn | Mark::SynAck);
    header.fin = mark == Mark::Fin;
    header.rst = mark == Mark::Reset;
    header.psh = mark == Mark::Data;
    if mark != Mark::Syn {
        header.ack = true;
        header.acknowledgment_number = acknowledged.next;
    }
    if header.syn {
        header
            .set_options(&[
                TcpOptionElement::MaximumSegmentSize(MAX_PAYLOAD as u16),
                TcpOptionElement::WindowScale(WINDOW_SCALE),
            ])
            .map_err(io::Error::other)?;
    }
    Ok(header)
}

/// The header between two addresses; lengths and checksums are filled in later.
fn ip(source: IpAddr, destination: IpAddr) -> IpHeaders {
    if let (IpAddr::V4(source), IpAddr::V4(destination)) = (source, destination) {
        let header = Ipv4Header {
            time_to_live: HOPS,
            protocol: IpNumber::TCP,
            source: source.octets(),
            destination: destination.octets(),
            ..Ipv4Header::default()
        };
        return IpHeaders::Ipv4(header, Ipv4Extensions::default());
    }
    let v6 = |address| match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    };
    let header = Ipv6Header {
        next_header: IpNumber::TCP,
        hop_limit: HOPS,
        source: v6(source),
        destination: v6(destination),
        ..Ipv6Header::default()
    };
    IpHeaders::Ipv6(header, Ipv6Extensions::default())
}
