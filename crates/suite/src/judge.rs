//! (case, evidence) → verdict. A pure function; nothing else is asked.

use wscheck_wire::handshake::Head;
use wscheck_wire::{CloseCode, Opcode, Registry, Role, Violation};

use crate::case::{Case, Prelude};
use crate::evidence::{Closing, Evidence, Heard, HeardKind};
use crate::expectation::{AnswerGrade, CloseRule, Codes, Expectation, OpeningRule, Party, Pattern};
use crate::masking_keys::{KeyFlaw, KeySummary};
use crate::matching;
use crate::profile::Profile;
use crate::request_rule::Kept;
use crate::verdict::{Behaviour, CloseBehaviour, Reason, Verdict};
use crate::vocabulary::clean_close;

/// The most violations that a verdict names.
const NAMED_VIOLATIONS: usize = 8;

/// Judges what happened on the connections of `case`, in order, where the testee
/// was in the role `testee`. What it did on the last one decides; on all of them
/// it must have what the case is about.
pub fn judge(case: &Case, profile: Profile, testee: Role, connections: &[&Evidence]) -> Verdict {
    let nothing = Evidence::default();
    let evidence = connections.last().copied().unwrap_or(&nothing);
    let expectation = case.expectation(profile);
    let open = || judge_open(expectation, profile, testee, evidence);
    let mut verdict = match (&expectation.opening, Opened::by(testee, evidence)) {
        (OpeningRule::Opens, _) if evidence.opening.opened_at.is_some() => open(),
        (OpeningRule::Opens, _) => never_opened(Behaviour::Failed, evidence),
        (OpeningRule::Refuses { .. }, Opened::Yes | Opened::Wrongly) => {
            opened_though(Behaviour::Failed)
        }
        (OpeningRule::ShouldRefuse, Opened::Yes | Opened::Wrongly) => {
            opened_though(Behaviour::NonStrict)
        }
        (OpeningRule::Refuses { .. } | OpeningRule::ShouldRefuse, Opened::No)
            if testee == Role::Client =>
        {
            turned_down(evidence)
        }
        (OpeningRule::Refuses { statuses, fields }, Opened::No) => {
            refused(statuses, fields, evidence)
        }
        (OpeningRule::ShouldRefuse, Opened::No) => refused(&[], &[], evidence),
        (OpeningRule::ShouldOpen | OpeningRule::Either, Opened::Yes) => open(),
        (OpeningRule::ShouldOpen | OpeningRule::Either, Opened::Wrongly) => {
            never_opened(Behaviour::Failed, evidence)
        }
        (OpeningRule::ShouldOpen, Opened::No) => never_opened(Behaviour::NonStrict, evidence),
        (OpeningRule::Either, Opened::No) if evidence.closing.open_timed_out => {
            never_opened(Behaviour::NonStrict, evidence)
        }
        (OpeningRule::Either, Opened::No) => {
            Verdict::new(Behaviour::Ok, CloseBehaviour::Ok, Vec::new())
        }
    };
    if testee == Role::Client && !expectation.request.is_empty() {
        let opened = evidence.opening.opened_at.is_some();
        verdict = requested(expectation, evidence, opened.then_some(verdict));
    }
    verdict = judge_preludes(verdict, case, connections);
    if expectation.fresh_keys {
        verdict = judge_keys(verdict, connections);
    }
    if let Some(lacking) = lacking(case, connections) {
        let has_prelude = case
            .connections
            .iter()
            .any(|script| script.prelude.is_some());
        let close = match has_prelude {
            // How it ended depends on what was to be shown.
            true => CloseBehaviour::Ok,
            false => close_without(verdict.close, testee, evidence),
        };
        verdict = unimplemented(verdict, close, lacking);
    }
    if expectation.informational {
        verdict = Verdict::new(
            Behaviour::Informational,
            CloseBehaviour::Informational,
            verdict.reasons,
        );
    }
    let named = evidence.violations.iter().take(NAMED_VIOLATIONS);
    verdict.reasons.extend(named.map(|found| Reason::Violation {
        violation: found.violation,
        offset: found.offset,
    }));
    verdict
}

