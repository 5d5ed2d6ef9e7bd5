//! Programs under test that we start: this test program itself, in several
//! parts, at unix sockets, so that no port is guessed.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::support::{Report, open, plan};
use tempfile::TempDir;
use tokio::net::UnixListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, timeout};
use wscheck_run::{
    Address, CancellationToken, Dialler, Ending, Event, Listener, NotStarted, Stream, Testee,
    TesteeCommand, drive, run, serve_echo,
};
use wscheck_suite::result::{CaseResult, Outcome};
use wscheck_suite::verdict::{Grade, Reason};
use wscheck_wire::{Conversation, Echo, EndpointConfig, Eof, Moment, Output};

const GOOD: &[Grade] = &[Grade::Ok, Grade::Informational];

/// A folder with sockets, and the programs that listen there.
struct Stage {
    folder: TempDir,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn address(&self) -> Address {
        self.address_of("socket")
    }

    fn address_of(&self, name: &str) -> Address {
        format!("ws+unix:{}", self.path(name)).parse().unwrap()
    }

    /// The words that start this program in the part `part`, at `socket`.
    fn words_at(part: &str, socket: &str) -> Vec<String> {
        let program = std::env::current_exe().unwrap();
        vec![
            "env".to_owned(),
            format!("WSCHECK_PART={part}"),
            format!("WSCHECK_SOCKET={socket}"),
            program.display().to_string(),
            "--ignored".to_owned(),
            "--exact".to_owned(),
            "--nocapture".to_owned(),
            "testee::program".to_owned(),
        ]
    }

    fn command(&self, part: &str) -> TesteeCommand {
        let words = Self::words_at(part, &self.path("socket"));
        TesteeCommand::new(words[0].clone(), words[1..].to_vec())
    }

    async fn play(&self, part: &str, jobs: usize, patterns: &[&str]) -> Report {
        let mut plan = plan(&self.address(), patterns);
        plan.jobs = NonZeroUsize::new(jobs).unwrap();
        plan.targets[0].testee = Some(self.command(part));
        Report::of(plan).await
    }
}

/// An echo that does something bad when a read begins with a ping.
struct Deadly {
    echo: Echo,
    kill: fn(),
}

impl Conversation for Deadly {
    fn handle_input(&mut self, now: Moment, input: &mut [u8]) {
        if input.first() == Some(&0x89) {
            (self.kill)();
        }
        self.echo.handle_input(now, input);
    }

    fn handle_eof(&mut self, now: Moment, how: Eof) {
        self.echo.handle_eof(now, how);
    }

    fn handle_timeout(&mut self, now: Moment) {
        self.echo.handle_timeout(now);
    }

    fn poll_output(&mut self, now: Moment) -> Option<Output> {
        self.echo.poll_output(now)
    }

    fn poll_timeout(&self) -> Option<Moment> {
        self.echo.poll_timeout()
    }

    fn wants_input(&self) -> bool {
        self.echo.wants_input()
    }

    fn is_over(&self) -> bool {
        self.echo.is_over()
    }
}

