//! Every case earns OK, or is informational, from the strict endpoint; but for
//! those of compression, which it declines.

use wscheck_suite::case::Script;
use wscheck_suite::catalogue;
use wscheck_suite::in_process::play;
use wscheck_suite::profile::Profile;
use wscheck_suite::session::Settings;
use wscheck_suite::verdict::Grade;
use wscheck_wire::{Echo, EndpointConfig};

#[test]
fn the_reference_peer_passes_every_case_in_both_profiles() {
    for profile in [Profile::Autobahn, Profile::Rfc] {
        let settings = Settings {
            profile,
            seed: 7,
            ..Settings::default()
        };
        for case in catalogue::all() {
            let played = play(case, &settings, |_| Echo::server(EndpointConfig::default()));
            let grade = played.verdict.grade;
            let informational = case.expectation(profile).informational
                || case.expectation(profile).close.informational;
            let wanted = match informational {
                true => Grade::Informational,
                false if case.connections.iter().any(Script::needs_deflate) => Grade::Unimplemented,
                false => Grade::Ok,
            };
            assert!(
                grade == wanted || grade == Grade::Ok,
                "{profile} {}: {:?}\n{:#?}",
                case.id,
                played.verdict,
                played.transcript.connections[0].evidence,
            );
        }
    }
}
