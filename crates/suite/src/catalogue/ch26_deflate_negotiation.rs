//! The negotiation of permessage-deflate (RFC 7692 §5, §7.1).

mod answers;

use super::deflate_words::{ONCE, declines, must, probed, talks, twice_beyond, twice_far};
use super::{Chapter, RFC6455, RFC7692};
use crate::case::{Case, Testee};
use crate::head_edit::HeadEdit;
use crate::payload::Payload;
use crate::vocabulary::{CaseBuilder, case, echo, text};

pub(super) const CHAPTER: Chapter = Chapter {
    number: 26,
    title: "Negotiation of compression",
    sections: &[
        (1, "offers that a server may accept"),
        (2, "limits on the window of the server"),
        (3, "what a client says of itself"),
        (4, "offers that a server must decline"),
        (5, "offers beside others"),
        (6, "answers that a client can take"),
        (7, "answers that a client must not take"),
        (8, "names in other letters"),
    ],
};

const ACCEPTS: &str = "what is accepted is an offer of the client, and is kept to";
const DECLINE: &str =
    "an offer with a parameter that is unknown, doubled or of a wrong value is declined";
const GRAMMAR: &str = "a value may be quoted, and white space may stand between words";

pub(super) fn cases() -> Vec<Case> {
    [
        acceptable(),
        server_windows(),
        hints(),
        unacceptable(),
        beside_others(),
        answers::good(),
        answers::bad(),
        other_letters(),
    ]
    .concat()
}

fn server(id: &str, title: &str, section: &str, rule: &str) -> CaseBuilder {
    must(id, title, section, rule).only(Testee::Server)
}

fn once() -> Payload {
    ONCE.into()
}

/// Offers what the RFC has, in each way that it can be written.
fn acceptable() -> Vec<Case> {
    let offers = [
        ("without any parameter", "permessage-deflate", "5"),
        (
            "that the server compress each message by itself",
            "permessage-deflate; server_no_context_takeover",
            "7.1.1.1",
        ),
        (
            "with all four parameters",
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; \
             server_max_window_bits=10; client_max_window_bits=11",
            "7.1",
        ),
        (
            "with all four parameters, in another order",
            "permessage-deflate; client_max_window_bits; server_max_window_bits=9; \
             client_no_context_takeover; server_no_context_takeover",
            "7.1",
        ),
        (
            "with what concerns the server alone",
            "permessage-deflate; server_no_context_takeover; server_max_window_bits=10",
            "7.1",
        ),
    ];
    let mut cases = Vec::new();
    for (index, (title, offer, section)) in offers.into_iter().enumerate() {
        let id = format!("26.1.{}", index + 1);
        let builder = server(&id, &format!("offer {title}"), section, ACCEPTS)
            .seen_in("Netty issue 8395")
            .differs(&format!("offers {offer:?}"))
            .extensions(offer);
        cases.push(match index {
            0 => talks(builder, twice_far()).build(),
            _ => talks(builder, twice_beyond(10)).should_open().build(),
        });
    }
    let spelled = [
        (
            "with a quoted value",
            "permessage-deflate; server_max_window_bits=\"10\"",
        ),
        (
            "with a quoted value, one digit of it escaped",
            "permessage-deflate; server_max_window_bits=\"1\\0\"",
        ),
        (
            "without a space",
            "permessage-deflate;server_max_window_bits=10;client_max_window_bits",
        ),
        (
            "with spaces and tabs wherever they may stand",
            " permessage-deflate \t;  server_max_window_bits = 10 ; \tclient_max_window_bits ",
        ),
        (
            "between empty elements of the list",
            ", , permessage-deflate; server_max_window_bits=10,",
        ),
    ];
    for (index, (title, offer)) in spelled.into_iter().enumerate() {
        let id = format!("26.1.{}", index + 6);
        let builder = server(&id, &format!("offer {title}"), "7.1.2.1", ACCEPTS)
            .must(RFC6455, "9.1", GRAMMAR)
            .seen_in("http-kit issue 617")
            .differs(&format!("offers {offer:?}"))
            .extensions(offer);
        let case = talks(builder, twice_beyond(10));
        cases.push(case.should_open().build());
    }
    cases
}

fn server_windows() -> Vec<Case> {
    let of =
        |bits: u8| {
            let id = format!("26.2.{}", bits - 7);
            let builder = server(
            &id,
            &format!("offer that limits the server to a window of {bits} bits"),
            "7.1.2.1",
            "a server that accepts answers with the same window or a smaller one, and keeps to it",
        )
        .seen_in("zlib issue 171")
        .differs(&format!("a window of {bits} bits"))
        .extensions(&format!("permessage-deflate; server_max_window_bits={bits}"));
            let payload = if bits < 15 {
                twice_beyond(bits)
            } else {
                twice_far()
            };
            talks(builder, payload).should_open().build()
        };
    (8..=15).map(of).collect()
}

