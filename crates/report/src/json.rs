//! A run as a stream of events, a JSON object a line, for programs that watch.
//!
//! The events and their fields are documented in `docs/results.md`.

use std::io::{self, Write};

use serde::Serialize;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::evidence::Evidence;
use wscheck_suite::log::Log;
use wscheck_suite::result::{
    CaseResult, CutShort, MemoryUse, Outcome, Proved, RunInfo, TargetInfo,
};

use crate::expectations::Review;
use crate::summary::Summary;

/// Writes events, each flushed as it comes.
#[derive(Debug)]
pub struct JsonLines<W> {
    to: W,
    with_logs: bool,
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Event<'a> {
    Run(&'a RunInfo),
    Target(&'a TargetInfo),
    Case(CaseEvent<'a>),
    Summary(SummaryEvent<'a>),
}

/// A [`CaseResult`] whose logs may be left out.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct CaseEvent<'a> {
    case: CaseId,
    agent: &'a str,
    outcome: &'a Outcome,
    started: &'a str,
    duration_us: u64,
    attempt: u32,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    provisional: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    proved: Option<Proved>,
    company: u32,
    #[serde(skip_serializing_if = "str::is_empty")]
    testee_output: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    testee_memory: Option<MemoryUse>,
    transcript: TranscriptEvent<'a>,
}

#[derive(Serialize)]
struct TranscriptEvent<'a> {
    connections: Vec<ConnectionEvent<'a>>,
}

#[derive(Serialize)]
struct ConnectionEvent<'a> {
    evidence: &'a Evidence,
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<&'a Log>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct SummaryEvent<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<u64>,
    interrupted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    cut_short: Option<CutShort>,
    #[serde(flatten)]
    summary: &'a Summary,
    expectations: &'a Review,
}

impl<W: Write> JsonLines<W> {
    /// Writes to `to`; the logs of the connections only if `with_logs`.
    pub fn new(to: W, with_logs: bool) -> Self {
        Self { to, with_logs }
    }

    /// The run begins.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn run(&mut self, run: &RunInfo) -> io::Result<()> {
        self.write(&Event::Run(run))
    }

    /// More is known of a target: it was tried, or given up.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn target(&mut self, target: &TargetInfo) -> io::Result<()> {
        self.write(&Event::Target(target))
    }

    /// A case has ended.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn case(&mut self, result: &CaseResult) -> io::Result<()> {
        let connections = result
            .transcript
            .connections
            .iter()
            .map(|record| ConnectionEvent {
                evidence: &record.evidence,
                log: self.with_logs.then_some(&record.log),
            });
        let event = CaseEvent {
            case: result.case,
            agent: &result.agent,
            outcome: &result.outcome,
            started: &result.started,
            duration_us: result.duration_us,
            attempt: result.attempt,
            provisional: result.provisional,
            proved: result.proved,
            company: result.company,
            testee_output: &result.testee_output,
            testee_memory: result.testee_memory,
            transcript: TranscriptEvent {
                connections: connections.collect(),
            },
        };
        self.write(&Event::Case(event))
    }

    /// The run has ended.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn summary(
        &mut self,
        run: &RunInfo,
        summary: &Summary,
        expectations: &Review,
    ) -> io::Result<()> {
        self.write(&Event::Summary(SummaryEvent {
            duration_ms: run.duration_ms,
            interrupted: run.interrupted,
            cut_short: run.cut_short,
            summary,
            expectations,
        }))
    }

    fn write(&mut self, event: &Event<'_>) -> io::Result<()> {
        self.to.write_all(&line(event)?)?;
        self.to.flush()
    }
}

/// There is one of it in a program, whatever it is written to.
fn line(event: &Event<'_>) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(event)?;
    line.push(b'\n');
    Ok(line)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::sample;

    fn events(with_logs: bool) -> String {
        let mut run = sample::run(&["alpha"]);
        let mut written = Vec::new();
        let mut lines = JsonLines::new(&mut written, with_logs);
        lines.run(&run).unwrap();
        lines.target(&run.targets[0]).unwrap();
        let result = sample::result("alpha", "1.1.1");
        lines.case(&result).unwrap();
        let mut summary = Summary::new(&run);
        summary.add(&result);
        run.duration_ms = Some(17);
        lines.summary(&run, &summary, &Review::default()).unwrap();
        String::from_utf8(written).unwrap()
    }

    #[test]
    fn a_run_is_four_kinds_of_events() {
        insta::assert_snapshot!(events(false));
    }

    #[test]
    fn with_its_log_a_case_event_reads_as_a_result() {
        let events = events(true);
        let case = events.lines().nth(2).unwrap();
        let result: CaseResult = serde_json::from_str(case).unwrap();
        let (read, given) = (
            serde_json::to_value(&result),
            serde_json::to_value(sample::result("alpha", "1.1.1")),
        );
        assert_eq!(read.unwrap(), given.unwrap());
        let without = self::events(false);
        let case: Value = serde_json::from_str(without.lines().nth(2).unwrap()).unwrap();
        assert!(case["transcript"]["connections"][0].get("log").is_none());
    }
}
