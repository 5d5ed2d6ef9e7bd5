//! Whatever a peer sends, the terminal gets no control character but those of
//! our colours, and no line longer than it is wide.

use proptest::prelude::*;
use wscheck_report::console::Console;
use wscheck_suite::catalogue;
use wscheck_suite::in_process::{Reply, answering, play};
use wscheck_suite::profile::Profile;
use wscheck_suite::result::{CaseResult, Outcome, RunInfo, SCHEMA};
use wscheck_suite::session::Settings;
use wscheck_suite::tested::Tested;
use wscheck_wire::handshake::{HeadReader, accept_for};

fn run() -> RunInfo {
    RunInfo {
        schema: SCHEMA,
        tool: "wscheck".into(),
        profile: Profile::Rfc,
        testee: Tested::Server,
        seed: 1,
        started: "2026-01-02T03:04:05Z".into(),
        duration_ms: None,
        interrupted: false,
        cut_short: None,
        selected: 1,
        targets: Vec::new(),
    }
}

/// The result of a case against a server that opens the connection and then
/// sends `octets`; or sends them instead of opening it.
fn result(index: usize, opens: bool, octets: &[u8], agent: &str) -> (usize, CaseResult) {
    let cases: Vec<_> = catalogue::all()
        .iter()
        .filter(|case| case.id.chapter() != 9)
        .collect();
    let index = index % cases.len();
    let played = play(cases[index], &Settings::default(), |_| {
        answering(|request| {
            let head = HeadReader::new(1 << 16).push(request).ok().flatten();
            let key = head
                .as_ref()
                .and_then(|(head, _)| head.values("Sec-WebSocket-Key").next());
            let mut reply = Vec::new();
            if let (true, Some(key)) = (opens, key) {
                let accept = accept_for(key);
                let head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
                reply.extend_from_slice(
                    format!("{head}Sec-WebSocket-Accept: {accept}\r\n\r\n").as_bytes(),
                );
            }
            reply.extend_from_slice(octets);
            Reply {
                octets: reply,
                closed: !opens,
            }
        })
    });
    let result = CaseResult {
        case: cases[index].id,
        agent: agent.to_owned(),
        outcome: Outcome::Judged(played.verdict),
        started: "2026-01-02T03:04:05Z".into(),
        duration_us: 1,
        attempt: 1,
        provisional: false,
        proved: None,
        company: 0,
        testee_memory: None,
        testee_output: String::from_utf8_lossy(octets).into_owned(),
        transcript: played.transcript,
    };
    (index, result)
}

/// Text without our colours.
fn plain(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let (colour, rest) = part.split_once('m').expect("a colour ends");
        assert!(
            colour.chars().all(|c| c.is_ascii_digit() || c == ';'),
            "{part:?}"
        );
        text + rest
    })
}

/// Frames of any kind, with any payload.
fn frames() -> impl Strategy<Value = Vec<u8>> {
    let frame = (any::<u8>(), prop::collection::vec(any::<u8>(), 0..40));
    let frame = frame
        .prop_map(|(start, payload)| [&[start | 0x80, payload.len() as u8], &payload[..]].concat());
    prop::collection::vec(frame, 0..4).prop_map(|frames| frames.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn nothing_raw_reaches_the_terminal(
        index in any::<usize>(),
        opens in any::<bool>(),
        octets in prop_oneof![frames(), prop::collection::vec(any::<u8>(), 0..300)],
        agent in any::<String>(),
        width in 0usize..140,
    ) {
        let (index, result) = result(index, opens, &octets, &agent);
        let mut cases = catalogue::all().iter().filter(|case| case.id.chapter() != 9);
        let case = cases.nth(index).expect("an index of a case");
        let console = Console::new(&run()).width(width);
        for text in [console.line(case, &result), console.failure(case, &result)] {
            for line in plain(&text).split('\n') {
                prop_assert!(!line.chars().any(char::is_control), "{line:?}");
                prop_assert!(line.chars().count() <= width.max(40), "{line}");
            }
        }
    }
}
