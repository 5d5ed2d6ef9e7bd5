//! The HTML report in Chromium, as people use it: with their eyes, a screen
//! reader, a keyboard or a phone, and without JavaScript.

use std::env;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use wscheck_suite::catalogue;
use wscheck_suite::profile::Profile;

use crate::browser::Browser;
use crate::installation::npm;
use crate::peer::Peer;
use crate::program::{node, server};
use crate::tab::Tab;

/// What is played: light, and of every kind.
const CASES: [&str; 4] = ["1.*", "2.*", "4.*", "6.1-6.4"];

/// A case that the careless server fails.
const FAILED: &str = "1.1.6";

/// How wide pages are, and in which colours.
const LOOKS: [(u32, &str); 4] = [
    (1280, "light"),
    (1280, "dark"),
    (390, "light"),
    (390, "dark"),
];

/// A folder with two runs: `good`, and `now` with another server beside it.
struct Runs(TempDir);

impl Runs {
    fn play() -> Self {
        let runs = Self(tempfile::tempdir().expect("there is room for files"));
        let started = |program: Result<Command, String>| {
            let peer = program.and_then(|mut program| {
                program.arg("0");
                Peer::start(program)
            });
            peer.unwrap_or_else(|why| panic!("{why}"))
        };
        let good = Peer::start(server("ws").unwrap_or_else(|why| panic!("{why}")))
            .unwrap_or_else(|why| panic!("{why}"));
        let careless = started(node("careless.js"));
        let play =
            |words: &[&str]| runs.wscheck(&[&["server", "--no-preflight"], words, &CASES].concat());
        play(&["--out", "good", "--agent", "mine", good.url()]);
        play(&["--out", "bad", "--agent", "mine", careless.url()]);
        play(&["--out", "more", "--agent", "ws", good.url()]);
        runs.wscheck(&["report", "bad", "more", "--html", "page.html"]);
        runs.wscheck(&["diff", "good", "bad", "--html", "changes.html"]);
        runs
    }

    /// Runs `wscheck` in the folder, whatever it says of the servers.
    fn wscheck(&self, words: &[&str]) {
        let output = Command::new(env!("CARGO_BIN_EXE_wscheck"))
            .args(words)
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .output()
            .expect("wscheck starts");
        let is_done = matches!(output.status.code(), Some(0 | 1));
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(is_done, "{words:?}: {errors}");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn url(&self, name: &str) -> String {
        format!("file://{}", self.path(name).display())
    }
}

fn browser() -> Browser {
    Browser::start().unwrap_or_else(|why| panic!("{why}"))
}

fn open<'b>(browser: &'b mut Browser, url: &str) -> Tab<'b> {
    Tab::open(browser, url).unwrap_or_else(|why| panic!("{why}"))
}

fn ask(tab: &mut Tab<'_>, expression: &str) -> Value {
    tab.evaluate(expression)
        .unwrap_or_else(|why| panic!("{why}"))
}

/// What axe-core finds fault with, and where.
fn axe(tab: &mut Tab<'_>, source: &str) -> Vec<String> {
    ask(tab, &format!("{source}; true"));
    let found = ask(
        tab,
        "axe.run(document).then((found) => found.violations.map((fault) =>
           `${fault.id}: ${fault.nodes.map((node) => node.html.slice(0, 200)).join(' ')}`))",
    );
    serde_json::from_value(found).expect("a list of faults")
}

