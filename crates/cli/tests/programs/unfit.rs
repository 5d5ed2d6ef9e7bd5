//! Servers that cannot be tested get one clear message, and exit code 3.

use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;

use super::peers::{Reference, deaf, nobody, off_topic, scripted, silent, web_page};
use super::place::Place;

#[track_caller]
fn cannot_test(url: &str, why: &str) {
    let place = Place::new();
    let tested = place.wscheck(&format!("server {url} 1.*")).assert().code(3);
    let text = String::from_utf8(tested.get_output().stderr.clone()).unwrap();
    assert!(text.contains(why), "{why} in\n{text}");
    assert!(text.lines().count() <= 2, "{text}");
    let results = place.json("wscheck-report/results.json");
    let fault = results["run"]["targets"][0]["fault"].as_str().unwrap();
    assert!(fault.contains(why), "{fault}");
}

#[test]
fn nobody_listens() {
    cannot_test(&nobody(), "refuses connections");
}

#[test]
fn something_else_answers() {
    cannot_test(&scripted(web_page), "no WebSocket endpoint");
    cannot_test(&scripted(drop), "without an answer");
}

#[test]
fn it_does_not_echo() {
    cannot_test(&scripted(off_topic), "does not echo: to the text");
}

#[test]
fn it_is_slow_to_answer() {
    // Both wait for their time limit: one wait for the two of them.
    let deaf = std::thread::spawn(|| cannot_test(&scripted(deaf), "does not echo: no message"));
    cannot_test(&scripted(silent), "does not answer the opening handshake");
    deaf.join().unwrap();
}

#[test]
fn tls_is_not_spoken() {
    let plain = Reference::named("plain");
    let url = plain.url.replace("ws://", "wss://");
    cannot_test(&url, "TLS");
}

#[test]
fn without_a_preflight_each_case_tells_for_itself() {
    let place = Place::new();
    place
        .wscheck(&format!("server {} 1.1.1 2.1 --no-preflight", nobody()))
        .assert()
        .code(3)
        .stderr(contains("1.1.1").and(contains("2.1")));
    place
        .wscheck(&format!(
            "server {} 1.1.1 --no-preflight",
            scripted(web_page)
        ))
        .assert()
        .code(1)
        .stderr(contains("404"));
}

#[test]
fn one_failure_beats_what_could_not_be_tested() {
    let narrow = Reference::narrow();
    Place::new()
        .wscheck(&format!("server {} {} 1.1.6", nobody(), narrow.url))
        .assert()
        .code(1);
}
