//! Cases as the files that [`crate::load`] reads.

use serde::Serialize;
use toml::ser::{Error, ValueSerializer};

use crate::case::{Case, Opening, Script};
use crate::case_row::CaseRow;
use crate::expectation::Expectation;
use crate::relay::{Broken, Relay};

/// The cases as a TOML file, a row a step.
///
/// # Errors
/// If a number is beyond those of TOML.
pub fn to_toml<'a>(cases: impl IntoIterator<Item = &'a Case>) -> Result<String, ExportError> {
    let mut file = Writer::default();
    for case in cases {
        if !file.text.is_empty() {
            file.text.push('\n');
        }
        file.case(CaseRow::from(case.clone()))
            .map_err(|error| ExportError(error.to_string()))?;
    }
    Ok(file.text)
}

/// The cases as a JSON file.
///
/// # Errors
/// None that is known of: every case can be written as JSON.
pub fn to_json<'a>(cases: impl IntoIterator<Item = &'a Case>) -> Result<String, ExportError> {
    #[derive(Serialize)]
    struct File<'a> {
        case: Vec<&'a Case>,
    }
    let file = File {
        case: cases.into_iter().collect(),
    };
    serde_json::to_string_pretty(&file)
        .map(|text| text + "\n")
        .map_err(|error| ExportError(error.to_string()))
}

/// A case that cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("case cannot be written: {0}")]
pub struct ExportError(String);

#[derive(Default)]
struct Writer {
    text: String,
}

impl Writer {
    fn case(&mut self, row: CaseRow) -> Result<(), Error> {
        self.header("[[case]]");
        self.key("id", &row.id)?;
        self.key("title", &row.title)?;
        self.list("citations", &row.citations)?;
        if !row.testee.is_both() {
            self.key("testee", &row.testee)?;
        }
        if row.timed {
            self.key("timed", &row.timed)?;
        }
        if row.memory {
            self.key("memory", &true)?;
        }
        if !row.seen_in.is_empty() {
            self.key("seen-in", &row.seen_in)?;
        }
        if let Some(differs) = &row.differs {
            self.key("differs", differs)?;
        }
        if row.no_close_answer {
            self.key("no-close-answer", &true)?;
        }
        if !row.wire_log.is_full() {
            self.key("wire-log", &row.wire_log)?;
        }
        self.opening(&row.opening)?;
        if let Some(steps) = &row.steps {
            self.list("steps", steps)?;
        }
        if let Some(relay) = &row.relay {
            self.relay(relay)?;
        }
        for script in row.connections.iter().flatten() {
            self.script(script)?;
        }
        self.expectation("[case.expect]", &row.expect)?;
        if let Some(departure) = &row.rfc {
            self.header("\n[case.rfc]");
            self.key("because", &departure.because)?;
            self.expectation("[case.rfc.expect]", &departure.expect)?;
        }
        Ok(())
    }

    fn relay(&mut self, relay: &Relay) -> Result<(), Error> {
        for (header, script) in [
            ("[case.relay.client]", &relay.client),
            ("[case.relay.upstream]", &relay.upstream),
        ] {
            self.header(&format!("\n{header}"));
            if !script.head.is_empty() {
                self.list("head", &script.head)?;
            }
            if !script.with_head.is_empty() {
                self.key("with-head", &script.with_head)?;
            }
            if !script.steps.is_empty() {
                self.list("steps", &script.steps)?;
            }
            if script.waits {
                self.key("waits", &true)?;
            }
        }
        for expectation in &relay.expect {
            self.header("\n[[case.relay.expect]]");
            self.key("rule", &expectation.rule)?;
            if expectation.broken != Broken::Failed {
                self.key("broken", &expectation.broken)?;
            }
        }
        Ok(())
    }

    fn script(&mut self, script: &Script) -> Result<(), Error> {
        self.header("\n[[case.connections]]");
        if !script.wire_log.is_full() {
            self.key("wire-log", &script.wire_log)?;
        }
        if script.no_close_answer {
            self.key("no-close-answer", &true)?;
        }
        if let Some(prelude) = &script.prelude {
            self.key("prelude", prelude)?;
        }
        self.opening(&script.opening)?;
        self.list("steps", &script.steps)
    }

    fn opening(&mut self, opening: &Opening) -> Result<(), Error> {
        if opening.is_standard() {
            return Ok(());
        }
        self.key("opening", opening)
    }

    fn expectation(&mut self, header: &str, expect: &Expectation) -> Result<(), Error> {
        self.header(&format!("\n{header}"));
        self.list("answers", &expect.answers)?;
        self.key("close", &expect.close)?;
        if expect.no_automatic_close {
            self.key("no-automatic-close", &true)?;
        }
        if expect.informational {
            self.key("informational", &true)?;
        }
        if expect.fresh_keys {
            self.key("fresh-keys", &true)?;
        }
        if !expect.opening.is_open() {
            self.key("opening", &expect.opening)?;
        }
        if !expect.request.is_empty() {
            self.key("request", &expect.request)?;
        }
        Ok(())
    }

    fn header(&mut self, header: &str) {
        self.text.push_str(header);
        self.text.push('\n');
    }

    /// A key and its value on one line.
    fn key(&mut self, key: &str, value: &impl Serialize) -> Result<(), Error> {
        self.text.push_str(key);
        self.text.push_str(" = ");
        value.serialize(ValueSerializer::new(&mut self.text))?;
        self.text.push('\n');
        Ok(())
    }

    /// A key and a list, an item a line.
    fn list<T: Serialize>(&mut self, key: &str, items: &[T]) -> Result<(), Error> {
        if items.is_empty() {
            self.text.push_str(key);
            self.text.push_str(" = []\n");
            return Ok(());
        }
        self.text.push_str(key);
        self.text.push_str(" = [\n");
        for item in items {
            self.text.push_str("    ");
            item.serialize(ValueSerializer::new(&mut self.text))?;
            self.text.push_str(",\n");
        }
        self.text.push_str("]\n");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    #[test]
    fn a_case_reads_like_a_table() {
        let case = catalogue::find("6.4.3".parse().unwrap()).unwrap();
        insta::assert_snapshot!(to_toml([case]).unwrap());
    }
}
