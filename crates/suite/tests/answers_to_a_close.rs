//! What servers can answer to our Close of case 7.3.3, and what the original
//! said of each: the verdicts are facts, taken from runs of it. And what both
//! ends can answer to the codes of 7.9, by the RFC.

use std::collections::VecDeque;

use wscheck_suite::catalogue;
use wscheck_suite::in_process::{Played, Reply, answering, play, play_client};
use wscheck_suite::octets::from_hex;
use wscheck_suite::profile::Profile;
use wscheck_suite::session::Settings;
use wscheck_wire::handshake::{HeadReader, ServerResponse, accept_for};
use wscheck_wire::{Conversation, Eof, Moment, Output, Role};

/// What the server does after its octets.
#[derive(Clone, Copy, PartialEq)]
enum Then {
    Drops,
    Lingers,
}

use Then::{Drops, Lingers};

/// What comes with the opening handshake, the answer, then: behaviour, close,
/// code of the testee.
const ANSWERS: &[(&str, &str, &str, Then, &str)] = &[
    ("the same code", "", "8802 03e8", Drops, "OK/OK/1000"),
    (
        "and TCP stays open",
        "",
        "8802 03e8",
        Lingers,
        "OK/FAILED BY CLIENT/1000",
    ),
    ("no answer", "", "", Lingers, "OK/UNCLEAN/-"),
    ("the end of TCP alone", "", "", Drops, "OK/UNCLEAN/-"),
    ("without a code", "", "8800", Drops, "OK/OK/-"),
    ("a reason", "", "8805 03e8 627965", Drops, "OK/OK/1000"),
    (
        "another good code",
        "",
        "8802 03e9",
        Drops,
        "FAILED/WRONG CODE/1001",
    ),
    (
        "an application's code",
        "",
        "8802 0bb8",
        Drops,
        "FAILED/WRONG CODE/3000",
    ),
    (
        "a code that is not sent",
        "",
        "8802 03ed",
        Drops,
        "OK/UNCLEAN/1005",
    ),
    (
        "a code not known then",
        "",
        "8802 03f4",
        Drops,
        "OK/UNCLEAN/1012",
    ),
    ("a code below all", "", "8802 0000", Drops, "OK/UNCLEAN/0"),
    ("one octet", "", "8801 61", Drops, "OK/UNCLEAN/-"),
    (
        "a reason of bad UTF-8",
        "",
        "8803 03e8 ff",
        Drops,
        "OK/UNCLEAN/1000",
    ),
    (
        "a reason cut inside a character",
        "",
        "8806 03e8 6162e282",
        Drops,
        "OK/UNCLEAN/1000",
    ),
    (
        "a reason with a surrogate",
        "",
        "8805 03e8 eda080",
        Drops,
        "OK/UNCLEAN/1000",
    ),
    ("fragmented", "", "0802 03e8", Drops, "OK/UNCLEAN/-"),
    ("masked", "", "8882 61626364 628a", Drops, "OK/UNCLEAN/-"),
    ("RSV1", "", "c802 03e8", Drops, "OK/UNCLEAN/-"),
    ("a long length", "", "887e0002 03e8", Drops, "OK/UNCLEAN/-"),
    ("twice", "", "8802 03e8 8802 03e8", Drops, "OK/OK/1000"),
    (
        "twice, differently",
        "",
        "8802 03e8 8802 0bb9",
        Drops,
        "FAILED/WRONG CODE/3001",
    ),
    (
        "twice, then without a code",
        "",
        "8802 03e8 8800",
        Drops,
        "OK/OK/-",
    ),
    (
        "twice, then with a bad code",
        "",
        "8802 03e8 8802 03ed",
        Drops,
        "OK/UNCLEAN/1005",
    ),
    (
        "a text before",
        "",
        "8104 6c617465 8802 03e8",
        Drops,
        "FAILED/OK/1000",
    ),
    (
        "a pong before",
        "",
        "8a00 8802 03e8",
        Drops,
        "FAILED/OK/1000",
    ),
    ("a ping before", "", "8900 8802 03e8", Drops, "OK/OK/1000"),
    (
        "a bad frame before",
        "",
        "c100 8802 03e8",
        Drops,
        "OK/UNCLEAN/-",
    ),
    (
        "a text after",
        "",
        "8802 03e8 8104 6c617465",
        Drops,
        "FAILED/OK/1000",
    ),
    (
        "a pong after",
        "",
        "8802 03e8 8a00",
        Drops,
        "FAILED/OK/1000",
    ),
    ("a ping after", "", "8802 03e8 8900", Drops, "OK/OK/1000"),
    (
        "a bad frame after",
        "",
        "8802 03e8 a10178",
        Drops,
        "OK/FAILED BY CLIENT/1000",
    ),
    (
        "bad UTF-8 after",
        "",
        "8802 03e8 8101ff",
        Drops,
        "OK/FAILED BY CLIENT/1000",
    ),
    (
        "garbage after",
        "",
        "8802 03e8 ffffffff",
        Drops,
        "OK/FAILED BY CLIENT/1000",
    ),
    (
        "half a header after",
        "",
        "8802 03e8 81",
        Drops,
        "OK/OK/1000",
    ),
    (
        "a ping with the 101",
        "8902 6869",
        "8802 03e8",
        Drops,
        "OK/OK/1000",
    ),
    (
        "a pong with the 101",
        "8a00",
        "8802 03e8",
        Drops,
        "FAILED/OK/1000",
    ),
    (
        "a text with the 101",
        "8102 6869",
        "8802 03e8",
        Drops,
        "FAILED/OK/1000",
    ),
    ("a Close with the 101", "8802 03e8", "", Drops, "OK/OK/1000"),
    (
        "a bad frame with the 101",
        "b10178",
        "8802 03e8",
        Drops,
        "OK/UNCLEAN/-",
    ),
    (
        "bad UTF-8 with the 101",
        "8101ff",
        "8802 03e8",
        Drops,
        "OK/UNCLEAN/-",
    ),
];

