use wscheck_suite::result::{CaseResult, RunResult};
use wscheck_suite::verdict::{Behaviour, CloseBehaviour};

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
    "h5", "p", "main", "div", "table", "thead", "tbody", "tr", "th", "td", "span", "bdi", "strong",
    "form", "label", "input", "select", "option", "fieldset", "legend", "output", "section",
    "details", "summary", "pre", "a", "article", "ul", "li", "dl", "dt", "dd", "footer", "script",
];

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
    let all = page(&account, ROOM).unwrap().render().unwrap();
    assert_eq!(all.matches("class=\"wire\"").count(), 10);
    let tight = page(&account, 2000).unwrap();
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
