//! `wscheck.toml`: what is expected, what is not, and what need not be.

use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, is_empty};
use serde_json::Value;

use super::peers::Reference;
use super::place::{Place, masked};

/// The reference server takes messages of up to 1000 octets; these are longer.
const LONG: &str = "[[deviation]]\ncases = \"1.1.6-1.1.8\"\nbehaviour = \"failed\"\nclose = \"failed\"\n\
    reason = \"messages are short here\"\nissue = \"https://example.org/7\"\n";

fn place_with(text: &str) -> Place {
    let place = Place::new();
    place.write("wscheck.toml", text);
    place
}

#[test]
fn what_is_expected_does_not_fail_and_is_in_every_report() {
    let place = place_with(&format!("{LONG}expires = 2999-12-31\n"));
    let narrow = Reference::narrow();
    let run = place
        .wscheck(&format!(
            "server {} 1.1 --jobs 1 --seed 1 --html a.html --junit a.xml --markdown a.md --tap a.tap \
             --annotations always",
            narrow.url
        ))
        .assert()
        .success();
    let text = String::from_utf8(run.get_output().stderr.clone()).unwrap();
    assert!(text.starts_with("expectations: wscheck.toml\n"), "{text}");
    let told: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("expected"))
        .collect();
    assert_eq!(
        told,
        [
            "expected  wscheck.toml:1: 1.1.6-1.1.8 behaviour FAILED, close FAILED: messages are \
             short here <https://example.org/7> (until 2999-12-31)",
            "3 as expected, 0 unexpected",
        ]
    );
    assert!(!text.contains("::error"), "{text}");
    let why = "expected: messages are short here";
    for (file, part) in [
        ("a.html", "Expected: messages are short here"),
        ("a.html", "(expected)"),
        ("a.xml", "failures=\"0\""),
        ("a.xml", &format!("<skipped message=\"FAILED, {why}")),
        ("a.md", "conformance: passed"),
        ("a.md", "| expected | 1&#46;1&#46;6-1&#46;1&#46;8 |"),
        ("a.tap", &format!("# TODO FAILED, {why}")),
    ] {
        let text = place.read(file);
        assert!(text.contains(part), "{part} in {text}");
    }
    for file in ["a.html", "a.xml", "a.md", "a.tap"] {
        let text = place.read(file).replace("&#46;", ".").replace("&#58;", ":");
        assert!(text.contains("example.org/7"), "{file}");
        assert!(text.contains("2999-12-31"), "{file}");
    }
    let results = place.json("wscheck-report/results.json");
    let expectations = &results["expectations"];
    assert_eq!(expectations["expected"], 3);
    assert_eq!(expectations["deviations"][0]["state"], "needed");
    assert_eq!(expectations["deviations"][0]["shown"][2]["case"], "1.1.8");
}

#[test]
fn the_events_tell_it_too() {
    let place = place_with(LONG);
    let narrow = Reference::narrow();
    let run = place
        .wscheck(&format!("server {} 1.1.6 --format json", narrow.url))
        .assert()
        .success();
    let lines = String::from_utf8(run.get_output().stdout.clone()).unwrap();
    let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    assert_eq!(last["event"], "summary");
    assert_eq!(last["expectations"]["expected"], 1);
    assert_eq!(last["total"]["failed"], 1);
}

#[test]
fn what_is_not_expected_fails_and_says_what_was() {
    let place = place_with(&LONG.replace("close = \"failed\"", "close = \"unclean\""));
    let narrow = Reference::narrow();
    place
        .wscheck(&format!("server {} 1.1.6 --jobs 1", narrow.url))
        .assert()
        .code(1)
        .stderr(contains(
            "not what was expected, behaviour FAILED, close UNCLEAN: messages are short here",
        ));
}