fn answer(with_the_head: &str, answer: &str, then: Then) -> Played {
    let octets = |hex| from_hex(hex).expect("hexadecimal digits");
    let (with_the_head, answer) = (octets(with_the_head), octets(answer));
    let case = catalogue::find("7.3.3".parse().expect("a number")).expect("a case");
    let settings = Settings {
        profile: Profile::Autobahn,
        ..Settings::default()
    };
    play(case, &settings, |_| {
        let mut request = HeadReader::new(4096);
        let mut opened = false;
        let (with_the_head, answer) = (with_the_head.clone(), answer.clone());
        answering(move |input| {
            if opened {
                return Reply {
                    octets: answer.clone(),
                    closed: then == Drops,
                };
            }
            let Ok(Some((head, _))) = request.push(input) else {
                return Reply::default();
            };
            opened = true;
            let key = head.values("Sec-WebSocket-Key").next().expect("a key");
            let response = ServerResponse {
                accept: accept_for(key),
                ..ServerResponse::default()
            };
            Reply {
                octets: [response.encode(), with_the_head.clone()].concat(),
                closed: false,
            }
        })
    })
}

#[test]
fn each_answer_earns_what_the_original_gave() {
    for (name, with_the_head, octets, then, wanted) in ANSWERS {
        let played = answer(with_the_head, octets, *then);
        let code = played.transcript.connections[0]
            .evidence
            .closing
            .remote_code;
        let code = code.map_or("-".to_owned(), |code| code.to_string());
        let verdict = format!(
            "{}/{}/{code}",
            played.verdict.behaviour, played.verdict.close
        );
        assert_eq!(verdict, *wanted, "{name}: {:?}", played.verdict.reasons);
    }
}

/// The original takes a reason that only lacks its end for valid, and then
/// loses TCP because it cannot decode it.
#[test]
fn a_reason_that_lacks_its_end_is_no_violation_but_the_end() {
    let played = answer("", "8806 03e8 6162e282", Lingers);
    let closing = &played.transcript.connections[0].evidence.closing;
    assert!(
        !closing.failed_by_us && !closing.dropped_by_us && !closing.clean,
        "{closing:?}"
    );
    let played = answer("", "8803 03e8 ff", Lingers);
    let closing = &played.transcript.connections[0].evidence.closing;
    assert!(closing.failed_by_us && closing.dropped_by_us, "{closing:?}");
}