/// What this program does when it is a testee.
#[tokio::test]
#[ignore = "started by the other tests"]
async fn program() {
    let Ok(part) = std::env::var("WSCHECK_PART") else {
        return;
    };
    let socket = std::env::var("WSCHECK_SOCKET").unwrap();
    println!("the part is {part}");
    match part.as_str() {
        "early" => {
            eprintln!("no configuration");
            std::process::exit(2);
        }
        "deaf" => std::future::pending().await,
        "echo" => echo(&socket, || println!("a ping")).await,
        "aborts" => echo(&socket, || std::process::abort()).await,
        "exits" => echo(&socket, || std::process::exit(3)).await,
        // The first time it dies of the ping at once, later when it has answered
        // it well and the conversation is over.
        "late" => {
            static PINGED: AtomicBool = AtomicBool::new(false);
            drop(std::fs::remove_file(&socket));
            let listener = UnixListener::bind(&socket).unwrap();
            while !PINGED.load(Ordering::Relaxed) {
                let (stream, _) = listener.accept().await.unwrap();
                let echo = Echo::server(EndpointConfig::default());
                let kill = || {
                    if is_first_time() {
                        std::process::exit(6);
                    }
                    PINGED.store(true, Ordering::Relaxed);
                };
                let mut deadly = Deadly { echo, kill };
                drive(Stream::Unix(stream), &mut deadly, Instant::now(), &mut ()).await;
            }
            std::process::exit(6);
        }
        // It opens, and ends TCP.
        "rude" => {
            drop(std::fs::remove_file(&socket));
            let listener = UnixListener::bind(&socket).unwrap();
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let _ = open(&mut stream).await;
            }
        }
        "once-only" => {
            let first_time = || {
                if is_first_time() {
                    println!("the first time");
                    std::process::exit(5);
                }
            };
            echo(&socket, first_time).await;
        }
        // Both die of their second connection; the first is the knock. One of
        // them leaves its socket behind, and cannot bind it again.
        "once" => {
            drop(std::fs::remove_file(&socket));
            once(&socket).await;
        }
        "never-again" => once(&socket).await,
        "leaks" => {
            let mut terminate = signal(SignalKind::terminate()).unwrap();
            tokio::select! {
                () = echo(&socket, || ()) => {}
                _ = terminate.recv() => {
                    eprintln!("1 octet leaked");
                    std::process::exit(23);
                }
            }
        }
        "stubborn" => {
            let _terminate = signal(SignalKind::terminate()).unwrap();
            echo(&socket, || ()).await;
        }
        "parent" => {
            let mut words = Stage::words_at("echo", &format!("{socket}.child"));
            let program = words.remove(0);
            tokio::process::Command::new(program)
                .args(words)
                .spawn()
                .unwrap();
            let child = format!("ws+unix:{socket}.child").parse().unwrap();
            while Dialler::default().dial(&child).await.is_err() {
                tokio::task::yield_now().await;
            }
            echo(&socket, || ()).await;
        }
        other => panic!("no such part: {other}"),
    }
}

/// Whether this program, or one before it at the same socket, asks this for the
/// first time.
fn is_first_time() -> bool {
    let marker = std::env::var("WSCHECK_SOCKET").unwrap() + ".marker";
    std::fs::File::create_new(marker).is_ok()
}

async fn once(socket: &str) {
    let listener = UnixListener::bind(socket).unwrap();
    for _ in 0..2 {
        listener.accept().await.unwrap();
    }
    std::process::exit(4);
}

async fn echo(socket: &str, kill: fn()) {
    drop(std::fs::remove_file(socket));
    let listener = UnixListener::bind(socket).unwrap();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        tokio::spawn(async move {
            let echo = Echo::server(EndpointConfig::default());
            let mut deadly = Deadly { echo, kill };
            drive(Stream::Unix(stream), &mut deadly, Instant::now(), &mut ()).await;
        });
    }
}

fn deaths(report: &Report) -> Vec<(String, usize)> {
    let deaths = report.events.iter().filter_map(|event| match event {
        Event::TesteeDied { how, suspects, .. } => Some((how.clone(), suspects.len())),
        _ => None,
    });
    deaths.collect()
}

fn faults(report: &Report) -> Vec<(String, String)> {
    let faults = report.events.iter().filter_map(|event| match event {
        Event::TesteeFault { what, output, .. } => Some((what.clone(), output.clone())),
        _ => None,
    });
    faults.collect()
}

fn killed_by(result: &CaseResult) -> Option<&str> {
    match result.outcome.verdict()?.reasons.first()? {
        Reason::TesteeDied { how } => Some(how),
        _ => None,
    }
}

#[tokio::test]
async fn a_testee_is_started_tested_and_stopped() {
    let stage = Stage::new();
    let report = stage.play("echo", 2, &["1.1.1", "2.1", "7.1.1"]).await;
    report.assert_all(3, GOOD);
    assert_eq!((deaths(&report), faults(&report)), (vec![], vec![]));
    assert!(Dialler::default().dial(&stage.address()).await.is_err());
}

#[tokio::test]
async fn its_output_is_kept_case_by_case() {
    let stage = Stage::new();
    let report = stage.play("echo", 1, &["1.1.1", "2.1"]).await;
    let outputs: Vec<_> = report
        .results()
        .map(|result| result.testee_output.as_str())
        .collect();
    assert_eq!(outputs[0], "");
    // The pipe may be slower than the socket.
    assert!(["", "a ping\n"].contains(&outputs[1]), "{outputs:?}");
}

