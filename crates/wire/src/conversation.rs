//! The five verbs of every object that talks without doing I/O.

use std::time::Duration;

/// A moment, counted from the moment at which the transport was connected.
pub type Moment = Duration;

/// How the peer's direction of the transport came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Eof {
    /// The peer ended the stream in order: FIN, or TLS `close_notify`.
    Fin,
    /// The transport broke: RST, a time-out of the network, an I/O error.
    Reset,
    /// TLS ended without `close_notify`.
    Truncated,
}

/// What a conversation wants done to its transport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Hand these octets to the transport in one write call: at most
    /// [`MAX_WRITE`] octets.
    Write(Vec<u8>),
    /// End our direction once all earlier writes are out; go on reading.
    ShutdownWrite,
    /// Abort: RST where the transport knows it. Earlier writes may be lost.
    Reset,
    /// Close both directions once all earlier writes are out.
    Drop,
}

/// The most octets that one [`Output::Write`] carries.
pub const MAX_WRITE: usize = 64 * 1024;

/// One side of a byte stream that is driven from outside: it is told what
/// arrived and what time it is, and asked what to send and when to be woken.
///
/// The driver calls [`poll_output`](Self::poll_output) until it gives `None`
/// after every other verb. After [`Output::Drop`] or [`Output::Reset`] the
/// conversation is over and no verb is called but [`poll_output`](Self::poll_output).
pub trait Conversation {
    /// Takes octets as one read gave them. They may be overwritten in place
    /// (unmasking does so).
    fn handle_input(&mut self, now: Moment, input: &mut [u8]);

    /// Learns that nothing more will arrive.
    fn handle_eof(&mut self, now: Moment, how: Eof);

    /// Learns that the moment given by [`poll_timeout`](Self::poll_timeout)
    /// has come. Calling it early does nothing.
    fn handle_timeout(&mut self, now: Moment);

    /// Gives the next thing to do to the transport. `now` stamps what is
    /// written in a log.
    fn poll_output(&mut self, now: Moment) -> Option<Output>;

    /// Gives the moment at which to call [`handle_timeout`](Self::handle_timeout).
    fn poll_timeout(&self) -> Option<Moment>;

    /// Whether the driver should read at all; a conversation that says no
    /// pushes back on its peer.
    fn wants_input(&self) -> bool {
        true
    }

    /// Whether nothing is left to do but the outputs that wait: what still
    /// arrives is of no interest, and no time-out is.
    fn is_over(&self) -> bool {
        false
    }
}

impl<C: Conversation + ?Sized> Conversation for Box<C> {
    fn handle_input(&mut self, now: Moment, input: &mut [u8]) {
        (**self).handle_input(now, input);
    }

    fn handle_eof(&mut self, now: Moment, how: Eof) {
        (**self).handle_eof(now, how);
    }

    fn handle_timeout(&mut self, now: Moment) {
        (**self).handle_timeout(now);
    }

    fn poll_output(&mut self, now: Moment) -> Option<Output> {
        (**self).poll_output(now)
    }

    fn poll_timeout(&self) -> Option<Moment> {
        (**self).poll_timeout()
    }

    fn wants_input(&self) -> bool {
        (**self).wants_input()
    }

    fn is_over(&self) -> bool {
        (**self).is_over()
    }
}
