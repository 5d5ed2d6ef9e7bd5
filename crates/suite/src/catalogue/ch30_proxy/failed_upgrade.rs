//! Upgrades that fail: from there on it is still HTTP (seen in the "WebSocket
//! smuggling" of 2019, CVE-2019-17567 and GHSA-c4j6-fc7j-m34r).

use super::{Broken, FieldIs, RFC6455, RFC9110, RFC9112, Through, raw, through};
use crate::case::Case;
use crate::relay::{RelayRule, RelayStep};

/// A masked ping, which is no HTTP.
const NO_HTTP: &[u8] = b"\x89\x84\x01\x02\x03\x04\x61\x62\x63\x64";

const STILL_HTTP: &str =
    "the protocol changes behind a 101 alone; after any other answer what comes is HTTP";

pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = [
        ("30.3.1", "426 Upgrade Required", 426),
        ("30.3.2", "400 Bad Request", 400),
        ("30.3.3", "403 Forbidden", 403),
        ("30.3.4", "200 OK", 200),
        ("30.3.5", "503 Service Unavailable", 503),
    ]
    .map(|(id, line, status)| {
        not_a_tunnel(
            id,
            &format!("after a {status} octets that are no HTTP do not arrive upstream"),
        )
        .refuses(line, "not here")
        .expect(RelayRule::Arrives)
        .expect_or(RelayRule::Status(vec![status]), Broken::NonStrict)
        .expect_or(RelayRule::Body("not here".into()), Broken::NonStrict)
        .then_no_http()
        .build()
    })
    .into();
    cases.extend(further_requests());
    cases.extend(strange_answers());
    cases.extend(strange_requests());
    cases
}

fn not_a_tunnel(id: &str, title: &str) -> Through {
    through(id, title)
        .must(RFC9110, "15.2.2", STILL_HTTP)
        .seen_in("CVE-2019-17567 (Apache httpd)")
        .seen_in("GHSA-c4j6-fc7j-m34r (Next.js)")
}

impl Through {
    /// The client sends what is no HTTP, and it must not arrive.
    fn then_no_http(self) -> Self {
        self.client([raw(NO_HTTP), RelayStep::HearAnswers(2)])
            .expect(RelayRule::NoTunnel)
            .expect_or(RelayRule::AnswersOrEnds, Broken::NonStrict)
    }

    /// The client sends a second request, and it is read as one.
    fn then_a_request(self) -> Self {
        self.client([RelayStep::Ask, RelayStep::HearAnswers(2)])
            .expect(RelayRule::NoTunnel)
            .expect(RelayRule::AnswersOrEnds)
    }
}

fn further_requests() -> Vec<Case> {
    vec![
        not_a_tunnel(
            "30.3.6",
            "after a 426 a second request is read by the proxy",
        )
        .refuses("426 Upgrade Required", "no")
        .answers("Upgrade: websocket")
        .answers("Connection: Upgrade")
        .expect(RelayRule::Arrives)
        .then_a_request()
        .build(),
        not_a_tunnel(
            "30.3.7",
            "after a 200 with a body in chunks a second request is read by the proxy",
        )
        .refuses("200 OK", "5\r\nplain\r\n0\r\n\r\n")
        .answers_without("Content-Length")
        .answers("Transfer-Encoding: chunked")
        .expect(RelayRule::Arrives)
        .expect_or(RelayRule::Body("plain".into()), Broken::NonStrict)
        .then_a_request()
        .build(),
        not_a_tunnel(
            "30.3.8",
            "what is sent with the request, before a 403, does not arrive upstream",
        )
        .refuses("403 Forbidden", "no")
        .with_request(NO_HTTP)
        .client([RelayStep::HearAnswers(2)])
        .expect(RelayRule::Arrives)
        .expect(RelayRule::NoTunnel)
        .build(),
    ]
}