#[tokio::test]
async fn the_case_that_kills_is_found_among_the_suspects() {
    for (part, how) in [
        ("aborts", "was ended by SIGABRT"),
        ("exits", "ended with exit code 3"),
    ] {
        for jobs in [1, 4] {
            let stage = Stage::new();
            let cases = &["1.1.1", "1.1.2", "2.1", "1.2.1", "7.1.1", "2.2"];
            let report = stage.play(part, jobs, cases).await;
            assert_eq!(report.results().count(), 6);
            for result in report.results() {
                let kills = result.case.chapter() == 2;
                assert_eq!(
                    killed_by(result),
                    kills.then_some(how),
                    "{:?}",
                    result.outcome
                );
                assert_eq!(
                    result.outcome.grade(),
                    Some(if kills { Grade::Failed } else { Grade::Ok })
                );
            }
            let deaths = deaths(&report);
            assert!((1..=2).contains(&deaths.len()), "{deaths:?}");
            for (died, suspects) in deaths {
                assert_eq!(died, how);
                assert!((1..=5 * jobs).contains(&suspects));
            }
            assert_eq!(faults(&report), []);
        }
    }
}

#[tokio::test]
async fn a_suspect_that_kills_after_a_good_answer_is_found_out() {
    let stage = Stage::new();
    let report = stage.play("late", 1, &["2.1"]).await;
    let killed: Vec<_> = report.results().map(killed_by).collect();
    assert_eq!(killed, [Some("ended with exit code 6")]);
    assert_eq!(faults(&report), []);
}

#[tokio::test]
async fn what_may_have_killed_does_not_keep_others_waiting() {
    let stage = Stage::new();
    let report = stage.play("rude", 1, &["1.1.1", "1.1.2"]).await;
    let events = report.events.iter();
    let story = events.filter_map(|event| match event {
        Event::CaseStarted { case, .. } => Some(format!("{case} starts")),
        Event::CaseFinished(result) => Some(format!("{} is told", result.case)),
        _ => None,
    });
    let expected = [
        "1.1.1 starts",
        "1.1.2 starts",
        "1.1.1 is told",
        "1.1.2 is told",
    ];
    assert_eq!(story.collect::<Vec<_>>(), expected);
    assert_eq!((deaths(&report), faults(&report)), (vec![], vec![]));
}

#[tokio::test]
async fn a_program_that_dies_of_everything_fails_every_case() {
    let stage = Stage::new();
    let report = stage.play("once", 1, &["1.1.1", "1.1.2"]).await;
    let killed: Vec<_> = report.results().map(killed_by).collect();
    assert_eq!(killed, [Some("ended with exit code 4"); 2]);
}

#[tokio::test]
async fn a_program_that_does_not_start_again_ends_the_test_of_it() {
    let stage = Stage::new();
    let mut plan = plan(&stage.address(), &["1.1.1", "1.1.2"]);
    let mut command = stage.command("never-again");
    command.listen_limit = Duration::from_secs(3);
    plan.targets[0].testee = Some(command);
    let report = Report::of(plan).await;
    let fault = report.target().fault.as_deref().unwrap();
    assert!(fault.contains("before it listened"), "{fault}");
    assert_eq!(report.results().count(), 2);
    for result in report.results() {
        let why = format!("it could not be started again: {fault}");
        assert_eq!(result.outcome, Outcome::CouldNotTest { why });
    }
    assert_eq!(
        faults(&report)[0].0,
        "the program under test ended with exit code 4"
    );
}

#[tokio::test]
async fn a_death_that_no_case_repeats_is_told() {
    let stage = Stage::new();
    let report = stage.play("once-only", 2, &["1.1.1", "2.1", "2.2"]).await;
    report.assert_all(3, GOOD);
    assert_eq!(deaths(&report).len(), 1);
    let what = "the program under test ended with exit code 5, and no case alone repeats it";
    let faults = faults(&report);
    assert_eq!(faults[0].0, what);
    assert!(faults[0].1.contains("the first time"), "{faults:?}");
}