/// Hints: they bind us, and the server is free to take them up.
fn hints() -> Vec<Case> {
    let hint = |number: u8, title: &str, param: &str, section: &str, payload| {
        let id = format!("26.3.{number}");
        let builder = server(
            &id,
            title,
            section,
            "what a client says of itself limits the client, and the server not at all",
        )
        .seen_in("Netty issue 8395")
        .differs(&format!("offers {param:?}"))
        .extensions(&format!("permessage-deflate; {param}"));
        talks(builder, payload).should_open().build()
    };
    let mut cases = vec![
        hint(
            1,
            "offer of a client that compresses each message by itself",
            "client_no_context_takeover",
            "7.1.1.2",
            once(),
        ),
        hint(
            2,
            "offer of a client whose window may be limited",
            "client_max_window_bits",
            "7.1.2.2",
            twice_far(),
        ),
    ];
    cases.extend((8..=15).map(|bits: u8| {
        hint(
            bits - 5,
            &format!("offer of a client that uses a window of {bits} bits"),
            &format!("client_max_window_bits={bits}"),
            "7.1.2.2",
            twice_beyond(bits.min(13)),
        )
    }));
    cases
}

/// Parameters that no offer may have, and what is wrong with them.
const BAD_IN_OFFERS: [(&str, &str); 25] = [
    ("an unknown parameter", "x_wscheck"),
    ("an unknown parameter with a value", "x_wscheck=10"),
    ("a parameter of another extension", "no_context_takeover"),
    (
        "server_no_context_takeover with a value",
        "server_no_context_takeover=1",
    ),
    (
        "client_no_context_takeover with a value",
        "client_no_context_takeover=true",
    ),
    (
        "server_no_context_takeover twice",
        "server_no_context_takeover; server_no_context_takeover",
    ),
    (
        "client_no_context_takeover twice",
        "client_no_context_takeover; client_no_context_takeover",
    ),
    (
        "server_max_window_bits without a value",
        "server_max_window_bits",
    ),
    ("a server_max_window_bits of 7", "server_max_window_bits=7"),
    (
        "a server_max_window_bits of 16",
        "server_max_window_bits=16",
    ),
    ("a server_max_window_bits of 0", "server_max_window_bits=0"),
    (
        "a server_max_window_bits of 1000",
        "server_max_window_bits=1000",
    ),
    (
        "a server_max_window_bits beyond 64 bits",
        "server_max_window_bits=18446744073709551626",
    ),
    (
        "a server_max_window_bits with a leading zero",
        "server_max_window_bits=08",
    ),
    (
        "a server_max_window_bits with a sign",
        "server_max_window_bits=+10",
    ),
    (
        "a server_max_window_bits that is no number",
        "server_max_window_bits=ten",
    ),
    (
        "a quoted server_max_window_bits of 16",
        "server_max_window_bits=\"16\"",
    ),
    (
        "server_max_window_bits twice",
        "server_max_window_bits=10; server_max_window_bits=12",
    ),
    ("a client_max_window_bits of 7", "client_max_window_bits=7"),
    (
        "a client_max_window_bits of 16",
        "client_max_window_bits=16",
    ),
    ("a client_max_window_bits of 0", "client_max_window_bits=0"),
    (
        "a client_max_window_bits of 1000",
        "client_max_window_bits=1000",
    ),
    (
        "a client_max_window_bits with a leading zero",
        "client_max_window_bits=08",
    ),
    (
        "a client_max_window_bits with a sign",
        "client_max_window_bits=-9",
    ),
    (
        "client_max_window_bits twice",
        "client_max_window_bits; client_max_window_bits=10",
    ),
];

fn unacceptable() -> Vec<Case> {
    let rows = BAD_IN_OFFERS.iter().enumerate();
    rows.map(|(index, (title, params))| {
        let id = format!("26.4.{}", index + 1);
        let builder = server(&id, &format!("offer with {title}"), "7", DECLINE)
            .seen_in("http-kit issue 617")
            .differs(&format!("offers {params:?}"));
        declines(probed(builder).extensions(&format!("permessage-deflate; {params}")))
    })
    .collect()
}

/// A field of offers.
fn field(value: &str) -> HeadEdit {
    HeadEdit::Add(format!("Sec-WebSocket-Extensions: {value}"))
}

