//! Status lines, and answers in front of the last one.

use super::{RFC6455, RFC9110, RFC9112, add, opens, refused_at_once, start};
use crate::case::{Case, Testee};
use crate::head_edit::HeadEdit;
use crate::vocabulary::{CaseBuilder, case};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (n, line, differs) in [
        (1, "200 OK", "an answer that succeeds"),
        (2, "204 No Content", "an answer that has no body"),
        (
            3,
            "301 Moved Permanently",
            "a redirect that does not say where to",
        ),
        (4, "400 Bad Request", "an answer that blames the client"),
        (5, "401 Unauthorized", "an answer that asks who it is"),
        (
            6,
            "426 Upgrade Required",
            "an answer that asks for the upgrade that is asked for",
        ),
        (
            7,
            "500 Internal Server Error",
            "an answer that blames the server",
        ),
        (
            8,
            "1010 Switching Protocols",
            "a status that begins with 101",
        ),
        (
            9,
            "299 Switching Protocols",
            "a status that nobody knows, with the words of 101",
        ),
    ] {
        let status = line.split(' ').next().unwrap_or_default();
        let title = format!("status {status} in an answer that is good but for it");
        cases.push(
            refused_at_once(
                &format!("21.2.{n}"),
                &title,
                &[start(&format!("HTTP/1.1 {line}"))],
            )
            .must(
                RFC6455,
                "4.1",
                "an answer of another status than 101 opens nothing",
            )
            .differs(&format!("status: {differs}"))
            .build(),
        );
    }
    for (n, title, line, differs) in [
        (
            10,
            "answer that begins with no status",
            "HTTP/1.1 Switching Protocols",
            "words where the status is to be",
        ),
        (
            11,
            "answer of another protocol",
            "ICY 101 Switching Protocols",
            "a status line that is not of HTTP",
        ),
    ] {
        cases.push(
            refused_at_once(&format!("21.2.{n}"), title, &[start(line)])
                .must(
                    RFC6455,
                    "4.1",
                    "an answer that is no HTTP response of status 101 opens nothing",
                )
                .differs(&format!("status: {differs}"))
                .build(),
        );
    }
    cases.push(
        opens(
            "21.2.12",
            "other words behind status 101",
            &[start("HTTP/1.1 101 Web Socket Protocol Handshake")],
        )
        .should_open()
        .should(RFC9112, "4", "the words behind the status are ignored")
        .differs("the words of an old draft")
        .build(),
    );
    cases.push(
        opens(
            "21.2.13",
            "no words behind status 101",
            &[start("HTTP/1.1 101 ")],
        )
        .must(RFC9112, "4", "the words behind the status may be missing")
        .differs("a space, and no words")
        .build(),
    );
    cases.push(
        opens(
            "21.2.14",
            "status 101 of HTTP/1.0",
            &[start("HTTP/1.0 101 Switching Protocols")],
        )
        .informational(
            RFC9110,
            "15.2",
            "HTTP/1.0 has no 1xx; of what a client does nothing is said",
        )
        .build(),
    );
    cases.push(
        opens(
            "21.2.15",
            "status 101 and no space behind",
            &[start("HTTP/1.1 101")],
        )
        .informational(
            RFC9112,
            "4",
            "a space stands behind the status, though few send it",
        )
        .build(),
    );
    cases
}

pub(super) fn interim() -> Vec<Case> {
    let before = |octets: &str| [HeadEdit::Before(octets.to_owned())];
    let hints = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n";
    let mut cases = Vec::new();
    for (n, title, octets, differs) in [
        (
            1,
            "103 in front of the 101",
            hints.to_owned(),
            "an interim answer with a field",
        ),
        (
            2,
            "100 in front of the 101",
            "HTTP/1.1 100 Continue\r\n\r\n".to_owned(),
            "an interim answer without fields",
        ),
        (
            3,
            "199 in front of the 101",
            "HTTP/1.1 199 Wait\r\n\r\n".to_owned(),
            "an interim answer that nobody knows",
        ),
        (
            4,
            "three interim answers in front of the 101",
            hints.repeat(3),
            "several interim answers",
        ),
    ] {
        cases.push(
            opens(&format!("21.10.{n}"), title, &before(&octets))
                .must(
                    RFC9110,
                    "15.2",
                    "interim answers may come before the last one",
                )
                .differs(&format!("interim: {differs}"))
                .build(),
        );
    }
    cases.push(
        opens(
            "21.10.5",
            "103 in front of the 101, in pieces",
            &before(hints),
        )
        .head_in_pieces(7)
        .must(
            RFC9110,
            "15.2",
            "interim answers may come before the last one",
        )
        .differs("both answers come in pieces")
        .build(),
    );
    for (n, status) in [
        (6, "301 Moved Permanently"),
        (7, "302 Found"),
        (8, "307 Temporary Redirect"),
    ] {
        let title = format!(
            "redirect by {}",
            status.split(' ').next().unwrap_or_default()
        );
        cases.push(redirect(n, &title, status));
    }
    cases.push(
        elsewhere(
            case("21.10.9", "answer that asks for a password").only(Testee::Client),
            "401 Unauthorized",
            "WWW-Authenticate: Basic realm=\"wscheck\"",
        )
        .informational(
            RFC6455,
            "4.1",
            "a client may authenticate itself where it is asked to",
        )
        .build(),
    );
    cases
}

/// It leads to where every client is served and let go: a case shows whether the
/// client goes on, not what it does there.
fn redirect(n: u16, title: &str, status: &str) -> Case {
    elsewhere(
        case(&format!("21.10.{n}"), title).only(Testee::Client),
        status,
        "Location: {scheme}://{host}/getCaseCount",
    )
    .informational(
        RFC6455,
        "4.1",
        "a client may follow redirects, and need not",
    )
    .build()
}

fn elsewhere(case: CaseBuilder, status: &str, field: &str) -> CaseBuilder {
    case.opening(start(&format!("HTTP/1.1 {status}")))
        .opening(HeadEdit::Remove("Upgrade".into()))
        .opening(HeadEdit::Remove("Sec-WebSocket-Accept".into()))
        .opening(HeadEdit::Remove("Connection".into()))
        .opening(add("Connection: close"))
        .opening(add("Content-Length: 0"))
        .opening(add(field))
        .half_close()
        .fail_after(1)
        .refused([])
}
