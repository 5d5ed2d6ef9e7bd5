//! What a play has to show beyond its verdict.

use askama::Template;
use wscheck_suite::profile::Profile;
use wscheck_suite::result::Outcome;
use wscheck_wire::Role;

use super::contrast::{Contrast, DifferenceView, contrasts, cut, difference};
use super::wire_view::WireView;
use crate::account::Play;
use crate::console::visible;

/// The most octets of what the testee printed, the last ones.
const OUTPUT: usize = 2048;

/// The details of a play as their template knows them.
#[derive(Template)]
#[template(path = "html/detail.html")]
pub(super) struct Detail {
    contrasts: Vec<Contrast>,
    difference: Option<DifferenceView>,
    connections: Vec<WireView>,
    output: Option<String>,
}

impl Detail {
    pub(super) fn new(play: &Play<'_>, profile: Profile, testee: Role) -> Self {
        let records = &play.result.transcript.connections;
        let mut detail = Self {
            contrasts: Vec::new(),
            difference: None,
            connections: records
                .iter()
                .enumerate()
                .map(|(index, record)| WireView::new(record, index, records.len()))
                .collect(),
            output: output(&play.result.testee_output),
        };
        if let (Outcome::Judged(verdict), Some(case), Some(last)) =
            (&play.result.outcome, play.case, records.last())
        {
            let evidence = &last.evidence;
            detail.contrasts = contrasts(case, profile, testee, verdict, evidence);
            detail.difference = difference(case, profile, verdict, evidence);
        }
        detail
    }
}

fn output(text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let mut from = text.len().saturating_sub(OUTPUT);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let lines: Vec<String> = text[from..].lines().map(visible).collect();
    Some(lines.join("\n") + &cut(text.as_bytes(), OUTPUT))
}