fn beside_others() -> Vec<Case> {
    let several = "elements of the list are offers of their own, the bad ones declined alone";
    let chosen = [
        (
            "bad offer in front of a good one",
            "permessage-deflate; server_max_window_bits=99, permessage-deflate",
        ),
        (
            "bad offer behind a good one",
            "permessage-deflate; server_no_context_takeover, permessage-deflate; x_wscheck",
        ),
        (
            "three good offers, the best in front",
            "permessage-deflate; server_max_window_bits=9; server_no_context_takeover, \
             permessage-deflate; server_max_window_bits=10, permessage-deflate",
        ),
        (
            "good offer behind an extension that nobody knows",
            "x-wscheck; a=1; b=\"two\"; c, permessage-deflate; server_max_window_bits=10",
        ),
        (
            "good offer in front of extensions that nobody knows",
            "permessage-deflate; server_max_window_bits=10, x-wscheck-1, x-wscheck-2; a",
        ),
    ];
    let mut cases: Vec<Case> = (1..)
        .zip(chosen)
        .map(|(number, (title, offers))| {
            let builder = server(&format!("26.5.{number}"), title, "5", several)
                .differs(&format!("offers {offers:?}"))
                .extensions(offers);
            let case = talks(builder, twice_beyond(10));
            case.should_open().build()
        })
        .collect();
    let two_fields = server(
        "26.5.6",
        "good offer in a second field, behind one of an extension that nobody knows",
        "5",
        several,
    )
    .must(RFC6455, "9.1", "several fields are one list")
    .differs("two fields")
    .extensions("x-wscheck")
    .opening(field("permessage-deflate; server_max_window_bits=10"));
    let two_fields = talks(two_fields, twice_beyond(10));
    cases.push(two_fields.should_open().build());
    let many = ["permessage-deflate; server_max_window_bits=10"; 7].join(", ");
    let many = server("26.5.7", "same good offer seven times", "5", several)
        .differs("seven offers")
        .extensions(&many);
    cases.push(talks(many, twice_beyond(10)).should_open().build());
    cases.extend(declined_beside_others());
    cases
}

fn declined_beside_others() -> Vec<Case> {
    let quoted = server(
        "26.5.8",
        "offer that stands in a quoted value of another extension",
        "5",
        "what is accepted was offered",
    )
    .seen_in("http-kit issue 617")
    .differs("what is no token may not be quoted either, so a refusal is right, too");
    let quoted = probed(quoted)
        .extensions("x-wscheck; a=\"b, permessage-deflate; c\"")
        .send(text("Hello"))
        .fail_after(1)
        .ok([echo("Hello")])
        .or_refused()
        .build();
    let other = server(
        "26.5.9",
        "extensions alone that nobody knows",
        "5",
        "what is accepted was offered",
    )
    .differs("permessage-deflate is not offered at all");
    let other = declines(probed(other).extensions("permessage-wscheck, x-wscheck; a=1"));
    let all_bad = server("26.5.10", "three bad offers", "7", DECLINE).differs("three of them");
    let all_bad = declines(probed(all_bad).extensions(
        "permessage-deflate; server_max_window_bits=7, \
         permessage-deflate; client_max_window_bits=16, permessage-deflate; x_wscheck",
    ));
    vec![quoted, other, all_bad]
}

/// RFC 6455 says of no name in this field that its case does not matter, nor that
/// it does.
fn other_letters() -> Vec<Case> {
    let rule = "whether names of extensions are compared by their case is not said";
    let told = |number: u8, title: &str, testee, value: &str| {
        let case = case(&format!("26.8.{number}"), title)
            .informational(RFC7692, "7", rule)
            .only(testee)
            .extensions(value)
            .send(text("Hello"))
            .fail_after(1)
            .ok([echo("Hello")]);
        case.build()
    };
    vec![
        told(
            1,
            "offer of an extension in capitals",
            Testee::Server,
            "PERMESSAGE-DEFLATE",
        ),
        told(
            2,
            "offer with a parameter in capitals",
            Testee::Server,
            "permessage-deflate; SERVER_NO_CONTEXT_TAKEOVER",
        ),
        told(
            3,
            "offer with an empty quoted value",
            Testee::Server,
            "permessage-deflate; server_max_window_bits=\"\"",
        ),
        told(
            4,
            "answer of an extension in capitals",
            Testee::Client,
            "PERMESSAGE-DEFLATE",
        ),
        told(
            5,
            "answer with a parameter in capitals",
            Testee::Client,
            "permessage-deflate; CLIENT_NO_CONTEXT_TAKEOVER",
        ),
    ]
}
