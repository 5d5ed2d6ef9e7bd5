//! What is still to be played, and what may start now.

use std::cmp::Reverse;
use std::collections::VecDeque;

use wscheck_suite::effort::effort;

use super::concurrency::Concurrency;
use crate::job::{Job, Turn};

/// The jobs of a bout that do not run yet.
#[derive(Debug, Default)]
pub(super) struct Queue {
    first: VecDeque<Job>,
    /// What is played alone, one after another.
    alone: VecDeque<Job>,
    /// Whether those have precedence over what was not played yet.
    alone_first: bool,
}

impl Queue {
    /// Jobs that were not played yet, in this order.
    pub(super) fn new(jobs: Vec<Job>) -> Self {
        Self {
            first: jobs.into(),
            ..Self::default()
        }
    }

    /// Has what is played alone not wait for the rest.
    pub(super) fn prefer_alone(&mut self) {
        self.alone_first = true;
    }

    /// The first job that may start while others are in flight.
    pub(super) fn next(&mut self, limit: Concurrency, in_flight: &[Job]) -> Option<Job> {
        let alone_is_due = self.first.is_empty() || self.alone_first;
        if alone_is_due && !self.alone.is_empty() {
            return match in_flight {
                [] => self.alone.pop_front(),
                _ => None,
            };
        }
        let may_start = |job: &Job| limit.lets_start(job, in_flight);
        let first = self.first.iter().position(may_start)?;
        self.first.remove(first)
    }

    /// Adds a job that is played alone.
    pub(super) fn push_alone(&mut self, job: Job) {
        self.alone.push_back(job);
    }

    /// Takes back a job that came to no result.
    pub(super) fn put_back(&mut self, job: Job) {
        match job.turn {
            Turn::First => self.first.push_front(job),
            _ => self.alone.push_front(job),
        }
    }

    /// Forgets all jobs, and gives those without any result.
    pub(super) fn clear(&mut self) -> VecDeque<Job> {
        self.alone.clear();
        std::mem::take(&mut self.first)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_empty() && self.alone.is_empty()
    }
}

/// Sorts jobs so that the whole takes least: what mostly waits comes first, the
/// longest waits before all, since that is what others can run beside; then what
/// moves much data, the most first, so that no long one is left at the end.
pub(super) fn sort_slow_first(jobs: &mut [Job]) {
    jobs.sort_by_cached_key(|job| {
        let effort = Reverse(effort(&job.case));
        (job.attempt, job.is_heavy(), effort)
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bout::sample;

    fn ids(queue: &mut Queue, limit: Concurrency, in_flight: &[Job]) -> Vec<String> {
        let next = || queue.next(limit, in_flight);
        let ids = std::iter::from_fn(next).map(|job| job.case.id.to_string());
        ids.collect()
    }

    #[test]
    fn what_waits_comes_first_and_then_what_moves_most() {
        let mut jobs = sample::jobs(&["1.1.1", "9.1.1", "6.4.1", "9.1.6", "1.1.2", "12.1.18"]);
        sort_slow_first(&mut jobs);
        let order: Vec<String> = jobs.iter().map(|job| job.case.id.to_string()).collect();
        assert_eq!(
            order,
            ["6.4.1", "1.1.2", "1.1.1", "12.1.18", "9.1.6", "9.1.1"]
        );
    }

    #[test]
    fn what_is_played_alone_waits_until_all_else_is_done() {
        let mut jobs = sample::jobs(&["1.1.1", "1.1.2", "1.1.3"]);
        let mut again = jobs.remove(0);
        again.turn = Turn::Again(None);
        let limit = Concurrency::new(4, false);
        let running = jobs[..1].to_vec();
        let mut queue = Queue::new(jobs);
        queue.push_alone(again.clone());
        assert_eq!(ids(&mut queue, limit, &[]), ["1.1.2", "1.1.3", "1.1.1"]);

        let mut eager = Queue::new(running.clone());
        eager.prefer_alone();
        eager.push_alone(again.clone());
        assert_eq!(ids(&mut eager, limit, &running), [""; 0]);
        assert_eq!(ids(&mut eager, limit, &[]), ["1.1.1", "1.1.2"]);

        let mut company = Queue::new(running);
        assert_eq!(ids(&mut company, limit, &[again]), [""; 0]);
    }

    #[test]
    fn what_comes_back_goes_where_it_came_from() {
        let jobs = sample::jobs(&["1.1.1", "1.1.2"]);
        let mut queue = Queue::new(jobs.clone());
        let limit = Concurrency::new(1, false);
        let first = queue.next(limit, &[]).unwrap();
        queue.put_back(first);
        queue.put_back(Job {
            turn: Turn::Retry(1),
            ..jobs[1].clone()
        });
        assert_eq!(ids(&mut queue, limit, &[]), ["1.1.1", "1.1.2", "1.1.2"]);
        assert!(queue.is_empty());
    }
}
