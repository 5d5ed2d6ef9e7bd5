//! One run of `wstest -m fuzzingclient` over what a selection plays.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use assert_cmd::Command;
use serde_json::json;

use crate::kept::Verdict;

/// A run takes half a minute; one of this length hangs.
const LONGEST_RUN: Duration = Duration::from_secs(240);

/// Runs every case but those left out, and reads the verdicts back from `index.json`.
pub fn all_but(
    left_out: &[String],
    agent: &str,
    url: &str,
) -> Result<BTreeMap<String, Verdict>, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let reports = folder.path().join("reports");
    let spec = folder.path().join("fuzzingclient.json");
    let content = json!({
        "outdir": reports,
        "servers": [{ "agent": agent, "url": url }],
        "cases": ["*"],
        "exclude-cases": left_out,
        "exclude-agent-cases": {},
    });
    fs::write(&spec, content.to_string()).map_err(|error| error.to_string())?;

    let output = Command::new(env!("CARGO_BIN_EXE_wstest"))
        .args(["-m", "fuzzingclient", "-s"])
        .arg(&spec)
        .current_dir(folder.path())
        .timeout(LONGEST_RUN)
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!(
            "wstest ended with {}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        ));
    }

    verdicts(&reports, agent)
}

/// What `index.json` in the folder of the reports says of an agent.
pub fn verdicts(reports: &Path, agent: &str) -> Result<BTreeMap<String, Verdict>, String> {
    let index = reports.join("index.json");
    let text = fs::read_to_string(&index).map_err(|error| format!("index.json: {error}"))?;
    let mut agents: BTreeMap<String, BTreeMap<String, Verdict>> =
        serde_json::from_str(&text).map_err(|error| format!("index.json: {error}"))?;
    agents
        .remove(agent)
        .ok_or_else(|| "index.json does not have the agent".to_owned())
}
