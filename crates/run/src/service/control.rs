//! Conversations beside the cases: one answer and a Close, or a wait for it.

use std::time::Duration;

use tokio::sync::oneshot;
use wscheck_wire::{
    CloseCode, Conversation, Endpoint, EndpointConfig, EndpointEvent, Eof, Moment, Output,
};

/// How often it is looked whether an answer has come that is waited for.
const LOOK_EVERY: Duration = Duration::from_millis(5);

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

/// Opens, gives the reply as soon as there is one, and closes.
#[derive(Debug)]
pub(super) struct Control {
    endpoint: Endpoint,
    reply: oneshot::Receiver<Reply>,
    is_open: bool,
    look_at: Option<Moment>,
}

impl Control {
    pub(super) fn new(config: EndpointConfig, reply: oneshot::Receiver<Reply>) -> Self {
        Self {
            endpoint: Endpoint::server(config),
            reply,
            is_open: false,
            look_at: None,
        }
    }

    fn look(&mut self, now: Moment) {
        self.look_at = None;
        if !self.is_open || !self.endpoint.is_open() {
            return;
        }
        match self.reply.try_recv() {
            Ok(reply) => self.give(now, &reply),
            Err(oneshot::error::TryRecvError::Empty) => self.look_at = Some(now + LOOK_EVERY),
            // Nobody will answer any more.
            Err(oneshot::error::TryRecvError::Closed) => self.give(now, &Reply::default()),
        }
    }

    fn give(&mut self, now: Moment, reply: &Reply) {
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
        while let Some(event) = self.endpoint.receive(now, &mut rest) {
            if matches!(event, EndpointEvent::Open { .. }) {
                self.is_open = true;
                self.look(now);
            }
        }
    }

    fn handle_eof(&mut self, now: Moment, how: Eof) {
        self.endpoint.handle_eof(now, how);
    }

    fn handle_timeout(&mut self, now: Moment) {
        self.endpoint.handle_timeout(now);
        if self.look_at.is_some_and(|look_at| look_at <= now) {
            self.look(now);
        }
    }

    fn poll_output(&mut self, now: Moment) -> Option<Output> {
        self.endpoint.poll_output(now)
    }

    fn poll_timeout(&self) -> Option<Moment> {
        let own = self.endpoint.poll_timeout();
        [own, self.look_at].into_iter().flatten().min()
    }

    fn wants_input(&self) -> bool {
        self.endpoint.wants_input()
    }

    fn is_over(&self) -> bool {
        self.endpoint.is_over()
    }
}
