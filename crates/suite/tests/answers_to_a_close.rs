//! What servers can answer to our Close of case 7.3.3, and what the original
//! said of each: the verdicts are facts, taken from runs of it.

use wscheck_suite::catalogue;
use wscheck_suite::in_process::{Played, Reply, answering, play};
use wscheck_suite::octets::from_hex;
use wscheck_suite::profile::Profile;
use wscheck_suite::session::Settings;
use wscheck_wire::handshake::{HeadReader, ServerResponse, accept_for};

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
