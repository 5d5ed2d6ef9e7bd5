//! Hand-made results for tests.

use wscheck_suite::evidence::{Comparison, Content, Evidence, Heard, HeardKind};
use wscheck_suite::log::{FrameRow, Log, RowKind};
use wscheck_suite::octets::Octets;
use wscheck_suite::profile::Profile;
use wscheck_suite::result::{CaseResult, Outcome, RunInfo, RunResult, SCHEMA, TargetInfo};
use wscheck_suite::tested::Tested;
use wscheck_suite::transcript::{ConnectionRecord, Transcript};
use wscheck_suite::verdict::{Behaviour, CloseBehaviour, Reason, Verdict};
use wscheck_wire::{Moment, Opcode};

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
        testee: Tested::Server,
        seed: 7,
        started: "2026-01-02T03:04:05.678901Z".to_owned(),
        duration_ms: None,
        interrupted: false,
        cut_short: None,
        selected: 2,
        targets: agents.iter().map(target).collect(),
    }
}

/// A run of three servers: one right, one not, one that was not there.
pub(crate) fn stored() -> RunResult {
    let mut run = run(&["alpha", "beta", "gamma"]);
    run.duration_ms = Some(61_500);
    run.selected = 6;
    run.targets[2].fault = Some("connection refused".to_owned());
    let differs = Reason::HeardDiffers {
        item: 0,
        octet: None,
    };
    let declined = vec![Reason::DeflateNotAgreed];
    let failed = |provisional| CaseResult {
        provisional,
        ..judged(
            "beta",
            "4.2.4",
            Behaviour::Failed,
            CloseBehaviour::Ok,
            vec![differs.clone()],
        )
    };
    let cases = vec![
        result("alpha", "1.1.1"),
        judged(
            "alpha",
            "12.1.1",
            Behaviour::Unimplemented,
            CloseBehaviour::Ok,
            declined,
        ),
        failed(true),
        failed(false),
        outcome(
            "beta",
            "1.1.1",
            Outcome::CouldNotTest {
                why: "no route".to_owned(),
            },
        ),
    ];
    RunResult { run, cases }
}

/// What a peer may say to whoever reads of it.
pub(crate) const HOSTILE: &str = "</pre><script>document.title='ran'</script>\"'><img src=x \
    onerror=alert(1)> ]]> &amp; \u{1b}[31m\r\n::error::x\n\0\u{fffe}\u{202e}gpj.exe\u{2066} \
    ``` | a | **b** [c](d:e) @all # $x$ www.example.com %0A";

/// A run of a server that says such things wherever it can.
pub(crate) fn hostile() -> RunResult {
    let mut run = run(&[HOSTILE]);
    run.targets[0].url = "ws://127.0.0.1:1/<script>".to_owned();
    let why = || HOSTILE.to_owned();
    let mut failed = judged(
        HOSTILE,
        "4.2.4",
        Behaviour::Failed,
        CloseBehaviour::Unclean,
        vec![
            Reason::NeverOpened { why: why() },
            Reason::Unclean { why: why() },
        ],
    );
    failed.testee_output = why();
    let record = &mut failed.transcript.connections[0];
    let evidence = &mut record.evidence;
    evidence.opening.opened_at = Some(Moment::from_micros(5));
    evidence.opening.request = octets(b"GET / HTTP/1.1\r\nUser-Agent: \xff<b>\r\n\r\n");
    evidence.opening.response = octets(HOSTILE.as_bytes());
    evidence.opening.agent = Some(why());
    evidence.heard = vec![Heard {
        what: HeardKind::Text(Content {
            length: HOSTILE.len() as u64,
            sha256: None,
            octets: octets(HOSTILE.as_bytes()),
            compared: Comparison::Unexpected,
        }),
        at: Moment::from_micros(6),
        times: 1,
    }];
    evidence.closing.remote_code = Some(1002);
    evidence.closing.remote_reason = Some(octets(HOSTILE.as_bytes()));
    let frame = FrameRow {
        opcode: Opcode::TEXT,
        fin: true,
        rsv: 0,
        mask: None,
        length: HOSTILE.len() as u64,
        payload: octets(HOSTILE.as_bytes()),
    };
    record.log.push(
        Moment::from_micros(950),
        false,
        RowKind::FrameReceived { frame },
    );
    let untested = outcome(HOSTILE, "1.1.1", Outcome::CouldNotTest { why: why() });
    RunResult {
        run,
        cases: vec![untested, failed],
    }
}

fn octets(octets: &[u8]) -> Octets {
    Octets(octets.to_vec())
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
        testee_memory: None,
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
