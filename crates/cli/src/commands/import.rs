//! `wscheck import`: files of the original as a `wscheck.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use toml_edit::{DocumentMut, Item, Table, value};
use wscheck_report::whole_file;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::catalogue;
use wscheck_suite::cover::{cover, selection};
use wscheck_suite::tested::Tested;
use wscheck_suite::verdict::{Behaviour, CloseBehaviour};

use crate::args::ImportArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::{Expected, NewDeviation, Settings, add, beginning, item, must_be_new};
use crate::terminal::{Terminal, printable};
use crate::wstest::patterns;
use crate::wstest::server_spec::ServerSpec;
use crate::wstest::spec::{self, Spec};

/// The edition that has the cases of the original, which is all that its files know.
const OF_THE_ORIGINAL: u16 = 1;

/// The most letters of a name in a message.
const NAME: usize = 60;

/// Turns the files into one `wscheck.toml`.
///
/// # Errors
/// If a file is none of those that are known, or the new one cannot be written.
pub fn run(args: &ImportArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    if let Some(path) = &args.output {
        must_be_new(path)?;
    }
    let mut import = Import::new(args.role.map(Into::into));
    for path in &args.files {
        let text = fs::read_to_string(path).map_err(Failure::reading(path))?;
        import.take(path, &text)?;
    }
    for warning in &import.warnings {
        terminal.warn(warning);
    }
    let text = import.finish();
    // What we write, we can read.
    Settings::parse("wscheck.toml".into(), text.clone())?;
    match &args.output {
        None => terminal.out(&text),
        Some(path) => {
            whole_file::write_text(path, &text).map_err(Failure::writing(path))?;
            terminal.say(&format!("{} is written", path.display()));
        }
    }
    Ok(Exit::AsExpected)
}

/// What the files come to.
struct Import {
    role: Option<Tested>,
    all: Vec<CaseId>,
    document: DocumentMut,
    baselines: Vec<Baseline>,
    warnings: Vec<String>,
}

/// The verdicts that were kept of one agent.
struct Baseline {
    agent: String,
    /// The file.
    name: String,
    verdicts: BTreeMap<(Behaviour, CloseBehaviour), BTreeSet<CaseId>>,
}

/// What `index.json` has of a case.
#[derive(Debug, Deserialize)]
struct Row {
    behavior: Behaviour,
    #[serde(rename = "behaviorClose")]
    behavior_close: CloseBehaviour,
}

impl Import {
    fn new(role: Option<Tested>) -> Self {
        Self {
            role,
            all: catalogue::all().iter().map(|case| case.id).collect(),
            document: beginning(OF_THE_ORIGINAL).parse().unwrap_or_default(),
            baselines: Vec::new(),
            warnings: Vec::new(),
        }
    }

    fn take(&mut self, path: &Path, text: &str) -> Result<(), Failure> {
        let known: Map<String, Value> = parsed(path, text)?;
        let has = |key| known.contains_key(key);
        let is_agent = |value: &Value| {
            let cases = value.as_object();
            cases.is_some_and(|cases| cases.values().all(|row| row.get("behavior").is_some()))
        };
        if has("servers") {
            let loaded = Spec::read(path)?;
            self.warnings.extend(loaded.warnings);
            self.client_spec(path, &loaded.spec);
        } else if has("url") || has("webport") {
            let (spec, warnings) = ServerSpec::read(path)?;
            self.warnings.extend(warnings);
            self.server_spec(path, &spec);
        } else if !known.is_empty() && known.values().any(is_agent) {
            self.baseline(path, text)?;
        } else {
            return Err(Failure::File {
                path: path.to_owned(),
                line: None,
                problem: "expected a fuzzingclient.json with `servers`, a fuzzingserver.json \
                    with `url`, or an index.json: agents, their cases, and the `behavior` of each"
                    .to_owned(),
            });
        }
        Ok(())
    }

    fn client_spec(&mut self, path: &Path, spec: &Spec) {
        self.selection(path, &spec.cases, &spec.exclude_cases);
        self.not_taken(path, "outdir", "--out DIR names the folder of the results");
        let texts = |of: fn(&spec::Server) -> Option<&String>| -> Vec<String> {
            let servers = spec.servers.iter();
            servers.filter_map(of).cloned().collect()
        };
        let table = self.table("server");
        let urls = texts(|server| Some(&server.url));
        if !urls.is_empty() {
            table.insert("url", item(&urls));
        }
        let agents = texts(|server| server.agent.as_ref());
        // Names belong to the URLs in their order.
        if !agents.is_empty() && agents.len() == urls.len() {
            table.insert("agent", item(&agents));
        }
        for (key, found) in [
            ("origin", texts(|server| server.origin.as_ref())),
            ("sni", texts(|server| server.hostname.as_ref())),
        ] {
            if let Some(first) = found.first() {
                table.insert(key, value(first));
            }
        }
        if let Some(first) = spec.servers.iter().find(|s| !s.protocols.is_empty()) {
            table.insert("protocols", item(&first.protocols));
        }
        if spec.servers.len() > 1 {
            self.not_taken(
                path,
                "what is said of one server alone",
                "origin, hostname and protocols are those of the first that has any",
            );
        }
        self.exclusions(path, &spec.exclude_agent_cases);
    }

