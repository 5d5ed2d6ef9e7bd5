//! The cases in `cases/`, which show users how theirs are written: they obey the
//! laws, and the reference server passes them.

use std::fs;
use std::path::Path;

use wscheck_suite::case::Case;
use wscheck_suite::in_process::play;
use wscheck_suite::lint::lint;
use wscheck_suite::load::{Format, load};
use wscheck_suite::session::Settings;
use wscheck_suite::verdict::Grade;
use wscheck_wire::deflate::DeflateConfig;
use wscheck_wire::{Echo, EndpointConfig, Role};

fn examples() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cases");
    let files = fs::read_dir(folder).expect("cases/ is there");
    let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    paths.sort();
    let cases = paths.iter().flat_map(|path| {
        let text = fs::read_to_string(path).expect("the file can be read");
        let name = path.to_string_lossy();
        load(&name, &text, Format::Toml).unwrap_or_else(|error| panic!("{name}: {error}"))
    });
    cases.collect()
}

#[test]
fn examples_obey_every_law() {
    let found: Vec<String> = examples()
        .iter()
        .flat_map(|case| lint(std::slice::from_ref(case)))
        .map(|finding| finding.to_string())
        .collect();
    assert_eq!(found, [""; 0]);
}

#[test]
fn the_reference_server_passes_them() {
    let config = EndpointConfig {
        deflate: Some(DeflateConfig::default()),
        ..EndpointConfig::default()
    };
    for case in examples() {
        if !case.testee.includes(Role::Server) {
            continue;
        }
        let server = |_| Echo::server(config.clone());
        let verdict = play(&case, &Settings::default(), server).verdict;
        let told = matches!(verdict.grade, Grade::Ok | Grade::Informational);
        assert!(told, "{}: {verdict:?}", case.id);
    }
}
