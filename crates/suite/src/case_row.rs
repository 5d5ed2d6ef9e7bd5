//! How a case stands in TOML and JSON: the steps of the one connection that
//! most cases have stand at the case itself.

use serde::{Deserialize, Serialize};

use crate::case::{Case, Citation, Departure, Opening, Script, Step, Testee, WireLog, is_false};
use crate::case_id::CaseId;
use crate::expectation::Expectation;

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
    #[serde(default, skip_serializing_if = "Opening::is_standard")]
    pub(crate) opening: Opening,
    #[serde(default, skip_serializing_if = "WireLog::is_full")]
    pub(crate) wire_log: WireLog,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) steps: Option<Vec<Step>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) connections: Option<Vec<Script>>,
    pub(crate) expect: Expectation,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rfc: Option<Departure>,
}

impl From<Case> for CaseRow {
    fn from(case: Case) -> Self {
        let mut row = Self {
            id: case.id,
            title: case.title,
            citations: case.citations,
            testee: case.testee,
            timed: case.timed,
            opening: Opening::default(),
            wire_log: WireLog::default(),
            steps: None,
            connections: None,
            expect: case.expect,
            rfc: case.rfc,
        };
        match <[Script; 1]>::try_from(case.connections) {
            Ok([only]) => {
                row.opening = only.opening;
                row.wire_log = only.wire_log;
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
        let at_the_case =
            row.steps.is_some() || !row.opening.is_standard() || !row.wire_log.is_full();
        let connections = match row.connections {
            None => vec![Script {
                opening: row.opening,
                steps: row.steps.unwrap_or_default(),
                wire_log: row.wire_log,
            }],
            Some(_) if at_the_case => {
                return Err(
                    "'connections' beside 'steps', 'opening' or 'wire-log'; with several \
                     connections each has its own"
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
        })
    }
}