fn strange_answers() -> Vec<Case> {
    vec![
        not_a_tunnel("30.3.9", "a 200 with all else of a 101 opens no tunnel")
            .answers_by("HTTP/1.1 200 OK")
            .answers("Content-Length: 0")
            .expect(RelayRule::Arrives)
            .then_no_http()
            .build(),
        through(
            "30.3.10",
            "what the upstream sends beyond its answer does not arrive at the \
                 client",
        )
        .must(
            RFC9112,
            "6.3",
            "what follows the last answer on a connection is not forwarded as \
                 another answer",
        )
        .refuses(
            "426 Upgrade Required",
            "noHTTP/1.1 200 OK\r\nX-Wscheck-Smuggled: 1\r\nContent-Length: \
                 0\r\n\r\n",
        )
        .answers_without("Content-Length")
        .answers("Content-Length: 2")
        .expect(RelayRule::Arrives)
        .client([RelayStep::Ask, RelayStep::HearAnswers(2)])
        .expect(RelayRule::KeepsBack("Smuggled".into()))
        .build(),
        through("30.3.11", "a 101 without Upgrade opens a tunnel or not")
            .informational(
                RFC9110,
                "15.2.2",
                "a 101 without Upgrade is the upstream's fault; no sentence tells \
                 a proxy what to make of it",
            )
            .answers_without("Upgrade")
            .expect(RelayRule::Arrives)
            .client([raw(NO_HTTP)])
            .expect(RelayRule::NoTunnel)
            .build(),
        through(
            "30.3.12",
            "a 101 that nobody asked for opens a tunnel or not",
        )
        .informational(
            RFC9110,
            "7.8",
            "a server does not change to a protocol that was not asked for; no \
                 sentence tells a proxy what to make of it",
        )
        .asks_without("Upgrade")
        .asks_without("Connection")
        .expect(RelayRule::Arrives)
        .client([raw(NO_HTTP)])
        .expect(RelayRule::NoTunnel)
        .build(),
    ]
}

fn strange_requests() -> Vec<Case> {
    vec![
        not_a_tunnel(
            "30.3.13",
            "a version that the upstream does not know opens no tunnel",
        )
        .must(
            RFC6455,
            "4.4",
            "a server that does not know the version answers with those that \
                 it knows",
        )
        .asks_without("Sec-WebSocket-Version")
        .asks("Sec-WebSocket-Version: 99")
        .refuses("426 Upgrade Required", "")
        .answers("Sec-WebSocket-Version: 13")
        .expect_or(RelayRule::Status(vec![426, 400]), Broken::NonStrict)
        .then_no_http()
        .build(),
        not_a_tunnel("30.3.14", "a request without a key opens no tunnel")
            .asks_without("Sec-WebSocket-Key")
            .refuses("400 Bad Request", "")
            .expect_or(RelayRule::Status(vec![400, 426]), Broken::NonStrict)
            .then_no_http()
            .build(),
        not_a_tunnel(
            "30.3.15",
            "a request for h2c that the upstream does not grant opens no tunnel",
        )
        .asks_without("Upgrade")
        .asks_without("Connection")
        .asks("Upgrade: h2c")
        .asks("HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA")
        .asks("Connection: Upgrade, HTTP2-Settings")
        .refuses("200 OK", "plain")
        .then_no_http()
        .build(),
        through(
            "30.3.16",
            "an Upgrade that Connection does not list is not passed on",
        )
        .should(
            RFC9110,
            "7.6.1",
            "Upgrade is of one hop: it is removed before a request is \
                 forwarded, or replaced by one's own",
        )
        .asks_without("Connection")
        .refuses("200 OK", "plain")
        .request_has("Upgrade", FieldIs::Absent, Broken::NonStrict)
        .then_no_http()
        .build(),
        through("30.3.17", "an Upgrade of HTTP/1.0 is not passed on")
            .must(
                RFC9110,
                "7.8",
                "a server ignores Upgrade in a request of HTTP/1.0",
            )
            .asks_by("GET / HTTP/1.0")
            .refuses("200 OK", "plain")
            .request_has("Upgrade", FieldIs::Absent, Broken::NonStrict)
            .then_no_http()
            .build(),
        not_a_tunnel("30.3.18", "a POST opens no tunnel")
            .must(RFC6455, "4.1", "the method of an opening request is GET")
            .asks_by("POST / HTTP/1.1")
            .asks("Content-Length: 0")
            .refuses("405 Method Not Allowed", "no")
            .expect_or(RelayRule::Status(vec![405, 400, 501]), Broken::NonStrict)
            .then_no_http()
            .build(),
    ]
}
