//! The page that plays cases with the browser that shows it.

use std::collections::BTreeMap;

use askama::Template;
use wscheck_run::service::{HttpRequest, MAX_AGENT, View};
use wscheck_suite::catalogue;
use wscheck_suite::profile::Profile;

use super::Pages;
use super::guard::Host;

#[derive(Debug, Template)]
#[template(path = "start.html")]
pub(super) struct StartPage {
    tool: String,
    profile: Profile,
    /// The URL to which the script appends what it asks for.
    suite: String,
    chapters: Vec<Chapter>,
    total: usize,
    longest_name: usize,
    is_local: bool,
}

#[derive(Debug)]
struct Chapter {
    number: u16,
    title: &'static str,
    count: usize,
}

impl StartPage {
    pub(super) fn new(pages: &Pages, request: &HttpRequest, host: &Host, state: &View) -> Self {
        let scheme = if state.address().is_tls() {
            "wss"
        } else {
            "ws"
        };
        let authority = match pages.suite_port(state) {
            Some(port) => format!("{}:{port}", host.name),
            None => host.authority.clone(),
        };
        Self {
            tool: pages.tool.clone(),
            profile: state.profile(),
            suite: format!("{scheme}://{authority}"),
            chapters: chapters(state),
            total: state.cases().len(),
            longest_name: MAX_AGENT / 4,
            is_local: request.is_local(),
        }
    }
}

fn chapters(state: &View) -> Vec<Chapter> {
    let mut chapters = BTreeMap::new();
    for case in state.cases() {
        let title = catalogue::chapter(case.id).map_or("Your own", |chapter| chapter.title);
        let chapter = chapters.entry(case.id.chapter()).or_insert((title, 0));
        chapter.1 += 1;
    }
    let chapters = chapters
        .into_iter()
        .map(|(number, (title, count))| Chapter {
            number,
            title,
            count,
        });
    chapters.collect()
}
