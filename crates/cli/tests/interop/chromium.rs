//! Chromium plays cases through the page of `wscheck client`, as a person would
//! have it do.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::comparison::Comparison;
use crate::kept::{Kept, Testee, Verdict};
use crate::peer::Peer;
use crate::program::interop;
use crate::run::verdicts;
use crate::tab::Tab;

/// How it is called, here and in the kept verdicts.
const AGENT: &str = "chromium";

/// What a person unticks: the chapters that carry much.
const LEFT_OUT: [&str; 3] = ["9", "12", "13"];

/// In these we send more after our Close. Chromium answers the Close, with 1000, then
/// fails the connection for what follows, and tells its page 1006. By RFC 6455 §7.1.5 the
/// code is that of the first Close that was received.
const TOLD_OTHERWISE: [&str; 12] = [
    "7.1.2", "7.1.3", "7.1.4", "7.1.5", "24.5.3", "28.5.1", "28.5.2", "28.5.3", "28.5.4", "28.5.5",
    "28.5.6", "28.5.7",
];

/// Here a large echo and our Close cross. Where some of it has not left by then, Chromium
/// takes the end for unclean, though both Closes have been sent.
const RACE: &str = "7.1.6";

/// What each row of the page tells: the case, the verdict, what the API showed
/// and whether that agrees.
const ROWS: &str = "[...document.querySelectorAll('#rows tr')].map((row) => [row.dataset.case,
    row.dataset.verdict, row.children[3].textContent, row.children[4].textContent])";

#[test]
#[ignore = "needs Debian's chromium"]
fn chromium() {
    let kept = Kept::read(&interop(), Testee::Browser);
    let all = env::var_os("WSCHECK_ALL_CASES").is_some();
    let begin = Instant::now();
    let run = play_chapters(all).unwrap_or_else(|why| panic!("{why}"));
    let verdicts =
        verdicts(&run.reports.path().join("autobahn"), AGENT).unwrap_or_else(|why| panic!("{why}"));
    let comparison = Comparison::new(AGENT, &expected(&kept, all), &verdicts, &kept);
    println!(
        "{}: {comparison} in {:.1} s; {}",
        run.version,
        begin.elapsed().as_secs_f64(),
        run.played.status
    );
    assert_eq!(run.played.faults, [""; 0]);
    assert_eq!(run.played.rows.len(), verdicts.len());
    told_as_kept(&run.played.rows);
    refusals_are_told(&run.played.rows);
    assert!(
        comparison.agrees(),
        "{} is judged otherwise than what is kept",
        run.version
    );
}

/// The kept verdicts on the cases that are played.
fn expected(kept: &Kept, all: bool) -> BTreeMap<&str, &Verdict> {
    let chapter = |case: &str| case.split('.').next().unwrap_or_default().to_owned();
    let is_played = |case: &str| all || !LEFT_OUT.contains(&&*chapter(case));
    let verdicts = kept.verdicts(AGENT).iter();
    let verdicts = verdicts.map(|(case, verdict)| (case.as_str(), verdict));
    verdicts.filter(|(case, _)| is_played(case)).collect()
}

/// Where the API tells otherwise than the wire.
fn told_as_kept(rows: &[Vec<String>]) {
    let strange = rows.iter().filter(|row| !row[3].starts_with("yes"));
    let strange = strange.filter(|row| row[0] != RACE);
    let strange: Vec<_> = strange.collect();
    let cases: Vec<_> = strange.iter().map(|row| &*row[0]).collect();
    assert_eq!(cases, TOLD_OTHERWISE, "{strange:#?}");
}

/// A connection that was rightly refused is no disagreement, and one that opened is told
/// to have opened.
fn refusals_are_told(rows: &[Vec<String>]) {
    for (case, shown, agrees) in [
        (
            "21.1.1",
            "error, close 1006, not clean",
            "yes: refused, as it should be",
        ),
        ("21.10.1", "error, close 1006, not clean", "yes: refused"),
        (
            "26.7.1",
            "error, close 1006, not clean",
            "yes: refused, as it should be",
        ),
        ("21.7.1", "open, text, close 1000, clean", "yes"),
    ] {
        let row = rows.iter().find(|row| row[0] == case);
        let row = row.unwrap_or_else(|| panic!("{case} was not played"));
        assert_eq!((&*row[2], &*row[3]), (shown, agrees), "{row:?}");
    }
}

