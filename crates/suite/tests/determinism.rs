//! The same seed, the same octets; the same evidence, the same verdict.

use std::sync::Arc;
use std::time::Duration;

use wscheck_suite::case::{Case, Step};
use wscheck_suite::catalogue;
use wscheck_suite::evidence::Evidence;
use wscheck_suite::judge::judge;
use wscheck_suite::profile::Profile;
use wscheck_suite::session::{ServerSide, Session, Settings, Target};
use wscheck_suite::transcript::ConnectionRecord;
use wscheck_wire::deflate::DeflateConfig;
use wscheck_wire::handshake::{ClientRequest, encode_key};
use wscheck_wire::{Conversation, Echo, EndpointConfig, Eof, Moment, Output, Role};

/// What passed between two sides, each read with its moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Recording {
    /// What our session wrote.
    ours: Vec<u8>,
    /// What it was given, and when.
    given: Vec<(Moment, Given)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Given {
    Octets(Vec<u8>),
    End(Eof),
    Time,
}

/// The cases that take no time to play. Of those that do: of section 9 one of each kind; of
/// chapters 12 and 13 the least, a middle and the greatest row of each section, with as many
/// round trips as it takes for one message to lean on another.
fn cases() -> Vec<Case> {
    let sessions = catalogue::all().iter().filter(|case| case.relay.is_none());
    let cases = sessions.filter(|case| {
        let row = case.id.parts().get(2);
        match case.id.chapter() {
            9 => row == Some(&1),
            12 | 13 => [1, 9, 18].map(Some).contains(&row.copied()),
            _ => true,
        }
    });
    let mut cases: Vec<Case> = cases.cloned().collect();
    let scripts = cases.iter_mut().flat_map(|case| &mut case.connections);
    for step in scripts.flat_map(|script| &mut script.steps) {
        if let Step::RoundTrips { times, .. } = step {
            *times = (*times).min(3);
        }
    }
    cases
}

fn settings(profile: Profile, seed: u64) -> Settings {
    Settings {
        profile,
        seed,
        ..Settings::default()
    }
}

fn session(case: &Case, testee: Role, settings: &Settings) -> Session {
    let case = Arc::new(case.clone());
    match testee {
        Role::Server => Session::dial(case, 0, &Target::default(), settings),
        Role::Client => Session::accept(case, 0, settings, ServerSide::default()),
    }
}

fn echo(testee: Role) -> Echo {
    let config = EndpointConfig {
        deflate: Some(DeflateConfig::default()),
        ..EndpointConfig::default()
    };
    match testee {
        Role::Server => Echo::server(config),
        Role::Client => Echo::client(config, request()),
    }
}

fn request() -> ClientRequest {
    let key = encode_key(*b"sixteen octets!!");
    ClientRequest::bare("/runCase?case=1&agent=echo", "localhost:9001", key)
}

/// Plays against the reference peer, and writes everything down.
fn record(case: &Case, testee: Role, settings: &Settings) -> (Recording, ConnectionRecord) {
    let (mut session, mut echo) = (session(case, testee, settings), echo(testee));
    let (mut recording, mut now) = (Recording::default(), Moment::ZERO);
    let mut peer_ended = false;
    while !session.is_over() {
        let mut idle = true;
        while let Some(output) = session.poll_output(now) {
            if let Output::Write(mut octets) = output {
                recording.ours.extend_from_slice(&octets);
                echo.handle_input(now, &mut octets);
                idle = false;
            }
        }
        // One thing at a time: we may write before the next.
        if let Some(output) = echo.poll_output(now).filter(|_| !peer_ended) {
            let given = match output {
                Output::Write(octets) => Given::Octets(octets),
                _ => Given::End(Eof::Fin),
            };
            idle = false;
            peer_ended = matches!(given, Given::End(_));
            recording.given.push((now, given.clone()));
            give(&mut session, now, given);
        }
        if idle && !session.is_over() {
            let times = [session.poll_timeout(), echo.poll_timeout()];
            let Some(next) = times.into_iter().flatten().min() else {
                break;
            };
            now = now.max(next);
            recording.given.push((now, Given::Time));
            give(&mut session, now, Given::Time);
            echo.handle_timeout(now);
        }
        assert!(now < Duration::from_secs(600), "{}", case.id);
    }
    while let Some(output) = session.poll_output(now) {
        if let Output::Write(octets) = output {
            recording.ours.extend(octets);
        }
    }
    (recording, session.into_record())
}

