//! What a client asks for by the target of its request.

use std::collections::BTreeMap;
use std::sync::Arc;

use wscheck_suite::case::Case;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::profile::Profile;
use wscheck_suite::session::request::Refusal;

use super::resource::Resource;

/// The longest name of an agent, octets.
pub const MAX_AGENT: usize = 256;

/// The cases that are served, by number and by place.
#[derive(Debug, Clone)]
pub(super) struct Cases {
    pub(super) list: Arc<[Arc<Case>]>,
    places: BTreeMap<CaseId, usize>,
}

impl Cases {
    pub(super) fn new(list: Vec<Arc<Case>>) -> Self {
        let places = list.iter().enumerate();
        Self {
            places: places.map(|(place, case)| (case.id, place)).collect(),
            list: list.into(),
        }
    }

    fn with_id(&self, id: &str) -> Option<&Arc<Case>> {
        let place = self.places.get(&id.trim().parse().ok()?)?;
        self.list.get(*place)
    }

    /// Counted from 1.
    fn with_number(&self, number: i64) -> Option<&Arc<Case>> {
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        self.list.get(index)
    }
}

/// What a client asks for.
#[derive(Debug, Clone)]
pub(super) enum Route {
    /// `/getCaseCount`.
    Count,
    /// `/getCaseInfo`.
    Info(Arc<Case>),
    /// `/runCase`.
    Run(Arc<Case>, String),
    /// `/getCaseStatus`.
    Status(Arc<Case>, String),
    /// `/updateReports`, and whether the server stops then.
    Update(String, bool),
    /// `/stopServer`.
    Stop,
    /// `/next`.
    Next(String),
    /// Any other path.
    Command,
}

impl Route {
    /// Reads a target. Parameters are looked at on every path.
    ///
    /// # Errors
    /// What is wrong with the parameters; 500 as in the original, by `rfc` 400
    /// or 404.
    pub(super) fn parse(
        resource: &Resource,
        cases: &Cases,
        profile: Profile,
    ) -> Result<Self, Refusal> {
        let parsed = Parameters::parse(resource, cases);
        let parsed = parsed.and_then(|parameters| parameters.route(&resource.path));
        parsed.map_err(|bad| {
            let status = match (profile, &bad) {
                (Profile::Autobahn, _) => 500,
                (Profile::Rfc, Bad::NoSuchCase(_)) => 404,
                (Profile::Rfc, _) => 400,
            };
            Refusal::with_status(status, bad.to_string())
        })
    }
}

#[derive(Debug, thiserror::Error)]
enum Bad {
    #[error(transparent)]
    Repeated(#[from] super::resource::Repeated),
    #[error("there is no case {0}")]
    NoSuchCase(String),
    #[error("case={0:?} is no number")]
    CaseNumber(String),
    #[error("the agent's name is longer than {MAX_AGENT} octets")]
    LongAgent,
    #[error("{path} needs {what}, as in {path}?{example}")]
    Missing {
        path: String,
        what: &'static str,
        example: &'static str,
    },
}

struct Parameters {
    case: Option<Arc<Case>>,
    agent: Option<String>,
    stop: bool,
}

impl Parameters {
    fn parse(resource: &Resource, cases: &Cases) -> Result<Self, Bad> {
        let agent = resource.param("agent")?;
        if agent.is_some_and(|agent| agent.len() > MAX_AGENT) {
            return Err(Bad::LongAgent);
        }
        let stop = resource.param("shutdownOnComplete")?;
        let stop = stop.map(str::to_lowercase);
        Ok(Self {
            case: case(resource, cases)?,
            agent: agent.map(str::to_owned),
            stop: matches!(stop.as_deref(), Some("true" | "yes")),
        })
    }

