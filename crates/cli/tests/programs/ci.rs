//! The shell lines of `docs/ci.md` do what the page says.

use std::env;
use std::path::Path;

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin;

use super::place::Place;

/// The blocks marked `sh`, in order.
fn blocks() -> Vec<&'static str> {
    let page = include_str!("../../../../docs/ci.md");
    let parts = page.split("```sh\n").skip(1);
    parts.filter_map(|part| part.split("```").next()).collect()
}

/// Runs a block where `wscheck` is found, with one more variable.
fn run(place: &Place, block: &str, variable: (&str, &str)) {
    let program = cargo_bin("wscheck");
    let folder = program.parent().unwrap_or(Path::new("."));
    let mut path = folder.as_os_str().to_owned();
    path.push(":");
    path.push(env::var_os("PATH").unwrap_or_default());
    Command::new("sh")
        .args(["-euc", block])
        .current_dir(place.path(""))
        .env("PATH", path)
        .env_remove("GITHUB_ACTIONS")
        .env(variable.0, variable.1)
        .assert()
        .success();
}

#[test]
fn the_lines_of_the_page_run() {
    let [job, part, join, indexed, compare] = blocks()[..] else {
        panic!("{:?}", blocks());
    };
    let place = Place::new();
    run(&place, job, ("NONE", ""));
    assert!(place.read("junit.xml").contains("failures=\"0\""));
    assert!(place.read("summary.md").contains("passed"));
    for shard in ["1", "2"] {
        run(&place, part, ("SHARD", shard));
    }
    run(&place, indexed, ("JOB_COMPLETION_INDEX", "2"));
    run(&place, join, ("NONE", ""));
    let whole = place.json("wscheck-report/results.json");
    assert_eq!(whole["cases"].as_array().unwrap().len(), 37);
    assert!(place.read("report.html").contains("id=\"4.2.4\""));
    run(&place, compare, ("NONE", ""));
}
