//! The mode fuzzingclient: tests the servers of a spec file, one after
//! another, one case at a time.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use wscheck_report::autobahn::{AutobahnReport, Numbering};
use wscheck_run::{
    Address, CancellationToken, ClientTls, Event, Plan, TargetPlan, Trust, UNKNOWN_SERVER,
    preflight,
};
use wscheck_suite::case::Case;
use wscheck_suite::catalogue;
use wscheck_suite::profile::Profile;
use wscheck_suite::result::{CaseResult, Outcome, RunInfo, SCHEMA};
use wscheck_suite::tested::Tested;
use wscheck_suite::verdict::Grade;

use super::TOOL;
use super::patterns;
use super::spec::{self, Server, Spec};
use crate::args::wstest::Wstest;
use crate::exit::{Exit, Findings};
use crate::failure::Failure;
use crate::interrupt;
use crate::selection::Library;
use crate::terminal::{Terminal, printable};
use crate::wire_trace::WireTrace;

/// The spec file that is read, and written where it is missing, when none is
/// named.
const SPEC_FILE: &str = "fuzzingclient.json";

/// Plays the spec's cases against its servers and writes the reports.
///
/// # Errors
/// If the spec is at fault, selects nothing, or the reports cannot be written.
pub fn run(args: &Wstest, terminal: &Arc<Terminal>) -> Result<Exit, Failure> {
    let path = spec::path(args.spec.as_deref(), SPEC_FILE, spec::DEFAULT, terminal)?;
    let spec::Loaded { mut spec, warnings } = Spec::read(&path)?;
    for warning in &warnings {
        terminal.warn(warning);
    }
    name_server(&mut spec, &path, args.wsuri.as_deref(), terminal)?;
    let cases = select(&spec.cases, &spec.exclude_cases, terminal)?;
    let mut plans = plans(&spec, &path, &cases)?;
    if args.debug {
        for plan in &mut plans {
            plan.traces.push(WireTrace::new(terminal));
        }
    }
    let findings = play(plans, &spec, terminal)?;
    Ok(match findings.exit() {
        Exit::Interrupted => Exit::Interrupted,
        exit if args.exit_code => exit,
        _ => Exit::AsExpected,
    })
}

/// Fills in the server of the command line where the spec names none.
fn name_server(
    spec: &mut Spec,
    path: &Path,
    url: Option<&str>,
    terminal: &Terminal,
) -> Result<(), Failure> {
    match url {
        Some(url) if spec.servers.is_empty() => spec.servers.push(Server {
            url: url.to_owned(),
            ..Server::default()
        }),
        Some(_) => terminal.warn(&format!(
            "-w is not used: `servers` of {} is not empty",
            path.display()
        )),
        None if spec.servers.is_empty() => {
            return Err(Failure::argument(format!(
                "{}: `servers` is empty and there is no -w",
                path.display()
            ))
            .advising("-w ws://127.0.0.1:9001, or a server in the spec"));
        }
        None => {}
    }
    Ok(())
}

/// The cases that the patterns of a spec select.
///
/// # Errors
/// If they name a case that there is not, or leave none.
pub fn select(
    cases: &[String],
    exclude: &[String],
    terminal: &Terminal,
) -> Result<Vec<Arc<Case>>, Failure> {
    let library = Library::catalogue();
    let (chosen, idle) = patterns::select(cases, exclude, catalogue::of(Profile::Autobahn));
    for pattern in idle {
        if pattern.contains('*') {
            terminal.warn(&format!("`{pattern}` in `cases` selects nothing"));
        } else {
            library.find(pattern)?;
        }
    }
    if chosen.is_empty() {
        let why = ": `cases` less `exclude-cases` leaves none".to_owned();
        return Err(Failure::NothingSelected { why });
    }
    Ok(chosen
        .into_iter()
        .filter_map(|id| library.get(id))
        .collect())
}

/// A plan for each server: their options may differ.
fn plans(spec: &Spec, path: &Path, cases: &[Arc<Case>]) -> Result<Vec<Plan>, Failure> {
    let plan = |(index, server): (usize, &Server)| {
        plan(spec, server, cases).map_err(|problem| Failure::File {
            path: path.to_owned(),
            line: None,
            problem: format!("`servers[{index}]`: {problem}"),
        })
    };
    spec.servers.iter().enumerate().map(plan).collect()
}

fn plan(spec: &Spec, server: &Server, cases: &[Arc<Case>]) -> Result<Plan, String> {
    let address: Address = server.url.parse().map_err(|bad| format!("{bad}"))?;
    let mut target = TargetPlan::new(address.clone(), cases.to_vec());
    target.agent = server.agent.clone().filter(|agent| !agent.is_empty());
    target.dialler.tls = client_tls(&address, server.hostname.as_deref())?;
    target.handshake.user_agent = Some(TOOL.to_owned());
    target.handshake.origin = server.origin.clone();
    target.handshake.protocols = server.protocols.clone();
    Ok(Plan {
        tool: TOOL.replace('/', " "),
        profile: Profile::Autobahn,
        limits: server.options.limits(&spec.options)?,
        stop_on_refusal: true,
        preflight: false,
        targets: vec![target],
        ..Plan::new()
    })
}

