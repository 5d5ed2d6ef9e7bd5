//! The spec file of the mode fuzzingclient, as users of the original have it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wscheck_suite::session::Limits;

use crate::failure::Failure;
use crate::terminal::Terminal;

/// What is written when there is no spec file: the defaults of the original.
pub const DEFAULT: &str = r#"{
   "outdir": "./reports/servers",
   "servers": [
      {
         "url": "ws://127.0.0.1:9001"
      }
   ],
   "cases": ["*"],
   "exclude-cases": [],
   "exclude-agent-cases": {}
}
"#;

/// A wait that the user switched off, by 0. A run has to end, so it is long
/// and not endless.
const SWITCHED_OFF: Duration = Duration::from_secs(60);

/// What a `fuzzingclient.json` says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Spec {
    /// Where the reports go.
    #[serde(default = "default_outdir")]
    pub outdir: PathBuf,
    /// Whom to test.
    #[serde(default)]
    pub servers: Vec<Server>,
    /// Which cases.
    #[serde(default = "all_cases")]
    pub cases: Vec<String>,
    /// Which of them not.
    #[serde(default)]
    pub exclude_cases: Vec<String>,
    /// Agent pattern to patterns of the cases that are not for it.
    #[serde(default)]
    pub exclude_agent_cases: BTreeMap<String, Vec<String>>,
    /// Options for all servers.
    #[serde(default)]
    pub options: Options,
}

/// One server.
#[derive(Debug, Default, Deserialize)]
pub struct Server {
    /// Where it is.
    pub url: String,
    /// What reports call it.
    pub agent: Option<String>,
    /// The name that TLS asks for.
    pub hostname: Option<String>,
    /// The value of `Origin`.
    pub origin: Option<String>,
    /// The subprotocols to offer.
    #[serde(default)]
    pub protocols: Vec<String>,
    /// Options that go before those for all servers.
    #[serde(default)]
    pub options: Options,
}

fn default_outdir() -> PathBuf {
    PathBuf::from("./reports/servers")
}

/// The default of `cases`.
pub fn all_cases() -> Vec<String> {
    vec!["*".to_owned()]
}

/// A spec, and what its author should know of it.
#[derive(Debug)]
pub struct Loaded {
    /// The spec.
    pub spec: Spec,
    /// Keys that mean nothing here.
    pub warnings: Vec<String>,
}

impl Spec {
    /// Reads the spec at `path`.
    ///
    /// # Errors
    /// If it cannot be read or is at fault; file, line and key are named.
    pub fn read(path: &Path) -> Result<Loaded, Failure> {
        let text = fs::read_to_string(path).map_err(Failure::reading(path))?;
        Self::parse(path, &text)
    }

    /// Reads a spec that is at hand; `path` is what errors call it.
    ///
    /// # Errors
    /// If it is at fault; file, line and key are named.
    pub fn parse(path: &Path, text: &str) -> Result<Loaded, Failure> {
        let (spec, mut warnings) = parse::<Self>(path, text)?;
        let options = std::iter::once(&spec.options).chain(spec.servers.iter().map(|s| &s.options));
        warnings.extend(unsupported(path, text, options));
        Ok(Loaded { spec, warnings })
    }
}

/// The spec that is named, or the one in this folder, written with `default` if
/// it is missing.
///
/// # Errors
/// If it cannot be written.
pub fn path(
    named: Option<&Path>,
    file: &str,
    default: &str,
    terminal: &Terminal,
) -> Result<PathBuf, Failure> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    let path = PathBuf::from(file);
    if !path.is_file() {
        fs::write(&path, default).map_err(Failure::writing(&path))?;
        terminal.out(&format!("no spec was named: wrote ./{file}\n"));
    }
    Ok(path)
}

/// Reads a spec from `text`; with it come warnings of keys that mean nothing.
///
/// # Errors
/// If it is at fault; file, line and key are named.
pub fn parse<T: DeserializeOwned>(path: &Path, text: &str) -> Result<(T, Vec<String>), Failure> {
    let mut unknown = Vec::new();
    let mut json = serde_json::Deserializer::from_str(text);
    let mut note = |key: serde_ignored::Path<'_>| unknown.push(key.to_string());
    let watched = serde_ignored::Deserializer::new(&mut json, &mut note);
    let spec = serde_path_to_error::deserialize(watched).map_err(|error| {
        let key = error.path().to_string();
        let fault = error.into_inner();
        Failure::File {
            path: path.to_owned(),
            line: Some(fault.line()),
            problem: problem(&key, &fault),
        }
    })?;
    json.end().map_err(|fault| Failure::File {
        path: path.to_owned(),
        line: Some(fault.line()),
        problem: problem(".", &fault),
    })?;
    let warnings = unknown.iter().map(|key| {
        format!(
            "{}: `{key}` is unknown and means nothing",
            place(path, text, key)
        )
    });
    Ok((spec, warnings.collect()))
}

/// Warnings of options that change something in the original and not here.
pub fn unsupported<'o>(
    path: &Path,
    text: &str,
    options: impl IntoIterator<Item = &'o Options>,
) -> Vec<String> {
    let names = options.into_iter().flat_map(Options::unsupported);
    let warnings = names.map(|name| {
        let place = place(path, text, name);
        format!("{place}: the option `{name}` is not supported and changes nothing")
    });
    warnings.collect()
}

/// Where the last part of `key` is first written.
fn place(path: &Path, text: &str, key: &str) -> String {
    let name = format!("\"{}\"", key.rsplit('.').next().unwrap_or(key));
    match text.lines().position(|line| line.contains(&name)) {
        Some(index) => format!("{}:{}", path.display(), index + 1),
        None => path.display().to_string(),
    }
}

