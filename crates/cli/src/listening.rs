//! Where we listen, as users write it.

use std::path::Path;

use wscheck_run::{Address, ServerTls};

use crate::failure::Failure;

/// A place to listen at. It may be given in short: `127.0.0.1:9001`.
///
/// # Errors
/// If it is none, or does not go with TLS that is asked for.
pub fn address(listen: &str, tls: bool) -> Result<Address, Failure> {
    let scheme = if tls { "wss" } else { "ws" };
    let is_url = listen.contains("://") || listen.starts_with("ws+unix:");
    let address: Address = if is_url {
        listen.parse()?
    } else {
        format!("{scheme}://{listen}").parse()?
    };
    if tls && !address.is_tls() {
        return Err(
            Failure::argument(format!("--tls does not go with --listen {listen}"))
                .advising("--listen 127.0.0.1:9443 --tls"),
        );
    }
    Ok(address)
}

/// The TLS of a server at `address`, if that wants any: by these files, the
/// certificate and its key, or self-made where there are none.
///
/// # Errors
/// If the files are not what they should be.
pub fn tls(address: &Address, files: Option<(&Path, &Path)>) -> Result<Option<ServerTls>, Failure> {
    let tls = match files {
        _ if !address.is_tls() => return Ok(None),
        Some((certificate, key)) => ServerTls::from_files(certificate, key)?,
        None => ServerTls::self_made(&[address.server_name(), "localhost", "127.0.0.1", "::1"])?,
    };
    Ok(Some(tls))
}
