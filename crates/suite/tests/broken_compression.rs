//! Servers that agree to compress and then do it wrongly: each earns a verdict
//! that says what was wrong, in bounded memory and time.

use wscheck_suite::case::Step;
use wscheck_suite::catalogue;
use wscheck_suite::in_process::{Played, Reply, answering, play};
use wscheck_suite::profile::Profile::{self, Autobahn, Rfc};
use wscheck_suite::session::Settings;
use wscheck_suite::verdict::{Behaviour, CloseBehaviour, Reason};
use wscheck_wire::deflate::BlockWriter;
use wscheck_wire::handshake::{HeadReader, ServerResponse, accept_for};
use wscheck_wire::{Header, LengthForm, Opcode, Violation};

/// Answers the opening request with `extensions`, the first message with
/// `octets`, and our Close by the end of TCP.
fn server(extensions: &str, octets: &[u8]) -> impl FnMut(&[u8]) -> Reply {
    let (extensions, octets) = (extensions.to_owned(), octets.to_vec());
    let mut inputs = 0;
    move |input| {
        inputs += 1;
        let reply = match inputs {
            1 => open(input, &extensions),
            2 => octets.clone(),
            _ => Vec::new(),
        };
        Reply {
            octets: reply,
            closed: inputs > 2,
        }
    }
}

fn open(request: &[u8], extensions: &str) -> Vec<u8> {
    let (head, _) = HeadReader::new(1 << 16)
        .push(request)
        .expect("a head")
        .expect("a whole one");
    let key = head.values("Sec-WebSocket-Key").next().expect("a key");
    let response = ServerResponse {
        accept: accept_for(key),
        extensions: Some(extensions.to_owned()),
        ..ServerResponse::default()
    };
    response.encode()
}

fn frame(opcode: Opcode, fin: bool, rsv: u8, payload: &[u8]) -> Vec<u8> {
    let length = payload.len() as u64;
    let header = Header {
        fin,
        rsv,
        opcode,
        mask: None,
        length,
        length_form: LengthForm::minimal(length),
    };
    [&header.encode()[..], payload].concat()
}

fn text(payload: &[u8]) -> Vec<u8> {
    frame(Opcode::TEXT, true, 4, payload)
}

fn played(profile: Profile, case: &str, extensions: &str, octets: &[u8]) -> Played {
    let settings = Settings {
        profile,
        ..Settings::default()
    };
    let case = catalogue::find(case.parse().expect("a number")).expect("a case");
    play(case, &settings, |_| answering(server(extensions, octets)))
}

fn violations(played: &Played) -> Vec<Violation> {
    let found = &played.transcript.connections[0].evidence.violations;
    found.iter().map(|found| found.violation).collect()
}

const PLAIN: &str = "permessage-deflate";

#[test]
fn each_fault_is_named() {
    let echo: &[u8] = b"0123456789abcdef";
    let cut = BlockWriter::new().fixed().literals(echo).octets();
    let corrupt = b"\x07\x00";
    let whole = BlockWriter::new().fixed().literals(echo).end().finish();
    let split = [
        frame(Opcode::TEXT, false, 4, &whole[..4]),
        frame(Opcode::CONTINUATION, true, 4, &whole[4..]),
    ];
    let ping = frame(Opcode::PING, true, 4, b"");
    for profile in [Autobahn, Rfc] {
        for (octets, violation) in [
            (text(corrupt), Violation::CorruptDeflate),
            (text(&cut), Violation::TruncatedDeflate),
            (split.concat(), Violation::Rsv1OnContinuation),
            (ping.clone(), Violation::Rsv1OnControl),
        ] {
            let played = played(profile, "12.1.1", PLAIN, &octets);
            assert_eq!(played.verdict.behaviour, Behaviour::Failed);
            assert_eq!(violations(&played), [violation], "{profile}");
            let said = played.verdict.reasons.iter();
            let mut said = said.filter(|reason| matches!(reason, Reason::Violation { .. }));
            assert!(said.next().is_some(), "{:?}", played.verdict.reasons);
        }
    }
}

