//! `wscheck diff`: what changed from one run to another.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use wscheck_report::account::Account;
use wscheck_report::diff::{Change, Changes, Kind};
use wscheck_report::{html, stored};

use crate::args::DiffArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::reports;
use crate::selection::Library;
use crate::settings::Settings;
use crate::terminal::{Terminal, printable};

/// The most letters of a reason.
const REASON: usize = 200;

/// Tells case by case what changed.
///
/// # Errors
/// If the results cannot be read, or were judged by different measures.
pub fn run(args: &DiffArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let (old, new) = (stored::load(&args.old)?, stored::load(&args.new)?);
    let facts = |run: &wscheck_suite::result::RunInfo| (run.profile, run.testee);
    if facts(&old.run) != facts(&new.run) {
        return Err(Failure::argument(format!(
            "{} and {} are not to be compared: {} by the profile {}, and {} by the profile {}",
            args.old.display(),
            args.new.display(),
            old.run.testee.plural(),
            old.run.profile,
            new.run.testee.plural(),
            new.run.profile
        )));
    }
    let settings = Settings::new(&args.expect, false)?;
    let expectations = &settings.expectations;
    let library = Library::with_files(settings.cases_files(&args.cases_file))?;
    let before = Account::new(&old, |id| library.case(id)).beside(expectations);
    let after = Account::new(&new, |id| library.case(id)).beside(expectations);
    let changes = Changes::between(&before, &after);
    terminal.out(&if args.json {
        json(&changes)
    } else {
        text(&changes, after.agents.len() > 1)
    });
    if let Some(path) = &args.html {
        reports::prepare(path)?;
        let page = html::render_comparison(&before, &after);
        reports::put(path, page.map_err(std::io::Error::other), terminal)?;
    }
    Ok(match changes.any_worse() {
        true => Exit::NotAsExpected,
        false => Exit::AsExpected,
    })
}

fn json(changes: &Changes) -> String {
    serde_json::to_string(changes).map_or_else(|_| String::new(), |text| text + "\n")
}

fn text(changes: &Changes, names_agents: bool) -> String {
    let mut text = String::new();
    for change in &changes.changes {
        line(change, names_agents, &mut text);
    }
    let counts = changes.counts();
    let counts = counts
        .iter()
        .map(|(kind, count)| format!("{count} {}", kind.as_str()));
    let same = std::iter::once(format!("{} the same", changes.same));
    let counts: Vec<String> = counts.chain(same).collect();
    let _ = writeln!(text, "{}", counts.join(", "));
    text
}

fn line(change: &Change, names_agents: bool, text: &mut String) {
    let style = style(change.kind);
    let _ = write!(
        text,
        "{style}{:<6}{style:#}  {:<7}",
        change.kind.as_str(),
        change.case
    );
    if names_agents {
        let _ = write!(text, "  {}", change.agent);
    }
    let _ = match (&change.before, &change.after) {
        (Some(before), Some(after)) => write!(text, "  {before} → {after}"),
        (Some(before), None) => write!(text, "  was {before}"),
        (None, Some(after)) => write!(text, "  {after}"),
        (None, None) => Ok(()),
    };
    if let Some(reason) = change
        .reason
        .as_deref()
        .filter(|_| change.kind != Kind::Better)
    {
        let _ = write!(text, ": {}", printable(reason, REASON));
    }
    if let Some(remark) = &change.remark {
        let _ = write!(text, "; {}", printable(remark, REASON));
    }
    text.push('\n');
}

fn style(kind: Kind) -> Style {
    match kind {
        Kind::Worse => AnsiColor::Red.on_default().bold(),
        Kind::Better => AnsiColor::Green.on_default(),
        Kind::Other | Kind::New | Kind::Gone => AnsiColor::Yellow.on_default(),
    }
}
