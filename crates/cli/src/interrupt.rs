//! Ctrl-C, and being asked to end.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC as Signal, ctrl_c};
use wscheck_run::CancellationToken;

use crate::exit::Exit;

/// Lets Ctrl-C, and SIGTERM where there is one, cancel `token`; a second Ctrl-C
/// ends the program on the spot. From now on neither does so by itself. Call it
/// within a runtime.
///
/// # Errors
/// If the system does not let us listen.
pub fn cancels(token: &CancellationToken) -> io::Result<()> {
    let mut interrupted = interrupts()?;
    let mut asked = requests()?;
    let token = token.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = asked.recv() => {}
        }
        token.cancel();
        if interrupted.recv().await.is_some() {
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
    });
    Ok(())
}

#[cfg(unix)]
fn interrupts() -> io::Result<Signal> {
    signal(SignalKind::interrupt())
}

#[cfg(unix)]
fn requests() -> io::Result<Signal> {
    signal(SignalKind::terminate())
}

#[cfg(windows)]
fn interrupts() -> io::Result<Signal> {
    ctrl_c()
}

#[cfg(windows)]
fn requests() -> io::Result<tokio::signal::windows::CtrlShutdown> {
    tokio::signal::windows::ctrl_shutdown()
}
