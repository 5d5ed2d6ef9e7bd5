//! `wscheck explain`.

use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;

use super::peers::Reference;
use super::place::Place;

fn explained(line: &str) -> String {
    let explained = Place::new().wscheck(line).assert().success();
    String::from_utf8(explained.get_output().stdout.clone()).unwrap()
}

#[test]
fn in_words() {
    insta::assert_snapshot!(explained("explain 7.1.5"));
}

#[test]
fn with_octets_and_by_the_other_profile() {
    let text = explained("explain 3.2 --bytes --profile autobahn");
    assert!(text.contains("NON-STRICT"), "{text}");
    assert!(text.contains("81 8d 00 00 00 00"), "{text}");
}

#[test]
fn as_toml_that_can_be_played() {
    let place = Place::new();
    let toml = explained("explain 4.2.4 --toml").replace("\"4.2.4\"", "\"1000.7\"");
    place.write("mine.toml", &toml);
    place
        .wscheck("server 1000 --cases-file mine.toml")
        .assert()
        .success()
        .stderr(contains("1 case: 1 OK"));
}

#[test]
fn beside_what_happened() {
    let place = Place::new();
    let narrow = Reference::narrow();
    place
        .wscheck(&format!("server {} 1.1.6", narrow.url))
        .assert()
        .code(1);
    for result in [
        "wscheck-report",
        "wscheck-report/results.json",
        "wscheck-report/results.jsonl",
    ] {
        place
            .wscheck(&format!("explain 1.1.6 --result {result}"))
            .assert()
            .success()
            .stdout(contains("What happened").and(contains("1009")));
    }
    place
        .wscheck("explain 4.2.4 --result wscheck-report")
        .assert()
        .code(2)
        .stderr(contains("wscheck-report holds no result of 4.2.4"));
    place.write("torn.json", "{");
    place
        .wscheck("explain 1.1.6 --result torn.json")
        .assert()
        .code(2)
        .stderr(contains("torn.json"));
}

#[test]
fn a_section_and_nonsense_are_refused() {
    let place = Place::new();
    place
        .wscheck("explain 4.2")
        .assert()
        .code(2)
        .stderr(contains("4.2 is a section").and(contains("wscheck list 4.2")));
    place
        .wscheck("explain x")
        .assert()
        .code(2)
        .stderr(contains("no case number"));
    place
        .wscheck("explain 4.2.9")
        .assert()
        .code(2)
        .stderr(contains("near ones"));
}
