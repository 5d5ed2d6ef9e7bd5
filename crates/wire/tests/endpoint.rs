//! The strict endpoint and its echo, against octets written by hand and
//! against each other.

mod support;

use std::time::Duration;

use wscheck_wire::endpoint::{Ending, OpeningFault};
use wscheck_wire::handshake::ClientRequest;
use wscheck_wire::{
    CloseCode, Conversation, Echo, Endpoint, EndpointConfig, EndpointEvent, Eof, MAX_WRITE, Moment,
    Opcode, Output, Violation,
};

use support::{request, response};

const START: Moment = Moment::ZERO;
const SECOND: Duration = Duration::from_secs(1);

/// A legal frame from a client.
fn masked(fin: bool, opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    frame(fin, opcode, payload, Some([1, 2, 3, 4]))
}

fn frame(fin: bool, opcode: Opcode, payload: &[u8], mask: Option<[u8; 4]>) -> Vec<u8> {
    support::frame(fin, 0, opcode, payload, mask)
}

fn close_body(code: u16) -> Vec<u8> {
    code.to_be_bytes().to_vec()
}

/// What a conversation did to its transport.
#[derive(Debug, Default, PartialEq, Eq)]
struct Done {
    written: Vec<u8>,
    dropped: bool,
}

fn run(conversation: &mut impl Conversation, now: Moment) -> Done {
    let mut done = Done::default();
    while let Some(output) = conversation.poll_output(now) {
        assert!(!done.dropped, "{output:?} after the end");
        match output {
            Output::Write(octets) => {
                assert!(
                    (1..=MAX_WRITE).contains(&octets.len()),
                    "{} octets",
                    octets.len()
                );
                done.written.extend(octets);
            }
            Output::Drop => done.dropped = true,
            other => panic!("an endpoint does not {other:?}"),
        }
    }
    done
}

fn feed(conversation: &mut impl Conversation, octets: &[u8]) -> Done {
    conversation.handle_input(START, &mut octets.to_vec());
    run(conversation, START)
}

/// An echo server after the opening handshake.
fn open_echo() -> Echo {
    let mut echo = Echo::server(EndpointConfig::default());
    assert_eq!(
        feed(&mut echo, &request(None).encode()),
        Done {
            written: response(None),
            dropped: false
        }
    );
    echo
}

/// A client endpoint after the opening handshake.
fn open_client() -> Endpoint {
    let mut client = Endpoint::client(EndpointConfig::default(), request(None));
    assert_eq!(run(&mut client, START).written, request(None).encode());
    assert_eq!(feed(&mut client, &response(None)), Done::default());
    assert!(matches!(
        client.poll_event(),
        Some(EndpointEvent::Open { .. })
    ));
    client
}

/// Frames as (FIN, opcode, payload).
type Frames = Vec<(bool, Opcode, Vec<u8>)>;

fn frames(octets: &[u8]) -> Frames {
    let frames = support::frames(octets).into_iter();
    frames
        .map(|(header, payload)| (header.fin, header.opcode, payload))
        .collect()
}

/// What an echo server answers to frames of a client, in one input.
fn echoed(frames_in: &[Vec<u8>]) -> (Frames, bool) {
    let done = feed(&mut open_echo(), &frames_in.concat());
    (frames(&done.written), done.dropped)
}

fn code_of(frame: &(bool, Opcode, Vec<u8>)) -> Option<u16> {
    assert_eq!(frame.1, Opcode::CLOSE);
    frame
        .2
        .get(..2)
        .map(|code| u16::from_be_bytes([code[0], code[1]]))
}

#[test]
fn echoes_each_type() {
    for opcode in [Opcode::TEXT, Opcode::BINARY] {
        for payload in [&b""[..], b"hi", &[0x61; 65536]] {
            let answer = echoed(&[masked(true, opcode, payload)]);
            assert_eq!(answer, (vec![(true, opcode, payload.to_vec())], false));
        }
    }
}

#[test]
fn echoes_octet_by_octet_what_comes_octet_by_octet() {
    let text = "κόσμε";
    let mut echo = Echo::server(EndpointConfig::default());
    let octets = [
        request(None).encode(),
        masked(true, Opcode::TEXT, text.as_bytes()),
    ]
    .concat();
    let mut written = Vec::new();
    for octet in octets {
        written.extend(feed(&mut echo, &[octet]).written);
    }
    let answer = written
        .strip_prefix(&response(None)[..])
        .expect("our answer first");
    assert_eq!(frames(answer), [(true, Opcode::TEXT, text.into())]);
}

