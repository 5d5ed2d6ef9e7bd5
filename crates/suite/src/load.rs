//! Users' cases: files in TOML or JSON, several cases a file.
//!
//! ```
//! use wscheck_suite::load::{Format, load};
//!
//! let text = r#"
//!     [[case]]
//!     id = "1000.1"
//!     title = "a greeting comes back"
//!     citations = [
//!         { level = "must", document = "RFC 6455", section = "6.2", rule = "messages are received" },
//!     ]
//!     steps = [
//!         { send = "text", payload = "Hello" },
//!         { fail-after = 1000 },
//!     ]
//!     [case.expect]
//!     answers = [{ grade = "ok", heard = { exactly = [{ text = "Hello" }] } }]
//! "#;
//! let cases = load("greeting.toml", text, Format::Toml)?;
//! assert_eq!(cases[0].id.to_string(), "1000.1");
//! # Ok::<(), wscheck_suite::load::LoadError>(())
//! ```

use std::fmt;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::case::{Case, Step};

/// In which of the two languages a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// TOML: a `[[case]]` for each.
    Toml,
    /// JSON: an object whose `case` is a list.
    Json,
}

impl Format {
    /// The format that the ending of a file's name tells.
    pub fn of(file: &str) -> Option<Self> {
        match file.rsplit_once('.')?.1 {
            "toml" => Some(Self::Toml),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// What a file holds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseFile {
    pub(crate) case: Vec<Case>,
}

/// Reads the cases that `text` holds. `file` is the name that errors show.
///
/// # Errors
/// Names the place, what is wrong there, and the words that are allowed.
pub fn load(file: &str, text: &str, format: Format) -> Result<Vec<Case>, LoadError> {
    let parsed = match format {
        Format::Toml => from_toml(text),
        Format::Json => from_json(text),
    };
    match parsed {
        Ok(file) => Ok(file.case),
        Err(fault) => Err(LoadError {
            file: file.to_owned(),
            line: fault.line,
            column: fault.column,
            message: on_one_line(&fault.message),
        }),
    }
}

/// What is wrong with a file.
struct Fault {
    line: usize,
    column: usize,
    message: String,
}

fn from_toml(text: &str) -> Result<CaseFile, Fault> {
    toml::from_str(text).map_err(|error| {
        let message = error.message().to_owned();
        let at = error.span().map_or(0, |span| span.start);
        let row = row_at_fault(text, &message).unwrap_or(0);
        let (line, column) = position(text, at.max(row));
        Fault {
            line,
            column,
            message,
        }
    })
}

fn from_json(text: &str) -> Result<CaseFile, Fault> {
    serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let place = format!(" at line {line} column {column}");
        let text = error.to_string();
        Fault {
            line,
            column,
            message: text.strip_suffix(&place).unwrap_or(&text).to_owned(),
        }
    })
}

/// Where the row begins that is at fault, when `message` speaks of a row as a
/// whole: of these the parser knows but the list that they stand in.
fn row_at_fault(text: &str, message: &str) -> Option<usize> {
    #[derive(Deserialize)]
    struct Cases {
        case: Vec<Spanned<toml::Table>>,
    }
    #[derive(Deserialize)]
    struct Steps {
        case: Vec<Rows>,
    }
    #[derive(Deserialize)]
    struct Rows {
        #[serde(default)]
        steps: Vec<Spanned<toml::Table>>,
        #[serde(default)]
        connections: Vec<Self>,
    }
    let steps = toml::from_str::<Steps>(text).ok()?.case;
    let rows = steps.iter().flat_map(|rows| {
        let later = rows.connections.iter().flat_map(|rows| &rows.steps);
        rows.steps.iter().chain(later)
    });
    if let Some(start) = of_whole_row::<Step>(rows, message) {
        return Some(start);
    }
    let cases = toml::from_str::<Cases>(text).ok()?.case;
    of_whole_row::<Case>(cases.iter(), message)
}

/// The start of the first row that is at fault as a whole.
fn of_whole_row<'a, T: for<'de> Deserialize<'de>>(
    mut rows: impl Iterator<Item = &'a Spanned<toml::Table>>,
    message: &str,
) -> Option<usize> {
    rows.find(|row| {
        T::deserialize(row.get_ref().clone())
            .is_err_and(|error: toml::de::Error| error.message() == message)
    })
    .map(|row| row.span().start)
}

/// A file that holds no cases, or wrong ones.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct LoadError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, characters from 1.
    pub column: usize,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            message,
        } = self;
        write!(f, "{file}:{line}:{column}: {message}")
    }
}