    fn server_spec(&mut self, path: &Path, spec: &ServerSpec) {
        self.selection(path, &spec.cases, &spec.exclude_cases);
        self.not_taken(path, "outdir", "--out DIR names the folder of the results");
        let is_tls = spec.url.starts_with("wss:");
        let place = spec
            .url
            .split_once("://")
            .map_or(&*spec.url, |(_, rest)| rest);
        let place = place.split('/').next().unwrap_or_default();
        let table = self.table("client");
        table.insert("listen", value(place));
        if is_tls {
            table.insert("tls", value(true));
            for (key, file) in [("cert", &spec.cert), ("key", &spec.key)] {
                if let Some(file) = file {
                    table.insert(key, value(file.display().to_string()));
                }
            }
        }
        self.exclusions(path, &spec.exclude_agent_cases);
    }

    /// The table of this name, made if it is missing.
    fn table(&mut self, key: &str) -> &mut Table {
        let item = self.document.entry(key).or_insert_with(toml_edit::table);
        if !item.is_table() {
            *item = Item::Table(Table::new());
        }
        match item {
            Item::Table(table) => table,
            _ => unreachable!("it was made a table"),
        }
    }

    fn selection(&mut self, path: &Path, cases: &[String], exclude: &[String]) {
        let ids = self.all.iter().copied();
        let (chosen, idle) = patterns::select(cases, exclude, ids);
        for pattern in idle {
            let (file, pattern) = (path.display(), printable(pattern, NAME));
            let warning = format!("{file}: the pattern '{pattern}' selects nothing");
            self.warnings.push(warning);
        }
        let words = selection(&chosen, &self.all);
        if !words.is_empty() {
            self.document.insert("cases", item(&words));
        }
    }

    /// Cases that an agent is not to run become cases in which it may do anything:
    /// then it is seen when there is no need for that any more.
    fn exclusions(&mut self, path: &Path, exclusions: &BTreeMap<String, Vec<String>>) {
        for (agent, cases) in exclusions {
            let one = BTreeMap::from([("*".to_owned(), cases.clone())]);
            let ids = self.all.iter().copied();
            let excluded = |id: &CaseId| patterns::is_excluded(&one, "", &id.to_string());
            let set: BTreeSet<CaseId> = ids.filter(excluded).collect();
            if set.is_empty() {
                continue;
            }
            let deviation = NewDeviation {
                cases: cover(&set, &self.all),
                agent: (agent != "*").then(|| agent.clone()),
                role: self.role,
                expected: Expected::Whole(vec!["failed", "non-strict", "unimplemented"]),
                found: format!("in exclude-agent-cases of {}", name(path)),
            };
            add(&mut self.document, &deviation);
        }
    }

    fn not_taken(&mut self, path: &Path, what: &str, instead: &str) {
        let file = path.display();
        let warning = format!("{file}: {what} is not imported; {instead}");
        self.warnings.push(warning);
    }

    fn baseline(&mut self, path: &Path, text: &str) -> Result<(), Failure> {
        type Index = BTreeMap<String, BTreeMap<CaseId, Row>>;
        let index: Index = parsed(path, text)?;
        for (agent, rows) in index {
            let mut verdicts: BTreeMap<_, BTreeSet<CaseId>> = BTreeMap::new();
            for (case, row) in rows {
                if self.all.binary_search(&case).is_err() {
                    let file = path.display();
                    let warning = format!("{file}: there is no case {case}; it is left out");
                    self.warnings.push(warning);
                    continue;
                }
                let verdict = (row.behavior, row.behavior_close);
                verdicts.entry(verdict).or_default().insert(case);
            }
            self.baselines.push(Baseline {
                agent,
                name: name(path),
                verdicts,
            });
        }
        Ok(())
    }

    fn finish(mut self) -> String {
        let several = self.baselines.len() > 1;
        for baseline in &self.baselines {
            for ((behaviour, close), cases) in &baseline.verdicts {
                let right = matches!(behaviour, Behaviour::Ok | Behaviour::Informational);
                if right && !close.fails() {
                    continue;
                }
                let deviation = NewDeviation {
                    cases: cover(cases, &self.all),
                    agent: several.then(|| baseline.agent.clone()),
                    role: self.role,
                    expected: Expected::Axes(*behaviour, *close),
                    found: format!("as in {}", baseline.name),
                };
                add(&mut self.document, &deviation);
            }
        }
        self.document.to_string()
    }
}

fn name(path: &Path) -> String {
    path.file_name()
        .map_or_else(String::new, |name| printable(&name.to_string_lossy(), NAME))
}

fn parsed<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|fault| {
        let told = fault.to_string();
        let problem = told.split(" at line ").next().unwrap_or(&told).to_owned();
        Failure::File {
            path: path.to_owned(),
            line: Some(fault.line()),
            problem,
        }
    })
}
