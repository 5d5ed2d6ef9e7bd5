//! What stands beside a request: a body, frames, Origin; and nonsense in its
//! place.

use super::{
    RFC6455, RFC9112, add, asking, edited, hello, last_opens, opens, refused, remove, set,
};
use crate::case::{Case, Step, Testee};
use crate::head_edit::HeadEdit;
use crate::payload::Payload;
use crate::vocabulary::{CaseBuilder, binary, binary_echo, case, echo, text};

pub(super) fn bodies() -> Vec<Case> {
    let behind = |octets: &str| HeadEdit::Behind(octets.into());
    let read = |case: CaseBuilder| {
        case.or_refused().must(
            RFC9112,
            "9.3",
            "a server reads the whole body of a request, or closes the connection",
        )
    };
    vec![
        opens("20.12.1", "body of no octets", &[add("Content-Length: 0")])
            .must(RFC9112, "6.3", "a length of zero is that of no body")
            .differs("a length, and no body behind it")
            .build(),
        read(opens(
            "20.12.2",
            "body of a length that is told",
            &[add("Content-Length: 5"), behind("howdy")],
        ))
        .seen_in("Vert.x CVE-2018-12541")
        .differs("its length stands in front of it")
        .build(),
        read(opens(
            "20.12.3",
            "body in chunks",
            &[
                add("Transfer-Encoding: chunked"),
                behind("5\r\nhowdy\r\n0\r\n\r\n"),
            ],
        ))
        .differs("its length is told chunk by chunk")
        .build(),
        read(opens(
            "20.12.4",
            "body that looks like frames",
            &[
                add("Content-Length: 8"),
                HeadEdit::Behind(b"\x81\x82\0\0\0\0no"[..].into()),
            ],
        ))
        .differs("who does not read the body takes it for a text")
        .build(),
        refused(
            "20.12.5",
            "length that is no number",
            &[add("Content-Length: five")],
        )
        .refused([400])
        .must(RFC9112, "6.3", "an invalid length is answered by 400")
        .differs("the length cannot be read at all")
        .build(),
        refused(
            "20.12.6",
            "two lengths that differ",
            &[
                add("Content-Length: 0"),
                add("Content-Length: 5"),
                behind("howdy"),
            ],
        )
        .refused([400])
        .must(RFC9112, "6.3", "an invalid length is answered by 400")
        .differs("each of the two lengths is good, not both")
        .build(),
        refused(
            "20.12.7",
            "transfer coding that nobody knows",
            &[add("Transfer-Encoding: x-unknown"), behind("howdy")],
        )
        .refused([400, 501])
        .must(
            RFC9112,
            "6.3",
            "a request whose last transfer coding is not chunked is refused",
        )
        .differs("nobody can tell where the body ends")
        .build(),
        large_body(),
    ]
}

fn large_body() -> Case {
    let body = Payload::Repeat {
        unit: b"body".to_vec(),
        length: 100_000,
    };
    let edits = [add("Content-Length: 100000"), HeadEdit::Behind(body)];
    last_opens(asking(
        "20.12.8",
        "body of 100,000 octets, and then a plain request",
        &edits,
    ))
    .seen_in("Vert.x CVE-2018-12541")
    .differs("what is judged is the connection behind it")
    .build()
}

/// A client must not: it has to wait for the answer (§4.1).
pub(super) fn early_frames() -> Vec<Case> {
    let early = |case: CaseBuilder| {
        case.only(Testee::Server)
            .joined_to_the_head()
            .seen_in("cowboy c50d6aa0")
            .seen_in("websocketpp #32")
            .informational(
                RFC6455,
                "4.1",
                "a client waits for the answer; of what a server makes of one that does not, nothing is said",
            )
    };
    vec![
        hello(early(case("20.13.1", "text in one write with the request")))
            .ok([echo("Hello")])
            .build(),
        early(case(
            "20.13.2",
            "three messages in one write with the request",
        ))
        .send(text("Hello"))
        .send(text("again"))
        .send(binary("world"))
        .fail_after(1)
        .ok([echo("Hello"), echo("again"), binary_echo("world")])
        .build(),
        hello(early(case(
            "20.13.3",
            "text right behind a request that comes octet by octet",
        )))
        .head_in_pieces(1)
        .ok([echo("Hello")])
        .build(),
    ]
}

