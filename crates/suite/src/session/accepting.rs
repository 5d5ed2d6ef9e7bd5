//! The opening handshake as a server (RFC 6455 §4.2).

use std::sync::Arc;

use wscheck_wire::Moment;
use wscheck_wire::deflate::{Agreement, Terms};
use wscheck_wire::handshake::{Head, HeadReader, accept_for};

use super::closing::Drop;
use super::request::{self, Refusal};
use super::{Session, Side, answering};
use crate::case::Demand;
use crate::evidence::EarlierKeys;
use crate::expectation::OpeningRule;
use crate::head_edit::{Words, edited};

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
    /// Keys that the client sent on other connections.
    pub earlier_keys: Arc<[Arc<str>]>,
}

impl ServerSide {
    fn compared(&self, head: &Head) -> EarlierKeys {
        let key = head.values("Sec-WebSocket-Key").next();
        let mut earlier = self.earlier_keys.iter();
        EarlierKeys {
            compared: u32::try_from(earlier.len()).unwrap_or(u32::MAX),
            seen: earlier.any(|earlier| Some(earlier.as_bytes()) == key),
        }
    }
}

impl Session {
    /// Judges the client's request and answers it.
    pub(super) fn answer_request(&mut self, now: Moment, side: &ServerSide, head: &Head) {
        self.evidence.opening.agent.clone_from(&side.agent);
        self.evidence.opening.earlier_keys = Some(side.compared(head));
        let granted = request::judge(head, self.settings.profile, side.port, side.tls)
            .and_then(|granted| Ok((self.settle_offers(&granted.extensions)?, granted)));
        match granted {
            Ok((mut settled, granted)) => {
                let mut ours = self.our_head(side, head, &granted.key, settled.value.as_deref());
                if self.script().opening.extensions.is_some() && settled.value.is_some() {
                    settled = self.settle_raw(&granted.extensions, &ours);
                    if settled.value.is_none() {
                        ours = self.our_head(side, head, &granted.key, None);
                    }
                }
                let status = status_of_all(&ours);
                self.turned_away = status != Some(101);
                self.send_head(now, status, ours);
                self.evidence.opening.not_applicable = settled.not_applicable;
                if let Some(agreement) = settled.agreement {
                    self.use_deflate(agreement, agreement.server);
                }
                self.open(now);
            }
            Err(refusal) => self.refuse_request(now, &refusal),
        }
    }

    /// Our 101 to `request`, as the case changes it.
    fn our_head(
        &self,
        side: &ServerSide,
        request: &Head,
        key: &str,
        extensions: Option<&str>,
    ) -> Vec<u8> {
        let words = Words {
            scheme: if side.tls { "https" } else { "http" },
            target: requested(request),
            host: first_value(request, "Host"),
            accept: accept_for(key.as_bytes()),
            key: key.to_owned(),
        };
        let head = accepting(side, key, extensions);
        edited(head, &self.script().opening.edits, &words)
    }

    /// What we answer to the client's offers of extensions.
    fn settle_offers(&self, offers: &str) -> Result<Settled, Refusal> {
        let script = &self.script().opening;
        let bad = |why: String| Refusal::bad_request(why);
        let profile = self.settings.profile;
        if let Some(raw) = &script.extensions {
            let offered = answering::answer(offers, &[Demand::default()], false, profile);
            return Ok(match offered.map_err(bad)? {
                Some(_) => Settled {
                    value: Some(raw.clone()),
                    ..Settled::default()
                },
                None => Settled::without("the client does not offer permessage-deflate"),
            });
        }
        let answer = answering::answer(offers, &script.deflate, script.unlimited, profile);
        let answer = answer.map_err(bad)?;
        Ok(Settled {
            value: answer.map(|answer| answer.to_string()),
            agreement: answer.map(|answer| answer.agreement()),
            not_applicable: None,
        })
    }

