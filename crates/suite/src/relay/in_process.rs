//! Plays a case with a proxy in this process: no socket, and no time but what
//! the ends ask for.

use std::sync::Arc;

use wscheck_wire::{Conversation, Eof, Moment, Output};

use super::end::{RelayEnd, RelaySettings};
use super::judge::judge;
use super::reference_proxy::{ProxyOutput, ReferenceProxy};
use crate::case::Case;
use crate::evidence::Evidence;
use crate::transcript::{ConnectionRecord, Transcript};
use crate::verdict::Verdict;

/// The most turns of a play: each carries one thing.
const TURNS: u32 = 1_000_000;

/// Plays `case` with the reference proxy, wrong in the way that it is.
pub fn play(case: &Case, proxy: ReferenceProxy) -> (Verdict, Transcript) {
    let settings = RelaySettings {
        token: format!("{}-1", case.id),
        ..RelaySettings::default()
    };
    play_with(case, proxy, &settings)
}

/// The same, as `settings` have it.
pub fn play_with(
    case: &Case,
    proxy: ReferenceProxy,
    settings: &RelaySettings,
) -> (Verdict, Transcript) {
    let case = Arc::new(case.clone());
    let mut table = Table {
        client: Seat::new(RelayEnd::client(Arc::clone(&case), settings.clone())),
        upstream: Vec::new(),
        proxy,
        case: Arc::clone(&case),
        settings: settings.clone(),
        now: Moment::ZERO,
    };
    table.play();
    let client = table.client.end.into_record();
    let upstream = table.upstream.into_iter().map(|seat| seat.end);
    let upstream = upstream.filter(|end| !end.is_stranger());
    let upstream: Vec<ConnectionRecord> = upstream.map(RelayEnd::into_record).collect();
    let behind: Vec<&Evidence> = upstream.iter().map(|record| &record.evidence).collect();
    let verdict = judge(&case, &client.evidence, &behind);
    let connections = std::iter::once(client).chain(upstream).collect();
    (verdict, Transcript { connections })
}

/// One of our ends, and what its transport has been told.
struct Seat {
    end: RelayEnd,
    /// Whether it has ended its direction.
    ended: bool,
    /// Whether it was told the end of the other.
    told: bool,
}

impl Seat {
    fn new(end: RelayEnd) -> Self {
        Self {
            end,
            ended: false,
            told: false,
        }
    }

    fn take(&mut self, now: Moment, octets: &[u8]) {
        if !self.told {
            self.end.handle_input(now, &mut octets.to_vec());
        }
    }

    fn tell_end(&mut self, now: Moment, how: Eof) {
        if !self.told {
            self.told = true;
            self.end.handle_eof(now, how);
        }
    }
}

struct Table {
    client: Seat,
    /// Each connection that the proxy made; it uses the last.
    upstream: Vec<Seat>,
    proxy: ReferenceProxy,
    case: Arc<Case>,
    settings: RelaySettings,
    now: Moment,
}

/// What an end did, for the proxy to learn.
enum Did {
    Sent(Vec<u8>),
    Ended(Eof),
}

impl Table {
    fn play(&mut self) {
        for _ in 0..TURNS {
            if self.carry() {
                continue;
            }
            let client = self.client.end.poll_timeout();
            let opens = self.case.relay.as_ref().is_some_and(|relay| relay.agrees());
            if self.client.end.is_over() && !opens {
                return;
            }
            let upstream = self
                .upstream
                .iter()
                .filter_map(|seat| seat.end.poll_timeout());
            let Some(next) = client.into_iter().chain(upstream).min() else {
                return;
            };
            self.now = self.now.max(next);
            self.client.end.handle_timeout(self.now);
            for seat in &mut self.upstream {
                seat.end.handle_timeout(self.now);
            }
        }
    }

    /// Carries one thing; `false` if there is none.
    fn carry(&mut self) -> bool {
        if let Some(did) = did(&mut self.client, self.now) {
            match did {
                Did::Sent(octets) => self.proxy.from_client(&octets),
                Did::Ended(how) => self.proxy.client_ended(how),
            }
            return true;
        }
        if let Some(seat) = self.upstream.last_mut()
            && let Some(did) = did(seat, self.now)
        {
            match did {
                Did::Sent(octets) => self.proxy.from_upstream(&octets),
                Did::Ended(how) => self.proxy.upstream_ended(how),
            }
            return true;
        }
        let Some(output) = self.proxy.poll_output() else {
            return false;
        };
        let now = self.now;
        match output {
            ProxyOutput::Dial => {
                let end = RelayEnd::upstream(Arc::clone(&self.case), self.settings.clone());
                self.upstream.push(Seat::new(end));
            }
            ProxyOutput::ToClient(octets) => self.client.take(now, &octets),
            ProxyOutput::EndClient(how) => self.client.tell_end(now, how),
            ProxyOutput::ToUpstream(octets) => {
                if let Some(seat) = self.upstream.last_mut() {
                    seat.take(now, &octets);
                }
            }
            ProxyOutput::EndUpstream(how) => {
                if let Some(seat) = self.upstream.last_mut() {
                    seat.tell_end(now, how);
                }
            }
        }
        true
    }
}

fn did(seat: &mut Seat, now: Moment) -> Option<Did> {
    loop {
        let did = match seat.end.poll_output(now)? {
            Output::Write(octets) => Did::Sent(octets),
            Output::ShutdownWrite | Output::Drop if seat.ended => continue,
            Output::ShutdownWrite | Output::Drop => {
                seat.ended = true;
                Did::Ended(Eof::Fin)
            }
            Output::Reset => {
                seat.ended = true;
                Did::Ended(Eof::Reset)
            }
        };
        return Some(did);
    }
}