#[test]
fn what_need_not_be_expected_is_told_and_fails_where_that_is_asked_for() {
    let place = place_with(&LONG.replace("1.1.6-1.1.8", "1.1.1-1.1.2"));
    let narrow = Reference::narrow();
    let line = format!("server {} 1.1.1-1.1.3", narrow.url);
    let told = contains("no longer needed  wscheck.toml:1: 1.1.1-1.1.2 behaviour FAILED");
    place.wscheck(&line).assert().success().stderr(told);
    place
        .wscheck(&format!(
            "{line} --fail-on no-longer-needed --junit a.xml --tap a.tap --annotations always"
        ))
        .assert()
        .code(1)
        .stderr(contains(
            "::error file=wscheck.toml,line=1,title=no longer needed::",
        ));
    assert!(place.read("a.xml").contains("failures=\"1\""));
    assert!(
        place
            .read("a.tap")
            .contains("not ok 4 - wscheck.toml:1 1.1.1-1.1.2 is still needed\n")
    );
    // Half of it: nobody knows.
    place
        .wscheck(&format!("server {} 1.1.1 --strict", narrow.url))
        .assert()
        .success()
        .stderr(contains("no longer needed").not());
}

#[test]
fn what_has_expired_excuses_nothing() {
    let place = place_with(&format!("{LONG}expires = \"2020-01-31\"\n"));
    let narrow = Reference::narrow();
    place
        .wscheck(&format!("server {} 1.1.6 --annotations always", narrow.url))
        .assert()
        .code(1)
        .stderr(
            contains("was expected until 2020-01-31: messages are short here")
                .and(contains("expired  wscheck.toml:1: 1.1.6 "))
                .and(contains(
                    "::error file=wscheck.toml,line=1,title=expired::1.1.6",
                )),
        );
}

#[test]
fn strictness_is_asked_for() {
    let place = Place::new();
    let plain = Reference::new(wscheck_wire::EndpointConfig {
        deflate: None,
        ..wscheck_wire::EndpointConfig::default()
    });
    let line = format!("server {} 1.1.1 12.1.1", plain.url);
    place.wscheck(&line).assert().success();
    for option in [
        "--strict",
        "--fail-on unimplemented",
        "--fail-on flaky,unimplemented",
    ] {
        place
            .wscheck(&format!("{line} {option}"))
            .assert()
            .code(1)
            .stderr(contains("0 as expected, 1 unexpected"));
    }
    place.write(
        "wscheck.toml",
        "strict = true\n[capabilities]\ncompression = false\n",
    );
    place.wscheck(&line).assert().success().stderr(contains(
        "1 case: the testee does not compress (compression)",
    ));
    place.write("wscheck.toml", "strict = true\n");
    place.wscheck(&line).assert().code(1);
    place
        .wscheck(&format!("{line} --fail-on failed"))
        .assert()
        .success();
    place
        .wscheck(&format!("{line} --no-config"))
        .assert()
        .success();
    place
        .wscheck(&format!("{line} --fail-on x"))
        .assert()
        .code(2)
        .stderr(contains("expected one of failed, wrong-code"));
}

#[test]
fn a_message_beyond_the_largest_is_refused_as_it_was_said() {
    let place = place_with("[capabilities]\nlargest-message = 1000\n");
    let narrow = Reference::narrow();
    place
        .wscheck(&format!("server {} 1.1", narrow.url))
        .assert()
        .success()
        .stderr(contains("3 as expected, 0 unexpected"));
}

/// A case that this server fails, of a chapter that there is not.
const NEWER: &str = r#"[[case]]
id = "999.1"
title = "a long message comes back"
steps = [{ send = "text", payload = { repeat = "x", length = 2000 } }, { fail-after = 1000 }]
expect = { answers = [{ grade = "ok", heard = { exactly = [{ text = { repeat = "x", length = 2000 } }] } }] }
"#;

