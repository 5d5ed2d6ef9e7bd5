//! A run in numbers: how many cases earned what, and which took longest.

use std::time::Duration;

use serde::{Serialize, Serializer};
use wscheck_suite::case_id::CaseId;
use wscheck_suite::evidence::{Evidence, Traffic};
use wscheck_suite::result::{CaseResult, Outcome, RunInfo};
use wscheck_suite::verdict::Grade;

/// How many of the slowest cases are kept.
const SLOWEST: usize = 5;

/// A run in numbers, by agent and over all.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Summary {
    /// All agents together.
    pub total: Counts,
    /// Each agent, the targets of the run first, in their order.
    pub agents: Vec<AgentSummary>,
    /// The cases that took longest, the slowest first.
    pub slowest: Vec<SlowCase>,
    /// What compression came to.
    #[serde(skip_serializing_if = "Compression::is_none")]
    pub compression: Compression,
    /// How many cases were not played because the run was to be quick.
    pub left_out: u64,
}

/// How well messages were compressed, over all cases that had any and came to
/// their end. A ratio is payload in frames over the content of messages.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Compression {
    /// How many cases there were.
    pub cases: u64,
    /// The ratio of what the testees sent.
    pub incoming: Option<f64>,
    /// The ratio of what we sent.
    pub outgoing: Option<f64>,
    #[serde(skip)]
    sums: Traffic,
}

impl Compression {
    fn is_none(&self) -> bool {
        self.cases == 0
    }

    fn add(&mut self, evidence: &Evidence) {
        let (Some(_), Some(traffic)) = (evidence.opening.deflate, evidence.traffic) else {
            return;
        };
        self.cases += 1;
        for (sum, flow) in [
            (&mut self.sums.incoming, traffic.incoming),
            (&mut self.sums.outgoing, traffic.outgoing),
        ] {
            sum.frame_octets += flow.frame_octets;
            sum.message_octets += flow.message_octets;
        }
        self.incoming = self.sums.incoming.compression_ratio();
        self.outgoing = self.sums.outgoing.compression_ratio();
    }
}

/// One agent in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AgentSummary {
    /// The agent's name.
    pub agent: String,
    /// How many of its cases came to what.
    pub counts: Counts,
}

/// A case and how long it took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct SlowCase {
    /// The agent's name.
    pub agent: String,
    /// Which case.
    pub case: CaseId,
    /// How long it took, microseconds.
    pub duration_us: u64,
}

impl SlowCase {
    /// How long it took.
    pub fn duration(&self) -> Duration {
        Duration::from_micros(self.duration_us)
    }
}

impl Summary {
    /// Nothing played so far.
    pub fn new(run: &RunInfo) -> Self {
        let mut summary = Self::default();
        for target in &run.targets {
            summary.counts_of(&target.agent);
        }
        summary
    }

    /// Counts a case.
    pub fn add(&mut self, result: &CaseResult) {
        self.total.add(&result.outcome);
        self.counts_of(&result.agent).add(&result.outcome);
        if !matches!(result.outcome, Outcome::Skipped { .. }) {
            self.note_duration(result);
        }
        if let Some(record) = result.transcript.connections.last() {
            self.compression.add(&record.evidence);
        }
    }

    fn counts_of(&mut self, agent: &str) -> &mut Counts {
        let known = self.agents.iter().position(|known| known.agent == agent);
        let at = known.unwrap_or_else(|| {
            self.agents.push(AgentSummary {
                agent: agent.to_owned(),
                counts: Counts::default(),
            });
            self.agents.len() - 1
        });
        &mut self.agents[at].counts
    }

    fn note_duration(&mut self, result: &CaseResult) {
        let before = |slow: &SlowCase| slow.duration_us >= result.duration_us;
        let at = self.slowest.partition_point(before);
        if at < SLOWEST {
            let slow = SlowCase {
                agent: result.agent.clone(),
                case: result.case,
                duration_us: result.duration_us,
            };
            self.slowest.insert(at, slow);
            self.slowest.truncate(SLOWEST);
        }
    }
}

/// What came of a case, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tag {
    /// A verdict.
    Judged(Grade),
    /// No verdict, for want of a connection.
    CouldNotTest,
    /// Not played.
    Skipped,
}

impl Tag {
    /// Every word, from best to worst, then those without a verdict.
    pub const ALL: [Self; 7] = [
        Self::Judged(Grade::Ok),
        Self::Judged(Grade::Informational),
        Self::Judged(Grade::NonStrict),
        Self::Judged(Grade::Unimplemented),
        Self::Judged(Grade::Failed),
        Self::CouldNotTest,
        Self::Skipped,
    ];

