//! How many jobs run at a time.

use wscheck_suite::case::{Opening, Script};
use wscheck_suite::evidence::Evidence;
use wscheck_wire::Eof;

use crate::error::CouldNotTest;
use crate::job::{Job, Played};

/// How many heavy cases run at a time: of two one is at the testee while the
/// other is with us, and a third fills the gaps. Those that are chopped do not
/// count: all that they keep busy is a clock.
const HEAVY_JOBS: usize = 3;

/// Resets leave so many jobs: a server that resets where it should not, however
/// many there are, is not tested more slowly for it.
const LEAST_AFTER_RESET: usize = 4;

/// Answers by which a server says that it has too much to do (RFC 9110 §15.6.4,
/// RFC 6585 §4).
const TOO_BUSY: [u16; 2] = [503, 429];

/// How many jobs may run at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Concurrency {
    most: usize,
    /// Whether a heavy job runs alone, so that its time is its own.
    heavy_alone: bool,
}

impl Concurrency {
    pub(super) fn new(most: usize, heavy_alone: bool) -> Self {
        Self { most, heavy_alone }
    }

    /// How many there may be.
    pub(super) fn most(self) -> usize {
        self.most
    }

    /// One at a time from now on.
    pub(super) fn one_at_a_time(&mut self) {
        self.most = 1;
    }

    /// Whether `job` may start beside those in flight.
    pub(super) fn lets_start(self, job: &Job, in_flight: &[Job]) -> bool {
        let moves_much = |job: &Job| job.is_heavy() && !job.is_chopped();
        let movers = in_flight.iter().filter(|job| moves_much(job)).count();
        let any_heavy = in_flight.iter().any(Job::is_heavy);
        in_flight.len() < self.most
            && !in_flight.iter().any(Job::is_alone)
            && (in_flight.is_empty() || !job.is_alone())
            && !(moves_much(job) && movers >= HEAVY_JOBS)
            && !(self.heavy_alone && (any_heavy || job.is_heavy() && !in_flight.is_empty()))
    }

    /// Fewer from now on, because `job` was crowded out. Of several that began
    /// under one limit only the first makes a difference: then it is true.
    pub(super) fn halve(&mut self, job: &Job, crowding: Crowding) -> bool {
        let least = match crowding {
            Crowding::Refused => 1,
            Crowding::Reset => LEAST_AFTER_RESET,
        };
        let fewer = (job.at_a_time / 2).max(least);
        let is_fewer = fewer < self.most;
        self.most = self.most.min(fewer);
        is_fewer
    }
}

/// What a server may do to a connection because there are others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Crowding {
    /// Not serve it. Such a play says nothing of the case.
    Refused,
    /// Reset it while the case was played. That may be a failure, too.
    Reset,
}

impl Crowding {
    /// What a play suffered that had company.
    pub(super) fn of(played: &Played) -> Option<Self> {
        if played.job.company == 0 {
            return None;
        }
        match &played.end {
            Err(CouldNotTest::Unresolved { .. }) => None,
            Err(_) => Some(Self::Refused),
            Ok(_) => {
                let connections = played.transcript.connections.iter();
                let mut scripts = connections.zip(&played.job.case.connections);
                scripts.find_map(|(record, script)| Self::on(&record.evidence, script))
            }
        }
    }

    fn on(evidence: &Evidence, script: &Script) -> Option<Self> {
        let (opening, closing) = (&evidence.opening, &evidence.closing);
        if opening.opened_at.is_some() {
            let midway = closing.close_heard_at.is_none() && !closing.clean;
            let reset = closing.peer_ended == Some(Eof::Reset);
            return (reset && midway && is_lawful(script)).then_some(Self::Reset);
        }
        // Where we open by the book the server cannot know which case it is.
        let is_busy = opening.status.is_some_and(|code| TOO_BUSY.contains(&code));
        let no_answer = opening.status.is_none() && opening.response.0.is_empty();
        let no_answer = no_answer && (closing.peer_ended.is_some() || closing.open_timed_out);
        let refused = script.opening == Opening::default() && (is_busy || no_answer);
        refused.then_some(Self::Refused)
    }
}

/// Whether nothing in it gives a server a reason to reset the connection.
fn is_lawful(script: &Script) -> bool {
    script.steps.iter().all(|step| step.breaks().is_empty())
}