/// What was heard on connections where nothing is to be heard.
fn judge_preludes(verdict: Verdict, case: &Case, connections: &[&Evidence]) -> Verdict {
    let mut behaviour = verdict.behaviour;
    let mut reasons = Vec::new();
    for (index, (script, evidence)) in case.connections.iter().zip(connections).enumerate() {
        if script.prelude != Some(Prelude::Silent) {
            continue;
        }
        let is_message =
            |heard: &Heard| matches!(heard.what, HeardKind::Text(_) | HeardKind::Binary(_));
        if evidence.heard.iter().any(is_message) {
            behaviour = Behaviour::Failed;
            reasons.push(Reason::HeardBefore {
                connection: index + 1,
            });
        }
        let open_at = marks(evidence);
        if !open_at.is_empty() {
            behaviour = behaviour.max(Behaviour::NonStrict);
            reasons.push(Reason::FailedAt { open_at });
        }
    }
    reasons.extend(verdict.reasons);
    Verdict::new(behaviour, verdict.close, reasons)
}

/// What the testee lacks of what the case is about.
fn lacking(case: &Case, connections: &[&Evidence]) -> Option<Reason> {
    let mut played = case.connections.iter().zip(connections);
    played.find_map(|(script, evidence)| {
        let opening = &evidence.opening;
        if script.prelude == Some(Prelude::TooBig)
            && evidence.closing.remote_code != Some(CloseCode::MESSAGE_TOO_BIG.0)
        {
            let why = "the testee did not refuse by 1009 what is to show its limit".to_owned();
            return Some(Reason::NotApplicable { why });
        }
        if let Some(why) = &opening.not_applicable {
            return Some(Reason::NotApplicable { why: why.clone() });
        }
        let agreed = opening.opened_at.is_none() || opening.deflate.is_some();
        (script.needs_deflate() && !agreed).then_some(Reason::DeflateNotAgreed)
    })
}

/// What the case is about was not played, so nothing of it was heard.
fn unimplemented(mut verdict: Verdict, close: CloseBehaviour, lacking: Reason) -> Verdict {
    verdict.reasons.retain(|reason| {
        let of_the_close = close == CloseBehaviour::Ok
            && matches!(
                reason,
                Reason::ClosedByWrongEnd { .. } | Reason::OpenedThough | Reason::NeverOpened { .. }
            );
        !of_the_close
            && !matches!(
                reason,
                Reason::RoundTripsBroke { .. } | Reason::HeardDiffers { .. }
            )
    });
    verdict.reasons.insert(0, lacking);
    Verdict::new(Behaviour::Unimplemented, close, verdict.reasons)
}

/// How a connection ended on which nothing was played: as the case wants it, or
/// as a connection ends that we close ourselves.
fn close_without(judged: CloseBehaviour, testee: Role, evidence: &Evidence) -> CloseBehaviour {
    if judged == CloseBehaviour::Ok || evidence.opening.opened_at.is_none() {
        return CloseBehaviour::Ok;
    }
    let rule = clean_close();
    match close(&rule, rule.codes.clone(), testee, evidence, &mut Vec::new()) {
        CloseBehaviour::Ok => CloseBehaviour::Ok,
        _ => judged,
    }
}

/// What the rules for a client's request come to; `open` is what else is said of
/// a connection that opened.
fn requested(expectation: &Expectation, evidence: &Evidence, open: Option<Verdict>) -> Verdict {
    for rule in &expectation.request {
        let (behaviour, reason) = match rule.judge(&evidence.opening) {
            Kept::Yes => continue,
            Kept::No(why) => (Behaviour::Failed, Reason::RequestWrong { why }),
            Kept::Unknown(why) => (Behaviour::Unimplemented, Reason::NotApplicable { why }),
        };
        return Verdict::new(behaviour, CloseBehaviour::Ok, vec![reason]);
    }
    open.unwrap_or_else(|| Verdict::new(Behaviour::Ok, CloseBehaviour::Ok, Vec::new()))
}

/// Whether the testee took the connection for open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opened {
    Yes,
    /// It answered 101, and not as it should have.
    Wrongly,
    No,
}

