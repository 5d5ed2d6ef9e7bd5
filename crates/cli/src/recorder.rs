//! Takes what a run tells: into files, onto the terminal, and towards the exit
//! code.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indicatif::ProgressBar;
use wscheck_report::account::Account;
use wscheck_report::autobahn::{AutobahnReport, Numbering};
use wscheck_report::console::Console;
use wscheck_report::expectations::{Comparison, Review};
use wscheck_report::json::JsonLines;
use wscheck_report::standing::Standing;
use wscheck_report::store::{Span, Store, StoreError};
use wscheck_report::stored;
use wscheck_report::summary::{Summary, Tag};
use wscheck_run::{CancellationToken, Event};
use wscheck_suite::case::Case;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::result::{CaseResult, CutShort, RunInfo, TargetInfo};
use wscheck_suite::tested::Tested;

use crate::args::{Format, Update};
use crate::exit::{Exit, Findings};
use crate::failure::Failure;
use crate::pages::{Archive, Kept};
use crate::reports::Reports;
use crate::settings::Settings;
use crate::terminal::{Terminal, printable};

/// The folder of the original's files within the output folder.
const AUTOBAHN_FOLDER: &str = "autobahn";

/// How many failures are shown in full at the end.
const SHOWN_IN_FULL: usize = 50;

/// How many lines of a testee's last output are shown.
const SHOWN_OUTPUT: usize = 20;

/// What is to be recorded of a run, and where.
#[derive(Debug, Clone)]
pub struct Recording {
    /// What is true of all cases.
    pub info: RunInfo,
    /// What may be played.
    pub cases: Vec<Arc<Case>>,
    /// How many cases are not played because the run is to be quick.
    pub left_out: usize,
    /// The folder of the result files.
    pub out: PathBuf,
    /// What stdout carries.
    pub format: Format,
    /// Whether every case is told.
    pub verbose: bool,
    /// What is written beside the results.
    pub reports: Reports,
    /// What is expected.
    pub settings: Arc<Settings>,
    /// What becomes of that.
    pub update: Option<Update>,
}

/// Takes the events of one run. What it keeps does not grow with the results:
/// failures are read again from the files when they are shown in full.
pub struct Recorder<'r> {
    terminal: &'r Terminal,
    cases: BTreeMap<CaseId, Arc<Case>>,
    out: PathBuf,
    json: Option<JsonLines<&'r Terminal>>,
    verbose: bool,
    reports: Reports,
    settings: Arc<Settings>,
    update: Option<Update>,
    /// Cancelled when results cannot be kept.
    cancel: CancellationToken,
    /// What there is once the run has begun.
    files: Option<Files>,
    console: Console,
    /// As the run began, with the agents that came since.
    info: RunInfo,
    summary: Summary,
    review: Review,
    /// What speaks against the program of a target, by its index.
    testee_faults: BTreeMap<usize, String>,
    findings: Findings,
    failure: Option<Failure>,
    /// Is told where each result is, if anyone asks.
    archive: Option<Arc<Archive>>,
}

/// The files of a run in its output folder.
pub struct Files {
    store: Store,
    autobahn: AutobahnReport,
}

impl Files {
    /// Begins the files of a run in `out`.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn create(
        out: &Path,
        info: &RunInfo,
        cases: &BTreeMap<CaseId, Arc<Case>>,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            store: Store::create(out, info)?,
            autobahn: AutobahnReport::create(
                out.join(AUTOBAHN_FOLDER),
                &with_names_only(info),
                numbering(info, cases),
            )?,
        })
    }

    /// Adds a result, and says where it is; the original's files know no case
    /// that we do not know.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn add(&mut self, case: Option<&Case>, result: &CaseResult) -> Result<Span, StoreError> {
        let span = self.store.append(result)?;
        if let Some(case) = case {
            self.autobahn.add(case, result)?;
        }
        Ok(span)
    }

    /// Writes what is assembled from the cases so far, and says where it is.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn report(&self, info: &RunInfo, review: Option<&Review>) -> Result<PathBuf, StoreError> {
        self.autobahn.finish()?;
        self.store.assemble(info, review)
    }
}