    /// The word for `outcome`.
    pub fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Judged(verdict) => Self::Judged(verdict.grade),
            Outcome::CouldNotTest { .. } => Self::CouldNotTest,
            Outcome::Skipped { .. } => Self::Skipped,
        }
    }

    /// The word itself.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Judged(grade) => grade.as_str(),
            Self::CouldNotTest => "COULD NOT TEST",
            Self::Skipped => "SKIPPED",
        }
    }

    /// The word as a key of JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::Judged(Grade::Ok) => "ok",
            Self::Judged(Grade::Informational) => "informational",
            Self::Judged(Grade::NonStrict) => "non-strict",
            Self::Judged(Grade::Unimplemented) => "unimplemented",
            Self::Judged(Grade::Failed) => "failed",
            Self::CouldNotTest => "could-not-test",
            Self::Skipped => "skipped",
        }
    }

    fn index(self) -> usize {
        match self {
            Self::Judged(grade) => grade as usize,
            Self::CouldNotTest => 5,
            Self::Skipped => 6,
        }
    }
}

/// How many cases came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts([u64; Tag::ALL.len()]);

impl Counts {
    /// Counts a case.
    pub fn add(&mut self, outcome: &Outcome) {
        self.0[Tag::of(outcome).index()] += 1;
    }

    /// How many came to this.
    pub fn get(&self, tag: Tag) -> u64 {
        self.0[tag.index()]
    }

    /// How many there are in all.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Each word with its count, the best first.
    pub fn iter(&self) -> impl Iterator<Item = (Tag, u64)> + '_ {
        Tag::ALL.into_iter().map(|tag| (tag, self.get(tag)))
    }
}

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(tag, count)| (tag.key(), count)))
    }
}

#[cfg(test)]
mod tests {
    use wscheck_suite::evidence::Flow;
    use wscheck_suite::verdict::{Behaviour, CloseBehaviour};

    use super::*;
    use crate::sample;

    #[test]
    fn compression_is_summed_over_the_cases_that_had_any() {
        let mut summary = Summary::default();
        for (deflate, frame_octets) in [(true, 100), (true, 300), (false, 5000)] {
            let mut result = sample::result("a", "12.1.1");
            let evidence = &mut result.transcript.connections[0].evidence;
            evidence.opening.deflate = deflate.then(Default::default);
            let flow = Flow {
                frame_octets,
                message_octets: 1000,
                ..Flow::default()
            };
            evidence.traffic = Some(Traffic {
                incoming: flow,
                ..Traffic::default()
            });
            summary.add(&result);
        }
        let compression = &summary.compression;
        assert_eq!((compression.cases, compression.incoming), (2, Some(0.2)));
        assert_eq!(compression.outgoing, None);
    }

    #[test]
    fn each_word_has_a_place_of_its_own() {
        for (index, tag) in Tag::ALL.into_iter().enumerate() {
            assert_eq!(tag.index(), index, "{tag:?}");
        }
    }

    #[test]
    fn cases_are_counted_by_agent_and_over_all() {
        let mut summary = Summary::new(&sample::run(&["beta", "alpha"]));
        summary.add(&sample::result("alpha", "1.1.1"));
        summary.add(&sample::result("gamma", "1.1.1"));
        let unclean = sample::judged(
            "beta",
            "1.1.1",
            Behaviour::Ok,
            CloseBehaviour::Unclean,
            vec![],
        );
        summary.add(&unclean);
        summary.add(&sample::outcome(
            "beta",
            "1.1.2",
            Outcome::Skipped { why: String::new() },
        ));
        let agents: Vec<_> = summary
            .agents
            .iter()
            .map(|a| (a.agent.as_str(), a.counts.total()))
            .collect();
        assert_eq!(agents, [("beta", 2), ("alpha", 1), ("gamma", 1)]);
        assert_eq!(summary.total.get(Tag::Judged(Grade::Failed)), 1);
        assert_eq!(
            serde_json::to_string(&summary.total).unwrap(),
            r#"{"ok":2,"informational":0,"non-strict":0,"unimplemented":0,"failed":1,"could-not-test":0,"skipped":1}"#
        );
    }

    #[test]
    fn the_slowest_are_kept() {
        let mut summary = Summary::default();
        for duration_us in [3, 9, 1, 7, 5, 8, 2] {
            summary.add(&CaseResult {
                duration_us,
                ..sample::result("a", "1.1.1")
            });
        }
        let slowest: Vec<u64> = summary
            .slowest
            .iter()
            .map(|slow| slow.duration_us)
            .collect();
        assert_eq!(slowest, [9, 8, 7, 5, 3]);
    }
}
