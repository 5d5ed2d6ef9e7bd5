//! The mode fuzzingserver: tests clients, by the cases of a spec file.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use wscheck_report::autobahn::{AutobahnReport, Numbering};
use wscheck_report::store::StoreError;
use wscheck_run::service::Exclusions;
use wscheck_run::{
    Address, CancellationToken, Event, Listener, Place, ServerTls, Service, ServicePlan,
};
use wscheck_suite::case::Case;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::profile::Profile;
use wscheck_suite::result::CaseResult;
use wscheck_suite::verdict::Grade;

use super::server_spec::{self, ServerSpec};
use super::{TOOL, fuzzing_client, patterns, spec};
use crate::args::wstest::Wstest;
use crate::exit::{Exit, Findings};
use crate::failure::Failure;
use crate::interrupt;
use crate::listening;
use crate::pages::{Archive, Kept, Pages};
use crate::terminal::Terminal;
use crate::wire_trace::WireTrace;

/// The spec file that is read, and written where it is missing, when none is
/// named.
const SPEC_FILE: &str = "fuzzingserver.json";

/// Serves the spec's cases until a client or the user stops it.
///
/// # Errors
/// If the spec is at fault, selects nothing, nobody can listen there, or the
/// reports cannot be written.
pub fn run(args: &Wstest, terminal: &Arc<Terminal>) -> Result<Exit, Failure> {
    let path = spec::path(
        args.spec.as_deref(),
        SPEC_FILE,
        server_spec::DEFAULT,
        terminal,
    )?;
    let (spec, warnings) = ServerSpec::read(&path)?;
    for warning in &warnings {
        terminal.warn(warning);
    }
    let cases = fuzzing_client::select(&spec.cases, &spec.exclude_cases, terminal)?;
    let address = listening::at_host(&spec.url, args.host.as_deref())?;
    let tls = tls(args, &spec, &address)?;
    let mut plan = plan(&spec, &path, cases)?;
    if args.debug {
        plan.traces.push(WireTrace::new(terminal));
    }
    let runtime = tokio::runtime::Runtime::new().map_err(Failure::Starting)?;
    let findings = runtime.block_on(serve(plan, &address, tls, args.webport, &spec, terminal))?;
    Ok(match findings.exit() {
        exit if args.exit_code => exit,
        _ => Exit::AsExpected,
    })
}

async fn serve(
    mut plan: ServicePlan,
    address: &Address,
    tls: Option<ServerTls>,
    web_port: u16,
    spec: &ServerSpec,
    terminal: &Terminal,
) -> Result<Findings, Failure> {
    let stop = CancellationToken::new();
    interrupt::cancels(&stop).map_err(Failure::Starting)?;
    let listener = Listener::bind(address).await?;
    if let Place::Tcp { port, .. } = listener.address().place() {
        plan.host_port = Some(*port);
    }
    let archive = Arc::new(Archive::new(spec.outdir.clone()));
    let pages = Pages::new(&plan.tool, Arc::clone(&archive));
    plan.http = Arc::new(if web_port == 0 { pages } else { pages.beside() });
    let mut recorder = Recorder::new(&plan, archive, &spec.outdir, terminal, stop.clone())?;
    terminal.out(&format!(
        "{TOOL}: cases {}, at {}, reports go to {}\n",
        plan.cases.len(),
        listener.address(),
        recorder.report.dir().display()
    ));
    let mut service = Service::new(plan, listener, tls, stop);
    if let Some(pages) = web_pages(address, web_port, terminal).await {
        service.also_at(pages);
    }
    service.run(|event| recorder.take(event)).await;
    recorder.finish()
}

