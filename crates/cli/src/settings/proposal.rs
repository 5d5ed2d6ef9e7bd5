//! How the file is to change so that a run is as expected. Comments and order
//! stay as they are.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{ArrayOfTables, DocumentMut, Item, TomlError};
use wscheck_report::account::{Account, Agent, Play};
use wscheck_report::expectations::{Remark, Review};
use wscheck_report::standing::Standing;
use wscheck_report::summary::Tag;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::catalogue::{NEWEST_EDITION, chapter};
use wscheck_suite::cover::cover;
use wscheck_suite::verdict::Reason;

use super::NewDeviation;
use super::new_deviation::Expected;

/// The key of the deviations.
const DEVIATION: &str = "deviation";

/// The key of what the testee is without.
const CAPABILITIES: &str = "capabilities";

/// The text of the file as it is to be, after the run that `account` tells of;
/// `all` are the cases that there are. `None` if nothing is to change.
///
/// # Errors
/// If `text` is no TOML.
pub fn propose(
    text: Option<&str>,
    account: &Account<'_>,
    all: &[CaseId],
) -> Result<Option<String>, TomlError> {
    let mut document: DocumentMut = match text {
        Some(text) => text.parse()?,
        None => beginning(NEWEST_EDITION).parse()?,
    };
    let removed = remove(&mut document, &account.review);
    let new = new_deviations(account, all);
    if !removed && new.is_empty() {
        return Ok(None);
    }
    for deviation in &new {
        add(&mut document, deviation);
    }
    Ok(Some(as_in(text.unwrap_or_default(), document.to_string())))
}

/// `new` with the byte order mark and the line ends of `old`.
fn as_in(old: &str, new: String) -> String {
    let mut new = match old.contains("\r\n") {
        true => new.replace("\r\n", "\n").replace('\n', "\r\n"),
        false => new,
    };
    if old.starts_with(MARK) && !new.starts_with(MARK) {
        new.insert(0, MARK);
    }
    new
}

/// The byte order mark, which some editors put before a text.
const MARK: char = '\u{feff}';

/// A file of which there is nothing yet, for a project that holds to `edition`.
pub(crate) fn beginning(edition: u16) -> String {
    format!(
        "# What is expected of the implementation beside this file, for wscheck.\n\
         edition = {edition}\n"
    )
}

fn remove(document: &mut DocumentMut, review: &Review) -> bool {
    let mut unneeded: Vec<usize> = review.no_longer_needed().map(|used| used.index).collect();
    unneeded.sort_unstable();
    for index in unneeded.iter().rev() {
        remove_deviation(document, *index);
    }
    let mut found = false;
    for used in review.capabilities_found() {
        let table = document.get_mut(CAPABILITIES);
        if let Some(table) = table.and_then(Item::as_table_like_mut) {
            found |= table.remove(used.capability.key()).is_some();
        }
    }
    found || !unneeded.is_empty()
}

fn remove_deviation(document: &mut DocumentMut, index: usize) {
    let Some(item) = document.get_mut(DEVIATION) else {
        return;
    };
    if let Some(array) = item.as_array_mut() {
        array.remove(index);
        return;
    }
    let Some(tables) = item.as_array_of_tables_mut() else {
        return;
    };
    let above = tables.get(index).map(|table| above(table.decor().prefix()));
    tables.remove(index);
    let Some(above) = above.filter(|above| !above.is_empty()) else {
        return;
    };
    match tables.get_mut(index) {
        Some(next) => {
            let own = prefix(next.decor().prefix());
            next.decor_mut().set_prefix(above + &own);
        }
        None => {
            let own = prefix(Some(document.trailing()));
            document.set_trailing(format!("{above}{own}"));
        }
    }
}

fn prefix(text: Option<&toml_edit::RawString>) -> String {
    let text = text.and_then(toml_edit::RawString::as_str);
    text.unwrap_or_default().to_owned()
}

/// What stands above a table and does not belong to it: comments that an empty
/// line keeps apart from it.
fn above(text: Option<&toml_edit::RawString>) -> String {
    let text = prefix(text);
    match text.rfind("\n\n") {
        Some(at) if !text[..at].trim().is_empty() => text[..=at].to_owned(),
        _ => String::new(),
    }
}

/// Puts `deviation` after those that are there.
pub(crate) fn add(document: &mut DocumentMut, deviation: &NewDeviation) {
    let none = || Item::ArrayOfTables(ArrayOfTables::new());
    let item = document.entry(DEVIATION).or_insert_with(none);
    if let Some(array) = item.as_array_mut() {
        array.push(deviation.table().into_inline_table());
    } else if let Some(tables) = item.as_array_of_tables_mut() {
        tables.push(deviation.table());
    }
}

/// What deviations of one kind have in common: the agent, what comes of them,
/// the chapter and the kind of the gravest reason.
type Kind<'a> = (Option<&'a str>, Expected, u16, String);

fn new_deviations(account: &Account<'_>, all: &[CaseId]) -> Vec<NewDeviation> {
    let several = account.agents.len() > 1;
    let mut kinds: BTreeMap<Kind<'_>, (BTreeSet<CaseId>, String)> = BTreeMap::new();
    for (agent, play) in account.plays().filter(|(_, play)| is_new(play)) {
        let Some(kind) = kind(agent, play, several) else {
            continue;
        };
        let mut found = play.reason().unwrap_or_else(|| play.tag().as_str().into());
        if let Some(Remark::Otherwise(former)) = play.remark() {
            // It may be taken out with this change; its author's words stay.
            found += &format!(" (formerly: {})", former.reason);
        }
        let known = kinds
            .entry(kind)
            .or_insert_with(|| (BTreeSet::new(), found));
        known.0.insert(play.result.case);
    }
    let mut new: Vec<(CaseId, NewDeviation)> = Vec::new();
    for ((agent, expected, ..), (cases, found)) in kinds {
        let deviation = NewDeviation {
            cases: cover(&cases, all),
            agent: agent.map(str::to_owned),
            role: Some(account.run.testee),
            expected,
            found,
        };
        new.extend(cases.first().map(|first| (*first, deviation)));
    }
    new.sort_by_key(|(first, _)| *first);
    new.into_iter().map(|(_, deviation)| deviation).collect()
}

/// Whether no deviation speaks of what is found, not even one that has expired
/// or has no reason: to renew that is for its author.
fn is_new(play: &Play<'_>) -> bool {
    let known = matches!(
        play.remark(),
        Some(Remark::Expired(_) | Remark::Unexplained(_))
    );
    play.standing() == Standing::Failed && !known
}

fn kind<'a>(agent: &Agent<'a>, play: &Play<'_>, several: bool) -> Option<Kind<'a>> {
    let verdict = play.result.outcome.verdict()?;
    let expected = match play.tag() {
        Tag::Flaky => Expected::flaky(),
        _ => Expected::Axes(verdict.behaviour, verdict.close),
    };
    let case = play.result.case;
    let chapter = chapter(case).map_or(case.chapter(), |chapter| chapter.number);
    let reason = verdict.reasons.first().map(reason_kind).unwrap_or_default();
    Some((several.then_some(agent.name), expected, chapter, reason))
}

/// The name of a reason, as it is stored.
fn reason_kind(reason: &Reason) -> String {
    let stored = serde_json::to_value(reason).ok();
    let name = stored.as_ref().and_then(|stored| stored["reason"].as_str());
    name.unwrap_or_default().to_owned()
}
