//! The example cases at the root of the repository are good ones.

use std::fs;
use std::path::Path;

use wscheck_suite::lint::lint;
use wscheck_suite::load::{Format, load};

#[test]
fn the_examples_load_and_obey_the_laws() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cases");
    let mut cases = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some(format) = Format::of(&name) else {
            continue;
        };
        let text = fs::read_to_string(&path).unwrap();
        cases.extend(load(&name, &text, format).unwrap());
    }
    assert!(cases.len() >= 5);
    cases.sort_by_key(|case| case.id);
    let findings: Vec<String> = lint(&cases).iter().map(ToString::to_string).collect();
    assert_eq!(findings, [""; 0]);
}
