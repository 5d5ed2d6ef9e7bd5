//! `wscheck echo`: the reference server, with a fault if one is asked for.

use std::fs;

use wscheck_wire::Role;

use crate::args::EchoArgs;
use crate::echo_server::EchoServer;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::fault_name;
use crate::listening;
use crate::terminal::Terminal;

/// What the reference server calls itself.
pub const NAME: &str = concat!("wscheck/", env!("CARGO_PKG_VERSION"));

/// Serves until it is stopped.
///
/// # Errors
/// If nobody can listen there, or a file of TLS is at fault.
pub fn run(args: &EchoArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    if args.list_faults {
        terminal.out(&fault_name::table());
        return Ok(Exit::AsExpected);
    }
    let files = args.cert.as_deref().zip(args.key.as_deref());
    let mut server = EchoServer::new(listening::address(&args.listen, args.tls)?, NAME, files)?;
    server.fault = fault_name::find(args.fault.as_deref(), Role::Server)?;
    if args.no_compression {
        server.deflate = None;
    }
    if let Some(path) = &args.write_cert
        && let Some(pem) = server.tls.as_ref().and_then(|tls| tls.certificate_pem())
    {
        fs::write(path, pem).map_err(Failure::writing(path))?;
    }
    server.serve(terminal)
}
