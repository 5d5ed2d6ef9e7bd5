//! A learned pace judges as the nominal pace does, whatever the testee does late,
//! not at all, twice or unasked. What it cannot see stands in [`is_unseen`], and
//! in `docs/pace.md`.

mod faulty;

use std::time::Duration;

use faulty::{UNASKED, faults};
use wscheck_suite::case::Case;
use wscheck_suite::catalogue;
use wscheck_suite::expectation::Pattern;
use wscheck_suite::in_process::{Played, play};
use wscheck_suite::pace::Pace;
use wscheck_suite::profile::Profile;
use wscheck_suite::session::Settings;
use wscheck_suite::verdict::{Behaviour, CloseBehaviour, Grade, Verdict};
use wscheck_suite::vocabulary::{case, text};
use wscheck_wire::fault::{Fault, FaultyPeer};
use wscheck_wire::{Conversation, Echo, EndpointConfig};

/// The cases without much data, where all waits of scripts stand.
fn cases() -> impl Iterator<Item = &'static Case> {
    let chapters = [1, 2, 3, 4, 5, 6, 7, 10];
    catalogue::all()
        .iter()
        .filter(move |case| chapters.contains(&case.id.chapter()))
}

fn play_at(pace: Pace, profile: Profile, case: &Case, fault: Option<Fault>) -> Played {
    let config = EndpointConfig::default;
    let settings = Settings {
        profile,
        pace,
        ..Settings::default()
    };
    play(case, &settings, |_| -> Box<dyn Conversation> {
        match fault {
            None => Box::new(Echo::server(config())),
            Some(fault) => Box::new(FaultyPeer::server(&fault, config())),
        }
    })
}

/// What a look at the testee tells before the first case: five echoes.
fn slowest_reaction(fault: Fault) -> Duration {
    let look = case("99.1", "five echoes")
        .round_trips(text("Hello"), 5)
        .close_after(5)
        .ok_if(Pattern::RoundTrips)
        .build();
    let seen = play_at(Pace::NOMINAL, Profile::Rfc, &look, Some(fault));
    let evidence = &seen.transcript.connections[0].evidence;
    evidence.slowest_reaction.unwrap_or_default()
}

/// As a run does it: what does not come out right is played again.
fn learned(profile: Profile, case: &Case, fault: Fault, slowest: Duration) -> Verdict {
    let first = play_at(Pace::NOMINAL.learned(slowest), profile, case, Some(fault));
    match is_right(&first.verdict) {
        true => first.verdict,
        false => play_at(Pace::NOMINAL, profile, case, Some(fault)).verdict,
    }
}

fn is_right(verdict: &Verdict) -> bool {
    matches!(verdict.behaviour, Behaviour::Ok | Behaviour::Informational)
        && matches!(
            verdict.close,
            CloseBehaviour::Ok | CloseBehaviour::Informational
        )
}

/// What the testee does of itself in the rest of a pause that was cut short. A
/// ping is nothing wrong, but where it comes into the middle of a frame of ours,
/// and our pong with it.
fn is_unseen(case: &Case, fault: Fault) -> bool {
    let in_one_frame = ["6.4.3", "6.4.4"];
    let pausing = ["5.19", "5.20", "6.4.1", "6.4.2"];
    let id = case.id.to_string();
    let places: &[&str] = match fault.name {
        "ping-unasked" => &in_one_frame,
        name if UNASKED.contains(&name) => &[&pausing[..], &in_one_frame].concat(),
        _ => &[],
    };
    places.contains(&id.as_str())
}

#[test]
fn a_learned_pace_gives_the_verdicts_of_the_nominal_pace() {
    let faults = faults();
    assert_eq!(faults.len(), 157);
    let mut wrong = Vec::new();
    for profile in [Profile::Rfc, Profile::Autobahn] {
        for &fault in &faults {
            let slowest = slowest_reaction(fault);
            for case in cases() {
                let nominal = play_at(Pace::NOMINAL, profile, case, Some(fault)).verdict;
                let learned = learned(profile, case, fault, slowest);
                let same = (nominal.behaviour, nominal.close) == (learned.behaviour, learned.close);
                if same == is_unseen(case, fault) {
                    wrong.push(format!(
                        "{} {profile:?} {} {:?}: nominal {:?} {:?}, learned {:?} {:?}",
                        case.id,
                        fault.name,
                        fault.time(),
                        nominal.behaviour,
                        nominal.close,
                        learned.behaviour,
                        learned.close
                    ));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn a_good_peer_is_done_within_a_silence_or_two() {
    let pace = Pace::NOMINAL.learned(Duration::from_millis(1));
    for case in cases() {
        let played = play_at(pace, Profile::Rfc, case, None);
        assert!(is_right(&played.verdict), "{}", case.id);
        let ended = played.transcript.connections[0].evidence.closing.ended_at;
        // 2.6 is written octet by octet.
        let limit = Duration::from_millis(101);
        assert!(ended.unwrap() <= limit, "{}: {ended:?}", case.id);
    }
}

#[test]
fn a_pong_ends_a_pause_at_once_and_silence_ends_one_after_a_while() {
    let pace = Pace::NOMINAL.learned(Duration::from_millis(20));
    for (id, at) in [("5.19", 0), ("5.20", 0), ("6.4.1", 160), ("6.4.4", 160)] {
        let case = catalogue::find(id.parse().unwrap()).unwrap();
        let played = play_at(pace, Profile::Rfc, case, None);
        assert_eq!(played.verdict.grade, Grade::Ok, "{id}");
        let evidence = &played.transcript.connections[0].evidence;
        assert!(evidence.hurried, "{id}");
        let ended = evidence.closing.ended_at.unwrap();
        assert_eq!(ended.as_millis(), at, "{id}");
        assert_eq!(
            play_at(Pace::NOMINAL, Profile::Rfc, case, None)
                .transcript
                .connections[0]
                .evidence
                .closing
                .ended_at
                .unwrap()
                .as_secs(),
            1,
            "{id}"
        );
    }
}
