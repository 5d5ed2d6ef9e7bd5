//! Which of the cases that are served somebody wants to run.

use std::sync::Arc;

use wscheck_run::service::{Resource, View};
use wscheck_suite::case::Case;
use wscheck_suite::case_id::{CaseId, Pattern, select};
use wscheck_suite::catalogue;

use super::NoPage;

/// The cases that the parameters `patterns` and `quick` mean, less those that
/// are not for `agent`.
pub(super) fn chosen<'v>(resource: &Resource, state: &'v View) -> Result<Vec<&'v Case>, NoPage> {
    let patterns = resource.param("patterns")?.unwrap_or_default();
    let agent = resource.param("agent")?.unwrap_or_default();
    let mut cases = matching(patterns, state.cases())?;
    cases.retain(|case| !state.excludes(agent, case));
    if resource.param("quick")? == Some("true") {
        cases = catalogue::quick(cases).kept;
    }
    Ok(cases)
}

/// The cases that `patterns`, with spaces or commas between them, select.
fn matching<'c>(patterns: &str, cases: &'c [Arc<Case>]) -> Result<Vec<&'c Case>, NoPage> {
    let words = patterns.split(|c: char| c.is_whitespace() || c == ',');
    let words = words.filter(|word| !word.is_empty());
    let patterns: Vec<Pattern> = words
        .map(|word| word.parse().map_err(bad))
        .collect::<Result<_, _>>()?;
    let mut ids: Vec<CaseId> = cases.iter().map(|case| case.id).collect();
    ids.sort_unstable();
    let chosen = select(&patterns, &ids).map_err(bad)?;
    let cases = cases.iter().map(|case| &**case);
    Ok(cases.filter(|case| chosen.contains(&case.id)).collect())
}

fn bad(error: impl ToString) -> NoPage {
    NoPage::Bad(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_the_command_line() {
        let cases = catalogue::all().iter().cloned().map(Arc::new);
        let cases: Vec<_> = cases.collect();
        let count = |patterns| matching(patterns, &cases).map(|cases| cases.len());
        assert_eq!(count("").unwrap(), cases.len());
        assert_eq!(count("1.1.1, 2.1  2.2").unwrap(), 3);
        assert_eq!(count("1.1 !1.1.1").unwrap(), 7);
        for wrong in ["x", "4.2.9", "<b>"] {
            assert_eq!(count(wrong).unwrap_err().status(), 400, "{wrong}");
        }
    }
}
