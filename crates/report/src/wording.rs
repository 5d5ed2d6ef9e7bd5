//! Verdicts and expectations in words, without colours.

use wscheck_suite::evidence::{Closing, Content, Evidence, Heard, HeardKind};
use wscheck_suite::expectation::{
    AnswerGrade, CloseRule, Codes, Expectation, OpeningRule, Party, Pattern,
};
use wscheck_suite::octets::Octets;
use wscheck_suite::verdict::{Behaviour, CloseBehaviour, Grade, Reason, Verdict};
use wscheck_wire::{CloseCode, Eof, Role};

/// `fragment` with a capital letter and a full stop.
pub(crate) fn sentence(fragment: &str) -> String {
    let mut chars = fragment.chars();
    match chars.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), chars.as_str()),
        None => String::new(),
    }
}

/// What a case expects, in sentences.
pub(crate) fn expectation(expectation: &Expectation, testee: Role) -> String {
    let heard = answers(expectation).join("; or ");
    let close = sentence(&end(expectation, testee));
    format!("To be heard: {heard}. {close}")
}

/// Each acceptable answer, the best first.
pub fn answers(expectation: &Expectation) -> Vec<String> {
    if must_refuse(expectation) {
        return vec!["nothing: the connection is refused".to_owned()];
    }
    if expectation.answers.is_empty() {
        return vec![pattern(&Pattern::Anything)];
    }
    let answers = expectation.answers.iter().map(|answer| {
        let heard = pattern(&answer.heard);
        match answer.grade {
            AnswerGrade::Ok => heard,
            AnswerGrade::NonStrict => format!("{heard} ({})", Grade::NonStrict),
            AnswerGrade::Unimplemented => format!("{heard} ({})", Grade::Unimplemented),
        }
    });
    answers.collect()
}

/// What a pattern fits.
fn pattern(pattern: &Pattern) -> String {
    let items = || {
        let items: Vec<String> = pattern.items().iter().map(ToString::to_string).collect();
        items.join(", then ")
    };
    match pattern {
        Pattern::Exactly(items) if items.is_empty() => "nothing".to_owned(),
        Pattern::Exactly(_) => items(),
        Pattern::AnyPrefix(_) => format!("nothing, or as much as came of {}", items()),
        Pattern::AtLeastLast(_) => format!("at least the last of {}", items()),
        Pattern::Until(item) => format!("{item} at last, whatever before"),
        Pattern::Contains(item) => format!("{item}, whatever else"),
        Pattern::RoundTrips => "every echo, each right".to_owned(),
        Pattern::Anything => "anything".to_owned(),
    }
}

/// What becomes of the opening handshake.
pub(crate) fn opening(expectation: &Expectation) -> &'static str {
    match expectation.opening {
        OpeningRule::Opens | OpeningRule::ShouldOpen => "the connection is opened",
        OpeningRule::Refuses { .. } | OpeningRule::ShouldRefuse => "the connection is refused",
        OpeningRule::Either => "the connection is opened or refused",
    }
}

fn must_refuse(expectation: &Expectation) -> bool {
    matches!(
        expectation.opening,
        OpeningRule::Refuses { .. } | OpeningRule::ShouldRefuse
    )
}

/// How a connection must end.
pub fn end(expectation: &Expectation, testee: Role) -> String {
    match testee {
        Role::Client if must_refuse(expectation) => {
            "the client ends TCP, and sends no frame but a Close".to_owned()
        }
        Role::Server if must_refuse(expectation) => {
            "the server answers with no 101, and ends TCP".to_owned()
        }
        _ => close_rule(&expectation.close, testee),
    }
}

fn close_rule(rule: &CloseRule, testee: Role) -> String {
    if rule.informational {
        return "how the connection ends is told, not judged".to_owned();
    }
    let mut codes = rule.codes.clone();
    if testee == Role::Client {
        codes.extend(&rule.codes_from_client);
    }
    let codes = code_list(&codes);
    match (rule.by, rule.clean) {
        (Party::Us, true) => format!("we close, and the {testee} answers with {codes}"),
        (Party::Us, false) => {
            format!("we close, and the {testee} answers with {codes}, or ends TCP")
        }
        (Party::Either, _) => format!(
            "the {testee} closes with {codes}, or ends TCP; or we close when something was heard"
        ),
        (Party::Peer, true) => format!("the {testee} closes with {codes}"),
        (Party::Peer, false) => format!("the {testee} closes with {codes}, or ends TCP"),
    }
}

