//! Serves the suite to clients, by the URLs that the original has.
//!
//! A connection is read up to the end of its request. Its path says what it is
//! for: a case, which a session then plays and judges; a question beside the
//! cases; or, without `Upgrade`, a page. Agents are told apart by the names that
//! they give, and none disturbs another: each connection is a task of its own,
//! and what all know together stands in one roster.
//!
//! | path | what it does |
//! |---|---|
//! | `/runCase?case=N&agent=A`, or `casetuple=1.2.3` | plays a case |
//! | `/next?agent=A` | plays the first case that the agent has not begun, or has to play again |
//! | `/getCaseCount`, `/getCaseInfo`, `/getCaseStatus` | answer in a message |
//! | `/updateReports?agent=A&shutdownOnComplete=true` | has reports written |
//! | `/stopServer` | ends it all |
//! | any other | the command mode |
//!
//! Reports are written and the server is stopped for this machine alone, or by the
//! profile `autobahn` for programs anywhere, and never for a page of anybody else.

mod asker;
mod command;
mod connection;
mod control;
mod ending;
mod farewell;
mod http;
mod playing;
mod program;
mod request_head;
mod resource;
mod roster;
mod route;
mod standing;
mod view;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wscheck_suite::case::Case;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::pace::Pace;
use wscheck_suite::profile::Profile;
use wscheck_suite::result::{CutShort, RunInfo, SCHEMA, TargetInfo};
use wscheck_suite::session::{Limits, Settings};
use wscheck_suite::tested::Tested;
use wscheck_wire::Role;

use crate::address::Address;
use crate::clock::timestamp;
use crate::event::Event;
use crate::listen::{Listener, accept_all};
use crate::plan::{Policy, seed_of};
use crate::testee::{Printed, TesteeCommand};
use crate::tls::ServerTls;
use crate::trace::Trace;

pub use http::{HttpCommand, HttpRequest, HttpResponse, HttpSide, MAX_BODY, PlainPage};
pub use request_head::MAX_HEAD;
pub use resource::{Repeated, Resource};
pub use roster::{AgentState, MAX_AGENTS, Progress};
pub use route::MAX_AGENT;
pub use standing::{Messages, Standing, Wire};
pub use view::View;

use asker::Ourselves;
use ending::{End, is_cut_short};
use program::supervise;
use roster::Roster;
use route::Cases;

/// How many events may wait for whoever takes them.
const WAITING_EVENTS: usize = 16;

/// Which cases are served, and how they are played.
#[derive(Debug, Clone)]
pub struct ServicePlan {
    /// What calls itself the tool in the results, as in `wscheck 0.1.0`.
    pub tool: String,
    /// The value of `Server` in our answers.
    pub name: String,
    /// By whose measure is judged.
    pub profile: Profile,
    /// How long we wait.
    pub pace: Pace,
    /// Whether a wait may be cut short by what was learned of an agent, where it
    /// asks for its next case; what is then not right it gets once more.
    pub learned_pace: bool,
    /// What the testees' own steps may take at the nominal pace.
    pub limits: Limits,
    /// What all randomness of our side derives from.
    pub seed: u64,
    /// What is served, in this order; those for servers only are left out.
    pub cases: Vec<Arc<Case>>,
    /// Which cases are not for which agent.
    pub exclusions: Option<Arc<dyn Exclusions>>,
    /// The port that `Host` must name, in the profile `autobahn`; `None`: any.
    pub host_port: Option<u16>,
    /// Answers those who ask for a page.
    pub http: Arc<dyn HttpSide>,
    /// Who watches the connections of cases.
    pub traces: Vec<Arc<dyn Trace>>,
    /// The client under test, if we start it: the service ends when it has run
    /// every case, or is not going to.
    pub testee: Option<TesteeCommand>,
    /// How long a client that we started may do nothing.
    pub idle_limit: Duration,
    /// Whether the service ends with the first failure that counts.
    pub fail_fast: bool,
    /// Which results are failures, if not those that are FAILED.
    pub policy: Option<Arc<dyn Policy>>,
    /// How long the whole may take, if it may not take for ever.
    pub max_time: Option<Duration>,
}

/// Which cases are not for which agent.
pub trait Exclusions: fmt::Debug + Send + Sync {
    /// Whether `agent` does not run `case`.
    fn excludes(&self, agent: &str, case: CaseId) -> bool;
}

