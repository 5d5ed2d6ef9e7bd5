//! Text of the terminal on a page: the escape codes of its colours become
//! classes.

/// Text in one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Painted {
    /// The class of the style, empty for none.
    pub(super) class: &'static str,
    /// The text, not yet escaped for HTML.
    pub(super) text: String,
}

/// Takes text apart by its styles. What peers say in it was made safe before, so
/// the codes are ours.
pub(super) fn painted(text: &str) -> Vec<Painted> {
    let mut parts = text.split("\u{1b}[");
    let mut spans = Vec::new();
    let mut class = "";
    push(&mut spans, class, parts.next().unwrap_or_default());
    for part in parts {
        let (code, rest) = part.split_once('m').unwrap_or((part, ""));
        class = match code {
            "1" if class.is_empty() => "strong",
            "2" => "faint",
            "31" => "red",
            "32" => "green",
            "33" => "yellow",
            "34" => "blue",
            "35" => "magenta",
            "36" => "cyan",
            "0" => "",
            _ => class,
        };
        push(&mut spans, class, rest);
    }
    spans
}

fn push(spans: &mut Vec<Painted>, class: &'static str, text: &str) {
    if !text.is_empty() {
        spans.push(Painted {
            class,
            text: text.to_owned(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_become_classes() {
        let told = painted("a\u{1b}[1m\u{1b}[31mb\u{1b}[0m c\u{1b}[2md\u{1b}[0m");
        let told: Vec<_> = told.iter().map(|it| (it.class, &*it.text)).collect();
        assert_eq!(told, [("", "a"), ("red", "b"), ("", " c"), ("faint", "d")]);
        assert_eq!(painted("<b>")[0].text, "<b>");
    }
}