/// The cases that close with a code that no Close may carry, and the code.
const ILLEGAL: [(&str, u16); 9] = [
    ("7.9.1", 0),
    ("7.9.2", 999),
    ("7.9.3", 1004),
    ("7.9.4", 1005),
    ("7.9.5", 1006),
    ("7.9.6", 1016),
    ("7.9.7", 1100),
    ("7.9.8", 2000),
    ("7.9.9", 2999),
];

const REQUEST: &str = "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

/// How a server, or a client, answers that Close: by `code`, if there is one,
/// and then it ends TCP.
fn by_rfc(case: &str, testee: Role, code: Option<u16>) -> String {
    let case = catalogue::find(case.parse().expect("a number")).expect("a case");
    let settings = Settings::default();
    let played = match testee {
        Role::Server => play(case, &settings, |_| Answerer::new(testee, code)),
        Role::Client => play_client(case, &settings, |_| Answerer::new(testee, code)),
    };
    format!("{}/{}", played.verdict.behaviour, played.verdict.close)
}

/// RFC 6455 §7.4 tells what may be sent, and nothing of who hears what may not:
/// by `rfc` any code that may be sent is a good answer, as is none, and an end
/// of TCP. The same code back is not, nor is another of its kind.
#[test]
fn by_rfc_an_illegal_code_is_answered_by_any_but_an_illegal_one() {
    for testee in [Role::Server, Role::Client] {
        for (case, echo) in ILLEGAL {
            for code in [1000, 1002, 1003, 1007, 1008, 1011, 1012, 3000, 4999] {
                let answered = by_rfc(case, testee, Some(code));
                assert_eq!(answered, "OK/OK", "{case}: {code} from a {testee}");
            }
            assert_eq!(by_rfc(case, testee, None), "OK/OK", "{case} by a {testee}");
            for code in [echo, 0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000] {
                let answered = by_rfc(case, testee, Some(code));
                assert_eq!(
                    answered, "FAILED/WRONG CODE",
                    "{case}: {code} from a {testee}"
                );
            }
        }
    }
}

/// Opens, waits for one Close, answers it, and ends TCP.
struct Answerer {
    role: Role,
    code: Option<u16>,
    head: HeadReader,
    outputs: VecDeque<Output>,
    opened: bool,
}

impl Answerer {
    fn new(role: Role, code: Option<u16>) -> Self {
        let first = (role == Role::Client).then(|| Output::Write(REQUEST.into()));
        Self {
            role,
            code,
            head: HeadReader::new(4096),
            outputs: first.into_iter().collect(),
            opened: false,
        }
    }

    fn answer(&mut self) {
        if let Some([high, low]) = self.code.map(u16::to_be_bytes) {
            let frame = match self.role {
                Role::Server => vec![0x88, 2, high, low],
                Role::Client => vec![0x88, 0x82, 0, 0, 0, 0, high, low],
            };
            self.outputs.push_back(Output::Write(frame));
        }
        self.outputs.push_back(Output::Drop);
    }
}

impl Conversation for Answerer {
    fn handle_input(&mut self, _now: Moment, input: &mut [u8]) {
        if self.opened {
            return self.answer();
        }
        let Ok(Some((head, used))) = self.head.push(input) else {
            return;
        };
        self.opened = true;
        if self.role == Role::Server {
            let key = head.values("Sec-WebSocket-Key").next().expect("a key");
            let response = ServerResponse {
                accept: accept_for(key),
                ..ServerResponse::default()
            };
            self.outputs.push_back(Output::Write(response.encode()));
        }
        if used < input.len() {
            self.answer();
        }
    }

    fn handle_eof(&mut self, _now: Moment, _how: Eof) {}

    fn handle_timeout(&mut self, _now: Moment) {}

    fn poll_output(&mut self, _now: Moment) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn poll_timeout(&self) -> Option<Moment> {
        None
    }
}
