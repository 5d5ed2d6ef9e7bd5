//! The modes echoserver and testeeserver: the reference server.

use wscheck_wire::Role;

use super::TOOL;
use crate::args::wstest::Wstest;
use crate::echo_server::EchoServer;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::fault_name;
use crate::listening;
use crate::terminal::Terminal;

/// Serves at the URL of the command line until it is stopped.
///
/// # Errors
/// If there is no URL, nobody can listen there, or a file of TLS is at fault.
pub fn run(args: &Wstest, terminal: &Terminal) -> Result<Exit, Failure> {
    let Some(url) = &args.wsuri else {
        return Err(
            Failure::argument("this mode needs -w, the URL to listen at")
                .advising("-w ws://127.0.0.1:9001"),
        );
    };
    let address = listening::at_host(url, args.host.as_deref())?;
    let files = args.cert.as_deref().zip(args.key.as_deref());
    if files.is_some() && !address.is_tls() {
        terminal.warn("-k and -c are not used: the URL of -w does not begin with wss://");
    }
    let mut server = EchoServer::new(address, TOOL, files)?;
    server.fault = fault_name::find(args.fault.as_deref(), Role::Server)?;
    server.serve(terminal)
}
