//! (case, what both ends saw) → verdict. A pure function; nothing else is asked.

use wscheck_wire::handshake::{Head, accept_for};

use super::evidence::{RelayEvidence, StreamEvidence};
use super::head::{list, lists};
use super::rule::{Broken, FieldIs, RelayExpectation, RelayRule};
use super::words::end;
use super::{Relay, RelaySide, RelayStep};
use crate::case::{Case, Step};
use crate::evidence::Evidence;
use crate::octets::Octets;
use crate::payload::Payload;
use crate::verdict::{Behaviour, CloseBehaviour, Reason, Verdict};

/// The most octets of something that a reason shows.
const SHOWN: usize = 32;

/// Judges what happened before the proxy, `client`, and on each connection
/// behind it that the case came over.
///
/// The second axis has nothing to say of a proxy: how connections end is among
/// the rules of a case.
pub fn judge(case: &Case, client: &Evidence, upstream: &[&Evidence]) -> Verdict {
    let Some(relay) = case.relay.as_deref() else {
        return Verdict::new(Behaviour::Informational, CloseBehaviour::Ok, Vec::new());
    };
    let seen = Seen {
        relay,
        client,
        upstream,
    };
    let (mut behaviour, mut reasons) = (Behaviour::Ok, Vec::new());
    for expectation in &relay.expect {
        let Some(came) = seen.fault(&expectation.rule) else {
            continue;
        };
        let earned = match expectation.rule {
            RelayRule::Carries(from) if seen.says_the_same(from) => Behaviour::Unimplemented,
            _ => earned(expectation),
        };
        behaviour = behaviour.max(earned);
        reasons.push(Reason::NotRelayed {
            expected: expectation.rule.to_string(),
            came,
        });
        if matches!(expectation.rule, RelayRule::Opens | RelayRule::Arrives) {
            break;
        }
    }
    if case.expect.informational {
        behaviour = Behaviour::Informational;
    }
    Verdict::new(behaviour, CloseBehaviour::Ok, reasons)
}

fn earned(expectation: &RelayExpectation) -> Behaviour {
    match expectation.broken {
        Broken::Failed => Behaviour::Failed,
        Broken::NonStrict => Behaviour::NonStrict,
        Broken::Unimplemented => Behaviour::Unimplemented,
    }
}

struct Seen<'a> {
    relay: &'a Relay,
    client: &'a Evidence,
    upstream: &'a [&'a Evidence],
}

static NOBODY: RelayEvidence = RelayEvidence {
    requests: Vec::new(),
    answers: Vec::new(),
    answered: Octets(Vec::new()),
    tunnel: false,
    sent: NO_STREAM,
    received: NO_STREAM,
    waited_for: None,
};

const NO_STREAM: StreamEvidence = StreamEvidence {
    length: 0,
    sha256: String::new(),
    octets: Octets(Vec::new()),
    messages: None,
};

fn relayed(evidence: &Evidence) -> &RelayEvidence {
    evidence.relay.as_deref().unwrap_or(&NOBODY)
}

