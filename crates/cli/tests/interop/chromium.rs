//! Chromium plays cases through the page of `wscheck client`, as a person would
//! have it do.

use std::collections::BTreeMap;
use std::env;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use serde_json::Value;

use crate::browser::Browser;
use crate::comparison::Comparison;
use crate::kept::{Kept, Testee};
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
const TOLD_OTHERWISE: [&str; 4] = ["7.1.2", "7.1.3", "7.1.4", "7.1.5"];

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
    let run = play(all).unwrap_or_else(|why| panic!("{why}"));
    let mut kept_verdicts: BTreeMap<_, _> = kept
        .verdicts(AGENT)
        .iter()
        .map(|(case, verdict)| (case.as_str(), verdict))
        .collect();
    let is_left_out = |case: &str| LEFT_OUT.contains(&case.split('.').next().unwrap_or_default());
    kept_verdicts.retain(|case, _| all || !is_left_out(case));
    let verdicts =
        verdicts(&run.reports.path().join("autobahn"), AGENT).unwrap_or_else(|why| panic!("{why}"));
    let comparison = Comparison::new(AGENT, &kept_verdicts, &verdicts, &kept);
    println!(
        "{}: {comparison} in {:.1} s; {}",
        run.version,
        begin.elapsed().as_secs_f64(),
        run.status
    );
    assert_eq!(run.faults, [""; 0]);
    assert_eq!(run.rows.len(), verdicts.len());
    let strange = run.rows.iter();
    let strange = strange.filter(|row| row[3] != "yes" && row[0] != RACE);
    let strange: Vec<_> = strange.collect();
    let cases: Vec<_> = strange.iter().map(|row| &*row[0]).collect();
    assert_eq!(cases, TOLD_OTHERWISE, "{strange:#?}");
    assert!(
        comparison.agrees(),
        "{} is judged otherwise than what is kept",
        run.version
    );
}

/// What a run left.
struct Run {
    version: String,
    status: String,
    rows: Vec<Vec<String>>,
    faults: Vec<String>,
    reports: tempfile::TempDir,
}

fn play(all: bool) -> Result<Run, String> {
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
    tab.click("#run")?;
    tab.wait_for("#status[data-state=done], #status[data-state=failed]")?;
    photograph(&mut tab, "done")?;
    let status = tab.evaluate("document.querySelector('#status').textContent")?;
    let rows = tab.evaluate(ROWS)?;
    let rows = serde_json::from_value(rows).map_err(|error| error.to_string())?;
    let mut faults = tab.faults();
    photograph_reports(&mut browser, &url)?;
    faults.sort();
    Ok(Run {
        version: text(&version["product"]),
        status: text(&status),
        rows,
        faults,
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
    ] {
        let mut tab = Tab::open(browser, &format!("{url}{target}"))?;
        photograph(&mut tab, name)?;
    }
    Ok(())
}
