//! `wscheck client`: tests clients.

use std::fs;
use std::sync::Arc;

use tokio::runtime::Runtime;
use wscheck_run::{CancellationToken, Listener, Service};

use crate::args::{ClientArgs, Format};
use crate::capture::{Capture, conclude};
use crate::client_config::{ClientConfig, base_url};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt;
use crate::pages::{Archive, Pages};
use crate::recorder::Recorder;
use crate::terminal::Terminal;
use crate::wire_trace::WireTrace;

/// Serves the cases, and tells what came of them.
///
/// # Errors
/// If the command line is at fault, no case is selected, nobody can listen
/// there, or the results cannot be kept.
pub fn run(args: &ClientArgs, terminal: &Arc<Terminal>) -> Result<Exit, Failure> {
    let mut config = ClientConfig::new(args)?;
    if config.recording.verbose {
        config.plan.traces.push(WireTrace::new(terminal));
    }
    let capture = config.recording.reports.capture(&config.plan.tool)?;
    config
        .plan
        .traces
        .extend(capture.clone().map(Capture::as_trace));
    if let Some((path, pem)) = config.certificate(args) {
        fs::write(path, pem).map_err(Failure::writing(path))?;
    }
    Runtime::new().map_err(Failure::Starting)?.block_on(async {
        let stop = CancellationToken::new();
        interrupt::cancels(&stop).map_err(Failure::Starting)?;
        let listener = Listener::bind(&config.address).await?;
        let url = base_url(listener.address());
        config.start_at(&url);
        tell_url(&config, &url, terminal)?;
        let archive = Arc::new(Archive::new(config.recording.out.clone()));
        config.plan.http = Arc::new(Pages::new(&config.plan.tool, Arc::clone(&archive)));
        let mut recorder = Recorder::new(config.recording, terminal, stop.clone()).noting(archive);
        let service = Service::new(config.plan, listener, config.tls, stop);
        service.run(|event| recorder.take(event)).await;
        conclude(recorder, capture.as_deref(), terminal)
    })
}

/// The URL goes to stdout, unless that is for JSON, and into a file on request.
fn tell_url(config: &ClientConfig, url: &str, terminal: &Terminal) -> Result<(), Failure> {
    if let Some(path) = &config.url_file {
        fs::write(path, format!("{url}\n")).map_err(Failure::writing(path))?;
    }
    match config.recording.format {
        Format::Text => terminal.out(&format!("{url}\n")),
        Format::Json => terminal.say(url),
    }
    if config.plan.testee.is_none() {
        terminal.say(&format!(
            "{} cases wait for clients{}; Ctrl-C ends it",
            config.plan.cases.len(),
            match url.strip_prefix("ws") {
                Some(rest) if !rest.starts_with('+') => {
                    format!(", and for browsers at http{rest}/")
                }
                _ => String::new(),
            }
        ));
    }
    Ok(())
}
