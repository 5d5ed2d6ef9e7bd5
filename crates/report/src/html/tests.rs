use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;
use wscheck_suite::result::{CaseResult, RunResult};
use wscheck_suite::verdict::{Behaviour, CloseBehaviour, Reason};

use super::*;
use crate::account::of_catalogue;
use crate::sample;

fn of(stored: &RunResult) -> String {
    render(&Account::new(stored, of_catalogue)).unwrap()
}

/// The page less what never changes with a run.
fn content(page: &str) -> String {
    let page = page.replace(STYLE.text, "STYLE");
    page.replace(SCRIPT.text, "SCRIPT")
}

/// What stands between `<` and `>`.
fn tags(page: &str) -> Vec<&str> {
    let parts = page.split('<').skip(1);
    parts.filter_map(|part| part.split('>').next()).collect()
}

#[test]
fn a_page() {
    insta::assert_snapshot!(content(&of(&sample::stored())));
}

/// The elements that our templates make.
const ELEMENTS: &[&str] = &[
    "!doctype", "html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "h4",
    "nav", "caption", "noscript", "p", "main", "div", "table", "thead", "tbody", "tr", "th", "td",
    "span", "bdi", "strong", "form", "label", "input", "select", "option", "fieldset", "legend",
    "output", "section", "details", "summary", "pre", "a", "article", "ul", "li", "dl", "dt", "dd",
    "footer", "script",
];

/// The page of one run, with so much room for timelines.
fn within(account: &Account<'_>, plain: usize, packed: usize) -> Page {
    let runs = Runs {
        now: account,
        before: None,
    };
    page(runs, Limits { plain, packed }).unwrap()
}

#[test]
fn what_a_peer_says_stays_text() {
    let page = content(&of(&sample::hostile()));
    insta::assert_snapshot!(page);
    for tag in tags(&page) {
        let name = tag.trim_start_matches('/').split(' ').next().unwrap();
        assert!(ELEMENTS.contains(&name), "<{tag}>");
        assert!(!tag.contains(" on"), "<{tag}>");
    }
    let count = |part: &str| page.matches(part).count();
    assert_eq!((count("<script"), count("</script")), (1, 1));
    let acts = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202e}' | '\u{2066}');
    assert!(!page.contains(acts));
}

#[test]
fn the_policy_names_what_stands_in_the_page() {
    let page = of(&sample::stored());
    for (inline, start, end) in [
        (&*STYLE, "<style>", "</style>"),
        (&*SCRIPT, "<script>", "</script>"),
    ] {
        let (_, rest) = page.split_once(start).unwrap();
        let (text, _) = rest.split_once(end).unwrap();
        assert_eq!(text, inline.text);
        assert_eq!(Inline::new(inline.text).hash, inline.hash);
        assert!(page.contains(&format!("'{}'", inline.hash)));
    }
}

#[test]
fn nothing_comes_from_elsewhere() {
    let page = of(&sample::hostile());
    let outside = [
        "src=\"",
        "@import",
        "url(",
        "<link",
        "<iframe",
        "fetch(",
        "innerHTML",
    ];
    for word in outside {
        assert!(!content(&page).contains(word), "{word}");
        assert!(
            !STYLE.text.contains(word) && !SCRIPT.text.contains(word),
            "{word}"
        );
    }
}

#[test]
fn failures_have_room_before_the_rest() {
    let mut stored = sample::stored();
    let failed = |case| {
        let close = CloseBehaviour::Ok;
        sample::judged("alpha", case, Behaviour::Failed, close, vec![])
    };
    stored.cases = (1..=8)
        .map(|n| sample::result("alpha", &format!("1.1.{n}")))
        .chain(["4.2.3", "4.2.4"].map(failed))
        .collect::<Vec<CaseResult>>();
    let account = Account::new(&stored, of_catalogue);
    let all = render(&account).unwrap();
    assert_eq!(all.matches("class=\"wire\"").count(), 10);
    let tight = within(&account, 1000, 0);
    let shown: Vec<String> = tight
        .chapters
        .iter()
        .flat_map(|chapter| &chapter.cases)
        .filter(|case| case.plays.iter().any(|play| !play.detail.is_empty()))
        .map(|case| case.id.to_string())
        .collect();
    assert!(shown.len() < 10, "{shown:?}");
    assert!(
        shown.ends_with(&["4.2.3".to_owned(), "4.2.4".to_owned()]),
        "{shown:?}"
    );
    let text = tight.render().unwrap();
    assert!(text.contains("the wire is left out"));
}

