//! Host, Sec-WebSocket-Key and Sec-WebSocket-Version, each of which stands once.

use super::{RFC6455, RFC9110, RFC9112, add, edited, hello, opens, refused, remove, set};
use crate::case::{Case, Testee};
use crate::expectation::OpeningRule;
use crate::head_edit::HeadEdit;
use crate::vocabulary::{CaseBuilder, case, echo};

pub(super) fn hosts() -> Vec<Case> {
    let bad = |id: &str, title: &str, edits: &[HeadEdit]| {
        refused(id, title, edits).refused([400]).must(
            RFC9112,
            "3.2",
            "a request without one good Host is answered by 400",
        )
    };
    vec![
        bad("20.2.1", "request without Host", &[remove("Host")])
            .differs("there is no Host")
            .build(),
        bad(
            "20.2.2",
            "request with the same Host twice",
            &[add("Host: {host}")],
        )
        .differs("the two name the same host")
        .build(),
        bad(
            "20.2.3",
            "request with two Hosts",
            &[add("Host: elsewhere.test")],
        )
        .differs("the two name different hosts")
        .build(),
        bad(
            "20.2.4",
            "Host with a space in it",
            &set("Host: local host"),
        )
        .differs("an octet that stands in no URI")
        .build(),
        bad("20.2.5", "Host with a path", &set("Host: localhost/chat"))
            .differs("each octet may stand in a URI, but not in a host")
            .build(),
        opens("20.2.6", "Host with no value", &set("Host:"))
            .informational(
                RFC9110,
                "7.2",
                "an empty value is that of a URI without authority",
            )
            .build(),
        opens(
            "20.2.7",
            "Host that names somebody else",
            &set("Host: elsewhere.test"),
        )
        .informational(
            RFC6455,
            "4.2.1",
            "Host contains the server's authority; what else it serves is its own matter",
        )
        .build(),
    ]
}

/// The key of the example in section 1.3.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

const UNDECODED: &str = "a server need not decode the key";

pub(super) fn keys() -> Vec<Case> {
    let key = |value: &str| set(&format!("Sec-WebSocket-Key: {value}"));
    let once = "Sec-WebSocket-Key stands once in a request";
    let mut cases = vec![
        refused(
            "20.5.1",
            "request without Sec-WebSocket-Key",
            &[remove("Sec-WebSocket-Key")],
        )
        .must(RFC6455, "4.2.1", "a request has a Sec-WebSocket-Key")
        .seen_in("lighttpd CVE-2022-37797")
        .differs("key: there is none")
        .build(),
        refused("20.5.2", "Sec-WebSocket-Key with no value", &key(""))
            .must(
                RFC6455,
                "4.3",
                "the value of Sec-WebSocket-Key is not empty",
            )
            .differs("key: the field is there, and empty")
            .build(),
        opens(
            "20.5.3",
            "the same Sec-WebSocket-Key twice",
            &[add("Sec-WebSocket-Key: {key}")],
        )
        .should_be_refused()
        .should(RFC6455, "11.3.1", once)
        .differs("the two are the same")
        .build(),
        refused(
            "20.5.4",
            "two keys",
            &[add(&format!("Sec-WebSocket-Key: {KEY}"))],
        )
        .must(RFC6455, "11.3.1", once)
        .seen_in("Bun #35870")
        .differs("the two are not the same: an answer could fit one alone")
        .build(),
        opens(
            "20.5.5",
            "key that is not base64",
            &key("?!?!?!?!?!?!?!?!?!?!?!=="),
        )
        .should_be_refused()
        .should(RFC6455, "4.3", "Sec-WebSocket-Key is written in base64")
        .note(RFC6455, "4.2.2", UNDECODED)
        .seen_in("Bun #35298")
        .seen_in("ws 160af45b")
        .differs("as long as a key is, of octets that base64 has not")
        .build(),
    ];
    for (n, title, value, differs) in [
        (
            6,
            "key of 15 octets",
            "MTUgb2N0ZXRzIGxvbmch",
            "good base64, too short",
        ),
        (
            7,
            "key of 17 octets",
            "MTcgb2N0ZXRzIGxvbmcuLi4=",
            "good base64, too long",
        ),
        (
            8,
            "key of 18 octets",
            "MTggb2N0ZXRzIGxvbmcuLi4u",
            "as many letters as a key has, without padding",
        ),
        (
            9,
            "key without its padding",
            "dGhlIHNhbXBsZSBub25jZQ",
            "16 octets, whose padding is left out",
        ),
        (
            10,
            "key in the alphabet for URLs",
            "-_-_-_-_-_-_-_-_-_-_-w==",
            "16 octets in another alphabet",
        ),
        (
            11,
            "key with a space in it",
            "dGhlIHNhbXBs ZSBub25jZQ==",
            "16 octets, with a space between",
        ),
    ] {
        cases.push(
            opens(&format!("20.5.{n}"), title, &key(value))
                .should_be_refused()
                .should(RFC6455, "4.2.1", "decoded, the key is of 16 octets")
                .note(RFC6455, "4.2.2", UNDECODED)
                .differs(&format!("key: {differs}"))
                .build(),
        );
    }
    let answered = "the answer to a key is the digest of its letters as they stand";
    for (n, title, value, differs) in [
        (
            12,
            "the key of the example in the RFC",
            KEY,
            "whose digest everybody knows",
        ),
        (
            13,
            "key of zeros",
            "AAAAAAAAAAAAAAAAAAAAAA==",
            "nothing but one letter",
        ),
        (
            14,
            "key with the letters + and /",
            "+/+/+/+/+/+/+/+/+/+/+w==",
            "the letters that are neither letters nor digits",
        ),
    ] {
        cases.push(
            opens(&format!("20.5.{n}"), title, &key(value))
                .must(RFC6455, "4.2.2", answered)
                .differs(&format!("key: {differs}"))
                .build(),
        );
    }
    cases
}

