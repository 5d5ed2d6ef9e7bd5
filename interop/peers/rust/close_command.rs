//! What asks a testee to close: docs/conventions.md.

/// The code and the reason, where the text asks for a Close; neither, if it names none.
pub fn asked(text: &str) -> Option<Option<(u16, &str)>> {
    let mut words = text.splitn(3, ' ');
    if words.next() != Some("wscheck:close") {
        return None;
    }
    let code = words.next().and_then(|code| code.parse().ok());
    Some(code.map(|code| (code, words.next().unwrap_or_default())))
}