#[test]
#[ignore = "needs Debian's chromium and the npm registry"]
fn axe_finds_no_fault_in_the_page() {
    let modules = npm().unwrap_or_else(|why| panic!("{why}"));
    let source = fs::read_to_string(modules.join("node_modules/axe-core/axe.min.js"))
        .expect("axe-core is installed");
    let runs = Runs::play();
    let mut browser = browser();
    for page in ["page.html", "changes.html"] {
        let mut tab = open(&mut browser, &format!("{}#{FAILED}", runs.url(page)));
        for (width, scheme) in LOOKS {
            tab.look(width, scheme)
                .unwrap_or_else(|why| panic!("{why}"));
            let is_open = "document.querySelector('details[open] .wire') !== null";
            assert_eq!(ask(&mut tab, is_open), true);
            let faults = axe(&mut tab, &source);
            assert_eq!(faults, [""; 0], "{page}, {width} px, {scheme}");
            photograph(&mut tab, page, width, scheme);
        }
        // It would tell.
        ask(
            &mut tab,
            "document.querySelector('#find').placeholder = '';
             document.querySelector('#find').closest('label').replaceWith(document.querySelector('#find'));
             document.querySelector('details[open] h4').replaceWith(document.createElement('h6'));
             document.querySelector('details[open] article p').style.color = '#555'; true",
        );
        let faults = axe(&mut tab, &source).join("\n");
        for fault in ["label: ", "empty-heading: ", "color-contrast: "] {
            assert!(faults.contains(fault), "{fault} in {faults}");
        }
    }
}

/// Pictures for people to look at, in the folder that is named by
/// `WSCHECK_PICTURES`, if any.
fn photograph(tab: &mut Tab<'_>, page: &str, width: u32, scheme: &str) {
    if let Some(folder) = env::var_os("WSCHECK_PICTURES") {
        let file = format!("report-{page}-{width}-{scheme}.png");
        tab.photograph(&Path::new(&folder).join(file), width, scheme)
            .unwrap_or_else(|why| panic!("{why}"));
    }
}

pub fn the_page_is_used_by_keyboard_and_by_links() {
    let runs = Runs::play();
    let mut browser = browser();
    let mut tab = open(&mut browser, &runs.url("page.html"));
    let focused = "(document.activeElement.id || document.activeElement.textContent
                    || document.activeElement.getAttribute('aria-labelledby')).slice(0, 20)";
    let walk = |tab: &mut Tab<'_>, steps: usize| -> Vec<String> {
        let step = |_| {
            tab.press("Tab").unwrap_or_else(|why| panic!("{why}"));
            ask(tab, focused).as_str().unwrap_or_default().to_owned()
        };
        (0..steps).map(step).collect()
    };
    let first = walk(&mut tab, 4);
    assert_eq!(first, ["Testees", "What is wrong", "Overview", "Cases"]);
    ask(&mut tab, "document.querySelector('#find').focus()");
    let filters = walk(&mut tab, 1);
    assert_eq!(filters, ["section"]);
    // A case is opened by its link, and what comes next is in it.
    ask(
        &mut tab,
        &format!("document.querySelector('#verdicts a[href=\"#{FAILED}\"]').focus()"),
    );
    tab.press("Enter").unwrap_or_else(|why| panic!("{why}"));
    tab.wait_for(&format!("details[open][data-case='{FAILED}']"))
        .unwrap_or_else(|why| panic!("{why}"));
    let next = walk(&mut tab, 2);
    assert!(next[0].starts_with(FAILED), "{next:?}");
    assert!(next[1].starts_with("https://www.rfc-edi"), "{next:?}");
    // A summary opens and closes by Enter.
    let summary = "document.querySelector('details[data-case=\"1.1.1\"]')";
    ask(
        &mut tab,
        &format!("{summary}.querySelector('summary').focus()"),
    );
    tab.press("Enter").unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(ask(&mut tab, &format!("{summary}.open")), true);
    tab.press("Enter").unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(ask(&mut tab, &format!("{summary}.open")), false);
    assert_eq!(tab.faults(), [""; 0]);
}

