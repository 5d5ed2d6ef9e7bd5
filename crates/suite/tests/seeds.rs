//! Five conversations that the original had with real servers. A server that
//! sends the same octets at the same points must earn the same verdicts and
//! leave the same statistics; only our own request differs.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::collections::VecDeque;

use serde::Deserialize;
use wscheck_suite::catalogue;
use wscheck_suite::evidence::{Closing, Tally};
use wscheck_suite::in_process::{Played, play};
use wscheck_suite::octets::from_hex;
use wscheck_suite::profile::Profile;
use wscheck_suite::session::Settings;
use wscheck_wire::handshake::{HeadReader, accept_for};
use wscheck_wire::{Conversation, Eof, Moment, Output};

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Seed {
    seed: String,
    case: String,
    head: String,
    events: Vec<Portion>,
    ended_by: String,
    ends_after_sent: usize,
    behaviour: String,
    close: String,
    fields: Fields,
    received_octets: BTreeMap<u64, u64>,
    sent_octets_after_the_head: BTreeMap<u64, u64>,
    received_frames: BTreeMap<u64, u64>,
    sent_frames: BTreeMap<u64, u64>,
}

/// Octets that the server sends once it has so many octets of frames.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Portion {
    after_sent: usize,
    hex: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Fields {
    closed_by_me: bool,
    failed_by_me: bool,
    dropped_by_me: bool,
    was_clean: bool,
    was_server_connection_drop_timeout: bool,
    was_close_handshake_timeout: bool,
    local_close_code: Option<u16>,
    remote_close_code: Option<u16>,
    remote_close_reason: Option<String>,
}

impl Fields {
    fn of(closing: &Closing) -> Self {
        Self {
            closed_by_me: closing.closed_by_us,
            failed_by_me: closing.failed_by_us,
            dropped_by_me: closing.dropped_by_us,
            was_clean: closing.clean,
            was_server_connection_drop_timeout: closing.drop_timed_out,
            was_close_handshake_timeout: closing.close_timed_out,
            local_close_code: closing.local_code,
            remote_close_code: closing.remote_code,
            remote_close_reason: closing
                .remote_reason
                .as_ref()
                .and_then(|r| r.as_text())
                .map(str::to_owned),
        }
    }
}

/// The server of a seed, sending what it sent then.
struct Replay {
    seed: Seed,
    request: HeadReader,
    opened: bool,
    received: usize,
    portions: VecDeque<Portion>,
    outputs: VecDeque<Output>,
    ended: bool,
}

impl Replay {
    fn new(seed: &Seed) -> Self {
        let portions = seed.events.iter().cloned().collect();
        let request = HeadReader::new(1 << 16);
        let outputs = VecDeque::new();
        Self {
            seed: seed.clone(),
            request,
            opened: false,
            received: 0,
            portions,
            outputs,
            ended: false,
        }
    }

    fn send_what_is_due(&mut self) {
        while self
            .portions
            .front()
            .is_some_and(|portion| portion.after_sent <= self.received)
        {
            let portion = self.portions.pop_front().unwrap();
            self.outputs
                .push_back(Output::Write(from_hex(&portion.hex).unwrap()));
        }
        let done = self.portions.is_empty() && self.received >= self.seed.ends_after_sent;
        if done && self.seed.ended_by == "peer" && !self.ended {
            self.ended = true;
            self.outputs.push_back(Output::Drop);
        }
    }
}

impl Conversation for Replay {
    fn handle_input(&mut self, _now: Moment, input: &mut [u8]) {
        if self.opened {
            self.received += input.len();
        } else if let Some((head, used)) = self.request.push(input).unwrap() {
            let accept = accept_for(head.values("Sec-WebSocket-Key").next().unwrap());
            let answer = self.seed.head.replace("{accept}", &accept);
            self.outputs.push_back(Output::Write(answer.into_bytes()));
            self.opened = true;
            self.received = input.len() - used;
        }
        self.send_what_is_due();
    }

    fn handle_eof(&mut self, _now: Moment, _how: Eof) {}

    fn handle_timeout(&mut self, _now: Moment) {}

    fn poll_output(&mut self, _now: Moment) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn poll_timeout(&self) -> Option<Moment> {
        None
    }
}

fn tally(tally: &Tally) -> BTreeMap<u64, u64> {
    tally.iter().collect()
}

fn replay(seed: &Seed) -> Played {
    let case = catalogue::find(seed.case.parse().unwrap()).unwrap();
    let settings = Settings {
        profile: Profile::Autobahn,
        ..Settings::default()
    };
    play(case, &settings, |_| Replay::new(seed))
}

#[test]
fn the_seeds_earn_what_the_original_gave() {
    let seeds: Vec<Seed> = serde_json::from_str(include_str!("data/seeds.json")).unwrap();
    assert_eq!(seeds.len(), 5);
    for seed in &seeds {
        let played = replay(seed);
        let evidence = &played.transcript.connections[0].evidence;
        let name = &seed.seed;
        assert_eq!(
            played.verdict.behaviour.to_string(),
            seed.behaviour,
            "{name}: {:?}",
            played.verdict
        );
        assert_eq!(
            played.verdict.close.to_string(),
            seed.close,
            "{name}: {:?}",
            played.verdict
        );
        assert_eq!(Fields::of(&evidence.closing), seed.fields, "{name}");
        let counters = &evidence.counters;
        assert_eq!(
            tally(&counters.received_octets),
            seed.received_octets,
            "{name}"
        );
        assert_eq!(
            tally(&counters.received_frames),
            seed.received_frames,
            "{name}"
        );
        assert_eq!(tally(&counters.sent_frames), seed.sent_frames, "{name}");
        let mut sent = tally(&counters.sent_octets);
        assert_eq!(
            sent.remove(&(evidence.opening.request.0.len() as u64)),
            Some(1),
            "{name}"
        );
        assert_eq!(sent, seed.sent_octets_after_the_head, "{name}");
    }
}