impl Seen<'_> {
    fn at(&self, side: RelaySide) -> &RelayEvidence {
        self.connection(side).map_or(&NOBODY, relayed)
    }

    fn connection(&self, side: RelaySide) -> Option<&Evidence> {
        match side {
            RelaySide::Client => Some(self.client),
            RelaySide::Upstream => self.upstream.first().copied(),
        }
    }

    fn request(&self) -> Head {
        head(self.at(RelaySide::Upstream).requests.first())
    }

    fn answer(&self) -> Head {
        head(
            self.at(RelaySide::Client)
                .answers
                .first()
                .map(|answer| &answer.head),
        )
    }

    /// What came instead of what `rule` wants; `None` if that came.
    fn fault(&self, rule: &RelayRule) -> Option<String> {
        match rule {
            RelayRule::Opens => self.does_not_arrive().or_else(|| self.does_not_open()),
            RelayRule::Arrives => self.does_not_arrive(),
            RelayRule::Request { field, is } => {
                let left = head(self.at(RelaySide::Client).requests.first());
                differs(field, is, &left, &self.request())
            }
            RelayRule::Answer { field, is } => {
                let left = head(Some(&self.at(RelaySide::Upstream).answered));
                differs(field, is, &left, &self.answer())
            }
            RelayRule::Status(statuses) => match self.at(RelaySide::Client).answers.first() {
                Some(first) if statuses.contains(&first.status) => None,
                Some(first) => Some(format!("it is answered with {}", first.status)),
                None => Some(self.no_answer()),
            },
            RelayRule::Body(body) => self.other_body(body),
            RelayRule::Carries(from) => self.not_carried(*from),
            RelayRule::NoTunnel => self.tunnel(),
            RelayRule::KeepsBack(octets) => self.let_through(octets),
            RelayRule::AnswersOrEnds => self.left_alone(),
            RelayRule::Ends { at, how } => {
                let ended = self.connection(*at)?.closing.peer_ended;
                match ended {
                    Some(ended) if how.is_empty() || how.contains(&ended) => None,
                    Some(ended) => Some(format!("it ended by {}", end(ended))),
                    None => Some("it was left open".to_owned()),
                }
            }
        }
    }

    fn does_not_arrive(&self) -> Option<String> {
        if !self.at(RelaySide::Upstream).requests.is_empty() {
            return None;
        }
        let answer = match self.at(RelaySide::Client).answers.first() {
            Some(first) => format!("the proxy answered it with {}", first.status),
            None => self.no_answer(),
        };
        Some(format!("no request arrived upstream; {answer}"))
    }

    fn no_answer(&self) -> String {
        match self.client.closing.peer_ended {
            Some(how) => format!(
                "the client had no answer, and its connection ended by {}",
                end(how)
            ),
            None => "the client had no answer".to_owned(),
        }
    }

    fn does_not_open(&self) -> Option<String> {
        let client = self.at(RelaySide::Client);
        let Some(first) = client.answers.first() else {
            return Some(self.no_answer());
        };
        let head = self.answer();
        if first.status != 101 {
            return Some(format!("the client is answered with {}", first.status));
        }
        let asked = self::head(client.requests.first());
        let accept = accept_for(&asked.joined("Sec-WebSocket-Key").unwrap_or_default());
        let accepted = head.joined("Sec-WebSocket-Accept");
        if !lists(&head, "Upgrade", "websocket") {
            Some("the 101 has no Upgrade: websocket".to_owned())
        } else if !lists(&head, "Connection", "upgrade") {
            Some("the 101 has no Connection: Upgrade".to_owned())
        } else if accepted.as_deref() != Some(accept.as_bytes()) {
            Some("Sec-WebSocket-Accept does not fit the client's key".to_owned())
        } else {
            None
        }
    }

    fn other_body(&self, body: &Payload) -> Option<String> {
        let Some(first) = self.at(RelaySide::Client).answers.first() else {
            return Some(self.no_answer());
        };
        if first.body.octets.0 == body.to_octets().as_ref() && first.whole {
            return None;
        }
        let cut = if first.whole {
            ""
        } else {
            ", and its end is missing"
        };
        Some(format!("it has {}{cut}", shown(&first.body.octets.0)))
    }

    /// Whether the messages from this end came, in other frames. Who knows the
    /// frames may do that, unless reserved bits say more than it knows (RFC 6455
    /// §5.4).
    fn says_the_same(&self, from: RelaySide) -> bool {
        let (left, came) = (&self.at(from).sent, &self.at(from.other()).received);
        let steps = &self.relay.script(from).steps;
        let mut frames = steps.iter().filter_map(|step| match step {
            RelayStep::Send(Step::Send(frame)) => Some(frame),
            _ => None,
        });
        left.messages.is_some() && left.messages == came.messages && frames.all(|it| it.rsv == 0)
    }

    fn not_carried(&self, from: RelaySide) -> Option<String> {
        let (left, came) = (&self.at(from).sent, &self.at(from.other()).received);
        if (left.length, &left.sha256) == (came.length, &came.sha256) {
            return None;
        }
        if self.says_the_same(from) {
            return Some("the same messages arrived, in other frames".to_owned());
        }
        let mut pairs = left.octets.0.iter().zip(&came.octets.0);
        let place = match pairs.position(|(left, came)| left != came) {
            Some(at) => format!(
                "octet {at} is the first that differs: {} left, {} came",
                shown(&left.octets.0[at..]),
                shown(&came.octets.0[at..])
            ),
            None if left.length == came.length => "they are not the same".to_owned(),
            None => format!("what came begins {}", shown(&came.octets.0)),
        };
        Some(format!(
            "{} octets left, {} arrived; {place}",
            left.length, came.length
        ))
    }

    fn tunnel(&self) -> Option<String> {
        let asked = &self.at(RelaySide::Client).requests;
        for upstream in self.upstream.iter().map(|evidence| relayed(evidence)) {
            if upstream.received.length > 0 {
                return Some(format!(
                    "{} octets arrived that are no request: {}",
                    upstream.received.length,
                    shown(&upstream.received.octets.0)
                ));
            }
            let mut later = upstream.requests.iter().skip(1);
            if later.any(|request| asked.iter().skip(1).any(|asked| asked == request)) {
                return Some(
                    "a further request arrived octet for octet, with the fields that \
                     Connection names"
                        .to_owned(),
                );
            }
        }
        None
    }

    fn let_through(&self, octets: &Payload) -> Option<String> {
        let client = self.at(RelaySide::Client);
        let wanted = octets.to_octets();
        let holds = |octets: &[u8]| {
            !wanted.is_empty()
                && octets
                    .windows(wanted.len())
                    .any(|window| window == wanted.as_ref())
        };
        let mut heads = client.answers.iter();
        let let_through = holds(&client.received.octets.0)
            || heads.any(|answer| holds(&answer.head.0) || holds(&answer.body.octets.0));
        let_through.then(|| "it arrived".to_owned())
    }

    fn left_alone(&self) -> Option<String> {
        let client = self.at(RelaySide::Client);
        let answered = client.answers.len() > 1 && client.received.length == 0;
        if answered || self.client.closing.peer_ended.is_some() {
            return None;
        }
        Some("neither an answer came nor the end of the connection".to_owned())
    }
}

