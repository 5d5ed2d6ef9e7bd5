//! The reference peer with one fault.

use super::Fault;
use super::ear::{Ear, Pass};
use super::head::Lines;
use super::hooks::Hooks;
use super::mouth::{Mouth, Part, QUEUE_LIMIT};
use crate::conversation::{Conversation, Eof, Moment, Output};
use crate::echo::Echo;
use crate::endpoint::Ending;
use crate::endpoint::{Endpoint, EndpointConfig};
use crate::handshake::{ClientRequest, Head, HeadReader};
use crate::role::Role;

/// A peer that echoes as [`Echo`] does, but for one fault. Its memory is
/// bounded as that of the echo is.
#[derive(Debug)]
pub struct FaultyPeer {
    echo: Echo,
    hooks: Hooks,
    role: Role,
    ear: Ear,
    mouth: Mouth,
    /// Reads the peer's head beside the echo, for those who answer it.
    asked: Option<HeadReader>,
    silent_until: Option<Moment>,
    was_silent: bool,
    /// Whether the last word was said: the transport is ended.
    ended: bool,
}

impl FaultyPeer {
    /// A faulty server.
    pub fn server(fault: &Fault, config: EndpointConfig) -> Self {
        let hooks = fault.hooks;
        let endpoint = Endpoint::server(config).behaving(hooks.conduct);
        Self::new(hooks, Role::Server, endpoint, String::new())
    }

    /// A faulty client.
    pub fn client(fault: &Fault, config: EndpointConfig, mut request: ClientRequest) -> Self {
        let hooks = fault.hooks;
        if let Some(deflate) = config.deflate
            && request.extensions.is_none()
        {
            request.extensions = Some(deflate.offer().to_string());
        }
        (hooks.asks)(&mut request);
        let key = request.key.clone();
        let endpoint = Endpoint::client(config, request).behaving(hooks.conduct);
        Self::new(hooks, Role::Client, endpoint, key)
    }

    fn new(hooks: Hooks, role: Role, endpoint: Endpoint, key: String) -> Self {
        Self {
            echo: Echo::new(endpoint),
            hooks,
            role,
            ear: Ear::new(hooks, key),
            mouth: Mouth::new(role, hooks.time),
            asked: (role == Role::Server).then(|| HeadReader::new(1 << 20)),
            silent_until: None,
            was_silent: false,
            ended: false,
        }
    }

    /// Keeps the request, which an answer may depend on.
    fn note_request(&mut self, input: &[u8]) {
        let Some(reader) = &mut self.asked else {
            return;
        };
        match reader.push(input) {
            Ok(None) => {}
            Ok(Some((head, _))) => {
                self.mouth.asked = Lines::read(&head);
                self.asked = None;
            }
            Err(_) => {
                self.mouth.asked = Lines::read(&Head { octets: Vec::new() });
                self.asked = None;
            }
        }
    }

    /// Lets the fault have a say in what the reference peer says.
    fn collect(&mut self, now: Moment) {
        self.mouth.now = now;
        let bends = self.hooks.speaks();
        while let Some(output) = self.echo.poll_output(now) {
            match bends {
                true => self.mouth.take(output),
                false => self.mouth.take_straight(output),
            }
        }
        if let Some(Ending::Failed { violation }) = self.echo.endpoint().ending() {
            self.mouth.failing = Some(*violation);
        }
        while let Some(mut part) = self.mouth.next_part() {
            if let Part::Head(lines) = &mut part
                && let Some(bend) = self.hooks.bends_head
                && (self.role == Role::Client || lines.opens())
            {
                bend(lines, &self.mouth.asked);
            }
            if let (Part::Frame(frame), Some(bend)) = (&mut part, self.hooks.bends_frame) {
                bend(&mut self.mouth, frame);
            }
            match self.hooks.says {
                Some(says) => says(&mut self.mouth, part),
                None => self.mouth.say(part),
            }
        }
    }
}

impl Conversation for FaultyPeer {
    fn handle_input(&mut self, now: Moment, input: &mut [u8]) {
        if self.hooks.in_silence.is_some() && !self.was_silent {
            self.silent_until = Some(now + self.hooks.time);
        }
        self.note_request(input);
        self.ear.deflate = self.echo.endpoint().compresses();
        for pass in self.ear.hear(input) {
            match pass {
                Pass::Octets(mut octets) => self.echo.handle_input(now, &mut octets),
                Pass::Fails(violation) => self.echo.violate(now, violation),
            }
        }
    }

    fn handle_eof(&mut self, now: Moment, how: Eof) {
        self.collect(now);
        self.echo.handle_eof(now, how);
        // Nobody is there to be wrong for.
        while self.echo.poll_output(now).is_some() {}
        self.mouth.take_straight(Output::Drop);
    }

    fn handle_timeout(&mut self, now: Moment) {
        self.echo.handle_timeout(now);
        if self.silent_until.is_some_and(|at| at <= now) {
            self.silent_until = None;
            if let Some(says) = self
                .hooks
                .in_silence
                .filter(|_| self.echo.endpoint().is_open())
            {
                self.was_silent = true;
                self.collect(now);
                says(&mut self.mouth);
            }
        }
    }

    fn poll_output(&mut self, now: Moment) -> Option<Output> {
        if self.ended {
            return None;
        }
        self.collect(now);
        let output = self.mouth.pop(now)?;
        self.ended = matches!(output, Output::Drop | Output::Reset);
        Some(output)
    }

    fn poll_timeout(&self) -> Option<Moment> {
        if self.ended {
            return None;
        }
        let times = [
            self.mouth.due(),
            self.echo.poll_timeout(),
            self.silent_until,
        ];
        times.into_iter().flatten().min()
    }

    fn wants_input(&self) -> bool {
        self.echo.wants_input() && self.mouth.waiting() <= QUEUE_LIMIT
    }

    fn is_over(&self) -> bool {
        self.ended
    }
}