#[cfg(test)]
mod tests {
    use wscheck_suite::transcript::ConnectionRecord;

    use super::*;
    use crate::bout::sample;

    fn suffered(
        id: &str,
        company: usize,
        change: impl FnOnce(&mut ConnectionRecord),
    ) -> Option<Crowding> {
        let mut record = ConnectionRecord::default();
        change(&mut record);
        let mut played = sample::played(id, record);
        played.job.company = company;
        Crowding::of(&played)
    }

    #[test]
    fn one_burst_halves_once() {
        let mut limit = Concurrency::new(16, false);
        let mut job = sample::jobs(&["1.1.1"]).remove(0);
        for (began_under, crowding, makes_a_difference, left) in [
            (16, Crowding::Refused, true, 8),
            (16, Crowding::Refused, false, 8),
            (8, Crowding::Reset, true, 4),
            (4, Crowding::Reset, false, 4),
            (4, Crowding::Refused, true, 2),
            (1, Crowding::Refused, true, 1),
            (1, Crowding::Refused, false, 1),
        ] {
            job.at_a_time = began_under;
            assert_eq!(limit.halve(&job, crowding), makes_a_difference);
            assert_eq!(limit.most(), left);
        }
    }

    #[test]
    fn heavy_jobs_are_few_or_alone() {
        let jobs = sample::jobs(&["9.1.1", "9.1.2", "9.1.3", "9.1.4", "1.1.1"]);
        let limit = Concurrency::new(8, false);
        assert!(limit.lets_start(&jobs[2], &jobs[..2]));
        assert!(!limit.lets_start(&jobs[3], &jobs[..3]));
        assert!(limit.lets_start(&jobs[4], &jobs[..3]));
        let timing = Concurrency::new(8, true);
        assert!(timing.lets_start(&jobs[0], &[]));
        assert!(!timing.lets_start(&jobs[0], &jobs[4..]));
        assert!(!timing.lets_start(&jobs[4], &jobs[..1]));
        assert!(timing.lets_start(&jobs[4], &jobs[4..]));
    }

    #[test]
    fn chopped_jobs_take_no_place_of_a_heavy_one_unless_they_are_timed() {
        let jobs = sample::jobs(&["9.1.1", "9.1.2", "9.1.3", "9.5.1", "9.6.1"]);
        let limit = Concurrency::new(8, false);
        assert!(limit.lets_start(&jobs[4], &jobs[..4]));
        assert!(limit.lets_start(&jobs[0], &jobs[1..]));
        let timing = Concurrency::new(8, true);
        assert!(!timing.lets_start(&jobs[0], &jobs[3..]));
        assert!(!timing.lets_start(&jobs[4], &jobs[..1]));
    }

    #[test]
    fn only_what_a_crowd_explains_is_put_down_to_it() {
        let dropped = |record: &mut ConnectionRecord| {
            record.evidence.closing.peer_ended = Some(Eof::Fin);
        };
        let refused = Some(Crowding::Refused);
        assert_eq!(suffered("1.1.1", 1, dropped), refused);
        assert_eq!(suffered("1.1.1", 0, dropped), None);
        let for_the_offer = suffered("12.1.1", 1, dropped);
        assert_eq!(for_the_offer, None);
        let answered = |status| {
            move |record: &mut ConnectionRecord| record.evidence.opening.status = Some(status)
        };
        assert_eq!(suffered("1.1.1", 1, answered(503)), refused);
        assert_eq!(suffered("1.1.1", 1, answered(404)), None);
        let reset = |record: &mut ConnectionRecord| {
            record.evidence.opening.opened_at = Some(Default::default());
            record.evidence.closing.peer_ended = Some(Eof::Reset);
        };
        assert_eq!(suffered("1.1.1", 1, reset), Some(Crowding::Reset));
        let for_the_opcode = suffered("4.1.1", 1, reset);
        assert_eq!(for_the_opcode, None);

        let mut unconnected = sample::played("4.1.1", ConnectionRecord::default());
        unconnected.job.company = 1;
        assert_eq!(Crowding::of(&unconnected), None);
        let at = String::new();
        unconnected.end = Err(CouldNotTest::Refused { at });
        assert_eq!(Crowding::of(&unconnected), refused);
    }
}
