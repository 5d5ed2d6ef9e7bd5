//! What went over the connections, as packets.

use std::process::Command;
use std::{fs, thread};

use assert_cmd::cargo::cargo_bin;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::{contains, is_empty};

use super::peers::{Reference, nobody, scripted, silent};
use super::place::Place;

/// The type and the octets of each block of a file, which holds whole blocks
/// alone.
fn blocks(file: &[u8]) -> Vec<(u32, &[u8])> {
    let word = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    let (mut at, mut blocks) = (0, Vec::new());
    while at < file.len() {
        let length = word(at + 4) as usize;
        assert_eq!(word(at + length - 4) as usize, length);
        blocks.push((word(at), &file[at..at + length]));
        at += length;
    }
    blocks
}

fn holds(octets: &[u8], part: &str) -> bool {
    octets.windows(part.len()).any(|w| w == part.as_bytes())
}

#[test]
fn a_run_writes_its_packets_and_nothing_else_beside_its_results() {
    let place = Place::new();
    let server = Reference::named("mine");
    place
        .wscheck(&format!(
            "server {} 1.1.1 4.2.4 --pcap r/p.pcapng",
            server.url
        ))
        .assert()
        .success()
        .stderr(contains("packets: r/p.pcapng"));
    let file = fs::read(place.path("r/p.pcapng")).unwrap();
    let comments = blocks(&file);
    let comment = |text: &str| comments.iter().filter(|(_, b)| holds(b, text)).count();
    assert_eq!(comment("case 1.1.1, agent mine, play 1, connection 1"), 1);
    assert_eq!(comment("case 4.2.4, agent mine, play 1, connection 1"), 1);
    let outside = |file: &&String| !file.starts_with("wscheck-report/");
    let written = place.files();
    assert_eq!(written.iter().filter(outside).count(), 1, "{written:?}");
    place
        .wscheck(&format!(
            "server {} 1.1.1 --no-preflight --pcap p.pcapng",
            nobody()
        ))
        .assert()
        .code(3);
    assert_eq!(blocks(&fs::read(place.path("p.pcapng")).unwrap()).len(), 1);
    place
        .wscheck("server 1.1.1 --pcap .")
        .assert()
        .code(2)
        .stderr(contains(". is a folder"));
}

