//! The opening handshake as a server (RFC 6455 §4.2).

use wscheck_wire::Moment;
use wscheck_wire::deflate::Answer;
use wscheck_wire::handshake::{Head, accept_for};

use super::closing::Drop;
use super::opening::edited;
use super::request::{self, Refusal};
use super::{Session, Side, answering};

/// How we answer a client, beside what the case says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerSide {
    /// The value of `Server`.
    pub name: Option<String>,
    /// The port that `Host` must name; `None`: any. A `Host` without a port
    /// names 80, or 443 over TLS.
    pub port: Option<u16>,
    /// Whether the connection is over TLS.
    pub tls: bool,
    /// What the client calls itself.
    pub agent: Option<String>,
}

impl Session {
    /// Judges the client's request and answers it.
    pub(super) fn answer_request(&mut self, now: Moment, side: &ServerSide, head: &Head) {
        self.evidence.opening.agent.clone_from(&side.agent);
        let granted = request::judge(head, self.settings.profile, side.port, side.tls)
            .and_then(|granted| Ok((self.settle_offers(&granted.extensions)?, granted.key)));
        match granted {
            Ok((answer, key)) => {
                self.send_head(now, 101, accepting(side, &key, answer));
                if let Some(answer) = answer {
                    self.use_deflate(answer.agreement());
                }
                self.open(now);
            }
            Err(refusal) => self.refuse_request(now, &refusal),
        }
    }

    /// What we answer to the client's offers of extensions.
    fn settle_offers(&self, offers: &str) -> Result<Option<Answer>, Refusal> {
        let demands = &self.script().opening.deflate;
        answering::answer(offers, demands, self.settings.profile)
            .map_err(|why| Refusal::bad_request(why.to_string()))
    }

    /// Says why there is no connection, and ends TCP in order.
    pub(super) fn refuse_request(&mut self, now: Moment, refusal: &Refusal) {
        let fault = refusal.why.clone();
        self.evidence.closing.unclean_why = Some(fault.clone());
        self.evidence.opening.fault = Some(fault);
        if let Some(status) = refusal.status {
            self.send_head(now, status, refusal.encode(self.settings.profile));
        }
        self.drop_transport(now, Drop::InOrder);
    }

    fn send_head(&mut self, now: Moment, status: u16, head: Vec<u8>) {
        let head = edited(head, &self.script().opening.edits);
        self.evidence.opening.status = Some(status);
        self.evidence.opening.response = super::opening::kept(&head);
        self.send_octets(now, head);
    }

    /// The original runs into an exception here, and tells it over the open
    /// connection as if that were still to open.
    pub(super) fn break_as_original(&mut self, now: Moment) {
        match self.side {
            Side::Dial(_) => self.end(now, wscheck_wire::Output::Drop),
            Side::Accept(_) => {
                let octets = b"HTTP/1.1 500 Internal Server Error\r\n\r\n";
                self.send_octets(now, octets.to_vec());
                self.drop_transport(now, Drop::InOrder);
            }
        }
    }
}

/// Our 101, its fields in the order of the original.
fn accepting(side: &ServerSide, key: &str, answer: Option<Answer>) -> Vec<u8> {
    let mut head = "HTTP/1.1 101 Switching Protocols\r\n".to_owned();
    let mut field = |name: &str, value: &str| {
        head.push_str(&format!("{name}: {value}\r\n"));
    };
    if let Some(name) = &side.name {
        field("Server", name);
    }
    field("Upgrade", "WebSocket");
    field("Connection", "Upgrade");
    field("Sec-WebSocket-Accept", &accept_for(key.as_bytes()));
    if let Some(answer) = answer {
        field("Sec-WebSocket-Extensions", &answer.to_string());
    }
    head.push_str("\r\n");
    head.into_bytes()
}
