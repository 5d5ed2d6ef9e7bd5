//! The opening handshake (RFC 6455 §4): what both sides have in common, and
//! ours as a client (§4.1).

use wscheck_wire::Moment;
use wscheck_wire::handshake::{ClientRequest, Head, check_response, encode_key};
use wscheck_wire::mask::MaskingKeys;

use super::closing::Drop;
use super::negotiation;
use super::request::Refusal;
use super::timers::Timer;
use super::{Session, Side, State};
use crate::case::{HeadEdit, Opening};
use crate::log::RowKind;
use crate::octets::Octets;

/// The most octets of a head that evidence keeps.
const KEPT_HEAD: usize = 64 * 1024;

/// Whom we dial, as far as the opening handshake tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The request target, as in `/chat?x=1`.
    pub resource: String,
    /// The value of `Host`, with the port.
    pub host: String,
    /// The value of `User-Agent`.
    pub user_agent: Option<String>,
    /// The value of `Origin`.
    pub origin: Option<String>,
    /// The subprotocols to offer.
    pub protocols: Vec<String>,
    /// Further header fields.
    pub headers: Vec<(String, String)>,
}

impl Default for Target {
    fn default() -> Self {
        Self {
            resource: "/".into(),
            host: "localhost".into(),
            user_agent: Some(concat!("wscheck/", env!("CARGO_PKG_VERSION")).into()),
            origin: None,
            protocols: Vec::new(),
            headers: Vec::new(),
        }
    }
}

/// Our request: as the book has it, and as the case changes it.
#[derive(Debug, Clone)]
pub(super) struct ClientOpening {
    request: ClientRequest,
    head: Vec<u8>,
}

impl ClientOpening {
    pub(super) fn new(target: &Target, script: &Opening, keys: &mut MaskingKeys) -> Self {
        let request = ClientRequest {
            target: target.resource.clone(),
            host: target.host.clone(),
            user_agent: target.user_agent.clone(),
            headers: target.headers.clone(),
            key: encode_key(keys.next_nonce()),
            origin: target.origin.clone(),
            protocols: target.protocols.clone(),
            extensions: negotiation::offer(script),
        };
        let head = edited(request.encode(), &script.edits);
        Self { request, head }
    }
}

/// `head` with `edits` made to its lines, in order.
pub(super) fn edited(head: Vec<u8>, edits: &[HeadEdit]) -> Vec<u8> {
    if edits.is_empty() {
        return head;
    }
    let head = Head { octets: head };
    let mut lines: Vec<Vec<u8>> = head.lines().map(<[u8]>::to_vec).collect();
    for edit in edits {
        match edit {
            HeadEdit::Raw(octets) => return octets.to_octets().into_owned(),
            HeadEdit::StartLine(line) => lines[0] = line.clone().into_bytes(),
            HeadEdit::Add(line) => lines.push(line.clone().into_bytes()),
            HeadEdit::Remove(name) => {
                let name = name.as_bytes();
                let mut index = 0;
                lines.retain(|line| {
                    index += 1;
                    let is_field = line
                        .get(..name.len())
                        .is_some_and(|n| n.eq_ignore_ascii_case(name))
                        && line.get(name.len()) == Some(&b':');
                    index == 1 || !is_field
                });
            }
        }
    }
    lines.push(Vec::new());
    lines.push(Vec::new());
    lines.join(&b"\r\n"[..])
}

/// As much of a head as evidence keeps.
pub(super) fn kept(head: &[u8]) -> Octets {
    head[..head.len().min(KEPT_HEAD)].into()
}

impl Session {
    pub(super) fn send_request(&mut self, now: Moment) {
        if let Side::Dial(opening) = &self.side {
            let head = opening.head.clone();
            self.evidence.opening.request = kept(&head);
            self.send_octets(now, head);
        }
    }

    pub(super) fn read_head(&mut self, now: Moment, input: &mut [u8]) {
        match self.head.push(input) {
            Ok(None) => {
                let partial = kept(self.head.partial());
                *self.testees_head() = partial;
            }
            Ok(Some((head, used))) => {
                *self.testees_head() = kept(&head.octets);
                self.judge_head(now, &head);
                if self.state != State::Closed && used < input.len() {
                    self.read_frames(now, &mut input[used..]);
                }
            }
            Err(too_large) => match self.side {
                Side::Dial(_) => self.refuse(now, too_large.to_string()),
                Side::Accept(_) => {
                    let refusal = Refusal::with_status(431, too_large.to_string());
                    self.refuse_request(now, &refusal);
                }
            },
        }
    }

