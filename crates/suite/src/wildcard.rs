//! Texts with `*` for anything: names of testees, numbers of cases.

use std::fmt;

/// A text in which each `*` stands for any characters, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wildcard(String);

impl Wildcard {
    /// The pattern `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether it covers all of `text`. The leftmost place for each piece is as
    /// good as any other, the last one aside.
    pub fn fits(&self, text: &str) -> bool {
        let mut pieces = self.0.split('*');
        let first = pieces.next().unwrap_or_default();
        let Some(mut rest) = text.strip_prefix(first) else {
            return false;
        };
        let mut pieces = pieces.peekable();
        if pieces.peek().is_none() {
            return rest.is_empty();
        }
        while let Some(piece) = pieces.next() {
            if pieces.peek().is_none() {
                return rest.ends_with(piece);
            }
            match rest.find(piece) {
                Some(at) => rest = &rest[at + piece.len()..],
                None => return false,
            }
        }
        true
    }
}

impl fmt::Display for Wildcard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, fits) in [
            ("nginx", "nginx", true),
            ("nginx", "nginx/1", false),
            ("nginx/*", "nginx/1.2", true),
            ("*/1.*", "nginx/1.2", true),
            ("a*ab", "aab", true),
            ("ab*b", "ab", false),
            ("*", "", true),
            ("*a*", "bab", true),
            ("*a*", "bbb", false),
        ] {
            let found = Wildcard::new(pattern).fits(text);
            assert_eq!(found, fits, "{pattern} {text}");
        }
    }
}
