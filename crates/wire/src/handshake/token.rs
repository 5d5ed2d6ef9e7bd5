//! Tokens and comma-separated lists in field values (RFC 9110 §5.6).

/// The elements of a comma-separated list, without the white space around
/// them and without empty ones. A comma in a quoted string is not between two.
pub fn list(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (mut quoted, mut escaped) = (false, false);
    let is_comma = move |octet: &u8| {
        let begins_escape = quoted && !escaped && *octet == b'\\';
        quoted ^= *octet == b'"' && !escaped;
        escaped = begins_escape;
        *octet == b',' && !quoted
    };
    value
        .split(is_comma)
        .map(trim)
        .filter(|element| !element.is_empty())
}

/// Whether a comma-separated list has `token`, in any case.
pub fn list_has(value: &[u8], token: &str) -> bool {
    list(value).any(|element| element.eq_ignore_ascii_case(token.as_bytes()))
}

/// Whether `value` is a token: one or more of the visible characters that are
/// not delimiters.
pub fn is_token(value: &[u8]) -> bool {
    !value.is_empty() && value.iter().all(|octet| is_token_octet(*octet))
}

/// `value` without the spaces and tabs around it.
pub fn trim(value: &[u8]) -> &[u8] {
    let is_space = |octet: &u8| matches!(octet, b' ' | b'\t');
    let Some(start) = value.iter().position(|octet| !is_space(octet)) else {
        return &[];
    };
    let end = value
        .iter()
        .rposition(|octet| !is_space(octet))
        .map_or(start, |last| last + 1);
    &value[start..end]
}

const fn is_token_octet(octet: u8) -> bool {
    octet.is_ascii_alphanumeric()
        || matches!(
            octet,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_its_elements_trimmed_and_no_empty_ones() {
        let elements: Vec<&[u8]> = list(b" a ,,\tb;c=1 ,  ").collect();
        assert_eq!(elements, [&b"a"[..], b"b;c=1"]);
        let elements: Vec<&[u8]> = list(b"a;b=\"1,\\\",\", c").collect();
        assert_eq!(elements, [&b"a;b=\"1,\\\",\""[..], b"c"]);
        assert!(list_has(b"keep-alive, UPGRADE", "upgrade"));
        assert!(!list_has(b"upgraded", "upgrade"));
    }

    #[test]
    fn a_token_has_no_delimiters() {
        assert!(is_token(b"chat.v2+json"));
        for value in [
            &b""[..],
            b"a b",
            b"a,b",
            b"a/b",
            b"\"a\"",
            b"a\x7f",
            b"\xc3\xa9",
        ] {
            assert!(!is_token(value), "{value:02x?}");
        }
    }
}