fn code_list(codes: &[Codes]) -> String {
    let mut words: Vec<String> = Vec::new();
    for codes in codes {
        let word = codes.to_string();
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.push("no code".to_owned());
    words.join(" or ")
}

/// The most things that are listed of what was heard.
const LISTED: usize = 12;

/// The most octets that are shown of one of them.
const SHOWN_OCTETS: usize = 64;

/// What was heard, in order.
pub fn heard(evidence: &Evidence) -> String {
    let mut words: Vec<String> = evidence.heard.iter().take(LISTED).map(one_heard).collect();
    let beyond = evidence.heard.len().saturating_sub(LISTED) as u64 + evidence.heard_beyond;
    if beyond > 0 {
        words.push(format!("{beyond} more"));
    }
    if words.is_empty() {
        "nothing".to_owned()
    } else {
        words.join(", then ")
    }
}

fn one_heard(heard: &Heard) -> String {
    let what = match &heard.what {
        HeardKind::Text(content) => format!("text {}", shortened(content)),
        HeardKind::Binary(content) => format!("binary {}", shortened(content)),
        HeardKind::Pong(content) => format!("pong {}", shortened(content)),
        HeardKind::Mark(name) => format!("still open at {name}"),
    };
    match heard.times {
        1 => what,
        times => format!("{what} × {times}"),
    }
}

fn shortened(content: &Content) -> String {
    let octets = &content.octets.0;
    if octets.len() as u64 == content.length && octets.len() <= SHOWN_OCTETS {
        return content.octets.to_string();
    }
    let most = octets.len().min(SHOWN_OCTETS);
    let at_character = (most.saturating_sub(3)..=most)
        .rev()
        .find(|end| std::str::from_utf8(&octets[..*end]).is_ok());
    let shown = Octets(octets[..at_character.unwrap_or(most)].to_vec());
    format!("{shown}… ({} octets)", content.length)
}

/// Which end of a proxy a connection of ours is, by its index.
pub(crate) fn proxy_end(index: usize) -> &'static str {
    match index {
        0 => "before the proxy: we are the client",
        _ => "behind the proxy: we are the upstream",
    }
}

/// How a connection ended, in the order of events.
pub fn ending(evidence: &Evidence, testee: Role) -> String {
    let closing = &evidence.closing;
    let code = |code: Option<u16>| match code {
        Some(code) => CloseCode(code).to_string(),
        None => "no code".to_owned(),
    };
    let (ours, theirs) = (code(closing.local_code), code(closing.remote_code));
    let close = match (
        closing.close_sent_at.is_some() && closing.closed_by_us,
        closing.close_heard_at,
    ) {
        (true, Some(_)) => format!("we closed with {ours}, the {testee} with {theirs}"),
        (true, None) => format!("we closed with {ours}, the {testee} did not"),
        (false, Some(_)) => format!("the {testee} closed with {theirs}"),
        (false, None) => format!("the {testee} did not close"),
    };
    format!("{close}; {}", end_of_tcp(closing, testee))
}

fn end_of_tcp(closing: &Closing, testee: Role) -> String {
    match (closing.peer_ended, closing.dropped_by_us) {
        (Some(Eof::Fin), _) => format!("the {testee} ended TCP"),
        (Some(Eof::Reset), _) => format!("the {testee} reset TCP"),
        (Some(Eof::Truncated), _) => format!("the {testee} ended TLS without close_notify"),
        (None, true) => "we ended TCP".to_owned(),
        (None, false) => "TCP was left open".to_owned(),
    }
}

/// The first axis of a verdict, in a sentence.
pub(crate) fn behaviour(verdict: &Verdict) -> String {
    let text = match verdict.behaviour {
        Behaviour::Ok => "what was heard is right".to_owned(),
        Behaviour::NonStrict => "what was heard is allowed, but not what is wished for".to_owned(),
        Behaviour::Informational => "what was heard is told, not judged".to_owned(),
        Behaviour::Unimplemented => "the testee does not offer what the case is about".to_owned(),
        Behaviour::Failed => first(verdict, |_| true)
            .unwrap_or_else(|| "what was heard is not acceptable".to_owned()),
    };
    sentence(&text)
}

