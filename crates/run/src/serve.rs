//! The reference server: whatever it hears it sends back.

use std::io;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wscheck_wire::{Echo, EndpointConfig};

use crate::driver::drive;
use crate::listen::{Listener, accept_all, secure};
use crate::tls::ServerTls;
use crate::transport::Stream;

/// Echoes to whoever connects, over TLS if there is one, until `shutdown` is
/// cancelled; then drops all connections.
pub async fn serve_echo(
    listener: Listener,
    tls: Option<ServerTls>,
    config: EndpointConfig,
    shutdown: CancellationToken,
) {
    let serving = accept_all(&listener, |stream, _| {
        let (tls, config) = (tls.clone(), config.clone());
        // A client that fails at TLS has been told so by TLS.
        async move { drop(echo(stream, tls.as_ref(), config).await) }
    });
    shutdown.run_until_cancelled(serving).await;
}

async fn echo(stream: Stream, tls: Option<&ServerTls>, config: EndpointConfig) -> io::Result<()> {
    let stream = secure(stream, tls).await?;
    let mut echo = Echo::server(config);
    drive(stream, &mut echo, Instant::now(), &mut ()).await;
    Ok(())
}
