//! `wscheck echo`, and the server modes of `wstest`.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;

use super::place::Place;

/// A program that serves, and its URL.
struct Serving {
    child: Child,
    url: String,
}

impl Serving {
    fn new(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut url = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut url).unwrap();
        Self {
            child,
            url: url.trim_end().to_owned(),
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn its_first_line_is_its_url() {
    let place = Place::new();
    let echo = Serving::new(place.program("wscheck", "echo --listen 127.0.0.1:0"));
    assert!(echo.url.starts_with("ws://127.0.0.1:"), "{}", echo.url);
    place
        .wscheck(&format!("server {} 1.1.1 2.1", echo.url))
        .assert()
        .success();
}

#[test]
fn tls_is_trusted_when_its_certificate_is() {
    let place = Place::new();
    let line = "echo --listen localhost:0 --tls --write-cert ca.pem";
    let echo = Serving::new(place.program("wscheck", line));
    assert!(echo.url.starts_with("wss://localhost:"), "{}", echo.url);
    let test = |options: &str| place.wscheck(&format!("server {} 1.1.1 {options}", echo.url));
    test("")
        .assert()
        .code(3)
        .stderr(contains("certificate").and(contains("--ca FILE")));
    test("--ca ca.pem").assert().success();
    test("--insecure").assert().success();
    test("--ca ca.pem --sni elsewhere.example").assert().code(3);
    test("--ca missing.pem")
        .assert()
        .code(2)
        .stderr(contains("missing.pem"));
    test("--insecure --sni").assert().code(2);
}

#[cfg(unix)]
#[test]
fn a_unix_socket_is_an_address() {
    let place = Place::new();
    let socket = place.path("echo.sock");
    let url = format!("ws+unix:{}", socket.display());
    let echo = Serving::new(place.program("wscheck", &format!("echo --listen {url}")));
    place
        .wscheck(&format!("server {} 1.1.1", echo.url))
        .assert()
        .success();
}

#[test]
fn an_address_that_is_taken_or_none_is_refused() {
    let place = Place::new();
    let echo = Serving::new(place.program("wscheck", "echo --listen 127.0.0.1:0"));
    let taken = echo.url.trim_start_matches("ws://").trim_end_matches('/');
    place
        .wscheck(&format!("echo --listen {taken}"))
        .assert()
        .code(2)
        .stderr(contains("cannot listen"));
    place.wscheck("echo --listen http://x").assert().code(2);
    place
        .wscheck("echo --listen ws://127.0.0.1:0 --tls")
        .assert()
        .code(2);
}

#[test]
fn wstest_serves_too() {
    let place = Place::new();
    for mode in ["echoserver", "testeeserver"] {
        let line = format!("-m {mode} -w ws://127.0.0.1:0");
        let echo = Serving::new(place.program("wstest", &line));
        place
            .wscheck(&format!("server {} 1.1.1", echo.url))
            .assert()
            .success();
    }
    let secure = Serving::new(place.program("wstest", "-m echoserver -w wss://127.0.0.1:0"));
    place
        .wscheck(&format!("server {} 1.1.1 -k", secure.url))
        .assert()
        .success();
    place
        .wstest("-m echoserver")
        .assert()
        .code(2)
        .stderr(contains("needs -w"));
}

#[cfg(unix)]
#[test]
fn being_asked_to_end_is_a_regular_end() {
    let place = Place::new();
    for signal in ["-INT", "-TERM"] {
        let mut echo = Serving::new(place.program("wscheck", "echo --listen 127.0.0.1:0"));
        let pid = echo.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &pid])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(echo.child.wait().unwrap().code(), Some(0), "{signal}");
    }
}

#[test]
fn faults_are_listed_with_the_sentence_that_each_breaks() {
    let listed = Place::new()
        .wscheck("echo --list-faults")
        .assert()
        .success();
    let text = String::from_utf8(listed.get_output().stdout.clone()).unwrap();
    let line = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap();
    let pong = line("pong-never-said ");
    assert!(
        pong.contains("  both    RFC 6455 §5.5.2: an endpoint MUST send a Pong"),
        "{pong}"
    );
    assert!(line("tcp-left-open ").contains("  server  "), "{text}");
    assert!(line("masks-by-zeros ").contains("  client  "), "{text}");
    assert!(text.lines().count() > 120);
}

#[test]
fn a_faulty_server_is_caught() {
    let place = Place::new();
    let line = "echo --listen 127.0.0.1:0 --fault pong-never-said";
    let echo = Serving::new(place.program("wscheck", line));
    let test = |cases: &str| place.wscheck(&format!("server {} {cases}", echo.url));
    test("1.1.1").assert().success();
    test("2.1").assert().code(1);
}

#[test]
fn a_fault_that_there_is_not_is_a_wrong_argument() {
    let place = Place::new();
    let test = |line: &str| place.wscheck(line);
    test("echo --fault nonsense")
        .assert()
        .code(2)
        .stderr(contains("no fault \"nonsense\"").and(contains("--list-faults")));
    test("echo --fault masks-by-zeros")
        .assert()
        .code(2)
        .stderr(contains("a server cannot have the fault masks-by-zeros"));
    place
        .wstest("-m testeeclient -w ws://127.0.0.1:1 --fault tcp-left-open")
        .assert()
        .code(2)
        .stderr(contains("a client cannot have the fault tcp-left-open"));
}
