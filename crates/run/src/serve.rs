//! The reference server: whatever it hears it sends back.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use wscheck_wire::{Echo, EndpointConfig};

use crate::driver::drive;
use crate::listen::{Listener, secure};
use crate::tls::ServerTls;
use crate::transport::Stream;

/// The most connections at a time; further clients wait to be accepted.
pub const MAX_CONNECTIONS: usize = 10_000;

/// How long to wait before accepting again when the system has no more to
/// give, such as file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Echoes to whoever connects, over TLS if there is one, until `shutdown` is
/// cancelled; then drops all connections.
pub async fn serve_echo(
    listener: Listener,
    tls: Option<ServerTls>,
    config: EndpointConfig,
    shutdown: CancellationToken,
) {
    let serving = accept_all(&listener, tls, config);
    shutdown.run_until_cancelled(serving).await;
}

async fn accept_all(listener: &Listener, tls: Option<ServerTls>, config: EndpointConfig) {
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        // The semaphore is never closed, so there is always a permit in the end.
        let permit = Arc::clone(&room).acquire_owned().await;
        match listener.accept().await {
            Ok(stream) => {
                let (tls, config) = (tls.clone(), config.clone());
                connections.spawn(async move {
                    // A client that fails at TLS has been told so by TLS.
                    drop(echo(stream, tls.as_ref(), config).await);
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

async fn echo(stream: Stream, tls: Option<&ServerTls>, config: EndpointConfig) -> io::Result<()> {
    let stream = secure(stream, tls).await?;
    let mut echo = Echo::server(config);
    drive(stream, &mut echo, Instant::now(), &mut ()).await;
    Ok(())
}
