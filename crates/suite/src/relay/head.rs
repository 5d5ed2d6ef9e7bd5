//! Heads of requests and answers at both ends of a proxy.

use wscheck_wire::handshake::Head;

/// The status code of an answer; 0 if this is none.
pub(super) fn status(head: &Head) -> u16 {
    let line = String::from_utf8_lossy(head.start_line()).into_owned();
    let mut words = line.split_ascii_whitespace();
    match words.next() {
        Some(version) if version.starts_with("HTTP/") => {
            words.next().and_then(|code| code.parse().ok()).unwrap_or(0)
        }
        _ => 0,
    }
}

/// The members of a field's list, over all of its lines (RFC 9110 §5.6.1).
pub(super) fn list(head: &Head, name: &str) -> Vec<String> {
    let joined = head.joined(name).unwrap_or_default();
    let text = String::from_utf8_lossy(&joined).into_owned();
    let members = text.split(',').map(str::trim);
    let members = members.filter(|member| !member.is_empty());
    members.map(str::to_owned).collect()
}

/// Whether a field's list has `token`, in any case.
pub(super) fn lists(head: &Head, name: &str, token: &str) -> bool {
    list(head, name)
        .iter()
        .any(|member| member.eq_ignore_ascii_case(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_spans_lines() {
        let octets = b"GET / HTTP/1.1\r\nConnection: a,, B\r\nconnection: c\r\n\r\n".to_vec();
        let head = Head { octets };
        assert_eq!(list(&head, "Connection"), ["a", "B", "c"]);
        assert!(lists(&head, "Connection", "b"));
        assert_eq!(status(&head), 0);
    }
}