impl Opened {
    /// A client shows it by frames other than a Close of its own.
    fn by(testee: Role, evidence: &Evidence) -> Self {
        let opening = &evidence.opening;
        let close = u64::from(Opcode::CLOSE.bits());
        let closed_by_us = evidence.closing.closed_by_us;
        let mut frames = evidence.counters.received_frames.iter();
        match testee {
            Role::Client if frames.any(|(opcode, _)| opcode != close || closed_by_us) => Self::Yes,
            Role::Server if opening.opened_at.is_some() => Self::Yes,
            Role::Server if opening.status == Some(101) => Self::Wrongly,
            _ => Self::No,
        }
    }
}

fn never_opened(behaviour: Behaviour, evidence: &Evidence) -> Verdict {
    let why = evidence
        .opening
        .fault
        .clone()
        .unwrap_or_else(|| "the opening handshake was not complete".into());
    let close = match behaviour {
        Behaviour::Failed => CloseBehaviour::Failed,
        _ => CloseBehaviour::Ok,
    };
    Verdict::new(behaviour, close, vec![Reason::NeverOpened { why }])
}

fn opened_though(behaviour: Behaviour) -> Verdict {
    let close = match behaviour {
        Behaviour::Failed => CloseBehaviour::Failed,
        _ => CloseBehaviour::Ok,
    };
    Verdict::new(behaviour, close, vec![Reason::OpenedThough])
}

/// A server that does not want the connection says so by a status (RFC 6455
/// §4.2.1); silence or another status is a refusal all the same. What its answer
/// must have, silence has not.
fn refused(statuses: &[u16], fields: &[String], evidence: &Evidence) -> Verdict {
    let opening = &evidence.opening;
    let head = Head {
        octets: opening.response.0.clone(),
    };
    if let Some(field) = fields.iter().find(|field| head.count(field) == 0) {
        let why = format!("the answer has no {field}");
        return Verdict::new(
            Behaviour::Failed,
            CloseBehaviour::Ok,
            vec![Reason::RefusedWrongly { why }],
        );
    }
    let behaviour = match opening.status {
        Some(status) if statuses.is_empty() || statuses.contains(&status) => Behaviour::Ok,
        _ => Behaviour::NonStrict,
    };
    Verdict::new(behaviour, CloseBehaviour::Ok, Vec::new())
}

/// A client that does not take our answer ends TCP (RFC 6455 §4.1). An answer
/// that is no upgrade need not end TCP.
fn turned_down(evidence: &Evidence) -> Verdict {
    if evidence.closing.peer_ended.is_some() || evidence.opening.status != Some(101) {
        return Verdict::new(Behaviour::Ok, CloseBehaviour::Ok, Vec::new());
    }
    let why = "the client did not end TCP".to_owned();
    Verdict::new(
        Behaviour::NonStrict,
        CloseBehaviour::Ok,
        vec![Reason::RefusedWrongly { why }],
    )
}

fn judge_open(
    expectation: &Expectation,
    profile: Profile,
    testee: Role,
    evidence: &Evidence,
) -> Verdict {
    let mut reasons = Vec::new();
    let mut behaviour = behaviour(expectation, evidence, &mut reasons);
    if behaviour == Behaviour::Unimplemented {
        return Verdict::new(behaviour, CloseBehaviour::Ok, reasons);
    }
    let close = if expectation.close.informational {
        CloseBehaviour::Informational
    } else {
        let allowed = allowed_codes(&expectation.close, profile, testee, &evidence.closing);
        close(&expectation.close, allowed, testee, evidence, &mut reasons)
    };
    let rule = &expectation.close;
    let wrong_end = rule.wrong_end_fails && !ended_rightly(rule, evidence);
    let wrong_code = rule.wrong_code_fails && close == CloseBehaviour::WrongCode;
    if wrong_end || wrong_code {
        behaviour = Behaviour::Failed;
    }
    if close == CloseBehaviour::Ok && rule.code_wished && evidence.closing.remote_code.is_none() {
        behaviour = worse(behaviour, Behaviour::NonStrict);
        reasons.push(Reason::NoCode);
    }
    if profile == Profile::Rfc {
        behaviour = behind_the_close(behaviour, evidence, &mut reasons);
    }
    if let Some(octets) = evidence.too_large {
        reasons.push(Reason::MessageTooLarge { octets });
    }
    let open_at = marks(evidence);
    if !open_at.is_empty() {
        reasons.push(Reason::FailedAt { open_at });
    }
    Verdict::new(behaviour, close, reasons)
}