#[test]
fn newer_cases_fail_nothing_until_the_edition_is_raised() {
    let place = place_with("edition = 1\ncases-files = \"newer.toml\"\n");
    place.write("newer.toml", NEWER);
    let narrow = Reference::narrow();
    let line = format!("server {} 999.1 --junit a.xml", narrow.url);
    let told = contains("0 as expected, 0 unexpected, 1 newer than edition 1");
    place.wscheck(&line).assert().success().stderr(told);
    assert!(place.read("a.xml").contains("FAILED, new in edition 3"));
    place.write("wscheck.toml", "cases-files = \"newer.toml\"\n");
    place.wscheck(&line).assert().code(1);
    place
        .wscheck(&format!("{line} --edition 1"))
        .assert()
        .success();
}

#[test]
fn the_first_failure_that_counts_is_the_last() {
    let place = place_with(&LONG.replace("1.1.6-1.1.8", "1.1.6"));
    let narrow = Reference::narrow();
    place
        .wscheck(&format!(
            "server {} 1.1 --jobs 1 --fail-fast --pace nominal",
            narrow.url
        ))
        .assert()
        .code(1)
        .stderr(contains("8 cases: 5 OK, 2 FAILED, 1 SKIPPED"));
    let failed = place.json("wscheck-report/results.json")["cases"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|case| case["outcome"]["judged"]["grade"] == "failed")
        .map(|case| case["case"].clone())
        .collect::<Vec<_>>();
    assert_eq!(failed, ["1.1.6", "1.1.7"]);
    place
        .wscheck(&format!("server {} 1.1 --last-failed", narrow.url))
        .assert()
        .code(1)
        .stderr(contains("1 case: 0 OK, 1 FAILED"));
}

#[test]
fn an_update_is_shown_or_written_and_the_next_run_is_as_expected() {
    let place = place_with("# mine\nedition = 1 # for now\n");
    let narrow = Reference::narrow();
    let line = format!("server {} 1.1 --jobs 1", narrow.url);
    let shown = place.wscheck(&format!("{line} --update")).assert().code(1);
    let diff = masked(&shown.get_output().stdout, &[]);
    insta::assert_snapshot!(diff);
    assert_eq!(
        place.read("wscheck.toml"),
        "# mine\nedition = 1 # for now\n"
    );

    place
        .wscheck(&format!("{line} --update=write"))
        .assert()
        .code(1)
        .stdout(is_empty());
    let written = place.read("wscheck.toml");
    assert!(
        written.starts_with("# mine\nedition = 1 # for now\n\n[[deviation]]\n"),
        "{written}"
    );
    place
        .wscheck(&format!("{line} --update --html a.html"))
        .assert()
        .success()
        .stdout(is_empty())
        .stderr(contains("wscheck.toml needs no change").and(contains("TODO")));
    assert!(place.read("a.html").contains("TODO"));
    place
        .wscheck(&format!("{line} --strict"))
        .assert()
        .code(1)
        .stderr(contains("expected without a reason: TODO"));

    // The same case goes wrong in another way.
    let mended = written
        .replace("close = \"failed\"", "close = \"unclean\"")
        .replace(
            "TODO: what was heard differs from the best answer in item 1",
            "they are long",
        );
    place.write("wscheck.toml", &mended);
    place
        .wscheck(&format!("{line} --update=write"))
        .assert()
        .code(1);
    let again = place.read("wscheck.toml");
    assert_eq!(again.matches("[[deviation]]").count(), 1, "{again}");
    assert!(again.contains("(formerly: they are long)"), "{again}");

    // The server has learned.
    let reference = Reference::named("narrow");
    place
        .wscheck(&format!("server {} 1.1 --update=write", reference.url))
        .assert()
        .success();
    assert_eq!(
        place.read("wscheck.toml"),
        "# mine\nedition = 1 # for now\n"
    );
}