    fn route(self, path: &str) -> Result<Route, Bad> {
        let missing = |what, example| Bad::Missing {
            path: path.to_owned(),
            what,
            example,
        };
        let case = self
            .case
            .ok_or_else(|| missing("a case", "case=1&agent=NAME"));
        let agent = self.agent.ok_or_else(|| missing("an agent", "agent=NAME"));
        Ok(match path {
            "/getCaseCount" => Route::Count,
            "/getCaseInfo" => Route::Info(case?),
            "/runCase" => Route::Run(case?, agent?),
            "/getCaseStatus" => Route::Status(case?, agent?),
            "/updateReports" => Route::Update(agent?, self.stop),
            "/stopServer" => Route::Stop,
            "/next" => Route::Next(agent?),
            _ => Route::Command,
        })
    }
}

/// The case that is named by `case`, or else by `casetuple`. Number 0 is none.
fn case(resource: &Resource, cases: &Cases) -> Result<Option<Arc<Case>>, Bad> {
    let by_id = match resource.param("casetuple")? {
        Some(id) => match cases.with_id(id) {
            Some(case) => Some(case),
            None => return Err(Bad::NoSuchCase(id.to_owned())),
        },
        None => None,
    };
    let Some(text) = resource.param("case")? else {
        return Ok(by_id.cloned());
    };
    let number = text.trim().parse();
    let number = number.map_err(|_| Bad::CaseNumber(text.to_owned()))?;
    match cases.with_number(number) {
        Some(case) => Ok(Some(Arc::clone(case))),
        None => Err(Bad::NoSuchCase(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wscheck_suite::catalogue;

    fn cases() -> Cases {
        let all = catalogue::all().iter().cloned().map(Arc::new);
        Cases::new(all.take(20).collect())
    }

    fn told(target: &str, profile: Profile) -> String {
        match Route::parse(&Resource::parse(target), &cases(), profile) {
            Ok(Route::Run(case, agent)) => format!("{} by {agent}", case.id),
            Ok(Route::Info(case)) => case.id.to_string(),
            Ok(Route::Update(agent, stop)) => format!("{agent} {stop}"),
            Ok(other) => format!("{other:?}"),
            Err(refusal) => format!("{:?} {}", refusal.status.unwrap_or_default(), refusal.why),
        }
    }

    #[test]
    fn targets_are_understood() {
        for (target, wanted) in [
            ("/getCaseCount", "Count"),
            ("/runCase?case=2&agent=x", "1.1.2 by x"),
            ("/runCase?casetuple=1.1.3&agent=x", "1.1.3 by x"),
            ("/runCase?casetuple=1.1.3&case=+2&agent=x", "1.1.2 by x"),
            ("/getCaseInfo?case=1", "1.1.1"),
            ("/updateReports?agent=x&shutdownOnComplete=True", "x true"),
            ("/updateReports?agent=x&shutdownOnComplete=no", "x false"),
            ("/next?agent=x", "Next(\"x\")"),
            ("/stopServer", "Stop"),
            ("/", "Command"),
        ] {
            assert_eq!(told(target, Profile::Autobahn), wanted);
        }
    }

    #[test]
    fn bad_parameters_are_refused_on_every_path() {
        for (target, status) in [
            ("/runCase?case=0&agent=x", 404),
            ("/runCase?case=21&agent=x", 404),
            ("/?case=-1", 404),
            ("/getCaseCount?case=x", 400),
            ("/runCase?casetuple=9.1.1&case=1&agent=x", 404),
            ("/runCase?case=1", 400),
            ("/runCase?agent=x", 400),
            ("/next", 400),
            ("/a?agent=x&agent=y", 400),
        ] {
            let refused = told(target, Profile::Rfc);
            assert!(
                refused.starts_with(&status.to_string()),
                "{target}: {refused}"
            );
            assert!(
                told(target, Profile::Autobahn).starts_with("500 "),
                "{target}"
            );
        }
        let long = format!("/next?agent={}", "x".repeat(MAX_AGENT + 1));
        assert!(told(&long, Profile::Rfc).starts_with("400 "));
    }
}
