//! We are the client.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

#[cfg(unix)]
use tokio::net::UnixStream;
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::time::{Instant, timeout};

use crate::address::{Address, Place};
use crate::error::CouldNotTest;
use crate::tls::{self, ClientTls};
use crate::transport::Stream;

/// How long one address may take to answer, unless told otherwise.
pub const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// How to reach a server.
#[derive(Debug, Clone)]
pub struct Dialler {
    /// The local address to dial from.
    pub local: Option<IpAddr>,
    /// How to speak TLS, where the address wants it; if not given, as this
    /// system trusts.
    pub tls: Option<ClientTls>,
    /// How long each step may take: one address of the name, and then TLS.
    pub limit: Duration,
}

impl Default for Dialler {
    fn default() -> Self {
        Self {
            local: None,
            tls: None,
            limit: CONNECT_LIMIT,
        }
    }
}

/// A connection that was dialled.
#[derive(Debug)]
pub struct Dialled {
    /// The connection.
    pub stream: Stream,
    /// The moment at which it came about.
    pub started: Instant,
}

impl Dialler {
    /// Dials. Of a name with several addresses the first that answers is
    /// taken.
    ///
    /// # Errors
    /// If there is no connection; of several addresses the last one's reason.
    pub async fn dial(&self, address: &Address) -> Result<Dialled, CouldNotTest> {
        let stream = match address.place() {
            Place::Tcp { host, port, tls } => {
                let tcp = self.dial_name(host, *port).await?;
                if *tls {
                    self.secure(tcp, address).await?
                } else {
                    Stream::Tcp(tcp)
                }
            }
            Place::Unix { path } => self.dial_unix(path).await?,
        };
        Ok(Dialled {
            stream,
            started: Instant::now(),
        })
    }

    /// Whether anyone answers there at all. TLS is not asked for.
    pub(crate) async fn knock(&self, address: &Address) -> bool {
        match address.place() {
            Place::Tcp { host, port, .. } => self.dial_name(host, *port).await.is_ok(),
            Place::Unix { path } => self.dial_unix(path).await.is_ok(),
        }
    }

    async fn dial_name(&self, host: &str, port: u16) -> Result<TcpStream, CouldNotTest> {
        let unresolved = |why: String| CouldNotTest::Unresolved {
            host: host.to_owned(),
            why,
        };
        let addresses = lookup_host((host, port))
            .await
            .map_err(|error| unresolved(error.to_string()))?;
        let mut failure = unresolved("it has no address".to_owned());
        for address in addresses {
            match self
                .bounded(address.to_string(), self.dial_tcp(address))
                .await
            {
                Ok(stream) => return Ok(stream),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    async fn dial_tcp(&self, address: SocketAddr) -> io::Result<TcpStream> {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4(),
            SocketAddr::V6(_) => TcpSocket::new_v6(),
        }?;
        if let Some(local) = self.local {
            socket.bind((local, 0).into())?;
        }
        let stream = socket.connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    async fn secure(&self, tcp: TcpStream, address: &Address) -> Result<Stream, CouldNotTest> {
        let failed = |why: String| CouldNotTest::Tls {
            at: address.host_header(),
            why,
        };
        let tls = self.tls.clone().map_or_else(ClientTls::system, Ok);
        let tls = tls.map_err(|error| CouldNotTest::Local {
            what: "set up TLS".to_owned(),
            why: error.to_string(),
        })?;
        match timeout(self.limit, tls.connect(tcp, address.server_name())).await {
            Ok(Ok(stream)) => Ok(Stream::Tls(Box::new(stream))),
            Ok(Err(error)) => Err(failed(tls::failure(&error))),
            Err(_) => Err(failed(format!("no answer within {:?}", self.limit))),
        }
    }

    #[cfg(unix)]
    async fn dial_unix(&self, path: &Path) -> Result<Stream, CouldNotTest> {
        let connect = UnixStream::connect(path);
        let stream = self.bounded(path.display().to_string(), connect).await?;
        Ok(Stream::Unix(stream))
    }

    #[cfg(not(unix))]
    async fn dial_unix(&self, path: &Path) -> Result<Stream, CouldNotTest> {
        Err(CouldNotTest::Local {
            what: format!("dial the unix socket {}", path.display()),
            why: "this system has none".to_owned(),
        })
    }

    async fn bounded<S>(
        &self,
        at: String,
        connect: impl Future<Output = io::Result<S>>,
    ) -> Result<S, CouldNotTest> {
        match timeout(self.limit, connect).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(error)) => Err(CouldNotTest::connecting(at, &error)),
            Err(_) => Err(CouldNotTest::TimedOut {
                at,
                after: self.limit,
            }),
        }
    }
}
