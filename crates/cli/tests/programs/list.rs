//! `wscheck list`.

use std::process::Stdio;

use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use serde_json::Value;

use super::place::Place;

#[test]
fn a_table_has_a_header_and_a_line_a_case() {
    let listed = Place::new()
        .wscheck("list 4.2 !4.2.5 1.1.1")
        .assert()
        .success();
    let text = String::from_utf8(listed.get_output().stdout.clone()).unwrap();
    insta::assert_snapshot!(text);
}

#[test]
fn json_has_an_object_a_case() {
    let listed = Place::new().wscheck("list --json").assert().success();
    let cases: Vec<Value> = serde_json::from_slice(&listed.get_output().stdout).unwrap();
    assert!(cases.len() >= 517);
    assert_eq!(cases[0]["id"], "1.1.1");
    assert_eq!(cases[0]["grades"][0], "ok");
    assert_eq!(cases[0]["citations"][0]["document"], "RFC 6455");
}

#[test]
fn a_quick_list_is_shorter() {
    let place = Place::new();
    let count = |line: &str| {
        let listed = place.wscheck(line).assert().success();
        String::from_utf8_lossy(&listed.get_output().stdout)
            .lines()
            .count()
    };
    assert_eq!(count("list 12.2"), 1 + 18);
    assert_eq!(count("list 12.2 --quick"), 1 + 3);
    assert_eq!(count("list 4 --quick"), count("list 4"));
}

#[test]
fn profiles_grade_otherwise() {
    let place = Place::new();
    place
        .wscheck("list 3.2")
        .assert()
        .stdout(contains("NON-STRICT").count(0));
    place
        .wscheck("list 3.2 --profile autobahn")
        .assert()
        .stdout(contains("OK/NON-STRICT"));
}

#[test]
fn an_unknown_pattern_names_near_ones() {
    Place::new()
        .wscheck("list 4.2.9")
        .assert()
        .code(2)
        .stdout("")
        .stderr(contains("no case matches '4.2.9'; near ones: 4.2.1"));
}

#[test]
fn nothing_left_is_its_own_exit_code() {
    Place::new()
        .wscheck("list 4.* !4")
        .assert()
        .code(4)
        .stderr(contains("no case is selected"));
}

#[test]
fn a_reader_that_goes_is_no_fault() {
    let place = Place::new();
    let mut program = place.program("wscheck", "list");
    let mut child = program
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
}

#[test]
fn cases_of_the_users_own_are_listed() {
    let place = Place::new();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../cases/greeting.toml");
    place
        .wscheck(&format!("list 1000 --cases-file {file}"))
        .assert()
        .success()
        .stdout(contains("1000.1").and(contains("greeting that comes back")));
}

#[test]
fn a_fault_in_a_file_is_named_with_its_place() {
    let place = Place::new();
    place.write("a.toml", "[[case]]\nid = \"1000.1\"\ntitel = \"x\"\n");
    place
        .wscheck("list --cases-file a.toml")
        .assert()
        .code(2)
        .stderr(contains("a.toml:").and(contains("titel")));
    place.write("b.txt", "");
    place
        .wscheck("list --cases-file b.txt")
        .assert()
        .code(2)
        .stderr(contains("ends in .toml or .json"));
    place
        .wscheck("list --cases-file missing.toml")
        .assert()
        .code(2)
        .stderr(contains("cannot read missing.toml"));
}

#[test]
fn a_case_tells_which_faults_it_catches() {
    let place = Place::new();
    let listed = place.wscheck("list 2.1 7.1.6 --catches").assert().success();
    let text = String::from_utf8(listed.get_output().stdout.clone()).unwrap();
    insta::assert_snapshot!(text);

    let listed = place
        .wscheck("list 2.1 --catches --json")
        .assert()
        .success();
    let cases: Vec<Value> = serde_json::from_slice(&listed.get_output().stdout).unwrap();
    let caught = cases[0]["catches"].as_array().unwrap();
    let never = caught
        .iter()
        .find(|caught| caught["fault"] == "pong-never-said");
    assert_eq!(never.unwrap()["verdict"], "FAILED");
    assert!(caught.len() > 20);
}
