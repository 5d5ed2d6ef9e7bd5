//! Every case earns OK, or is informational, from the strict endpoint.

use wscheck_suite::case::{Case, Script, Step};
use wscheck_suite::catalogue;
use wscheck_suite::in_process::{Played, play, play_client};
use wscheck_suite::matrix::other_offer;
use wscheck_suite::profile::Profile;
use wscheck_suite::session::Settings;
use wscheck_suite::verdict::{Behaviour, CloseBehaviour, Grade, Reason};
use wscheck_wire::deflate::{DeflateConfig, Terms};
use wscheck_wire::handshake::{ClientRequest, encode_key};
use wscheck_wire::mask::MaskingKeys;
use wscheck_wire::{Echo, EndpointConfig, Role};

/// So many messages show what a thousand would, where each is compressed.
const FEW: u32 = 6;

/// The cases, those with compression shortened.
fn cases() -> impl Iterator<Item = Case> {
    catalogue::all().iter().cloned().map(|mut case| {
        for step in case
            .connections
            .iter_mut()
            .flat_map(|script| &mut script.steps)
        {
            if let Step::RoundTrips { frame, times, .. } = step
                && frame.compressed
            {
                *times = FEW;
            }
        }
        case
    })
}

fn compressed(case: &Case) -> bool {
    case.connections.iter().any(Script::needs_deflate)
}

fn play_with(case: &Case, profile: Profile, deflate: Option<DeflateConfig>) -> Played {
    play_against(Role::Server, case, profile, deflate)
}

/// Plays against the reference peer in the role `testee`.
fn play_against(
    testee: Role,
    case: &Case,
    profile: Profile,
    deflate: Option<DeflateConfig>,
) -> Played {
    let settings = Settings {
        profile,
        seed: 7,
        ..Settings::default()
    };
    let config = EndpointConfig {
        deflate,
        ..EndpointConfig::default()
    };
    match testee {
        Role::Server => play(case, &settings, |_| Echo::server(config.clone())),
        Role::Client => play_client(case, &settings, |nth| {
            let mask_keys = MaskingKeys::seeded(nth as u64);
            let config = EndpointConfig {
                mask_keys,
                ..config.clone()
            };
            Echo::client(config, request(case, nth))
        }),
    }
}

fn request(case: &Case, connection: usize) -> ClientRequest {
    let mut nonce = *b"sixteen octets!!";
    nonce[15] = connection as u8;
    let key = encode_key(nonce);
    let mut request = ClientRequest::bare("/runCase?case=1&agent=echo", "localhost:9001", key);
    request.extensions = other_offer(case.id).map(str::to_owned);
    request
}

fn passes_every_case(testee: Role) {
    for profile in [Profile::Autobahn, Profile::Rfc] {
        let cases = cases().filter(|case| case.testee.includes(testee));
        for case in cases.filter(|case| catalogue::belongs_to(case.id, profile)) {
            let deflate = Some(DeflateConfig::default());
            let played = play_against(testee, &case, profile, deflate);
            let expectation = case.expectation(profile);
            let informational = expectation.informational || expectation.close.informational;
            let grade = played.verdict.grade;
            let evidence = &played.transcript.connections[0].evidence;
            assert!(
                grade == Grade::Ok || informational && grade == Grade::Informational,
                "{profile} {}: {:?}\n{evidence:#?}",
                case.id,
                played.verdict,
            );
            assert_eq!(
                evidence.opening.deflate.is_some(),
                compressed(&case),
                "{}",
                case.id
            );
        }
    }
}

#[test]
fn the_reference_server_passes_every_case_in_both_profiles() {
    passes_every_case(Role::Server);
}

#[test]
fn the_reference_client_passes_every_case_in_both_profiles() {
    passes_every_case(Role::Client);
}

/// A server may limit itself and the client as it likes.
#[test]
fn every_parameter_of_a_server_is_kept_to() {
    let terms = |no_context_takeover, max_window_bits| Terms {
        no_context_takeover,
        max_window_bits,
    };
    let few: Vec<Case> = cases()
        .filter(|case| compressed(case) && case.id.chapter() < 20)
        .filter(|case| matches!(case.id.parts()[2], 1 | 7 | 12))
        .collect();
    for (server, client) in [
        (terms(true, 15), terms(false, 15)),
        (terms(false, 15), terms(true, 15)),
        (terms(false, 9), terms(false, 10)),
        (terms(true, 8), terms(true, 8)),
    ] {
        let config = DeflateConfig {
            server,
            client,
            level: 6,
        };
        for case in &few {
            let played = play_with(case, Profile::Rfc, Some(config));
            assert_eq!(
                played.verdict.grade,
                Grade::Ok,
                "{}: {:?}",
                case.id,
                played.verdict
            );
        }
    }
}

#[test]
fn without_compression_its_cases_are_unimplemented_and_end_cleanly() {
    for (testee, profile) in [
        (Role::Server, Profile::Autobahn),
        (Role::Server, Profile::Rfc),
        (Role::Client, Profile::Autobahn),
        (Role::Client, Profile::Rfc),
    ] {
        let cases = cases().filter(|case| case.testee.includes(testee));
        let judged = |case: &Case| !case.expectation(profile).informational;
        for case in cases.filter(compressed).filter(judged) {
            let verdict = play_against(testee, &case, profile, None).verdict;
            assert_eq!(verdict.behaviour, Behaviour::Unimplemented, "{}", case.id);
            assert_eq!(verdict.close, CloseBehaviour::Ok, "{}", case.id);
            let reasons = &verdict.reasons[..];
            let lacks = matches!(
                reasons,
                [Reason::DeflateNotAgreed | Reason::NotApplicable { .. }]
            );
            assert!(lacks, "{}: {reasons:?}", case.id);
        }
    }
}

/// The original's zlib does not compress with a window of 8 bits, so it loses
/// the connection to a server that asks for it. RFC 7692 §7.1.2.2 allows it.
#[test]
fn a_server_may_ask_for_the_smallest_window_but_not_the_original() {
    let config = DeflateConfig {
        client: Terms {
            max_window_bits: 8,
            ..Terms::default()
        },
        ..DeflateConfig::default()
    };
    let case = cases().find(compressed).expect("a case with compression");
    let autobahn = play_with(&case, Profile::Autobahn, Some(config)).verdict;
    assert_eq!(
        (autobahn.behaviour, autobahn.close),
        (Behaviour::Failed, CloseBehaviour::Failed)
    );
    let rfc = play_with(&case, Profile::Rfc, Some(config)).verdict;
    assert_eq!(rfc.grade, Grade::Ok);
}

/// Likewise a client that lets the server use a window of 8 bits only.
#[test]
fn a_client_may_ask_for_the_smallest_window_but_not_the_original() {
    let config = DeflateConfig {
        server: Terms {
            max_window_bits: 8,
            ..Terms::default()
        },
        ..DeflateConfig::default()
    };
    let case = cases().find(compressed).expect("a case with compression");
    let autobahn = play_against(Role::Client, &case, Profile::Autobahn, Some(config)).verdict;
    assert_eq!(
        (autobahn.behaviour, autobahn.close),
        (Behaviour::Failed, CloseBehaviour::Failed)
    );
    let rfc = play_against(Role::Client, &case, Profile::Rfc, Some(config)).verdict;
    assert_eq!(rfc.grade, Grade::Ok);
}
