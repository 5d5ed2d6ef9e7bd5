//! How the original shows payloads and octets: short.

use wscheck_suite::octets::to_hex;
use wscheck_suite::payload::Payload;

/// The longest that is shown whole.
const WHOLE: u64 = 60;

/// How much is shown of anything longer.
const CUT: usize = 64;

/// Text of `length` octets that begin with `first`; hexadecimal digits if what
/// is shown is not UTF-8.
pub(super) fn text(length: u64, first: &[u8]) -> String {
    let (shown, end) = cut(length, first);
    match std::str::from_utf8(shown) {
        Ok(text) => format!("{text}{end}"),
        Err(_) => format!("0x{}{end}", to_hex(shown)),
    }
}

/// Hexadecimal digits of `length` octets that begin with `first`.
pub(super) fn hex(length: u64, first: &[u8]) -> String {
    let (shown, end) = cut(length, first);
    format!("{}{end}", to_hex(shown))
}

/// [`text`] of a payload.
pub(super) fn payload(payload: &Payload) -> String {
    text(payload.len(), &payload.slice(0, CUT as u64))
}

fn cut(length: u64, first: &[u8]) -> (&[u8], &'static str) {
    if length > WHOLE {
        (&first[..first.len().min(CUT)], " ...")
    } else {
        (first, "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_60_octets_are_cut_at_64() {
        let stars = |count: usize| "*".repeat(count);
        for (length, shown) in [
            (0, String::new()),
            (60, stars(60)),
            (61, stars(61) + " ..."),
            (64, stars(64) + " ..."),
            (65, stars(64) + " ..."),
        ] {
            assert_eq!(text(length, stars(length as usize).as_bytes()), shown);
        }
        assert_eq!(payload(&Payload::repeat("*", 1 << 24)), stars(64) + " ...");
        assert_eq!(hex(1 << 20, &[0xab; 256]), "ab".repeat(64) + " ...");
        assert_eq!(hex(2, &[1, 2]), "0102");
    }

    #[test]
    fn what_is_not_utf8_is_hex() {
        assert_eq!(text(4, b"\x03\xe8ab"), "0x03e86162");
        let cut_inside_a_character = "a".to_owned() + &"ä".repeat(40);
        let shown = text(81, cut_inside_a_character.as_bytes());
        assert!(
            shown.starts_with("0x61c3a4") && shown.ends_with("c3 ..."),
            "{shown}"
        );
    }
}
