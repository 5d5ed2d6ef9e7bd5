//! What `wscheck server` is told, checked: the plan of a run, and what becomes
//! of its results.

use std::ffi::OsString;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::TcpListener;
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use wscheck_run::{Address, ClientTls, Dialler, Place, Plan, TargetPlan, TesteeCommand, Trust};
use wscheck_suite::case::Case;
use wscheck_suite::case_id::Pattern;
use wscheck_suite::pace::Pace;
use wscheck_suite::tested::Tested;

use crate::args::{Format, PaceName, ServerArgs, Update};
use crate::failure::Failure;
use crate::recorder::Recording;
use crate::reports::Reports;
use crate::selection::{Wish, choose};
use crate::settings::{Failures, Settings};

/// How many cases are played at a time, at most.
const JOBS: u32 = 16;

/// How long a program under test has to come up, seconds.
pub const START_TIMEOUT: f64 = 30.0;

/// What waits may be multiplied by.
const SCALES: RangeInclusive<f64> = 0.1..=100.0;

/// A run of `wscheck server`, ready to go.
#[derive(Debug)]
pub struct ServerConfig {
    /// What is played against whom. If there is no target, the reference
    /// server is to be started, and [added](Self::add_reference_server).
    pub plan: Plan,
    /// What is played against each target.
    pub cases: Vec<Arc<Case>>,
    /// How many cases are not played because the run is to be quick.
    pub left_out: usize,
    /// The folder of the result files.
    pub out: PathBuf,
    /// What stdout carries.
    pub format: Format,
    /// Whether the wire is shown as it happens.
    pub verbose: bool,
    /// What is written beside the results.
    pub reports: Reports,
    /// What is expected.
    pub settings: Arc<Settings>,
    /// What becomes of that.
    pub update: Option<Update>,
    approach: Approach,
    reference_agent: Option<String>,
}

/// How all targets are reached and spoken to.
#[derive(Debug)]
struct Approach {
    dialler: Dialler,
    origin: Option<String>,
    protocols: Vec<String>,
    headers: Vec<(String, String)>,
}

impl ServerConfig {
    /// Checks what was typed, and what `wscheck.toml` says beside it.
    ///
    /// # Errors
    /// If something does not fit, or no case is left.
    pub fn new(args: &ServerArgs) -> Result<Self, Failure> {
        let settings = Settings::new(&args.expect, args.update.update.is_some())?;
        settings.check_update(args.update.update, args.format)?;
        let args = &settings.fill_server(args.clone());
        let words = Words::sort(&args.words)?;
        let (cases, left_out) = select(args, &words.patterns, &settings)?;
        let mut config = Self {
            plan: plan(args)?,
            cases,
            left_out,
            out: args.out.clone(),
            format: args.format,
            verbose: args.verbose,
            reports: Reports::new(&args.reports)?,
            settings: Arc::new(settings),
            update: args.update.update,
            approach: Approach::new(args)?,
            reference_agent: None,
        };
        let (settings, run) = (&config.settings, config.plan.info());
        config.plan.policy = Some(Failures::new(settings, &config.cases, run));
        check_agents(&args.agent, words.urls.len().max(1))?;
        let mut agents = args.agent.iter().cloned();
        if args.command.is_empty() {
            for url in words.urls {
                config.add_target(url.parse()?, agents.next());
            }
            config.reference_agent = agents.next();
        } else {
            let address = address_of_command(&words.urls)?;
            let command = testee(args, &address)?;
            config.add_target(address, agents.next());
            for target in &mut config.plan.targets {
                target.testee = Some(command.clone());
            }
        }
        Ok(config)
    }

    /// What becomes of the results.
    pub fn recording(&self) -> Recording {
        Recording {
            info: self.plan.info(),
            cases: self.cases.clone(),
            left_out: self.left_out,
            out: self.out.clone(),
            format: self.format,
            verbose: self.verbose,
            reports: self.reports.clone(),
            settings: Arc::clone(&self.settings),
            update: self.update,
        }
    }

    /// Adds the reference server, which listens at `address`.
    pub fn add_reference_server(&mut self, address: Address) {
        let agent = self.reference_agent.take();
        self.add_target(address, agent);
    }

