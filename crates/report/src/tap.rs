//! TAP, version 14: a line a case, with what went wrong as YAML below it.

use std::fmt::Write;

use crate::account::{Account, Agent, Play};
use crate::console::visible;
use crate::expectations::{ReviewRow, State};
use crate::standing::Standing;

/// The whole report.
pub fn render(account: &Account<'_>) -> String {
    let mut tap = Tap::default();
    for agent in &account.agents {
        if let Some(fault) = agent.fault() {
            let fault = visible(fault);
            tap.point(false, &format!("{}: can be tested", agent.shown_name()), "");
            tap.diagnose(&[("message", fault)]);
        }
        for play in &agent.plays {
            tap.play(account, agent, play);
        }
    }
    let rows = account.review.rows();
    let unneeded = rows.iter().filter(|row| row.state == State::NoLongerNeeded);
    unneeded.for_each(|row| tap.expectation(row));
    format!("TAP version 14\n1..{}\n{}", tap.count, tap.text)
}

#[derive(Default)]
struct Tap {
    count: u64,
    text: String,
}

impl Tap {
    fn play(&mut self, account: &Account<'_>, agent: &Agent<'_>, play: &Play<'_>) {
        let title = format!(
            "{}: {} {}",
            agent.shown_name(),
            play.result.case,
            play.title()
        );
        let message = escaped(&play.message());
        // "TODO: [...] test points that are not ok do not fail the whole."
        let (ok, directive) = match play.standing() {
            Standing::Passed => (true, String::new()),
            Standing::Skipped => (true, format!(" # SKIP {message}")),
            Standing::Newer | Standing::Expected => (false, format!(" # TODO {message}")),
            Standing::Untested | Standing::Failed => (false, String::new()),
        };
        self.point(ok, &title, &directive);
        let remark = play.remark_shown().map(|remark| ("expectation", remark));
        if let (Standing::Passed, Some(remark)) = (play.standing(), &remark) {
            self.diagnose(std::slice::from_ref(remark));
        }
        if play.standing().is_bad() {
            let mut fields = vec![
                ("verdict", play.tag().as_str().to_owned()),
                ("message", play.reason().unwrap_or_default()),
            ];
            fields.extend(remark);
            fields.push(("found", play.in_full(account.run)));
            self.diagnose(&fields);
        }
    }

    fn expectation(&mut self, row: &ReviewRow) {
        let title = format!("{} {} is still needed", row.place(), row.cases);
        let message = format!("no longer needed: {}", row.because());
        if row.fails {
            self.point(false, &title, "");
            self.diagnose(&[("message", message)]);
        } else {
            self.point(false, &title, &format!(" # TODO {}", escaped(&message)));
        }
    }

    fn point(&mut self, ok: bool, title: &str, directive: &str) {
        self.count += 1;
        let not = if ok { "" } else { "not " };
        let title = escaped(title);
        let _ = writeln!(self.text, "{not}ok {} - {title}{directive}", self.count);
    }

    /// A block of YAML: short texts quoted as JSON has it, longer ones literal.
    fn diagnose(&mut self, fields: &[(&str, String)]) {
        self.text += "  ---\n";
        for (name, value) in fields {
            if value.contains('\n') {
                let _ = writeln!(self.text, "  {name}: |2");
                for line in value.lines() {
                    let _ = writeln!(self.text, "    {line}");
                }
            } else {
                let value = serde_json::Value::from(&**value);
                let _ = writeln!(self.text, "  {name}: {value}");
            }
        }
        self.text += "  ...\n";
    }
}

/// A number sign would begin a directive.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('#', "\\#")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::of_catalogue;
    use crate::sample;

    #[test]
    fn a_line_a_case() {
        let stored = sample::stored();
        insta::assert_snapshot!(render(&Account::new(&stored, of_catalogue)));
    }

    #[test]
    fn what_a_peer_says_begins_no_line() {
        let stored = sample::hostile();
        let tap = render(&Account::new(&stored, of_catalogue));
        insta::assert_snapshot!(tap);
        let ours = ["TAP version 14", "1..", "ok ", "not ok ", "  "];
        for line in tap.lines() {
            assert!(ours.iter().any(|start| line.starts_with(start)), "{line}");
            assert!(!line.chars().any(char::is_control), "{line:?}");
        }
    }
}