#[test]
fn a_long_message_goes_back_in_fragments_before_its_end() {
    let mut echo = open_echo();
    let payload: Vec<u8> = (0..200_000_u32).map(|n| n as u8).collect();
    let octets = masked(true, Opcode::BINARY, &payload);
    let (front, back) = octets.split_at(100_000);

    let mut written = feed(&mut echo, front).written;
    assert!(written.len() > 65536, "the first fragment waits");
    written.extend(feed(&mut echo, back).written);
    let frames = frames(&written);
    let lengths: Vec<usize> = frames.iter().map(|(.., payload)| payload.len()).collect();
    let shapes: Vec<(bool, Opcode)> = frames.iter().map(|frame| (frame.0, frame.1)).collect();
    assert_eq!(lengths, [65536, 65536, 65536, 3392]);
    assert_eq!(
        shapes,
        [
            (false, Opcode::BINARY),
            (false, Opcode::CONTINUATION),
            (false, Opcode::CONTINUATION),
            (true, Opcode::CONTINUATION)
        ]
    );
    assert_eq!(
        frames
            .into_iter()
            .flat_map(|frame| frame.2)
            .collect::<Vec<u8>>(),
        payload
    );
}

#[test]
fn joins_short_fragments_and_answers_pings_between_them() {
    let answer = echoed(&[
        masked(false, Opcode::TEXT, b"ab"),
        masked(true, Opcode::PING, b"p1"),
        masked(false, Opcode::CONTINUATION, b""),
        masked(true, Opcode::PING, b"p2"),
        masked(true, Opcode::CONTINUATION, b"c"),
        masked(true, Opcode::PONG, b"unasked"),
        masked(true, Opcode::PING, b""),
    ]);
    let wanted = vec![
        (true, Opcode::PONG, b"p1".to_vec()),
        (true, Opcode::PONG, b"p2".to_vec()),
        (true, Opcode::TEXT, b"abc".to_vec()),
        (true, Opcode::PONG, Vec::new()),
    ];
    assert_eq!(answer, (wanted, false));
}

#[test]
fn fails_at_the_first_violation_after_what_came_before() {
    let bad = frame(true, Opcode::from_bits(3), b"", Some([0; 4]));
    let (frames, dropped) = echoed(&[
        masked(true, Opcode::TEXT, b"hi"),
        bad,
        masked(true, Opcode::PING, b""),
        masked(true, Opcode::TEXT, b"no"),
    ]);
    assert_eq!(frames.len(), 2, "{frames:?}");
    assert_eq!(frames[0], (true, Opcode::TEXT, b"hi".to_vec()));
    assert_eq!((code_of(&frames[1]), dropped), (Some(1002), true));
    assert_eq!(&frames[1].2[2..], b"reserved opcode 3");
}

#[test]
fn fails_on_the_first_two_octets() {
    let mut echo = open_echo();
    assert_eq!(feed(&mut echo, &[0xf1]), Done::default());
    let done = feed(&mut echo, &[0x80]);
    assert_eq!(
        (code_of(&frames(&done.written)[0]), done.dropped),
        (Some(1002), true)
    );
    assert_eq!(
        echo.endpoint().ending(),
        Some(&Ending::Failed {
            violation: Violation::ReservedBits { rsv: 7 }
        })
    );
}

#[test]
fn fails_on_the_first_octet_that_is_not_utf8_inside_a_frame() {
    let mut echo = open_echo();
    let octets = frame(true, Opcode::TEXT, b"abc\xf4\x90\x80\x80", Some([0; 4]));
    assert_eq!(feed(&mut echo, &octets[..10]), Done::default());
    let done = feed(&mut echo, &octets[10..11]);
    assert_eq!(
        (code_of(&frames(&done.written)[0]), done.dropped),
        (Some(1007), true)
    );
    assert_eq!(feed(&mut echo, &octets[11..]), Done::default());
}

#[test]
fn a_text_that_ends_inside_a_code_point_is_not_echoed() {
    let (frames, dropped) = echoed(&[masked(true, Opcode::TEXT, b"abc\xce")]);
    assert_eq!(
        (frames.len(), code_of(&frames[0]), dropped),
        (1, Some(1007), true)
    );
}

#[test]
fn answers_a_close_with_its_code_and_drops() {
    for (body, code) in [
        (&b""[..], None),
        (b"\x03\xe8", Some(1000)),
        (b"\x0f\xa0why", Some(4000)),
        (b"\x03\xe8\xff", Some(1007)),
        (b"\x03", Some(1002)),
        (b"\x03\xed", Some(1002)),
    ] {
        let ping = masked(true, Opcode::PING, b"late");
        let (frames, dropped) = echoed(&[masked(true, Opcode::CLOSE, body), ping]);
        assert_eq!(
            (frames.len(), code_of(&frames[0]), dropped),
            (1, code, true),
            "{body:02x?}"
        );
    }
}

