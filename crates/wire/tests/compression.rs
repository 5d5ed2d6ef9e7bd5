//! permessage-deflate between endpoints, and against octets written by hand.

mod support;

use wscheck_wire::deflate::{
    Agreement, BlockWriter, DeflateConfig, DeflateFault, Deflater, Inspector, Terms,
};
use wscheck_wire::endpoint::{Ending, OpeningFault};
use wscheck_wire::{
    Conversation, Echo, Endpoint, EndpointConfig, EndpointEvent, Header, MessageKind, Moment,
    Opcode, Output, Violation,
};

use support::{frames, request, response};

const START: Moment = Moment::ZERO;
const NAME: &str = "permessage-deflate";

/// RSV1.
const COMPRESSED: u8 = 4;

fn config(deflate: DeflateConfig) -> EndpointConfig {
    EndpointConfig {
        deflate: Some(deflate),
        ..EndpointConfig::default()
    }
}

/// A frame of a client.
fn frame(fin: bool, rsv: u8, opcode: Opcode, payload: &[u8]) -> Vec<u8> {
    support::frame(fin, rsv, opcode, payload, Some([1, 2, 3, 4]))
}

fn text(payload: &[u8]) -> Vec<u8> {
    frame(true, COMPRESSED, Opcode::TEXT, payload)
}

/// What is to be written now, and whether the transport is dropped then.
fn run(conversation: &mut impl Conversation) -> (Vec<u8>, bool) {
    let (mut written, mut dropped) = (Vec::new(), false);
    while let Some(output) = conversation.poll_output(START) {
        match output {
            Output::Write(octets) => written.extend(octets),
            _ => dropped = true,
        }
    }
    (written, dropped)
}

fn feed(conversation: &mut impl Conversation, octets: &[u8]) -> (Vec<u8>, bool) {
    conversation.handle_input(START, &mut octets.to_vec());
    run(conversation)
}

/// A server that agreed to the extension without parameters.
fn open_server(config: EndpointConfig) -> Endpoint {
    let mut server = Endpoint::server(config);
    let (written, _) = feed(&mut server, &request(Some(NAME)).encode());
    assert_eq!(written, response(Some(NAME)));
    server.poll_event().expect("it is open");
    server
}

fn deflating() -> EndpointConfig {
    config(DeflateConfig::default())
}

/// A frame as header and payload.
type Frames = Vec<(Header, Vec<u8>)>;

/// The messages that an endpoint heard.
fn messages(endpoint: &mut Endpoint) -> Vec<Vec<u8>> {
    let (mut messages, mut message) = (Vec::new(), Vec::new());
    while let Some(event) = endpoint.poll_event() {
        match event {
            EndpointEvent::MessageData(octets) => {
                assert!((1..=1 << 16).contains(&octets.len()));
                message.extend_from_slice(&octets);
            }
            EndpointEvent::MessageEnd => messages.push(std::mem::take(&mut message)),
            _ => {}
        }
    }
    messages
}

/// What a server hears in `octets`.
fn heard(octets: &[u8]) -> Vec<Vec<u8>> {
    let mut server = open_server(deflating());
    let (_, dropped) = feed(&mut server, octets);
    assert!(!dropped, "{:?}", server.ending());
    messages(&mut server)
}

/// The violation that a server finds in `octets`, and its close code.
fn violation(octets: &[u8]) -> (Violation, u16) {
    let mut server = open_server(deflating());
    let (written, dropped) = feed(&mut server, octets);
    let Some(Ending::Failed { violation }) = server.ending() else {
        panic!("no violation but {:?}", server.ending());
    };
    assert!(dropped);
    let (_, body) = frames(&written).pop().expect("a close frame");
    (*violation, u16::from_be_bytes([body[0], body[1]]))
}

/// Octets without order, again and again, which tempt to refer far back.
fn periodic(period: u32, len: usize) -> Vec<u8> {
    let octet = |n: u32| (n.wrapping_mul(0x9e37_79b9) >> 23) as u8;
    (0..period)
        .map(octet)
        .collect::<Vec<u8>>()
        .into_iter()
        .cycle()
        .take(len)
        .collect()
}