/// The line and the column of the octet `at`, both from 1.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = before.matches('\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

fn on_one_line(message: &str) -> String {
    let lines: Vec<&str> = message.lines().map(str::trim).collect();
    lines.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;
    use crate::export::{to_json, to_toml};

    fn error(text: &str, format: Format) -> String {
        load("my", text, format).unwrap_err().to_string()
    }

    fn error_of_step(step: &str) -> String {
        let text = format!(
            "[[case]]\nid = '1000.1'\ntitle = 'x'\nsteps = [\n  {step},\n]\nexpect = {{ answers = [] }}\n"
        );
        error(&text, Format::Toml)
    }

    #[test]
    fn every_case_survives_toml() {
        for case in catalogue::all() {
            let toml = to_toml([case]).unwrap();
            let again = load("again", &toml, Format::Toml);
            let again = again.unwrap_or_else(|error| panic!("{error}\n{toml}"));
            assert_eq!(again, std::slice::from_ref(case), "{toml}");
        }
    }

    #[test]
    fn all_cases_survive_json_in_one_file() {
        let json = to_json(catalogue::all()).unwrap();
        assert_eq!(load("all", &json, Format::Json).unwrap(), catalogue::all());
    }

    #[test]
    fn a_case_of_several_connections_survives() {
        let case = crate::vocabulary::case("1000.1", "two connections")
            .send(crate::vocabulary::text("a"))
            .next_connection()
            .send(crate::vocabulary::text("b"))
            .fail_after(1)
            .build();
        let toml = to_toml([&case]).unwrap();
        assert_eq!(load("two", &toml, Format::Toml).unwrap(), [case], "{toml}");
    }

    #[test]
    fn errors_name_the_place_and_the_allowed_words() {
        for (step, expected) in [
            (
                "{ sned = 'text' }",
                "my:5:5: unknown field `sned`, expected one of `send`, ",
            ),
            (
                "{ send = 'txt' }",
                "my:5:12: invalid value: string \"txt\", expected an opcode: ",
            ),
            (
                "{ pause = 1, rsv = 1 }",
                "my:5:3: 'rsv' beside 'pause', which takes 'mark', ",
            ),
            (
                "{ send = 'text', payload = 7 }",
                "my:5:30: a payload: text, { hex }, ",
            ),
            (
                "{ send = 'text', breaks = ['x'] }",
                "my:5:3: unknown rule 'x' in 'breaks'; one of 'reserved-bits', ",
            ),
        ] {
            let error = error_of_step(step);
            assert!(error.starts_with(expected), "{step}: {error}");
        }
    }

    #[test]
    fn errors_of_a_whole_file() {
        for (text, format, expected) in [
            ("", Format::Toml, "my:1:1: missing field `case`"),
            (
                "[[case]]\nid = '1'",
                Format::Toml,
                "my:2:6: '1' is no case number; one looks like",
            ),
            (
                "[[case]]\nid = '1.1'\ntitle = 'x'",
                Format::Toml,
                "my:1:1: missing field `expect`",
            ),
            (
                "[[case]]\nid = 1.1\n",
                Format::Toml,
                "my:2:6: invalid type: floating point",
            ),
            (
                "[[case]]\nid = '1.1'\ntitle = 'x'\nopening = { deflate = [{ max-window-bits = 7 }] }",
                Format::Toml,
                "my:4:44: 'max-window-bits' is 8 to 15, not 7",
            ),
            ("[[case]\n", Format::Toml, "my:1:8: unclosed array table"),
            (
                "{\"case\": [{\"idd\": 1}]}",
                Format::Json,
                "my:1:16: unknown field `idd`",
            ),
            ("{", Format::Json, "my:1:1: EOF while parsing"),
            (
                "[[case]]\nid = '1.1'\ntitle = 'x'\nsteps = []\nconnections = []\n\
                 expect = { answers = [] }",
                Format::Toml,
                "my:1:1: 'connections' beside 'steps'",
            ),
            (
                "[[case]]\nid = '1.1'\ntitle = 'x'\nconnections = []\nexpect = { answers = [] }",
                Format::Toml,
                "my:1:1: 'connections' is empty",
            ),
        ] {
            let error = error(text, format);
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }

    #[test]
    fn endings_tell_the_format() {
        assert_eq!(Format::of("a/b.toml"), Some(Format::Toml));
        assert_eq!(Format::of("b.json"), Some(Format::Json));
        assert_eq!(Format::of("b.yaml"), None);
        assert_eq!(Format::of("toml"), None);
    }
}
