//! JUnit XML: a suite an agent, a test a case.
//!
//! XML has no way to write most control characters, not even by their numbers;
//! they are shown as on the terminal.

use std::io;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use crate::account::{Account, Agent, Play};
use crate::console::safe_text::fit;
use crate::console::visible;
use crate::expectations::{ReviewRow, State};
use crate::standing::Standing;

/// The most lines of what the testee printed, the last ones.
const OUTPUT: usize = 50;

/// The most characters of such a line.
const WIDTH: usize = 400;

/// The whole report.
///
/// # Errors
/// If what was stored does not fit XML.
pub fn render(account: &Account<'_>) -> io::Result<String> {
    let mut report = Report::new("wscheck");
    if let Some(duration) = account.run.duration_ms {
        report.set_time(Duration::from_millis(duration));
    }
    for agent in &account.agents {
        report.add_test_suite(suite(account, agent));
    }
    report.add_test_suites(expectations(account));
    report.to_string().map_err(io::Error::other)
}

fn suite(account: &Account<'_>, agent: &Agent<'_>) -> TestSuite {
    let run = account.run;
    let mut suite = TestSuite::new(agent.shown_name());
    for (name, value) in [
        ("tool", visible(&run.tool)),
        ("profile", run.profile.to_string()),
        ("testee", run.testee.to_string()),
        ("seed", run.seed.to_string()),
        ("started", visible(&run.started)),
    ] {
        suite.add_property(Property::new(name, value));
    }
    if let Some(fault) = agent.fault() {
        suite.add_test_case(unreachable(agent, fault));
    }
    for play in &agent.plays {
        suite.add_test_case(test(account, agent, play));
    }
    let micros = agent.plays.iter().map(|play| play.result.duration_us).sum();
    suite.set_time(Duration::from_micros(micros));
    suite
}

/// What need not be expected any more, if there is anything.
fn expectations(account: &Account<'_>) -> Option<TestSuite> {
    let rows = account.review.rows();
    let mut unneeded = rows
        .iter()
        .filter(|row| row.state == State::NoLongerNeeded)
        .peekable();
    let mut suite = TestSuite::new(unneeded.peek()?.file.clone());
    suite.add_test_cases(unneeded.map(expectation));
    Some(suite)
}

fn expectation(row: &ReviewRow) -> TestCase {
    let mut status = match row.fails {
        true => TestCaseStatus::non_success(NonSuccessKind::Failure),
        false => TestCaseStatus::skipped(),
    };
    status.set_type("NO LONGER NEEDED");
    status.set_message(format!("no longer needed: {}", row.because()));
    let name = format!("{} {} is still needed", row.place(), row.cases);
    let mut test = TestCase::new(name, status);
    test.set_classname("expectations");
    test
}

/// A suite in which nothing was tested must not look as if all was well.
fn unreachable(agent: &Agent<'_>, fault: &str) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type("COULD NOT TEST");
    status.set_message(visible(fault));
    let mut test = TestCase::new("the testee can be tested", status);
    test.set_classname(class(agent, "preflight"));
    test
}

fn test(account: &Account<'_>, agent: &Agent<'_>, play: &Play<'_>) -> TestCase {
    let mut name = format!("{} {}", play.result.case, play.title());
    if play.result.attempt > 1 {
        name += &format!(" (play {})", play.result.attempt);
    }
    let mut test = TestCase::new(name, status(account, play));
    test.set_classname(class(agent, &play.section()));
    test.set_time(Duration::from_micros(play.result.duration_us));
    if let (Standing::Passed, Some(remark)) = (play.standing(), play.remark_shown()) {
        test.add_property(Property::new("expectation", remark));
    }
    let output: Vec<&str> = play.result.testee_output.lines().collect();
    if !output.is_empty() {
        let last = &output[output.len().saturating_sub(OUTPUT)..];
        let last: Vec<String> = last.iter().map(|line| fit(&visible(line), WIDTH)).collect();
        test.set_system_out(last.join("\n"));
    }
    test
}

/// Tools take what stands before the last dot for a package.
fn class(agent: &Agent<'_>, section: &str) -> String {
    let agent = agent.shown_name().replace('.', "_");
    format!("{agent}.{}", section.replace('.', "-"))
}

fn status(account: &Account<'_>, play: &Play<'_>) -> TestCaseStatus {
    let mut status = match play.standing() {
        Standing::Passed => return TestCaseStatus::success(),
        Standing::Skipped | Standing::Newer | Standing::Expected => TestCaseStatus::skipped(),
        Standing::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Standing::Untested => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    status.set_type(play.tag().as_str());
    status.set_message(play.message());
    if play.standing().is_bad() {
        status.set_description(play.in_full(account.run));
    }
    status
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::of_catalogue;
    use crate::sample;

    #[test]
    fn a_suite_an_agent() {
        let stored = sample::stored();
        insta::assert_snapshot!(render(&Account::new(&stored, of_catalogue)).unwrap());
    }

    /// Whoever wrote the results may have written anything.
    #[test]
    fn what_a_run_says_of_itself_has_no_control_characters() {
        let mut stored = sample::stored();
        stored.run.tool = "wscheck\u{7f}".to_owned();
        stored.run.started = "\u{9b}31m".to_owned();
        let xml = render(&Account::new(&stored, of_catalogue)).unwrap();
        let control = |c: char| c.is_control() && c != '\n';
        assert!(!xml.contains(control), "{xml}");
        assert!(xml.contains("wscheck\\u{7f}"), "{xml}");
    }

    #[test]
    fn what_a_peer_says_stays_text() {
        let stored = sample::hostile();
        let xml = render(&Account::new(&stored, of_catalogue)).unwrap();
        insta::assert_snapshot!(xml);
        let document = roxmltree::Document::parse(&xml).unwrap();
        let names = |name: &str| {
            let elements = document.descendants();
            elements.filter(|node| node.has_tag_name(name)).count()
        };
        assert_eq!((names("testcase"), names("script")), (2, 0));
        let failure = document
            .descendants()
            .find(|node| node.has_tag_name("failure"));
        let failure = failure.unwrap();
        assert!(failure.text().unwrap().contains("<script>"), "{xml}");
    }
}