pub(super) fn origins() -> Vec<Case> {
    let origin = |id: &str, title: &str, edits: &[HeadEdit]| {
        opens(id, title, edits)
            .informational(
                RFC6455,
                "4.2.2",
                "whether the Origin is one that it serves is for the server to say",
            )
            .build()
    };
    vec![
        origin(
            "20.14.1",
            "Origin that is somebody else's",
            &set("Origin: http://elsewhere.test"),
        ),
        origin("20.14.2", "Origin null", &set("Origin: null")),
        origin(
            "20.14.3",
            "Origin that is none",
            &set("Origin: where I come from"),
        ),
        origin(
            "20.14.4",
            "two Origins",
            &[
                add("Origin: http://{host}"),
                add("Origin: http://elsewhere.test"),
            ],
        ),
    ]
}

pub(super) fn nonsense() -> Vec<Case> {
    let nothing = |n: u16, title: &str, edits: &[HeadEdit], differs: &str| {
        last_opens(asking(&format!("20.15.{n}"), title, edits))
            .seen_in("lighttpd CVE-2022-37797")
            .differs(differs)
            .build()
    };
    // Who ignores empty lines waits for more: the end of TCP tells that none comes.
    let raw = |n: u16, title: &str, octets: &[u8], differs: &str| {
        let case = case(&format!("20.15.{n}"), title).only(Testee::Server);
        let first = edited(case, &[HeadEdit::Raw(octets.into())]);
        last_opens(first.joined_to_the_head().half_close().fail_after(1))
            .differs(differs)
            .build()
    };
    vec![
        nothing(
            1,
            "request without any of its fields, and then a plain request",
            &["Host", "Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version"].map(remove),
            "a request line, and little behind it",
        ),
        nothing(
            2,
            "request with fields that are all empty, and then a plain request",
            &[
                set("Upgrade:"),
                set("Connection:"),
                set("Sec-WebSocket-Key:"),
                set("Sec-WebSocket-Version:"),
                set("Sec-WebSocket-Protocol:"),
                set("Sec-WebSocket-Extensions:"),
            ]
            .concat(),
            "every field is there, and has no value",
        ),
        raw(3, "nothing but line ends, and then a plain request", b"\r\n\r\n\r\n\r\n", "no request line"),
        raw(4, "zeros, and then a plain request", b"\0\0\0\0\r\n\r\n", "octets that are no text"),
        raw(5, "frame in place of a request, and then a plain request", b"\x81\x84\r\n\r\nHell\r\n\r\n", "a client that takes the connection for open"),
        raw(6, "greeting of HTTP/2, and then a plain request", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "what clients of HTTP/2 send first"),
        raw(7, "answer in place of a request, and then a plain request", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", "a head, but of a server"),
        cut_off(),
        left(),
        several(),
    ]
}

fn cut_off() -> Case {
    let half = HeadEdit::Raw("GET / HTTP/1.1\r\nHost: localhost\r\nUpgr".into());
    let case = case(
        "20.15.8",
        "half a request and the end of TCP, and then a plain request",
    )
    .only(Testee::Server);
    let first = edited(case, &[half])
        .joined_to_the_head()
        .half_close()
        .fail_after(1);
    last_opens(first)
        .differs("a request that never ends")
        .build()
}

fn left() -> Case {
    let case = case(
        "20.15.9",
        "connection reset once it is open, and then a plain request",
    )
    .only(Testee::Server);
    last_opens(case.step(Step::Reset))
        .differs("a client that goes without a word")
        .build()
}

fn several() -> Case {
    let mut all = case(
        "20.15.10",
        "six requests, each with one field too few or wrong, and then a plain one",
    )
    .only(Testee::Server);
    let wrong = [
        vec![remove("Upgrade")],
        vec![remove("Connection")],
        vec![remove("Sec-WebSocket-Key")],
        vec![remove("Sec-WebSocket-Version")],
        set("Sec-WebSocket-Version: 8, 7").to_vec(),
        set("Sec-WebSocket-Key: x").to_vec(),
    ];
    for (n, edits) in wrong.iter().enumerate() {
        if n > 0 {
            all = all.next_connection();
        }
        all = hello(edited(all, edits));
    }
    last_opens(all)
        .seen_in("lighttpd CVE-2022-37797")
        .differs("one bad request right behind the other")
        .build()
}
