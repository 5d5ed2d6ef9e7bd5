//! The verdicts that the original gave, and the cases in which it could give another.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// What `index.json` says about a case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    behavior: String,
    behavior_close: String,
    remote_close_code: Option<u16>,
}

impl Verdict {
    /// Whether the peer declined what the case needs.
    pub fn is_unimplemented(&self) -> bool {
        self.behavior == "UNIMPLEMENTED"
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {} / ", self.behavior, self.behavior_close)?;
        match self.remote_close_code {
            Some(code) => write!(f, "{code}"),
            None => f.write_str("no code"),
        }
    }
}

/// Which end of a connection is under test.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Testee {
    /// A server, by `wstest -m fuzzingclient`.
    #[default]
    Server,
    /// A client, by `wstest -m fuzzingserver`.
    Client,
    /// A browser, by the page of `wscheck client`.
    Browser,
}

impl Testee {
    /// The file with what the original said of such agents; of browsers, what wscheck
    /// said before.
    fn file(self) -> &'static str {
        match self {
            Self::Server => "expected/servers.json",
            Self::Client => "expected/clients.json",
            Self::Browser => "expected/chromium.json",
        }
    }
}

impl fmt::Display for Testee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Server => "server",
            Self::Client => "client",
            Self::Browser => "browser",
        })
    }
}

/// What is kept in the repository about the peers of one kind.
pub struct Kept {
    testee: Testee,
    verdicts: BTreeMap<String, BTreeMap<String, Verdict>>,
    races: Vec<Race>,
}

/// Cases of one agent whose verdict depends on an order of events that neither side
/// decides.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Race {
    /// How the peer is called in the kept verdicts.
    agent: String,
    /// Which end of the connection it is.
    #[serde(default)]
    testee: Testee,
    /// The cases that it concerns.
    cases: Vec<String>,
    /// The order of events behind the kept verdict.
    pub kept_when: String,
    /// The order of events behind the other verdict.
    pub other_when: String,
    /// The other verdict.
    other: Verdict,
}

impl Kept {
    /// Reads the kept verdicts and races from the folder `interop`.
    ///
    /// # Panics
    /// When a file is missing or wrong: they are part of the repository.
    pub fn read(interop: &Path, testee: Testee) -> Self {
        #[derive(Deserialize)]
        struct Group {
            cases: Vec<String>,
            #[serde(flatten)]
            verdict: Verdict,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Races {
            #[serde(default)]
            race: Vec<Race>,
        }

        let groups: BTreeMap<String, Vec<Group>> = parse(&interop.join(testee.file()), |text| {
            serde_json::from_str(text)
        });
        let mut races: Races = parse(&interop.join("races.toml"), |text| toml::from_str(text));
        races.race.retain(|race| race.testee == testee);
        let verdicts = groups
            .into_iter()
            .map(|(agent, groups)| {
                let cases = groups.into_iter().flat_map(|Group { cases, verdict }| {
                    cases.into_iter().map(move |case| (case, verdict.clone()))
                });
                (agent, cases.collect())
            })
            .collect();
        Self {
            testee,
            verdicts,
            races: races.race,
        }
    }

    /// The verdicts that the original gave this agent, case by case.
    ///
    /// # Panics
    /// When it never judged an agent of that name.
    pub fn verdicts(&self, agent: &str) -> &BTreeMap<String, Verdict> {
        self.verdicts
            .get(agent)
            .unwrap_or_else(|| panic!("{} does not have {agent}", self.testee.file()))
    }

    /// The race that explains this verdict beside the kept one.
    pub fn race(&self, agent: &str, case: &str, verdict: &Verdict) -> Option<&Race> {
        self.races.iter().find(|race| {
            race.agent == agent && race.cases.iter().any(|of| of == case) && race.other == *verdict
        })
    }
}

fn parse<T: DeserializeOwned, E: fmt::Display>(
    path: &Path,
    parser: impl FnOnce(&str) -> Result<T, E>,
) -> T {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    parser(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