#[test]
fn a_message_may_be_as_long_as_the_limit_and_no_longer() {
    let config = EndpointConfig {
        max_message: 4,
        ..EndpointConfig::default()
    };
    let mut echo = Echo::server(config);
    feed(&mut echo, &request(None).encode());
    let fits = [
        masked(false, Opcode::BINARY, b"abc"),
        masked(true, Opcode::CONTINUATION, b"d"),
        masked(true, Opcode::BINARY, b"abcd"),
    ];
    let done = feed(&mut echo, &fits.concat());
    assert_eq!((frames(&done.written).len(), done.dropped), (2, false));
    let over = [
        masked(false, Opcode::BINARY, b"abc"),
        masked(true, Opcode::CONTINUATION, b"de"),
    ]
    .concat();
    let done = feed(&mut echo, &over);
    assert_eq!(
        (code_of(&frames(&done.written)[0]), done.dropped),
        (Some(1009), true)
    );
    assert_eq!(echo.endpoint().ending(), Some(&Ending::TooBig { max: 4 }));
}

#[test]
fn stops_reading_while_too_much_waits() {
    let mut echo = open_echo();
    let message = masked(true, Opcode::BINARY, &vec![0; 1 << 20]);
    for _ in 0..32 {
        assert!(echo.wants_input());
        echo.handle_input(START, &mut message.clone());
    }
    assert!(!echo.wants_input());
    run(&mut echo, START);
    assert!(echo.wants_input());
}

#[test]
fn refuses_a_bad_request_and_drops() {
    let text = String::from_utf8(request(None).encode()).unwrap();
    for (from, to, status) in [
        ("GET", "PUT", "405 Method Not Allowed\r\nAllow: GET"),
        (
            "Version: 13",
            "Version: 7",
            "426 Upgrade Required\r\nSec-WebSocket-Version: 13",
        ),
        (
            "Upgrade: WebSocket\r\n",
            "",
            "426 Upgrade Required\r\nUpgrade: websocket",
        ),
        ("Host", "X", "400 Bad Request"),
    ] {
        let mut server = Endpoint::server(EndpointConfig::default());
        let done = feed(&mut server, text.replace(from, to).as_bytes());
        let answer = String::from_utf8(done.written).unwrap();
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}\r\n")),
            "{answer}"
        );
        assert!(done.dropped);
        assert!(matches!(
            server.poll_event(),
            Some(EndpointEvent::Ended(Ending::NotOpened(_)))
        ));
        assert_eq!(server.poll_event(), None);
    }
}

#[test]
fn refuses_a_head_over_the_limit() {
    let config = EndpointConfig {
        head_limit: 100,
        ..EndpointConfig::default()
    };
    let done = feed(&mut Endpoint::server(config), &[b'a'; 100]);
    assert!(done.written.starts_with(b"HTTP/1.1 431 ") && done.dropped);
}

#[test]
fn gives_up_an_opening_that_lasts() {
    let mut server = Endpoint::server(EndpointConfig::default());
    assert_eq!(server.poll_timeout(), Some(5 * SECOND));
    server.handle_timeout(4 * SECOND);
    assert_eq!(run(&mut server, START), Done::default());
    server.handle_timeout(5 * SECOND);
    assert!(run(&mut server, START).dropped);
    assert_eq!(
        server.ending(),
        Some(&Ending::NotOpened(OpeningFault::Timeout))
    );
}

#[test]
fn a_client_leaves_on_an_answer_that_does_not_fit() {
    let mut client = Endpoint::client(EndpointConfig::default(), request(None));
    run(&mut client, START);
    let answer = String::from_utf8(response(None))
        .unwrap()
        .replace("101", "200");
    assert_eq!(
        feed(&mut client, answer.as_bytes()),
        Done {
            written: vec![],
            dropped: true
        }
    );
}

#[test]
fn a_client_masks_each_frame_with_a_key_of_its_own() {
    let mut client = open_client();
    client.send_text("hi");
    client.send_binary(b"hi");
    let written = run(&mut client, START).written;
    let key = |at: usize| <[u8; 4]>::try_from(&written[at..at + 4]).unwrap();
    assert_eq!((written[1], written[9]), (0x82, 0x82));
    assert_ne!(key(2), key(10));
    assert_eq!(
        frames(&written),
        [
            (true, Opcode::TEXT, b"hi".to_vec()),
            (true, Opcode::BINARY, b"hi".to_vec())
        ]
    );
}

#[test]
fn a_client_waits_for_the_server_to_drop() {
    let mut client = open_client();
    client.close(START, Some(CloseCode::NORMAL), "bye");
    assert_eq!(client.poll_timeout(), Some(SECOND));
    client.send_text("too late");
    assert_eq!(
        frames(&run(&mut client, START).written),
        [(true, Opcode::CLOSE, b"\x03\xe8bye".to_vec())]
    );
    let answer = frame(true, Opcode::CLOSE, &close_body(1000), None);
    assert_eq!(feed(&mut client, &answer), Done::default());
    assert_eq!(client.poll_event(), None);

    client.handle_eof(START, Eof::Fin);
    assert!(run(&mut client, START).dropped);
    let ended = Ending::Closed {
        by_us: true,
        code: Some(CloseCode::NORMAL),
        reason: String::new(),
    };
    assert_eq!(client.poll_event(), Some(EndpointEvent::Ended(ended)));
}

