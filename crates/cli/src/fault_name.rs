//! Faults as they are named on the command line, and listed.

use std::fmt::Write as _;

use wscheck_wire::Role;
use wscheck_wire::fault::{self, FAMILIES, Fault, ODDITIES};

use crate::failure::Failure;

/// What shows the names.
const LIST: &str = "`wscheck echo --list-faults` lists them";

/// The fault of this name, if there is a name, for a peer in this role.
///
/// # Errors
/// If there is no such fault, or such a peer cannot have it.
pub fn find(name: Option<&str>, role: Role) -> Result<Option<Fault>, Failure> {
    let Some(name) = name else {
        return Ok(None);
    };
    match fault::find(name) {
        None => Err(Failure::argument(format!("there is no fault {name:?}")).advising(LIST)),
        Some(fault) if !fault.concerns(role) => {
            let problem = format!("a {role} cannot have the fault {name}");
            Err(Failure::argument(problem).advising(match role {
                Role::Server => "`wstest -m testeeclient --fault` serves those of clients",
                Role::Client => "`wscheck echo --fault` serves those of servers",
            }))
        }
        Some(fault) => Ok(Some(*fault)),
    }
}

/// All faults, a line each: name, roles, the sentence that it breaks.
pub fn table() -> String {
    let all = FAMILIES.iter().chain([&ODDITIES]);
    let all: Vec<&Fault> = all.flat_map(|family| family.faults).collect();
    let width = all.iter().map(|fault| fault.name.len()).max().unwrap_or(0);
    let mut text = format!("{:width$}  ROLE    BREAKS\n", "FAULT");
    for fault in all {
        let breaks = fault.breaks.map_or_else(
            || "nothing: it is unusual and lawful".to_owned(),
            |rule| format!("{} §{}: {}", rule.document, rule.section, rule.sentence),
        );
        let role = role_word(fault);
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{:width$}  {role:6}  {breaks}", fault.name);
    }
    text
}

fn role_word(fault: &Fault) -> &'static str {
    match fault.roles() {
        [Role::Server] => "server",
        [Role::Client] => "client",
        _ => "both",
    }
}