/// Whether the compressed messages among these frames keep to `terms`.
fn keep_to(terms: Terms, frames: &Frames) -> Result<usize, Violation> {
    let (mut inspector, mut count) = (Inspector::new(terms), 0);
    for (header, payload) in frames
        .iter()
        .filter(|(header, _)| !header.opcode.is_control())
    {
        assert_eq!(
            header.rsv == COMPRESSED,
            header.opcode != Opcode::CONTINUATION
        );
        inspector.push(payload)?;
        if header.fin {
            inspector.end_message()?;
            count += 1;
        }
    }
    Ok(count)
}

#[test]
fn every_agreement_is_kept_by_both_roles() {
    let terms = |no_context_takeover, max_window_bits| Terms {
        no_context_takeover,
        max_window_bits,
    };
    let mut all = Vec::new();
    for bits in 8..=15 {
        all.extend([terms(false, bits), terms(true, bits)]);
    }
    for (n, one) in all.iter().enumerate() {
        let agreement = Agreement {
            client: *one,
            server: all[(n + 5) % all.len()],
        };
        let wishes = DeflateConfig {
            level: [0, 1, 6, 9][n % 4],
            server: agreement.server,
            client: agreement.client,
        };
        // Whoever asks, the other one follows.
        exchange(wishes, DeflateConfig::default(), agreement);
        exchange(DeflateConfig::default(), wishes, agreement);
    }
}

/// A client sends to an echo, and both keep to what is agreed.
fn exchange(client: DeflateConfig, server: DeflateConfig, agreement: Agreement) {
    let mut echo = Echo::server(config(server));
    let mut client = Endpoint::client(config(client), request(None));
    let (asked, _) = run(&mut client);
    let (answered, _) = feed(&mut echo, &asked);
    feed(&mut client, &answered);
    let Some(EndpointEvent::Open { deflate, .. }) = client.poll_event() else {
        panic!("not open: {:?}", client.ending());
    };
    assert_eq!(deflate, Some(agreement));

    let texts = [
        periodic(300, 2000),
        periodic(300, 150_000),
        Vec::new(),
        periodic(20_000, 70_000),
        periodic(300, 9),
    ];
    for text in &texts {
        client.send_frame(false, Opcode::BINARY, &text[..text.len() / 3]);
        client.send_ping(b"");
        client.send_frame(false, Opcode::CONTINUATION, b"");
        client.send_frame(true, Opcode::CONTINUATION, &text[text.len() / 3..]);
    }
    let (sent, _) = run(&mut client);
    let (echoed, _) = feed(&mut echo, &sent);
    feed(&mut client, &echoed);
    assert_eq!(messages(&mut client), texts);
    assert_eq!(keep_to(agreement.client, &frames(&sent)), Ok(texts.len()));
    assert_eq!(keep_to(agreement.server, &frames(&echoed)), Ok(texts.len()));
}

#[test]
fn a_long_message_goes_back_in_fragments_that_can_be_inflated_as_they_come() {
    let mut echo = Echo::server(deflating());
    feed(&mut echo, &request(Some(NAME)).encode());
    let message = periodic(50_000, 200_000);
    let deflated = Deflater::new(Terms::default(), 6).message(&message);
    let octets = frame(true, COMPRESSED, Opcode::BINARY, &deflated);
    let mut written = Vec::new();
    for octet in octets {
        written.extend(feed(&mut echo, &[octet]).0);
    }
    let frames = frames(&written);
    let shapes: Vec<(bool, u8)> = frames
        .iter()
        .map(|(header, _)| (header.fin, header.rsv))
        .collect();
    assert_eq!(
        shapes,
        [(false, COMPRESSED), (false, 0), (false, 0), (true, 0)]
    );
    let (mut inspector, mut lengths) = (Inspector::new(Terms::default()), Vec::new());
    for (_, payload) in &frames {
        inspector.push(payload).unwrap();
        lengths.push(inspector.facts().length);
    }
    assert_eq!(lengths, [65_536, 131_072, 196_608, 200_000]);
}

