//! The spec file of the mode fuzzingserver, as users of the original have it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::spec::{self, Options};
use crate::failure::Failure;

/// What is written when there is no spec file: the defaults of the original.
pub const DEFAULT: &str = r#"{
   "url": "ws://127.0.0.1:9001",
   "outdir": "./reports/clients",
   "cases": ["*"],
   "exclude-cases": [],
   "exclude-agent-cases": {}
}
"#;

/// What a `fuzzingserver.json` says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ServerSpec {
    /// Where to listen.
    #[serde(default = "default_url")]
    pub url: String,
    /// Where the reports go.
    #[serde(default = "default_outdir")]
    pub outdir: PathBuf,
    /// Subprotocols; the original never picks one.
    #[serde(default, rename = "protocols")]
    pub _protocols: Vec<String>,
    /// Which cases.
    #[serde(default = "spec::all_cases")]
    pub cases: Vec<String>,
    /// Which of them not.
    #[serde(default)]
    pub exclude_cases: Vec<String>,
    /// Agent pattern to patterns of the cases that are not for it.
    #[serde(default)]
    pub exclude_agent_cases: BTreeMap<String, Vec<String>>,
    /// Options of all connections.
    #[serde(default)]
    pub options: Options,
    /// The port of the web pages, which the command line gives here.
    #[serde(default, rename = "webport")]
    pub _webport: Option<u16>,
    /// The private key, PEM.
    pub key: Option<PathBuf>,
    /// The certificate, PEM.
    pub cert: Option<PathBuf>,
}

fn default_url() -> String {
    "ws://127.0.0.1:9001".to_owned()
}

fn default_outdir() -> PathBuf {
    PathBuf::from("./reports/clients")
}

impl ServerSpec {
    /// Reads the spec at `path`, and what its author should know of it.
    ///
    /// # Errors
    /// If it cannot be read or is at fault; file, line and key are named.
    pub fn read(path: &Path) -> Result<(Self, Vec<String>), Failure> {
        let text = std::fs::read_to_string(path).map_err(Failure::reading(path))?;
        Self::parse(path, &text)
    }

    /// Reads a spec that is at hand; `path` is what errors call it.
    ///
    /// # Errors
    /// If it is at fault; file, line and key are named.
    pub fn parse(path: &Path, text: &str) -> Result<(Self, Vec<String>), Failure> {
        let (spec, mut warnings) = spec::parse::<Self>(path, text)?;
        warnings.extend(spec::unsupported(path, text, [&spec.options]));
        Ok((spec, warnings))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_a_spec_without_a_word_to_say() {
        let path = Path::new("spec.json");
        let (spec, warnings) = ServerSpec::parse(path, DEFAULT).unwrap();
        assert_eq!(warnings, [""; 0]);
        assert_eq!(spec.url, "ws://127.0.0.1:9001");
        let (spec, _) = ServerSpec::parse(path, "{}").unwrap();
        assert_eq!(spec.outdir, Path::new("./reports/clients"));
        let text = "{\n\"ulr\": 1, \"options\": {\"applyMask\": false}}";
        let (_, warnings) = ServerSpec::parse(path, text).unwrap();
        assert_eq!(warnings.len(), 2);
    }
}
