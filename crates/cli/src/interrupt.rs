//! Ctrl-C, and being asked to end.

use tokio::signal;
use wscheck_run::CancellationToken;

use crate::exit::Exit;

/// Lets the first Ctrl-C cancel `token`; the second one ends the program on the
/// spot. Call it within a runtime.
pub fn cancels(token: &CancellationToken) {
    let token = token.clone();
    tokio::spawn(async move {
        if signal::ctrl_c().await.is_ok() {
            token.cancel();
        }
        if signal::ctrl_c().await.is_ok() {
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
    });
}

/// Lets Ctrl-C and SIGTERM cancel `token`. Call it within a runtime.
pub fn or_termination_cancels(token: &CancellationToken) {
    cancels(token);
    #[cfg(unix)]
    if let Ok(mut asked) = signal::unix::signal(signal::unix::SignalKind::terminate()) {
        let token = token.clone();
        tokio::spawn(async move {
            asked.recv().await;
            token.cancel();
        });
    }
}
