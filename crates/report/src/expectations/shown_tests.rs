//! What was expected, as each report shows it.

use time::{Date, Month};
use wscheck_suite::result::{CaseResult, RunResult};
use wscheck_suite::verdict::{Behaviour, CloseBehaviour, Grade};
use wscheck_suite::wildcard::Wildcard;

use super::*;
use crate::account::{Account, of_catalogue};
use crate::console::Console;
use crate::summary::Tag;
use crate::{annotations, html, junit, markdown, sample, tap};

fn deviation(line: usize, cases: &str, reason: &str) -> Deviation {
    Deviation {
        cases: vec![cases.parse().unwrap()],
        agent: None,
        role: None,
        grades: Grades {
            whole: vec![Tag::Judged(Grade::Failed)],
            ..Grades::default()
        },
        reason: reason.to_owned(),
        issue: Some(format!("https://example.org/{line}")),
        expires: None,
        line,
    }
}

/// A case that is not strict, as was expected.
fn not_strict() -> CaseResult {
    let (behaviour, close) = (Behaviour::NonStrict, CloseBehaviour::Ok);
    sample::judged("alpha", "6.4.3", behaviour, close, vec![])
}

fn expectations() -> Expectations {
    let mut expired = deviation(20, "4.2.4", "it was so");
    expired.expires = Date::from_calendar_date(2025, Month::May, 31).ok();
    expired.agent = Some(Wildcard::new("gamma"));
    let mut not_strict = deviation(30, "6.4.3", "text is checked when the message is whole");
    not_strict.grades.whole = vec![Tag::Judged(Grade::NonStrict)];
    let without_compression = Capabilities {
        compression: false,
        ..Capabilities::ALL
    };
    Expectations {
        file: Some("wscheck.toml".to_owned()),
        edition: Some(1),
        policy: Policy::PLAIN,
        capabilities: without_compression,
        deviations: vec![
            deviation(3, "4.2.4", "TODO: it is so"),
            deviation(9, "12.1.1", "it is no more"),
            expired,
            not_strict,
        ],
    }
}

/// The usual run, with a third agent that fails what was expected until lately.
fn stored() -> RunResult {
    let mut stored = sample::stored();
    stored.run.targets[2].fault = None;
    let beta = stored
        .cases
        .iter()
        .find(|case| case.agent == "beta" && !case.provisional);
    let mut gamma = beta.unwrap().clone();
    "gamma".clone_into(&mut gamma.agent);
    stored.cases.extend([gamma, not_strict()]);
    stored
}

/// `expectations`, of which the first is not about gamma.
fn told(show: impl Fn(&Account<'_>) -> String) -> String {
    let (stored, mut expectations) = (stored(), expectations());
    expectations.deviations[0].agent = Some(Wildcard::new("beta"));
    show(&Account::new(&stored, of_catalogue).beside(&expectations))
}

#[test]
fn on_the_terminal() {
    insta::assert_snapshot!(told(|account| {
        let console = Console::new(account.run);
        anstream::adapter::strip_str(&console.review(&account.review)).to_string()
    }));
}

#[test]
fn in_junit_xml() {
    insta::assert_snapshot!(told(|account| junit::render(account).unwrap()));
}

#[test]
fn in_tap() {
    insta::assert_snapshot!(told(tap::render));
}

#[test]
fn in_markdown() {
    insta::assert_snapshot!(told(markdown::render));
}

#[test]
fn in_annotations() {
    insta::assert_snapshot!(told(annotations::render));
}

#[test]
fn in_json() {
    insta::assert_snapshot!(told(|account| serde_json::to_string_pretty(
        &account.review
    )
    .unwrap()));
}

#[test]
fn on_the_page() {
    let page = told(|account| html::render(account).unwrap());
    let from = page.find("<h2 id=\"expectations\">").unwrap();
    let to = page.find("<h2 id=\"overview\">").unwrap();
    insta::assert_snapshot!(&page[from..to]);
    assert!(page.contains("FAILED <small>(expected)</small>"), "{page}");
    assert!(page.contains("<p class=\"remark\">Expected: TODO: it is so &#60;https"));
}

#[test]
fn what_the_author_of_a_file_says_is_text() {
    let mut expectations = expectations();
    expectations.deviations.truncate(2);
    for deviation in &mut expectations.deviations {
        sample::HOSTILE.clone_into(&mut deviation.reason);
        deviation.issue = Some(sample::HOSTILE.to_owned());
    }
    expectations.deviations[1].issue = Some("javascript:alert(1)".to_owned());
    expectations.file = Some("a\n<script>:,%".to_owned());
    let stored = stored();
    let account = Account::new(&stored, of_catalogue).beside(&expectations);
    let page = html::render(&account).unwrap();
    assert!(!page.contains("href=\"javascript"), "{page}");
    let text = markdown::render(&account);
    assert!(
        !page.contains("<img src=x") && !page.contains("</pre><script>"),
        "{page}"
    );
    assert!(
        !text.contains("<script>") && !text.contains("<img"),
        "{text}"
    );
    let xml = junit::render(&account).unwrap();
    roxmltree::Document::parse(&xml).unwrap();
    let told = annotations::render(&account);
    for line in told.lines() {
        assert!(
            ["::error ", "::warning "]
                .iter()
                .any(|start| line.starts_with(start)),
            "{line}"
        );
    }
    for text in [page, text, xml, told, tap::render(&account)] {
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\0']), "{text}");
    }
}