impl<'r> Recorder<'r> {
    /// For the run that `config` describes. `cancel` ends it.
    pub fn new(config: Recording, terminal: &'r Terminal, cancel: CancellationToken) -> Self {
        let info = config.info;
        let cases = config.cases.into_iter();
        let mut summary = Summary::new(&with_names_only(&info));
        summary.left_out = config.left_out as u64;
        Self {
            terminal,
            cases: cases.map(|case| (case.id, case)).collect(),
            out: config.out,
            json: (config.format == Format::Json).then(|| JsonLines::new(terminal, false)),
            verbose: config.verbose,
            reports: config.reports,
            settings: config.settings,
            update: config.update,
            cancel,
            files: None,
            console: Console::new(&info).width(terminal.width()),
            info,
            summary,
            review: Review::default(),
            testee_faults: BTreeMap::new(),
            findings: Findings::default(),
            failure: None,
            archive: None,
        }
    }

    /// Tells `archive` where each result is.
    #[must_use]
    pub fn noting(mut self, archive: Arc<Archive>) -> Self {
        self.archive = Some(archive);
        self
    }

    /// Takes one event.
    pub fn take(&mut self, event: Event) {
        let taken = match event {
            Event::RunStarted(info) => self.begin(&info),
            Event::TargetReady { info, output, .. } => {
                self.meet(&info, &output);
                Ok(())
            }
            Event::CaseStarted { case, .. } => {
                self.bar().set_message(case.to_string());
                Ok(())
            }
            Event::CaseFinished(result) => self.add(&result),
            Event::JobsHalved {
                case, at_a_time, ..
            } => {
                self.terminal.warn(&format!(
                    "the server did not serve {case} beside others: {} at a time from here on",
                    cases(at_a_time)
                ));
                Ok(())
            }
            Event::TesteeDied {
                how,
                suspects,
                output,
                ..
            } => {
                self.tell_death(&how, &suspects, &output);
                Ok(())
            }
            Event::TesteeFault {
                target,
                what,
                output,
            } => {
                self.accuse(target, what, &output);
                Ok(())
            }
            Event::ReportsAsked { .. } => self.report_so_far(),
            Event::RunFinished(info) => self.finish(info),
        };
        if let Err(error) = taken {
            self.failure.get_or_insert(error.into());
            self.cancel.cancel();
        }
    }

    /// The exit code of the run.
    ///
    /// # Errors
    /// If its results could not be kept.
    pub fn conclude(self) -> Result<Exit, Failure> {
        match self.failure {
            Some(failure) => Err(failure),
            None => Ok(self.findings.exit()),
        }
    }

    fn begin(&mut self, info: &RunInfo) -> Result<(), StoreError> {
        self.files = Some(Files::create(&self.out, info, &self.cases)?);
        if let (Some(path), true) = (&self.settings.path, self.settings.text.is_some()) {
            self.terminal
                .say(&format!("expectations: {}", path.display()));
        }
        self.terminal.start_progress(info.selected as u64);
        self.tell_machines(|json| json.run(info));
        Ok(())
    }

    /// Writes the reports while the run goes on.
    fn report_so_far(&mut self) -> Result<(), StoreError> {
        match &self.files {
            Some(files) => files.report(&self.info, None).map(drop),
            None => Ok(()),
        }
    }

    fn meet(&mut self, info: &TargetInfo, output: &str) {
        if self.info.testee == Tested::Client {
            self.info.targets.push(info.clone());
        }
        self.tell_machines(|json| json.target(info));
        let agent = printable(&info.agent, 60);
        if let Some(fault) = &info.fault {
            self.terminal.error(&cannot_test(&info.url, fault));
            self.show_output(output);
            return;
        }
        let echoes = info.round_trip_us.map_or_else(String::new, |us| {
            format!(", echoes in {:.3} ms", us as f64 / 1000.0)
        });
        self.terminal
            .say(&format!("testing {agent} at {}{echoes}", info.url));
        if info.at_a_time == Some(1) {
            self.terminal
                .say("it serves one connection at a time, so one case is played at a time");
        }
    }

