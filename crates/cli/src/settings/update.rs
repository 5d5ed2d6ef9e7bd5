//! What becomes of the file after a run.

use std::path::Path;

use similar::TextDiff;
use wscheck_report::account::Account;
use wscheck_report::expectations::State;
use wscheck_report::whole_file;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::catalogue;

use super::{Settings, propose};
use crate::args::{Format, Update};
use crate::failure::Failure;
use crate::terminal::Terminal;

impl Settings {
    /// Checks that what is asked for can be done.
    ///
    /// # Errors
    /// If there is no file to change, or no place to show the change.
    pub fn check_update(&self, update: Option<Update>, format: Format) -> Result<(), Failure> {
        match update {
            Some(_) if self.path.is_none() => Err(Failure::argument(
                "--update changes the file that --no-config leaves alone",
            )),
            Some(Update::Show) if format == Format::Json => Err(Failure::argument(
                "--update shows a diff on stdout, which carries JSON",
            )
            .advising("--update=write")),
            _ => Ok(()),
        }
    }

    /// Shows or writes the change after which the run that `account` tells of is
    /// as expected.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn update(
        &self,
        update: Option<Update>,
        account: &Account<'_>,
        terminal: &Terminal,
    ) -> Result<(), Failure> {
        let (Some(update), Some(path)) = (update, &self.path) else {
            return Ok(());
        };
        let name = path.display();
        let known = catalogue::all().iter().map(|case| case.id);
        let played = account.plays().map(|(_, play)| play.result.case);
        let mut all: Vec<CaseId> = known.chain(played).collect();
        all.sort_unstable();
        all.dedup();
        let text = self.text.as_deref();
        let proposed = propose(text, account, &all).map_err(|error| Failure::File {
            path: path.clone(),
            line: None,
            problem: error.message().to_owned(),
        })?;
        for used in &account.review.deviations {
            if used.state == State::Expired {
                let day = used.expires.as_deref().unwrap_or_default();
                terminal.warn(&format!(
                    "{name}:{}: this deviation expired on {day} and is still shown; \
                     --update leaves that to you",
                    used.line
                ));
            }
        }
        match proposed {
            None => terminal.say(&format!("{name} needs no change")),
            Some(new) if update == Update::Write => write(path, &new, terminal)?,
            Some(new) => {
                terminal.out(&diff(&name.to_string(), text.unwrap_or_default(), &new));
                terminal.say(&format!("--update=write writes {name}"));
            }
        }
        Ok(())
    }
}

fn write(path: &Path, text: &str, terminal: &Terminal) -> Result<(), Failure> {
    // A link stays a link.
    let there = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    whole_file::write_text(&there, text).map_err(Failure::writing(path))?;
    terminal.say(&format!(
        "{} is written; a reason that begins with TODO waits for yours",
        path.display()
    ));
    Ok(())
}

fn diff(name: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    diff.unified_diff().header(name, name).to_string()
}