#[test]
fn a_client_drops_when_the_server_does_not() {
    let mut client = open_client();
    let now = 7 * SECOND;
    client.handle_input(now, &mut frame(true, Opcode::CLOSE, b"", None));
    assert_eq!(
        frames(&run(&mut client, now).written),
        [(true, Opcode::CLOSE, Vec::new())]
    );
    assert_eq!(client.poll_timeout(), Some(now + SECOND));
    client.handle_timeout(now + SECOND);
    assert!(run(&mut client, now).dropped);
    assert_eq!(client.poll_timeout(), None);
}

#[test]
fn a_close_that_is_not_answered_is_given_up() {
    let mut client = open_client();
    client.close(START, None, "a reason needs a code");
    assert_eq!(
        frames(&run(&mut client, START).written),
        [(true, Opcode::CLOSE, Vec::new())]
    );
    // A ping is answered until the peer has closed (§5.5.2).
    let done = feed(&mut client, &frame(true, Opcode::PING, b"x", None));
    assert_eq!(frames(&done.written), [(true, Opcode::PONG, b"x".to_vec())]);
    client.handle_timeout(SECOND);
    assert!(run(&mut client, START).dropped);
    assert_eq!(client.ending(), Some(&Ending::CloseTimeout));
}

#[test]
fn a_reason_is_cut_between_code_points() {
    let mut client = open_client();
    client.close(START, Some(CloseCode::NORMAL), &"é".repeat(100));
    let frames = frames(&run(&mut client, START).written);
    assert_eq!(frames[0].2.len(), 124);
    assert!(std::str::from_utf8(&frames[0].2[2..]).is_ok());
}

#[test]
fn a_lost_transport_ends_the_conversation() {
    let mut echo = open_echo();
    echo.handle_input(START, &mut masked(true, Opcode::TEXT, b"last words"));
    echo.handle_eof(START, Eof::Fin);
    let done = run(&mut echo, START);
    assert_eq!((frames(&done.written).len(), done.dropped), (1, true));
    assert_eq!(echo.endpoint().ending(), Some(&Ending::Lost(Eof::Fin)));

    let mut echo = open_echo();
    echo.handle_input(START, &mut masked(true, Opcode::TEXT, b"lost"));
    echo.handle_eof(START, Eof::Reset);
    assert_eq!(
        run(&mut echo, START),
        Done {
            written: vec![],
            dropped: true
        }
    );
}

/// Carries octets both ways until neither side has anything to say.
fn talk(client: &mut Endpoint, server: &mut Echo) {
    loop {
        let (to_server, to_client) = (run(client, START), run(server, START));
        if to_server == Done::default() && to_client == Done::default() {
            return;
        }
        server.handle_input(START, &mut to_server.written.clone());
        client.handle_input(START, &mut to_client.written.clone());
        if to_client.dropped {
            client.handle_eof(START, Eof::Fin);
        }
    }
}

#[test]
fn client_and_echo_understand_each_other() {
    let config = EndpointConfig {
        protocols: vec!["chat".into()],
        ..EndpointConfig::default()
    };
    let mut server = Echo::server(config);
    let request = ClientRequest {
        protocols: vec!["other".into(), "chat".into()],
        ..request(None)
    };
    let mut client = Endpoint::client(EndpointConfig::default(), request);
    talk(&mut client, &mut server);
    let Some(EndpointEvent::Open { protocol, .. }) = client.poll_event() else {
        panic!("open")
    };
    assert_eq!(protocol.as_deref(), Some("chat"));

    let long = vec![0xa5; 300_000];
    client.send_binary(&long);
    client.close(START, Some(CloseCode::GOING_AWAY), "");
    talk(&mut client, &mut server);
    let mut heard = Vec::new();
    let mut last = None;
    while let Some(event) = client.poll_event() {
        if let EndpointEvent::MessageData(octets) = &event {
            heard.extend_from_slice(octets);
        }
        last = Some(event);
    }
    assert!(heard == long, "the echo differs");
    let ended = Ending::Closed {
        by_us: true,
        code: Some(CloseCode::GOING_AWAY),
        reason: String::new(),
    };
    assert_eq!(last, Some(EndpointEvent::Ended(ended)));
    assert!(matches!(
        server.endpoint().ending(),
        Some(Ending::Closed { by_us: false, .. })
    ));
}
