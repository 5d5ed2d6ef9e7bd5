//! Conversations beside the cases: one answer and a Close, or a wait for it.

use tokio::sync::oneshot;
use wscheck_wire::{CloseCode, Conversation, Endpoint, EndpointConfig, Eof, Moment, Output};

/// What is said to whoever asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reply {
    /// A text message.
    pub(super) message: Option<String>,
    /// The code and the reason of the Close.
    pub(super) close: Option<(CloseCode, &'static str)>,
}

impl Reply {
    /// A message, and a Close without a code.
    pub(super) fn message(text: impl Into<String>) -> Self {
        Self {
            message: Some(text.into()),
            close: None,
        }
    }
}

/// Opens, gives the reply as soon as there is one, and closes. Whoever gives the
/// reply later has this asked for what it has to say.
#[derive(Debug)]
pub(super) struct Control {
    endpoint: Endpoint,
    /// Taken once it is given.
    reply: Option<oneshot::Receiver<Reply>>,
}

impl Control {
    pub(super) fn new(config: EndpointConfig, reply: oneshot::Receiver<Reply>) -> Self {
        Self {
            endpoint: Endpoint::server(config),
            reply: Some(reply),
        }
    }

    /// Gives the reply, if it has come and there is somebody to hear it.
    fn look(&mut self, now: Moment) {
        let Some(reply) = self.reply.as_mut().filter(|_| self.endpoint.is_open()) else {
            return;
        };
        match reply.try_recv() {
            Ok(reply) => self.give(now, &reply),
            // Nobody will answer any more.
            Err(oneshot::error::TryRecvError::Closed) => self.give(now, &Reply::default()),
            Err(oneshot::error::TryRecvError::Empty) => {}
        }
    }

    fn give(&mut self, now: Moment, reply: &Reply) {
        self.reply = None;
        if let Some(message) = &reply.message {
            self.endpoint.send_text(message);
        }
        let (code, reason) = reply
            .close
            .map_or((None, ""), |(code, why)| (Some(code), why));
        self.endpoint.close(now, code, reason);
    }
}

impl Conversation for Control {
    fn handle_input(&mut self, now: Moment, input: &mut [u8]) {
        let mut rest = input;
        while self.endpoint.receive(now, &mut rest).is_some() {}
    }

    fn handle_eof(&mut self, now: Moment, how: Eof) {
        self.endpoint.handle_eof(now, how);
    }

    fn handle_timeout(&mut self, now: Moment) {
        self.endpoint.handle_timeout(now);
    }

    fn poll_output(&mut self, now: Moment) -> Option<Output> {
        self.look(now);
        self.endpoint.poll_output(now)
    }

    fn poll_timeout(&self) -> Option<Moment> {
        self.endpoint.poll_timeout()
    }

    fn wants_input(&self) -> bool {
        self.endpoint.wants_input()
    }

    fn is_over(&self) -> bool {
        self.endpoint.is_over()
    }
}
