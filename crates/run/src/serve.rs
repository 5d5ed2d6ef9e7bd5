//! The reference server: whatever it hears it sends back.

use std::io;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wscheck_wire::fault::{Fault, FaultyPeer};
use wscheck_wire::{Conversation, Echo, EndpointConfig};

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
    let make = || Echo::server(config.clone());
    serve(listener, tls, make, shutdown).await;
}

/// The same, but each connection has one fault.
pub async fn serve_faulty(
    listener: Listener,
    tls: Option<ServerTls>,
    config: EndpointConfig,
    fault: Fault,
    shutdown: CancellationToken,
) {
    let make = || FaultyPeer::server(&fault, config.clone());
    serve(listener, tls, make, shutdown).await;
}

async fn serve<C: Conversation + Send + 'static>(
    listener: Listener,
    tls: Option<ServerTls>,
    make: impl Fn() -> C,
    shutdown: CancellationToken,
) {
    let serving = accept_all(&listener, |stream, _| {
        let (tls, mut conversation) = (tls.clone(), make());
        // A client that fails at TLS has been told so by TLS.
        async move { drop(hold(stream, tls.as_ref(), &mut conversation).await) }
    });
    shutdown.run_until_cancelled(serving).await;
}

async fn hold(
    stream: Stream,
    tls: Option<&ServerTls>,
    conversation: &mut impl Conversation,
) -> io::Result<()> {
    let stream = secure(stream, tls).await?;
    drive(stream, conversation, Instant::now(), &mut ()).await;
    Ok(())
}
