//! A line of the explanation of a case.

use wscheck_suite::case::Case;
use wscheck_suite::explain::{LineKind, Options, explain};
use wscheck_suite::profile::Profile;
use wscheck_wire::Role;

/// A line with its class, or a link.
pub(super) struct ScriptLine {
    pub(super) class: &'static str,
    pub(super) text: String,
    /// The blanks before a link.
    pub(super) indent: String,
    pub(super) url: Option<String>,
}

/// What the case does and wants, but for its title.
pub(super) fn script(case: &Case, profile: Profile, testee: Role) -> Vec<ScriptLine> {
    let options = Options {
        bytes: false,
        role: Some(match testee {
            Role::Server => Role::Client,
            Role::Client => Role::Server,
        }),
    };
    let lines = explain(case, profile, options).lines.into_iter();
    lines.skip(1).map(ScriptLine::new).collect()
}

impl ScriptLine {
    fn new(line: wscheck_suite::explain::Line) -> Self {
        let text = crate::console::visible(&line.text);
        let url = text.trim().starts_with("https://www.rfc-editor.org/");
        Self {
            class: class(line.kind),
            indent: text.chars().take_while(|c| *c == ' ').collect(),
            url: url.then(|| text.trim().to_owned()),
            text,
        }
    }
}

fn class(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Title | LineKind::Heading => "heading",
        LineKind::Plain => "",
        LineKind::Violation => "violation",
        LineKind::Octets | LineKind::Aside => "aside",
    }
}
