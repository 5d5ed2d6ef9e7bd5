//! What `wscheck proxy` is told, checked.

use std::sync::Arc;

use wscheck_run::{Address, Dialler, Place, Plan, TargetPlan, TesteeCommand};
use wscheck_suite::profile::Profile;
use wscheck_suite::result::RunInfo;
use wscheck_suite::tested::Tested;

use crate::args::ProxyArgs;
use crate::config::{
    START_TIMEOUT, client_tls, filled, free_port, header_field, pace, random, seconds,
};
use crate::failure::Failure;
use crate::listening;
use crate::recorder::Recording;
use crate::reports::Reports;
use crate::selection::{Wish, choose};
use crate::settings::{Failures, Settings};

/// Where proxies find us when nothing else is said.
const LISTEN: &str = "127.0.0.1:9009";

/// Where one does that we start.
const LISTEN_FOR_COMMAND: &str = "127.0.0.1:0";

/// A run of `wscheck proxy`, ready to go.
#[derive(Debug)]
pub struct ProxyConfig {
    /// What is played, through whom.
    pub plan: Plan,
    /// Where we are the server.
    pub listen: Address,
    /// What becomes of the results.
    pub recording: Recording,
    /// What starts the proxy, as long as it does not know where we listen.
    command: Option<TesteeCommand>,
}

impl ProxyConfig {
    /// Checks what was typed, and what `wscheck.toml` says beside it.
    ///
    /// # Errors
    /// If something does not fit, or no case is left.
    pub fn new(args: &ProxyArgs) -> Result<Self, Failure> {
        let settings = Settings::new(&args.expect, args.update.update.is_some())?;
        settings.check_update(args.update.update, args.format)?;
        let args = &settings.fill_proxy(args.clone());
        let (cases, left_out) = choose(&Wish {
            patterns: &args.patterns,
            exclude: &args.exclude,
            files: &args.cases_file,
            failed_in: args.last_failed.then_some(args.out.as_path()),
            expectations: &settings.expectations,
            quick: false,
            shard: args.shard,
            testee: Tested::Proxy,
            profile: Profile::Rfc,
        })?;
        let through = through(args)?;
        let mut target = TargetPlan::new(through, cases.clone());
        target.agent.clone_from(&args.agent);
        target.dialler = Dialler {
            tls: client_tls(args.ca.as_ref(), args.insecure, args.sni.as_deref())?,
            ..Dialler::default()
        };
        let headers = args.headers.iter().map(|header| header_field(header));
        target.handshake.headers = headers.collect::<Result<_, _>>()?;
        let command = command(args, &target.address)?;
        let default = if command.is_some() {
            LISTEN_FOR_COMMAND
        } else {
            LISTEN
        };
        let listen = args.listen.as_deref().unwrap_or(default);
        let mut plan = plan(args, target)?;
        let (settings, info) = (Arc::new(settings), plan.info_of(Tested::Proxy));
        plan.policy = Some(Failures::new(&settings, &cases, info.clone()));
        let recording = Recording {
            info,
            cases,
            left_out,
            out: args.out.clone(),
            format: args.format,
            verbose: args.verbose,
            reports: Reports::new(&args.reports)?,
            settings,
            update: args.update.update,
        };
        Ok(Self {
            plan,
            listen: listening::address(listen, false)?,
            recording,
            command,
        })
    }

    /// Has the proxy, if we start it, forward to where we listen now.
    pub fn listens_at(&mut self, address: &Address) {
        let upstream = address.host_header();
        if let (Some(mut command), Some(target)) =
            (self.command.take(), self.plan.targets.first_mut())
        {
            for arg in &mut command.args {
                if let Some(text) = arg.to_str() {
                    *arg = text.replace("{upstream}", &upstream).into();
                }
            }
            command
                .env
                .push(("WSCHECK_UPSTREAM".into(), upstream.into()));
            target.testee = Some(command);
        }
    }

    /// What is true of the run, before it begins.
    pub fn info(&self) -> &RunInfo {
        &self.recording.info
    }
}

/// Where the proxy is: at a free port, unless told where.
fn through(args: &ProxyArgs) -> Result<Address, Failure> {
    let text = match (&args.through, args.command.is_empty()) {
        (Some(url), _) => url.as_str(),
        (None, false) => "ws://127.0.0.1:{port}",
        (None, true) => {
            let problem = "no proxy is named: neither --through, nor a command, nor either of \
                both in [proxy] of wscheck.toml";
            return Err(Failure::argument(problem.to_owned())
                .advising("wscheck proxy --through ws://127.0.0.1:8080".to_owned()));
        }
    };
    Ok(match text.contains("{port}") {
        true => text.replace("{port}", &free_port()?.to_string()).parse()?,
        false => text.parse()?,
    })
}

fn plan(args: &ProxyArgs, target: TargetPlan) -> Result<Plan, Failure> {
    let max_time = args.max_time.map(|limit| seconds("--max-time", limit));
    Ok(Plan {
        pace: pace(args.no_timeouts, args.timeout_scale)?,
        seed: args.seed.unwrap_or_else(random),
        repeat: args.repeat,
        retries: args.retries,
        fail_fast: args.fail_fast,
        max_time: max_time.transpose()?,
        preflight: !args.no_preflight,
        targets: vec![target],
        ..Plan::new()
    })
}

fn command(args: &ProxyArgs, address: &Address) -> Result<Option<TesteeCommand>, Failure> {
    if args.command.is_empty() {
        return Ok(None);
    }
    let url = address.to_string();
    let port = match address.place() {
        Place::Tcp { port, .. } => Some(port.to_string()),
        Place::Unix { .. } => None,
    };
    let fill = |arg| filled(arg, &url, port.as_deref());
    let mut words = args.command.iter().map(fill);
    let mut command = TesteeCommand::new(words.next().unwrap_or_default(), words);
    let limit = args.start_timeout.unwrap_or(START_TIMEOUT);
    command.listen_limit = seconds("--start-timeout", limit)?;
    command
        .env
        .extend(port.map(|port| ("PORT".into(), port.into())));
    Ok(Some(command))
}
