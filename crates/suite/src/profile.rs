//! By whose measure a case is judged.

use std::fmt;

/// The two measures that this suite knows.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// RFC 6455, RFC 7692 and the IANA registry of close codes decide.
    #[default]
    Rfc,
    /// The verdicts of Autobahn|Testsuite, case for case.
    Autobahn,
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rfc => "rfc",
            Self::Autobahn => "autobahn",
        })
    }
}