    fn add(&mut self, result: &CaseResult) -> Result<(), StoreError> {
        self.summary.add(result);
        let counts = !result.provisional;
        let tag = Tag::of_result(result);
        let case = self.cases.get(&result.case);
        let settings = Arc::clone(&self.settings);
        let comparison = Comparison::new(&settings.expectations, &self.info);
        let standing = self
            .review
            .add(&comparison, case.map(AsRef::as_ref), result);
        let failed = counts && standing == Standing::Failed;
        let untested = counts && tag == Tag::CouldNotTest;
        if counts {
            self.bar().inc(1);
        }
        self.findings.failed |= failed;
        self.findings.untested |= untested;
        self.tell_machines(|json| json.case(result));
        let Some(case) = self.cases.get(&result.case) else {
            return Ok(());
        };
        if failed || untested || self.verbose {
            let appraisal = comparison.appraise(Some(case), result);
            let remark = appraisal.remark.map(|remark| remark.words());
            let line = self.console.line_with(case, result, remark.as_deref());
            self.terminal.say(&line);
        }
        let Some(files) = &mut self.files else {
            return Ok(());
        };
        let span = files.add(Some(case), result)?;
        if let Some(archive) = &self.archive {
            archive.note(&result.agent, result.case, Kept::Line(span));
        }
        Ok(())
    }

    fn tell_death(&self, how: &str, suspects: &[CaseId], output: &str) {
        let suspects: Vec<String> = suspects.iter().map(ToString::to_string).collect();
        self.terminal.warn(&format!(
            "the program under test {how}; it is started again, and {} played alone",
            match &suspects[..] {
                [] => "nothing is".to_owned(),
                [one] => format!("{one} is"),
                many => format!("{} are", many.join(", ")),
            }
        ));
        self.show_output(output);
    }

    fn accuse(&mut self, target: usize, what: String, output: &str) {
        self.findings.failed = true;
        self.terminal.warn(&what);
        self.show_output(output);
        self.testee_faults.entry(target).or_insert(what);
    }

    fn show_output(&self, output: &str) {
        let lines: Vec<&str> = output.lines().collect();
        let from = lines.len().saturating_sub(SHOWN_OUTPUT);
        for line in &lines[from..] {
            self.terminal.say(&format!("  | {}", printable(line, 400)));
        }
    }

    fn finish(&mut self, mut info: RunInfo) -> Result<(), StoreError> {
        self.findings.interrupted |= info.interrupted;
        self.findings.untested |= info.targets.iter().any(|target| target.fault.is_some());
        self.findings.untested |= info.cut_short == Some(CutShort::OutOfTime);
        for (index, fault) in &self.testee_faults {
            if let Some(target) = info.targets.get_mut(*index) {
                target.fault.get_or_insert_with(|| fault.clone());
            }
        }
        self.bar().finish_and_clear();
        let settings = Arc::clone(&self.settings);
        let comparison = Comparison::new(&settings.expectations, &info);
        self.review.settle(&comparison);
        let results = match self.files.take() {
            Some(files) => files.report(&info, Some(&self.review))?,
            None => return Ok(()),
        };
        self.write_reports();
        let mut summary = std::mem::take(&mut self.summary);
        summary.settle();
        let failures = self.review.unexpected;
        self.findings.failed |= failures > 0 || self.review.fails_by_itself();
        self.findings.untested |= summary.total.get(Tag::CouldNotTest) > 0;
        let review = std::mem::take(&mut self.review);
        self.tell_machines(|json| json.summary(&info, &summary, &review));
        if summary.total.total() == 0 && !info.interrupted {
            // Nobody could be tested; why not has been said.
            return Ok(());
        }
        if failures > 0 {
            self.show_failures();
        }
        let told = self.console.review(&review);
        if !told.is_empty() {
            self.terminal.say(told.trim_end());
        }
        self.terminal
            .say(self.console.summary(&info, &summary).trim_end());
        self.terminal.say(&format!(
            "results: {} (seed {})",
            results.display(),
            info.seed
        ));
        self.update_expectations();
        Ok(())
    }

