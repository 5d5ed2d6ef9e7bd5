//! A run in numbers: how many cases earned what, and which took longest.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Serialize, Serializer};
use wscheck_suite::case_id::CaseId;
use wscheck_suite::evidence::{Evidence, Traffic};
use wscheck_suite::result::{CaseResult, Outcome, Proved, RunInfo};
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
    /// The cases that came out better when they were played again, alone and at
    /// the nominal pace.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recovered: Vec<NamedCase>,
    /// The cases that failed, and then did not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flaky: Vec<NamedCase>,
    /// What compression came to.
    #[serde(skip_serializing_if = "Compression::is_none")]
    pub compression: Compression,
    /// How many cases were not played because the run was to be quick.
    pub left_out: u64,
    /// Results that count unless the case is played again.
    #[serde(skip)]
    provisional: BTreeMap<(String, CaseId, u32), Counted>,
}

/// What is counted of a result.
#[derive(Debug, Clone, PartialEq)]
struct Counted {
    tag: Tag,
    duration_us: u64,
    company: u32,
    compression: Option<Traffic>,
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

    fn add(&mut self, traffic: &Traffic) {
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

/// A case of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NamedCase {
    /// The agent's name.
    pub agent: String,
    /// Which case.
    pub case: CaseId,
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
    /// The most other cases that were being played meanwhile.
    #[serde(skip_serializing_if = "is_zero")]
    pub company: u32,
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

    /// Counts a case; one that is played again only if that comes to nothing.
    pub fn add(&mut self, result: &CaseResult) {
        let play = (result.agent.clone(), result.case, result.attempt);
        self.provisional.remove(&play);
        let counted = Counted::new(result);
        if result.provisional {
            self.provisional.insert(play, counted);
            return;
        }
        let named = || NamedCase {
            agent: result.agent.clone(),
            case: result.case,
        };
        match result.proved {
            Some(Proved::Recovered) => self.recovered.push(named()),
            Some(Proved::Flaky) => self.flaky.push(named()),
            None => {}
        }
        self.count(&result.agent, result.case, &counted);
    }

    /// Nothing more is played: counts what was to be played again.
    pub fn settle(&mut self) {
        for ((agent, case, _), counted) in std::mem::take(&mut self.provisional) {
            self.count(&agent, case, &counted);
        }
        self.recovered.sort_by_key(|named| named.case);
        self.flaky.sort_by_key(|named| named.case);
    }

    fn count(&mut self, agent: &str, case: CaseId, counted: &Counted) {
        self.total.count(counted.tag);
        self.counts_of(agent).count(counted.tag);
        if counted.tag != Tag::Skipped {
            self.note_duration(agent, case, counted);
        }
        if let Some(traffic) = &counted.compression {
            self.compression.add(traffic);
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

    fn note_duration(&mut self, agent: &str, case: CaseId, counted: &Counted) {
        let before = |slow: &SlowCase| slow.duration_us >= counted.duration_us;
        let at = self.slowest.partition_point(before);
        if at < SLOWEST {
            let slow = SlowCase {
                agent: agent.to_owned(),
                case,
                duration_us: counted.duration_us,
                company: counted.company,
            };
            self.slowest.insert(at, slow);
            self.slowest.truncate(SLOWEST);
        }
    }
}

impl Counted {
    fn new(result: &CaseResult) -> Self {
        let last = result.transcript.connections.last();
        Self {
            tag: Tag::of_result(result),
            duration_us: result.duration_us,
            company: result.company,
            compression: last.and_then(|record| compression(&record.evidence)),
        }
    }
}

/// How well messages were compressed, if they were.
fn compression(evidence: &Evidence) -> Option<Traffic> {
    evidence.opening.deflate.and(evidence.traffic)
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// What came of a case, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tag {
    /// A verdict.
    Judged(Grade),
    /// Failed, and then not.
    Flaky,
    /// No verdict, for want of a connection.
    CouldNotTest,
    /// Not played.
    Skipped,
}

impl Tag {
    /// Every word, from best to worst, then those without a verdict.
    pub const ALL: [Self; 8] = [
        Self::Judged(Grade::Ok),
        Self::Judged(Grade::Informational),
        Self::Judged(Grade::NonStrict),
        Self::Judged(Grade::Unimplemented),
        Self::Flaky,
        Self::Judged(Grade::Failed),
        Self::CouldNotTest,
        Self::Skipped,
    ];

    /// The word for `outcome`, by itself.
    pub fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Judged(verdict) => Self::Judged(verdict.grade),
            Outcome::CouldNotTest { .. } => Self::CouldNotTest,
            Outcome::Skipped { .. } => Self::Skipped,
        }
    }

    /// The word for `result`.
    pub fn of_result(result: &CaseResult) -> Self {
        match Self::of(&result.outcome) {
            Self::Judged(_) if result.proved == Some(Proved::Flaky) => Self::Flaky,
            tag => tag,
        }
    }

    /// The word itself.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Judged(grade) => grade.as_str(),
            Self::Flaky => "FLAKY",
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
            Self::Flaky => "flaky",
            Self::Judged(Grade::Failed) => "failed",
            Self::CouldNotTest => "could-not-test",
            Self::Skipped => "skipped",
        }
    }

    fn index(self) -> usize {
        match self {
            Self::Judged(Grade::Failed) => 5,
            Self::Judged(grade) => grade as usize,
            Self::Flaky => 4,
            Self::CouldNotTest => 6,
            Self::Skipped => 7,
        }
    }
}

/// How many cases came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts([u64; Tag::ALL.len()]);

impl Counts {
    /// Counts a case.
    pub fn add(&mut self, outcome: &Outcome) {
        self.count(Tag::of(outcome));
    }

    /// Counts a case that came to `tag`.
    pub fn count(&mut self, tag: Tag) {
        self.0[tag.index()] += 1;
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
            r#"{"ok":2,"informational":0,"non-strict":0,"unimplemented":0,"flaky":0,"failed":1,"could-not-test":0,"skipped":1}"#
        );
    }

    #[test]
    fn only_the_last_play_counts() {
        let failed = |case| {
            let close = CloseBehaviour::Ok;
            sample::judged("a", case, Behaviour::Failed, close, vec![])
        };
        let provisional = |case| CaseResult {
            provisional: true,
            ..failed(case)
        };
        let proved = |case, proved| CaseResult {
            proved: Some(proved),
            ..sample::result("a", case)
        };
        let mut summary = Summary::default();
        for result in [
            provisional("1.1.2"),
            provisional("1.1.1"),
            provisional("1.1.3"),
            proved("1.1.2", Proved::Recovered),
            provisional("1.1.1"),
            proved("1.1.1", Proved::Flaky),
        ] {
            summary.add(&result);
        }
        assert_eq!(summary.total.total(), 2);
        summary.settle();
        let counts: Vec<u64> = summary.total.iter().map(|(_, count)| count).collect();
        assert_eq!(counts, [1, 0, 0, 0, 1, 1, 0, 0]);
        let json = serde_json::to_value(&summary).unwrap();
        assert_eq!(json["recovered"][0]["case"], "1.1.2");
        assert_eq!(json["flaky"][0]["case"], "1.1.1");
        let other_attempt = CaseResult {
            attempt: 2,
            ..failed("1.1.3")
        };
        summary.add(&provisional("1.1.3"));
        summary.add(&other_attempt);
        summary.settle();
        assert_eq!(summary.total.get(Tag::Judged(Grade::Failed)), 3);
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
