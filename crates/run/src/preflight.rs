//! The look at a server before it is tested: does it open, does it echo, how
//! fast, what does it call itself, and does it serve several connections at a
//! time?

use std::pin::pin;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use wscheck_suite::pace::{Pace, Wait};
use wscheck_suite::session::Target;
use wscheck_wire::endpoint::{Ending, OpeningFault};
use wscheck_wire::handshake::{ClientRequest, ResponseFault, encode_key};
use wscheck_wire::mask::MaskingKeys;
use wscheck_wire::{
    CloseCode, Conversation, Endpoint, EndpointConfig, EndpointEvent, Eof, MessageKind, Moment,
    Output,
};

use crate::address::Address;
use crate::dial::Dialler;
use crate::driver::drive;
use crate::error::CouldNotTest;
use crate::transport::Stream;

/// How many echoes are measured.
const ECHOES: usize = 5;

/// How long the opening handshake, and each echo, may take.
const LIMIT: Duration = Duration::from_secs(5);

/// The second connection opens and echoes once. It may take so many times as
/// long as the first, alone, took for its opening and five echoes.
const COMPANY_FACTOR: u32 = 2;

/// The second connection is given so long in any case: a busy machine, ours or
/// theirs, is no server that serves one connection at a time.
const LEAST_FOR_COMPANY: Duration = Duration::from_millis(500);

/// The second connection is given no longer: the time of one opening and one
/// echo at most.
const MOST_FOR_COMPANY: Duration = Duration::from_secs(10);

/// How long we wait when we are told to wait for ever.
const FOR_EVER: Duration = Duration::from_secs(365 * 24 * 3600);

/// The longest message that is taken for an echo, octets.
const MAX_MESSAGE: u64 = 4096;

/// The most octets of a message that an error shows.
const SHOWN: usize = 40;

/// What was learned of a server that can be tested.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preflight {
    /// The value of its `Server` field.
    pub agent: Option<String>,
    /// The median of some round trips; `None` if it broke a rule before there
    /// was one, which is for the cases to judge.
    pub round_trip: Option<Duration>,
    /// The longest that it took to answer, the opening handshake included.
    pub slowest: Option<Duration>,
    /// How many answers there were.
    pub reactions: u32,
    /// Whether it served a second connection while the first was open; `None`:
    /// not asked.
    pub serves_company: Option<bool>,
}

/// Why it makes no sense to test a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// There is no connection.
    #[error(transparent)]
    Unreachable(#[from] CouldNotTest),
    /// No answer to the opening handshake, or only the beginning of one.
    #[error(
        "the server accepts connections, but does not answer the opening handshake within {after:?}"
    )]
    Silent {
        /// How long we waited.
        after: Duration,
    },
    /// The connection ended before the opening handshake was answered.
    #[error("the server ended the connection ({how:?}) without an answer to the opening handshake")]
    Ended {
        /// How.
        how: Eof,
    },
    /// Something answered, but no WebSocket endpoint.
    #[error("the server is no WebSocket endpoint for this address: {why}")]
    NotWebSocket {
        /// What it answered.
        why: String,
    },
    /// The connection opened, and a text was not answered.
    #[error("the server does not echo: no message came back within {after:?}")]
    NoEcho {
        /// How long we waited.
        after: Duration,
    },
    /// The connection opened, and ended when a text was sent.
    #[error("the server does not echo: it ended the connection ({why})")]
    NoEchoButEnd {
        /// How.
        why: String,
    },
    /// Another message came than was sent.
    #[error("the server does not echo: to the text {sent:?} it answered {answer}")]
    OtherEcho {
        /// What we sent.
        sent: String,
        /// The answer: its kind and beginning.
        answer: String,
    },
}

/// Looks at the server at `address`. `pace` scales how long we wait.
///
/// # Errors
/// If the server cannot be tested: every case would fail for the same reason.
/// A rule that it breaks is no such reason.
pub async fn preflight(
    address: &Address,
    dialler: &Dialler,
    handshake: &Target,
    pace: Pace,
) -> Result<Preflight, Unfit> {
    let look = Look::new(address, dialler, handshake, pace);
    let (stream, mut probe, started) = look.begin(ECHOES).await?;
    drive(stream, &mut probe, started, &mut ()).await;
    probe.found()
}