    /// Adds the server at `address`, called `agent` or what it calls itself.
    fn add_target(&mut self, address: Address, agent: Option<String>) {
        let mut target = TargetPlan::new(address, self.cases.clone());
        target.agent = agent;
        target.dialler = self.approach.dialler.clone();
        target.handshake.origin.clone_from(&self.approach.origin);
        target
            .handshake
            .protocols
            .clone_from(&self.approach.protocols);
        target.handshake.headers.clone_from(&self.approach.headers);
        self.plan.targets.push(target);
    }
}

fn plan(args: &ServerArgs) -> Result<Plan, Failure> {
    let max_time = args.max_time.map(|limit| seconds("--max-time", limit));
    Ok(Plan {
        profile: args.profile.unwrap_or_default().into(),
        pace: pace(args.no_timeouts, args.timeout_scale)?,
        // Who debugs does not want a case twice.
        learned_pace: args.pace.unwrap_or_default() == PaceName::Learned && !args.no_timeouts,
        seed: args.seed.unwrap_or_else(random),
        jobs: usize::try_from(args.jobs.unwrap_or(JOBS))
            .ok()
            .and_then(NonZeroUsize::new)
            .unwrap_or(NonZeroUsize::MIN),
        timing: args.timing,
        repeat: args.repeat,
        retries: args.retries,
        fail_fast: args.fail_fast,
        max_time: max_time.transpose()?,
        preflight: !args.no_preflight,
        ..Plan::new()
    })
}

/// How long all waits are, before anything is learned.
///
/// # Errors
/// If the scale is out of range.
pub fn pace(no_timeouts: bool, scale: Option<f64>) -> Result<Pace, Failure> {
    match scale {
        _ if no_timeouts => Ok(Pace::UNBOUNDED),
        None => Ok(Pace::NOMINAL),
        Some(scale) if SCALES.contains(&scale) => Ok(Pace::scaled(scale)),
        Some(scale) => Err(Failure::argument(format!(
            "--timeout-scale {scale}: expected a number from {} to {}",
            SCALES.start(),
            SCALES.end()
        ))),
    }
}

/// A number that nobody chose.
pub fn random() -> u64 {
    // The standard library seeds its hashers with the system's randomness. 53
    // bits are what every reader of JSON can hold.
    RandomState::new().build_hasher().finish() >> 11
}

/// The URLs and the case patterns among what was typed.
#[derive(Debug, PartialEq, Eq)]
struct Words<'a> {
    urls: Vec<&'a str>,
    patterns: Vec<String>,
}

impl<'a> Words<'a> {
    fn sort(words: &'a [String]) -> Result<Self, Failure> {
        let (mut urls, mut patterns) = (Vec::new(), Vec::new());
        for word in words {
            if word.contains("://") || word.starts_with("ws+unix:") {
                urls.push(word.as_str());
            } else if word.parse::<Pattern>().is_ok() {
                patterns.push(word.clone());
            } else {
                return Err(Failure::argument(format!(
                    "'{word}' is neither a URL nor a case pattern"
                ))
                .advising(format!(
                    "ws://{word} for a server; 4.2.4, '4.*' or '!9.*' for cases"
                )));
            }
        }
        Ok(Self { urls, patterns })
    }
}

fn select(
    args: &ServerArgs,
    patterns: &[String],
    settings: &Settings,
) -> Result<(Vec<Arc<Case>>, usize), Failure> {
    choose(&Wish {
        patterns,
        exclude: &args.exclude,
        files: &args.cases_file,
        failed_in: args.last_failed.then_some(args.out.as_path()),
        expectations: &settings.expectations,
        quick: args.quick,
        shard: args.shard,
        testee: Tested::Server,
        profile: args.profile.unwrap_or_default().into(),
    })
}

fn check_agents(agents: &[String], room: usize) -> Result<(), Failure> {
    if agents.len() > room {
        return Err(Failure::argument(format!(
            "--agent is given {} times, and there are {room} servers to name",
            agents.len()
        )));
    }
    for (index, agent) in agents.iter().enumerate() {
        if agent.is_empty() || agents[..index].contains(agent) {
            return Err(Failure::argument(format!(
                "--agent '{agent}': expected a name that no other server has"
            )));
        }
    }
    Ok(())
}

impl Approach {
    fn new(args: &ServerArgs) -> Result<Self, Failure> {
        let headers = args.headers.iter().map(|header| header_field(header));
        Ok(Self {
            dialler: Dialler {
                tls: client_tls(args.ca.as_ref(), args.insecure, args.sni.as_deref())?,
                ..Dialler::default()
            },
            origin: args.origin.clone(),
            protocols: args.protocol.clone(),
            headers: headers.collect::<Result<_, _>>()?,
        })
    }
}