#[tokio::test]
async fn a_testee_that_cannot_be_tested_is_told_with_its_output() {
    let stage = Stage::new();
    let report = stage.play("early", 1, &["1.1.1"]).await;
    assert_eq!(report.results().count(), 0);
    let fault = report.target().fault.as_deref().unwrap();
    assert!(
        fault.starts_with("the program under test ended with exit code 2 before it listened at"),
        "{fault}"
    );
    assert!(report.events.iter().any(|event| matches!(
        event,
        Event::TargetReady { output, .. } if output.contains("no configuration")
    )));

    let mut deaf = stage.command("deaf");
    deaf.listen_limit = Duration::from_millis(500);
    let error = Testee::start(&deaf, &stage.address()).await.unwrap_err();
    assert!(matches!(error, NotStarted::NeverListened { .. }), "{error}");
    assert!(
        error.output().contains("the part is deaf"),
        "{}",
        error.output()
    );

    let missing = TesteeCommand::new("/nowhere/at/all", [""; 0]);
    let error = Testee::start(&missing, &stage.address()).await.unwrap_err();
    assert!(matches!(error, NotStarted::NoProgram { .. }), "{error}");

    let _taken = Listener::bind(&stage.address()).await.unwrap();
    let error = Testee::start(&stage.command("echo"), &stage.address())
        .await
        .unwrap_err();
    assert!(matches!(error, NotStarted::PortTaken { .. }), "{error}");
}

#[tokio::test]
async fn a_bad_exit_code_at_the_end_is_told() {
    let report = Stage::new().play("leaks", 1, &["1.1.1"]).await;
    report.assert_all(1, GOOD);
    let faults = faults(&report);
    assert_eq!(
        faults[0].0,
        "the program under test ended with exit code 23 at the end"
    );
    assert!(faults[0].1.contains("1 octet leaked"), "{faults:?}");
}

#[tokio::test]
async fn a_stubborn_testee_is_killed() {
    let stage = Stage::new();
    let testee = Testee::start(&stage.command("stubborn"), &stage.address())
        .await
        .unwrap();
    let stopped = testee.stop().await;
    assert_eq!((stopped.ending, stopped.is_bad), (Ending::Signal(9), false));
}

#[tokio::test]
async fn what_it_started_ends_with_it() {
    let stage = Stage::new();
    let testee = Testee::start(&stage.command("parent"), &stage.address())
        .await
        .unwrap();
    let child = stage.address_of("socket.child");
    assert!(Dialler::default().dial(&child).await.is_ok());
    let stopped = testee.stop().await;
    assert_eq!(
        (stopped.ending, stopped.is_bad),
        (Ending::Signal(15), false)
    );
    let gone = async { while Dialler::default().dial(&child).await.is_ok() {} };
    timeout(Duration::from_secs(10), gone).await.unwrap();
}

#[tokio::test]
async fn a_testee_ends_with_a_cancelled_run() {
    let stage = Stage::new();
    let mut plan = plan(&stage.address(), &["1.*"]);
    plan.targets[0].testee = Some(stage.command("echo"));
    let cancel = CancellationToken::new();
    let info = run(plan, &cancel, |event| {
        if matches!(event, Event::CaseFinished(_)) {
            cancel.cancel();
        }
    })
    .await;
    assert!(info.interrupted);
    assert!(Dialler::default().dial(&stage.address()).await.is_err());
}

#[tokio::test]
async fn the_reference_server_stops_when_told() {
    let stage = Stage::new();
    let listener = Listener::bind(&stage.address()).await.unwrap();
    let stop = CancellationToken::new();
    let server = tokio::spawn(serve_echo(
        listener,
        None,
        EndpointConfig::default(),
        stop.clone(),
    ));
    Report::of(plan(&stage.address(), &["1.1.1"]))
        .await
        .assert_all(1, GOOD);
    stop.cancel();
    server.await.unwrap();
    let report = Report::of(plan(&stage.address(), &["1.1.1"])).await;
    let outcomes: Vec<_> = report.results().map(|result| &result.outcome).collect();
    assert!(
        matches!(outcomes[..], [Outcome::CouldNotTest { .. }]),
        "{outcomes:?}"
    );
    assert!(!std::path::Path::new(&stage.path("socket")).exists());
}