/// The first axis: the first answer that fits.
fn behaviour(
    expectation: &Expectation,
    evidence: &Evidence,
    reasons: &mut Vec<Reason>,
) -> Behaviour {
    let Some(best) = expectation.answers.first() else {
        return Behaviour::Ok;
    };
    let fitting = expectation
        .answers
        .iter()
        .find(|answer| matching::fits(&answer.heard, evidence));
    match fitting.map(|answer| answer.grade) {
        Some(AnswerGrade::Ok) => Behaviour::Ok,
        Some(AnswerGrade::NonStrict) => Behaviour::NonStrict,
        Some(AnswerGrade::Unimplemented) => {
            reasons.push(Reason::NotUnderstood);
            Behaviour::Unimplemented
        }
        None => {
            reasons.push(match (&best.heard, evidence.round_trips) {
                (Pattern::RoundTrips, Some(trips)) => Reason::RoundTripsBroke {
                    done: trips.done,
                    of: trips.of,
                },
                (pattern, _) => {
                    let (item, octet) = matching::first_difference(pattern.items(), evidence);
                    Reason::HeardDiffers { item, octet }
                }
            });
            Behaviour::Failed
        }
    }
}

/// No data frame follows a Close, by anybody (RFC 6455 §5.5.1). A second Close
/// answers nothing.
fn behind_the_close(
    behaviour: Behaviour,
    evidence: &Evidence,
    reasons: &mut Vec<Reason>,
) -> Behaviour {
    let mut violations = evidence.violations.iter();
    if violations.any(|found| found.violation == Violation::FrameAfterClose) {
        return Behaviour::Failed;
    }
    if evidence.closing.closes_heard > 1 {
        reasons.push(Reason::SecondClose);
        return worse(behaviour, Behaviour::NonStrict);
    }
    behaviour
}

/// Of two that say how well the testee did, the worse.
fn worse(one: Behaviour, other: Behaviour) -> Behaviour {
    one.max(other)
}

/// What speaks against the masking keys of all connections.
fn judge_keys(verdict: Verdict, connections: &[&Evidence]) -> Verdict {
    let summaries = || connections.iter().filter_map(|it| it.masking_keys.as_ref());
    let mut flaws: Vec<KeyFlaw> = summaries().filter_map(KeySummary::flaw).collect();
    for (index, summary) in summaries().enumerate() {
        let earlier = summaries().take(index);
        flaws.extend(earlier.filter_map(|earlier| summary.flaw_beside(earlier)));
    }
    let Some(flaw) = flaws.into_iter().max_by_key(|flaw| flaw.is_grave) else {
        return verdict;
    };
    let behaviour = match flaw.is_grave {
        true => Behaviour::Failed,
        false => verdict.behaviour.max(Behaviour::NonStrict),
    };
    let mut reasons = vec![Reason::MaskingKeys { why: flaw.why }];
    reasons.extend(verdict.reasons);
    Verdict::new(behaviour, verdict.close, reasons)
}

fn ended_rightly(rule: &CloseRule, evidence: &Evidence) -> bool {
    let closing = &evidence.closing;
    match rule.by {
        Party::Us => closing.closed_by_us,
        Party::Peer => !closing.closed_by_us,
        // What streams back more than we take has not failed.
        Party::Either => !closing.failed_by_us || evidence.too_large.is_some(),
    }
}

