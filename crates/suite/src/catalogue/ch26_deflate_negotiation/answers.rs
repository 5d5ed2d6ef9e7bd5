//! Answers to a client's offers.

use super::super::deflate_words::{must, talks, twice_beyond, twice_far};
use super::super::{RFC6455, RFC7692};
use super::{field, once};
use crate::case::{Case, Testee};
use crate::vocabulary::{CaseBuilder, case, text};

const REFUSE: &str =
    "an answer with a parameter that is unknown, doubled or of a wrong value fails the connection";

fn client(id: &str, title: &str, section: &str, rule: &str) -> CaseBuilder {
    must(id, title, section, rule).only(Testee::Client)
}

/// A client that does not want what an answer asks of it may fail the connection,
/// but for an answer without any parameter.
pub(super) fn good() -> Vec<Case> {
    let answer = |number: u8, title: &str, params: &str, section: &str, payload| {
        let builder = client(
            &format!("26.6.{number}"),
            &format!("answer {title}"),
            section,
            "what the answer agrees to is in force, and is kept to",
        )
        .seen_in("Netty issue 8395")
        .differs(&format!("answers {params:?}"))
        .extensions(&format!("permessage-deflate{params}"));
        let case = talks(builder, payload);
        match params.is_empty() {
            true => case.build(),
            false => case.should_open().build(),
        }
    };
    let mut cases = vec![
        answer(1, "without any parameter", "", "5", twice_far()),
        answer(
            2,
            "that the server compresses each message by itself",
            "; server_no_context_takeover",
            "7.1.1.1",
            once(),
        ),
        answer(
            3,
            "that the client must compress each message by itself",
            "; client_no_context_takeover",
            "7.1.1.2",
            once(),
        ),
    ];
    cases.extend((8..=15).map(|bits: u8| {
        answer(
            bits - 4,
            &format!("that the server uses a window of {bits} bits"),
            &format!("; server_max_window_bits={bits}"),
            "7.1.2.1",
            twice_beyond(bits.min(13)),
        )
    }));
    cases.extend((8..=15).map(|bits: u8| {
        let payload = if bits < 15 {
            twice_beyond(bits)
        } else {
            twice_far()
        };
        answer(
            bits + 4,
            &format!("that limits the client to a window of {bits} bits"),
            &format!("; client_max_window_bits={bits}"),
            "7.1.2.2",
            payload,
        )
    }));
    let both = "; server_no_context_takeover; server_max_window_bits=10; \
                client_no_context_takeover; client_max_window_bits=9";
    cases.push(answer(
        20,
        "with all four parameters",
        both,
        "7.1",
        twice_beyond(9),
    ));
    let quoted = " ;  client_max_window_bits = \"9\"";
    let title = "with a quoted value and spaces wherever they may stand";
    cases.push(answer(21, title, quoted, "7.1.2.2", twice_beyond(9)));
    cases
}

/// Parameters that no answer may have, whatever was offered.
const BAD_IN_ANSWERS: [(&str, &str); 26] = [
    ("an unknown parameter", "x_wscheck"),
    ("an unknown parameter with a value", "x_wscheck=10"),
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
        "a server_max_window_bits with a leading zero",
        "server_max_window_bits=08",
    ),
    (
        "a server_max_window_bits that is no number",
        "server_max_window_bits=ten",
    ),
    (
        "a server_max_window_bits that is an empty quoted string",
        "server_max_window_bits=\"\"",
    ),
    (
        "a quoted server_max_window_bits of 16",
        "server_max_window_bits=\"16\"",
    ),
    (
        "server_max_window_bits twice",
        "server_max_window_bits=10; server_max_window_bits=10",
    ),
    (
        "client_max_window_bits without a value",
        "client_max_window_bits",
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
        "a client_max_window_bits that is no number",
        "client_max_window_bits=nine",
    ),
    (
        "a client_max_window_bits that is an empty quoted string",
        "client_max_window_bits=\"\"",
    ),
    (
        "client_max_window_bits twice",
        "client_max_window_bits=10; client_max_window_bits=10",
    ),
    (
        "a good parameter in front of a bad one",
        "server_no_context_takeover; server_max_window_bits=99",
    ),
];

pub(super) fn bad() -> Vec<Case> {
    let rows = BAD_IN_ANSWERS.iter().enumerate();
    let params = rows.map(|(index, (title, params))| {
        let id = format!("26.7.{}", index + 1);
        let builder = client(&id, &format!("answer with {title}"), "7", REFUSE)
            .seen_in("undici CVE-2026-2229")
            .differs(&format!("answers {params:?}"));
        not_taken(builder.extensions(&format!("permessage-deflate; {params}")))
    });
    let listed = "an answer lists nothing that the client did not ask for";
    let begin = |number: u8, title: &str| {
        case(&format!("26.7.{number}"), title)
            .must(RFC6455, "4.1", listed)
            .only(Testee::Client)
            .differs(title)
    };
    let conflict = |number: u8, title: &str| {
        client(
            &format!("26.7.{number}"),
            title,
            "5",
            "two extensions that both use RSV1 are not accepted together",
        )
        .differs(title)
    };
    params
        .chain([
            not_taken(
                conflict(27, "answer that agrees to compression twice")
                    .extensions("permessage-deflate, permessage-deflate"),
            ),
            not_taken(
                conflict(28, "answer that agrees to compression in two fields")
                    .extensions("permessage-deflate")
                    .opening(field("permessage-deflate")),
            ),
            not_taken(
                begin(
                    29,
                    "answer with an extension that nobody knows beside compression",
                )
                .extensions("permessage-deflate, x-wscheck"),
            ),
            not_taken(
                begin(
                    30,
                    "answer with an extension that nobody knows in front of compression",
                )
                .extensions("x-wscheck; a=1, permessage-deflate"),
            ),
            not_taken(
                begin(
                    31,
                    "answer with an extension that nobody knows in place of compression",
                )
                .extensions("permessage-wscheck"),
            ),
            beside_the_offer(
                "26.7.32",
                "answer that limits the client's window, unasked",
                "; client_max_window_bits=10",
            )
            .should(
                RFC7692,
                "7.1.2.2",
                "client_max_window_bits stands in no answer to an offer without it",
            )
            .differs("what is wrong depends on the offer: it does not have the parameter")
            .build(),
            beside_the_offer(
                "26.7.33",
                "answer with a larger window of the server than was offered",
                "; server_max_window_bits=15",
            )
            .should(
                RFC7692,
                "7.1.2.1",
                "the window of the server is the one that was offered, or smaller",
            )
            .differs("what is wrong depends on the offer: it has a smaller value")
            .build(),
        ])
        .collect()
}

/// Answers that are bad to some offers. No sentence has a client look that can
/// keep to what is answered.
fn beside_the_offer(id: &str, title: &str, params: &str) -> CaseBuilder {
    case(id, title)
        .only(Testee::Client)
        .extensions(&format!("permessage-deflate{params}"))
        .send(text("Hello"))
        .fail_after(1)
        .should_be_refused()
}

fn not_taken(builder: CaseBuilder) -> Case {
    builder
        .send(text("Hello"))
        .fail_after(1)
        .refused([])
        .build()
}