/// The page of `wstest` stands at a port of its own, and its cases at that of the suite.
#[test]
#[ignore = "needs Debian's chromium"]
fn chromium_beside_the_suite() {
    let played = play_beside().unwrap_or_else(|why| panic!("{why}"));
    let ids: Vec<_> = played.rows.iter().map(|row| &*row[0]).collect();
    assert_eq!(ids, ["1.1.1", "1.1.2", "2.1", "7.1.1"]);
    for row in &played.rows {
        assert_eq!((&*row[1], &*row[3]), ("OK", "yes"), "{row:?}");
    }
    assert_eq!(played.faults, [""; 0]);
}

fn play_beside() -> Result<Played, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let spec = json!({ "url": "ws://127.0.0.1:0", "outdir": folder.path(), "cases": ["*"] });
    let file = folder.path().join("spec.json");
    fs::write(&file, spec.to_string()).map_err(|error| error.to_string())?;
    let free = TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr());
    let pages = free.map_err(|error| error.to_string())?;
    let mut program = Command::new(env!("CARGO_BIN_EXE_wstest"));
    let port = pages.port().to_string();
    program.args(["-m", "fuzzingserver", "-u", &port, "-s"]);
    program.arg(&file);
    let mut suite = Peer::start(program)?;
    // It tells the URL of the suite before it listens for pages.
    while TcpStream::connect(pages).is_err() {
        suite.is_alive()?;
        thread::yield_now();
    }
    let mut browser = Browser::start()?;
    let mut tab = Tab::open(&mut browser, &format!("http://{pages}/"))?;
    tab.type_into("#patterns", "1.1.1 1.1.2 2.1 7.1.1")?;
    run(&mut tab)
}

/// Clicks Run, and waits until the page is done.
fn run(tab: &mut Tab<'_>) -> Result<Played, String> {
    tab.click("#run")?;
    tab.wait_for("#status[data-state=done], #status[data-state=failed]")?;
    let status = tab.evaluate("document.querySelector('#status').textContent")?;
    let rows = tab.evaluate(ROWS)?;
    Ok(Played {
        status: text(&status),
        rows: serde_json::from_value(rows).map_err(|error| error.to_string())?,
        faults: tab.faults(),
    })
}

/// What the page told at the end.
struct Played {
    status: String,
    rows: Vec<Vec<String>>,
    /// What went wrong in its script.
    faults: Vec<String>,
}

/// What a run left.
struct Run {
    version: String,
    played: Played,
    reports: tempfile::TempDir,
}

fn play_chapters(all: bool) -> Result<Run, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut program = Command::new(env!("CARGO_BIN_EXE_wscheck"));
    program
        .args(["client", "--listen", "127.0.0.1:0", "--out"])
        .arg(folder.path());
    let suite = Peer::start(program)?;
    let url = suite.url().replacen("ws", "http", 1);
    let mut browser = Browser::start()?;
    let version = browser.call(None, "Browser.getVersion", Value::Null)?;
    let mut tab = Tab::open(&mut browser, &format!("{url}/"))?;
    photograph(&mut tab, "start")?;
    tab.type_into("#agent", AGENT)?;
    if all {
        tab.click("#quick")?;
    } else {
        for chapter in LEFT_OUT {
            tab.click(&format!("[name=chapter][value='{chapter}']"))?;
        }
    }
    let played = run(&mut tab)?;
    photograph(&mut tab, "done")?;
    photograph_reports(&mut browser, &url)?;
    Ok(Run {
        version: text(&version["product"]),
        played,
        reports: folder,
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Pictures for people to look at, in the folder that is named by
/// `WSCHECK_PICTURES`, if any.
fn photograph(tab: &mut Tab<'_>, name: &str) -> Result<(), String> {
    let Some(folder) = env::var_os("WSCHECK_PICTURES") else {
        return Ok(());
    };
    for (width, scheme) in [(1200, "light"), (1200, "dark"), (390, "light")] {
        let file = format!("{name}-{width}-{scheme}.png");
        tab.photograph(&Path::new(&folder).join(file), width, scheme)?;
    }
    Ok(())
}

fn photograph_reports(browser: &mut Browser, url: &str) -> Result<(), String> {
    if env::var_os("WSCHECK_PICTURES").is_none() {
        return Ok(());
    }
    for (name, target) in [
        ("overview", "/reports".to_owned()),
        ("agent", format!("/report?agent={AGENT}")),
        ("case", format!("/report?agent={AGENT}&case=6.3.1")),
        ("refused", format!("/report?agent={AGENT}&case=21.1.1")),
    ] {
        let mut tab = Tab::open(browser, &format!("{url}{target}"))?;
        photograph(&mut tab, name)?;
    }
    Ok(())
}
