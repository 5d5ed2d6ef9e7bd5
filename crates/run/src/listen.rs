//! Where we are the server.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::address::{Address, Place};
use crate::tls::ServerTls;
use crate::transport::Stream;

/// The most connections at a time; further clients wait to be accepted.
pub const MAX_CONNECTIONS: usize = 10_000;

/// How long to wait before accepting again when the system has no more to
/// give, such as file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How long a client may take for its part of TLS.
const TLS_LIMIT: Duration = Duration::from_secs(5);

/// Why we cannot listen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("we cannot listen at {address}: {why}")]
pub struct CouldNotListen {
    /// Where.
    pub address: String,
    /// What the system said.
    pub why: String,
}

/// A port, or a unix socket, at which clients are accepted. The file of a unix
/// socket is removed when the listener is dropped.
#[derive(Debug)]
pub struct Listener {
    socket: Socket,
    address: Address,
}

#[derive(Debug)]
enum Socket {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener),
}

impl Listener {
    /// Listens at `address`; port 0 means any free one. A socket file that
    /// nobody listens at any more is replaced.
    ///
    /// # Errors
    /// If the system does not let us.
    pub async fn bind(address: &Address) -> Result<Self, CouldNotListen> {
        let bound = match address.place() {
            Place::Tcp { host, port, tls } => bind_tcp(host, *port, *tls).await,
            Place::Unix { path } => bind_unix(path).await,
        };
        let (socket, place) = bound.map_err(|error| CouldNotListen {
            address: address.to_string(),
            why: error.to_string(),
        })?;
        Ok(Self {
            socket,
            address: Address::new(place, address.resource()),
        })
    }

    /// Where we listen, with the port that was found.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Waits for the next client: its connection, and its address if it has
    /// one.
    async fn accept(&self) -> io::Result<(Stream, Option<SocketAddr>)> {
        match &self.socket {
            Socket::Tcp(listener) => {
                let (tcp, peer) = listener.accept().await?;
                tcp.set_nodelay(true)?;
                Ok((Stream::Tcp(tcp), Some(peer)))
            }
            #[cfg(unix)]
            Socket::Unix(listener) => Ok((Stream::Unix(listener.accept().await?.0), None)),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(path) = self.address.unix_path() {
            // If it cannot be removed, the next to bind replaces it.
            drop(std::fs::remove_file(path));
        }
    }
}

async fn bind_tcp(host: &str, port: u16, tls: bool) -> io::Result<(Socket, Place)> {
    let listener = TcpListener::bind((host, port)).await?;
    let place = Place::Tcp {
        host: host.to_owned(),
        port: listener.local_addr()?.port(),
        tls,
    };
    Ok((Socket::Tcp(listener), place))
}

#[cfg(unix)]
async fn bind_unix(path: &Path) -> io::Result<(Socket, Place)> {
    let listener = match UnixListener::bind(path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            match UnixStream::connect(path).await {
                Err(refused) if refused.kind() == io::ErrorKind::ConnectionRefused => {
                    std::fs::remove_file(path)?;
                    UnixListener::bind(path)?
                }
                _ => return Err(error),
            }
        }
        bound => bound?,
    };
    let path = path.to_owned();
    Ok((Socket::Unix(listener), Place::Unix { path }))
}

#[cfg(not(unix))]
async fn bind_unix(_path: &Path) -> io::Result<(Socket, Place)> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Serves each client by a task of its own, for ever. When this is dropped, all
/// connections are.
pub(crate) async fn accept_all<F>(
    listener: &Listener,
    serve: impl Fn(Stream, Option<SocketAddr>) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        // The semaphore is never closed, so there is always a permit in the end.
        let permit = Arc::clone(&room).acquire_owned().await;
        match listener.accept().await {
            Ok((stream, peer)) => {
                let serving = serve(stream, peer);
                connections.spawn(async move {
                    serving.await;
                    drop(permit);
                });
            }
            // The client is gone again; the next one may not be.
            Err(error) if is_about_client(&error) => {}
            Err(_) => sleep(ACCEPT_PAUSE).await,
        }
    }
}

fn is_about_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}

/// Puts TLS over a connection that was accepted, if it is to be.
pub(crate) async fn secure(stream: Stream, tls: Option<&ServerTls>) -> io::Result<Stream> {
    match (stream, tls) {
        (Stream::Tcp(tcp), Some(tls)) => {
            let tls = timeout(TLS_LIMIT, tls.accept(tcp)).await??;
            Ok(Stream::Tls(Box::new(tls)))
        }
        (stream, _) => Ok(stream),
    }
}
