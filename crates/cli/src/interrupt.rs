//! Ctrl-C.

use tokio::signal;
use wscheck_run::CancellationToken;

/// Lets the first Ctrl-C cancel `token`. The second one ends the program as it
/// would have without us. Call it within a runtime.
pub fn cancels(token: &CancellationToken) {
    let token = token.clone();
    tokio::spawn(async move {
        if signal::ctrl_c().await.is_ok() {
            token.cancel();
        }
        if signal::ctrl_c().await.is_ok() {
            std::process::exit(i32::from(crate::exit::Exit::Interrupted.code()));
        }
    });
}
