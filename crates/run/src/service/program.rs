//! The client under test, where we start it: is it done, or stuck?

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use super::Shared;
use super::roster::Progress;
use crate::testee::{Ending, Testee};

/// How long a client that has run every case may take to end by itself.
const FINISH_LIMIT: Duration = Duration::from_secs(5);

/// How long the connections of a client that is gone may take to end.
const SETTLE_LIMIT: Duration = Duration::from_secs(5);

/// What became of the client.
#[derive(Debug, Default)]
pub(super) struct Conclusion {
    /// Why it has not run every case; `None`: it has.
    pub(super) missing: Option<String>,
    /// What speaks against it beside its results.
    pub(super) fault: Option<String>,
    /// What it printed last.
    pub(super) output: String,
}

/// How the watch over the client ended.
enum Seen {
    Complete,
    Ended(Ending),
    Stuck(String),
}

/// Starts the client, and watches until it is done or is not going to be. Where
/// there is none to start, it never ends.
pub(super) async fn supervise(shared: &Arc<Shared>) -> Conclusion {
    let Some(command) = &shared.plan.testee else {
        return std::future::pending().await;
    };
    let mut testee = match Testee::launch(command) {
        Ok(testee) => testee,
        Err(error) => {
            return Conclusion {
                missing: Some(error.to_string()),
                ..Conclusion::default()
            };
        }
    };
    let _ = shared.output.set(testee.printed());
    let mut watching = Watching::new(shared, command.listen_limit);
    let seen = watching.watch(&mut testee).await;
    conclude(shared, testee, seen).await
}

async fn conclude(shared: &Shared, mut testee: Testee, seen: Seen) -> Conclusion {
    let ended_alone = match &seen {
        Seen::Complete => timeout(FINISH_LIMIT, testee.ended()).await.ok(),
        Seen::Ended(how) => Some(how.clone()),
        Seen::Stuck(_) => None,
    };
    let stopped = testee.stop().await;
    settle(shared).await;
    let is_complete = is_complete(shared);
    let fault = match (&seen, &ended_alone) {
        (Seen::Stuck(why), _) => Some(format!("the program under test {why}")),
        (_, Some(how)) if !how.is_success() => Some(format!("the program under test {how}")),
        (_, None) if stopped.is_bad => {
            let how = &stopped.ending;
            Some(format!("the program under test {how} when it was stopped"))
        }
        _ => None,
    };
    let missing = match &seen {
        _ if is_complete => None,
        Seen::Stuck(why) => Some(format!("the program under test {why}")),
        _ => Some(format!(
            "the program under test {} before it had run every case",
            stopped.ending
        )),
    };
    Conclusion {
        missing,
        // Who never came is told once.
        fault: fault.filter(|_| shared.roster.progress().borrow().results > 0),
        output: stopped.output,
    }
}

/// Waits for what is still being played.
pub(super) async fn settle(shared: &Shared) {
    let mut progress = shared.roster.progress();
    let settled = progress.wait_for(|progress| progress.running == 0);
    // What is left after that is not going to end.
    drop(timeout(SETTLE_LIMIT, settled).await);
}

/// Whether some agent has run everything, and none is halfway.
fn is_complete(shared: &Shared) -> bool {
    let has_all = shared.roster.map(|agent| {
        let mut cases = shared.cases_of(&agent.name);
        cases.all(|case| agent.results.contains_key(&case.id))
    });
    !has_all.is_empty() && !has_all.contains(&false)
}

fn is_to_run_again(shared: &Shared) -> bool {
    let is_to = shared.roster.map(|agent| !agent.again.is_empty());
    is_to.contains(&true)
}

struct Watching<'s> {
    shared: &'s Shared,
    progress: watch::Receiver<Progress>,
    /// When something new was run last.
    seen: Progress,
    quiet_since: Instant,
    /// How many connections there may be without a new result.
    patience: u64,
    first_limit: Duration,
}

impl<'s> Watching<'s> {
    fn new(shared: &'s Shared, first_limit: Duration) -> Self {
        let cases = shared.cases.list.len() as u64;
        Self {
            shared,
            progress: shared.roster.progress(),
            seen: Progress::default(),
            quiet_since: Instant::now(),
            patience: 2 * cases + 100,
            first_limit,
        }
    }

    async fn watch(&mut self, testee: &mut Testee) -> Seen {
        let mut last = Progress::default();
        loop {
            let now = *self.progress.borrow_and_update();
            if now != last {
                (last, self.quiet_since) = (now, Instant::now());
            }
            if now.results > self.seen.results {
                self.seen = now;
            }
            let is_complete = now.running == 0 && is_complete(self.shared);
            if is_complete && !is_to_run_again(self.shared) {
                return Seen::Complete;
            }
            if now.connections - self.seen.connections > self.patience {
                let count = now.connections - self.seen.connections;
                return Seen::Stuck(format!(
                    "made {count} connections without running a new case"
                ));
            }
            // What it is to run again it need not ask for.
            let limit = match is_complete {
                true => FINISH_LIMIT,
                false => self.limit(now),
            };
            let give_up = self.quiet_since + limit;
            tokio::select! {
                ending = testee.ended() => return Seen::Ended(ending),
                _ = self.progress.changed() => {}
                () = sleep_until(give_up), if is_complete => return Seen::Complete,
                () = sleep_until(give_up), if now.running == 0 => return Seen::Stuck(self.told(now)),
            }
        }
    }

    fn limit(&self, now: Progress) -> Duration {
        match now.connections {
            0 => self.first_limit,
            _ => self.shared.plan.idle_limit,
        }
    }

    fn told(&self, now: Progress) -> String {
        let limit = self.limit(now).as_secs_f64();
        match now.connections {
            0 => format!("did not connect within {limit} s"),
            _ => format!(
                "did nothing for {limit} s after {} of {} cases",
                now.furthest,
                self.shared.cases.list.len()
            ),
        }
    }
}
