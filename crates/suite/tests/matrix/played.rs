//! Cases and faults, brought together.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use wscheck_suite::case::Case;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::in_process::{play, play_client};
use wscheck_suite::matrix::other_offer;
use wscheck_suite::profile::Profile;
use wscheck_suite::session::Settings;
use wscheck_suite::verdict::Verdict;
use wscheck_wire::deflate::DeflateConfig;
use wscheck_wire::fault::{Fault, FaultyPeer};
use wscheck_wire::handshake::{ClientRequest, encode_key};
use wscheck_wire::mask::MaskingKeys;
use wscheck_wire::{Echo, EndpointConfig, Role};

use crate::small;

/// A case that catches a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    pub fault: &'static str,
    pub role: Role,
    pub case: CaseId,
    /// The word of the verdict that differs.
    pub how: &'static str,
}

/// Plays everything, and gives what is caught, by number of the case.
pub fn meet_all(profile: Profile, faults: impl Iterator<Item = &'static Fault>) -> Vec<Met> {
    let cases = small::cases();
    let pairs: Vec<(&Fault, Role)> = faults
        .flat_map(|fault| fault.roles().iter().map(move |role| (fault, *role)))
        .collect();
    let good: BTreeMap<(Role, CaseId), Verdict> = [Role::Server, Role::Client]
        .into_iter()
        .flat_map(|role| cases.iter().map(move |(case, _)| (role, case)))
        .map(|(role, case)| ((role, case.id), verdict(profile, case, role, None)))
        .collect();
    let (next, met) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some((fault, role)) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut found = Vec::new();
            for (case, same) in cases.iter().filter(|(case, _)| case.testee.includes(*role)) {
                let verdict = verdict(profile, case, *role, Some(fault));
                let good = &good[&(*role, case.id)];
                if let Some(how) = difference(good, &verdict) {
                    found.extend(same.iter().map(|case| Met {
                        fault: fault.name,
                        role: *role,
                        case: case.id,
                        how,
                    }));
                }
            }
            met.lock().expect("no thread panics with it").extend(found);
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let mut met = met.into_inner().expect("no thread panics with it");
    met.sort_by_key(|met| met.case);
    met
}

/// The first word that differs.
fn difference(good: &Verdict, other: &Verdict) -> Option<&'static str> {
    if good.behaviour != other.behaviour {
        return Some(other.behaviour.as_str());
    }
    (good.close != other.close).then(|| other.close.as_str())
}

/// What the case says of the reference peer, with a fault if there is one.
pub fn verdict(profile: Profile, case: &Case, role: Role, fault: Option<&Fault>) -> Verdict {
    let settings = Settings {
        profile,
        seed: 7,
        ..Settings::default()
    };
    let config = |connection: usize| EndpointConfig {
        deflate: Some(DeflateConfig::default()),
        mask_keys: MaskingKeys::seeded(connection as u64),
        ..EndpointConfig::default()
    };
    let played = match (role, fault) {
        (Role::Server, None) => play(case, &settings, |nth| Echo::server(config(nth))),
        (Role::Server, Some(fault)) => play(case, &settings, |nth| {
            FaultyPeer::server(fault, config(nth))
        }),
        (Role::Client, None) => play_client(case, &settings, |nth| {
            Echo::client(config(nth), request(case, nth))
        }),
        (Role::Client, Some(fault)) => play_client(case, &settings, |nth| {
            FaultyPeer::client(fault, config(nth), request(case, nth))
        }),
    };
    played.verdict
}

fn request(case: &Case, connection: usize) -> ClientRequest {
    let mut nonce = *b"sixteen octets!!";
    nonce[15] = connection as u8;
    let key = encode_key(nonce);
    let mut request = ClientRequest::bare("/runCase?case=1&agent=echo", "localhost:9001", key);
    request.extensions = other_offer(case.id).map(str::to_owned);
    request
}