/// How we speak TLS; `None`: as the system trusts, set up when it is needed.
///
/// # Errors
/// If the file or the name is not what it should be.
pub fn client_tls(
    ca: Option<&PathBuf>,
    insecure: bool,
    sni: Option<&str>,
) -> Result<Option<ClientTls>, Failure> {
    let trust = match ca {
        _ if insecure => Trust::Anyone,
        Some(file) => Trust::File(file.clone()),
        None if sni.is_none() => return Ok(None),
        None => Trust::System,
    };
    Ok(Some(ClientTls::new(&trust, sni)?))
}

/// `Name: value` in its two parts.
///
/// # Errors
/// If it is no field.
pub fn header_field(text: &str) -> Result<(String, String), Failure> {
    let is_token = |name: &str| {
        let letter =
            |octet: u8| octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&octet);
        !name.is_empty() && name.bytes().all(letter)
    };
    match text.split_once(':') {
        Some((name, value)) if is_token(name) && !value.contains(['\r', '\n', '\0']) => {
            Ok((name.to_owned(), value.trim().to_owned()))
        }
        _ => Err(Failure::argument(format!(
            "-H '{}': expected 'Name: value'",
            text.escape_debug()
        ))
        .advising("-H 'Authorization: Bearer abc'")),
    }
}

/// Where a server listens that we start: at a free port, unless told where.
fn address_of_command(urls: &[&str]) -> Result<Address, Failure> {
    match urls {
        [] => Ok(format!("ws://127.0.0.1:{}", free_port()?).parse()?),
        [url] if url.contains("{port}") => {
            Ok(url.replace("{port}", &free_port()?.to_string()).parse()?)
        }
        [url] => Ok(url.parse()?),
        _ => Err(Failure::argument(format!(
            "a command starts one server, and there are {} URLs",
            urls.len()
        ))),
    }
}

/// A port that nobody listens at.
///
/// # Errors
/// If the system has none.
pub fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(Failure::Starting)?;
    Ok(listener.local_addr().map_err(Failure::Starting)?.port())
}

fn testee(args: &ServerArgs, address: &Address) -> Result<TesteeCommand, Failure> {
    let url = address.to_string();
    let port = match address.place() {
        Place::Tcp { port, .. } => Some(port.to_string()),
        Place::Unix { .. } => None,
    };
    let fill = |arg: &OsString| filled(arg, &url, port.as_deref());
    let mut words = args.command.iter().map(fill);
    let mut command = TesteeCommand::new(words.next().unwrap_or_default(), words);
    command.listen_limit = seconds(
        "--start-timeout",
        args.start_timeout.unwrap_or(START_TIMEOUT),
    )?;
    command.env.push(("WSCHECK_URL".into(), url.into()));
    command
        .env
        .extend(port.map(|port| ("PORT".into(), port.into())));
    Ok(command)
}

/// An argument of a command, its marks replaced.
pub fn filled(arg: &OsString, url: &str, port: Option<&str>) -> OsString {
    let Some(text) = arg.to_str() else {
        return arg.clone();
    };
    let text = text.replace("{url}", url);
    OsString::from(match port {
        Some(port) => text.replace("{port}", port),
        None => text,
    })
}

