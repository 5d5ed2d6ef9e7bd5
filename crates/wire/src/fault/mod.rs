//! The reference peer made wrong in one named way.
//!
//! A [`Fault`] is a row of a table: a name, the sentence of an RFC that it
//! breaks, the roles in which a peer can break it, and the places of the
//! conversation in which it takes hold. Those places are few, and the same for
//! all faults: what is asked for, what is heard, what is judged, what is said
//! and when. All else is the [`Echo`](crate::Echo) as it is.
//!
//! An oddity is like a fault, but breaks nothing: whoever complains about one
//! is wrong.

mod close_codes;
mod closing;
mod control_frames;
mod deflate_negotiation;
mod deflate_payload;
mod delivery;
mod ear;
mod fragmentation;
mod framing;
mod head;
mod hooks;
mod judged_answer;
mod judged_request;
mod lax_text;
mod length;
mod masking;
mod mouth;
mod oddity;
mod opening_answer;
mod opening_request;
mod peer;
mod rule;
mod utf8;

use std::time::Duration;

use crate::role::Role;
use hooks::Hooks;
pub use peer::FaultyPeer;
pub use rule::Rule;

/// One way in which a peer can be wrong.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// The name, in kebab-case: what the peer does.
    pub name: &'static str,
    /// The sentence that it breaks; an oddity breaks none.
    pub breaks: Option<Rule>,
    roles: &'static [Role],
    hooks: Hooks,
}

/// Faults of one kind.
#[derive(Debug, Clone, Copy)]
pub struct Family {
    /// What they have in common.
    pub title: &'static str,
    /// In the order in which they are listed.
    pub faults: &'static [Fault],
}

/// All faults, by what they concern.
pub const FAMILIES: &[Family] = &[
    opening_request::FAMILY,
    judged_request::FAMILY,
    opening_answer::FAMILY,
    judged_answer::FAMILY,
    masking::FAMILY,
    framing::FAMILY,
    length::FAMILY,
    fragmentation::FAMILY,
    control_frames::FAMILY,
    utf8::FAMILY,
    closing::FAMILY,
    close_codes::FAMILY,
    deflate_negotiation::FAMILY,
    deflate_payload::FAMILY,
    delivery::FAMILY,
];

/// What is unusual and lawful.
pub const ODDITIES: Family = oddity::FAMILY;

/// Every fault, in the order of [`FAMILIES`].
pub fn all() -> impl Iterator<Item = &'static Fault> {
    FAMILIES.iter().flat_map(|family| family.faults)
}

/// The fault or the oddity with this name.
pub fn find(name: &str) -> Option<&'static Fault> {
    let mut known = all().chain(ODDITIES.faults);
    known.find(|fault| fault.name == name)
}

impl Fault {
    /// Whether a peer in this role can have it.
    pub fn concerns(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// The roles in which a peer can have it.
    pub const fn roles(&self) -> &'static [Role] {
        self.roles
    }

    /// How late something comes, or after how long a silence, where the fault
    /// is one of time.
    pub const fn time(&self) -> Duration {
        self.hooks.time
    }

    /// The same fault, where it is one of time, with another time: how late
    /// something comes, or after how long a silence.
    #[must_use]
    pub const fn after(mut self, time: Duration) -> Self {
        self.hooks.time = time;
        self
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_at_least_120_and_each_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = all().map(|fault| fault.name).collect();
        assert_eq!(names.len(), all().count());
        assert!(names.len() >= 120, "{}", names.len());
        for name in names {
            let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(name.chars().all(legal), "{name}");
            assert!(find(name).is_some_and(|found| found.name == name));
        }
    }

    #[test]
    fn a_fault_breaks_a_sentence_and_an_oddity_none() {
        for fault in all() {
            let rule = fault.breaks.expect(fault.name);
            assert!(matches!(rule.document, "RFC 6455" | "RFC 7692"));
            assert!(rule.section.starts_with(|c: char| c.is_ascii_digit()));
            assert!(!rule.sentence.ends_with('.'), "{}", fault.name);
        }
        assert!(ODDITIES.faults.iter().all(|oddity| oddity.breaks.is_none()));
    }
}