/// The timelines that are packed in a case.
fn unpacked(case: &CaseView) -> String {
    let octets = STANDARD.decode(&case.packed).unwrap();
    let mut text = String::new();
    DeflateDecoder::new(&*octets)
        .read_to_string(&mut text)
        .unwrap();
    text
}

#[test]
fn what_has_no_room_is_packed() {
    let mut stored = sample::hostile();
    stored.cases.push(sample::result("alpha", "4.2.4"));
    let account = Account::new(&stored, of_catalogue);
    let plain = within(&account, usize::MAX, 0).render().unwrap();
    let page = within(&account, 0, usize::MAX);
    let cases = || page.chapters.iter().flat_map(|chapter| &chapter.cases);
    let case = cases().find(|case| case.id.to_string() == "4.2.4").unwrap();
    let text = unpacked(case);
    for play in &case.plays {
        let key = play.packed.as_deref().unwrap();
        assert!(
            text.contains(&format!("<div data-play=\"{key}\">")),
            "{text}"
        );
    }
    assert_eq!(text.matches("class=\"wire\"").count(), 2);
    for tag in tags(&text) {
        let name = tag.trim_start_matches('/').split(' ').next().unwrap();
        assert!(ELEMENTS.contains(&name), "<{tag}>");
    }
    // Whatever is packed: verdicts, reasons, Expected and Actual stand in the page.
    let packed = page.render().unwrap();
    for part in [
        "<dt>Expected</dt>",
        "<dt>Actual</dt>",
        "FAILED</span>",
        "<ul><li>",
    ] {
        let count = |page: &str| page.matches(part).count();
        assert_eq!(count(&packed), count(&plain), "{part}");
        assert!(count(&packed) > 0, "{part}");
    }
    assert!(!packed.contains("class=\"wire\""));
    let neither = within(&account, 0, 0).render().unwrap();
    assert!(neither.contains("the wire is left out"));
}

#[test]
fn two_runs_are_told_beside_each_other() {
    let before = sample::stored();
    let mut now = sample::stored();
    let close = CloseBehaviour::Ok;
    now.cases[0] = sample::judged("alpha", "1.1.1", Behaviour::Failed, close, vec![]);
    now.run.targets.remove(2);
    let (old, new) = (
        Account::new(&before, of_catalogue),
        Account::new(&now, of_catalogue),
    );
    let page = render_comparison(&old, &new).unwrap();
    insta::assert_snapshot!(content(&page));
    assert!(
        page.contains("<td class=\"failed\">OK → FAILED</td>"),
        "{page}"
    );
    assert_eq!(page.matches(" data-changed>").count(), 1);
    let same = render_comparison(&old, &old).unwrap();
    assert!(same.contains("Nothing: all 4 came out as before"), "{same}");
}

#[test]
fn a_page_of_many_failures_stays_small() {
    let agents: Vec<String> = (0..10).map(|n| format!("agent {n}")).collect();
    let names: Vec<&str> = agents.iter().map(String::as_str).collect();
    let long = Reason::NeverOpened {
        why: "x".repeat(5000),
    };
    let cases = catalogue::all().iter().flat_map(|case| {
        let reasons = || vec![long.clone(); 9];
        let (behaviour, close) = (Behaviour::Failed, CloseBehaviour::Failed);
        let failed = move |agent: &&str| {
            sample::judged(agent, &case.id.to_string(), behaviour, close, reasons())
        };
        names.iter().map(failed).collect::<Vec<_>>()
    });
    let stored = RunResult {
        cases: cases.collect(),
        run: sample::run(&names),
    };
    assert_eq!(stored.cases.len(), 10 * catalogue::all().len());
    let page = of(&stored);
    // 10 MB for the cases of the original.
    let most = 2_000 * stored.cases.len();
    assert!(page.len() < most, "{} of {most}", page.len());
}