fn head(octets: Option<&Octets>) -> Head {
    Head {
        octets: octets.map_or_else(Vec::new, |octets| octets.0.clone()),
    }
}

fn differs(field: &str, is: &FieldIs, left: &Head, came: &Head) -> Option<String> {
    let (sent, values) = (list(left, field), list(came, field));
    let right = match is {
        FieldIs::Same => sent == values,
        FieldIs::Once => came.count(field) == 1,
        FieldIs::Absent => came.count(field) == 0,
        FieldIs::Lists(token) => lists(came, field, token),
    };
    if right {
        return None;
    }
    let words = match (came.count(field), is) {
        (0, FieldIs::Same) => format!("it left as {:?}, and is not there", sent.join(", ")),
        (0, _) => "it is not there".to_owned(),
        (_, FieldIs::Same) => format!(
            "it left as {:?}, and came as {:?}",
            sent.join(", "),
            values.join(", ")
        ),
        (_, FieldIs::Once) => format!("it stands there {} times", came.count(field)),
        _ => format!("it is {:?}", values.join(", ")),
    };
    Some(words)
}

fn shown(octets: &[u8]) -> String {
    let cut = &octets[..octets.len().min(SHOWN)];
    let more = if cut.len() < octets.len() { "…" } else { "" };
    match octets.is_empty() {
        true => "nothing".to_owned(),
        false => format!("{}{more}", Octets(cut.to_vec())),
    }
}