/// The same, and finds out whether the server serves a second connection while
/// the first is open.
///
/// # Errors
/// As [`preflight`] has them; how a second connection fares is none.
pub(crate) async fn preflight_with_company(
    address: &Address,
    dialler: &Dialler,
    handshake: &Target,
    pace: Pace,
) -> Result<Preflight, Unfit> {
    let look = Look::new(address, dialler, handshake, pace);
    let begin = Instant::now();
    let (mut stream, mut first, started) = look.begin(ECHOES).await?;
    let echoed = first.stay_open();
    let mut second = pin!(look.echo_once());
    let company = async {
        if echoed.await.is_err() {
            // The first connection will not come to that, and ends.
            return std::future::pending().await;
        }
        let limit = begin.elapsed().saturating_mul(COMPANY_FACTOR);
        let limit = limit.clamp(LEAST_FOR_COMPANY, MOST_FOR_COMPANY);
        (timeout(limit, second.as_mut()).await, limit)
    };
    let mut nobody = ();
    let served = tokio::select! {
        served = company => Some(served),
        () = drive(&mut stream, &mut first, started, &mut nobody) => None,
    };
    if let Some((served, limit)) = served {
        first.leave(started.elapsed());
        drive(&mut stream, &mut first, started, &mut ()).await;
        drop(stream);
        if served.is_err() {
            // It may have waited for its turn, and ends in good order.
            drop(timeout(limit, second).await);
        }
        first.serves_company = Some(served.unwrap_or(false));
    } else if first.has_echoed() {
        first.serves_company = Some(false);
    }
    first.found()
}

/// Where to look, and how long.
#[derive(Clone, Copy)]
struct Look<'a> {
    address: &'a Address,
    dialler: &'a Dialler,
    handshake: &'a Target,
    limit: Duration,
}

impl<'a> Look<'a> {
    fn new(address: &'a Address, dialler: &'a Dialler, handshake: &'a Target, pace: Pace) -> Self {
        Self {
            address,
            dialler,
            handshake,
            limit: pace.wait(Wait::GiveUp, LIMIT).unwrap_or(FOR_EVER),
        }
    }

    /// Connects, for so many echoes.
    async fn begin(self, echoes: usize) -> Result<(Stream, Probe, Instant), CouldNotTest> {
        let dialled = self.dialler.dial(self.address).await?;
        let probe = Probe::new(self.handshake, self.limit, echoes);
        Ok((dialled.stream, probe, dialled.started))
    }

    /// Whether a connection opens and echoes.
    async fn echo_once(self) -> bool {
        let Ok((stream, mut probe, started)) = self.begin(1).await else {
            return false;
        };
        drive(stream, &mut probe, started, &mut ()).await;
        probe.has_echoed()
    }
}

/// A client that sends a text and wants it back, again and again.
struct Probe {
    endpoint: Endpoint,
    limit: Duration,
    echoes: usize,
    agent: Option<String>,
    sent_at: Moment,
    opened_after: Option<Duration>,
    kind: Option<MessageKind>,
    answer: Vec<u8>,
    round_trips: Vec<Duration>,
    /// Where the connection is to stay open after the last echo: who waits for
    /// that.
    stays_for: Option<oneshot::Sender<()>>,
    serves_company: Option<bool>,
    unfit: Option<Unfit>,
}

impl Probe {
    fn new(handshake: &Target, limit: Duration, echoes: usize) -> Self {
        let mut keys = MaskingKeys::seeded(0);
        let request = ClientRequest {
            target: handshake.resource.clone(),
            host: handshake.host.clone(),
            user_agent: handshake.user_agent.clone(),
            headers: handshake.headers.clone(),
            key: encode_key(keys.next_nonce()),
            origin: handshake.origin.clone(),
            protocols: handshake.protocols.clone(),
            extensions: None,
        };
        let config = EndpointConfig {
            max_message: MAX_MESSAGE,
            mask_keys: keys,
            opening_timeout: limit,
            ..EndpointConfig::default()
        };
        Self {
            endpoint: Endpoint::client(config, request),
            limit,
            echoes,
            agent: None,
            sent_at: Moment::ZERO,
            opened_after: None,
            kind: None,
            answer: Vec::new(),
            round_trips: Vec::new(),
            stays_for: None,
            serves_company: None,
            unfit: None,
        }
    }