#[test]
fn hears_the_examples_of_the_rfc_and_goes_on() {
    let hello = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
    let stored = b"\x00\x05\x00\xfa\xffHello\x00";
    let bfinal = [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00];
    let two = [
        0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00,
    ];
    let octets = [
        text(&hello),
        text(&[0xf2, 0x00, 0x11, 0x00, 0x00]),
        text(stored),
        text(&bfinal),
        text(&two),
        text(&[0x00]),
        frame(false, COMPRESSED, Opcode::TEXT, &hello[..3]),
        frame(true, 0, Opcode::CONTINUATION, &hello[3..]),
    ];
    let wanted = [
        &b"Hello"[..],
        b"Hello",
        b"Hello",
        b"Hello",
        b"Hello",
        b"",
        b"Hello",
    ];
    assert_eq!(heard(&octets.concat()), wanted);
}

#[test]
fn compressed_and_uncompressed_messages_stand_side_by_side() {
    let mut deflater = Deflater::new(Terms::default(), 6);
    let (one, three) = (
        deflater.message(b"one, two"),
        deflater.message(b"one, two, three"),
    );
    let octets = [
        text(&one),
        frame(false, 0, Opcode::TEXT, b"t"),
        frame(true, 0, Opcode::PING, b""),
        frame(true, 0, Opcode::CONTINUATION, b"wo"),
        frame(false, COMPRESSED, Opcode::TEXT, b""),
        frame(true, 0, Opcode::PONG, b""),
        frame(false, 0, Opcode::CONTINUATION, &three),
        frame(true, 0, Opcode::CONTINUATION, b""),
    ]
    .concat();
    let wanted = [&b"one, two"[..], b"two", b"one, two, three"];
    assert_eq!(heard(&octets), wanted);

    let mut server = open_server(deflating());
    for octet in octets {
        feed(&mut server, &[octet]);
    }
    assert_eq!(messages(&mut server), wanted);
}

#[test]
fn a_message_in_the_answer_to_the_handshake_is_inflated() {
    let mut client = Endpoint::client(deflating(), request(None));
    let (asked, _) = run(&mut client);
    let offer = "permessage-deflate; client_max_window_bits";
    assert_eq!(asked, request(Some(offer)).encode());
    let answer = [
        &response(Some(NAME))[..],
        b"\xc2\x01\x00\xc1\x02\x02\x00\x81\x01a",
    ]
    .concat();
    feed(&mut client, &answer);
    assert_eq!(messages(&mut client), [&b""[..], b"", b"a"]);
}

#[test]
fn rsv1_may_only_stand_on_the_first_frame_of_a_message() {
    let begin = frame(false, COMPRESSED, Opcode::TEXT, b"");
    let wrong = |rsv, opcode| [&begin[..], &frame(true, rsv, opcode, b"")].concat();
    for opcode in [Opcode::PING, Opcode::PONG, Opcode::CLOSE] {
        let found = violation(&wrong(COMPRESSED, opcode));
        assert_eq!(found, (Violation::Rsv1OnControl, 1002));
    }
    let found = violation(&wrong(COMPRESSED, Opcode::CONTINUATION));
    assert_eq!(found, (Violation::Rsv1OnContinuation, 1002));
    let found = violation(&frame(true, 6, Opcode::TEXT, b"\x00"));
    assert_eq!(found, (Violation::ReservedBits { rsv: 6 }, 1002));

    let mut server = Endpoint::server(EndpointConfig::default());
    let (written, _) = feed(&mut server, &request(Some(NAME)).encode());
    assert_eq!(written, response(None));
    feed(&mut server, &text(b"\x00"));
    let violation = Violation::ReservedBits { rsv: COMPRESSED };
    assert_eq!(server.ending(), Some(&Ending::Failed { violation }));
}

