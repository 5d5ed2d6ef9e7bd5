//! The JSON file of one case: 39 keys, sorted.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use wscheck_suite::case::Case;
use wscheck_suite::evidence::{Content, Evidence, HeardKind, Tally};
use wscheck_suite::expectation::{
    AnswerGrade, CloseRule, Codes, Expectation, Item, Party, Pattern,
};
use wscheck_suite::octets::{Octets, to_hex};
use wscheck_suite::profile::Profile;
use wscheck_suite::result::CaseResult;
use wscheck_suite::transcript::ConnectionRecord;
use wscheck_suite::verdict::{Behaviour, CloseBehaviour};
use wscheck_wire::Role;

use super::shown;
use super::traffic_stats::TrafficStats;
use super::wire_log::WireLog;
use crate::wording;

/// The most things that folded ones are unfolded to.
const MOST_HEARD: u64 = 100_000;

/// What a case's file is made from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) case: &'a Case,
    pub(super) result: &'a CaseResult,
    pub(super) profile: Profile,
    pub(super) testee: Role,
    pub(super) number: Option<usize>,
}

/// The fields stand in the order of the keys that they are written under.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CaseFile<'a> {
    agent: &'a str,
    pub(super) behavior: Behaviour,
    pub(super) behavior_close: CloseBehaviour,
    case: Option<usize>,
    closed_by_me: bool,
    create_stats: bool,
    create_wirelog: bool,
    description: String,
    dropped_by_me: bool,
    /// Milliseconds.
    pub(super) duration: u64,
    expectation: String,
    expected: BTreeMap<&'static str, Vec<Part<'a>>>,
    expected_close: ExpectedClose,
    failed_by_me: bool,
    http_request: Cow<'a, str>,
    http_response: Cow<'a, str>,
    id: String,
    is_server: bool,
    local_close_code: Option<u16>,
    local_close_reason: Option<String>,
    received: Vec<Part<'a>>,
    pub(super) remote_close_code: Option<u16>,
    remote_close_reason: Option<String>,
    report_compression_ratio: bool,
    report_time: bool,
    result: String,
    result_close: String,
    rx_frame_stats: BTreeMap<u64, u64>,
    rx_octet_stats: BTreeMap<u64, u64>,
    started: String,
    traffic_stats: Option<TrafficStats>,
    tx_frame_stats: BTreeMap<u64, u64>,
    tx_octet_stats: BTreeMap<u64, u64>,
    was_clean: bool,
    was_close_handshake_timeout: bool,
    was_not_clean_reason: Option<&'a str>,
    was_open_handshake_timeout: bool,
    was_server_connection_drop_timeout: bool,
    wirelog: WireLog<'a>,
}

/// What is known of a connection that never was.
pub(super) static NOTHING: LazyLock<ConnectionRecord> = LazyLock::new(ConnectionRecord::default);

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ExpectedClose {
    close_code: Vec<u16>,
    closed_by_me: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_by_wrong_endpoint_is_fatal: Option<bool>,
    require_clean: bool,
}

/// One thing that was or should be heard: a list with its tag first.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
enum Part<'a> {
    /// Text or binary, and whether binary.
    Message(&'static str, String, bool),
    Pong(&'static str, String),
    Mark(&'static str, &'a str),
}

impl<'a> CaseFile<'a> {
    /// `None` if the case has no verdict.
    pub(super) fn new(context: &Context<'a>) -> Option<Self> {
        let Context { case, result, .. } = *context;
        let verdict = result.outcome.verdict()?;
        let record = result.transcript.connections.last().unwrap_or(&NOTHING);
        let evidence = &record.evidence;
        let (closing, counters) = (&evidence.closing, &evidence.counters);
        let expectation = case.expectation(context.profile);
        let wirelog = WireLog(&record.log);
        Some(Self {
            agent: &result.agent,
            behavior: verdict.behaviour,
            behavior_close: verdict.close,
            case: context.number,
            closed_by_me: closing.closed_by_us,
            create_stats: true,
            create_wirelog: wirelog.is_on(),
            description: wording::sentence(&case.title),
            dropped_by_me: closing.dropped_by_us,
            duration: (result.duration_us + 500) / 1000,
            expectation: wording::expectation(expectation, context.testee),
            expected: expected(expectation),
            expected_close: expected_close(&expectation.close, context.testee),
            failed_by_me: closing.failed_by_us,
            http_request: head(&evidence.opening.request),
            http_response: head(&evidence.opening.response),
            id: case.id.to_string(),
            is_server: context.testee == Role::Client,
            local_close_code: closing.local_code,
            local_close_reason: closing.local_reason.as_ref().map(reason),
            received: received(expectation, evidence),
            remote_close_code: closing.remote_code,
            remote_close_reason: closing.remote_reason.as_ref().map(reason),
            report_compression_ratio: reports_compression(case),
            report_time: case.timed,
            result: wording::behaviour(verdict),
            result_close: wording::close(verdict),
            rx_frame_stats: stats(&counters.received_frames),
            rx_octet_stats: stats(&counters.received_octets),
            started: started(&result.started),
            traffic_stats: traffic_stats(case, verdict.behaviour, evidence),
            tx_frame_stats: stats(&counters.sent_frames),
            tx_octet_stats: stats(&counters.sent_octets),
            was_clean: closing.clean,
            was_close_handshake_timeout: closing.close_timed_out,
            was_not_clean_reason: closing.unclean_why.as_deref(),
            was_open_handshake_timeout: closing.open_timed_out,
            was_server_connection_drop_timeout: closing.drop_timed_out,
            wirelog,
        })
    }
}

/// Whether the original tells how well the messages of a case were compressed.
fn reports_compression(case: &Case) -> bool {
    matches!(case.id.chapter(), 12 | 13)
}

fn traffic_stats(case: &Case, behaviour: Behaviour, evidence: &Evidence) -> Option<TrafficStats> {
    let told = reports_compression(case) && behaviour == Behaviour::Ok;
    let traffic = evidence.traffic.as_ref().filter(|_| told)?;
    Some(traffic.into())
}

/// Whether the original leaves it to the case to look at messages, so that it
/// has no list of what is expected and none of what was received.
fn looks_at_each_message(expectation: &Expectation) -> bool {
    let best = expectation.answers.first().map(|answer| &answer.heard);
    matches!(best, Some(Pattern::Contains(_) | Pattern::RoundTrips))
}

fn expected(expectation: &Expectation) -> BTreeMap<&'static str, Vec<Part<'_>>> {
    let mut expected = BTreeMap::new();
    if looks_at_each_message(expectation) {
        return expected;
    }
    for answer in &expectation.answers {
        if answer.heard == Pattern::Anything {
            continue;
        }
        let grade = match answer.grade {
            AnswerGrade::Ok => Behaviour::Ok,
            AnswerGrade::NonStrict => Behaviour::NonStrict,
            AnswerGrade::Unimplemented => Behaviour::Unimplemented,
        };
        let parts = || answer.heard.items().iter().map(Part::expected).collect();
        expected.entry(grade.as_str()).or_insert_with(parts);
    }
    expected
}

fn received<'a>(expectation: &Expectation, evidence: &'a Evidence) -> Vec<Part<'a>> {
    let without_messages = looks_at_each_message(expectation);
    let mut room = MOST_HEARD;
    let mut received = Vec::new();
    for heard in &evidence.heard {
        let part = Part::received(&heard.what);
        if without_messages && matches!(part, Part::Message(..)) {
            continue;
        }
        let times = heard.times.min(room);
        room -= times;
        received.extend(std::iter::repeat_n(
            part,
            usize::try_from(times).unwrap_or(0),
        ));
    }
    received
}

