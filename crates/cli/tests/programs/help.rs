//! Help, man pages, completions, and command lines that do not parse.

use predicates::str::contains;

use super::place::Place;

fn help(program: &str, line: &str) -> String {
    let place = Place::new();
    let mut command = match program {
        "wstest" => place.wstest(line),
        _ => place.wscheck(line),
    };
    let helped = command.assert().success().stderr("");
    String::from_utf8(helped.get_output().stdout.clone()).unwrap()
}

#[test]
fn of_wscheck() {
    insta::assert_snapshot!(help("wscheck", "--help"));
}

#[test]
fn of_server() {
    insta::assert_snapshot!(help("wscheck", "server --help"));
}

#[test]
fn of_proxy() {
    insta::assert_snapshot!(help("wscheck", "proxy --help"));
}

#[test]
fn of_the_other_commands() {
    let texts = [
        "list", "explain", "report", "diff", "merge", "import", "echo",
    ]
    .map(|name| help("wscheck", &format!("{name} --help")));
    insta::assert_snapshot!(texts.join("\n---\n\n"));
}

#[test]
fn of_wstest() {
    insta::assert_snapshot!(help("wstest", "--help"));
}

#[test]
fn man_pages_are_written() {
    let place = Place::new();
    place.wscheck("man pages").assert().success();
    let files = place.files();
    for page in [
        "wscheck.1",
        "wscheck-server.1",
        "wscheck-list.1",
        "wstest.1",
    ] {
        assert!(
            files.contains(&format!("pages/{page}")),
            "{page} in {files:?}"
        );
    }
}

#[test]
fn completions_are_printed() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = help("wscheck", &format!("completions {shell}"));
        assert!(script.contains("last-failed"), "{shell}");
        assert!(script.contains("fuzzingclient"), "{shell}");
    }
}

#[test]
fn a_wrong_command_line_is_usage() {
    let place = Place::new();
    for line in [
        "",
        "serve",
        "server --jobs 0",
        "server --repeat 0",
        "server --profile x",
        "server --format xml",
        "echo --cert x",
        "echo --write-cert x",
        "explain",
        "explain 4.2.4 --toml --bytes",
        "server --shard 4/3",
        "report x",
        "report --html x",
        "diff x",
        "merge x",
    ] {
        place.wscheck(line).assert().code(2);
    }
    place
        .wstest("-m fuzz")
        .assert()
        .code(2)
        .stderr(contains("fuzzingclient"));
    place.wstest("-u 70000").assert().code(2);
}
