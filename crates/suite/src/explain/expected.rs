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
    if needs_deflate {
        writer.plain("UNIMPLEMENTED without permessage-deflate, and else".into());
    }
    answers(&expect.answers, writer);
    close(expect, writer);
}

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
    if this.close != other.close || this.no_automatic_close != other.no_automatic_close {
        close(other, writer);
    }
}

fn opening(rule: &OpeningRule, writer: &mut Writer) {
    match rule {
        OpeningRule::Opens => {}
        OpeningRule::Refuses { statuses } if statuses.is_empty() => {
            writer.plain("opening: refused, by any status but 101".into());
        }
        OpeningRule::Refuses { statuses } => {
            let statuses: Vec<String> = statuses.iter().map(ToString::to_string).collect();
            writer.plain(format!(
                "opening: refused with {}; NON-STRICT if in another way",
                statuses.join(" or ")
            ));
        }
        OpeningRule::Either => writer.plain("opening: accepted or refused".into()),
    }
}

fn answers(answers: &[Answer], writer: &mut Writer) {
    for answer in answers {
        let grade = match answer.grade {
            AnswerGrade::Ok => "OK",
            AnswerGrade::NonStrict => "NON-STRICT",
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
        Pattern::Contains(item) => format!("we hear {item}, whatever else"),
        Pattern::RoundTrips => "we hear each echo, in order".into(),
        Pattern::Anything => "whatever we hear".into(),
    }
}

fn list(items: &[Item]) -> String {
    let items: Vec<String> = items
        .iter()
        .map(|item| match item {
            Item::Mark(name) => format!("the mark {name}"),
            item => item.to_string(),
        })
        .collect();
    items.join(", then ")
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
    if rule.wrong_end_fails {
        also(match rule.by {
            Party::Us => "if the testee closes first, the behaviour is FAILED too",
            Party::Peer => "if the testee does not close, the behaviour is FAILED too",
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
