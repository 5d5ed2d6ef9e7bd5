//! Which case catches which fault: the suite, tested.
//!
//! Every case is played against every [fault](wscheck_wire::fault) of the
//! reference peer in virtual time. A case catches a fault if it says of the
//! peer with the fault what it does not say of the peer without. What came of
//! it is kept beside this file, and a test plays it all again.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use wscheck_wire::Role;

use crate::case_id::CaseId;
use crate::catalogue;

/// What was found out, a line for each fault, role and way of being caught.
const CATCHES: &str = include_str!("matrix/catches.txt");

/// What no case catches, and the cases that catch nothing, each with a reason.
const UNCAUGHT: &str = include_str!("matrix/uncaught.toml");

/// The cases that catch a fault in the same way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catch {
    /// The role of the peer.
    pub role: Role,
    /// The name of the fault.
    pub fault: String,
    /// The word of the verdict that gives it away: of the behaviour, or of the
    /// close if the behaviour is as it should be.
    pub how: String,
    /// The cases, by number.
    pub cases: Vec<CaseId>,
}

static ALL: LazyLock<Vec<Catch>> =
    LazyLock::new(|| read(CATCHES).expect("the table that is built in can be read"));

/// All that is caught.
pub fn catches() -> &'static [Catch] {
    &ALL
}

/// What a case catches: role, fault and how.
pub fn caught_by(case: CaseId) -> impl Iterator<Item = &'static Catch> {
    catches()
        .iter()
        .filter(move |row| row.cases.binary_search(&case).is_ok())
}

/// The faults that a case catches, those first that fewest cases do.
pub fn rarest(case: CaseId) -> impl Iterator<Item = &'static str> {
    let mut known: Vec<(usize, &str)> = Vec::new();
    for fault in caught_by(case).map(|row| row.fault.as_str()) {
        if known.iter().all(|(_, name)| *name != fault) {
            known.push((TIMES_CAUGHT[fault], fault));
        }
    }
    known.sort_by_key(|(times, _)| *times);
    known.into_iter().map(|(_, fault)| fault)
}

/// How many cases catch each fault, counted for each role.
static TIMES_CAUGHT: LazyLock<BTreeMap<&str, usize>> = LazyLock::new(|| {
    let mut times = BTreeMap::new();
    for row in catches() {
        *times.entry(row.fault.as_str()).or_default() += row.cases.len();
    }
    times
});

/// Cases whose answer is a good one to what the reference client usually offers,
/// and offers to which it is bad.
const OTHER_OFFERS: [(&str, &str); 2] = [
    ("26.7.32", "permessage-deflate"),
    (
        "26.7.33",
        "permessage-deflate; server_max_window_bits=10; client_max_window_bits",
    ),
];

/// What the reference client has to offer so that the case applies to it;
/// `None`: what it offers by its configuration.
pub fn other_offer(case: CaseId) -> Option<&'static str> {
    let case = case.to_string();
    let other = OTHER_OFFERS.iter().find(|(id, _)| *id == case);
    other.map(|(_, offer)| *offer)
}

/// What is not caught, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Uncaught {
    /// Faults that no case catches, those together that have one reason.
    #[serde(default)]
    pub faults: Vec<UncaughtFaults>,
    /// Cases that catch no fault though they are not informational.
    #[serde(default)]
    pub cases: Vec<CatchNothing>,
}

/// Faults that no case catches for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UncaughtFaults {
    /// The reason, as a fragment.
    pub because: String,
    /// The roles of the peer in which they are not caught.
    pub roles: Vec<Role>,
    /// The names of the faults.
    pub names: Vec<String>,
}

/// Cases that catch nothing for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatchNothing {
    /// The reason, as a fragment.
    pub because: String,
    /// The cases.
    pub ids: Vec<CaseId>,
}

/// What is known not to be caught.
///
/// # Panics
/// Never: a test reads what is built in.
pub fn uncaught() -> Uncaught {
    toml::from_str(UNCAUGHT).expect("the list that is built in can be read")
}

/// Reads a table.
///
/// # Errors
/// If a line is no row: which.
pub fn read(text: &str) -> Result<Vec<Catch>, String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let lines = lines.filter(|line| !line.trim().is_empty());
    let mut rows = Vec::new();
    for line in lines {
        rows.extend(read_line(line).ok_or_else(|| format!("not a row: {line}"))?);
    }
    Ok(rows)
}

/// `both pong-late FAILED: 2.1-2.5 2.10`
fn read_line(line: &str) -> Option<Vec<Catch>> {
    let (what, cases) = line.split_once(':')?;
    let (roles, what) = what.split_once(' ')?;
    let (fault, how) = what.split_once(' ')?;
    let cases: Vec<CaseId> = cases
        .split_whitespace()
        .map(read_range)
        .collect::<Option<Vec<_>>>()?
        .concat();
    let roles: &[Role] = match roles {
        "both" => &[Role::Server, Role::Client],
        "server" => &[Role::Server],
        "client" => &[Role::Client],
        _ => return None,
    };
    let of = |role: &Role| Catch {
        role: *role,
        fault: fault.to_owned(),
        how: how.to_owned(),
        cases: cases.clone(),
    };
    Some(roles.iter().map(of).collect())
}

/// A case, or all cases of the catalogue from one to another.
fn read_range(range: &str) -> Option<Vec<CaseId>> {
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let (first, last): (CaseId, CaseId) = (first.parse().ok()?, last.parse().ok()?);
    let known = catalogue::all().iter().map(|case| case.id);
    let between: Vec<CaseId> = known.filter(|id| (first..=last).contains(id)).collect();
    (between.first() == Some(&first) && between.last() == Some(&last)).then_some(between)
}

/// Writes cases as [`read`] reads them.
pub fn write_ranges(cases: &[CaseId]) -> String {
    let all: Vec<CaseId> = catalogue::all().iter().map(|case| case.id).collect();
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for at in cases.iter().filter_map(|id| all.binary_search(id).ok()) {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == at => *last = at,
            _ => ranges.push((at, at)),
        }
    }
    let ranges = ranges.iter().map(|(first, last)| match last - first {
        0 => all[*first].to_string(),
        1 => format!("{} {}", all[*first], all[*last]),
        _ => format!("{}-{}", all[*first], all[*last]),
    });
    ranges.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_and_the_list_that_are_built_in_can_be_read() {
        assert!(read(CATCHES).is_ok_and(|rows| !rows.is_empty()));
        assert!(!uncaught().faults.is_empty());
    }

    #[test]
    fn a_row_is_of_a_role_or_of_both() {
        let rows = read("# none\n\nboth a FAILED: 1.1.1-1.1.3 2.10\nclient b WRONG CODE: 1.1.2\n")
            .unwrap();
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[0].cases, rows[1].cases);
        assert_eq!(write_ranges(&rows[0].cases), "1.1.1-1.1.3 2.10");
        assert_eq!(
            (rows[2].role, rows[2].how.as_str()),
            (Role::Client, "WRONG CODE")
        );
        for bad in [
            "a",
            "both a: 1.1.1",
            "both a FAILED: 8.1",
            "all a FAILED: 1.1.1",
        ] {
            assert_eq!(read(bad), Err(format!("not a row: {bad}")));
        }
    }

    #[test]
    fn two_in_a_row_are_no_range() {
        let rows = read("server a OK: 1.1.1 1.1.2").unwrap();
        assert_eq!(write_ranges(&rows[0].cases), "1.1.1 1.1.2");
    }
}
