//! Text that is safe to print: what a peer says must not reach the terminal as
//! control sequences, nor turn the line around.

use std::fmt::Write;

/// `text` with each character that is not printed plainly as an escape.
pub fn visible(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => safe.push_str("\\t"),
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            c if is_harmful(c) => {
                let _ = write!(safe, "{}", c.escape_unicode());
            }
            c => safe.push(c),
        }
    }
    safe
}

/// Control characters, and those that format or reorder what is around them.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
        || is_noncharacter(c)
}

/// What is no character and never will be; XML has no way to write some.
fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

/// `text`, or its beginning and `…`, in at most `width` characters.
pub(crate) fn fit(text: &str, width: usize) -> String {
    match text.char_indices().nth(width) {
        None => text.to_owned(),
        Some(_) => text
            .chars()
            .take(width.saturating_sub(1))
            .chain(['…'])
            .collect(),
    }
}

/// `text` in lines of at most `width` characters, broken at spaces where that
/// is possible.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        let space = usize::from(used > 0);
        if used > 0 && used + space + length > width {
            lines.push(String::new());
            used = 0;
        } else if space > 0 {
            push(&mut lines, ' ');
            used += 1;
        }
        for c in word.chars() {
            if used == width {
                lines.push(String::new());
                used = 0;
            }
            push(&mut lines, c);
            used += 1;
        }
    }
    lines
}

fn push(lines: &mut [String], c: char) {
    if let Some(line) = lines.last_mut() {
        line.push(c);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn control_characters_are_shown_not_sent() {
        for (text, shown) in [
            ("plain ä€😀", "plain ä€😀"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("a\r\nb\tc\u{7f}\u{9b}", "a\\r\\nb\\tc\\u{7f}\\u{9b}"),
            ("left\u{202e}right", "left\\u{202e}right"),
            ("\u{fffe}\u{1ffff}", "\\u{fffe}\\u{1ffff}"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }

    #[test]
    fn lines_are_cut_and_broken() {
        assert_eq!(fit("12345", 5), "12345");
        assert_eq!(fit("123456", 5), "1234…");
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("12345678 9", 3), ["123", "456", "78", "9"]);
        assert_eq!(wrap("", 3), [""]);
    }

    proptest! {
        #[test]
        fn nothing_harmful_is_left(text in any::<String>(), width in 1usize..40) {
            let safe = visible(&text);
            prop_assert!(!safe.chars().any(is_harmful));
            prop_assert!(fit(&safe, width).chars().count() <= width);
            for line in wrap(&safe, width) {
                prop_assert!(line.chars().count() <= width);
            }
        }
    }
}