#[test]
fn what_cannot_be_inflated_is_1007() {
    let lone = BlockWriter::new().fixed().reference(3, 1).end().finish();
    for (message, wanted) in [
        (&b"\x06"[..], Violation::CorruptDeflate),
        (b"\x00\x05\x00\x00\x00Hello\x00", Violation::CorruptDeflate),
        (&lone, Violation::CorruptDeflate),
        (b"", Violation::TruncatedDeflate),
        (b"\x00\x07\x00\xf8\xffHe", Violation::TruncatedDeflate),
    ] {
        assert_eq!(violation(&text(message)), (wanted, 1007), "{message:02x?}");
    }
    // Before the message ends.
    let open = frame(false, COMPRESSED, Opcode::TEXT, b"\x07");
    assert_eq!(violation(&open), (Violation::CorruptDeflate, 1007));
}

#[test]
fn the_terms_are_enforced() {
    let hello = || BlockWriter::new().fixed().literals(b"Hello").end().finish();
    let again = BlockWriter::new().fixed().reference(5, 5).end().finish();
    let far = BlockWriter::new().stored(&[7; 600]).fixed();
    let far = far.reference(3, 513).end().finish();
    let offer = "permessage-deflate; client_no_context_takeover; client_max_window_bits=9";
    for (messages, violation) in [
        ([hello(), again], Violation::ContextTakenOver { reach: 5 }),
        (
            [hello(), far],
            Violation::WindowExceeded {
                distance: 513,
                bits: 9,
            },
        ),
    ] {
        let mut server = Endpoint::server(deflating());
        feed(&mut server, &request(Some(offer)).encode());
        let sent = messages.map(|message| frame(true, COMPRESSED, Opcode::BINARY, &message));
        let (written, _) = feed(&mut server, &sent.concat());
        assert_eq!(server.ending(), Some(&Ending::Failed { violation }));
        assert_eq!(frames(&written)[0].1[..2], 1007_u16.to_be_bytes());
    }
}

#[test]
fn compressed_text_is_utf8_once_inflated() {
    let stored = |octets: &[u8]| BlockWriter::new().stored(octets).finish();
    assert_eq!(
        heard(&text(&stored("κόσμε".as_bytes()))),
        ["κόσμε".as_bytes()]
    );
    let found = violation(&text(&stored(b"a\xff")));
    assert_eq!(found, (Violation::InvalidUtf8 { offset: 1 }, 1007));
    let found = violation(&text(&stored(b"a\xce")));
    assert_eq!(found, (Violation::TruncatedUtf8 { offset: 2 }, 1007));
    // The code point is cut between two blocks, and between two fragments.
    let cut = BlockWriter::new().stored(b"\xce").stored(b"\xba").finish();
    let halves = [
        frame(false, COMPRESSED, Opcode::TEXT, &cut[..6]),
        frame(true, 0, Opcode::CONTINUATION, &cut[6..]),
    ];
    assert_eq!(heard(&halves.concat()), ["κ".as_bytes()]);
    // It is found before the message ends.
    let open = BlockWriter::new().stored(b"\xc0").octets();
    let found = violation(&frame(false, COMPRESSED, Opcode::TEXT, &open));
    assert_eq!(found, (Violation::InvalidUtf8 { offset: 0 }, 1007));
}

#[test]
fn a_bomb_is_failed_at_the_limit_and_never_held() {
    let max_message = 1 << 20;
    let bomb = Deflater::new(Terms::default(), 9).message(&vec![0; 10 << 20]);
    assert!(bomb.len() < 11_000, "{}", bomb.len());
    let whole = frame(true, COMPRESSED, Opcode::BINARY, &bomb);
    let mut pieces = frame(false, COMPRESSED, Opcode::BINARY, b"");
    for piece in bomb.chunks(100) {
        pieces.extend(frame(false, 0, Opcode::CONTINUATION, piece));
    }
    for octets in [whole, pieces] {
        let mut server = open_server(EndpointConfig {
            max_message,
            ..deflating()
        });
        let (mut octets, mut held) = (octets, 0);
        let mut rest = &mut octets[..];
        while let Some(event) = server.receive(START, &mut rest) {
            if let EndpointEvent::MessageData(octets) = event {
                held += octets.len() as u64;
            }
        }
        assert!(held <= max_message, "{held}");
        assert_eq!(server.ending(), Some(&Ending::TooBig { max: max_message }));
        assert_eq!(
            frames(&run(&mut server).0)[0].1[..2],
            1009_u16.to_be_bytes()
        );
    }
}