impl ServicePlan {
    /// Serves `cases`: profile `rfc`, nominal pace, seed 0, one plain page.
    pub fn new(cases: Vec<Arc<Case>>) -> Self {
        Self {
            tool: concat!("wscheck ", env!("CARGO_PKG_VERSION")).to_owned(),
            name: concat!("wscheck/", env!("CARGO_PKG_VERSION")).to_owned(),
            profile: Profile::Rfc,
            pace: Pace::NOMINAL,
            learned_pace: false,
            limits: Limits::default(),
            seed: 0,
            cases,
            exclusions: None,
            host_port: None,
            http: Arc::new(PlainPage),
            traces: Vec::new(),
            testee: None,
            idle_limit: Duration::from_secs(30),
            fail_fast: false,
            policy: None,
            max_time: None,
        }
    }

    /// What is true of all cases, as a run that begins now tells it.
    pub fn info(&self) -> RunInfo {
        RunInfo {
            schema: SCHEMA,
            tool: self.tool.clone(),
            profile: self.profile,
            testee: Tested::Client,
            seed: self.seed,
            started: timestamp(),
            duration_ms: None,
            interrupted: false,
            cut_short: None,
            selected: self.cases.len(),
            targets: Vec::new(),
        }
    }

    /// What the sessions of one attempt have in common.
    fn settings(&self, attempt: u32) -> Settings {
        Settings {
            profile: self.profile,
            pace: self.pace,
            limits: self.limits,
            seed: seed_of(self.seed, attempt),
        }
    }
}

/// What all connections share.
#[derive(Debug)]
struct Shared {
    plan: ServicePlan,
    cases: Cases,
    address: Address,
    /// Where the pages are, if not there alone.
    beside: OnceLock<Address>,
    tls: Option<ServerTls>,
    roster: Arc<Roster>,
    stop: CancellationToken,
    /// Why no case is given out any more, if that is so.
    cut_short: watch::Sender<Option<CutShort>>,
    events: mpsc::Sender<Told>,
    output: OnceLock<Printed>,
}

/// An event on its way to whoever takes it, and who waits for that.
#[derive(Debug)]
struct Told {
    event: Event,
    taken: Option<oneshot::Sender<()>>,
}

impl Shared {
    async fn tell(&self, event: Event) {
        // Nobody takes it once the service has ended.
        let _ = self.events.send(Told { event, taken: None }).await;
    }

    /// Has the reports written, and waits for that.
    async fn write_reports(&self, agent: &str) {
        let agent = agent.to_owned();
        let (taken, done) = oneshot::channel();
        let told = Told {
            event: Event::ReportsAsked { agent },
            taken: Some(taken),
        };
        if self.events.send(told).await.is_ok() {
            let _ = done.await;
        }
    }

    /// Gives out no case any more.
    fn cut(&self, why: CutShort) {
        self.cut_short
            .send_if_modified(|cut_short| match cut_short {
                Some(_) => false,
                None => {
                    *cut_short = Some(why);
                    true
                }
            });
    }

    fn cut_short(&self) -> Option<CutShort> {
        *self.cut_short.borrow()
    }

    fn agent_ready(&self, target: usize, agent: &str) -> Event {
        Event::TargetReady {
            target,
            info: self.target_info(agent),
            output: String::new(),
        }
    }

    fn target_info(&self, agent: &str) -> TargetInfo {
        TargetInfo {
            agent: agent.to_owned(),
            url: self.address.to_string(),
            round_trip_us: None,
            at_a_time: None,
            fault: None,
        }
    }

    fn ourselves(&self) -> Ourselves<'_> {
        Ourselves {
            address: &self.address,
            pages: self.beside.get(),
            profile: self.plan.profile,
        }
    }

    fn excludes(&self, agent: &str, case: &Case) -> bool {
        let exclusions = self.plan.exclusions.as_ref();
        exclusions.is_some_and(|exclusions| exclusions.excludes(agent, case.id))
    }

    fn output_mark(&self) -> u64 {
        self.output.get().map_or(0, Printed::mark)
    }

    fn output_since(&self, mark: u64) -> String {
        self.output
            .get()
            .map_or_else(String::new, |output| output.since(mark))
    }

    /// The cases that `agent` should run.
    fn cases_of(&self, agent: &str) -> impl Iterator<Item = &Arc<Case>> {
        let cases = self.cases.list.iter();
        cases.filter(move |case| !self.excludes(agent, case))
    }
}

