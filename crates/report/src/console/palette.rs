//! The colours of the terminal. Whoever prints decides whether they are shown.

use anstyle::{AnsiColor, Style};
use wscheck_suite::verdict::Grade;

use crate::summary::Tag;

pub(super) const LABEL: Style = Style::new().bold();
pub(super) const FAINT: Style = Style::new().dimmed();
pub(super) const MARK: Style = AnsiColor::Red.on_default().bold();
pub(super) const SENT: Style = AnsiColor::Cyan.on_default();
pub(super) const RECEIVED: Style = AnsiColor::Magenta.on_default();

/// The colour of what came of a case.
pub(super) fn of(tag: Tag) -> Style {
    match tag {
        Tag::Judged(Grade::Ok) => AnsiColor::Green.on_default(),
        Tag::Judged(Grade::Informational) => AnsiColor::Blue.on_default(),
        Tag::Judged(Grade::NonStrict | Grade::Unimplemented) | Tag::Flaky => {
            AnsiColor::Yellow.on_default()
        }
        Tag::Judged(Grade::Failed) | Tag::CouldNotTest => AnsiColor::Red.on_default().bold(),
        Tag::Skipped => FAINT,
    }
}

/// `text` in a colour, and back.
pub(super) fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}