#[test]
fn stored_results_are_updated_from_and_a_new_file_is_begun() {
    let place = Place::new();
    let narrow = Reference::narrow();
    place
        .wscheck(&format!("server {} 1.1", narrow.url))
        .assert()
        .code(1);
    place
        .wscheck("report wscheck-report --config made.toml --update=write")
        .assert()
        .success();
    assert!(place.read("made.toml").contains("edition = 2\n"));
    place
        .wscheck("report wscheck-report --config made.toml --junit a.xml")
        .assert()
        .success();
    assert!(place.read("a.xml").contains("failures=\"0\""));
    place
        .wscheck("server --update --no-config")
        .assert()
        .code(2)
        .stderr(contains("--no-config leaves alone"));
    place
        .wscheck("server --update --format json")
        .assert()
        .code(2)
        .stderr(contains("--update=write"));
}

#[test]
fn what_got_worse_as_expected_is_no_worse() {
    let place = Place::new();
    let (narrow, good) = (Reference::narrow(), Reference::named("narrow"));
    place
        .wscheck(&format!("server {} 1.1.6 --out old", good.url))
        .assert()
        .success();
    place
        .wscheck(&format!("server {} 1.1.6 --out new", narrow.url))
        .assert()
        .code(1);
    place.wscheck("diff old new").assert().code(1);
    place.write("wscheck.toml", LONG);
    place
        .wscheck("diff old new")
        .assert()
        .success()
        .stdout(contains("expected: messages are short here"));
    place
        .wscheck("merge whole new --junit a.xml")
        .assert()
        .success()
        .stderr(contains("1 as expected, 0 unexpected"));
    assert_eq!(
        place.json("whole/results.json")["expectations"]["expected"],
        1
    );
}

