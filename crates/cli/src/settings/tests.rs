//! What `wscheck.toml` may say.

use clap::Parser;
use wscheck_report::account::{Account, of_catalogue};
use wscheck_suite::result::RunResult;

use super::*;
use crate::args::{ClientArgs, Command, PaceName, ProxyArgs, ServerArgs, Wscheck};

fn parsed(text: &str) -> Settings {
    Settings::parse(FILE.into(), text.to_owned()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn error(text: &str) -> String {
    let parsed = Settings::parse(FILE.into(), text.to_owned());
    parsed.unwrap_err().to_string()
}

fn server(line: &str) -> ServerArgs {
    let words = "wscheck server".split(' ').chain(line.split_whitespace());
    match Wscheck::try_parse_from(words).unwrap().command {
        Command::Server(args) => *args,
        _ => unreachable!("the word is server"),
    }
}

fn client(line: &str) -> ClientArgs {
    let words = "wscheck client".split(' ').chain(line.split_whitespace());
    match Wscheck::try_parse_from(words).unwrap().command {
        Command::Client(args) => *args,
        _ => unreachable!("the word is client"),
    }
}

fn proxy(line: &str) -> ProxyArgs {
    let words = "wscheck proxy".split(' ').chain(line.split_whitespace());
    match Wscheck::try_parse_from(words).unwrap().command {
        Command::Proxy(args) => *args,
        _ => unreachable!("the word is proxy"),
    }
}

#[test]
fn an_empty_file_expects_nothing() {
    let expectations = parsed("").expectations;
    let file = Some(FILE.to_owned());
    let nothing = Expectations {
        file,
        ..Expectations::default()
    };
    assert_eq!(expectations, nothing);
}

#[test]
fn faults_are_named_with_file_line_and_allowed_words() {
    let row = |rest: &str| format!("# a\n[[deviation]]\ncases = \"4.*\"\nreason = \"x\"\n{rest}\n");
    for (text, expected) in [
        (
            "editon = 1".to_owned(),
            "wscheck.toml:1: unknown field `editon`, expected one of `edition`, `profile`, `cases`, \
             `cases-files`, `fail-on`, `strict`, `server`, `client`, `proxy`, `timeouts`, \
             `capabilities`, `deviation`",
        ),
        (
            "\n[server]\nport = 1".to_owned(),
            "wscheck.toml:3: unknown field `port`, expected one of `url`, `command`, ",
        ),
        (
            "edition = 9".to_owned(),
            "wscheck.toml:1: `edition`: expected a whole number from 1 to ",
        ),
        (
            "edition = 0".to_owned(),
            "wscheck.toml:1: `edition`: expected",
        ),
        (
            "edition = \"1\"".to_owned(),
            "wscheck.toml:1: invalid type: string \"1\", expected i64",
        ),
        (
            "\nprofile = \"x\"".to_owned(),
            "wscheck.toml:2: `profile`: 'x' is not one of rfc, autobahn",
        ),
        (
            "cases = [\n  \"1.*\",\n  \"x\",\n]".to_owned(),
            "wscheck.toml:3: `cases`: 'x' is no case pattern",
        ),
        (
            "cases = \"4.2.9\"".to_owned(),
            "wscheck.toml:1: `cases`: no case matches '4.2.9'; near ones: ",
        ),
        (
            "cases = 4".to_owned(),
            "wscheck.toml:1: invalid type: integer `4`, expected a text or a list of texts",
        ),
        (
            "fail-on = [\"x\"]".to_owned(),
            "wscheck.toml:1: `fail-on`: 'x' is nothing that a run can fail on; expected one of failed, ",
        ),
        (
            "cases-files = \"a.txt\"".to_owned(),
            "wscheck.toml:1: `cases-files`: 'a.txt' ends neither",
        ),
        (
            "cases-files = \"none.toml\"".to_owned(),
            "wscheck.toml:1: `cases-files`: cannot read none.toml: ",
        ),
        (
            "[server]\nurl = \"x\"".to_owned(),
            "wscheck.toml:2: `url`: ",
        ),
        (
            "[server]\nurl = [\"ws://a\", \"ws://b\"]\ncommand = \"x\"".to_owned(),
            "wscheck.toml:2: `url`: a command starts one server, and there are 2 URLs",
        ),
        (
            "[server]\ncommand = []".to_owned(),
            "wscheck.toml:2: `command` names no program",
        ),
        (
            "[server]\ncommand = \"a 'b c'\"".to_owned(),
            "wscheck.toml:2: `command`: quotes mean nothing here",
        ),
        (
            "[proxy]\nthrough = \"x\"".to_owned(),
            "wscheck.toml:2: `through`: ",
        ),
        (
            "[proxy]\nlisten = \"http://a\"".to_owned(),
            "wscheck.toml:2: `listen`: ",
        ),
        (
            "[server]\nheaders = \"x\"".to_owned(),
            "wscheck.toml:2: `headers`: 'x': expected 'Name: value'",
        ),
        (
            "[server]\njobs = 2000".to_owned(),
            "wscheck.toml:2: `jobs`: expected a whole number from 1 to 1024, not 2000",
        ),
        (
            "[server]\nstart-timeout = 0".to_owned(),
            "wscheck.toml:2: `start-timeout`: expected seconds above 0, not 0",
        ),
        (
            "[client]\nlisten = \"http://a:1\"".to_owned(),
            "wscheck.toml:2: `listen`: ",
        ),
        (
            "[client]\ntls = true\ncert = \"x\"".to_owned(),
            "wscheck.toml:3: `cert` and `key` go together",
        ),
        (
            "[client]\ncert = \"x\"\nkey = \"y\"".to_owned(),
            "wscheck.toml:2: `cert` is for `tls = true`",
        ),
        (
            "[timeouts]\nscale = 1000".to_owned(),
            "wscheck.toml:2: `scale`: expected a number from 0.1 to 100, not 1000",
        ),
        (
            "[timeouts]\npace = \"fast\"".to_owned(),
            "wscheck.toml:2: `pace`: 'fast' is not one of learned, nominal",
        ),
        (
            "[timeouts]\nmax-time = -1".to_owned(),
            "wscheck.toml:2: `max-time`: expected seconds above 0, not -1",
        ),
        (
            "[capabilities]\nutf8 = false".to_owned(),
            "wscheck.toml:2: unknown field `utf8`, expected one of `utf8-validation`, `compression`, `largest-message`, `largest-frame`",
        ),
        (
            "[capabilities]\nlargest-frame = -1".to_owned(),
            "wscheck.toml:2: `largest-frame`: expected a whole number from 0, not -1",
        ),
        (
            "[capabilities]\ncompression = \"no\"".to_owned(),
            "wscheck.toml:2: invalid type: string \"no\", expected a boolean",
        ),
        (
            "[[deviation]]\ncases = \"4.*\"".to_owned(),
            "wscheck.toml:1: this deviation has no `reason`: why",
        ),
        (
            "\n[[deviation]]\nreason = \"x\"".to_owned(),
            "wscheck.toml:2: this deviation has no `cases`: which",
        ),
        (
            row(""),
            "wscheck.toml:2: this deviation has no `grade`: what is expected, by",
        ),
        (
            row("grade = \"ok\""),
            "wscheck.toml:2: this deviation expects nothing but OK",
        ),
        (row("grade = []"), "wscheck.toml:5: `grade` is empty"),
        (
            row("grade = \"bad\""),
            "wscheck.toml:5: `grade`: 'bad' is not one of ok, informational, non-strict, unimplemented, flaky, failed",
        ),
        (
            row("behaviour = \"unclean\""),
            "wscheck.toml:5: `behaviour`: 'unclean' is not one of ok, informational, non-strict, unimplemented, failed",
        ),
        (
            row("close = [\"ok\", \"x\"]"),
            "wscheck.toml:5: `close`: 'x' is not one of ok, informational, wrong-code, unclean, failed-by-client, failed",
        ),
        (
            row("close = \"unclean\"\ngrade = \"failed\""),
            "wscheck.toml:6: `grade` stands for both axes",
        ),
        (
            row("grade = \"failed\"\nrole = \"peer\""),
            "wscheck.toml:6: `role`: 'peer' is not one of server, client, proxy",
        ),
        (
            row("grade = \"failed\"\nexpires = \"2027-02-30\""),
            "wscheck.toml:6: `expires`: expected a day, as in 2027-01-31, not \"2027-02-30\"",
        ),
        (
            row("grade = \"failed\"\nexpires = 2027-01-31T10:00:00Z"),
            "wscheck.toml:6: `expires`: expected a day",
        ),
        (
            row("grade = \"failed\"\nsince = 1"),
            "wscheck.toml:6: unknown field `since`, expected one of `cases`, `agent`, ",
        ),
        (
            "[[deviation]]\ncases = \"4.*\"\nreason = \" \"".to_owned(),
            "wscheck.toml:3: `reason` says nothing",
        ),
        (
            "[server]\nagent = [\"a\", \"b\"]".to_owned(),
            "wscheck.toml:2: `agent`: 2 names, and 1 server to name",
        ),
        (
            "\n[deviation]\ncases = \"1.*\"".to_owned(),
            "wscheck.toml:2: `deviation` is a list; write [[deviation]]",
        ),
        ("[server".to_owned(), "wscheck.toml:1: "),
        ("a = 1\na = 2".to_owned(), "wscheck.toml:2: duplicate key"),
    ] {
        let found = error(&text);
        assert!(found.starts_with(expected), "{text}\n{found}\n{expected}");
        assert!(!found.contains('\n'), "{found}");
    }
}

#[test]
fn whatever_is_cut_off_or_left_out_is_a_file_or_a_fault() {
    let example = include_str!("../../../../docs/wscheck.example.toml");
    let lines: Vec<&str> = example
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    let example = lines.join("\n");
    let mut texts: Vec<String> = (0..example.len())
        .map(|end| example[..end].to_owned())
        .collect();
    texts.extend((0..lines.len()).map(|gone| {
        let rest = lines.iter().enumerate().filter(|(index, _)| *index != gone);
        rest.map(|(_, line)| *line).collect::<Vec<_>>().join("\n")
    }));
    texts.extend(["\0", "\"", "[[", "a.b.c = {", "\u{202e} = 1"].map(str::to_owned));
    let (mut files, mut faults) = (0, 0);
    for text in texts {
        match Settings::parse(FILE.into(), text.clone()) {
            Ok(_) => files += 1,
            Err(fault) => {
                let told = fault.to_string();
                let placed = told.starts_with("wscheck.toml:") && !told.contains('\n');
                assert!(placed, "{told}\n{text}");
                faults += 1;
            }
        }
    }
    assert!(files > 20 && faults > 200, "{files} {faults}");
}

#[test]
fn a_deviation_says_what_it_says() {
    let text = "[[deviation]]\ncases = [\"6.*\", \"!6.4.*\"]\nagent = \"a*\"\nrole = \"client\"\n\
        behavior = [\"FAILED\", \"non-strict\"]\nclose = \"failed-by-client\"\nreason = \" x \"\n\
        issue = \"https://example.org/1\"\nexpires = 2027-01-31\n";
    let settings = parsed(text);
    let deviation = &settings.expectations.deviations[0];
    assert_eq!(
        deviation.grades.words(),
        "behaviour FAILED or NON-STRICT, close FAILED BY CLIENT"
    );
    assert_eq!(deviation.patterns(), "6.*, !6.4.*");
    assert_eq!((&*deviation.reason, deviation.line), ("x", 1));
    assert_eq!(deviation.expires.unwrap().to_string(), "2027-01-31");
    let inline = parsed("deviation = [{ cases = \"4.*\", grade = \"failed\", reason = \"x\" }]");
    assert_eq!(inline.expectations.deviations.len(), 1);
}

#[test]
fn cases_that_are_not_known_here_may_be_known_elsewhere() {
    for pattern in ["20.*", "!99.1", "1000.1"] {
        parsed(&format!("cases = \"{pattern}\""));
    }
}

#[test]
fn what_is_typed_goes_before_what_the_file_says() {
    let settings = parsed(
        "profile = \"autobahn\"\ncases = [\"1.*\", \"!1.2.*\"]\n\
         [server]\nurl = \"ws://127.0.0.1:{port}/x\"\ncommand = \"serve --port {port}\"\n\
         agent = \"mine\"\nstart-timeout = 5\nheaders = \"A: b\"\njobs = 2\npreflight = false\n\
         [timeouts]\npace = \"nominal\"\nscale = 2\nmax-time = 60\n",
    );
    let filled = settings.fill_server(server(""));
    assert_eq!(filled.words, ["ws://127.0.0.1:{port}/x", "1.*", "!1.2.*"]);
    assert_eq!(filled.command, ["serve", "--port", "{port}"]);
    assert_eq!(filled.profile, Some(ProfileName::Autobahn));
    assert_eq!((filled.start_timeout, filled.jobs), (Some(5.0), Some(2)));
    assert_eq!(
        (filled.timeout_scale, filled.max_time),
        (Some(2.0), Some(60.0))
    );
    assert!(filled.no_preflight && filled.pace == Some(PaceName::Nominal));
    assert_eq!(
        (&*filled.headers, &*filled.agent),
        (&["A: b".into()][..], &["mine".into()][..])
    );

    let typed = settings.fill_server(server(
        "ws://b 4.2.4 --profile rfc --jobs 9 --no-timeouts --max-time 1 -H C:d --start-timeout 7",
    ));
    assert_eq!(typed.words, ["ws://b", "4.2.4"]);
    assert!(typed.command.is_empty() && typed.agent.is_empty());
    assert_eq!(
        (typed.profile, typed.jobs),
        (Some(ProfileName::Rfc), Some(9))
    );
    assert_eq!((typed.timeout_scale, typed.max_time), (None, Some(1.0)));
    assert_eq!(
        (typed.start_timeout, &*typed.headers),
        (Some(7.0), &["C:d".into()][..])
    );

    let command = settings.fill_server(server("-- other"));
    assert_eq!(command.words, ["1.*", "!1.2.*"]);
    assert_eq!(command.command, ["other"]);
}

#[test]
fn clients_are_started_as_the_file_says() {
    let settings = parsed(
        "cases = \"1.*\"\n[client]\ncommand = [\"node\", \"a b.js\", \"{url}\"]\n\
         listen = \"127.0.0.1:0\"\ntls = true\ncert = \"c\"\nkey = \"k\"\nidle-timeout = 3\n",
    );
    let filled = settings.fill_client(client(""));
    assert_eq!(filled.command, ["node", "a b.js", "{url}"]);
    assert_eq!(filled.listen.as_deref(), Some("127.0.0.1:0"));
    assert!(filled.tls && filled.cert.is_some() && filled.key.is_some());
    assert_eq!(
        (filled.idle_timeout, &*filled.patterns),
        (Some(3.0), &["1.*".into()][..])
    );
    let typed = settings.fill_client(client("2.* --listen localhost:1 -- me"));
    assert_eq!(
        (&*typed.patterns, &*typed.command),
        (&["2.*".into()][..], &["me".into()][..])
    );
    assert_eq!(typed.listen.as_deref(), Some("localhost:1"));
}

#[test]
fn proxies_are_started_as_the_file_says() {
    let settings = parsed(
        "cases = \"30.3.*\"\n[proxy]\nthrough = \"ws://a:{port}/b\"\n\
         command = [\"run\", \"{port}\"]\nlisten = \"127.0.0.1:7\"\nagent = \"mine\"\n\
         headers = \"A: b\"\nca = \"c\"\npreflight = false\nstart-timeout = 3\n\
         [timeouts]\nscale = 2.0\n",
    );
    let filled = settings.fill_proxy(proxy(""));
    assert_eq!(filled.through.as_deref(), Some("ws://a:{port}/b"));
    assert_eq!(filled.command, ["run", "{port}"]);
    assert_eq!(filled.listen.as_deref(), Some("127.0.0.1:7"));
    assert_eq!(
        (filled.agent.as_deref(), &*filled.patterns, &*filled.headers),
        (Some("mine"), &["30.3.*".into()][..], &["A: b".into()][..])
    );
    assert_eq!(
        (filled.start_timeout, filled.timeout_scale),
        (Some(3.0), Some(2.0))
    );
    assert!(filled.no_preflight && filled.ca.is_some());
    let typed = settings.fill_proxy(proxy("30.4.* --through ws://c -k"));
    assert_eq!(typed.through.as_deref(), Some("ws://c"));
    assert!(typed.command.is_empty() && typed.agent.is_none() && typed.ca.is_none());
    assert_eq!(typed.patterns, ["30.4.*"]);
    let command = settings.fill_proxy(proxy("-- other"));
    assert!(command.through.is_none());
    assert_eq!(command.command, ["other"]);
}

#[test]
fn typed_policies_take_the_place_of_the_files() {
    let of = |line: &str| {
        Settings::new(&server(line).expect, false)
            .unwrap()
            .expectations
    };
    assert_eq!(of("--strict --no-config").policy, Policy::STRICT);
    let told = of("--fail-on non-strict,flaky --no-config").policy;
    assert_eq!(told, Policy::PLAIN.and(&[FailOn::NonStrict, FailOn::Flaky]));
    let wrong = Settings::new(&server("--edition 99 --no-config").expect, false);
    assert!(wrong.unwrap_err().to_string().contains("editions 1 to"));
    let missing = Settings::new(&server("--config none.toml").expect, false);
    assert!(
        missing
            .unwrap_err()
            .to_string()
            .starts_with("cannot read none.toml")
    );
    assert!(Settings::new(&server("--config none.toml").expect, true).is_ok());
}

/// The file as it is proposed after a run in which these cases were played, and
/// were right.
fn after(text: &str, cases: &[&str]) -> Option<String> {
    let stored = RunResult {
        run: wscheck_run::Plan::new().info(),
        cases: cases.iter().map(|case| right(case)).collect(),
    };
    let settings = parsed(text);
    let account = Account::new(&stored, of_catalogue).beside(&settings.expectations);
    let all: Vec<CaseId> = catalogue::all().iter().map(|case| case.id).collect();
    propose(Some(text), &account, &all).unwrap()
}

fn right(case: &str) -> wscheck_suite::result::CaseResult {
    serde_json::from_value(serde_json::json!({
        "case": case, "agent": "a", "started": "2026-01-02T03:04:05Z", "duration-us": 1,
        "outcome": { "judged": { "grade": "ok", "behaviour": "OK", "close": "OK", "reasons": [] } },
        "transcript": { "connections": [] },
    }))
    .unwrap()
}

#[test]
fn what_is_no_longer_needed_is_taken_out_and_the_rest_stays() {
    const TEXT: &str = "# top\nedition = 1 # one\n\n# about servers\n\n# of the first\n[[deviation]]\n\
        cases = \"4.2.1\" # first\ngrade = \"failed\"\nreason = \"x\"\n\n\
        # of the second\n[[deviation]]\nreason = 'y'   # odd\ngrade = \"failed\"\ncases = \"4.2.2\"\n\n\
        [capabilities]\n# cannot\ncompression = true\n# the end\n";
    assert_eq!(after(TEXT, &["4.1.1"]), None);
    let first = after(TEXT, &["4.2.1"]).unwrap();
    assert_eq!(
        first,
        "# top\nedition = 1 # one\n\n# about servers\n\n# of the second\n[[deviation]]\n\
         reason = 'y'   # odd\ngrade = \"failed\"\ncases = \"4.2.2\"\n\n\
         [capabilities]\n# cannot\ncompression = true\n# the end\n"
    );
    let both = after(TEXT, &["4.2.1", "4.2.2"]).unwrap();
    assert!(
        !both.contains("deviation") && both.contains("# about servers"),
        "{both}"
    );
    parsed(&both);
    let windows = "\u{feff}edition = 1\r\n\r\n[[deviation]]\r\ncases = \"4.2.1\"\r\n\
        grade = \"failed\"\r\nreason = \"x\"\r\n";
    assert_eq!(
        after(windows, &["4.2.1"]).unwrap(),
        "\u{feff}edition = 1\r\n"
    );
    let inline =
        "deviation = [\n  { cases = \"4.2.1\", grade = \"failed\", reason = \"x\" }, # a\n]\n";
    assert!(!after(inline, &["4.2.1"]).unwrap().contains("4.2.1"));
}
