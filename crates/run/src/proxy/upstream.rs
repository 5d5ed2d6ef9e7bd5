//! Where the proxy finds us.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::listen::{Listener, accept_all};
use crate::transport::Stream;

/// How many connections may wait until a case takes them.
const WAITING: usize = 64;

/// The connections that come in behind the proxy.
pub(super) struct Upstream {
    coming: mpsc::Receiver<(Stream, Instant)>,
    at: String,
    accepting: JoinHandle<()>,
}

impl Upstream {
    /// Accepts from now on.
    pub(super) fn open(listener: Listener) -> Self {
        let (sender, coming) = mpsc::channel(WAITING);
        let sender = Arc::new(sender);
        let at = listener.address().host_header();
        let accepting = tokio::spawn(async move {
            accept_all(&listener, |stream, _| {
                let sender = Arc::clone(&sender);
                async move {
                    // Who does not find room is one too many, and is dropped.
                    drop(sender.try_send((stream, Instant::now())));
                }
            })
            .await;
        });
        Self {
            coming,
            at,
            accepting,
        }
    }

    /// Where we listen.
    pub(super) fn at(&self) -> &str {
        &self.at
    }

    /// The next connection.
    pub(super) async fn next(&mut self) -> Option<(Stream, Instant)> {
        self.coming.recv().await
    }

    /// Drops what came for nobody.
    pub(super) fn clear(&mut self) {
        while self.coming.try_recv().is_ok() {}
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}
