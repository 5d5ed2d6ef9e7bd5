//! The names of the files, which agents' names must not get out of.

use std::collections::{BTreeMap, BTreeSet};

use wscheck_suite::case_id::CaseId;

/// The longest stem that is taken from an agent's name.
const LONGEST: usize = 150;

/// The stems that agents' files have. Agents whose names clean to the same
/// stem get different ones, in the order in which they are first seen.
#[derive(Debug, Default)]
pub(super) struct FileNames {
    stems: BTreeMap<String, String>,
    taken: BTreeSet<String>,
}

impl FileNames {
    /// The name of the file of one case.
    pub(super) fn case_file(&mut self, agent: &str, case: CaseId) -> String {
        let number = case.to_string().replace('.', "_");
        format!("{}_case_{number}.json", self.of(agent))
    }

    /// The stem of an agent's files.
    pub(super) fn of(&mut self, agent: &str) -> &str {
        if !self.stems.contains_key(agent) {
            let stem = self.free(cleaned(agent));
            self.taken.insert(stem.clone());
            self.stems.insert(agent.to_owned(), stem);
        }
        &self.stems[agent]
    }

    fn free(&self, stem: String) -> String {
        if !self.taken.contains(&stem) {
            return stem;
        }
        let numbered = (2..).map(|number: u64| format!("{stem}_{number}"));
        let mut free = numbered.filter(|name| !self.taken.contains(name));
        free.next().unwrap_or(stem)
    }
}

/// The original's cleaning, and an end to long names.
fn cleaned(agent: &str) -> String {
    let kept = |c: char| match c.to_ascii_lowercase() {
        c @ ('a'..='z' | '0'..='9') => c,
        _ => ' ',
    };
    let spaced: String = agent.chars().map(kept).collect();
    let mut stem = spaced.trim().replace(' ', "_");
    if stem.len() > LONGEST {
        stem.truncate(LONGEST);
        stem.push_str(&format!("_{:016x}", fnv1a(agent.as_bytes())));
    }
    stem
}

/// FNV-1a, 64 bits: keeps long names with the same beginning apart, and is the
/// same in every version.
fn fnv1a(octets: &[u8]) -> u64 {
    octets.iter().fold(0xcbf2_9ce4_8422_2325, |hash, octet| {
        (hash ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use std::path::{Component, Path};

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_cleaned_as_the_original_does() {
        for (agent, stem) in [
            ("ws", "ws"),
            ("WebSocket++/0.3.0-dev", "websocket___0_3_0_dev"),
            ("  nginx (1.2)  ", "nginx__1_2"),
            ("../../x", "x"),
            ("<b>a</b>", "b_a__b"),
            ("größe", "gr__e"),
            ("\u{212a}", ""),
            ("", ""),
        ] {
            assert_eq!(cleaned(agent), stem, "{agent:?}");
        }
    }

    #[test]
    fn the_same_stem_is_given_once() {
        let mut names = FileNames::default();
        for (agent, stem) in [
            ("a b", "a_b"),
            ("a-b", "a_b_2"),
            ("A b", "a_b_3"),
            ("a b 2", "a_b_2_2"),
            ("a b", "a_b"),
            ("a-b", "a_b_2"),
        ] {
            assert_eq!(names.of(agent), stem);
        }
        let id = CaseId::new(&[13, 7, 18]);
        assert_eq!(names.case_file("a-b", id), "a_b_2_case_13_7_18.json");
    }

    #[test]
    fn long_names_end_and_stay_apart() {
        let mut names = FileNames::default();
        let long = "x".repeat(4000);
        let one = names.of(&long).to_owned();
        let other = names.of(&format!("{long}y")).to_owned();
        assert_eq!((one.len(), other.len()), (LONGEST + 17, LONGEST + 17));
        assert_ne!(one, other);
    }

    proptest! {
        #[test]
        fn no_agent_gets_out_of_the_folder(agents in prop::collection::vec(".*", 1..8)) {
            let mut names = FileNames::default();
            let mut seen = BTreeMap::new();
            for agent in &agents {
                let name = names.case_file(agent, CaseId::new(&[1, 1, 1]));
                let mut components = Path::new(&name).components();
                prop_assert!(matches!(components.next(), Some(Component::Normal(_))));
                prop_assert_eq!(components.next(), None);
                prop_assert!(name.len() < 200 && name.is_ascii());
                let former = seen.insert(name, agent.clone());
                prop_assert!(former.is_none_or(|former| former == *agent));
            }
        }
    }
}
