//! `wscheck server`: tests servers.

use std::sync::Arc;

use tokio::runtime::Runtime;
use wscheck_run::{CancellationToken, run as play};

use super::echo::NAME;
use crate::args::ServerArgs;
use crate::capture::{Capture, conclude};
use crate::config::ServerConfig;
use crate::echo_server::EchoServer;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt;
use crate::recorder::Recorder;
use crate::terminal::Terminal;
use crate::wire_trace::WireTrace;

/// Where the reference server listens when nobody else is to be tested.
const REFERENCE_URL: &str = "ws://127.0.0.1:0/";

/// Plays the cases and tells what came of them.
///
/// # Errors
/// If the command line is at fault, no case is selected, or the results cannot
/// be kept.
pub fn run(args: &ServerArgs, terminal: &Arc<Terminal>) -> Result<Exit, Failure> {
    let mut config = ServerConfig::new(args)?;
    if config.verbose {
        config.plan.traces.push(WireTrace::new(terminal));
    }
    let capture = config.reports.capture(&config.plan.tool)?;
    config
        .plan
        .traces
        .extend(capture.clone().map(Capture::as_trace));
    Runtime::new().map_err(Failure::Starting)?.block_on(async {
        let cancel = CancellationToken::new();
        interrupt::cancels(&cancel).map_err(Failure::Starting)?;
        if config.plan.targets.is_empty() {
            let server = EchoServer::new(REFERENCE_URL.parse()?, NAME, None)?;
            let (address, serving) = server.start(CancellationToken::new()).await?;
            tokio::spawn(serving);
            config.add_reference_server(address);
        }
        let mut recorder = Recorder::new(config.recording(), terminal, cancel.clone());
        play(config.plan, &cancel, |event| recorder.take(event)).await;
        conclude(recorder, capture.as_deref(), terminal)
    })
}
