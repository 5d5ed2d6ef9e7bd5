//! The opening handshake as a client (RFC 6455 §4.1).

use wscheck_wire::Moment;
use wscheck_wire::handshake::{ClientRequest, Head, check_response, encode_key};
use wscheck_wire::mask::MaskingKeys;

use super::closing::Drop;
use super::negotiation;
use super::timers::Timer;
use super::{Session, State};
use crate::case::{HeadEdit, Opening};
use crate::log::RowKind;

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
fn edited(head: Vec<u8>, edits: &[HeadEdit]) -> Vec<u8> {
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

impl Session {
    pub(super) fn send_request(&mut self, now: Moment) {
        let head = self.opening.head.clone();
        self.evidence.opening.request = head[..head.len().min(KEPT_HEAD)].into();
        self.send_octets(now, head);
    }

    pub(super) fn read_head(&mut self, now: Moment, input: &mut [u8]) {
        match self.head.push(input) {
            Ok(None) => {
                let partial = self.head.partial();
                self.evidence.opening.response = partial[..partial.len().min(KEPT_HEAD)].into();
            }
            Ok(Some((head, used))) => {
                self.judge_head(now, &head);
                if !self.over && used < input.len() {
                    self.read_frames(now, &mut input[used..]);
                }
            }
            Err(too_large) => self.refuse(now, too_large.to_string()),
        }
    }

    fn judge_head(&mut self, now: Moment, head: &Head) {
        let opening = &mut self.evidence.opening;
        opening.response = head.octets[..head.octets.len().min(KEPT_HEAD)].into();
        opening.agent = head
            .joined("Server")
            .map(|name| String::from_utf8_lossy(&name).into_owned());
        opening.status = status(head);
        match check_response(head, &self.opening.request.asked()) {
            Ok(agreed) => self.settle_extensions(now, &agreed.extensions),
            Err(fault) => self.refuse(now, fault.to_string()),
        }
    }

    /// Only what permessage-deflate allows may have been agreed to, and only
    /// if the script wants it.
    fn settle_extensions(&mut self, now: Moment, extensions: &[Vec<u8>]) {
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

    fn open(&mut self, now: Moment) {
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
        let fault = match self.evidence.opening.response.0.len() {
            0 => "the server sent nothing in answer to the opening handshake".to_owned(),
            octets => format!(
                "the server's answer to the opening handshake stopped after {octets} octets"
            ),
        };
        self.evidence.closing.open_timed_out = true;
        self.refuse(now, fault);
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
