//! One play of one case against one target.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use wscheck_suite::case::{Case, Step};
use wscheck_suite::judge::judge;
use wscheck_suite::result::MemoryUse;
use wscheck_suite::session::{Session, Settings};
use wscheck_suite::transcript::{ConnectionRecord, Transcript};
use wscheck_suite::verdict::{Grade, Verdict};
use wscheck_wire::Role;

use crate::case_observer::{CaseObserver, Which};
use crate::clock::timestamp;
use crate::dial::Dialled;
use crate::driver::drive;
use crate::error::CouldNotTest;
use crate::plan::TargetPlan;
use crate::trace::Trace;

/// The chapters of the cases with much data.
const HEAVY_CHAPTERS: [u16; 3] = [9, 12, 13];

/// What to play, and how.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) case: Arc<Case>,
    pub(crate) attempt: u32,
    pub(crate) target: Arc<TargetPlan>,
    pub(crate) settings: Settings,
    pub(crate) traces: Vec<Arc<dyn Trace>>,
    /// What the target is called, as far as that is known.
    pub(crate) agent: String,
    /// Where the output of the program under test was when the job began.
    pub(crate) mark: u64,
    pub(crate) turn: Turn,
    /// The memory of the program under test, if the case wants to know.
    pub(crate) memory: Option<MemoryUse>,
    /// The most other jobs that ran at any moment of this one.
    pub(crate) company: usize,
    /// How many jobs might run when this one began.
    pub(crate) at_a_time: usize,
}

/// Why a case is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It was not played yet.
    First,
    /// Its first play, which earned this grade, may have suffered from haste or
    /// from company.
    Again(Option<Grade>),
    /// It failed, and has so many more chances, this one among them.
    Retry(u32),
}

/// What came of a job.
#[derive(Debug)]
pub(crate) struct Played {
    pub(crate) job: Job,
    /// The verdict, or why there was no connection to judge.
    pub(crate) end: Result<Verdict, CouldNotTest>,
    pub(crate) started: String,
    pub(crate) duration: Duration,
    pub(crate) transcript: Transcript,
}

impl Job {
    /// Plays the connections of the case, one after another.
    pub(crate) async fn play(self) -> Played {
        let (started, begin) = (timestamp(), Instant::now());
        let mut opened = None;
        let mut transcript = Transcript::default();
        let mut reached = Ok(());
        for connection in 0..self.case.connections.len() {
            match self.connect(connection).await {
                Ok((connected, record)) => {
                    let opened_at = record.evidence.opening.opened_at;
                    opened = opened.or(opened_at.map(|at| connected + at));
                    transcript.connections.push(record);
                }
                Err(error) => {
                    reached = Err(error);
                    break;
                }
            }
        }
        let end = reached.map(|()| self.judge(&transcript));
        let duration = opened.unwrap_or(begin).elapsed();
        Played {
            job: self,
            end,
            started,
            duration,
            transcript,
        }
    }

    async fn connect(
        &self,
        connection: usize,
    ) -> Result<(Instant, ConnectionRecord), CouldNotTest> {
        let target = &self.target;
        let dialled = target.dialler.dial(&target.address).await?;
        let case = Arc::clone(&self.case);
        let mut session = Session::dial(case, connection, &target.handshake, &self.settings);
        let which = Which {
            case: self.case.id,
            attempt: self.attempt,
            connection,
            agent: &self.agent,
            role: Role::Client,
        };
        let Dialled { stream, started } = dialled;
        let mut observer = CaseObserver::new(&self.traces, &which, &stream, started);
        drive(stream, &mut session, started, &mut observer).await;
        Ok((started, session.into_record()))
    }

    fn judge(&self, transcript: &Transcript) -> Verdict {
        let profile = self.settings.profile;
        judge(&self.case, profile, Role::Server, &transcript.evidence())
    }
}

/// Whether the case moves much data, or has a clock on it.
pub(crate) fn is_heavy(case: &Case) -> bool {
    case.timed || HEAVY_CHAPTERS.contains(&case.id.chapter())
}

impl Job {
    /// Whether the job moves much data, or has a clock on it.
    pub(crate) fn is_heavy(&self) -> bool {
        is_heavy(&self.case)
    }

    /// Whether the time goes by between writes that are kept apart: such a job moves
    /// little at a time, however much it is in all.
    pub(crate) fn is_chopped(&self) -> bool {
        let mut steps = self
            .case
            .connections
            .iter()
            .flat_map(|script| &script.steps);
        steps.any(|step| matches!(step, Step::Send(frame) if frame.chop.is_some()))
    }

    /// Whether nothing else may run meanwhile.
    pub(crate) fn is_alone(&self) -> bool {
        self.turn != Turn::First || self.case.memory
    }

    /// Whether `other` is the same play of the same case.
    pub(crate) fn is(&self, other: &Self) -> bool {
        (self.case.id, self.attempt) == (other.case.id, other.attempt)
    }
}

impl Played {
    /// Whether the connection ended as it does when the peer dies.
    pub(crate) fn looks_like_death(&self) -> bool {
        let last = self.transcript.connections.last();
        let closing = last.map(|record| &record.evidence.closing);
        self.end.is_err() || closing.is_some_and(|end| end.peer_ended.is_some() && !end.clean)
    }

    /// Whether a wait was cut short.
    pub(crate) fn was_hurried(&self) -> bool {
        let mut connections = self.transcript.connections.iter();
        connections.any(|record| record.evidence.hurried)
    }

    /// What the server called itself.
    pub(crate) fn agent(&self) -> Option<&str> {
        let mut openings = self.transcript.connections.iter();
        openings.find_map(|record| record.evidence.opening.agent.as_deref())
    }
}