/// As the original has it: a certificate is only looked at when the spec names
/// the host that it should be for.
fn client_tls(address: &Address, hostname: Option<&str>) -> Result<Option<ClientTls>, String> {
    let trust = match hostname {
        _ if !address.is_tls() => return Ok(None),
        Some(_) => Trust::System,
        None => Trust::Anyone,
    };
    let tls = ClientTls::new(&trust, hostname).map_err(|bad| bad.to_string())?;
    Ok(Some(tls))
}

/// Plays the plans, one after another, and writes what the original writes.
fn play(plans: Vec<Plan>, spec: &Spec, terminal: &Terminal) -> Result<Findings, Failure> {
    let mut recorder = Recorder::new(&plans, &spec.outdir, terminal)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::Starting)?;
    runtime.block_on(async {
        let cancel = CancellationToken::new();
        interrupt::cancels(&cancel).map_err(Failure::Starting)?;
        recorder.greet(&plans);
        for mut plan in plans {
            exclude(&mut plan, &spec.exclude_agent_cases).await;
            recorder.begin(&plan);
            let info = wscheck_run::run(plan, &cancel, |event| recorder.take(event)).await;
            recorder.end(&info);
            if info.interrupted {
                break;
            }
        }
        recorder.finish()
    })
}

/// Takes away the cases that are not for the server. One whose name the spec
/// does not give is asked for it.
async fn exclude(plan: &mut Plan, exclusions: &BTreeMap<String, Vec<String>>) {
    if exclusions.is_empty() {
        return;
    }
    for target in &mut plan.targets {
        let named = match &target.agent {
            Some(agent) => Some(agent.clone()),
            None => preflight(
                &target.address,
                &target.dialler,
                &target.handshake,
                plan.pace,
            )
            .await
            .ok()
            .and_then(|found| found.agent),
        };
        let agent = named.as_deref().unwrap_or(UNKNOWN_SERVER);
        target
            .cases
            .retain(|case| !patterns::is_excluded(exclusions, agent, &case.id.to_string()));
    }
}

/// Takes what a run tells: onto the terminal and into files.
struct Recorder<'t> {
    terminal: &'t Terminal,
    report: AutobahnReport,
    url: String,
    cases: Vec<Arc<Case>>,
    findings: Findings,
    fault: Option<Failure>,
}

impl<'t> Recorder<'t> {
    fn new(plans: &[Plan], outdir: &Path, terminal: &'t Terminal) -> Result<Self, Failure> {
        let targets = plans.iter().flat_map(|plan| &plan.targets);
        let run = RunInfo {
            schema: SCHEMA,
            tool: TOOL.to_owned(),
            profile: Profile::Autobahn,
            testee: Tested::Server,
            seed: 0,
            started: wscheck_run::timestamp(),
            duration_ms: None,
            interrupted: false,
            cut_short: None,
            selected: plans.iter().map(Plan::selected).sum(),
            targets: targets
                .filter(|target| target.agent.is_some())
                .map(TargetPlan::info)
                .collect(),
        };
        Ok(Self {
            terminal,
            report: AutobahnReport::create(outdir, &run, Numbering::AmongAll)?.with_pages(),
            url: String::new(),
            cases: Vec::new(),
            findings: Findings::default(),
            fault: None,
        })
    }

    fn greet(&self, plans: &[Plan]) {
        self.terminal.out(&format!(
            "{TOOL}: cases {}, servers {}, reports go to {}\n",
            plans.first().map_or(0, Plan::selected),
            plans.len(),
            self.report.dir().display()
        ));
    }

    fn begin(&mut self, plan: &Plan) {
        for target in &plan.targets {
            self.url = target.address.to_string();
            self.cases.clone_from(&target.cases);
        }
    }

    fn take(&mut self, event: Event) {
        if let Event::CaseFinished(result) = event {
            tell(self.terminal, &result, Some(&self.url));
            self.findings.failed |= result.outcome.grade() == Some(Grade::Failed);
            let case = self.cases.iter().find(|case| case.id == result.case);
            if let Some(case) = case
                && let Err(fault) = self.report.add(case, &result)
            {
                self.fault.get_or_insert(fault.into());
            }
        }
    }

    fn end(&mut self, info: &RunInfo) {
        self.findings.interrupted |= info.interrupted;
        for fault in info
            .targets
            .iter()
            .filter_map(|target| target.fault.as_ref())
        {
            self.findings.untested = true;
            self.terminal.warn(&format!(
                "{fault}; the remaining cases of {} are skipped",
                self.url
            ));
        }
    }

    fn finish(self) -> Result<Findings, Failure> {
        let index = self.report.finish()?;
        match self.fault {
            Some(fault) => Err(fault),
            None => {
                self.terminal
                    .out(&format!("reports are in {}\n", index.display()));
                Ok(self.findings)
            }
        }
    }
}

/// Tells what came of a case: by whom, and where that is worth telling.
pub fn tell(terminal: &Terminal, result: &CaseResult, url: Option<&str>) {
    let outcome = match &result.outcome {
        Outcome::Judged(verdict) => {
            format!("behavior {}, close {}", verdict.behaviour, verdict.close)
        }
        Outcome::CouldNotTest { why } | Outcome::Skipped { why } => why.clone(),
    };
    terminal.out(&format!(
        "{} for agent {}{}: {outcome} ({} ms)\n",
        result.case,
        printable(&result.agent, 60),
        url.map(|url| format!(" at {url}")).unwrap_or_default(),
        result.duration_us / 1000,
    ));
}