pub(super) fn versions() -> Vec<Case> {
    let version = |value: &str| set(&format!("Sec-WebSocket-Version: {value}"));
    let unknown = |case: CaseBuilder| {
        case.opening_rule(OpeningRule::Refuses {
            statuses: Vec::new(),
            fields: vec!["Sec-WebSocket-Version".to_owned()],
        })
        .must(
            RFC6455,
            "4.2.2",
            "a version that the server does not know is refused with the versions that it knows",
        )
    };
    let mut cases = vec![
        refused(
            "20.6.1",
            "request without Sec-WebSocket-Version",
            &[remove("Sec-WebSocket-Version")],
        )
        .must(
            RFC6455,
            "4.2.1",
            "a request has a Sec-WebSocket-Version of 13",
        )
        .seen_in("Bun #35298")
        .differs("version: there is none")
        .build(),
        unknown(refused("20.6.2", "version 14", &version("14")))
            .seen_in("Bun #35298")
            .seen_in("ws 33f5dbaf")
            .differs("version: the first that there is not yet")
            .build(),
        unknown(refused("20.6.3", "version 255", &version("255")))
            .differs("the highest version that there could be")
            .build(),
        unknown(refused(
            "20.6.4",
            "version 9, which no draft had",
            &version("9"),
        ))
        .differs("lower than 13, and never a good value (§4.1)")
        .build(),
        opens("20.6.5", "version 8, that of a draft", &version("8"))
            .informational(
                RFC6455,
                "4.4",
                "a server may know several versions, those of drafts among them",
            )
            .build(),
    ];
    for (n, title, value, differs) in [
        (
            6,
            "version that is no number",
            "abc",
            "letters, where digits are to be",
        ),
        (
            7,
            "version 013",
            "013",
            "the number 13, with a zero in front",
        ),
        (8, "version 13.0", "13.0", "the number 13, with a fraction"),
        (
            9,
            "Sec-WebSocket-Version with no value",
            "",
            "the field is there, and empty",
        ),
        (
            10,
            "several versions in one field",
            "13, 8",
            "a list, which only a server may send",
        ),
    ] {
        cases.push(
            refused(&format!("20.6.{n}"), title, &version(value))
                .must(
                    RFC6455,
                    "4.3",
                    "a request has one version, of digits and no zero in front",
                )
                .differs(&format!("version: {differs}"))
                .build(),
        );
    }
    cases.push(
        refused(
            "20.6.11",
            "two versions",
            &[add("Sec-WebSocket-Version: 8")],
        )
        .must(
            RFC6455,
            "11.3.5",
            "Sec-WebSocket-Version stands once in a request",
        )
        .differs("version: the list is written as two fields")
        .build(),
    );
    cases.push(asks_again());
    cases
}

/// Section 4.4: who is told the versions may ask again.
fn asks_again() -> Case {
    let case = case(
        "20.6.12",
        "version 14, and then version 13 as the answer says",
    )
    .only(Testee::Server);
    let first = hello(edited(case, &set("Sec-WebSocket-Version: 14")));
    hello(first.next_connection())
        .ok([echo("Hello")])
        .must(
            RFC6455,
            "4.4",
            "a client that was refused for its version may ask again with another",
        )
        .differs("what is judged is a second request, with version 13")
        .build()
}
