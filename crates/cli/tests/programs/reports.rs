//! Reports beside a run and from its results; runs compared and joined.

use std::collections::BTreeMap;

use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, is_empty};
use serde_json::Value;

use super::peers::{MARKUP, Reference, nobody, scripted, vandal};
use super::place::Place;

const ALL: &str = "--html r/a.html --junit r/a.xml --markdown r/a.md --tap r/a.tap";

#[test]
fn a_run_writes_what_is_asked_for_and_results_tell_the_same() {
    let place = Place::new();
    let narrow = Reference::narrow();
    place
        .wscheck(&format!("server {} 1.1 {ALL}", narrow.url))
        .assert()
        .code(1)
        .stderr(contains("report: r/a.html").and(contains("::error").not()));
    let written = place.files();
    let reports: Vec<&String> = written.iter().filter(|f| f.starts_with("r/")).collect();
    assert_eq!(reports, ["r/a.html", "r/a.md", "r/a.tap", "r/a.xml"]);
    let rest = |file: &&String| !file.starts_with("r/") && !file.starts_with("wscheck-report/");
    assert_eq!(written.iter().find(rest), None);
    for (file, part) in [
        ("r/a.html", "id=\"1.1.6\""),
        ("r/a.xml", "failures=\"3\""),
        ("r/a.md", "conformance: failed"),
        ("r/a.tap", "not ok 6 - narrow: 1.1.6"),
    ] {
        let text = place.read(file);
        assert!(text.contains(part), "{part} in {text}");
    }

    place
        .wscheck(&format!(
            "report wscheck-report {}",
            ALL.replace("r/", "again/")
        ))
        .assert()
        .success()
        .stdout(is_empty());
    for name in ["a.html", "a.xml", "a.md", "a.tap"] {
        let (first, again) = (format!("r/{name}"), format!("again/{name}"));
        assert_eq!(place.read(&first), place.read(&again), "{name}");
    }
}

#[test]
fn annotations_are_for_github() {
    let place = Place::new();
    let narrow = Reference::narrow();
    let line = format!("server {} 1.1.6", narrow.url);
    let error = contains("::error title=1.1.6 narrow::FAILED");
    let told = || place.wscheck(&line);
    told().assert().code(1).stderr(error.clone().not());
    let mut there = told();
    there.env("GITHUB_ACTIONS", "true");
    there
        .assert()
        .code(1)
        .stderr(error.clone())
        .stdout(is_empty());
    let mut never = place.wscheck(&format!("{line} --annotations never"));
    never.env("GITHUB_ACTIONS", "true");
    never.assert().code(1).stderr(error.clone().not());
    place
        .wscheck("report wscheck-report --annotations always")
        .assert()
        .success()
        .stderr(error);
}

#[test]
fn who_could_not_be_tested_is_in_every_report() {
    let place = Place::new();
    place
        .wscheck(&format!("server {} 1.1.1 --agent gone {ALL}", nobody()))
        .assert()
        .code(3);
    for (file, part) in [
        ("r/a.html", "could not be tested"),
        ("r/a.xml", "errors=\"1\""),
        ("r/a.md", "gone could not be tested"),
        ("r/a.tap", "not ok 1 - gone: can be tested"),
    ] {
        let text = place.read(file);
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn a_report_without_a_place_is_refused_before_the_run() {
    let place = Place::new();
    place
        .wscheck("server 1.1.1 --junit .")
        .assert()
        .code(2)
        .stderr(contains(". is a folder"));
    assert_eq!(place.files(), [""; 0]);
    place
        .wscheck("report wscheck-report --html a.html")
        .assert()
        .code(2);
    place
        .wscheck("report wscheck-report")
        .assert()
        .code(2)
        .stderr(contains("--html FILE"));
}

#[test]
fn what_a_vandal_says_is_text_in_every_report() {
    let place = Place::new();
    let url = scripted(vandal);
    place
        .wscheck(&format!(
            "server {url} 1.1.1 4.2.4 7.1.1 --no-preflight {ALL}"
        ))
        .assert()
        .code(1);
    place
        .wscheck("diff wscheck-report wscheck-report --html r/changes.html")
        .assert()
        .success();
    for name in ["r/a.html", "r/changes.html"] {
        let page = place.read(name);
        assert!(page.contains("&#60;img src=x onerror="), "{page}");
    }
    let pages = place
        .files()
        .into_iter()
        .filter(|name| name.ends_with(".html"));
    for name in pages {
        let page = place.read(&name);
        assert!(
            !page.contains("<img") && !page.contains("<script>document"),
            "{name}"
        );
        assert!(!page.contains(['\u{1b}', '\u{202e}']), "{name}");
    }
    let xml = place.read("r/a.xml");
    let document = roxmltree::Document::parse(&xml).unwrap();
    let texts = document.descendants().filter_map(|node| node.text());
    assert!(
        texts
            .into_iter()
            .any(|text| text.contains("</pre><script>"))
    );
}

/// What Chromium makes of a page once its scripts have run.
fn dom(place: &Place, page: &str) -> String {
    let browser = std::process::Command::new("chromium")
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
        ])
        .args(["--disable-sync", "--virtual-time-budget=2000", "--dump-dom"])
        .arg(format!(
            "--user-data-dir={}",
            place.path("profile").display()
        ))
        .arg(format!("file://{}", place.path(page).display()))
        .output()
        .unwrap();
    String::from_utf8_lossy(&browser.stdout).into_owned()
}

