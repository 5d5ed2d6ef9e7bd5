//! Real proxies, each with the configuration in its folder: what is known to be wrong with it
//! stands in its `wscheck.toml`, and anything else fails.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use assert_cmd::Command;

use crate::program::interop;

/// A run takes seconds; one of this length hangs.
const LONGEST_RUN: Duration = Duration::from_secs(120);

#[test]
#[ignore = "needs Debian's nginx-light"]
fn nginx() {
    play("nginx", "nginx.conf", &["nginx", "-e", "stderr", "-c"]);
}

#[test]
#[ignore = "needs Debian's haproxy"]
fn haproxy() {
    play("haproxy", "haproxy.cfg", &["haproxy", "-db", "-f"]);
}

/// Has wscheck start the proxy, with a configuration that is filled in, and play.
fn play(name: &str, config: &str, program: &[&str]) {
    let source = interop().join("proxies").join(name);
    let folder = tempfile::tempdir().expect("a folder");
    let (port, upstream) = (free_port(), format!("127.0.0.1:{}", free_port()));
    let text = fs::read_to_string(source.join(config)).expect("a configuration");
    let text = text
        .replace("{port}", &port.to_string())
        .replace("{upstream}", &upstream)
        .replace("{folder}", &folder.path().to_string_lossy());
    let file = folder.path().join(config);
    fs::write(&file, text).expect("a file");
    let output = Command::new(env!("CARGO_BIN_EXE_wscheck"))
        .args(["proxy", "--strict", "--agent", name, "--config"])
        .arg(source.join("wscheck.toml"))
        .args(["--listen", &upstream])
        .args(["--through", &format!("ws://127.0.0.1:{port}/")])
        .arg("--out")
        .arg(folder.path().join("report"))
        .arg("--")
        .args(program)
        .arg(&file)
        .env("PATH", with_sbin())
        .current_dir(folder.path())
        .timeout(LONGEST_RUN)
        .output()
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}:\n{told}");
    assert!(played_all(&folder.path().join("report")), "{name}:\n{told}");
}

/// Whether each case of the chapter has a result.
fn played_all(report: &Path) -> bool {
    let lines = fs::read_to_string(report.join("results.jsonl")).unwrap_or_default();
    let results = lines.lines().filter(|line| line.contains("\"outcome\""));
    let cases = wscheck_suite::catalogue::all().iter();
    results.count() == cases.filter(|case| case.relay.is_some()).count()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// Debian's servers are where only root looks.
fn with_sbin() -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    format!("{path}:/usr/sbin:/sbin")
}
