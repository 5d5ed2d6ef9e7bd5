//! Annotations for GitHub Actions: workflow commands, a line each, which the
//! runner shows beside the job.

use crate::account::Account;
use crate::expectations::State;

/// The runner shows no more of a step.
const MOST: usize = 10;

/// An error for each of the first cases that failed, and for each testee that
/// could not be tested; a notice if there are more.
pub fn render(account: &Account<'_>) -> String {
    let faults = account.agents.iter().filter_map(|agent| {
        let fault = crate::console::visible(agent.fault()?);
        Some((agent.shown_name(), fault))
    });
    let failures = account
        .plays()
        .filter(|(_, play)| play.standing().is_bad())
        .map(|(agent, play)| {
            let title = format!("{} {}", play.result.case, agent.shown_name());
            let mut message = format!("{}: {}", play.tag().as_str(), play.title());
            if let Some(reason) = play.reason() {
                message += &format!(": {reason}");
            }
            if let Some(remark) = play.remark_shown() {
                message += &format!("; {remark}");
            }
            (title, message)
        });
    let errors = faults.chain(failures).map(|(title, message)| {
        let (title, message) = (property(&title), escaped(&message));
        format!("::error title={title}::{message}\n")
    });
    let rows = account.review.rows();
    let changes = rows.iter().filter(|row| row.state != State::Needed);
    let changes = changes.map(|row| {
        let line = row
            .line
            .map_or_else(String::new, |line| format!(",line={line}"));
        let (kind, file) = (
            if row.fails { "error" } else { "warning" },
            property(&row.file),
        );
        let message = escaped(&format!("{}: {}", row.cases, row.because()));
        format!("::{kind} file={file}{line},title={}::{message}\n", row.word)
    });
    let all: Vec<String> = errors.chain(changes).collect();
    // The last place is for the notice.
    let shown = if all.len() > MOST {
        MOST - 1
    } else {
        all.len()
    };
    let mut text = all[..shown].concat();
    if all.len() > shown {
        let more = all.len() - shown;
        text += &format!("::notice title=wscheck::{more} more are in the report\n");
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::of_catalogue;
    use crate::sample;

    #[test]
    fn errors_on_a_line_each() {
        let stored = sample::stored();
        insta::assert_snapshot!(render(&Account::new(&stored, of_catalogue)));
    }

    #[test]
    fn what_a_peer_says_is_no_command() {
        let stored = sample::hostile();
        let text = render(&Account::new(&stored, of_catalogue));
        insta::assert_snapshot!(text);
        for line in text.lines() {
            assert!(line.starts_with("::error title="), "{line}");
            let title = line.split("::").nth(1).unwrap();
            assert!(
                !title["error title=".len()..].contains([':', ',']),
                "{line}"
            );
        }
    }

    #[test]
    fn the_rest_is_counted() {
        let mut stored = sample::stored();
        let mut cases = stored.cases.iter();
        let failed = cases.find(|case| case.agent == "beta" && !case.provisional);
        stored.cases = vec![failed.unwrap().clone(); 30];
        let text = render(&Account::new(&stored, of_catalogue));
        assert_eq!(text.lines().count(), MOST);
        assert!(text.ends_with("::22 more are in the report\n"), "{text}");
    }
}