/// The second axis: the first thing that is wrong decides.
fn close(
    rule: &CloseRule,
    allowed: Vec<Codes>,
    testee: Role,
    evidence: &Evidence,
    reasons: &mut Vec<Reason>,
) -> CloseBehaviour {
    let closing = &evidence.closing;
    if !ended_rightly(rule, evidence) {
        let by = if closing.closed_by_us {
            Party::Us
        } else {
            Party::Peer
        };
        reasons.push(Reason::ClosedByWrongEnd { by });
        return CloseBehaviour::Failed;
    }
    let by_us = closing.closed_by_us && evidence.too_large.is_none();
    let must_be_clean = rule.clean || (rule.by == Party::Either && by_us);
    if must_be_clean && !closing.clean {
        let why = closing
            .unclean_why
            .clone()
            .unwrap_or_else(|| "the closing handshake was not complete".into());
        reasons.push(Reason::Unclean { why });
        return CloseBehaviour::Unclean;
    }
    if let Some(code) = closing.remote_code
        && !allowed.iter().any(|codes| codes.contains(code))
    {
        reasons.push(Reason::WrongCode { code, allowed });
        return CloseBehaviour::WrongCode;
    }
    if let Some(expected) = &rule.reason {
        let came = closing.remote_reason.as_ref();
        if came.is_none_or(|came| came.0 != *expected.to_octets()) {
            let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
            reasons.push(Reason::WrongReason {
                expected: text(&expected.to_octets()),
                came: came.map(|came| text(&came.0)),
            });
            return CloseBehaviour::WrongCode;
        }
    }
    // A server that closed first, and was answered, ends TCP itself as well.
    let left_open = rule.by == Party::Peer && rule.clean && closing.peer_ended.is_none();
    if testee == Role::Server && (closing.dropped_by_us || left_open) {
        reasons.push(Reason::TcpLeftOpen);
        return CloseBehaviour::FailedByClient;
    }
    CloseBehaviour::Ok
}

/// The codes that the testee may close with. Where we failed the connection,
/// `rfc` lets it echo our code (RFC 6455 §5.5.1); the original does not. A code
/// that no Close may carry (§7.4) is not right because a script sent it first.
fn allowed_codes(
    rule: &CloseRule,
    profile: Profile,
    testee: Role,
    closing: &Closing,
) -> Vec<Codes> {
    let mut allowed = rule.codes.clone();
    if testee == Role::Client {
        allowed.extend(&rule.codes_from_client);
    }
    if profile == Profile::Rfc && closing.failed_by_us {
        let echoed = closing.local_code.map(CloseCode);
        let echoed = echoed.filter(|code| Registry::Iana.allows(*code));
        allowed.extend(echoed.map(|code| Codes::One(code.0)));
    }
    allowed
}

