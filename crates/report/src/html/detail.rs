//! What a play has to show beyond its verdict: its timeline.

use askama::Template;

use super::contrast::cut;
use super::wire_view::WireView;
use crate::account::Play;
use crate::console::visible;

/// The most octets of what the testee printed, the last ones.
const OUTPUT: usize = 2048;

/// The details of a play as their template knows them.
#[derive(Template)]
#[template(path = "html/detail.html")]
pub(super) struct Detail {
    connections: Vec<WireView>,
    memory: Option<String>,
    output: Option<String>,
}

impl Detail {
    pub(super) fn new(play: &Play<'_>) -> Self {
        let records = &play.result.transcript.connections;
        let views = records.iter().enumerate();
        Self {
            connections: views
                .map(|(index, record)| WireView::new(record, index, records.len()))
                .collect(),
            memory: play.result.testee_memory.map(|memory| memory.to_string()),
            output: output(&play.result.testee_output),
        }
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
