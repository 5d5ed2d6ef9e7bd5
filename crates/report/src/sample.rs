//! Hand-made results for tests.

use wscheck_suite::evidence::Evidence;
use wscheck_suite::log::{FrameRow, Log, RowKind};
use wscheck_suite::octets::Octets;
use wscheck_suite::profile::Profile;
use wscheck_suite::result::{CaseResult, Outcome, RunInfo, SCHEMA, TargetInfo};
use wscheck_suite::transcript::{ConnectionRecord, Transcript};
use wscheck_suite::verdict::{Behaviour, CloseBehaviour, Reason, Verdict};
use wscheck_wire::{Moment, Opcode, Role};

/// A run of servers with these agents.
pub(crate) fn run(agents: &[&str]) -> RunInfo {
    let target = |agent: &&str| TargetInfo {
        agent: (*agent).to_owned(),
        url: "ws://127.0.0.1:9001/".to_owned(),
        round_trip_us: Some(120),
        at_a_time: None,
        fault: None,
    };
    RunInfo {
        schema: SCHEMA,
        tool: "wscheck 0.1.0".to_owned(),
        profile: Profile::Autobahn,
        testee: Role::Server,
        seed: 7,
        started: "2026-01-02T03:04:05.678901Z".to_owned(),
        duration_ms: None,
        interrupted: false,
        cut_short: None,
        selected: 2,
        targets: agents.iter().map(target).collect(),
    }
}

/// A case that earned OK.
pub(crate) fn result(agent: &str, case: &str) -> CaseResult {
    judged(agent, case, Behaviour::Ok, CloseBehaviour::Ok, Vec::new())
}

/// A case with this verdict.
pub(crate) fn judged(
    agent: &str,
    case: &str,
    behaviour: Behaviour,
    close: CloseBehaviour,
    reasons: Vec<Reason>,
) -> CaseResult {
    outcome(
        agent,
        case,
        Outcome::Judged(Verdict::new(behaviour, close, reasons)),
    )
}

/// A case of which this came.
pub(crate) fn outcome(agent: &str, case: &str, outcome: Outcome) -> CaseResult {
    CaseResult {
        case: case.parse().unwrap(),
        agent: agent.to_owned(),
        outcome,
        started: "2026-01-02T03:04:06.000001Z".to_owned(),
        duration_us: 1500,
        attempt: 1,
        provisional: false,
        proved: None,
        company: 0,
        testee_output: String::new(),
        transcript: Transcript {
            connections: vec![ConnectionRecord {
                evidence: Evidence::default(),
                log: log(),
            }],
        },
    }
}

fn log() -> Log {
    let mut log = Log::default();
    let frame = FrameRow {
        opcode: Opcode::CLOSE,
        fin: true,
        rsv: 0,
        mask: Some([1, 2, 3, 4]),
        length: 2,
        payload: Octets(vec![3, 0xe8]),
    };
    log.push(
        Moment::from_micros(900),
        false,
        RowKind::FrameReceived { frame },
    );
    log
}
