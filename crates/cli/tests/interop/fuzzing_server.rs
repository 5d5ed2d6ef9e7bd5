//! `wstest -m fuzzingserver`, and clients that run all of its cases.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use crate::kept::Verdict;
use crate::peer::Peer;
use crate::run;

/// What the kept verdicts of clients cover.
pub const CHAPTERS: [&str; 8] = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*"];

/// A client takes less than half a minute; one that takes so long hangs.
const LONGEST_VISIT: Duration = Duration::from_secs(240);

/// A running fuzzing server on a free port, and the folder that it writes into. Both are
/// gone when this is dropped.
pub struct FuzzingServer {
    peer: Peer,
    folder: TempDir,
}

impl FuzzingServer {
    /// Starts it with the cases of the chapters 1 to 7 and 10.
    pub fn start() -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let spec = folder.path().join("fuzzingserver.json");
        let content = json!({
            "url": "ws://127.0.0.1:0",
            "outdir": reports(&folder),
            "cases": CHAPTERS,
            "exclude-cases": [],
            "exclude-agent-cases": {},
        });
        fs::write(&spec, content.to_string()).map_err(|error| error.to_string())?;
        let mut program = Command::new(env!("CARGO_BIN_EXE_wstest"));
        program
            .args(["-m", "fuzzingserver", "-u", "0", "-s"])
            .arg(&spec)
            .current_dir(folder.path());
        let peer = Peer::start(program)?;
        Ok(Self { peer, folder })
    }

    /// Has `client` run every case under the name `agent`, and reads the verdicts from the
    /// reports that it asks for at the end.
    pub fn visit(&self, client: Command, agent: &str) -> Result<BTreeMap<String, Verdict>, String> {
        let output = assert_cmd::Command::from_std(client)
            .args([self.peer.url(), agent])
            .timeout(LONGEST_VISIT)
            .output()
            .map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(format!(
                "the client ended with {}\n{}",
                output.status,
                String::from_utf8_lossy(&output.stderr)
            ));
        }
        run::verdicts(&reports(&self.folder), agent)
    }
}

fn reports(folder: &TempDir) -> PathBuf {
    folder.path().join("reports")
}