fn give(session: &mut Session, now: Moment, given: Given) {
    match given {
        Given::Octets(mut octets) => session.handle_input(now, &mut octets),
        Given::End(how) => session.handle_eof(now, how),
        Given::Time => session.handle_timeout(now),
    }
}

/// Plays again what a session was given then.
fn replay(
    case: &Case,
    testee: Role,
    settings: &Settings,
    recording: &Recording,
) -> (Recording, ConnectionRecord) {
    let mut session = session(case, testee, settings);
    let mut again = Recording::default();
    let mut write = |session: &mut Session, now| {
        while let Some(output) = session.poll_output(now) {
            if let Output::Write(octets) = output {
                again.ours.extend_from_slice(&octets);
            }
        }
    };
    for (now, given) in &recording.given {
        write(&mut session, *now);
        give(&mut session, *now, given.clone());
        write(&mut session, *now);
    }
    again.given.clone_from(&recording.given);
    (again, session.into_record())
}

/// Where data go compressed.
#[test]
fn chapters_12_and_13_are_among_them() {
    let compressed = cases()
        .into_iter()
        .filter(|case| [12, 13].contains(&case.id.chapter()));
    let mut excerpts = 0;
    for case in compressed {
        let script = case.connections.last().expect("a case has a connection");
        assert!(script.needs_deflate(), "{}", case.id);
        excerpts += 1;
    }
    assert_eq!(excerpts, 3 * 12);
}

const ROLES: [Role; 2] = [Role::Server, Role::Client];

#[test]
fn a_run_with_a_seed_sends_the_same_octets() {
    for testee in ROLES {
        for case in &cases() {
            let of = |seed| record(case, testee, &settings(Profile::Rfc, seed)).0.ours;
            assert!(of(7) == of(7), "{} {testee}", case.id);
        }
    }
}

/// As a client we have keys to choose, in the cases of the original each time; as
/// a server we have none.
#[test]
fn another_seed_sends_other_octets_where_there_is_a_choice() {
    let cases = cases();
    for case in cases.iter().filter(|case| case.id.chapter() <= 13) {
        let of = |testee, seed| record(case, testee, &settings(Profile::Rfc, seed)).0.ours;
        assert!(of(Role::Server, 7) != of(Role::Server, 8), "{}", case.id);
        assert!(of(Role::Client, 7) == of(Role::Client, 8), "{}", case.id);
    }
}

#[test]
fn a_transcript_played_again_gives_the_same_verdict() {
    for profile in [Profile::Autobahn, Profile::Rfc] {
        for testee in ROLES {
            for case in &cases() {
                let settings = settings(profile, 7);
                let (first, record) = record(case, testee, &settings);
                let (again, replayed) = replay(case, testee, &settings, &first);
                assert!(again.ours == first.ours, "{} {testee}", case.id);
                assert!(replayed.evidence == record.evidence, "{} {testee}", case.id);
                let verdict = |of: &ConnectionRecord| judge(case, profile, testee, &[&of.evidence]);
                assert_eq!(verdict(&replayed), verdict(&record), "{} {testee}", case.id);
            }
        }
    }
}

/// The judge asks for nothing but what is stored.
#[test]
fn stored_evidence_is_judged_as_it_was() {
    for profile in [Profile::Autobahn, Profile::Rfc] {
        for testee in ROLES {
            for case in &cases() {
                let (_, record) = record(case, testee, &settings(profile, 7));
                let verdict = judge(case, profile, testee, &[&record.evidence]);
                let stored = serde_json::to_string(&record.evidence).expect("evidence is stored");
                let read: Evidence = serde_json::from_str(&stored).expect("and read again");
                let again = serde_json::to_string(&read).expect("evidence is stored");
                assert!(stored == again, "{}", case.id);
                for _ in 0..2 {
                    assert_eq!(
                        judge(case, profile, testee, &[&read]),
                        verdict,
                        "{}",
                        case.id
                    );
                }
            }
        }
    }
}