#[test]
fn a_run_that_is_killed_leaves_whole_packets() {
    let place = Place::new();
    let line = format!(
        "server {} 1.1.1 --no-preflight --agent x --pcap p.pcapng",
        scripted(silent)
    );
    let mut child = place.program("wscheck", &line).spawn().unwrap();
    let read = || fs::read(place.path("p.pcapng")).unwrap_or_default();
    while !holds(&read(), "GET / HTTP/1.1") {
        assert!(child.try_wait().unwrap().is_none(), "it runs");
        thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(blocks(&read()).len() >= 6);
}

#[test]
fn results_become_packets_where_their_logs_are_complete() {
    let place = Place::new();
    let server = Reference::named("mine");
    place
        .wscheck(&format!("server {} 1.1.1 1.1.6 4.2.4", server.url))
        .assert()
        .success();
    for command in ["report wscheck-report", "merge joined wscheck-report"] {
        place
            .wscheck(&format!("{command} --pcap p.pcapng"))
            .assert()
            .success()
            .stdout(is_empty())
            .stderr(
                contains("1.1.6 of mine is not in p.pcapng: of 65535 octets its log has 256")
                    .or(contains("1.1.6 of mine is not in p.pcapng: of 65"))
                    .and(contains("1.1.1 of mine is not").not()),
            );
        let file = fs::read(place.path("p.pcapng")).unwrap();
        let count = |text: &str| {
            let blocks = blocks(&file);
            blocks.iter().filter(|(_, b)| holds(b, text)).count()
        };
        assert_eq!(count("4.2.4 of mine, connection 1"), 1);
        assert_eq!(count("1.1.6 of mine"), 0);
        assert_eq!(count("from the logs of stored results"), 1);
    }
}

/// What tshark finds in a file: a line a packet, with these fields.
fn tshark(place: &Place, filter: &str, fields: &[&str]) -> Vec<String> {
    let mut command = Command::new("tshark");
    command
        .args([
            "-o",
            "tcp.check_checksum:TRUE",
            "-o",
            "ip.check_checksum:TRUE",
        ])
        .arg("-r")
        .arg(place.path("p.pcapng"))
        .args(["-Y", filter, "-T", "fields"]);
    for field in fields {
        command.args(["-e", field]);
    }
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// Nothing that tshark would shake its head at.
fn is_sound(place: &Place) {
    let wrong = "_ws.malformed or tcp.checksum.status == 0 or ip.checksum.status == 0 \
                 or tcp.analysis.flags or _ws.expert.severity == error";
    assert_eq!(
        tshark(place, wrong, &["frame.number", "_ws.col.Info"]),
        [""; 0]
    );
    let unchecked = "tcp.checksum.status != 1";
    assert_eq!(tshark(place, unchecked, &["frame.number"]), [""; 0]);
}

/// The opcodes of the frames of 4.2.4, sorted: a text, opcode 14 and a ping by us;
/// the text and a Close by the reference server. Our Close may come too late.
const OPCODES: [&str; 5] = ["1", "1", "14", "8", "9"];

fn is_case_4_2_4(place: &Place) {
    let frames = tshark(place, "websocket", &["websocket.opcode"]);
    let mut opcodes: Vec<String> = frames.join(",").split(',').map(str::to_owned).collect();
    opcodes.sort();
    if opcodes.len() == OPCODES.len() + 1 {
        let ours = opcodes.iter().rposition(|opcode| opcode == "8");
        opcodes.remove(ours.unwrap());
    }
    assert_eq!(opcodes, OPCODES, "{frames:?}");
    let fields = ["http.request.method", "http.upgrade"];
    assert_eq!(tshark(place, "http.request", &fields), ["GET\tWebSocket"]);
    let status = tshark(place, "http.response", &["http.response.code"]);
    assert_eq!(status, ["101"]);
    let ends = tshark(
        place,
        "tcp.flags.syn == 1 or tcp.flags.fin == 1 or tcp.flags.reset == 1",
        &["tcp.flags.str"],
    );
    // The one who speaks too late hears RST.
    assert!(ends.len() >= 3, "{ends:?}");
}

#[test]
#[ignore = "needs Debian's tshark"]
fn tshark_reads_what_was_captured() {
    for (url, ip) in [
        ("ws://127.0.0.1:0/", "ip.src == 127.0.0.1"),
        ("ws://[::1]:0/", "ipv6.src == ::1"),
        (
            "wss://127.0.0.1:0/",
            "frame.comment contains \"the plaintext of TLS\"",
        ),
        #[cfg(unix)]
        (
            "ws+unix:{place}:/",
            "frame.comment contains \"a unix socket\" and ip.src == 192.0.2.1",
        ),
    ] {
        let place = Place::new();
        let socket = place.path("socket").display().to_string();
        let server = Reference::at(&url.replace("{place}", &socket));
        place
            .wscheck(&format!("server {} -k 4.2.4 --pcap p.pcapng", server.url))
            .assert()
            .success();
        is_sound(&place);
        is_case_4_2_4(&place);
        assert!(!tshark(&place, ip, &["frame.number"]).is_empty(), "{ip}");
    }
}

/// Of a client that is tested, each request is its own; what asks for the cases
/// beside them is none.
#[test]
#[ignore = "needs Debian's tshark"]
fn tshark_reads_what_a_client_did() {
    let place = Place::new();
    place
        .wscheck("client 1.1.1 4.2.4 --listen [::1]:0 --pcap p.pcapng --")
        .arg(cargo_bin("wstest"))
        .args(["-m", "testeeclient", "-w", "{url}", "-i", "ours"])
        .assert()
        .success();
    is_sound(&place);
    let comments = tshark(&place, "frame.comment", &["frame.comment"]);
    let expected =
        ["1.1.1", "4.2.4"].map(|case| format!("case {case}, agent ours, play 1, connection 1"));
    assert_eq!(comments, expected);
    let requests = tshark(
        &place,
        "http.request and ipv6.src == ::1",
        &["http.request.uri"],
    );
    assert_eq!(requests.len(), 2, "{requests:?}");
    let ours = tshark(
        &place,
        "http.response.code == 101 and tcp.seq == 1",
        &["tcp.srcport"],
    );
    let listening = tshark(
        &place,
        "tcp.flags.syn == 1 and tcp.flags.ack == 0",
        &["tcp.dstport"],
    );
    assert_eq!(ours, listening);
    assert!(!tshark(&place, "websocket.opcode == 14", &["frame.number"]).is_empty());
}

#[test]
#[ignore = "needs Debian's tshark"]
fn tshark_reads_what_was_stored() {
    let place = Place::new();
    let server = Reference::named("mine");
    place
        .wscheck(&format!("server {} 4.2.4", server.url))
        .assert()
        .success();
    place
        .wscheck("report wscheck-report --pcap p.pcapng")
        .assert()
        .success();
    is_sound(&place);
    is_case_4_2_4(&place);
}

#[test]
#[ignore = "needs Debian's tshark"]
fn tshark_reads_what_is_large_and_what_is_broken() {
    let place = Place::new();
    let server = Reference::named("mine");
    place
        .wscheck(&format!(
            "server {} 1.1.6 2.6 3.* 4.* 5.* 7.* 9.1.1 --pcap p.pcapng",
            server.url
        ))
        .assert()
        .success();
    is_sound(&place);
    // Messages of 65536 and 65535 octets came back whole, in whatever pieces.
    let long = tshark(
        &place,
        "websocket.payload_length_ext_64 == 65536",
        &["frame.number"],
    );
    assert!(!long.is_empty());
}
