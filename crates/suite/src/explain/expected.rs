//! What an expectation demands.

use super::Writer;
use crate::expectation::{
    Answer, AnswerGrade, CloseRule, Codes, Expectation, Item, OpeningRule, Party, Pattern,
};

pub(super) fn write(expect: &Expectation, needs_deflate: bool, writer: &mut Writer) {
    if expect.informational {
        writer.plain("whatever happens is told, not judged; looked for are these:".into());
    }
    opening(&expect.opening, writer);
    for rule in &expect.request {
        writer.plain(format!("the request: {}", rule.as_str()));
    }
    if matches!(expect.opening, OpeningRule::Refuses { .. }) {
        return;
    }
    if needs_deflate {
        writer.plain("UNIMPLEMENTED without permessage-deflate, and else".into());
    }
    answers(&expect.answers, writer);
    if expect.fresh_keys {
        writer.plain(FRESH_KEYS.into());
    }
    close(expect, writer);
}

const FRESH_KEYS: &str = "keys        FAILED if the next can be told from those before; NON-STRICT \
    if they are less than random";

/// What `other` demands otherwise than `this`.
pub(super) fn write_difference(this: &Expectation, other: &Expectation, writer: &mut Writer) {
    if this.informational != other.informational {
        writer.plain(
            if other.informational {
                "whatever happens is told, not judged"
            } else {
                "what happens is judged"
            }
            .into(),
        );
    }
    if this.opening != other.opening {
        opening(&other.opening, writer);
    }
    if this.answers != other.answers {
        answers(&other.answers, writer);
    }
    if this.fresh_keys != other.fresh_keys {
        writer.plain(
            match other.fresh_keys {
                true => FRESH_KEYS,
                false => "keys are not judged",
            }
            .into(),
        );
    }
    if this.close != other.close || this.no_automatic_close != other.no_automatic_close {
        close(other, writer);
    }
}

fn opening(rule: &OpeningRule, writer: &mut Writer) {
    match rule {
        OpeningRule::Opens => {}
        OpeningRule::Refuses { statuses, fields } => {
            let text = match statuses.is_empty() {
                true => {
                    "opening: not accepted; a server answers with any status but 101".to_owned()
                }
                false => {
                    let statuses: Vec<String> = statuses.iter().map(ToString::to_string).collect();
                    let statuses = statuses.join(" or ");
                    format!("opening: refused with {statuses}; NON-STRICT if in another way")
                }
            };
            writer.plain(text);
            if !fields.is_empty() {
                writer.plain(format!("opening: the answer has {}", fields.join(" and ")));
            }
        }
        OpeningRule::ShouldOpen => {
            writer.plain("opening: accepted; NON-STRICT if refused".into());
        }
        OpeningRule::ShouldRefuse => {
            writer.plain("opening: not accepted; NON-STRICT if accepted".into());
        }
        OpeningRule::Either => writer.plain("opening: accepted or refused".into()),
    }
}

fn answers(answers: &[Answer], writer: &mut Writer) {
    for answer in answers {
        let grade = match answer.grade {
            AnswerGrade::Ok => "OK",
            AnswerGrade::NonStrict => "NON-STRICT",
            AnswerGrade::Unimplemented => "UNIMPLEMENTED",
        };
        writer.plain(format!("{grade:<10}  {}", pattern(&answer.heard)));
    }
    if !answers.is_empty() {
        writer.plain(format!("{:<10}  anything else", "FAILED"));
    }
}

/// What a pattern lets pass, in words.
fn pattern(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Exactly(items) if items.is_empty() => "we hear nothing".into(),
        Pattern::Exactly(items) => format!("we hear {}", list(items)),
        Pattern::AnyPrefix(items) => match items.as_slice() {
            [only] => format!("we hear {only}, or nothing"),
            items => format!("we hear {}, or break off anywhere in that", list(items)),
        },
        Pattern::AtLeastLast(items) => {
            format!(
                "we hear the last of these, and of the others any: {}",
                list(items)
            )
        }
        Pattern::Until(item) => format!("we hear {item} at last, whatever before"),
        Pattern::Contains(item) => format!("we hear {item}, whatever else"),
        Pattern::RoundTrips => "we hear each echo, in order".into(),
        Pattern::Anything => "whatever we hear".into(),
    }
}

/// The most items that are named one by one.
const NAMED: usize = 4;

fn list(items: &[Item]) -> String {
    let named = |item: &Item| match item {
        Item::Mark(name) => format!("the mark {name}"),
        item => item.to_string(),
    };
    let mut words: Vec<String> = items.iter().take(NAMED).map(named).collect();
    if let (Some(last), true) = (items.last(), items.len() > NAMED) {
        words.truncate(2);
        words.push(format!(
            "{} more, the last {}",
            items.len() - 2,
            named(last)
        ));
    }
    words.join(", then ")
}

fn close(expect: &Expectation, writer: &mut Writer) {
    let rule = &expect.close;
    if rule.informational {
        writer.plain(format!(
            "{:<10}  however it ends: that is told, not judged",
            "close"
        ));
        return;
    }
    writer.plain(format!("{:<10}  {}", "close", close_rule(rule)));
    let mut also = |text: &str| writer.plain(format!("{:<10}  {text}", ""));
    if !rule.codes_from_client.is_empty() {
        also(&format!(
            "a client may send {} too",
            codes(&rule.codes_from_client)
        ));
    }
    if rule.by == Party::Us && expect.no_automatic_close {
        also("the script closes, we do not by ourselves");
    }
    if let Some(reason) = &rule.reason {
        also(&format!("its reason is {reason}"));
    }
    if rule.code_wished {
        also("without a code it is NON-STRICT");
    }
    if rule.wrong_end_fails {
        also(match rule.by {
            Party::Us => "if the testee closes first, the behaviour is FAILED too",
            Party::Peer => "if the testee does not close, the behaviour is FAILED too",
            Party::Either => "if nobody closes in time, the behaviour is FAILED too",
        });
    }
    if rule.wrong_code_fails {
        also("if the code is another, the behaviour is FAILED too");
    }
}

fn close_rule(rule: &CloseRule) -> String {
    let codes = codes(&rule.codes);
    match (rule.by, rule.clean) {
        (Party::Us, true) => {
            format!("we close; the testee answers with {codes} or no code, and TCP ends in time")
        }
        (Party::Us, false) => {
            format!("we close; the testee answers with {codes} or no code, or just ends TCP")
        }
        (Party::Either, _) => format!(
            "the testee closes with {codes} or no code, or just ends TCP; or we close when \
             something was heard"
        ),
        (Party::Peer, true) => {
            format!("the testee closes with {codes} or no code, and TCP ends in time")
        }
        (Party::Peer, false) => {
            format!("the testee closes with {codes} or no code, or just ends TCP")
        }
    }
}

/// Codes as a list, each once.
fn codes(codes: &[Codes]) -> String {
    let mut texts: Vec<String> = Vec::new();
    for codes in codes {
        let text = codes.to_string();
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts.join(", ")
}