    /// Where evidence keeps what the testee sent first.
    fn testees_head(&mut self) -> &mut Octets {
        match self.side {
            Side::Dial(_) => &mut self.evidence.opening.response,
            Side::Accept(_) => &mut self.evidence.opening.request,
        }
    }

    fn judge_head(&mut self, now: Moment, head: &Head) {
        match &self.side {
            Side::Dial(opening) => {
                let checked = check_response(head, &opening.request.asked());
                let opening = &mut self.evidence.opening;
                opening.agent = head
                    .joined("Server")
                    .map(|name| String::from_utf8_lossy(&name).into_owned());
                opening.status = status(head);
                match checked {
                    Ok(agreed) => self.settle_extensions(now, &agreed.extensions),
                    Err(fault) => self.refuse(now, fault.to_string()),
                }
            }
            Side::Accept(side) => {
                let side = side.clone();
                self.answer_request(now, &side, head);
            }
        }
    }

    /// Only what permessage-deflate allows may have been agreed to, and only
    /// if the script wants it.
    fn settle_extensions(&mut self, now: Moment, extensions: &str) {
        let demands = &self.script().opening.deflate;
        if demands.is_empty() {
            self.open(now);
            return;
        }
        match negotiation::settle(extensions, demands, self.settings.profile) {
            Ok(agreement) => {
                if let Some(agreement) = agreement {
                    self.use_deflate(agreement);
                }
                self.open(now);
            }
            Err(fault) => self.refuse(now, fault),
        }
    }

    pub(super) fn open(&mut self, now: Moment) {
        self.timers.cancel(Timer::Opening);
        self.state = State::Open;
        self.evidence.opening.opened_at = Some(now);
        self.loud_row(now, RowKind::Opened);
        self.begin_script(now);
    }

    fn refuse(&mut self, now: Moment, fault: String) {
        self.evidence.closing.unclean_why = Some(fault.clone());
        self.evidence.opening.fault = Some(fault);
        self.drop_transport(now, Drop::Abort);
    }

    pub(super) fn on_opening_timeout(&mut self, now: Moment) {
        let octets = self.testees_head().0.len();
        let fault = match (&self.side, octets) {
            (Side::Dial(_), 0) => {
                "the server sent nothing in answer to the opening handshake".to_owned()
            }
            (Side::Dial(_), octets) => format!(
                "the server's answer to the opening handshake stopped after {octets} octets"
            ),
            (Side::Accept(_), octets) => {
                format!("the client's opening request stopped after {octets} octets")
            }
        };
        self.evidence.closing.open_timed_out = true;
        self.refuse(now, fault);
    }

    /// What became of a handshake that the testee left.
    pub(super) fn abandoned_opening(&mut self) -> String {
        let octets = self.testees_head().0.len();
        match (&self.side, octets) {
            (Side::Dial(_), 0) => {
                "the server ended TCP without an answer to the opening handshake".to_owned()
            }
            (Side::Dial(_), octets) => {
                format!("the server ended TCP after {octets} octets of its answer")
            }
            (Side::Accept(_), octets) => {
                format!("the client ended TCP after {octets} octets of its opening request")
            }
        }
    }
}

fn status(head: &Head) -> Option<u16> {
    let mut words = std::str::from_utf8(head.start_line())
        .ok()?
        .split_ascii_whitespace();
    words
        .next()
        .filter(|version| version.starts_with("HTTP/"))?;
    words.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_change_the_head_line_by_line() {
        let head = b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n".to_vec();
        let edits = [
            HeadEdit::Remove("upgrade".into()),
            HeadEdit::StartLine("GET /x HTTP/1.0".into()),
            HeadEdit::Add("Upgrade: h2c".into()),
        ];
        assert_eq!(
            edited(head.clone(), &edits),
            b"GET /x HTTP/1.0\r\nHost: a\r\nUpgrade: h2c\r\n\r\n"
        );
        assert_eq!(edited(head.clone(), &[]), head);
        assert_eq!(
            edited(head, &[HeadEdit::Raw("nonsense".into())]),
            b"nonsense"
        );
    }
}