#[test]
#[ignore = "needs Debian's chromium"]
fn no_script_of_a_vandal_runs_in_a_browser() {
    let place = Place::new();
    let url = scripted(vandal);
    place
        .wscheck(&format!(
            "server {url} 1.1.1 4.2.4 7.1.1 --no-preflight --html a.html"
        ))
        .assert()
        .code(1);
    let ran = "data-ran=\"yes\"";
    place.write("bare.html", &format!("<!doctype html><pre>{MARKUP}</pre>"));
    assert!(
        dom(&place, "bare.html").contains(ran),
        "a script would be noticed"
    );
    let page = place.read("a.html");
    let careless = page.replace("<main>", &format!("<main><pre>{MARKUP}"));
    place.write("careless.html", &careless);
    for name in ["a.html", "careless.html"] {
        let dom = dom(&place, name);
        assert!(
            dom.contains("id=\"4.2.4\"") && dom.contains("3 cases"),
            "{dom}"
        );
        assert!(!dom.contains(ran), "{name}: {dom}");
    }
    let spec = format!(r#"{{"outdir": "o", "servers": [{{"url": "{url}"}}], "cases": ["4.2.4"]}}"#);
    place.write("spec.json", &spec);
    place
        .wstest("-m fuzzingclient -s spec.json")
        .assert()
        .success();
    let pages = place
        .files()
        .into_iter()
        .filter(|name| name.starts_with("o/"));
    let pages: Vec<String> = pages.filter(|name| name.ends_with(".html")).collect();
    assert_eq!(pages.len(), 2, "{pages:?}");
    for name in pages {
        assert!(!dom(&place, &name).contains(ran), "{name}");
    }
}

#[test]
fn runs_are_compared_case_by_case() {
    let place = Place::new();
    let narrow = Reference::narrow();
    let wide = Reference::named("wide");
    let run = |url: &str, out: &str| {
        let line = format!("server {url} 1.1 --out {out}");
        let _ = place.wscheck(&line).ok();
    };
    run(&wide.url, "old");
    run(&narrow.url, "new");
    place.wscheck("diff old new").assert().code(1).stdout(
        contains("worse   1.1.6    OK → FAILED (behaviour FAILED, close")
            .and(contains("3 worse, 5 the same")),
    );
    place
        .wscheck("diff new old")
        .assert()
        .success()
        .stdout(contains("3 better, 5 the same"));
    place
        .wscheck("diff old old")
        .assert()
        .success()
        .stdout("8 the same\n");
    let json = place
        .wscheck("diff old new --json --html r/changes.html")
        .assert()
        .code(1)
        .stderr(contains("report: r/changes.html"));
    let page = place.read("r/changes.html");
    assert_eq!(page.matches(">OK → FAILED</td>").count(), 3, "{page}");
    let json: Value = serde_json::from_slice(&json.get_output().stdout).unwrap();
    assert_eq!(json["changes"][0]["kind"], "worse");
    assert_eq!(json["changes"][0]["before"], "OK");
    place
        .wscheck("server 1.1.1 --profile autobahn --out other")
        .assert()
        .success();
    place
        .wscheck("diff old other")
        .assert()
        .code(2)
        .stderr(contains("by the profile"));
}

/// What a run says of each case, less what differs from run to run.
fn verdicts(place: &Place, folder: &str) -> BTreeMap<String, Value> {
    let results = place.json(&format!("{folder}/results.json"));
    let cases = results["cases"].as_array().unwrap().iter();
    let mut verdicts: BTreeMap<String, Value> = cases
        .map(|case| {
            let key = format!("{} {}", case["agent"], case["case"]);
            (key, case["outcome"].clone())
        })
        .collect();
    let selected = results["run"]["selected"].clone();
    verdicts.insert("selected".into(), selected);
    verdicts.insert(
        "targets".into(),
        results["run"]["targets"][0]["agent"].clone(),
    );
    verdicts
}

#[test]
fn three_shards_are_one_whole() {
    let place = Place::new();
    let narrow = Reference::narrow();
    let test = |rest: &str| {
        let line = format!("server {} 1 2 4 7 --seed 7 {rest}", narrow.url);
        place.wscheck(&line).assert().code(1);
    };
    test("--out whole");
    for shard in 1..=3 {
        test(&format!("--shard {shard}/3 --out s{shard}"));
    }
    place
        .wscheck("merge joined s1 s2 s3 --junit joined.xml")
        .assert()
        .success()
        .stdout(is_empty());
    assert_eq!(verdicts(&place, "joined"), verdicts(&place, "whole"));
    place
        .wscheck("diff whole joined")
        .assert()
        .success()
        .stdout("74 the same\n");
    let index = |folder: &str| {
        let mut index = place.json(&format!("{folder}/autobahn/index.json"));
        let cases = index["narrow"].as_object_mut().unwrap();
        for case in cases.values_mut() {
            case.as_object_mut().unwrap().remove("duration");
        }
        index
    };
    assert_eq!(index("joined"), index("whole"));
    assert!(place.read("joined.xml").contains("tests=\"74\""));

    place
        .wscheck("merge joined s1 whole")
        .assert()
        .code(2)
        .stderr(contains("both hold"));
    place
        .wscheck("merge s1 s1 s2")
        .assert()
        .code(2)
        .stderr(contains("where the results go"));
    place
        .wscheck("server 1.1.1 --shard 2/2")
        .assert()
        .code(4)
        .stderr(contains("more shards than cases"));
}
