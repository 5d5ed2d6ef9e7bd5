//! The page of a case: what its JSON file tells, for people.

use std::sync::LazyLock;
use std::time::Duration;

use askama::Template;
use wscheck_suite::evidence::{Closing, Evidence, Tally};
use wscheck_suite::verdict::Verdict;
use wscheck_wire::{CloseCode, Opcode, Role};

use super::case_file::{Context, NOTHING};
use crate::console::safe_text::fit;
use crate::console::{took, visible};
use crate::html::{Inline, WireView};
use crate::wording;

/// The most characters of anything that a peer said.
const LONGEST: usize = 2000;

/// The most rows of a table of sizes.
const SIZES: usize = 40;

pub(super) static STYLE: LazyLock<Inline> =
    LazyLock::new(|| Inline::new(include_str!("../../templates/autobahn/style.css")));

#[derive(Template)]
#[template(path = "autobahn/case.html")]
pub(super) struct CasePage {
    style: &'static Inline,
    agent: String,
    case: String,
    class: &'static str,
    behaviour: &'static str,
    close: &'static str,
    facts: String,
    description: String,
    expectation: String,
    result: String,
    result_close: String,
    received: Vec<(&'static str, String)>,
    closing: Vec<(&'static str, String)>,
    tallies: Vec<TallyView>,
    wire: WireView,
}

struct TallyView {
    title: &'static str,
    rows: Vec<(String, u64)>,
}

impl CasePage {
    pub(super) fn new(context: &Context<'_>, verdict: &Verdict) -> Self {
        let result = context.result;
        let record = result.transcript.connections.last().unwrap_or(&NOTHING);
        let evidence = &record.evidence;
        let expectation = context.case.expectation(context.profile);
        let shown = |text: &str| fit(&visible(text), LONGEST);
        Self {
            style: &STYLE,
            agent: shown(&result.agent),
            case: result.case.to_string(),
            class: class(verdict),
            behaviour: verdict.behaviour.as_str(),
            close: verdict.close.as_str(),
            facts: format!(
                "begun {}, took {}",
                visible(&result.started),
                took(Duration::from_micros(result.duration_us))
            ),
            description: shown(&wording::sentence(&context.case.title)),
            expectation: shown(&wording::expectation(expectation, context.testee)),
            result: shown(&wording::behaviour(verdict)),
            result_close: shown(&wording::close(verdict)),
            received: vec![
                (
                    "expected",
                    shown(&wording::answers(expectation).join("; or ")),
                ),
                ("heard", shown(&wording::heard(evidence))),
            ],
            closing: closing(&evidence.closing, evidence, context.testee),
            tallies: tallies(evidence),
            wire: WireView::new(record, 0, 1),
        }
    }
}

/// How grave a verdict is.
pub(super) fn class(verdict: &Verdict) -> &'static str {
    use wscheck_suite::verdict::Grade;
    match verdict.grade {
        Grade::Ok | Grade::Informational => "ok",
        Grade::NonStrict | Grade::Unimplemented => "mild",
        Grade::Failed => "bad",
    }
}

fn closing(closing: &Closing, evidence: &Evidence, testee: Role) -> Vec<(&'static str, String)> {
    let code = |code: Option<u16>| code.map_or("none".to_owned(), |c| CloseCode(c).to_string());
    let reason = |reason: &Option<wscheck_suite::octets::Octets>| match reason {
        Some(reason) => fit(&visible(&reason.to_string()), LONGEST),
        None => "none".to_owned(),
    };
    let yes = |fact: bool| if fact { "yes" } else { "no" }.to_owned();
    let mut rows = vec![
        ("in short", wording::ending(evidence, testee)),
        ("clean", yes(closing.clean)),
        ("we closed first", yes(closing.closed_by_us)),
        ("we failed the connection", yes(closing.failed_by_us)),
        ("we ended TCP", yes(closing.dropped_by_us)),
        ("our code", code(closing.local_code)),
        ("our reason", reason(&closing.local_reason)),
        ("code of the testee", code(closing.remote_code)),
        ("reason of the testee", reason(&closing.remote_reason)),
        ("opening handshake timed out", yes(closing.open_timed_out)),
        ("closing handshake timed out", yes(closing.close_timed_out)),
        ("end of TCP timed out", yes(closing.drop_timed_out)),
    ];
    if let Some(why) = &closing.unclean_why {
        rows.insert(2, ("why not clean", fit(&visible(why), LONGEST)));
    }
    rows
}

fn tallies(evidence: &Evidence) -> Vec<TallyView> {
    let counters = &evidence.counters;
    let octets = |size: u64| format!("{size} octets");
    let opcode = |bits: u64| {
        let opcode = u8::try_from(bits).map(Opcode::from_bits);
        opcode.map_or_else(|_| bits.to_string(), |opcode| opcode.to_string())
    };
    [
        (
            "received at once",
            &counters.received_octets,
            &octets as &dyn Fn(u64) -> String,
        ),
        ("sent at once", &counters.sent_octets, &octets),
        ("frames received", &counters.received_frames, &opcode),
        ("frames sent", &counters.sent_frames, &opcode),
    ]
    .into_iter()
    .map(|(title, tally, name)| TallyView {
        title,
        rows: rows(tally, name),
    })
    .filter(|table| !table.rows.is_empty())
    .collect()
}

fn rows(tally: &Tally, name: &dyn Fn(u64) -> String) -> Vec<(String, u64)> {
    let mut rows: Vec<(String, u64)> = tally
        .iter()
        .take(SIZES)
        .map(|(number, count)| (name(number), count))
        .collect();
    let rest: u64 = tally.iter().skip(SIZES).map(|(_, count)| count).sum();
    if rest > 0 {
        rows.push(("more".to_owned(), rest));
    }
    rows
}
