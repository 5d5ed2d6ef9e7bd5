//! How a case stands in TOML and JSON: the steps of the one connection that
//! most cases have stand at the case itself.

use serde::{Deserialize, Serialize};

use crate::case::{Case, Citation, Departure, Opening, Script, Step, Testee, WireLog, is_false};
use crate::case_id::CaseId;
use crate::expectation::Expectation;
use crate::relay::{Relay, check};

/// A case as it is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct CaseRow {
    pub(crate) id: CaseId,
    pub(crate) title: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) citations: Vec<Citation>,
    #[serde(default, skip_serializing_if = "Testee::is_both")]
    pub(crate) testee: Testee,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) timed: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) memory: bool,
    #[serde(default, skip_serializing_if = "Opening::is_standard")]
    pub(crate) opening: Opening,
    #[serde(default, skip_serializing_if = "WireLog::is_full")]
    pub(crate) wire_log: WireLog,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) no_close_answer: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) steps: Option<Vec<Step>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) connections: Option<Vec<Script>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) relay: Option<Box<Relay>>,
    pub(crate) expect: Expectation,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rfc: Option<Departure>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) seen_in: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) differs: Option<String>,
}

impl From<Case> for CaseRow {
    fn from(case: Case) -> Self {
        let mut row = Self {
            id: case.id,
            title: case.title,
            citations: case.citations,
            testee: case.testee,
            timed: case.timed,
            memory: case.memory,
            opening: Opening::default(),
            wire_log: WireLog::default(),
            no_close_answer: false,
            steps: None,
            connections: None,
            relay: case.relay,
            expect: case.expect,
            rfc: case.rfc,
            seen_in: case.seen_in,
            differs: case.differs,
        };
        if row.relay.is_some() {
            return row;
        }
        match <[Script; 1]>::try_from(case.connections) {
            Ok([only]) => {
                row.opening = only.opening;
                row.wire_log = only.wire_log;
                row.no_close_answer = only.no_close_answer;
                row.steps = Some(only.steps);
            }
            Err(several) => row.connections = Some(several),
        }
        row
    }
}

impl TryFrom<CaseRow> for Case {
    type Error = String;

    fn try_from(row: CaseRow) -> Result<Self, String> {
        let at_the_case = row.steps.is_some()
            || !row.opening.is_standard()
            || !row.wire_log.is_full()
            || row.no_close_answer;
        check(row.relay.as_deref(), row.testee)?;
        let connections = match row.connections {
            _ if row.relay.is_some() && (at_the_case || row.connections.is_some()) => {
                return Err(
                    "'relay' beside 'steps' or 'connections'; a proxy has one or the other".into(),
                );
            }
            None if row.relay.is_some() => Vec::new(),
            None => vec![Script {
                opening: row.opening,
                steps: row.steps.unwrap_or_default(),
                wire_log: row.wire_log,
                no_close_answer: row.no_close_answer,
                prelude: None,
            }],
            Some(_) if at_the_case => {
                return Err(
                    "'connections' beside 'steps', 'opening', 'wire-log' or 'no-close-answer'; with \
                     several connections each has its own"
                        .into(),
                );
            }
            Some(several) if several.is_empty() => {
                return Err("'connections' is empty; a case has at least one".into());
            }
            Some(several) => several,
        };
        Ok(Self {
            id: row.id,
            title: row.title,
            citations: row.citations,
            testee: row.testee,
            connections,
            expect: row.expect,
            rfc: row.rfc,
            timed: row.timed,
            memory: row.memory,
            seen_in: row.seen_in,
            differs: row.differs,
            relay: row.relay,
        })
    }
}
