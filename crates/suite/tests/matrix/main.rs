//! Every case against every fault of the reference peer, in virtual time, and
//! what came of it as `src/matrix/catches.txt` has it. `UPDATE_MATRIX=1` writes
//! that anew.
//!
//! Chapters 9, 12 and 13 are one exchange in many sizes. Their cases are played
//! made small: see [`small`].

mod played;
mod small;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use played::{Met, meet_all, verdict};
use wscheck_suite::case::{Case, Step};
use wscheck_suite::case_id::CaseId;
use wscheck_suite::catalogue;
use wscheck_suite::matrix::{self, Catch, write_ranges};
use wscheck_suite::profile::Profile;
use wscheck_suite::verdict::Grade;
use wscheck_wire::Role;
use wscheck_wire::fault;

const HEAD: &str = "\
# Which case catches which fault, by the profile rfc: role, fault, the word of
# the verdict that gives it away, cases. Written by the test `matrix` with
# UPDATE_MATRIX=1; what the faults are stands in docs/faults.md.
";

#[test]
fn the_table_is_what_comes_of_playing() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/matrix/catches.txt");
    let fresh = format!("{HEAD}\n{}", table(&meet_all(Profile::Rfc, fault::all())));
    if std::env::var_os("UPDATE_MATRIX").is_some() {
        fs::write(path, fresh).expect("the table can be written");
        return;
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    let (kept, fresh): (BTreeSet<&str>, BTreeSet<&str>) =
        (kept.lines().collect(), fresh.lines().collect());
    let gone: Vec<&&str> = kept.difference(&fresh).collect();
    let new: Vec<&&str> = fresh.difference(&kept).collect();
    assert!(
        gone.is_empty() && new.is_empty(),
        "src/matrix/catches.txt is stale; UPDATE_MATRIX=1 writes it anew.\nkept: {gone:#?}\nplayed: {new:#?}"
    );
}

/// A row for each fault and way of being caught; of both roles if they are alike.
fn table(met: &[Met]) -> String {
    let mut text = String::new();
    for fault in fault::all() {
        let rows = |role: Role| -> BTreeMap<&str, String> {
            let mut ways: BTreeMap<&str, Vec<CaseId>> = BTreeMap::new();
            for met in met
                .iter()
                .filter(|met| met.fault == fault.name && met.role == role)
            {
                ways.entry(met.how).or_default().push(met.case);
            }
            let rows = ways.into_iter();
            rows.map(|(how, cases)| (how, write_ranges(&cases)))
                .collect()
        };
        let (server, client) = (rows(Role::Server), rows(Role::Client));
        for (how, cases) in &server {
            let role = match client.get(how) == Some(cases) {
                true => "both",
                false => "server",
            };
            text.push_str(&format!("{role} {} {how}: {cases}\n", fault.name));
        }
        for (how, cases) in client
            .iter()
            .filter(|(how, cases)| server.get(*how) != Some(cases))
        {
            text.push_str(&format!("client {} {how}: {cases}\n", fault.name));
        }
    }
    text
}

/// What is caught, as (role, fault).
fn caught() -> BTreeSet<(Role, &'static str)> {
    let rows = matrix::catches().iter();
    rows.map(|row| (row.role, row.fault.as_str())).collect()
}

