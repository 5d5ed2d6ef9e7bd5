//! Markdown, as GitHub and others have it: a summary for people who see a job.

use std::fmt::Write;
use std::time::Duration;

use crate::account::{Account, Agent, Play};
use crate::console::{took, visible};
use crate::summary::{Counts, Tag};

/// The most failures that have a row.
const LISTED: usize = 100;

/// The most failures that are shown in full.
const IN_FULL: usize = 20;

/// The whole summary.
pub fn render(account: &Account<'_>) -> String {
    let mut text = String::new();
    let verdict = if account.passed() { "passed" } else { "failed" };
    let _ = writeln!(text, "## WebSocket conformance: {verdict}\n");
    facts(account, &mut text);
    agents(account, &mut text);
    for agent in &account.agents {
        if let Some(fault) = agent.fault() {
            let (name, fault) = (name(agent), escaped(&visible(fault)));
            let _ = writeln!(text, "\n{name} could not be tested: {fault}");
        }
    }
    let bad: Vec<_> = account
        .plays()
        .filter(|(_, play)| play.standing().is_bad())
        .collect();
    if !bad.is_empty() {
        list(&bad, &mut text);
        in_full(account, &bad, &mut text);
    }
    expectations(account, &mut text);
    text
}

/// What was expected, and what became of it.
fn expectations(account: &Account<'_>, text: &mut String) {
    let rows = account.review.rows();
    if rows.is_empty() && account.review.newer == 0 {
        return;
    }
    let _ = writeln!(text, "\n### Expectations\n\n{}.", account.review.sum());
    if rows.is_empty() {
        return;
    }
    text.push_str("\n| | cases | what | why | where |\n| --- | --- | --- | --- | --- |\n");
    for row in rows.iter().take(LISTED) {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            row.word,
            escaped(&row.cases),
            row.grade,
            escaped(&row.because()),
            escaped(&row.place())
        );
    }
    if rows.len() > LISTED {
        let _ = writeln!(text, "\n{} more are not listed.", rows.len() - LISTED);
    }
}

fn facts(account: &Account<'_>, text: &mut String) {
    let run = account.run;
    let _ = write!(
        text,
        "{} tested by the profile `{}`, seed {}",
        account.who(),
        run.profile,
        run.seed
    );
    if let Some(duration) = run.duration_ms {
        let _ = write!(text, ", in {}", took(Duration::from_millis(duration)));
    }
    text.push('.');
    if let Some(note) = account.ended_early() {
        let _ = write!(text, " **{note}**");
    }
    text.push('\n');
}

/// A row an agent, a column for each word that came up.
fn agents(account: &Account<'_>, text: &mut String) {
    let total = account.counts();
    let words: Vec<Tag> = Tag::ALL
        .into_iter()
        .filter(|tag| total.get(*tag) > 0)
        .collect();
    text.push('\n');
    let mut row = |first: &str, cells: Vec<String>| {
        let _ = writeln!(text, "| {first} | {} |", cells.join(" | "));
    };
    let cells = |of: &dyn Fn(Tag) -> String| words.iter().map(|tag| of(*tag)).collect();
    let counted = |counts: Counts| cells(&|tag| counts.get(tag).to_string());
    row("testee", cells(&|tag| tag.as_str().to_owned()));
    row("---", cells(&|_| "---:".to_owned()));
    for agent in &account.agents {
        row(&name(agent), counted(agent.counts()));
    }
    if account.agents.len() > 1 {
        row("**all**", counted(total));
    }
}

fn list(bad: &[(&Agent<'_>, &Play<'_>)], text: &mut String) {
    text.push_str("\n### What is wrong\n\n| case | testee | | why |\n| --- | --- | --- | --- |\n");
    for (agent, play) in bad.iter().take(LISTED) {
        let title = escaped(&play.title());
        let said = [play.reason(), play.remark_shown()];
        let said: Vec<String> = said.into_iter().flatten().collect();
        let _ = writeln!(
            text,
            "| **{}** {title} | {} | {} | {} |",
            play.result.case,
            name(agent),
            play.tag().as_str(),
            escaped(&said.join("; "))
        );
    }
    if bad.len() > LISTED {
        let _ = writeln!(text, "\n{} more are not listed.", bad.len() - LISTED);
    }
}

fn in_full(account: &Account<'_>, bad: &[(&Agent<'_>, &Play<'_>)], text: &mut String) {
    for (agent, play) in bad.iter().take(IN_FULL) {
        let found = play.in_full(account.run);
        let fence = fence(&found);
        let _ = writeln!(
            text,
            "\n<details><summary>{} {}</summary>\n\n{fence}text\n{}\n{fence}\n\n</details>",
            play.result.case,
            name(agent),
            found.trim_end()
        );
    }
}

/// Longer than any row of backticks in `text`.
fn fence(text: &str) -> String {
    let rows = text.split(|c| c != '`').map(str::len);
    "`".repeat(rows.max().unwrap_or(0).max(2) + 1)
}

fn name(agent: &Agent<'_>) -> String {
    escaped(&agent.shown_name())
}

/// Text that is shown as it is: no markup, no link, no mention of anybody.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            // These make links and mentions of bare words.
            ':' | '@' | '.' | '#' => {
                let _ = write!(safe, "&#{};", u32::from(c));
            }
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '!' => {
                safe.push('\\');
                safe.push(c);
            }
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::of_catalogue;
    use crate::sample;

    #[test]
    fn a_summary() {
        let stored = sample::stored();
        insta::assert_snapshot!(render(&Account::new(&stored, of_catalogue)));
    }

    #[test]
    fn what_a_peer_says_is_no_markup() {
        let stored = sample::hostile();
        let text = render(&Account::new(&stored, of_catalogue));
        insta::assert_snapshot!(text);
        let mut fenced = false;
        for line in text.lines() {
            fenced ^= line.starts_with("```");
            assert!(fenced || !line.contains("<script>"), "{line}");
        }
        assert!(!fenced);
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fence("no"), "```");
        assert_eq!(fence("a ````` b ``"), "``````");
    }
}