fn marks(evidence: &Evidence) -> Vec<String> {
    let marks = evidence.heard.iter().filter_map(|heard| match &heard.what {
        HeardKind::Mark(name) => Some(name.clone()),
        _ => None,
    });
    marks.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Comparison, Content, RoundTrips, ViolationAt};
    use crate::vocabulary::{CaseBuilder, case, echo, ping, text};
    use wscheck_wire::{Moment, Violation};

    /// A case that we close, once the text has come back.
    fn ours() -> CaseBuilder {
        case("99.1", "a text")
            .send(text("hi"))
            .ok([echo("hi")])
            .non_strict([])
    }

    /// A case in which the testee must fail the connection.
    fn theirs() -> CaseBuilder {
        case("99.2", "a bad frame")
            .send(ping(""))
            .ok([])
            .peer_fails_with([1002])
    }

    /// The text came back, and the closing handshake was complete.
    fn good() -> Evidence {
        let content = Content {
            length: 2,
            sha256: None,
            octets: b"hi"[..].into(),
            compared: Comparison::Same,
        };
        let heard = Heard {
            what: HeardKind::Text(content),
            at: Moment::ZERO,
            times: 1,
        };
        let closing = Closing {
            closed_by_us: true,
            clean: true,
            local_code: Some(1000),
            remote_code: Some(1000),
            ..Closing::default()
        };
        let mut evidence = Evidence {
            heard: vec![heard],
            closing,
            ..Evidence::default()
        };
        evidence.opening.opened_at = Some(Moment::ZERO);
        evidence
    }

    fn changed(change: impl FnOnce(&mut Evidence)) -> Evidence {
        let mut evidence = good();
        change(&mut evidence);
        evidence
    }

    fn axes(case: CaseBuilder, evidence: &Evidence) -> (Behaviour, CloseBehaviour) {
        let verdict = judge(&case.build(), Profile::Autobahn, Role::Server, &[evidence]);
        (verdict.behaviour, verdict.close)
    }

    #[test]
    fn the_first_fault_of_the_close_decides() {
        use CloseBehaviour::{Failed, FailedByClient, Ok, Unclean, WrongCode};
        type Change = fn(&mut Closing);
        let closings: [(Change, CloseBehaviour); 7] = [
            (|_| {}, Ok),
            (|c| c.remote_code = None, Ok),
            (|c| c.dropped_by_us = true, FailedByClient),
            (|c| c.remote_code = Some(1001), WrongCode),
            (
                |c| (c.remote_code, c.dropped_by_us) = (Some(1001), true),
                WrongCode,
            ),
            (|c| (c.remote_code, c.clean) = (Some(1001), false), Unclean),
            (|c| (c.clean, c.closed_by_us) = (false, false), Failed),
        ];
        for (change, wanted) in closings {
            let evidence = changed(|evidence| change(&mut evidence.closing));
            assert_eq!(
                axes(ours(), &evidence),
                (Behaviour::Ok, wanted),
                "{:?}",
                evidence.closing
            );
        }
    }

    #[test]
    fn a_tcp_end_alone_is_a_close_by_the_testee() {
        let evidence = changed(|evidence| {
            evidence.heard.clear();
            evidence.closing = Closing::default();
        });
        assert_eq!(
            axes(theirs(), &evidence),
            (Behaviour::Ok, CloseBehaviour::Ok)
        );
        assert_eq!(
            axes(ours(), &evidence),
            (Behaviour::NonStrict, CloseBehaviour::Failed)
        );
    }

    #[test]
    fn a_fatal_close_fails_the_behaviour_too() {
        let wrong_end = changed(|evidence| evidence.heard.clear());
        assert_eq!(
            axes(theirs(), &wrong_end),
            (Behaviour::Ok, CloseBehaviour::Failed)
        );
        let fatal = theirs().wrong_end_fails();
        assert_eq!(
            axes(fatal, &wrong_end),
            (Behaviour::Failed, CloseBehaviour::Failed)
        );
        let wrong_code = changed(|evidence| evidence.closing.remote_code = Some(1003));
        let fatal = ours().wrong_code_fails();
        assert_eq!(
            axes(fatal, &wrong_code),
            (Behaviour::Failed, CloseBehaviour::WrongCode)
        );
    }

    #[test]
    fn an_opening_that_failed_fails_both_but_what_is_informational() {
        let evidence = changed(|evidence| evidence.opening.opened_at = None);
        assert_eq!(
            axes(ours(), &evidence),
            (Behaviour::Failed, CloseBehaviour::Failed)
        );
        let told = ours().informational("RFC 6455", "5", "nothing binds");
        let both = (Behaviour::Informational, CloseBehaviour::Informational);
        assert_eq!(axes(told, &evidence), both);
    }

    #[test]
    fn an_opening_may_have_to_be_refused() {
        let statuses = |statuses: &[u16]| OpeningRule::Refuses {
            statuses: statuses.to_vec(),
            fields: Vec::new(),
        };
        let refused = changed(|evidence| {
            evidence.opening.opened_at = None;
            evidence.opening.status = Some(400);
        });
        let wrongly = changed(|evidence| {
            evidence.opening.opened_at = None;
            evidence.opening.status = Some(101);
        });
        let silent = changed(|evidence| {
            evidence.opening.opened_at = None;
            evidence.closing.open_timed_out = true;
        });
        for (rule, evidence, wanted) in [
            (statuses(&[400]), &refused, Behaviour::Ok),
            (statuses(&[]), &refused, Behaviour::Ok),
            (statuses(&[426]), &refused, Behaviour::NonStrict),
            (statuses(&[400]), &good(), Behaviour::Failed),
            (OpeningRule::Either, &refused, Behaviour::Ok),
            (OpeningRule::Either, &good(), Behaviour::Ok),
            (OpeningRule::Either, &wrongly, Behaviour::Failed),
            (OpeningRule::Either, &silent, Behaviour::NonStrict),
            (OpeningRule::ShouldOpen, &good(), Behaviour::Ok),
            (OpeningRule::ShouldOpen, &refused, Behaviour::NonStrict),
            (OpeningRule::ShouldOpen, &wrongly, Behaviour::Failed),
            (OpeningRule::ShouldRefuse, &refused, Behaviour::Ok),
            (OpeningRule::ShouldRefuse, &good(), Behaviour::NonStrict),
            (OpeningRule::ShouldRefuse, &wrongly, Behaviour::NonStrict),
            (statuses(&[]), &wrongly, Behaviour::Failed),
            (statuses(&[]), &silent, Behaviour::NonStrict),
        ] {
            assert_eq!(axes(ours().opening_rule(rule), evidence).0, wanted);
        }
    }

    #[test]
    fn round_trips_must_all_be_right() {
        let trips = |sent, done, wrong| RoundTrips {
            sent,
            done,
            of: 3,
            wrong,
            fastest: None,
            slowest: None,
        };
        for (trips, wanted) in [
            (trips(3, 3, false), Behaviour::Ok),
            (trips(3, 2, false), Behaviour::Failed),
            (trips(3, 3, true), Behaviour::Failed),
        ] {
            let case = case("99.3", "trips")
                .round_trips(text("hi"), 3)
                .ok_if(Pattern::RoundTrips);
            let evidence = changed(|evidence| evidence.round_trips = Some(trips));
            assert_eq!(axes(case, &evidence).0, wanted, "{trips:?}");
        }
    }

    #[test]
    fn only_rfc_lets_the_testee_echo_the_code_that_we_failed_with() {
        let evidence = changed(|evidence| {
            let closing = &mut evidence.closing;
            closing.failed_by_us = true;
            (closing.local_code, closing.remote_code) = (Some(1001), Some(1001));
        });
        let close = |profile| judge(&ours().build(), profile, Role::Server, &[&evidence]).close;
        assert_eq!(close(Profile::Autobahn), CloseBehaviour::WrongCode);
        assert_eq!(close(Profile::Rfc), CloseBehaviour::Ok);
    }

    /// Section 7.4: a script may send what no Close may carry; who sends it back
    /// is not right for that.
    #[test]
    fn nobody_may_echo_a_code_that_no_close_may_carry() {
        for (code, wanted) in [
            (0, CloseBehaviour::WrongCode),
            (1004, CloseBehaviour::WrongCode),
            (1005, CloseBehaviour::WrongCode),
            (1015, CloseBehaviour::WrongCode),
            (1016, CloseBehaviour::WrongCode),
            (2999, CloseBehaviour::WrongCode),
            (5000, CloseBehaviour::WrongCode),
            (1012, CloseBehaviour::Ok),
            (3000, CloseBehaviour::Ok),
        ] {
            let evidence = changed(|evidence| {
                let closing = &mut evidence.closing;
                closing.failed_by_us = true;
                (closing.local_code, closing.remote_code) = (Some(code), Some(code));
            });
            for testee in [Role::Client, Role::Server] {
                let verdict = judge(&ours().build(), Profile::Rfc, testee, &[&evidence]);
                assert_eq!(verdict.close, wanted, "{code} from a {testee}");
            }
        }
    }

    #[test]
    fn some_codes_are_for_clients_alone() {
        let evidence = changed(|evidence| evidence.closing.remote_code = Some(1002));
        let mut case = ours().build();
        case.expect.close.codes_from_client = vec![Codes::One(1002)];
        let close = |role| judge(&case, Profile::Autobahn, role, &[&evidence]).close;
        assert_eq!(close(Role::Client), CloseBehaviour::Ok);
        assert_eq!(close(Role::Server), CloseBehaviour::WrongCode);
    }

    #[test]
    fn violations_and_marks_are_named() {
        let evidence = changed(|evidence| {
            let mark = HeardKind::Mark("A".into());
            evidence.heard.push(Heard {
                what: mark,
                at: Moment::ZERO,
                times: 1,
            });
            let violation = Violation::MaskedFrame;
            evidence.violations.push(ViolationAt {
                violation,
                offset: 7,
                at: Moment::ZERO,
            });
        });
        let verdict = judge(&ours().build(), Profile::Rfc, Role::Server, &[&evidence]);
        assert_eq!(
            verdict.reasons,
            [
                Reason::HeardDiffers {
                    item: 1,
                    octet: None
                },
                Reason::FailedAt {
                    open_at: vec!["A".into()]
                },
                Reason::Violation {
                    violation: Violation::MaskedFrame,
                    offset: 7
                },
            ]
        );
    }
}
