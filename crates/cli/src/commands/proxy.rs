//! `wscheck proxy`: tests a proxy.

use std::sync::Arc;

use tokio::runtime::Runtime;
use wscheck_run::{CancellationToken, Listener, run_through};

use crate::args::ProxyArgs;
use crate::capture::{Capture, conclude};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt;
use crate::proxy_config::ProxyConfig;
use crate::recorder::Recorder;
use crate::terminal::Terminal;
use crate::wire_trace::WireTrace;

/// Plays the cases through the proxy and tells what came of them.
///
/// # Errors
/// If the command line is at fault, no case is selected, we cannot listen, or
/// the results cannot be kept.
pub fn run(args: &ProxyArgs, terminal: &Arc<Terminal>) -> Result<Exit, Failure> {
    let mut config = ProxyConfig::new(args)?;
    if config.recording.verbose {
        config.plan.traces.push(WireTrace::new(terminal));
    }
    let capture = config.recording.reports.capture(&config.info().tool)?;
    config
        .plan
        .traces
        .extend(capture.clone().map(Capture::as_trace));
    Runtime::new().map_err(Failure::Starting)?.block_on(async {
        let cancel = CancellationToken::new();
        interrupt::cancels(&cancel).map_err(Failure::Starting)?;
        let listener = Listener::bind(&config.listen).await?;
        config.listens_at(listener.address());
        let at = listener.address().host_header();
        terminal.say(&format!("the proxy has to forward to {at}"));
        let mut recorder = Recorder::new(config.recording, terminal, cancel.clone());
        run_through(config.plan, listener, &cancel, |event| recorder.take(event)).await;
        conclude(recorder, capture.as_deref(), terminal)
    })
}
