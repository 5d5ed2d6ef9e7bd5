//! The opening handshake (RFC 6455 §4): what both sides have in common, and
//! ours as a client (§4.1).

use std::time::Duration;

use wscheck_wire::Moment;
use wscheck_wire::deflate::{Offer, Terms};
use wscheck_wire::handshake::{
    Asked, ClientRequest, Head, check_response, encode_key, parse_extensions, token,
};
use wscheck_wire::mask::MaskingKeys;

use super::answering::good_offers;
use super::closing::Drop;
use super::negotiation;
use super::outbox::{Manner, Stream};
use super::request::Refusal;
use super::timers::Timer;
use super::{Session, Side, State};
use crate::case::{Opening, Step};
use crate::expectation::OpeningRule;
use crate::head_edit::{Words, edited};
use crate::log::RowKind;
use crate::octets::Octets;
use crate::profile::Profile;

/// The most octets of a head that evidence keeps.
const KEPT_HEAD: usize = 64 * 1024;

/// How long a refusal may take.
const REFUSAL: Duration = Duration::from_secs(1);

/// Whom we dial, as far as the opening handshake tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The request target, as in `/chat?x=1`.
    pub resource: String,
    /// The value of `Host`, with the port.
    pub host: String,
    /// Whether the connection is over TLS.
    pub tls: bool,
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
            tls: false,
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
    head: Vec<u8>,
    /// What the head that leaves asks for.
    asked: Asked,
    /// The good offers of permessage-deflate in it.
    offers: Vec<Offer>,
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
        let words = Words {
            scheme: if target.tls { "https" } else { "http" },
            target: request.target.clone(),
            host: request.host.clone(),
            key: request.key.clone(),
            accept: String::new(),
        };
        let octets = edited(request.encode(), &script.edits, &words);
        let head = Head { octets };
        Self {
            asked: asked(&head, request),
            offers: offers(&head),
            head: head.octets,
        }
    }
}

/// What an answer to `head` must fit; where it has no key, that of `request`.
fn asked(head: &Head, request: ClientRequest) -> Asked {
    let lossy = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let protocols = head.joined("Sec-WebSocket-Protocol").unwrap_or_default();
    Asked {
        key: head
            .values("Sec-WebSocket-Key")
            .next()
            .map_or(request.key, lossy),
        protocols: token::list(&protocols).map(lossy).collect(),
        extensions: head.count("Sec-WebSocket-Extensions") > 0,
    }
}

fn offers(head: &Head) -> Vec<Offer> {
    let value = head.joined("Sec-WebSocket-Extensions").unwrap_or_default();
    good_offers(&parse_extensions(&value).unwrap_or_default())
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
            self.write_head(now, head);
            self.play(now, 0..self.joined_steps());
        }
    }

    /// Writes our head, in pieces if the case wants it.
    pub(super) fn write_head(&mut self, now: Moment, head: Vec<u8>) {
        let Some(pieces) = self.script().opening.pieces else {
            self.send_octets(now, head);
            return;
        };
        let manner = Manner {
            chop: Some(pieces.octets),
            ..Manner::default()
        };
        self.head_apart = Some(Duration::from_millis(pieces.apart.into()));
        self.head_left = u64::try_from(head.len()).unwrap_or(u64::MAX);
        self.timers.cancel(Timer::Opening);
        self.send(now, Stream::octets(head), manner);
    }

    /// How long the opening handshake may take. A refusal that is due need not be
    /// waited for as long: silence is one, if not a good one.
    pub(super) fn opening_limit(&self) -> Option<Duration> {
        let limit = self.settings.limits.opening;
        match self.expectation().opening {
            OpeningRule::Refuses { .. } | OpeningRule::ShouldRefuse
                if matches!(self.side, Side::Dial(_)) =>
            {
                limit.map(|limit| limit.min(REFUSAL))
            }
            _ => limit,
        }
    }

    /// The last piece of our head is out: from now on it can be answered.
    pub(super) fn on_head_written(&mut self, now: Moment) {
        self.head_apart = None;
        if self.state == State::Connecting {
            self.give_up_after(now, self.opening_limit(), Timer::Opening);
        }
    }

    /// How many steps of the script leave together with our head.
    pub(super) fn joined_steps(&self) -> usize {
        let script = self.script();
        let waits = |step: &Step| {
            matches!(
                step,
                Step::Pause { .. } | Step::FailAfter(_) | Step::CloseAfter(_)
            )
        };
        match (&self.side, script.opening.joined) {
            (Side::Dial(_), true) => script
                .steps
                .iter()
                .position(waits)
                .unwrap_or(script.steps.len()),
            _ => 0,
        }
    }

    pub(super) fn read_head(&mut self, now: Moment, mut input: &mut [u8]) {
        while self.state == State::Connecting {
            match self.head.push(input) {
                Ok(None) => {
                    let partial = kept(self.head.partial());
                    *self.testees_head() = partial;
                    return;
                }
                Ok(Some((head, used))) => {
                    *self.testees_head() = kept(&head.octets);
                    input = &mut input[used..];
                    if !self.passes_over(&head) {
                        self.judge_head(now, &head);
                    }
                }
                Err(too_large) => return self.refuse_head(now, too_large.to_string()),
            }
        }
        if self.state != State::Closed && !input.is_empty() {
            self.note_before_the_answer(input);
            self.read_frames(now, input);
        }
    }

    /// RFC 6455 §4.1: "the client MUST wait for a response from the server before
    /// sending any further data".
    pub(super) fn note_before_the_answer(&mut self, input: &[u8]) {
        if matches!(self.side, Side::Accept(_)) {
            let count = u64::try_from(input.len()).unwrap_or(u64::MAX);
            self.evidence.opening.octets_before_the_answer += count;
        }
    }

    /// RFC 9110 §15.2: "A client MUST be able to parse one or more 1xx responses
    /// received prior to a final response". The original is not.
    fn passes_over(&self, head: &Head) -> bool {
        matches!(self.side, Side::Dial(_))
            && self.settings.profile == Profile::Rfc
            && head.is_interim()
    }

    fn refuse_head(&mut self, now: Moment, why: String) {
        match self.side {
            Side::Dial(_) => self.refuse(now, why),
            Side::Accept(_) => {
                self.refuse_request(now, &Refusal::with_status(431, why));
            }
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
                let checked = check_response(head, &opening.asked);
                let opening = &mut self.evidence.opening;
                opening.agent = head
                    .joined("Server")
                    .map(|name| String::from_utf8_lossy(&name).into_owned());
                // Of a line that is not UTF-8 nothing is told.
                let line = std::str::from_utf8(head.start_line()).ok();
                opening.status = line.and_then(|_| head.status());
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
    /// if the script asks for it.
    fn settle_extensions(&mut self, now: Moment, extensions: &str) {
        let script = &self.script().opening;
        let asks = !script.deflate.is_empty() || script.extensions.is_some();
        let Side::Dial(opening) = &self.side else {
            return;
        };
        if !asks {
            self.open(now);
            return;
        }
        match negotiation::settle(extensions, &opening.offers, self.settings.profile) {
            Ok(agreement) => {
                if let Some(agreement) = agreement {
                    let own = match self.settings.profile {
                        Profile::Autobahn => agreement.client,
                        Profile::Rfc => negotiation::kept_to(agreement.client, &opening.offers),
                    };
                    let limited = script.unlimited && own != Terms::default();
                    self.evidence.opening.not_applicable =
                        limited.then(|| "the server limits how we compress".to_owned());
                    self.use_deflate(agreement, own);
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
