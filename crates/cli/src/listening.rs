//! Where we listen, as users write it.

use std::path::Path;

use wscheck_run::{Address, Place, ServerTls};

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

/// The place of a URL, or the same port of another host.
///
/// # Errors
/// If the URL is none.
pub fn at_host(url: &str, host: Option<&str>) -> Result<Address, Failure> {
    let address: Address = url.parse()?;
    Ok(match (address.place(), host) {
        (Place::Tcp { port, tls, .. }, Some(host)) => {
            let host = host.trim_matches(['[', ']']).to_owned();
            let (port, tls) = (*port, *tls);
            Address::new(Place::Tcp { host, port, tls }, address.resource())
        }
        _ => address,
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_host_keeps_all_else() {
        for (url, host, at) in [
            ("ws://127.0.0.1:9001", None, "ws://127.0.0.1:9001/"),
            ("ws://127.0.0.1:9001", Some("0.0.0.0"), "ws://0.0.0.0:9001/"),
            ("wss://a:1/b", Some("[::]"), "wss://[::]:1/b"),
            ("wss://a:1/b", Some("::"), "wss://[::]:1/b"),
            ("ws+unix:/run/a.sock", Some("::"), "ws+unix:/run/a.sock:/"),
        ] {
            assert_eq!(at_host(url, host).unwrap().to_string(), at);
        }
        assert!(at_host("http://a", Some("::")).is_err());
    }
}
