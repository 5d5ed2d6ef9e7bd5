//! The pages that the suite serves: who may ask, and that nothing on them is
//! what a peer sent.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use serde_json::Value;

use super::place::Place;

/// An agent's name that would be a script, and one that would be an image.
const SCRIPT: &str = "<script>alert(1)</script>";
const IMAGE: &str = "\"><img onerror=alert(1)>'&";

/// A program that serves the suite, until this is dropped.
struct Served {
    place: Place,
    child: Child,
    /// Of the suite.
    port: u16,
}

/// An answer.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Served {
    fn wscheck(line: &str) -> Self {
        let place = Place::new();
        let line = format!("client --listen 127.0.0.1:0 {line}");
        let command = place.program("wscheck", &line);
        Self::start(place, command, |line| line.contains("ws://"))
    }

    fn wstest(line: &str) -> Self {
        let place = Place::new();
        place.write(
            "spec.json",
            r#"{"url": "ws://127.0.0.1:0", "outdir": "out", "cases": ["1.1.*"],
                "exclude-agent-cases": {"x": ["1.1.2"]}}"#,
        );
        let command = place.program("wstest", &format!("-m fuzzingserver -s spec.json {line}"));
        Self::start(place, command, |line| line.contains(" at ws://"))
    }

    /// The port is in the line that `tells_port`.
    fn start(
        place: Place,
        mut command: std::process::Command,
        tells_port: impl Fn(&str) -> bool,
    ) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.find_map(|line| line.ok().filter(|line| tells_port(line)));
        let line = line.unwrap();
        let (_, rest) = line.split_once("ws://127.0.0.1:").unwrap();
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap();
        let port = digits.parse().unwrap();
        // What it prints later is read, so that it never waits for us.
        std::thread::spawn(move || lines.for_each(drop));
        Self { place, child, port }
    }

    /// Sends octets and gives the whole answer.
    fn raw(&self, octets: &[u8]) -> Vec<u8> {
        let mut tcp = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        // It may refuse before it has read all.
        let _ = tcp.write_all(octets);
        let mut answer = Vec::new();
        let _ = tcp.read_to_end(&mut answer);
        answer
    }

    /// Sends a request with these fields beside the Host.
    fn ask(&self, line: &str, fields: &str) -> Answer {
        let host = format!("Host: 127.0.0.1:{}\r\n", self.port);
        self.ask_as(line, &(host + fields))
    }

    fn ask_as(&self, line: &str, fields: &str) -> Answer {
        let request = format!("{line} HTTP/1.1\r\n{fields}\r\n");
        let answer = String::from_utf8(self.raw(request.as_bytes())).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        Answer {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    fn page(&self, target: &str) -> String {
        let answer = self.ask(&format!("GET {target}"), "");
        assert_eq!(answer.status, 200, "{target}: {}", answer.body);
        answer.body
    }

    fn json(&self, target: &str) -> Value {
        serde_json::from_str(&self.page(target)).unwrap()
    }

    /// Runs a case as a client that sends `payload` and closes, until its result
    /// is stored.
    fn run(&self, case: &str, agent: &str, payload: &[u8]) {
        let agent = encoded(agent);
        let mut octets = format!(
            "GET /runCase?casetuple={case}&agent={agent} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\
             Upgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\
             X-Markup: <b>{IMAGE}\r\n\r\n",
            self.port
        )
        .into_bytes();
        octets.extend([
            0x81,
            0x80 | u8::try_from(payload.len()).unwrap(),
            0,
            0,
            0,
            0,
        ]);
        octets.extend_from_slice(payload);
        octets.extend_from_slice(b"\x88\x85\0\0\0\0\x03\xe8<b>");
        self.raw(&octets);
        let verdict = format!("/verdict.json?agent={agent}&case={case}");
        while self.json(&verdict)["done"] == false {}
        // Of a case that is run again that may be the verdict of the play before.
        while self.json("/progress.json")["running"] != 0 {}
        // What was told before the reports were asked for is stored by then.
        assert_eq!(self.ask("POST /reports", "").status, 200);
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn encoded(text: &str) -> String {
    let octets = text.bytes().map(|octet| format!("%{octet:02x}"));
    octets.collect()
}

#[test]
fn requests_must_mean_us() {
    let served = Served::wscheck("1.1.1");
    let port = served.port;
    let own = format!("http://127.0.0.1:{port}");
    for (line, fields, status) in [
        ("GET /", format!("Host: localhost:{port}"), 200),
        ("GET /", format!("Host: [::1]:{port}"), 200),
        ("GET /", "Host: rebound.example".to_owned(), 421),
        ("GET /results.json", "Host: rebound.example".to_owned(), 421),
        ("POST /stop", "Host: rebound.example".to_owned(), 421),
        ("GET /", "X: y".to_owned(), 400),
        (
            "GET /",
            format!("Host: 127.0.0.1:{port}\r\nOrigin: {own}"),
            200,
        ),
        (
            "POST /reports",
            format!("Host: 127.0.0.1:{port}\r\nOrigin: {own}"),
            200,
        ),
        (
            "POST /reports",
            format!("Host: 127.0.0.1:{port}\r\nOrigin: http://other.example"),
            403,
        ),
        (
            "POST /stop",
            format!("Host: 127.0.0.1:{port}\r\nOrigin: null"),
            403,
        ),
        (
            "POST /stop",
            format!("Host: localhost:{port}\r\nOrigin: {own}"),
            403,
        ),
    ] {
        let answer = served.ask_as(line, &format!("{fields}\r\n"));
        assert_eq!(answer.status, status, "{line} {fields}: {}", answer.body);
        assert!(!answer.body.is_empty());
    }
}

#[test]
fn methods_and_paths_are_known() {
    let served = Served::wscheck("1.1.1");
    for (line, status) in [
        ("GET /style.css", 200),
        ("GET /run.js", 200),
        ("GET /reports", 200),
        ("GET /nothing", 404),
        ("GET /../Cargo.toml", 404),
        ("GET /report", 400),
        ("GET /report?agent=nobody", 404),
        ("GET /report?agent=a&agent=b", 400),
        ("GET /report?agent=a&case=1.1.1", 404),
        ("GET /report?agent=a&case=x", 404),
        ("GET /result.json?agent=a&case=1.1.1", 404),
        ("GET /results.json?agent=nobody", 404),
        ("GET /cases.json?patterns=9.9.9", 400),
        ("GET /verdict.json?agent=a&case=1.1.1&events=%3cb%3e", 400),
        ("GET /stop", 405),
        ("POST /", 405),
        ("DELETE /reports", 405),
        ("PUT /results.json", 405),
    ] {
        let answer = served.ask(line, "");
        assert_eq!(answer.status, status, "{line}: {}", answer.body);
        let has_allow = answer.head.contains("\r\nAllow: ");
        assert_eq!(has_allow, status == 405, "{line}");
    }
    let (got, head) = (served.ask("GET /", ""), served.ask("HEAD /", ""));
    assert_eq!((head.status, &*head.body), (200, ""));
    assert_eq!(head.head, got.head);
    let large = format!("X: {}\r\n", "x".repeat(1 << 20));
    assert_eq!(served.ask("GET /", &large).status, 431);
    let long = format!("GET /report?agent={}", "x".repeat(60_000));
    assert_eq!(served.ask(&long, "").status, 404);
}

#[test]
fn every_answer_has_a_strict_policy() {
    let served = Served::wscheck("1.1.1");
    let port = served.port;
    for (line, fields) in [
        ("GET /", ""),
        ("GET /nothing", ""),
        ("GET /results.json", ""),
        ("POST /", ""),
        ("GET /", "Origin: http://other.example\r\n"),
    ] {
        let answer = served.ask(line, fields);
        for field in [
            "Content-Security-Policy: default-src 'none'; ",
            "frame-ancestors 'none'",
            "X-Content-Type-Options: nosniff",
            "Referrer-Policy: no-referrer",
            "Cache-Control: no-store",
        ] {
            assert!(answer.head.contains(field), "{line}: {}", answer.head);
        }
    }
    let head = served.ask("GET /", "").head;
    let policy = format!("connect-src 'self' ws://127.0.0.1:{port};");
    assert!(head.contains(&policy), "{head}");
    assert!(
        head.contains("script-src 'self'; style-src 'self';"),
        "{head}"
    );
}

#[test]
fn what_peers_send_is_shown_and_never_markup() {
    let served = Served::wscheck("1.1.1 1.1.2");
    for agent in [SCRIPT, IMAGE] {
        served.run("1.1.2", agent, b"<script>alert(2)</script>");
        let name = encoded(agent);
        for target in [
            "/".to_owned(),
            "/reports".to_owned(),
            format!("/report?agent={name}"),
            format!("/report?agent={name}&case=1.1.2"),
        ] {
            let page = served.page(&target);
            for markup in ["<script>alert", "<img", "<b>\"", "onerror=alert(1)>"] {
                assert!(!page.contains(markup), "{target} has {markup}:\n{page}");
            }
            assert_eq!(page.matches("<script").count(), 1, "{target}:\n{page}");
        }
        let page = served.page(&format!("/report?agent={name}&case=1.1.2"));
        assert!(page.contains("&#60;script&#62;alert(2)"), "{page}");
        assert!(page.contains("X-Markup: &#60;b&#62;"), "{page}");
        assert!(page.contains(">FAILED<"), "{page}");
    }
    let missing = served.ask("GET /report?agent=%3Cscript%3E", "");
    assert!(missing.head.contains("text/plain"), "{}", missing.head);
}

#[test]
fn results_are_told_as_json() {
    let served = Served::wscheck("1.1.* 2.1 9.1.1-9.1.6");
    let cases = served.json("/cases.json?patterns=1.1.1-1.1.3+9&quick=true");
    let cases = cases["cases"].as_array().unwrap();
    let ids: Vec<_> = cases
        .iter()
        .map(|case| case["case"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["1.1.1", "1.1.2", "1.1.3", "9.1.1", "9.1.3", "9.1.6"]);
    assert_eq!(
        (&cases[0]["heavy"], &cases[5]["heavy"]),
        (&false.into(), &true.into())
    );
    assert_eq!(cases[0]["chapter"], "Framing");

    served.run("1.1.1", "a b", b"");
    served.run("1.1.1", "a b", b"x");
    let all = served.json("/results.json");
    assert_eq!(all["profile"], "rfc");
    assert_eq!(all["agents"][0]["agent"], "a b");
    assert_eq!(all["agents"][0]["counts"]["failed"], 1);
    let one = served.json("/results.json?agent=a+b");
    let case = &one["cases"]["1.1.1"];
    assert_eq!(
        (&case["verdict"], &case["attempt"]),
        (&"FAILED".into(), &2.into())
    );
    assert_eq!(case["remote-code"], 1000);
    assert!(
        case["reason"].as_str().unwrap().contains("differs"),
        "{case}"
    );
    let progress = served.json("/progress.json");
    assert_eq!(
        (&progress["results"], &progress["running"]),
        (&1.into(), &0.into())
    );
    let stored = served.json("/result.json?agent=a+b&case=1.1.1");
    assert_eq!(
        (&stored["case"], &stored["attempt"]),
        (&"1.1.1".into(), &2.into())
    );
    assert_eq!(
        served.place.json("wscheck-report/results.json")["run"]["targets"][0]["agent"],
        "a b"
    );
}

/// We closed with 1000, and so did the client.
#[test]
fn what_an_api_saw_is_held_against_the_wire() {
    let served = Served::wscheck("1.1.1");
    served.run("1.1.1", "a", b"");
    let told = |seen: &str| {
        let told = served.json(&format!("/verdict.json?agent=a&case=1.1.1&{seen}"));
        told["disagreements"].as_array().unwrap().len()
    };
    assert_eq!(told("events=open,text,close&code=1000&clean=true"), 0);
    assert_eq!(told("events=open,text,close&code=1001&clean=true"), 1);
    assert_eq!(told("events=open,text,close&code=1006"), 1);
    // No open, and an end that only an open connection has.
    assert_eq!(told("events=text,close&code=1000&clean=true"), 2);
    assert_eq!(told("events=open,text*7,close&code=1000&clean=true"), 1);
    let later = served.json("/verdict.json?agent=a&case=1.1.1&after=1");
    assert_eq!(later["done"], false);
}

#[test]
fn a_page_may_stop_the_server() {
    let mut served = Served::wscheck("1.1.1");
    served.run("1.1.1", "a", b"x");
    assert_eq!(served.ask("POST /stop", "").status, 200);
    assert_eq!(served.child.wait().unwrap().code(), Some(1));
}

#[test]
fn the_original_serves_the_same_pages() {
    let served = Served::wstest("-u 0");
    let page = served.page("/");
    assert!(page.contains("autobahn"), "{page}");
    assert!(page.contains(&format!("data-suite=\"ws://127.0.0.1:{}\"", served.port)));
    assert_eq!(
        served.json("/cases.json?agent=x")["cases"]
            .as_array()
            .unwrap()
            .len(),
        7
    );
    served.run("1.1.1", SCRIPT, b"x");
    let name = encoded(SCRIPT);
    let page = served.page(&format!("/report?agent={name}&case=1.1.1"));
    assert!(!page.contains("<script>alert"), "{page}");
    assert!(page.contains("What the case does"), "{page}");
    let stored = served.json(&format!("/result.json?agent={name}&case=1.1.1"));
    assert_eq!(stored["id"], "1.1.1");
    assert_eq!(
        served.place.json("out/index.json")[SCRIPT]["1.1.1"]["behavior"],
        "FAILED"
    );
}
