//! What is to be played, and against whom.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use wscheck_suite::case::Case;
use wscheck_suite::pace::Pace;
use wscheck_suite::profile::Profile;
use wscheck_suite::result::{CaseResult, RunInfo, SCHEMA, TargetInfo};
use wscheck_suite::session::{Limits, Settings, Target};
use wscheck_suite::tested::Tested;
use wscheck_suite::verdict::Grade;

use crate::address::Address;
use crate::clock::timestamp;
use crate::dial::Dialler;
use crate::testee::TesteeCommand;
use crate::trace::Trace;

/// A run: cases, servers, and how the one is played against the other.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What calls itself the tool in the results, as in `wscheck 0.1.0`.
    pub tool: String,
    /// By whose measure is judged.
    pub profile: Profile,
    /// How long we wait.
    pub pace: Pace,
    /// What the testees' own steps may take at the nominal pace.
    pub limits: Limits,
    /// What all randomness of our side derives from.
    pub seed: u64,
    /// Whether a wait may be cut short by what was learned of a target, and what
    /// is not right in company or in haste is played again. Without it only what
    /// was crowded out is.
    pub learned_pace: bool,
    /// The most cases of one target that are played at a time. If there are
    /// several, the slow ones come first.
    pub jobs: NonZeroUsize,
    /// Whether cases with much data, or with a clock on them, are played alone.
    pub timing: bool,
    /// How often each case is played.
    pub repeat: u32,
    /// How often a case that has failed is played again, until it does not.
    pub retries: u32,
    /// Whether nothing is begun after the first failure that counts.
    pub fail_fast: bool,
    /// Which results are failures, if not those that are FAILED.
    pub policy: Option<Arc<dyn Policy>>,
    /// How long the whole run may take.
    pub max_time: Option<Duration>,
    /// Whether a target that there is no connection to gets no result for the
    /// case, and none for those after it.
    pub stop_on_refusal: bool,
    /// Whether a target is looked at before it is tested; one that does not
    /// echo gets a fault in place of results. See [`preflight`](crate::preflight()).
    pub preflight: bool,
    /// Who watches the connections.
    pub traces: Vec<Arc<dyn Trace>>,
    /// The servers, tested one after another.
    pub targets: Vec<TargetPlan>,
}

/// Says which results are failures: what is expected of a testee is not.
pub trait Policy: fmt::Debug + Send + Sync {
    /// Whether `result` is a failure.
    fn fails(&self, result: &CaseResult) -> bool;
}

/// Whether `result` counts as a failure.
pub(crate) fn is_failure(policy: Option<&dyn Policy>, result: &CaseResult) -> bool {
    match policy {
        _ if result.provisional => false,
        Some(policy) => policy.fails(result),
        None => result.outcome.grade() == Some(Grade::Failed),
    }
}

impl Plan {
    /// A plan without targets: profile `rfc`, nominal pace, seed 0, one case
    /// at a time, each once, after a preflight, however long it takes.
    pub fn new() -> Self {
        Self {
            tool: concat!("wscheck ", env!("CARGO_PKG_VERSION")).to_owned(),
            profile: Profile::Rfc,
            pace: Pace::NOMINAL,
            limits: Limits::default(),
            seed: 0,
            learned_pace: false,
            jobs: NonZeroUsize::MIN,
            timing: false,
            repeat: 1,
            retries: 0,
            fail_fast: false,
            policy: None,
            max_time: None,
            stop_on_refusal: false,
            preflight: true,
            traces: Vec::new(),
            targets: Vec::new(),
        }
    }

    /// How many plays of cases there are, over all targets.
    pub fn selected(&self) -> usize {
        let cases: usize = self.targets.iter().map(|target| target.cases.len()).sum();
        cases.saturating_mul(usize::try_from(self.repeat).unwrap_or(usize::MAX))
    }

    /// What is true of all cases, as a run that begins now tells it.
    pub fn info(&self) -> RunInfo {
        self.info_of(Tested::Server)
    }

    /// The same of a run that tests something else than servers.
    pub fn info_of(&self, testee: Tested) -> RunInfo {
        RunInfo {
            schema: SCHEMA,
            tool: self.tool.clone(),
            profile: self.profile,
            testee,
            seed: self.seed,
            started: timestamp(),
            duration_ms: None,
            interrupted: false,
            cut_short: None,
            selected: self.selected(),
            targets: self.targets.iter().map(TargetPlan::info).collect(),
        }
    }

    /// What the sessions of one attempt have in common.
    pub(crate) fn settings(&self, attempt: u32) -> Settings {
        Settings {
            profile: self.profile,
            pace: self.pace,
            limits: self.limits,
            seed: seed_of(self.seed, attempt),
        }
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self::new()
    }
}

/// What `attempt`, from 1, plays with. The first plays with the seed of the run,
/// which reports print.
pub(crate) fn seed_of(seed: u64, attempt: u32) -> u64 {
    seed ^ u64::from(attempt - 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// One server and the cases for it.
#[derive(Debug, Clone)]
pub struct TargetPlan {
    /// Where it is.
    pub address: Address,
    /// What reports call it. If not given, what it calls itself in `Server`,
    /// else [`UNKNOWN_SERVER`].
    pub agent: Option<String>,
    /// What we say of ourselves in the opening handshake.
    pub handshake: Target,
    /// How to reach it.
    pub dialler: Dialler,
    /// How to start it; if not given, it runs already.
    pub testee: Option<TesteeCommand>,
    /// What to play, in this order.
    pub cases: Vec<Arc<Case>>,
}

/// What a server is called that has no name.
pub const UNKNOWN_SERVER: &str = "UnknownServer";

impl TargetPlan {
    /// Plays `cases` against the server at `address`, with the resource and
    /// the host that the address gives.
    pub fn new(address: Address, cases: Vec<Arc<Case>>) -> Self {
        let handshake = Target {
            resource: address.resource().to_owned(),
            host: address.host_header(),
            tls: address.is_tls(),
            ..Target::default()
        };
        Self {
            address,
            agent: None,
            handshake,
            dialler: Dialler::default(),
            testee: None,
            cases,
        }
    }

    /// What is known of it before it is tested.
    pub fn info(&self) -> TargetInfo {
        TargetInfo {
            agent: self.agent.clone().unwrap_or_default(),
            url: self.address.to_string(),
            round_trip_us: None,
            at_a_time: None,
            fault: None,
        }
    }
}