/// The suite at a place where clients can come.
#[derive(Debug)]
pub struct Service {
    listener: Listener,
    /// Another place, without TLS.
    beside: Option<Listener>,
    shared: Arc<Shared>,
    told: mpsc::Receiver<Told>,
}

impl Service {
    /// Serves `plan` at `listener`, over TLS if there is one, from the moment
    /// that it is [run](Self::run). Cancelling `stop` ends it.
    pub fn new(
        mut plan: ServicePlan,
        listener: Listener,
        tls: Option<ServerTls>,
        stop: CancellationToken,
    ) -> Self {
        plan.cases.retain(|case| case.testee.includes(Role::Client));
        let (events, told) = mpsc::channel(WAITING_EVENTS);
        let shared = Shared {
            cases: Cases::new(plan.cases.clone()),
            address: listener.address().clone(),
            beside: OnceLock::new(),
            plan,
            tls,
            roster: Arc::new(Roster::new()),
            stop,
            cut_short: watch::Sender::new(None),
            events,
            output: OnceLock::new(),
        };
        Self {
            listener,
            beside: None,
            shared: Arc::new(shared),
            told,
        }
    }

    /// Serves the same at `listener` too, without TLS: the pages above all.
    pub fn also_at(&mut self, listener: Listener) {
        let _ = self.shared.beside.set(listener.address().clone());
        self.beside = Some(listener);
    }

    /// Where it is served, with the port that was found.
    pub fn address(&self) -> &Address {
        self.listener.address()
    }

    /// How far all agents are, as it changes.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.shared.roster.progress()
    }

    /// Serves until it is stopped by a client, by `stop`, or by the end of the
    /// client that we started, by the first failure, or because its time is over.
    /// Everything that comes of it is told to `tell`, in
    /// order; nothing of it is kept. Cases that are being played at the end are
    /// dropped without a result.
    ///
    /// Returns what [`Event::RunFinished`] told.
    pub async fn run(mut self, mut tell: impl FnMut(Event) + Send) -> RunInfo {
        let begin = Instant::now();
        let mut info = self.shared.plan.info();
        tell(Event::RunStarted(info.clone()));
        let end = self.serve(&mut tell).await;
        self.conclude(&mut info, end, &mut tell);
        let took = begin.elapsed().as_millis();
        info.duration_ms = Some(u64::try_from(took).unwrap_or(u64::MAX));
        tell(Event::RunFinished(info.clone()));
        info
    }

    /// Serves, and tells what happens, to the last event.
    async fn serve(&mut self, tell: &mut (impl FnMut(Event) + Send)) -> End {
        let shared = &self.shared;
        let serving = accept_all(&self.listener, |stream, peer| {
            connection::serve(Arc::clone(shared), stream, peer, shared.tls.clone())
        });
        let beside = async {
            match &self.beside {
                Some(listener) => {
                    let serve =
                        |stream, peer| connection::serve(Arc::clone(shared), stream, peer, None);
                    accept_all(listener, serve).await;
                }
                None => std::future::pending().await,
            }
        };
        let mut supervising = Box::pin(supervise(shared));
        let mut end = End::Stopped;
        let working = async {
            tokio::select! {
                () = serving => {}
                () = beside => {}
                () = shared.stop.cancelled() => {}
                () = is_cut_short(shared) => {}
                concluded = &mut supervising => end = End::Concluded(concluded),
            }
        };
        let mut working = Box::pin(working);
        loop {
            tokio::select! {
                biased;
                Some(told) = self.told.recv() => take(told, tell),
                () = &mut working => break,
            }
        }
        drop(working);
        drop(supervising);
        while let Ok(told) = self.told.try_recv() {
            take(told, tell);
        }
        // Cut short, a client that we started ends before it has run every case.
        match shared.cut_short() {
            Some(why) => End::CutShort(why),
            None => end,
        }
    }
}

fn take(told: Told, tell: &mut impl FnMut(Event)) {
    tell(told.event);
    if let Some(taken) = told.taken {
        // Whoever waited may be gone.
        let _ = taken.send(());
    }
}
