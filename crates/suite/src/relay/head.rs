//! Heads of requests and answers at both ends of a proxy.

use wscheck_wire::handshake::{Head, token};

/// The members of a field's list, over all of its lines.
pub(super) fn list(head: &Head, name: &str) -> Vec<String> {
    let joined = head.joined(name).unwrap_or_default();
    let text = |member| String::from_utf8_lossy(member).into_owned();
    token::list(&joined).map(text).collect()
}

/// Whether a field's list has `token`, in any case.
pub(super) fn lists(head: &Head, name: &str, token: &str) -> bool {
    token::list_has(&head.joined(name).unwrap_or_default(), token)
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
    }
}