    /// Changes what is expected by what was found, if that was asked for.
    fn update_expectations(&mut self) {
        if self.update.is_none() {
            return;
        }
        let find = |id: CaseId| self.cases.get(&id).map(AsRef::as_ref);
        let settings = Arc::clone(&self.settings);
        let updated = stored::load(&self.out)
            .map_err(Failure::from)
            .and_then(|stored| {
                let account = Account::new(&stored, find).beside(&settings.expectations);
                settings.update(self.update, &account, self.terminal)
            });
        if let Err(failure) = updated {
            self.failure.get_or_insert(failure);
        }
    }

    /// Writes the reports that were asked for, from what stands in the files.
    fn write_reports(&mut self) {
        if self.reports.is_empty() {
            return;
        }
        let find = |id: CaseId| self.cases.get(&id).map(AsRef::as_ref);
        let expectations = &self.settings.expectations;
        let written = stored::load(&self.out)
            .map_err(Failure::from)
            .and_then(|stored| {
                let account = Account::new(&stored, find).beside(expectations);
                self.reports.write(&account, self.terminal)
            });
        if let Err(failure) = written {
            self.failure.get_or_insert(failure);
        }
    }

    /// Shows the failures in full, as they stand in the files.
    fn show_failures(&self) {
        let mut failures = 0;
        let comparison = Comparison::new(&self.settings.expectations, &self.info);
        let read = stored::read_counting(&self.out, |result| {
            let Some(case) = self.cases.get(&result.case) else {
                return;
            };
            let appraisal = comparison.appraise(Some(case), &result);
            if appraisal.standing == Standing::Failed {
                failures += 1;
                if failures <= SHOWN_IN_FULL {
                    let text = self.console.failure(case, &result);
                    self.terminal.say(&format!("\n{}", text.trim_end()));
                    if let Some(remark) = appraisal.remark {
                        self.terminal.say(&self.console.remark(&remark.words()));
                    }
                }
            }
        });
        if let Err(error) = read {
            self.terminal.warn(&error.to_string());
        }
        if failures > SHOWN_IN_FULL {
            self.terminal.say(&format!(
                "\n{} more failures are not shown; `wscheck explain CASE --result {}` shows one",
                failures - SHOWN_IN_FULL,
                self.out.display()
            ));
        }
        self.terminal.say("");
    }

    fn tell_machines(
        &mut self,
        tell: impl FnOnce(&mut JsonLines<&'r Terminal>) -> std::io::Result<()>,
    ) {
        if let Some(json) = &mut self.json {
            // The terminal keeps what goes wrong on stdout.
            let _ = tell(json);
        }
    }

    fn bar(&self) -> &ProgressBar {
        self.terminal.progress()
    }
}

fn cases(count: usize) -> String {
    match count {
        1 => "1 case".to_owned(),
        _ => format!("{count} cases"),
    }
}

/// The original counts the cases that it serves, and all where it is the client.
fn numbering(info: &RunInfo, cases: &BTreeMap<CaseId, Arc<Case>>) -> Numbering {
    match info.testee {
        Tested::Server | Tested::Proxy => Numbering::AmongAll,
        Tested::Client => Numbering::InSelection(cases.keys().copied().collect()),
    }
}

/// A server that was not tested at all, and what may help.
fn cannot_test(url: &str, fault: &str) -> Failure {
    let failure = Failure::CouldNotTest {
        problem: format!("{url} cannot be tested: {}", printable(fault, 400)),
        hint: None,
    };
    if fault.contains("does not echo") {
        failure.advising("a resource that echoes, or --no-preflight to play the cases all the same")
    } else if fault.contains("certificate") {
        failure.advising("--ca FILE to trust its certificate, or --insecure to trust any")
    } else {
        failure
    }
}

/// The facts of a run without the targets whose names are still to be learned.
fn with_names_only(info: &RunInfo) -> RunInfo {
    let mut info = info.clone();
    info.targets.retain(|target| !target.agent.is_empty());
    info
}
