//! The modes of `wstest`.

mod echo_server;
mod fuzzing_client;
mod fuzzing_server;
pub(crate) mod patterns;
pub mod server_spec;
pub mod spec;
mod testee_client;

use std::sync::Arc;

use clap::ValueEnum;

use crate::args::wstest::{Mode, Wstest};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::terminal::Terminal;

/// What this program calls itself, in results and to its peers.
const TOOL: &str = concat!("wstest/", env!("CARGO_PKG_VERSION"));

/// Does what the mode says.
///
/// # Errors
/// If the command line or the spec is at fault, or nobody can be tested.
pub fn run(args: &Wstest, terminal: &Arc<Terminal>) -> Result<Exit, Failure> {
    if args.autobahnversion {
        terminal.out(concat!("wstest ", env!("CARGO_PKG_VERSION"), "\n"));
        return Ok(Exit::AsExpected);
    }
    let Some(mode) = args.mode else {
        return Err(Failure::argument("a mode is needed, and none was given")
            .advising("`wstest -m fuzzingclient`; `wstest --help` shows all modes"));
    };
    match mode {
        Mode::FuzzingClient => fuzzing_client::run(args, terminal),
        Mode::TesteeServer | Mode::EchoServer => echo_server::run(args, terminal),
        Mode::FuzzingServer => fuzzing_server::run(args, terminal),
        Mode::TesteeClient => testee_client::run(args, terminal),
        Mode::EchoClient
        | Mode::BroadcastServer
        | Mode::BroadcastClient
        | Mode::MassConnect
        | Mode::Serializer => Err(not_built(mode)),
    }
}

fn not_built(mode: Mode) -> Failure {
    let name = mode.to_possible_value();
    let name = name.as_ref().map_or("", |value| value.get_name());
    Failure::argument(format!("the mode {name} is not built yet")).advising(
        "fuzzingclient, fuzzingserver, testeeclient, testeeserver and echoserver are there",
    )
}
