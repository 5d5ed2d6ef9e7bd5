//! `wscheck proxy`, with a proxy that forwards octets and knows no HTTP.

use std::io::{self, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;

use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;

use super::place::Place;

/// Forwards each connection as it is, to `upstream`.
fn blind(upstream: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Ok(server) = TcpStream::connect(upstream) else {
                continue;
            };
            let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || carry(&from, &to));
            thread::spawn(move || carry(&server, &client));
        }
    });
    address
}

fn carry(mut from: &TcpStream, mut to: &TcpStream) {
    // However it ends, the other side is told.
    let _ = io::copy(&mut from, &mut to);
    let _ = to.flush();
    let _ = to.shutdown(Shutdown::Write);
}

/// Where nobody listens.
fn free() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

#[test]
fn a_proxy_that_knows_no_http_tunnels_what_it_should_not() {
    let place = Place::new();
    let upstream = free();
    let proxy = blind(upstream);
    let line = format!(
        "proxy --through ws://{proxy}/a/path?x=1 --listen {upstream} --agent blind \
         30.3.1 30.4 30.1.12 --html r.html --junit r.xml --markdown r.md"
    );
    place.wscheck(&line).assert().code(1).stderr(
        contains(format!("the proxy has to forward to {upstream}"))
            .and(contains("FAILED  30.3.1"))
            .and(contains("octets arrived that are no request"))
            .and(contains("it is \"for this hop alone\""))
            .and(contains("21 cases: 19 OK, 2 FAILED")),
    );
    let results = place.json("wscheck-report/results.json");
    let cases = results["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 21);
    for case in cases {
        // One before the proxy, one behind it.
        let connections = case["transcript"]["connections"].as_array().unwrap();
        assert_eq!(connections.len(), 2, "{}", case["case"]);
        assert!(connections[1]["evidence"]["relay"].is_object());
    }
    let [html, junit] = ["r.html", "r.xml"].map(|name| place.read(name));
    for text in [html, junit] {
        assert!(text.contains("30.3.1"));
        assert!(text.contains("octets arrived that are no request"));
    }
}

/// What stands in the file need not be typed, and what is expected ends no run.
#[test]
fn the_file_says_where_the_proxy_is() {
    let place = Place::new();
    let upstream = free();
    let proxy = blind(upstream);
    place.write(
        "wscheck.toml",
        &format!(
            "cases = [\"30.3.1\", \"30.4.1\", \"30.4.2\"]\n\
             [proxy]\nthrough = \"ws://{proxy}/a\"\nlisten = \"{upstream}\"\nagent = \"blind\"\n\
             [[deviation]]\ncases = \"30.3.1\"\nrole = \"proxy\"\nbehaviour = \"failed\"\n\
             reason = \"it knows no HTTP\"\n"
        ),
    );
    let told = place
        .wscheck("proxy --strict --fail-fast")
        .assert()
        .success();
    told.stderr(contains("1 as expected, 0 unexpected"));
    let run = &place.json("wscheck-report/results.json")["run"];
    assert_eq!(
        (&run["testee"], &run["selected"]),
        (&"proxy".into(), &3.into())
    );
    assert_eq!(run["targets"][0]["agent"], "blind");

    // As one that has no word for proxies.
    let old = place.read("wscheck-report/results.json");
    let old = old.replace("\"testee\":\"proxy\"", "\"testee\":\"server\"");
    place.write("old.json", &old);
    place
        .wscheck("report old.json --markdown old.md")
        .assert()
        .success();
    let summary = place.read("old.md");
    assert!(summary.contains("1 proxy tested"), "{summary}");
    place
        .wscheck("diff wscheck-report old.json")
        .assert()
        .success()
        .stdout(contains("3 the same"));
}

#[test]
fn shards_of_a_proxy_are_joined() {
    let place = Place::new();
    let upstream = free();
    let proxy = blind(upstream);
    for part in 1..=2 {
        let line = format!(
            "proxy --through ws://{proxy} --listen {upstream} --agent blind \
             30.4.1 30.4.2 --shard {part}/2 --retries 1 --out {part}"
        );
        let told = place.wscheck(&line).assert().success();
        told.stderr(contains("1 case: 1 OK"));
    }
    place.wscheck("merge whole 1 2").assert().success();
    let whole = place.json("whole/results.json");
    assert_eq!(whole["run"]["testee"], "proxy");
    assert_eq!(whole["cases"].as_array().map(Vec::len), Some(2));
}

#[test]
fn unexpected_ends_of_a_proxy_are_proposed_for_the_file() {
    let place = Place::new();
    let upstream = free();
    let proxy = blind(upstream);
    let line = format!("proxy --through ws://{proxy} --listen {upstream} 30.3.1 --update=write");
    place.wscheck(&line).assert().code(1);
    let text = place.read("wscheck.toml");
    assert!(text.contains("role = \"proxy\""), "{text}");
    place
        .wscheck(line.trim_end_matches(" --update=write"))
        .assert()
        .success();
}

#[test]
fn a_proxy_that_is_not_there_is_no_failure_but_could_not_be_tested() {
    let place = Place::new();
    let (through, listen) = (free(), free());
    place
        .wscheck(&format!(
            "proxy --through ws://{through} --listen {listen} 30.1"
        ))
        .assert()
        .code(3)
        .stderr(contains("refuses connections"));
}

/// It answers, and not with what we said.
#[test]
fn a_proxy_that_forwards_elsewhere_is_told_what_to_change() {
    let place = Place::new();
    let elsewhere = super::peers::Reference::narrow();
    let listen = free();
    place
        .wscheck(&format!(
            "proxy --through {} --listen {listen} 30.1",
            elsewhere.url
        ))
        .assert()
        .code(3)
        .stderr(
            contains("does not forward to us")
                .and(contains(listen.to_string()))
                .and(contains("--listen")),
        );
}

#[test]
fn nobody_else_plays_these_cases() {
    let place = Place::new();
    place
        .wscheck("server 30.1.1")
        .assert()
        .code(4)
        .stderr(contains("leave none for servers"));
    place
        .wscheck("proxy --through ws://127.0.0.1:1 4.2.4")
        .assert()
        .code(4)
        .stderr(contains("leave none for proxies"));
    place
        .wscheck("proxy")
        .assert()
        .code(2)
        .stderr(contains("no proxy is named"));
}

#[test]
fn both_ends_are_explained() {
    let place = Place::new();
    place.wscheck("explain 30.3.1").assert().success().stdout(
        contains("before the proxy, as the client")
            .and(contains("behind the proxy, as the upstream"))
            .and(contains("start line \"HTTP/1.1 426 Upgrade Required\""))
            .and(contains("nothing that the client sends after the answer")),
    );
    let written = place.wscheck("explain 30.4.3 --toml").assert().success();
    let text = String::from_utf8(written.get_output().stdout.clone()).unwrap();
    let own = text.replace("30.4.3", "1000.1");
    place.write("own.toml", &own);
    place
        .wscheck("explain 1000.1 --cases-file own.toml")
        .assert()
        .success();
}