#[test]
fn the_file_says_how_the_testee_is_started() {
    let program = assert_cmd::cargo::cargo_bin("wscheck");
    let place = place_with(&format!(
        "cases = [\"1.1.*\", \"!1.1.1\"]\n[server]\n\
         command = ['{}', \"echo\", \"--listen\", \"127.0.0.1:{{port}}\"]\nagent = \"mine\"\n\
         [timeouts]\nmax-time = 60\n",
        program.display()
    ));
    place
        .wscheck("server")
        .assert()
        .success()
        .stderr(contains("testing mine at"));
    let cases = place.json("wscheck-report/results.json")["cases"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(cases, 7);
    place
        .wscheck("server 4.2.4")
        .assert()
        .success()
        .stderr(contains("testing mine at").and(contains("1 case: 1 OK")));
}

#[test]
fn a_file_at_fault_is_refused_by_every_command_that_reads_it() {
    let place = place_with("edition = 1\n[[deviation]]\nresaon = \"x\"\n");
    for line in [
        "server 1.1.1",
        "client 1.1.1",
        "report x --junit a.xml",
        "merge out x",
        "diff x y",
    ] {
        place.wscheck(line).assert().code(2);
    }
    place
        .wscheck("server 1.1.1")
        .assert()
        .code(2)
        .stderr(contains(
            "wscheck.toml:3: unknown field `resaon`, expected one of `cases`",
        ));
    place.wscheck("server 1.1.1 --no-config").assert().success();
    place.write("wscheck.toml", "\u{0}\u{1b}[31m = \"\\q\"");
    place
        .wscheck("server 1.1.1")
        .assert()
        .code(2)
        .stderr(contains("wscheck.toml:1: "));
}

#[test]
fn the_examples_of_the_docs_are_read() {
    let place = Place::new();
    place.wscheck("server 1.1.1 --no-config").assert().success();
    let page = include_str!("../../../../docs/expectations.md");
    let blocks = page.split("```toml\n").skip(1);
    let mut examples: Vec<&str> = blocks.filter_map(|part| part.split("```").next()).collect();
    assert_eq!(examples.len(), 5);
    examples.push(include_str!("../../../../docs/wscheck.example.toml"));
    for example in examples {
        place.write("wscheck.toml", example);
        place
            .wscheck("report wscheck-report --tap a.tap")
            .assert()
            .success();
    }
    let readme = include_str!("../../../../README.md");
    let (_, known) = readme.split_once("## Known deviations").unwrap();
    let lines = known.lines().filter_map(|line| line.strip_prefix("    "));
    let example: Vec<&str> = lines
        .take_while(|line| !line.starts_with("wscheck "))
        .collect();
    assert!(example.contains(&"[[deviation]]"), "{example:?}");
    place.write("wscheck.toml", &example.join("\n"));
    place
        .wscheck("server ws://127.0.0.1:1 1.1.1 --out o")
        .assert()
        .code(3);
}

#[test]
fn the_example_has_every_key() {
    let place = Place::new();
    let example = include_str!("../../../../docs/wscheck.example.toml");
    for section in [
        "",
        "[server]\n",
        "[client]\n",
        "[timeouts]\n",
        "[capabilities]\n",
        "[[deviation]]\n",
    ] {
        place.write("wscheck.toml", &format!("{section}x = 1\n"));
        let told = place.wscheck("server 1.1.1").assert().code(2);
        let text = String::from_utf8(told.get_output().stderr.clone()).unwrap();
        let allowed = text.split("expected one of ").nth(1).unwrap().trim_end();
        for key in allowed.split(", ").map(|key| key.trim_matches('`')) {
            let needles = [
                format!("\n{key} = "),
                format!("[{key}]\n"),
                format!("[[{key}]]\n"),
            ];
            let only_for_files = ["cert", "key", "grade", "behavior"].contains(&key);
            assert!(
                only_for_files || needles.iter().any(|needle| example.contains(needle)),
                "{key} of {section}"
            );
        }
    }
}

#[test]
fn clients_are_started_and_expected_by_the_file() {
    let wstest = assert_cmd::cargo::cargo_bin("wstest");
    let place = place_with(&format!(
        "cases = [\"1.1.1\", \"2.1\"]\n[client]\n\
         command = ['{}', \"-m\", \"testeeclient\", \"-w\", \"{{url}}\", \"-i\", \"ours\"]\n\
         [[deviation]]\ncases = \"1.1.1\"\nrole = \"server\"\ngrade = \"failed\"\nreason = \"x\"\n\
         [[deviation]]\ncases = \"2.1\"\nagent = \"our*\"\ngrade = \"failed\"\nreason = \"y\"\n",
        wstest.display()
    ));
    place
        .wscheck("client")
        .assert()
        .success()
        .stderr(contains("2 cases: 2 OK").and(contains("wscheck.toml:9: 2.1 FAILED: y")))
        .stderr(contains("1.1.1 FAILED").not());
    place.wscheck("client --strict").assert().code(1);
    place
        .wscheck("client --update=write")
        .assert()
        .success()
        .stderr(contains("wscheck.toml is written"));
    let left = place.read("wscheck.toml");
    assert!(
        left.contains("role = \"server\"") && !left.contains("our*"),
        "{left}"
    );
}

#[test]
fn what_no_shard_can_say_alone_the_whole_says() {
    let place = place_with(&LONG.replace("1.1.6-1.1.8", "1.1.1-1.1.2"));
    let good = Reference::named("good");
    let unneeded = contains("no longer needed");
    for shard in ["1", "2"] {
        place
            .wscheck(&format!(
                "server {} 1.1.1 1.1.2 --shard {shard}/2 --out s{shard}",
                good.url
            ))
            .assert()
            .success()
            .stderr(unneeded.clone().not());
    }
    place
        .wscheck("merge whole s1 s2")
        .assert()
        .success()
        .stderr(unneeded.clone());
    place
        .wscheck(&format!("server {} 1.1.1 1.1.2 --out one", good.url))
        .assert()
        .success()
        .stderr(unneeded);
    let expectations = |file: &str| place.json(file)["expectations"].clone();
    assert_eq!(
        expectations("whole/results.json"),
        expectations("one/results.json")
    );
}
