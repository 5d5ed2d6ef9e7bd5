//! The mode testeeclient: the reference client against a fuzzing server.

use wscheck_run::{Address, CancellationToken, ClientTls, EchoClient, Trust};
use wscheck_wire::Role;

use super::TOOL;
use crate::args::wstest::Wstest;
use crate::config::random;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::fault_name;
use crate::interrupt;
use crate::terminal::Terminal;

/// Where a fuzzing server is expected.
const SERVER: &str = "ws://127.0.0.1:9001";

/// Runs every case of the server, one after another.
///
/// # Errors
/// If there is no such server.
pub fn run(args: &Wstest, terminal: &Terminal) -> Result<Exit, Failure> {
    let server: Address = args.wsuri.as_deref().unwrap_or(SERVER).parse()?;
    let agent = args.ident.clone().unwrap_or_else(|| TOOL.to_owned());
    let mut client = EchoClient::new(server, agent);
    // RFC 6455 §4.1: a key "MUST be selected randomly for each connection".
    client.seed = random();
    client.fault = fault_name::find(args.fault.as_deref(), Role::Client)?;
    if client.server.is_tls() {
        client.dialler.tls = Some(ClientTls::new(&Trust::Anyone, None)?);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::Starting)?;
    runtime.block_on(async {
        let stop = CancellationToken::new();
        interrupt::cancels(&stop).map_err(Failure::Starting)?;
        let running = client.run(|case, count| {
            terminal.out(&format!("case {case} of {count}\n"));
        });
        match stop.run_until_cancelled(running).await {
            None => Ok(Exit::Interrupted),
            Some(Ok(count)) => {
                terminal.out(&format!("{count} cases are done\n"));
                Ok(Exit::AsExpected)
            }
            Some(Err(fault)) => Err(Failure::CouldNotTest {
                problem: fault.to_string(),
                hint: Some("-w URL names a fuzzing server that runs".to_owned()),
            }),
        }
    })
}
