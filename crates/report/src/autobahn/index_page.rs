//! The page over all agents and cases.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use wscheck_suite::case_id::CaseId;
use wscheck_suite::catalogue;
use wscheck_suite::verdict::{Behaviour, CloseBehaviour, Verdict};

use super::case_page::{STYLE, class};
use super::{IndexEntry, page_name};
use crate::console::safe_text::fit;
use crate::console::visible;
use crate::html::Inline;

/// The most characters of an agent's name.
const NAME: usize = 200;

#[derive(Template)]
#[template(path = "autobahn/index.html")]
pub(super) struct IndexPage {
    style: &'static Inline,
    facts: String,
    agents: Vec<String>,
    rows: Vec<Row>,
}

struct Row {
    /// The chapter, above its first case.
    heading: Option<String>,
    case: CaseId,
    /// A cell an agent.
    cells: Vec<Option<Cell>>,
}

struct Cell {
    class: &'static str,
    file: String,
    behaviour: &'static str,
    /// Where the connection did not end as it should.
    close: Option<&'static str>,
    facts: String,
}

impl IndexPage {
    pub(super) fn new(index: &BTreeMap<String, BTreeMap<String, IndexEntry>>) -> Self {
        let cases = index.values().flat_map(BTreeMap::keys);
        let cases: BTreeSet<CaseId> = cases.filter_map(|id| id.parse().ok()).collect();
        let mut chapter = None;
        let rows = cases.iter().map(|case| {
            let is_first = chapter.replace(case.chapter()) != Some(case.chapter());
            let title = catalogue::chapter(*case).map_or("cases of the user", |c| c.title);
            let id = case.to_string();
            Row {
                heading: is_first.then(|| format!("{} {title}", case.chapter())),
                case: *case,
                cells: index
                    .values()
                    .map(|own| own.get(&id).map(Cell::of))
                    .collect(),
            }
        });
        let rows: Vec<Row> = rows.collect();
        Self {
            style: &STYLE,
            facts: format!("{} agents, {} cases", index.len(), rows.len()),
            agents: index.keys().map(|name| fit(&visible(name), NAME)).collect(),
            rows,
        }
    }
}

impl Cell {
    fn of(entry: &IndexEntry) -> Self {
        let (behaviour, close): (Behaviour, CloseBehaviour) =
            (entry.behavior, entry.behavior_close);
        let code = entry.remote_close_code;
        let code = code.map_or("no code".to_owned(), |code| code.to_string());
        Self {
            class: class(&Verdict::new(behaviour, close, Vec::new())),
            file: page_name(&entry.reportfile),
            behaviour: behaviour.as_str(),
            close: close.fails().then(|| close.as_str()),
            facts: format!("{} ms, {code}", entry.duration),
        }
    }
}