impl<'a> Part<'a> {
    fn expected(item: &'a Item) -> Self {
        match item {
            Item::Text(payload) => Self::Message("message", shown::payload(payload), false),
            Item::Binary(payload) => Self::Message("message", shown::payload(payload), true),
            Item::Pong(payload) => Self::Pong("pong", shown::payload(payload)),
            Item::Mark(name) => Self::Mark("timeout", name),
        }
    }

    fn received(what: &'a HeardKind) -> Self {
        let text = |content: &Content| shown::text(content.length, &content.octets.0);
        match what {
            HeardKind::Text(content) => Self::Message("message", text(content), false),
            HeardKind::Binary(content) => Self::Message("message", text(content), true),
            HeardKind::Pong(content) => Self::Pong("pong", text(content)),
            HeardKind::Mark(name) => Self::Mark("timeout", name),
        }
    }
}

fn expected_close(rule: &CloseRule, testee: Role) -> ExpectedClose {
    let only_clients = rule
        .codes_from_client
        .iter()
        .filter(|_| testee == Role::Client);
    let each = |codes: &Codes| match *codes {
        Codes::One(code) => code..=code,
        Codes::Range(first, last) => first..=last,
    };
    ExpectedClose {
        close_code: rule
            .codes
            .iter()
            .chain(only_clients)
            .flat_map(each)
            .collect(),
        closed_by_me: rule.by == Party::Us,
        closed_by_wrong_endpoint_is_fatal: rule.wrong_end_fails.then_some(true),
        require_clean: rule.clean,
    }
}

/// A reason that is not UTF-8 is given as hexadecimal digits.
fn reason(octets: &Octets) -> String {
    match std::str::from_utf8(&octets.0) {
        Ok(text) => text.to_owned(),
        Err(_) => to_hex(&octets.0),
    }
}

fn head(octets: &Octets) -> Cow<'_, str> {
    if octets.0.is_empty() {
        return "?".into();
    }
    String::from_utf8_lossy(&octets.0)
}

fn stats(tally: &Tally) -> BTreeMap<u64, u64> {
    tally.iter().collect()
}

/// UTC with milliseconds.
fn started(rfc3339: &str) -> String {
    let Ok(moment) = OffsetDateTime::parse(rfc3339, &Rfc3339) else {
        return rfc3339.to_owned();
    };
    let utc = moment.to_offset(time::UtcOffset::UTC);
    let (hour, minute, second, milli) = utc.to_hms_milli();
    let date = utc.date();
    format!("{date}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_milliseconds() {
        for (given, wanted) in [
            ("2026-01-02T03:04:06.000001Z", "2026-01-02T03:04:06.000Z"),
            ("2026-01-02T03:04:06Z", "2026-01-02T03:04:06.000Z"),
            (
                "2026-01-02T00:30:06.98765+01:00",
                "2026-01-01T23:30:06.987Z",
            ),
            ("yesterday", "yesterday"),
        ] {
            assert_eq!(started(given), wanted);
        }
    }

    #[test]
    fn a_reason_stays_readable() {
        assert_eq!(reason(&Octets(b"bye".to_vec())), "bye");
        assert_eq!(reason(&Octets(b"a\xff".to_vec())), "61ff");
    }
}