pub fn the_page_is_searched_filtered_and_sorted() {
    let runs = Runs::play();
    let mut browser = browser();
    let mut tab = open(
        &mut browser,
        &format!("{}#{FAILED}", runs.url("changes.html")),
    );
    // The link led to the case, and it is in sight.
    let top = format!("document.getElementById('{FAILED}').getBoundingClientRect().top");
    let top = ask(&mut tab, &top).as_f64().unwrap_or(f64::MAX);
    assert!((0.0..200.0).contains(&top), "{top}");
    let both = format!(
        "[...document.getElementById('{FAILED}').querySelectorAll('article h4')]
           .map((title) => title.textContent)"
    );
    assert_eq!(
        ask(&mut tab, &both),
        json!(["mine now FAILED", "mine before OK"])
    );
    let shown = "[...document.querySelectorAll('#verdicts tr[data-case]:not([hidden])')]
                   .map((row) => row.dataset.case)";
    let cases = |tab: &mut Tab<'_>| -> Vec<String> {
        serde_json::from_value(ask(tab, shown)).expect("a list of cases")
    };
    let all = cases(&mut tab);
    let click = |tab: &mut Tab<'_>, selector: &str| {
        tab.click(selector).unwrap_or_else(|why| panic!("{why}"));
    };
    click(&mut tab, "#changed");
    let changed = cases(&mut tab);
    assert!(changed.contains(&FAILED.to_owned()) && !changed.contains(&"1.1.1".to_owned()));
    click(&mut tab, "#changed");
    click(&mut tab, "[name=verdict][value=failed]");
    assert!(!cases(&mut tab).contains(&FAILED.to_owned()));
    click(&mut tab, "[name=verdict][value=failed]");
    tab.type_into("#find", "RESERVED control")
        .unwrap_or_else(|why| panic!("{why}"));
    let found = cases(&mut tab);
    assert!(
        !found.is_empty() && found.iter().all(|case| case.starts_with("4.")),
        "{found:?}"
    );
    ask(
        &mut tab,
        "document.querySelector('#find').value = ''; section.value = '1.2'; section.dispatchEvent(new Event('input',
           { bubbles: true }))",
    );
    let section = cases(&mut tab);
    assert_eq!((section.len(), &*section[0]), (8, "1.2.1"));
    ask(
        &mut tab,
        "section.value = ''; section.dispatchEvent(new Event('input', { bubbles: true }))",
    );
    click(&mut tab, "#by-time");
    let times = "[...document.querySelectorAll('#verdicts tr[data-case]')]
                   .map((row) => Number(row.dataset.time))";
    let times: Vec<u64> = serde_json::from_value(ask(&mut tab, times)).expect("times");
    assert!(times.is_sorted_by(|a, b| a >= b) && times.len() == all.len());
    click(&mut tab, "#by-time");
    assert_eq!(cases(&mut tab), all);
    assert_eq!(tab.faults(), [""; 0]);
}

pub fn the_page_is_read_without_javascript_on_a_phone_and_on_paper() {
    let runs = Runs::play();
    let mut browser = browser();
    for page in ["page.html", "changes.html"] {
        let mut tab = open(&mut browser, "about:blank");
        tab.forbid_scripts().unwrap_or_else(|why| panic!("{why}"));
        tab.look(390, "light").unwrap_or_else(|why| panic!("{why}"));
        tab.go(&format!("{}#{FAILED}", runs.url(page)))
            .unwrap_or_else(|why| panic!("{why}"));
        let seen = ask(&mut tab, "document.body.innerText");
        let seen = seen.as_str().unwrap_or_default();
        // The fragment opens its case.
        for text in [
            "FAILED",
            "What is wrong",
            "Expected",
            "Actual",
            "Without JavaScript",
        ] {
            assert!(seen.contains(text), "{text} in {seen}");
        }
        assert!(!seen.contains("slowest first"), "{seen}");
        let wide = "document.documentElement.scrollWidth";
        assert_eq!(ask(&mut tab, wide), 390, "{page}");
    }
    let mut tab = open(&mut browser, &runs.url("page.html"));
    tab.print().unwrap_or_else(|why| panic!("{why}"));
    let printed = format!(
        "[getComputedStyle(filters).display,
          getComputedStyle(document.querySelector('.scroll')).overflow,
          document.getElementById('{FAILED}').checkVisibility({{ contentVisibilityAuto: true }}),
          document.getElementById('1.1.1').checkVisibility()]"
    );
    let expected = json!(["none", "visible", true, false]);
    assert_eq!(ask(&mut tab, &printed), expected);
}