/// The parser's words without its place, which stands before them.
fn problem(key: &str, fault: &serde_json::Error) -> String {
    let text = fault.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text);
    match key {
        "." | "?" | "" => what.to_owned(),
        key => format!("`{key}`: {what}"),
    }
}

/// The original's options of a connection.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Options(BTreeMap<String, Value>);

impl Options {
    /// The limits that these options and, where they are silent, `general`
    /// give.
    ///
    /// # Errors
    /// If a limit is no number of seconds.
    pub fn limits(&self, general: &Self) -> Result<Limits, String> {
        let mut limits = Limits::default();
        for (name, limit) in [
            ("openHandshakeTimeout", &mut limits.opening),
            ("closeHandshakeTimeout", &mut limits.close_answer),
            ("serverConnectionDropTimeout", &mut limits.server_drop),
        ] {
            let value = self.get(name).or_else(|| general.get(name));
            if let Some(value) = value {
                let wait = seconds(value).ok_or_else(|| {
                    format!("option `{name}`: expected seconds, 0 for none, and found {value}")
                })?;
                *limit = Some(wait);
            }
        }
        Ok(limits)
    }

    /// The value of an option; null is no value.
    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// The options that would change something in the original and do not here.
    fn unsupported(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(|(name, value)| !value.is_null() && !is_heeded(name, value))
            .map(|(name, _)| name.as_str())
    }
}

/// Whether we do what the option says.
fn is_heeded(name: &str, value: &Value) -> bool {
    match name {
        "openHandshakeTimeout" | "closeHandshakeTimeout" | "serverConnectionDropTimeout" => true,
        // Drafts from 13 on are RFC 6455 on the wire.
        "version" => value
            .as_u64()
            .is_some_and(|draft| (13..=18).contains(&draft)),
        "failByDrop" | "echoCloseCodeReason" | "acceptMaskedServerFrames" | "allowHixie76" => {
            value == false
        }
        "utf8validateIncoming" | "maskClientFrames" | "applyMask" | "tcpNoDelay" => value == true,
        "maxFramePayloadSize"
        | "maxMessagePayloadSize"
        | "autoFragmentSize"
        | "autoPingInterval"
        | "autoPingTimeout" => value == 0,
        _ => false,
    }
}

fn seconds(value: &Value) -> Option<Duration> {
    match Duration::try_from_secs_f64(value.as_f64()?).ok()? {
        Duration::ZERO => Some(SWITCHED_OFF),
        limit => Some(limit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Loaded, String> {
        Spec::parse(Path::new("spec.json"), text).map_err(|failure| failure.to_string())
    }

    #[test]
    fn the_default_is_a_spec_without_a_word_to_say() {
        let loaded = parse(DEFAULT).unwrap();
        assert_eq!(loaded.warnings, [""; 0]);
        assert_eq!(loaded.spec.servers[0].url, "ws://127.0.0.1:9001");
        assert_eq!(loaded.spec.cases, ["*"]);
    }

    #[test]
    fn everything_may_be_missing() {
        let spec = parse("{}").unwrap().spec;
        assert_eq!(spec.outdir, Path::new("./reports/servers"));
        assert_eq!(spec.cases, ["*"]);
        assert!(spec.servers.is_empty());
    }

    #[test]
    fn errors_name_file_line_and_key() {
        for (text, message) in [
            (
                "{\n\"cases\": \"1.*\"}",
                "spec.json:2: `cases`: invalid type: string \"1.*\", expected a sequence",
            ),
            (
                "{\"servers\": [\n{\"url\": 7}]}",
                "spec.json:2: `servers[0].url`: invalid type: integer `7`, expected a string",
            ),
            (
                "{\"servers\": [{\n}]}",
                "spec.json:2: `servers[0]`: missing field `url`",
            ),
            ("{\"cases\": [],\n}", "spec.json:2: trailing comma"),
            ("{}\n{}", "spec.json:2: trailing characters"),
        ] {
            assert_eq!(parse(text).unwrap_err(), message, "{text}");
        }
    }

    #[test]
    fn unknown_keys_and_options_are_warnings() {
        let text = r#"{
            "outdir": "x", "note": 1,
            "servers": [{"url": "ws://a",
                "colour": null,
                "options": {"version": 18, "failByDrop": true}}],
            "options": {"tcpNoDelay": true, "autoPingInterval": 3, "applyMask": null}
        }"#;
        assert_eq!(
            parse(text).unwrap().warnings,
            [
                "spec.json:2: `note` is unknown and means nothing",
                "spec.json:4: `servers.0.colour` is unknown and means nothing",
                "spec.json:6: the option `autoPingInterval` is not supported and changes nothing",
                "spec.json:5: the option `failByDrop` is not supported and changes nothing",
            ]
        );
    }

    #[test]
    fn a_servers_own_limits_go_first() {
        let own: Options = serde_json::from_str(r#"{"openHandshakeTimeout": 2.5}"#).unwrap();
        let general = r#"{"openHandshakeTimeout": 9, "serverConnectionDropTimeout": 0}"#;
        let general: Options = serde_json::from_str(general).unwrap();
        let limits = own.limits(&general).unwrap();
        assert_eq!(limits.opening, Some(Duration::from_millis(2500)));
        assert_eq!(limits.close_answer, Limits::default().close_answer);
        assert_eq!(limits.server_drop, Some(SWITCHED_OFF));
        let wrong: Options = serde_json::from_str(r#"{"closeHandshakeTimeout": -1}"#).unwrap();
        assert!(wrong.limits(&general).is_err());
    }
}
