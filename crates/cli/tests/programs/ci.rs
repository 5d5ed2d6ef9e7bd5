//! The shell lines of `docs/ci.md` and `docs/migrating.md` do what the pages say, and so does
//! what the GitHub Action runs.

use std::env;
use std::path::Path;

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin;

use super::place::Place;

/// The blocks marked `sh`, in order.
fn blocks(page: &str) -> Vec<&str> {
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
    let page = blocks(include_str!("../../../../docs/ci.md"));
    let [job, part, join, indexed, compare] = page[..] else {
        panic!("{page:?}");
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

#[test]
fn what_takes_the_place_of_scripts_runs() {
    let page = blocks(include_str!("../../../../docs/migrating.md"));
    let [baseline, each, client] = page[..] else {
        panic!("{page:?}");
    };
    let place = Place::new();
    // Such a baseline says of a case that it fails, and of another what it is not.
    let kept = r#"{"mine": {
        "1.1.1": {"behavior": "OK", "behaviorClose": "OK", "remoteCloseCode": 1000},
        "2.1": {"behavior": "FAILED", "behaviorClose": "OK", "remoteCloseCode": null},
        "6.4.3": {"behavior": "NON-STRICT", "behaviorClose": "OK", "remoteCloseCode": 1007}
    }}"#;
    place.write("expected-results.json", kept);
    run(&place, baseline, ("NONE", ""));
    let file = place.read("wscheck.toml");
    assert!(file.contains("2.1") && file.contains("6.4.3"), "{file}");
    let told = &place.json("wscheck-report/results.json")["expectations"]["deviations"];
    assert_eq!(
        (&told[0]["cases"], &told[0]["state"]),
        (&"2.1".into(), &"no-longer-needed".into())
    );
    run(&place, each, ("NONE", ""));
    assert!(place.read("out/4.2.4/results.json").contains("\"4.2.4\""));
    run(&place, client, ("NONE", ""));
    assert!(place.read("junit.xml").contains("failures=\"0\""));
}

#[test]
fn what_the_action_runs_fails_as_wscheck_does() {
    let place = Place::new();
    let installed = place.path("temp/wscheck/bin");
    std::fs::create_dir_all(&installed).unwrap();
    std::os::unix::fs::symlink(cargo_bin("wscheck"), installed.join("wscheck")).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../action/run");
    let act = |arguments: &str| {
        Command::new(&script)
            .current_dir(place.path(""))
            .env("RUNNER_TEMP", place.path("temp"))
            .env("GITHUB_STEP_SUMMARY", place.path("summary.md"))
            .env("GITHUB_OUTPUT", place.path("output"))
            .env("WSCHECK_OUT", "results of 1")
            .env("WSCHECK_ARGUMENTS", arguments)
            .assert()
    };
    act("server '1.1.*'\n  -- sh -c 'exec \"$0\" echo --listen 127.0.0.1:$1' wscheck {port}\n")
        .failure();
    assert_eq!(place.read("output"), "exit-code=3\n");
    let wscheck = cargo_bin("wscheck");
    act(&format!(
        "server '1.1.*'\n  -- '{}' echo --listen 127.0.0.1:{{port}}\n",
        wscheck.display()
    ))
    .success();
    assert_eq!(place.read("output"), "exit-code=3\nexit-code=0\n");
    assert!(place.read("summary.md").contains("passed"));
    assert!(
        place
            .read("results of 1/junit.xml")
            .contains("failures=\"0\"")
    );
    assert!(
        place
            .read("results of 1/report.html")
            .contains("id=\"1.1.1\"")
    );
}
