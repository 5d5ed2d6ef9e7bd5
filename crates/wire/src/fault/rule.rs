//! The sentence that a fault breaks, and the words in which faults are listed.

use super::Fault;
use super::hooks::Hooks;
use crate::role::Role;

/// A sentence of an RFC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// `RFC 6455` or `RFC 7692`.
    pub document: &'static str,
    /// The section, such as `5.2`.
    pub section: &'static str,
    /// The shortest quote that is enough; `[...]` stands for what is left out.
    pub sentence: &'static str,
}

pub(super) const fn rfc6455(section: &'static str, sentence: &'static str) -> Rule {
    Rule {
        document: "RFC 6455",
        section,
        sentence,
    }
}

pub(super) const fn rfc7692(section: &'static str, sentence: &'static str) -> Rule {
    Rule {
        document: "RFC 7692",
        section,
        sentence,
    }
}

/// A fault of peers in either role.
pub(super) const fn both(name: &'static str, breaks: Rule, hooks: Hooks) -> Fault {
    let roles = &[Role::Client, Role::Server];
    fault(name, breaks, roles, hooks)
}

/// A fault that only a server can have.
pub(super) const fn server(name: &'static str, breaks: Rule, hooks: Hooks) -> Fault {
    fault(name, breaks, &[Role::Server], hooks)
}

/// A fault that only a client can have.
pub(super) const fn client(name: &'static str, breaks: Rule, hooks: Hooks) -> Fault {
    fault(name, breaks, &[Role::Client], hooks)
}

/// What is no fault.
pub(super) const fn lawful(name: &'static str, hooks: Hooks) -> Fault {
    Fault {
        name,
        breaks: None,
        roles: &[Role::Client, Role::Server],
        hooks,
    }
}

const fn fault(name: &'static str, breaks: Rule, roles: &'static [Role], hooks: Hooks) -> Fault {
    Fault {
        name,
        breaks: Some(breaks),
        roles,
        hooks,
    }
}
