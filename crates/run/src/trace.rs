//! Who watches the connections of a run while they last.

use std::fmt;
use std::net::SocketAddr;
use std::time::SystemTime;

use wscheck_suite::case_id::CaseId;
use wscheck_wire::Role;

use crate::driver::Observer;
use crate::transport::Stream;

/// Watches the connections of the cases of a run, from several threads.
pub trait Trace: fmt::Debug + Send + Sync {
    /// A connection of a case came about. What passes on it is told to what is
    /// returned.
    fn watch(&self, connection: &ConnectionInfo<'_>) -> Box<dyn Observer + Send>;
}

/// What is known of a connection when it comes about.
#[derive(Debug, Clone)]
pub struct ConnectionInfo<'a> {
    /// The case that is played on it.
    pub case: CaseId,
    /// Which play of the case, from 1.
    pub attempt: u32,
    /// Which connection of the case, from 0.
    pub connection: usize,
    /// The name of the testee; empty while it is not known.
    pub agent: &'a str,
    /// Who we are.
    pub role: Role,
    /// When it came about: the moments that an observer is told count from here.
    pub began: SystemTime,
    /// What it runs over.
    pub carrier: Carrier,
    /// Our address, where there are addresses.
    pub local: Option<SocketAddr>,
    /// That of the testee.
    pub peer: Option<SocketAddr>,
}

/// What a connection runs over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Carrier {
    /// TCP.
    Tcp,
    /// TLS over TCP; an observer sees the plaintext.
    Tls,
    /// A unix socket.
    Unix,
}

impl Stream {
    /// What it is.
    pub fn carrier(&self) -> Carrier {
        match self {
            Self::Tcp(_) => Carrier::Tcp,
            #[cfg(unix)]
            Self::Unix(_) => Carrier::Unix,
            Self::Tls(_) => Carrier::Tls,
        }
    }

    /// Our address and that of the peer, as far as there are any.
    pub fn addresses(&self) -> (Option<SocketAddr>, Option<SocketAddr>) {
        let tcp = match self {
            Self::Tcp(tcp) => tcp,
            #[cfg(unix)]
            Self::Unix(_) => return (None, None),
            Self::Tls(tls) => tls.get_ref().0,
        };
        (tcp.local_addr().ok(), tcp.peer_addr().ok())
    }
}
