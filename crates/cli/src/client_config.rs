//! What `wscheck client` is told, checked: what is served, where, and what
//! becomes of the results.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use wscheck_run::{Address, ServerTls, ServicePlan, TesteeCommand};
use wscheck_suite::tested::Tested;

use crate::args::{ClientArgs, PaceName};
use crate::config::{START_TIMEOUT, filled, pace, random, seconds};
use crate::failure::Failure;
use crate::listening;
use crate::recorder::Recording;
use crate::reports::Reports;
use crate::selection::{Wish, choose};
use crate::settings::{Failures, Settings};

/// Where clients come when nothing else is said.
const LISTEN: &str = "127.0.0.1:9001";

/// How long a client that we started may do nothing, seconds.
const IDLE_TIMEOUT: f64 = 30.0;

/// Where one comes that we start.
const LISTEN_FOR_COMMAND: &str = "127.0.0.1:0";

/// A run of `wscheck client`, ready to go.
#[derive(Debug)]
pub struct ClientConfig {
    /// What is served, and how. If there is a command it does not know the URL
    /// yet: see [`start_at`](Self::start_at).
    pub plan: ServicePlan,
    /// Where it is served; port 0 takes a free one.
    pub address: Address,
    /// Its TLS, if it has any.
    pub tls: Option<ServerTls>,
    /// Where the URL is written.
    pub url_file: Option<PathBuf>,
    /// What becomes of the results.
    pub recording: Recording,
    command: Option<TesteeCommand>,
}

impl ClientConfig {
    /// Checks what was typed, and what `wscheck.toml` says beside it.
    ///
    /// # Errors
    /// If something does not fit, or no case is left.
    pub fn new(args: &ClientArgs) -> Result<Self, Failure> {
        let settings = Settings::new(&args.expect, args.update.update.is_some())?;
        settings.check_update(args.update.update, args.format)?;
        let args = &settings.fill_client(args.clone());
        let (cases, left_out) = choose(&Wish {
            patterns: &args.patterns,
            exclude: &args.exclude,
            files: &args.cases_file,
            failed_in: args.last_failed.then_some(args.out.as_path()),
            expectations: &settings.expectations,
            quick: args.quick,
            shard: args.shard,
            testee: Tested::Client,
            profile: args.profile.unwrap_or_default().into(),
        })?;
        let mut plan = ServicePlan::new(cases.clone());
        plan.profile = args.profile.unwrap_or_default().into();
        plan.pace = pace(args.no_timeouts, args.timeout_scale)?;
        plan.learned_pace = args.pace.unwrap_or_default() == PaceName::Learned && !args.no_timeouts;
        plan.fail_fast = args.fail_fast;
        let max_time = args.max_time.map(|limit| seconds("--max-time", limit));
        plan.max_time = max_time.transpose()?;
        plan.seed = args.seed.unwrap_or_else(random);
        plan.idle_limit = seconds("--idle-timeout", args.idle_timeout.unwrap_or(IDLE_TIMEOUT))?;
        let settings = Arc::new(settings);
        plan.policy = Some(Failures::new(&settings, &cases, plan.info()));
        let address = address(args)?;
        let files = args.cert.as_deref().zip(args.key.as_deref());
        Ok(Self {
            recording: Recording {
                info: plan.info(),
                cases,
                left_out,
                out: args.out.clone(),
                format: args.format,
                verbose: args.verbose,
                reports: Reports::new(&args.reports)?,
                settings,
                update: args.update.update,
            },
            plan,
            tls: listening::tls(&address, files)?,
            address,
            url_file: args.url_file.clone(),
            command: command(args)?,
        })
    }

    /// Tells the command, if there is one, the URL of the suite.
    pub fn start_at(&mut self, url: &str) {
        if let Some(mut command) = self.command.take() {
            command.args = command
                .args
                .iter()
                .map(|arg| filled(arg, url, None))
                .collect();
            command.env.push(("WSCHECK_URL".into(), url.into()));
            self.plan.testee = Some(command);
        }
    }

    /// The certificate that was made on the spot, and where it is to be written.
    pub fn certificate<'a>(&'a self, args: &'a ClientArgs) -> Option<(&'a PathBuf, &'a str)> {
        let pem = self.tls.as_ref()?.certificate_pem()?;
        Some((args.write_cert.as_ref()?, pem))
    }
}

fn address(args: &ClientArgs) -> Result<Address, Failure> {
    let listen = args
        .listen
        .as_deref()
        .unwrap_or(if args.command.is_empty() {
            LISTEN
        } else {
            LISTEN_FOR_COMMAND
        });
    listening::address(listen, args.tls)
}

fn command(args: &ClientArgs) -> Result<Option<TesteeCommand>, Failure> {
    let first_limit: Duration = seconds(
        "--start-timeout",
        args.start_timeout.unwrap_or(START_TIMEOUT),
    )?;
    let mut words = args.command.iter().cloned();
    Ok(words.next().map(|program| {
        let mut command = TesteeCommand::new(program, words);
        command.listen_limit = first_limit;
        command
    }))
}

/// The URL of the suite, to which clients append what they ask for.
pub fn base_url(address: &Address) -> Arc<str> {
    address.to_string().trim_end_matches('/').into()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Command, Wscheck};

    fn config(line: &str) -> Result<ClientConfig, Failure> {
        let words = "wscheck client".split(' ').chain(line.split_whitespace());
        match Wscheck::try_parse_from(words).unwrap().command {
            Command::Client(args) => ClientConfig::new(&args),
            _ => unreachable!("the word is client"),
        }
    }

    #[test]
    fn a_client_is_told_where_to_come() {
        let mut config = config("4.2.4 -- run {url} x").unwrap();
        assert_eq!(config.address.to_string(), "ws://127.0.0.1:0/");
        config.start_at("ws://127.0.0.1:7");
        let command = config.plan.testee.unwrap();
        assert_eq!(
            (command.program.to_str(), command.args.len()),
            (Some("run"), 2)
        );
        assert_eq!(command.args, ["ws://127.0.0.1:7", "x"]);
        assert_eq!(
            command.env,
            [("WSCHECK_URL".into(), "ws://127.0.0.1:7".into())]
        );
    }

    #[test]
    fn places_and_waits_are_checked() {
        assert_eq!(
            config("").unwrap().address.to_string(),
            "ws://127.0.0.1:9001/"
        );
        let secure = config("--tls --listen localhost:0").unwrap();
        assert_eq!(secure.address.to_string(), "wss://localhost:0/");
        assert!(secure.tls.is_some());
        for line in [
            "99.1",
            "--tls --listen ws://a:1",
            "--idle-timeout 0",
            "--max-time 0",
        ] {
            assert!(config(line).is_err(), "{line}");
        }
        let base = base_url(&"ws://a:1/".parse().unwrap());
        assert_eq!(&*base, "ws://a:1");
    }
}