/// The place of the web pages, on the host of the suite.
async fn web_pages(suite: &Address, port: u16, terminal: &Terminal) -> Option<Listener> {
    if port == 0 {
        return None;
    }
    let host = match suite.place() {
        Place::Tcp { host, .. } if host.contains(':') => format!("[{host}]"),
        Place::Tcp { host, .. } => host.clone(),
        Place::Unix { .. } => "127.0.0.1".to_owned(),
    };
    let address = format!("ws://{host}:{port}").parse().ok()?;
    match Listener::bind(&address).await {
        Ok(listener) => {
            terminal.out(&format!("web pages are at http://{host}:{port}\n"));
            Some(listener)
        }
        Err(error) => {
            terminal.warn(&format!("no web pages: {error}; -u gives another port"));
            None
        }
    }
}

fn plan(spec: &ServerSpec, path: &Path, cases: Vec<Arc<Case>>) -> Result<ServicePlan, Failure> {
    let limits = spec.options.limits(&Default::default());
    let limits = limits.map_err(|problem| Failure::File {
        path: path.to_owned(),
        line: None,
        problem,
    })?;
    Ok(ServicePlan {
        tool: TOOL.replace('/', " "),
        name: TOOL.to_owned(),
        profile: Profile::Autobahn,
        limits,
        exclusions: Some(Arc::new(AgentCases(spec.exclude_agent_cases.clone()))),
        ..ServicePlan::new(cases)
    })
}

/// The files of the command line go before those of the spec.
fn tls(args: &Wstest, spec: &ServerSpec, address: &Address) -> Result<Option<ServerTls>, Failure> {
    let named = args.cert.as_deref().zip(args.key.as_deref());
    let files = named.or(spec.cert.as_deref().zip(spec.key.as_deref()));
    listening::tls(address, files)
}

/// `exclude-agent-cases`.
#[derive(Debug)]
struct AgentCases(BTreeMap<String, Vec<String>>);

impl Exclusions for AgentCases {
    fn excludes(&self, agent: &str, case: CaseId) -> bool {
        !self.0.is_empty() && patterns::is_excluded(&self.0, agent, &case.to_string())
    }
}

/// Takes what the service tells: onto the terminal and into files.
struct Recorder<'t> {
    terminal: &'t Terminal,
    report: AutobahnReport,
    archive: Arc<Archive>,
    cases: BTreeMap<CaseId, Arc<Case>>,
    stop: CancellationToken,
    findings: Findings,
    fault: Option<StoreError>,
}

impl<'t> Recorder<'t> {
    fn new(
        plan: &ServicePlan,
        archive: Arc<Archive>,
        outdir: &Path,
        terminal: &'t Terminal,
        stop: CancellationToken,
    ) -> Result<Self, Failure> {
        let numbers = plan.cases.iter().map(|case| case.id).collect();
        let numbering = Numbering::InSelection(numbers);
        let cases = plan.cases.iter().map(|case| (case.id, Arc::clone(case)));
        Ok(Self {
            terminal,
            report: AutobahnReport::create(outdir, &plan.info(), numbering)?.with_pages(),
            archive,
            cases: cases.collect(),
            stop,
            findings: Findings::default(),
            fault: None,
        })
    }

    fn take(&mut self, event: Event) {
        let taken = match event {
            Event::CaseFinished(result) => self.add(&result),
            Event::ReportsAsked { .. } => self.report.finish().map(drop),
            _ => Ok(()),
        };
        if let Err(fault) = taken {
            self.fault.get_or_insert(fault);
            self.stop.cancel();
        }
    }

    fn add(&mut self, result: &CaseResult) -> Result<(), StoreError> {
        fuzzing_client::tell(self.terminal, result, None);
        self.findings.failed |= result.outcome.grade() == Some(Grade::Failed);
        let Some(case) = self.cases.get(&result.case) else {
            return Ok(());
        };
        self.report.add(case, result)?;
        if let Some(file) = self.report.file_of(&result.agent, case.id) {
            let kept = Kept::File(file.to_owned());
            self.archive.note(&result.agent, case.id, kept);
        }
        Ok(())
    }

    fn finish(self) -> Result<Findings, Failure> {
        if let Some(fault) = self.fault {
            return Err(fault.into());
        }
        let index = self.report.finish()?;
        self.terminal
            .out(&format!("reports are in {}\n", index.display()));
        Ok(self.findings)
    }
}