/// What would leave its trace, were it anything but text.
const MARKUP: &str = "</div></pre><script>document.documentElement.dataset.ran='yes'</script>\
    <img src=x onerror=\"document.documentElement.dataset.ran='yes'\">";

/// The results of 10 agents, each of all 517 cases: every case gets the play of
/// one that was really played.
fn many(runs: &Runs) {
    let read = |folder: &str| -> Vec<Value> {
        let text = fs::read_to_string(runs.path(folder).join("results.jsonl")).expect("results");
        let lines = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"));
        lines.collect()
    };
    let (good, bad) = (read("good"), read("bad"));
    let (mut head, mut plays) = (good[0].clone(), good[1..].to_vec());
    head["targets"] = json!([]);
    head["selected"] = 5170.into();
    plays.extend_from_slice(&bad[1..]);
    plays.retain(|play| play["outcome"].is_object() && play["provisional"] != true);
    fs::create_dir(runs.path("many")).expect("a folder");
    let mut file = fs::File::create(runs.path("many").join("results.jsonl")).expect("a file");
    writeln!(file, "{head}").expect("room");
    let original = || {
        let cases = catalogue::all().iter();
        cases.filter(|case| catalogue::belongs_to(case.id, Profile::Autobahn))
    };
    for agent in 0..10 {
        for (index, case) in original().enumerate() {
            let mut play = plays[(index + 37 * agent) % plays.len()].clone();
            play["agent"] = format!("agent {agent}").into();
            play["case"] = case.id.to_string().into();
            play["testee-output"] = MARKUP.into();
            writeln!(file, "{play}").expect("room");
        }
    }
}

#[expect(clippy::print_stdout, reason = "shown by --nocapture")]
pub fn ten_agents_with_all_cases_fit_in_the_page() {
    let runs = Runs::play();
    many(&runs);
    runs.wscheck(&["report", "many", "--html", "many.html"]);
    let size = fs::metadata(runs.path("many.html")).expect("a page").len();
    assert!(size < 10_000_000, "{size}");
    let mut browser = browser();
    let mut tab = open(&mut browser, &runs.url("many.html"));
    let times = ask(
        &mut tab,
        "(({ domInteractive, loadEventEnd }) => [domInteractive, loadEventEnd])
           (performance.getEntriesByType('navigation')[0])",
    );
    println!("{size} octets; interactive and loaded after {times} ms");
    let count = |tab: &mut Tab<'_>, selector: &str| {
        ask(
            tab,
            &format!("document.querySelectorAll('{selector}').length"),
        )
    };
    assert_eq!(count(&mut tab, "#verdicts td:not(.number)"), 5170);
    let plain = count(&mut tab, ".wire").as_u64();
    assert!(plain < Some(5170), "{plain:?}");
    // Whatever was packed is there once it is wanted, and is text.
    let unpacked = ask(
        &mut tab,
        "(async () => {
           for (const details of document.querySelectorAll('details.case')) details.open = true;
           const left = () => document.querySelectorAll('[data-play]:empty').length;
           await new Promise((resolve) => {
             const look = () => left() === 0 && resolve();
             new MutationObserver(look).observe(document.body, { subtree: true, childList: true });
             look();
           });
           return [document.querySelectorAll('article').length,
             document.querySelectorAll('article .wire').length,
             document.querySelectorAll('article img, article script').length,
             document.documentElement.dataset.ran ?? 'nothing ran'];
         })()",
    );
    assert_eq!(unpacked, json!([5170, 5170, 0, "nothing ran"]));
    assert_eq!(tab.faults(), [""; 0]);
}
