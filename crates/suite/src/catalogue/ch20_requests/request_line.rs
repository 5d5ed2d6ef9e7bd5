//! Methods, versions of HTTP and request targets.

use super::{RFC6455, RFC9110, RFC9112, add, opens, refused, remove, start};
use crate::case::Case;
use crate::head_edit::HeadEdit;
use crate::vocabulary::CaseBuilder;

pub(super) fn cases() -> Vec<Case> {
    [methods(), versions(), targets(), shapes()].concat()
}

fn methods() -> Vec<Case> {
    let rows = [
        ("POST", "the method that servers know best beside GET"),
        ("HEAD", "the method that is most like GET"),
        ("OPTIONS", "a method whose answer can do without a resource"),
        ("PUT", "a method that writes"),
        ("CONNECT", "the method that makes a tunnel in another way"),
        ("XGET", "a method that nobody knows"),
        ("get", "methods are compared by case, fields are not"),
    ];
    let case = |(n, (method, differs)): (usize, (&str, &str))| {
        let line = match method {
            "CONNECT" => "CONNECT {host} HTTP/1.1".to_owned(),
            method => format!("{method} {{target}} HTTP/1.1"),
        };
        let title = format!("request by the method {method}");
        refused(&format!("20.1.{}", n + 1), &title, &[start(&line)])
            .must(RFC6455, "4.2.1", "the method of the request is GET")
            .differs(differs)
            .build()
    };
    rows.into_iter().enumerate().map(case).collect()
}

fn versions() -> Vec<Case> {
    let line = |version: &str| [start(&format!("GET {{target}} {version}"))];
    vec![
        refused("20.1.8", "request of HTTP/1.0", &line("HTTP/1.0"))
            .must(
                RFC9110,
                "7.8",
                "Upgrade in a request of HTTP/1.0 is ignored",
            )
            .differs("the version that knows no upgrade")
            .build(),
        refused(
            "20.1.9",
            "request with no version of HTTP",
            &[start("GET {target}")],
        )
        .differs("a line of two words, as in HTTP/0.9")
        .build(),
        opens("20.1.10", "request of HTTP/1.2", &line("HTTP/1.2"))
            .informational(
                RFC9110,
                "2.5",
                "a higher minor version is treated as the highest that is known",
            )
            .build(),
        refused(
            "20.1.11",
            "request of http/1.1, in lower case",
            &line("http/1.1"),
        )
        .must(
            RFC9112,
            "2.3",
            "the name of the protocol is compared by case",
        )
        .differs("the name in the version is in lower case")
        .build(),
        refused(
            "20.1.12",
            "request of another protocol of version 1.1",
            &line("HTCPCP/1.1"),
        )
        .differs("the version is of a protocol that is not HTTP")
        .build(),
        opens(
            "20.1.13",
            "request that says HTTP/2.0 as HTTP/1.1 would",
            &line("HTTP/2.0"),
        )
        .informational(
            RFC6455,
            "4.2.1",
            "the version is 1.1 or higher, though HTTP/2 is not written like this",
        )
        .build(),
    ]
}

fn targets() -> Vec<Case> {
    let of = |target: &str| [start(&format!("GET {target} HTTP/1.1"))];
    let absolute = "a request target in absolute form is accepted";
    let bad = |case: CaseBuilder| {
        case.should_be_refused().should(
            RFC9112,
            "3",
            "an invalid request line is answered by 400, or by a redirect",
        )
    };
    vec![
        opens(
            "20.1.14",
            "request target with scheme and host",
            &of("{scheme}://{host}{target}"),
        )
        .must(RFC9112, "3.2.2", absolute)
        .differs("the target is a whole URI")
        .build(),
        opens(
            "20.1.15",
            "request target with scheme and host, and another Host",
            &[
                start("GET {scheme}://{host}{target} HTTP/1.1"),
                remove("Host"),
                add("Host: elsewhere.test"),
            ],
        )
        .must(
            RFC9112,
            "3.2.2",
            "the host in the request target counts, and Host is ignored",
        )
        .differs("the field Host names a host that is not ours")
        .build(),
        bad(opens(
            "20.1.16",
            "request target with a fragment",
            &of("{target}#part"),
        ))
        .note(
            RFC6455,
            "3",
            "fragments mean nothing in WebSocket URIs, and are not used",
        )
        .differs("the target has a part that is not sent")
        .build(),
        bad(opens(
            "20.1.17",
            "request target with a space",
            &of("{target} x"),
        ))
        .differs("the line has a word too many")
        .build(),
        bad(opens("20.1.18", "request target *", &of("*")))
            .differs("the form that only OPTIONS has")
            .build(),
        bad(opens(
            "20.1.19",
            "request target that is a host and a port",
            &of("{host}"),
        ))
        .differs("the form that only CONNECT has")
        .build(),
        opens(
            "20.1.20",
            "long request target",
            &of(&format!("{{target}}{}", "?".repeat(300))),
        )
        .informational(
            RFC9112,
            "3",
            "servers do well to take lines of 8,000 octets; what they make of the target is theirs",
        )
        .build(),
    ]
}

fn shapes() -> Vec<Case> {
    vec![
        opens(
            "20.1.21",
            "empty line in front of the request",
            &[HeadEdit::Before("\r\n".into())],
        )
        .should_open()
        .should(
            RFC9112,
            "2.2",
            "at least one empty line in front of a request is ignored",
        )
        .differs("a line end in front of all")
        .build(),
        opens(
            "20.1.22",
            "request line with two spaces between its words",
            &[start("GET  {target}  HTTP/1.1")],
        )
        .informational(
            RFC9112,
            "3",
            "servers may split the line at any white space",
        )
        .build(),
        refused(
            "20.1.23",
            "Upgrade right behind the request line, with a space in front",
            &[
                remove("Upgrade"),
                start("GET {target} HTTP/1.1\r\n Upgrade: websocket"),
            ],
        )
        .must(
            RFC9112,
            "2.2",
            "a line that begins with a space behind the request line is no field",
        )
        .differs("the line with the space is the first behind the request line")
        .build(),
    ]
}
