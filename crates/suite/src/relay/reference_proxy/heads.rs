//! The heads that the reference proxy sends on (RFC 9110 §7.6).

use wscheck_wire::handshake::Head;

use super::super::evidence::AnswerSeen;
use super::super::head::list;
use super::ProxyFault;

/// Fields of one hop, whether `Connection` names them or not.
const HOP_FIELDS: [&str; 5] = [
    "Connection",
    "Upgrade",
    "Keep-Alive",
    "Proxy-Connection",
    "TE",
];

/// The head of a request as it goes upstream.
pub(super) fn request_head(head: &Head, upgrade: bool, fault: Option<ProxyFault>) -> Vec<u8> {
    use ProxyFault as F;
    let is = |wanted| fault == Some(wanted);
    let named = match is(F::PassesOnHopFields) {
        true => Vec::new(),
        false => list(head, "Connection"),
    };
    let start = String::from_utf8_lossy(head.start_line());
    // The version of a message is that of its sender (RFC 9110 §2.5).
    let mut lines = vec![start.replace("HTTP/1.0", "HTTP/1.1")];
    let (mut extension_lines, mut subprotocol_lines) = (0, 0);
    for (name, value) in fields(head) {
        let called = |other: &str| name.eq_ignore_ascii_case(other);
        extension_lines += u32::from(called("Sec-WebSocket-Extensions"));
        subprotocol_lines += u32::from(called("Sec-WebSocket-Protocol"));
        let keeps = is(F::PassesOnKeepAlive) && !called("Connection") && !called("Upgrade");
        let is_dropped = is_hop(&name, &named) && !(keeps && named_by_none(&name, &named))
            || called("Sec-WebSocket-Protocol")
                && (is(F::DropsTheSubprotocols)
                    || subprotocol_lines > 1 && is(F::KeepsOneLineOfSubprotocols))
            || called("Sec-WebSocket-Extensions")
                && (is(F::DropsTheExtensions)
                    || extension_lines > 1 && is(F::KeepsOneLineOfExtensions))
            || called("Origin") && is(F::DropsTheOrigin)
            || called("Cookie") && is(F::DropsTheCookies)
            || called("X-Wscheck-Unknown") && is(F::DropsUnknownFields);
        if is_dropped {
            continue;
        }
        let value = match () {
            () if called("Sec-WebSocket-Key") && is(F::ChangesTheKey) => {
                "AAAAAAAAAAAAAAAAAAAAAA==".to_owned()
            }
            () if called("Sec-WebSocket-Version") && is(F::ChangesTheVersion) => "14".to_owned(),
            () => value,
        };
        lines.push(format!("{name}: {value}"));
        if called("Host") && is(F::DoublesTheHost) {
            lines.push(format!("{name}: {value}"));
        }
    }
    if upgrade && !is(F::DropsTheUpgrade) {
        lines.push(format!("Upgrade: {}", list(head, "Upgrade").join(", ")));
        if !is(F::ForgetsConnection) {
            lines.push("Connection: upgrade".to_owned());
        }
    }
    lines.push("Via: 1.1 reference".to_owned());
    joined(&lines)
}

/// The head of an answer as it goes to the client, without the length of its
/// body.
pub(super) fn answer_head(answer: &AnswerSeen, fault: Option<ProxyFault>) -> Vec<u8> {
    use ProxyFault as F;
    let is = |wanted| fault == Some(wanted);
    let head = Head {
        octets: answer.head.0.clone(),
    };
    let named = match is(F::PassesOnTheAnswersHopFields) {
        true => Vec::new(),
        false => list(&head, "Connection"),
    };
    let mut lines = vec![match is(F::Answers502ForARefusal) && answer.status != 101 {
        true => "HTTP/1.1 502 Bad Gateway".to_owned(),
        false => String::from_utf8_lossy(head.start_line()).into_owned(),
    }];
    let mut cookies = 0;
    for (name, value) in fields(&head) {
        let called = |other: &str| name.eq_ignore_ascii_case(other);
        cookies += u32::from(called("Set-Cookie"));
        let is_dropped = is_hop(&name, &named)
            || called("Content-Length")
            || called("Transfer-Encoding")
            || called("Sec-WebSocket-Protocol") && is(F::DropsTheAnswersSubprotocol)
            || called("Sec-WebSocket-Extensions") && is(F::DropsTheAnswersExtensions)
            || called("X-Wscheck-Unknown") && is(F::DropsTheAnswersUnknownFields)
            || cookies > 1 && is(F::KeepsOneOfSeveralCookies);
        if is_dropped {
            continue;
        }
        match called("Sec-WebSocket-Accept") && is(F::ChangesTheAccept) {
            true => lines.push(format!("{name}: ICX+Yqv66kxgM0FcWaLWlFLwTAI=")),
            false => lines.push(format!("{name}: {value}")),
        }
    }
    let upgrades = list(&head, "Upgrade");
    if !upgrades.is_empty() && !is(F::DropsTheAnswersUpgrade) {
        lines.push(format!("Upgrade: {}", upgrades.join(", ")));
        lines.push("Connection: upgrade".to_owned());
    }
    joined(&lines)
}

/// An answer of the proxy itself.
pub(super) fn plain_answer(status: u16) -> Vec<u8> {
    format!("HTTP/1.1 {status} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").into_bytes()
}

fn named_by_none(name: &str, named: &[String]) -> bool {
    !named.iter().any(|hop| hop.eq_ignore_ascii_case(name))
}

fn is_hop(name: &str, named: &[String]) -> bool {
    let known = HOP_FIELDS.iter().any(|hop| hop.eq_ignore_ascii_case(name));
    known || !named_by_none(name, named)
}

fn fields(head: &Head) -> impl Iterator<Item = (String, String)> {
    head.fields().map(|(name, value)| {
        let text = |octets| String::from_utf8_lossy(octets).into_owned();
        (text(name), text(value))
    })
}

fn joined(lines: &[String]) -> Vec<u8> {
    let mut head = lines.join("\r\n");
    head.push_str("\r\n\r\n");
    head.into_bytes()
}