#[test]
fn the_limit_is_on_what_is_inflated() {
    let max_message = 1000;
    for (len, fits) in [(1000, true), (1001, false)] {
        let mut server = open_server(EndpointConfig {
            max_message,
            ..deflating()
        });
        // Longer than the limit while it is compressed.
        let stored = periodic(5000, len);
        let message = BlockWriter::new().stored(&[]).stored(&stored).finish();
        assert!(message.len() > 1000);
        feed(
            &mut server,
            &frame(true, COMPRESSED, Opcode::BINARY, &message),
        );
        assert_eq!(server.ending().is_none(), fits);
    }
}

#[test]
fn a_client_leaves_when_the_answer_does_not_fit_its_offer() {
    let offer = "permessage-deflate; server_max_window_bits=10";
    let opened = |answer: &str| {
        let mut client = Endpoint::client(deflating(), request(Some(offer)));
        run(&mut client);
        feed(&mut client, &response(Some(answer)));
        client.ending().cloned()
    };
    assert_eq!(
        opened("permessage-deflate; server_max_window_bits=\"9\""),
        None
    );
    let too_large = DeflateFault::WindowTooLarge {
        bits: 11,
        offered: 10,
    };
    let fault = OpeningFault::Deflate(too_large);
    let ending = opened("permessage-deflate; server_max_window_bits=11");
    assert_eq!(ending, Some(Ending::NotOpened(fault)));
    let ending = opened("permessage-deflate; server_max_window_bits=");
    assert!(matches!(
        ending,
        Some(Ending::NotOpened(OpeningFault::Extensions(_)))
    ));

    let mut client = Endpoint::client(EndpointConfig::default(), request(Some(offer)));
    run(&mut client);
    feed(&mut client, &response(Some(offer)));
    let ending = client.ending();
    assert!(matches!(
        ending,
        Some(Ending::NotOpened(OpeningFault::Response(_)))
    ));
}

#[test]
fn a_server_declines_a_bad_offer_and_refuses_a_malformed_one() {
    let answered = |offers: &str| {
        let mut server = Endpoint::server(deflating());
        String::from_utf8(feed(&mut server, &request(Some(offers)).encode()).0).unwrap()
    };
    let declined = String::from_utf8(response(None)).unwrap();
    let accepted = String::from_utf8(response(Some(NAME))).unwrap();
    assert_eq!(answered("permessage-deflate; x, mux"), declined);
    assert_eq!(
        answered("permessage-deflate; x=\"y\", permessage-deflate"),
        accepted
    );
    let refused = answered("permessage-deflate; x=\"a,permessage-deflate\"");
    assert!(refused.starts_with("HTTP/1.1 400 "), "{refused}");
}

#[test]
fn a_close_frame_waits_for_what_came_before_it() {
    let mut server = open_server(deflating());
    let message = Deflater::new(Terms::default(), 9).message(&[0; 300_000]);
    let octets = [
        frame(true, COMPRESSED, Opcode::BINARY, &message),
        frame(true, 0, Opcode::CLOSE, b"\x03\xe8"),
    ];
    let (_, dropped) = feed(&mut server, &octets.concat());
    assert!(dropped && matches!(server.ending(), Some(Ending::Closed { by_us: false, .. })));
    let start = server.poll_event();
    assert_eq!(
        start,
        Some(EndpointEvent::MessageStart(MessageKind::Binary))
    );
    assert_eq!(messages(&mut server), [vec![0; 300_000]]);
}