    /// Has the connection stay open after the last echo, and tells when that is.
    fn stay_open(&mut self) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        self.stays_for = Some(sender);
        receiver
    }

    /// Ends the connection in good order.
    fn leave(&mut self, now: Moment) {
        self.endpoint.close(now, Some(CloseCode::NORMAL), "");
    }

    fn has_echoed(&self) -> bool {
        self.unfit.is_none() && self.round_trips.len() >= self.echoes
    }

    fn text(&self) -> String {
        format!("wscheck asks for an echo, {}", self.round_trips.len() + 1)
    }

    /// Until when the echo that is out must be back.
    fn echo_deadline(&self) -> Option<Moment> {
        let is_out = self.endpoint.is_open() && self.is_asking();
        is_out.then(|| self.sent_at + self.limit)
    }

    fn is_asking(&self) -> bool {
        self.unfit.is_none() && self.round_trips.len() < self.echoes
    }

    fn send(&mut self, now: Moment) {
        let text = self.text();
        self.endpoint.send_text(&text);
        self.sent_at = now;
    }

    fn take_events(&mut self, now: Moment) {
        while let Some(event) = self.endpoint.poll_event() {
            match event {
                EndpointEvent::Open { head, .. } => {
                    let name = head.joined("Server");
                    self.agent = name.map(|name| String::from_utf8_lossy(&name).into_owned());
                    self.opened_after = Some(now);
                    self.send(now);
                }
                EndpointEvent::MessageStart(kind) => {
                    self.kind = Some(kind);
                    self.answer.clear();
                }
                EndpointEvent::MessageData(octets) => self.answer.extend_from_slice(&octets),
                EndpointEvent::MessageEnd if self.is_asking() => self.take_answer(now),
                _ => {}
            }
        }
    }

    fn take_answer(&mut self, now: Moment) {
        let sent = self.text();
        if self.kind != Some(MessageKind::Text) || self.answer != sent.as_bytes() {
            let answer = self.shown_answer();
            self.unfit = Some(Unfit::OtherEcho { sent, answer });
        } else {
            self.round_trips.push(now.saturating_sub(self.sent_at));
            if self.round_trips.len() < self.echoes {
                return self.send(now);
            }
            if let Some(waiting) = self.stays_for.take() {
                // Who waits has the say from here on.
                let _ = waiting.send(());
                return;
            }
        }
        self.leave(now);
    }

    fn shown_answer(&self) -> String {
        let kind = match self.kind {
            Some(MessageKind::Text) => "the text",
            _ => "the binary message",
        };
        let shown = &self.answer[..self.answer.len().min(SHOWN)];
        let more = if shown.len() < self.answer.len() {
            " and more"
        } else {
            ""
        };
        format!("{kind} {:?}{more}", String::from_utf8_lossy(shown))
    }

    fn found(mut self) -> Result<Preflight, Unfit> {
        if let Some(unfit) = self.unfit {
            return Err(unfit);
        }
        self.round_trips.sort_unstable();
        let round_trip = self.round_trips.get(self.round_trips.len() / 2).copied();
        if round_trip.is_none()
            && let Some(unfit) = self
                .endpoint
                .ending()
                .and_then(|ending| unfit(ending, self.limit))
        {
            return Err(unfit);
        }
        let reactions = self.opened_after.iter().chain(&self.round_trips);
        Ok(Preflight {
            agent: self.agent,
            round_trip,
            slowest: reactions.clone().max().copied(),
            reactions: u32::try_from(reactions.count()).unwrap_or(u32::MAX),
            serves_company: self.serves_company,
        })
    }
}

/// Which endings leave nothing to test. A server that breaks a rule can be
/// tested.
fn unfit(ending: &Ending, after: Duration) -> Option<Unfit> {
    let not_web_socket = |why: &dyn ToString| {
        let why = why.to_string();
        Some(Unfit::NotWebSocket { why })
    };
    match ending {
        Ending::NotOpened(OpeningFault::Timeout) => Some(Unfit::Silent { after }),
        Ending::NotOpened(OpeningFault::Lost(how)) => Some(Unfit::Ended { how: *how }),
        Ending::NotOpened(OpeningFault::Head(fault)) => not_web_socket(fault),
        Ending::NotOpened(OpeningFault::Response(fault)) => match fault {
            ResponseFault::NotUtf8
            | ResponseFault::StatusLine { .. }
            | ResponseFault::HttpVersion { .. }
            | ResponseFault::Status { .. } => not_web_socket(fault),
            _ => None,
        },
        Ending::Closed { .. } | Ending::Lost(_) => Some(Unfit::NoEchoButEnd {
            why: ending.to_string(),
        }),
        _ => None,
    }
}

impl Conversation for Probe {
    fn handle_input(&mut self, now: Moment, input: &mut [u8]) {
        self.endpoint.handle_input(now, input);
        self.take_events(now);
    }

    fn handle_eof(&mut self, now: Moment, how: Eof) {
        self.endpoint.handle_eof(now, how);
        self.take_events(now);
    }

    fn handle_timeout(&mut self, now: Moment) {
        if self.echo_deadline().is_some_and(|deadline| deadline <= now) {
            self.unfit = Some(Unfit::NoEcho { after: self.limit });
            self.leave(now);
        }
        self.endpoint.handle_timeout(now);
    }

    fn poll_output(&mut self, now: Moment) -> Option<Output> {
        self.endpoint.poll_output(now)
    }

    fn poll_timeout(&self) -> Option<Moment> {
        self.echo_deadline()
            .or_else(|| self.endpoint.poll_timeout())
    }

    fn wants_input(&self) -> bool {
        self.endpoint.wants_input()
    }

    fn is_over(&self) -> bool {
        self.endpoint.is_over()
    }
}
