//! The `[[deviation]]`s of the file.

use clap::ValueEnum;
use time::{Date, Month};
use toml::{Spanned, Value};
use wscheck_report::expectations::{Deviation, Grades};
use wscheck_report::summary::Tag;
use wscheck_suite::tested::Tested;
use wscheck_suite::verdict::{Behaviour, CloseBehaviour, Grade};
use wscheck_suite::wildcard::Wildcard;

use super::rows::{DeviationRow, Words};
use super::source::{Source, Word};
use super::{Known, one};
use crate::failure::Failure;

/// What `grade` may be.
const GRADES: [Tag; 6] = [
    Tag::Judged(Grade::Ok),
    Tag::Judged(Grade::Informational),
    Tag::Judged(Grade::NonStrict),
    Tag::Judged(Grade::Unimplemented),
    Tag::Flaky,
    Tag::Judged(Grade::Failed),
];

/// What `behaviour` may be.
const BEHAVIOURS: [Behaviour; 5] = [
    Behaviour::Ok,
    Behaviour::Informational,
    Behaviour::NonStrict,
    Behaviour::Unimplemented,
    Behaviour::Failed,
];

/// What `close` may be.
const CLOSINGS: [CloseBehaviour; 6] = [
    CloseBehaviour::Ok,
    CloseBehaviour::Informational,
    CloseBehaviour::WrongCode,
    CloseBehaviour::Unclean,
    CloseBehaviour::FailedByClient,
    CloseBehaviour::Failed,
];

/// Reads and checks all of them.
///
/// # Errors
/// If one is at fault.
pub(super) fn read(
    source: &Source,
    rows: &[Spanned<DeviationRow>],
    known: &Known,
) -> Result<Vec<Deviation>, Failure> {
    let rows = rows.iter().map(|row| deviation(source, row, known));
    rows.collect()
}

fn deviation(
    source: &Source,
    row: &Spanned<DeviationRow>,
    known: &Known,
) -> Result<Deviation, Failure> {
    let (span, row) = (row.span(), row.get_ref());
    let missing = |key: &str, what: &str| {
        let problem = format!("this deviation has no `{key}`: {what}");
        Err(source.fault(&span, problem))
    };
    let patterns = known.patterns(source, "cases", row.cases.as_ref())?;
    if patterns.is_empty() {
        return missing("cases", "which cases it is about, as in \"6.4.*\"");
    }
    let reason = match &row.reason {
        Some(reason) if !reason.get_ref().trim().is_empty() => reason.get_ref().trim().to_owned(),
        Some(reason) => return Err(source.fault(&reason.span(), "`reason` says nothing")),
        None => return missing("reason", "why the testee deviates"),
    };
    let grades = grades(source, row)?;
    if grades == Grades::default() {
        return missing(
            "grade",
            "what is expected, by `grade`, or by `behaviour`, `close` or both",
        );
    }
    if grades.allow_only_right() {
        return Err(source.fault(&span, "this deviation expects nothing but OK"));
    }
    let role = one(row.role.as_ref(), |word| {
        source.named::<TestedName>("role", word)
    })?;
    let patterns = patterns.iter().map(|pattern| pattern.parse());
    Ok(Deviation {
        cases: patterns.collect::<Result<_, _>>()?,
        agent: row.agent.as_ref().map(|a| Wildcard::new(a.get_ref())),
        role: role.map(Into::into),
        grades,
        reason,
        issue: row.issue.as_ref().map(|issue| issue.get_ref().clone()),
        expires: expires(source, row.expires.as_ref())?,
        line: source.line(span.start),
    })
}

/// A role of a testee.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum TestedName {
    Server,
    Client,
    Proxy,
}

impl From<TestedName> for Tested {
    fn from(name: TestedName) -> Self {
        match name {
            TestedName::Server => Self::Server,
            TestedName::Client => Self::Client,
            TestedName::Proxy => Self::Proxy,
        }
    }
}

fn grades(source: &Source, row: &DeviationRow) -> Result<Grades, Failure> {
    if let (Some(grade), true) = (&row.grade, row.behaviour.is_some() || row.close.is_some()) {
        let problem = "`grade` stands for both axes; it cannot stand beside `behaviour` or `close`";
        return Err(source.fault(&grade.span(), problem));
    }
    let whole = GRADES.map(|tag| (tag.key().to_owned(), tag));
    let behaviours = BEHAVIOURS.map(|value| (key(value.as_str()), value));
    let closings = CLOSINGS.map(|value| (key(value.as_str()), value));
    Ok(Grades {
        whole: chosen(source, "grade", row.grade.as_ref(), &whole)?,
        behaviour: chosen(source, "behaviour", row.behaviour.as_ref(), &behaviours)?,
        close: chosen(source, "close", row.close.as_ref(), &closings)?,
    })
}

/// `FAILED BY CLIENT` as it is written in the file.
pub(super) fn key(word: &str) -> String {
    word.to_lowercase().replace(' ', "-")
}

fn chosen<T: Copy>(
    source: &Source,
    name: &str,
    words: Option<&Spanned<Words>>,
    allowed: &[(String, T)],
) -> Result<Vec<T>, Failure> {
    let list = Word::all(words);
    if let (Some(words), true) = (words, list.is_empty()) {
        return Err(source.fault(&words.span(), format!("`{name}` is empty")));
    }
    let values = list.iter().map(|word| {
        // As the reports have it is right, too.
        let found = allowed.iter().find(|(known, _)| *known == key(word.text));
        found.map(|(_, value)| *value).ok_or_else(|| {
            let names: Vec<String> = allowed.iter().map(|(name, _)| name.clone()).collect();
            source.unknown(name, word, &names)
        })
    });
    values.collect()
}

/// A date of TOML, or the same as a text.
fn expires(source: &Source, value: Option<&Spanned<Value>>) -> Result<Option<Date>, Failure> {
    let Some(value) = value else {
        return Ok(None);
    };
    let text = match value.get_ref() {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    date(&text).map(Some).ok_or_else(|| {
        let problem = format!(
            "`expires`: expected a day, as in 2027-01-31, not {}",
            value.get_ref()
        );
        source.fault(&value.span(), problem)
    })
}

fn date(text: &str) -> Option<Date> {
    let digits = |text: &str, count: usize| {
        let plain = text.len() == count && text.bytes().all(|octet| octet.is_ascii_digit());
        plain.then(|| text.parse::<u16>().ok()).flatten()
    };
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let month = Month::try_from(u8::try_from(digits(month, 2)?).ok()?).ok()?;
    let day = u8::try_from(digits(day, 2)?).ok()?;
    Date::from_calendar_date(digits(year, 4)?.into(), month, day).ok()
}