/// The second axis of a verdict, in a sentence.
pub(crate) fn close(verdict: &Verdict) -> String {
    let text = match verdict.close {
        CloseBehaviour::Ok => "the connection ended as it should".to_owned(),
        CloseBehaviour::Informational => "how the connection ended is told, not judged".to_owned(),
        CloseBehaviour::WrongCode => first(verdict, |r| matches!(r, Reason::WrongCode { .. }))
            .unwrap_or_else(|| "the close code is wrong".to_owned()),
        CloseBehaviour::Unclean => first(verdict, |r| matches!(r, Reason::Unclean { .. }))
            .unwrap_or_else(|| "the closing handshake was not complete".to_owned()),
        CloseBehaviour::FailedByClient => reason(&Reason::TcpLeftOpen),
        CloseBehaviour::Failed => first(verdict, ends_wrongly)
            .unwrap_or_else(|| "the connection ended wrongly".to_owned()),
    };
    sentence(&text)
}

fn ends_wrongly(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::ClosedByWrongEnd { .. }
            | Reason::NeverOpened { .. }
            | Reason::OpenedThough
            | Reason::RefusedAfter { .. }
            | Reason::TesteeDied { .. }
    )
}

fn first(verdict: &Verdict, fits: impl Fn(&Reason) -> bool) -> Option<String> {
    verdict.reasons.iter().find(|r| fits(r)).map(reason)
}

/// A reason, as a fragment.
pub fn reason(reason: &Reason) -> String {
    match reason {
        Reason::NeverOpened { why } => format!("the connection was never opened: {why}"),
        Reason::OpenedThough => {
            "the testee opened a connection that it should have refused".to_owned()
        }
        Reason::RefusedWrongly { why } => format!("refused, but {why}"),
        Reason::RequestWrong { why } => format!("the opening request {why}"),
        Reason::NotApplicable { why } | Reason::MaskingKeys { why } => why.clone(),
        Reason::NotUnderstood => "it took what it was asked to do for a message".to_owned(),
        Reason::DeflateNotAgreed => "permessage-deflate was offered and not agreed on".to_owned(),
        Reason::MessageTooLarge { octets } => {
            format!("a message went on after {octets} octets, more than was ever sent")
        }
        Reason::HeardDiffers {
            item,
            octet: Some(octet),
        } => format!(
            "what was heard differs from the best answer in item {}, octet {octet}",
            item + 1
        ),
        Reason::HeardDiffers { item, octet: None } => {
            format!(
                "what was heard differs from the best answer in item {}",
                item + 1
            )
        }
        Reason::HeardBefore { connection } => {
            format!("a message was heard on connection {connection}, where none may be")
        }
        Reason::RoundTripsBroke { done, of } => format!("{done} of {of} echoes were right"),
        Reason::ClosedByWrongEnd { by: Party::Us } => {
            "we closed the connection, the testee should have".to_owned()
        }
        Reason::ClosedByWrongEnd { by: _ } => {
            "the testee ended the connection, we should have".to_owned()
        }
        Reason::Unclean { why } => format!("the end was not clean: {why}"),
        Reason::WrongCode { code, allowed } => format!(
            "the testee closed with {}, not with {}",
            CloseCode(*code),
            code_list(allowed)
        ),
        Reason::WrongReason { expected, came } => match came {
            Some(came) => format!("the testee closed with the reason {came:?}, not {expected:?}"),
            None => format!("the testee closed without a reason, not with {expected:?}"),
        },
        Reason::NoCode => "the testee failed the connection without a code".to_owned(),
        Reason::SecondClose => "the testee sent a second Close".to_owned(),
        Reason::TcpLeftOpen => "the server left it to us to end TCP".to_owned(),
        Reason::Violation { violation, offset } => format!(
            "{violation}, at octet {offset} of the testee's stream ({} §{})",
            violation.document(),
            violation.section()
        ),
        Reason::NotRelayed { expected, came } => format!("{came}; expected: {expected}"),
        Reason::FailedAt { open_at } => format!("still open at {}", open_at.join(", ")),
        Reason::RefusedAfter { cases } => {
            format!(
                "refused the connection after it had served {}",
                cases.join(", ")
            )
        }
        Reason::TesteeDied { how } => format!("the testee ended during the case: {how}"),
    }
}
