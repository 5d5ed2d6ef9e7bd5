//! Servers that do not take as many connections as they are offered, that are
//! slow, or that do not do the same thing twice.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;
use wscheck_run::{Address, Event, Plan, Stream, drive};
use wscheck_suite::result::{CaseResult, CutShort, Outcome, Proved};
use wscheck_suite::verdict::Grade;
use wscheck_wire::{Conversation, Echo, EndpointConfig, Eof, Moment, Output};

use crate::support::{Report, echo_server, hostile_server, open, plan};

/// Of each kind of wait one; none takes long.
const SOME: &[&str] = &[
    "1.1.1", "1.1.6", "1.2.3", "2.3", "2.6", "3.2", "4.1.3", "4.2.4", "5.2", "5.15", "5.19",
    "6.1.1", "6.3.1", "6.4.3", "7.1.1", "7.1.4", "7.3.3", "7.5.1", "7.7.1", "7.9.1",
];

/// All that send little.
const SHORT: &[&str] = &["1-7", "10"];

const GOOD: &[Grade] = &[Grade::Ok, Grade::Informational];

/// As `wscheck server` plays: many at a time, at a learned pace.
fn learned(address: &Address, patterns: &[&str]) -> Plan {
    let mut plan = plan(address, patterns);
    plan.jobs = NonZeroUsize::new(16).unwrap();
    plan.preflight = true;
    plan.learned_pace = true;
    plan
}

async fn echo(tcp: TcpStream) {
    let mut echo = Echo::server(EndpointConfig::default());
    drive(Stream::Tcp(tcp), &mut echo, Instant::now(), &mut ()).await;
}

/// What counts, by case.
fn verdicts(report: &Report) -> Vec<(String, Outcome)> {
    let counting = report.results().filter(|result| !result.provisional);
    let mut verdicts: Vec<_> = counting
        .map(|result| (result.case, result.outcome.clone()))
        .collect();
    verdicts.sort_by_key(|(case, _)| *case);
    verdicts
        .into_iter()
        .map(|(case, outcome)| (case.to_string(), outcome))
        .collect()
}

fn halvings(report: &Report) -> Vec<usize> {
    let halvings = report.events.iter().filter_map(|event| match event {
        Event::JobsHalved { at_a_time, .. } => Some(*at_a_time),
        _ => None,
    });
    halvings.collect()
}

fn plays(report: &Report) -> Vec<(bool, Option<Proved>, Option<Grade>)> {
    let play = |result: &CaseResult| (result.provisional, result.proved, result.outcome.grade());
    report.results().map(play).collect()
}

/// Accepts a connection when the one before has ended.
async fn one_at_a_time() -> Address {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("ws://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            echo(tcp).await;
        }
    });
    address.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_at_a_time() {
    let address = one_at_a_time().await;
    let report = Report::of(learned(&address, SOME)).await;
    assert_eq!(report.target().at_a_time, Some(1));
    assert!(report.results().all(|result| result.company == 0));
    report.assert_all(SOME.len(), GOOD);
    let free = echo_server("ws://127.0.0.1:0", None).await;
    let report_of_free = Report::of(learned(&free, SOME)).await;
    assert_eq!(report_of_free.target().at_a_time, None);
    assert!(report_of_free.results().any(|result| result.company > 0));
    assert_eq!(verdicts(&report), verdicts(&report_of_free));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_at_a_time_without_a_preflight() {
    let address = one_at_a_time().await;
    let mut plan = learned(&address, &["1.1.1", "1.1.2", "1.1.3", "1.1.4"]);
    plan.preflight = false;
    let report = Report::of(plan).await;
    assert_eq!(verdicts(&report).len(), 4);
    let outcomes = verdicts(&report);
    let mut grades = outcomes.iter().map(|(_, outcome)| outcome.grade());
    assert!(grades.all(|grade| grade == Some(Grade::Ok)), "{outcomes:?}");
}

/// Serves four at a time and treats the fifth as `refuse` does; the four wait
/// until there is one.
async fn four_at_a_time<F>(refuse: impl Fn(TcpStream) -> F + Send + Sync + 'static) -> Address
where
    F: Future<Output = ()> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(4));
    let refuse = Arc::new(refuse);
    let (crowded, _) = watch::channel(false);
    hostile_server(move |tcp| {
        let place = Arc::clone(&places).try_acquire_owned();
        let refuse = Arc::clone(&refuse);
        let crowded = crowded.clone();
        async move {
            match place {
                Ok(_place) => {
                    let mut is_crowded = crowded.subscribe();
                    is_crowded.wait_for(|is_crowded| *is_crowded).await.unwrap();
                    echo(tcp).await;
                }
                Err(_) => {
                    crowded.send_replace(true);
                    refuse(tcp).await;
                }
            }
        }
    })
    .await
}