    /// The answer that the case writes, as it stands in `head`, is for those
    /// clients only to which it is what the case takes it for: good where the
    /// connection opens, bad where it must not. Only a good one is put in force.
    fn settle_raw(&self, offers: &str, head: &[u8]) -> Settled {
        let head = Head {
            octets: head.to_vec(),
        };
        let value = head.joined("Sec-WebSocket-Extensions").unwrap_or_default();
        let value = String::from_utf8_lossy(&value).into_owned();
        let fits = answering::fits(offers, &value);
        let expectation = self.expectation();
        let is_last = self.connection + 1 == self.case.connections.len();
        let must_be_bad = is_last
            && matches!(
                expectation.opening,
                OpeningRule::Refuses { .. } | OpeningRule::ShouldRefuse
            );
        match fits {
            Ok(_) if must_be_bad => {
                Settled::without("to this client the answer of the case is good")
            }
            Err(why) if !must_be_bad && !expectation.informational => Settled::without(&format!(
                "the client's offers do not allow the answer: {why}"
            )),
            Ok(Some(agreement))
                if self.script().opening.unlimited && agreement.server != Terms::default() =>
            {
                Settled::without("the client limits how we compress")
            }
            fits => Settled {
                value: Some(value),
                agreement: fits.ok().flatten(),
                not_applicable: None,
            },
        }
    }

    /// Whether what comes after an answer that was no 101 is HTTP, of which
    /// nothing is to be learned. A frame of a client does not begin like that.
    pub(super) fn is_http(&self, input: &[u8]) -> bool {
        self.turned_away
            && self.decoder.offset() == 0
            && input.first().is_some_and(u8::is_ascii_uppercase)
    }

    /// Says why there is no connection, and ends TCP in order.
    pub(super) fn refuse_request(&mut self, now: Moment, refusal: &Refusal) {
        let fault = refusal.why.clone();
        self.evidence.closing.unclean_why = Some(fault.clone());
        self.evidence.opening.fault = Some(fault);
        if let Some(status) = refusal.status {
            self.send_head(now, Some(status), refusal.encode(self.settings.profile));
        }
        self.drop_transport(now, Drop::InOrder);
    }

    fn send_head(&mut self, now: Moment, status: Option<u16>, head: Vec<u8>) {
        self.evidence.opening.status = status;
        self.evidence.opening.response = super::opening::kept(&head);
        self.write_head(now, head);
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

/// What becomes of a client's offers of extensions.
#[derive(Default)]
struct Settled {
    /// The value of our `Sec-WebSocket-Extensions`.
    value: Option<String>,
    agreement: Option<Agreement>,
    not_applicable: Option<String>,
}

impl Settled {
    /// The case does not apply.
    fn without(why: &str) -> Self {
        Self {
            not_applicable: Some(why.to_owned()),
            ..Self::default()
        }
    }
}

fn first_value(head: &Head, name: &str) -> String {
    let value = head.values(name).next().unwrap_or_default();
    String::from_utf8_lossy(value).into_owned()
}

/// The target of a request.
fn requested(head: &Head) -> String {
    let line = String::from_utf8_lossy(head.start_line()).into_owned();
    let target = line.split(' ').nth(1);
    target.unwrap_or_default().to_owned()
}

/// The status of the last of the answers in `octets`: interim ones may stand in
/// front of it.
fn status_of_all(octets: &[u8]) -> Option<u16> {
    let mut rest = octets;
    loop {
        let mut reader = HeadReader::new(rest.len() + 1);
        let (head, used) = reader.push(rest).ok().flatten()?;
        rest = &rest[used..];
        if rest.is_empty() || !head.is_interim() {
            return head.status();
        }
    }
}

/// Our 101, its fields in the order of the original.
fn accepting(side: &ServerSide, key: &str, extensions: Option<&str>) -> Vec<u8> {
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
    if let Some(extensions) = extensions {
        field("Sec-WebSocket-Extensions", extensions);
    }
    head.push_str("\r\n");
    head.into_bytes()
}