/// The original loses TCP; by RFC 6455 §7.1.7 we say 1007.
#[test]
fn corrupt_data_ends_the_connection() {
    let octets = text(b"\x07\x00");
    let original = played(Autobahn, "12.1.1", PLAIN, &octets);
    assert_eq!(original.verdict.close, CloseBehaviour::Failed);
    let ours = played(Rfc, "12.1.1", PLAIN, &octets);
    let closing = &ours.transcript.connections[0].evidence.closing;
    assert_eq!(
        (closing.failed_by_us, closing.local_code),
        (true, Some(1007))
    );
}

/// What case 13.2.1 sends first.
fn first_message() -> Vec<u8> {
    let case = catalogue::find("13.2.1".parse().expect("a number")).expect("a case");
    let trips = case.connections[0]
        .steps
        .iter()
        .find_map(|step| match step {
            Step::RoundTrips { frame, .. } => Some(frame.payload.to_octets().into_owned()),
            _ => None,
        });
    trips.expect("round trips")
}

/// References that the inflater itself could follow.
#[test]
fn what_was_agreed_on_is_kept_to() {
    let far = BlockWriter::new()
        .stored(&[b'x'; 700])
        .fixed()
        .reference(5, 600)
        .end();
    let nine = "permessage-deflate; server_max_window_bits=9";
    let exceeded = Violation::WindowExceeded {
        distance: 600,
        bits: 9,
    };
    let back = BlockWriter::new()
        .fixed()
        .literals(b"ab")
        .reference(3, 4)
        .end();
    let alone = "permessage-deflate; server_no_context_takeover";
    for profile in [Autobahn, Rfc] {
        let played = played(profile, "13.3.1", nine, &text(&far.clone().finish()));
        assert_eq!(violations(&played), [exceeded], "{profile}");
    }
    let after_another = |first: &[u8]| [text(first), text(&back.clone().finish())].concat();
    // Both come at once, so the first must be right.
    let first = BlockWriter::new().stored(&first_message()).finish();
    for profile in [Autobahn, Rfc] {
        let played = played(profile, "13.2.1", alone, &after_another(&first));
        let taken_over = Violation::ContextTakenOver { reach: 2 };
        assert_eq!(violations(&played), [taken_over], "{profile}");
    }
}

/// 1 MB that inflate to 1 GB: given up at 64 MiB, which takes no memory.
#[test]
fn a_bomb_is_left_where_it_is() {
    let mut bomb = BlockWriter::new().fixed().literals(b"0");
    for _ in 0..4_000_000 {
        bomb = bomb.reference(258, 1);
    }
    let octets = text(&bomb.end().finish());
    for profile in [Autobahn, Rfc] {
        let played = played(profile, "12.1.1", PLAIN, &octets);
        assert_eq!(played.verdict.behaviour, Behaviour::Failed);
        let evidence = &played.transcript.connections[0].evidence;
        let taken = evidence.too_large.expect("the message was too large");
        assert!((64 << 20..65 << 20).contains(&taken), "{taken}");
        assert_eq!(evidence.closing.local_code, Some(1009));
        assert_eq!(
            evidence.closing.local_reason.as_ref().unwrap().0,
            b"message over 67108864 octets"
        );
        let reasons = &played.verdict.reasons;
        assert!(
            reasons.contains(&Reason::MessageTooLarge { octets: taken }),
            "{reasons:?}"
        );
    }
}

/// What was never offered, or makes no sense.
#[test]
fn a_bad_answer_to_the_offer_never_opens() {
    for (case, extensions) in [
        ("12.1.1", "permessage-deflate; server_max_window_bits=7"),
        (
            "12.1.1",
            "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        ),
        ("12.1.1", "permessage-deflate; window=9"),
        ("12.1.1", "permessage-deflate, permessage-deflate"),
        ("12.1.1", "x-webkit-deflate-frame"),
        ("1.1.1", "permessage-deflate"),
    ] {
        for profile in [Autobahn, Rfc] {
            let played = played(profile, case, extensions, b"");
            let opening = &played.transcript.connections[0].evidence.opening;
            assert_eq!(opening.opened_at, None, "{profile} {extensions}");
            assert!(opening.fault.is_some());
            assert_eq!(played.verdict.behaviour, Behaviour::Failed);
        }
    }
}