async fn assert_crowded_out(address: &Address, learned_pace: bool) {
    let mut plan = learned(address, SOME);
    plan.preflight = false;
    plan.learned_pace = learned_pace;
    let report = Report::of(plan).await;
    // No refusal is a result.
    report.assert_all(SOME.len(), GOOD);
    let halvings = halvings(&report);
    assert_eq!(halvings.first(), Some(&8), "{halvings:?}");
    assert!(halvings.is_sorted_by(|a, b| a > b), "{halvings:?}");
    let last = halvings.last().and_then(|last| u32::try_from(*last).ok());
    assert_eq!(report.target().at_a_time, last);
}

#[tokio::test(flavor = "multi_thread")]
async fn resets_what_is_too_much() {
    let address = four_at_a_time(|tcp| async move { tcp.set_zero_linger().unwrap() }).await;
    assert_crowded_out(&address, true).await;
    let address = four_at_a_time(|tcp| async move { drop(tcp) }).await;
    assert_crowded_out(&address, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn says_that_it_is_too_much() {
    let address = four_at_a_time(|mut tcp| async move {
        let busy = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
        let _ = tcp.write_all(busy).await;
    })
    .await;
    assert_crowded_out(&address, true).await;
}

/// An echo that hears everything late.
struct Late {
    echo: Echo,
    heard: Vec<(Moment, Option<Vec<u8>>)>,
}

impl Late {
    const BY: Duration = Duration::from_millis(200);
}

impl Conversation for Late {
    fn handle_input(&mut self, now: Moment, input: &mut [u8]) {
        self.heard.push((now + Self::BY, Some(input.to_vec())));
    }

    fn handle_eof(&mut self, now: Moment, _how: Eof) {
        self.heard.push((now + Self::BY, None));
    }

    fn handle_timeout(&mut self, now: Moment) {
        while self.heard.first().is_some_and(|(at, _)| *at <= now) {
            match self.heard.remove(0).1 {
                Some(mut octets) => self.echo.handle_input(now, &mut octets),
                None => self.echo.handle_eof(now, Eof::Fin),
            }
        }
        self.echo.handle_timeout(now);
    }

    fn poll_output(&mut self, now: Moment) -> Option<Output> {
        self.echo.poll_output(now)
    }

    fn poll_timeout(&self) -> Option<Moment> {
        let heard = self.heard.first().map(|(at, _)| *at);
        heard.into_iter().chain(self.echo.poll_timeout()).min()
    }

    fn is_over(&self) -> bool {
        self.echo.is_over()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_everything_late() {
    let address = hostile_server(|tcp| async move {
        let echo = Echo::server(EndpointConfig::default());
        let mut late = Late {
            echo,
            heard: Vec::new(),
        };
        drive(Stream::Tcp(tcp), &mut late, Instant::now(), &mut ()).await;
    })
    .await;
    let report = Report::of(learned(&address, SHORT)).await;
    let mut nominal = learned(&address, SHORT);
    nominal.learned_pace = false;
    let nominal = Report::of(nominal).await;
    assert_eq!(verdicts(&report), verdicts(&nominal));
}

/// Ends the first connections as soon as they are open, and serves the others.
async fn bad_at_first(count: usize) -> Address {
    let seen = Arc::new(AtomicUsize::new(0));
    hostile_server(move |mut tcp| {
        let number = seen.fetch_add(1, Ordering::Relaxed);
        async move {
            if number >= count {
                echo(tcp).await;
            } else {
                let _ = open(&mut tcp).await;
            }
        }
    })
    .await
}

#[tokio::test]
async fn what_fails_in_company_and_not_alone_is_recovered() {
    let address = bad_at_first(1).await;
    let mut plan = learned(&address, &["1.1.1", "1.1.2"]);
    plan.preflight = false;
    let report = Report::of(plan).await;
    let mut plays = plays(&report);
    plays.sort_by_key(|(provisional, proved, _)| (!provisional, proved.is_some()));
    assert_eq!(
        plays,
        [
            (true, None, Some(Grade::Failed)),
            (false, None, Some(Grade::Ok)),
            (false, Some(Proved::Recovered), Some(Grade::Ok)),
        ]
    );
    let again = report.results().last().unwrap();
    assert_eq!((again.attempt, again.company), (1, 0));
}

#[tokio::test]
async fn what_fails_and_then_does_not_is_flaky() {
    let address = bad_at_first(2).await;
    let mut plan = plan(&address, &["1.1.1"]);
    plan.retries = 3;
    let report = Report::of(plan).await;
    let failed = (true, None, Some(Grade::Failed));
    let flaky = (false, Some(Proved::Flaky), Some(Grade::Ok));
    assert_eq!(plays(&report), [failed, failed, flaky]);

    let address = bad_at_first(9).await;
    let mut plan = crate::support::plan(&address, &["1.1.1"]);
    plan.retries = 1;
    let lost = (false, None, Some(Grade::Failed));
    assert_eq!(plays(&Report::of(plan).await), [failed, lost]);
}

#[tokio::test]
async fn nothing_begins_after_the_first_failure() {
    let address = bad_at_first(usize::MAX).await;
    let mut plan = learned(&address, &["1.1.*"]);
    (plan.preflight, plan.fail_fast) = (false, true);
    plan.jobs = NonZeroUsize::new(2).unwrap();
    let report = Report::of(plan.clone()).await;
    assert_eq!(report.info.cut_short, Some(CutShort::FirstFailure));
    let skipped = |outcome: &Outcome| matches!(outcome, Outcome::Skipped { .. });
    let outcomes = report.results().map(|result| &result.outcome);
    assert_eq!(outcomes.filter(|outcome| skipped(outcome)).count(), 6);
    let failures = report.results().filter(|result| !result.provisional);
    let failures = failures.filter(|result| result.outcome.grade() == Some(Grade::Failed));
    assert_eq!(failures.count(), 1, "{:?}", plays(&report));

    // What a second play puts right is no failure.
    plan.targets[0].address = bad_at_first(1).await;
    let report = Report::of(plan).await;
    assert_eq!(report.info.cut_short, None);
    let counting = verdicts(&report);
    let mut grades = counting.iter().map(|(_, outcome)| outcome.grade());
    assert!(grades.all(|grade| grade == Some(Grade::Ok)), "{counting:?}");
}

#[tokio::test]
async fn the_time_for_the_run_is_over() {
    let silent = hostile_server(|tcp| async move {
        let _tcp = tcp;
        std::future::pending().await
    })
    .await;
    let mut plan = plan(&silent, &["1.1.*"]);
    plan.max_time = Some(Duration::from_millis(200));
    plan.targets.push(plan.targets[0].clone());
    let report = Report::of(plan.clone()).await;
    assert_eq!(report.info.cut_short, Some(CutShort::OutOfTime));
    assert!(!report.info.interrupted);
    assert_eq!(report.results().count(), 8);
    let why = "the time for the whole run was over";
    for result in report.results() {
        let skipped = Outcome::Skipped { why: why.into() };
        assert_eq!(result.outcome, skipped);
    }
    let fault = report.info.targets[1].fault.as_deref();
    assert_eq!(fault, Some(&*format!("it was not tested: {why}")));

    plan.preflight = true;
    let report = Report::of(plan).await;
    assert_eq!(report.results().count(), 0);
    assert!(report.target().fault.as_deref().unwrap().ends_with(why));
}