#[test]
fn every_fault_is_caught_or_has_a_reason() {
    let caught = caught();
    let excused: BTreeSet<(Role, String)> = matrix::uncaught()
        .faults
        .into_iter()
        .flat_map(|group| {
            let roles = group.roles.into_iter();
            roles.flat_map(move |role| {
                group
                    .names
                    .clone()
                    .into_iter()
                    .map(move |name| (role, name))
            })
        })
        .collect();
    let mut wrong = Vec::new();
    for fault in fault::all() {
        for role in fault.roles().iter().copied() {
            let is_caught = caught.contains(&(role, fault.name));
            let is_excused = excused.contains(&(role, fault.name.to_owned()));
            match (is_caught, is_excused) {
                (false, false) => wrong.push(format!("nobody catches {} ({role:?})", fault.name)),
                (true, true) => wrong.push(format!("{} ({role:?}) is caught", fault.name)),
                _ => {}
            }
        }
    }
    for (role, name) in excused {
        if !fault::find(&name).is_some_and(|fault| fault.concerns(role)) {
            wrong.push(format!("there is no fault {name} ({role:?})"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_case_catches_a_fault_or_has_a_reason() {
    let catching: BTreeSet<CaseId> = matrix::catches()
        .iter()
        .flat_map(|row: &Catch| row.cases.iter().copied())
        .collect();
    let excused: BTreeSet<CaseId> = matrix::uncaught()
        .cases
        .into_iter()
        .flat_map(|group| group.ids)
        .collect();
    let wrong: Vec<String> = catalogue::all()
        .iter()
        // Proxies have faults of their own: see tests/relay.rs.
        .filter(|case| !is_informational(case, Profile::Rfc) && case.relay.is_none())
        .map(|case| case.id)
        .filter(|id| catching.contains(id) == excused.contains(id))
        .map(|id| id.to_string())
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Who reads two cases that find the same is told why there are two. The cases of
/// the original are as they are.
#[test]
fn cases_that_catch_the_same_say_what_sets_them_apart() {
    let mut catching: BTreeMap<CaseId, BTreeSet<(Role, &str)>> = BTreeMap::new();
    for row in matrix::catches() {
        for case in &row.cases {
            let faults = catching.entry(*case).or_default();
            faults.insert((row.role, row.fault.as_str()));
        }
    }
    let mut seen: BTreeMap<&BTreeSet<(Role, &str)>, Vec<Option<&str>>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (id, faults) in &catching {
        let case = catalogue::find(*id).expect("a case of the table");
        let differs = case.differs.as_deref();
        let alike = seen.entry(faults).or_default();
        let is_told = differs.is_some() && !alike.contains(&differs);
        if catalogue::edition(*id) > Some(1) && !alike.is_empty() && !is_told {
            wrong.push(id.to_string());
        }
        alike.push(differs);
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Whether the case decides nothing at all.
fn is_informational(case: &Case, profile: Profile) -> bool {
    case.expectation(profile).informational
}

/// Faults of what is said once the connection is open, enough for every case but some to catch
/// one by `autobahn`. None is caught by as many as two in five: a case is not there for what any
/// case would find.
const NARROW: [&str; 10] = [
    "binary-echoed-as-text",
    "close-with-a-reason-refused",
    "codes-but-1000-refused",
    "context-never-kept-by-the-receiver",
    "echo-with-rsv1",
    "empty-close-refused",
    "fails-in-silence",
    "frames-behind-a-close-answered",
    "pong-answered",
    "pong-with-rsv2",
];

/// These send a Close of one kind or another, and all that they can see is the answer: what they
/// catch is caught wherever a testee answers one.
const CLOSE_ALONE: [&str; 4] = ["7.1.2", "7.3.3", "7.7.1", "7.7.3"];

/// The verdicts of the original catch faults, too: no case passes whatever a testee does.
#[test]
fn every_case_catches_a_fault_by_autobahn() {
    let catch = |names: &[&str]| -> BTreeMap<&str, BTreeSet<CaseId>> {
        let faults = names.iter().map(|name| fault::find(name).expect(name));
        let mut caught: BTreeMap<&str, BTreeSet<CaseId>> = BTreeMap::new();
        let met = meet_all(Profile::Autobahn, faults).into_iter();
        for met in met.filter(|met| catalogue::belongs_to(met.case, Profile::Autobahn)) {
            caught.entry(met.fault).or_default().insert(met.case);
        }
        caught
    };
    let narrow = catch(&NARROW);
    let deciding = catalogue::all()
        .iter()
        .filter(|case| catalogue::belongs_to(case.id, Profile::Autobahn))
        .filter(|case| !is_informational(case, Profile::Autobahn));
    let deciding: BTreeSet<CaseId> = deciding.map(|case| case.id).collect();
    for (name, cases) in &narrow {
        assert!(
            cases.len() * 5 < deciding.len() * 2,
            "{name}: {}",
            cases.len()
        );
    }
    let caught: BTreeSet<CaseId> = narrow.values().flatten().copied().collect();
    let left: Vec<String> = deciding
        .difference(&caught)
        .map(ToString::to_string)
        .collect();
    assert_eq!(left, CLOSE_ALONE);
    let close = "close-answered-by-another-code";
    let caught = catch(&[close]).remove(close).expect("it is caught");
    assert!(
        CLOSE_ALONE
            .iter()
            .all(|id| caught.contains(&id.parse().expect("a number")))
    );
}

/// Where what is unusual and lawful is not taken as such: these cases write with
/// pauses, and by the original's list of what may be heard then. Who closes in
/// a pause never comes to what the case is about; a ping in the midst of a frame
/// of ours cannot be answered before that has ended.
const TAKEN_AMISS: [(&str, &str); 3] = [
    ("ping-unasked", "6.4.3 6.4.4"),
    ("pong-unasked", "5.19 5.20 6.4.1 6.4.2 6.4.3 6.4.4"),
    ("close-unasked", "5.19 5.20 6.4.1 6.4.2 6.4.3 6.4.4"),
];

/// Nobody is to be accused of what is lawful.
#[test]
fn what_is_unusual_and_lawful_is_not_failed() {
    let met = meet_all(Profile::Rfc, fault::ODDITIES.faults.iter());
    let told: BTreeSet<(&str, String)> = met
        .iter()
        .map(|met| (met.fault, met.case.to_string()))
        .collect();
    let known = TAKEN_AMISS.iter().flat_map(|(fault, cases)| {
        let cases = cases.split(' ');
        cases.map(|case| (*fault, case.to_owned()))
    });
    assert_eq!(told, known.collect());
}

/// What a case made small cannot show.
#[test]
fn a_whole_case_catches_what_a_small_one_does_not() {
    let mut case = catalogue::find("12.1.10".parse().expect("a number"))
        .expect("a case")
        .clone();
    for step in &mut case.connections[0].steps {
        if let Step::RoundTrips { times, .. } = step {
            *times = 2;
        }
    }
    let fault = fault::find("tail-taken-off-each-fragment").expect("a fault");
    for role in [Role::Server, Role::Client] {
        let grade = |fault| verdict(Profile::Rfc, &case, role, fault).grade;
        assert_eq!(
            (grade(None), grade(Some(fault))),
            (Grade::Ok, Grade::Failed)
        );
    }
}