/// A wait that was typed.
///
/// # Errors
/// If it is none.
pub fn seconds(option: &str, seconds: f64) -> Result<Duration, Failure> {
    let limit = Duration::try_from_secs_f64(seconds).ok();
    limit
        .filter(|limit| !limit.is_zero())
        .ok_or_else(|| Failure::argument(format!("{option} {seconds}: expected seconds above 0")))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Command, Wscheck};

    fn config(line: &str) -> Result<ServerConfig, Failure> {
        let words = "wscheck server".split(' ').chain(line.split_whitespace());
        match Wscheck::try_parse_from(words).unwrap().command {
            Command::Server(args) => ServerConfig::new(&args),
            _ => unreachable!("the word is server"),
        }
    }

    fn problem(line: &str) -> String {
        config(line).unwrap_err().to_string()
    }

    #[test]
    fn urls_and_patterns_are_told_apart() {
        let config = config("4.2.4 ws://a/b 1.1 ws+unix:x.sock !1.1.2 wss://c").unwrap();
        let urls: Vec<_> = config
            .plan
            .targets
            .iter()
            .map(|t| t.address.to_string())
            .collect();
        assert_eq!(urls, ["ws://a:80/b", "ws+unix:x.sock:/", "wss://c:443/"]);
        assert_eq!(config.cases.len(), 8);
        assert_eq!(
            problem("localhost:9001"),
            "'localhost:9001' is neither a URL nor a case pattern"
        );
        assert!(problem("http://a").contains("ws:// in place of http://"));
        assert!(problem("4.2.9").contains("near ones: 4.2."));
        assert!(problem("--exclude 99").contains("no case matches"));
    }

    #[test]
    fn a_quick_run_plays_less_of_what_is_selected() {
        let quick = config("9.1 12.1 4.2 !9.1.1 --quick").unwrap();
        let played: Vec<String> = quick.cases.iter().map(|c| c.id.to_string()).collect();
        assert_eq!(
            played,
            [
                "4.2.1", "4.2.2", "4.2.3", "4.2.4", "4.2.5", "9.1.2", "9.1.4", "9.1.6", "12.1.1",
                "12.1.12", "12.1.18"
            ]
        );
        assert_eq!(quick.left_out, 2 + 15);
        assert_eq!(config("9.1").unwrap().left_out, 0);
    }

    #[test]
    fn a_command_learns_where_to_listen() {
        let config = config("4.2.4 -- serve --port {port} {url} x").unwrap();
        let target = &config.plan.targets[0];
        let Place::Tcp { port, .. } = target.address.place() else {
            panic!("a port")
        };
        let command = target.testee.clone().unwrap();
        let url = target.address.to_string();
        assert_eq!(command.program, "serve");
        assert_eq!(command.args, ["--port", &port.to_string(), &url, "x"]);
        assert_eq!(command.env[0], ("WSCHECK_URL".into(), url.into()));
        assert_eq!(command.env[1], ("PORT".into(), port.to_string().into()));
    }

    #[test]
    fn a_command_listens_where_the_url_says() {
        let with_port = config("ws://localhost:9/x -- serve {port}").unwrap();
        assert_eq!(
            with_port.plan.targets[0].testee.as_ref().unwrap().args,
            ["9"]
        );
        let with_mark = config("ws://[::1]:{port}/x -- serve {url}").unwrap();
        let target = &with_mark.plan.targets[0];
        assert_eq!(
            target.testee.as_ref().unwrap().args,
            [target.address.to_string().as_str()]
        );
        assert!(problem("ws://a ws://b -- serve").contains("there are 2 URLs"));
    }

    #[test]
    fn agents_are_checked() {
        let named = config("ws://a ws://b --agent x").unwrap();
        let agents: Vec<_> = named
            .plan
            .targets
            .iter()
            .map(|t| t.agent.as_deref())
            .collect();
        assert_eq!(agents, [Some("x"), None]);
        assert!(problem("ws://a --agent x --agent y").contains("1 servers to name"));
        assert!(problem("ws://a ws://b --agent x --agent x").contains("no other server has"));
    }

    #[test]
    fn waits_are_checked() {
        let plan = |line: &str| config(line).unwrap().plan;
        assert_eq!(plan("").pace, Pace::NOMINAL);
        assert!(plan("").learned_pace);
        assert!(!plan("--pace nominal").learned_pace);
        let scaled = plan("--timeout-scale 0.5 --max-time 1.5");
        assert_eq!(scaled.pace, Pace::scaled(0.5));
        assert_eq!(scaled.max_time, Some(Duration::from_millis(1500)));
        let debugging = plan("--no-timeouts");
        assert!(!debugging.learned_pace && debugging.pace == Pace::UNBOUNDED);
        for line in [
            "--timeout-scale 0.09",
            "--timeout-scale 101",
            "--timeout-scale NaN",
            "--max-time 0",
        ] {
            assert!(problem(line).contains("expected"), "{line}");
        }
    }

    #[test]
    fn header_fields_are_checked() {
        let field = header_field("X-A:  b: c ").unwrap();
        assert_eq!(field, ("X-A".into(), "b: c".into()));
        for text in ["", "a", ": b", "a b: c", "a: b\r\nc: d"] {
            assert!(header_field(text).is_err(), "{text:?}");
        }
    }
}
