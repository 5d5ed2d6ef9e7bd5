//! A deviation that is to be written into a file.

use toml_edit::{Array, Item, Table, Value, value};
use wscheck_report::expectations::TODO;
use wscheck_report::summary::Tag;
use wscheck_suite::tested::Tested;
use wscheck_suite::verdict::{Behaviour, CloseBehaviour};

use super::deviations::key;

/// The most letters of a reason that we suggest.
const REASON: usize = 300;

/// A deviation that is to be written into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDeviation {
    /// Its patterns.
    pub cases: Vec<String>,
    /// Of whom it is, if there are several.
    pub agent: Option<String>,
    /// In which role.
    pub role: Option<Tested>,
    /// What is expected.
    pub expected: Expected,
    /// What is found, in place of a reason.
    pub found: String,
}

/// What is expected: whole verdicts, or both axes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expected {
    /// These verdicts.
    Whole(Vec<&'static str>),
    /// This behaviour and this closing.
    Axes(Behaviour, CloseBehaviour),
}

impl Expected {
    /// A case that failed, and then did not.
    pub fn flaky() -> Self {
        Self::Whole(vec![Tag::Flaky.key()])
    }
}

impl NewDeviation {
    /// The same as a table of TOML.
    pub fn table(&self) -> Table {
        let mut table = Table::new();
        table.insert("cases", value(one_or_many(&self.cases)));
        if let Some(agent) = &self.agent {
            table.insert("agent", value(agent));
        }
        if let Some(role) = self.role {
            table.insert("role", value(role.to_string()));
        }
        match &self.expected {
            Expected::Whole(grades) => {
                let grades: Vec<String> = grades.iter().map(ToString::to_string).collect();
                table.insert("grade", value(one_or_many(&grades)));
            }
            Expected::Axes(behaviour, close) => {
                let settled = matches!(behaviour, Behaviour::Ok | Behaviour::Informational);
                if !settled {
                    table.insert("behaviour", value(key(behaviour.as_str())));
                }
                if close.fails() {
                    table.insert("close", value(key(close.as_str())));
                }
            }
        }
        table.insert("reason", value(self.reason()));
        table.decor_mut().set_prefix("\n");
        table
    }

    /// Nobody but the author can say why. What stands there instead can be seen in
    /// every report, and does not pass for a reason where one is asked for.
    fn reason(&self) -> String {
        let mut found: String = self.found.chars().take(REASON).collect();
        if found.len() < self.found.len() {
            found.push('…');
        }
        format!("{TODO}: {found}")
    }
}

/// A text, or a list of texts in lines that are not too long.
pub(crate) fn one_or_many(texts: &[String]) -> Value {
    if let [only] = texts {
        return only.into();
    }
    let mut array: Array = texts.iter().collect();
    let mut column = 0;
    let wrapped = texts.iter().map(|text| text.len() + 4).sum::<usize>() > 80;
    for (index, text) in texts.iter().enumerate() {
        column += text.len() + 4;
        if wrapped && (index == 0 || column > 90) {
            column = 4 + text.len() + 4;
            if let Some(value) = array.get_mut(index) {
                value.decor_mut().set_prefix("\n    ");
            }
        }
    }
    if wrapped {
        array.set_trailing("\n");
        array.set_trailing_comma(true);
    }
    Value::Array(array)
}

/// A value for a table.
pub(crate) fn item(texts: &[String]) -> Item {
    Item::Value(one_or_many(texts))
}
