//! `wscheck.toml` as it is written, before anything in it is checked.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use toml::Spanned;

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct FileRows {
    pub(super) edition: Option<Spanned<i64>>,
    pub(super) profile: Option<Spanned<String>>,
    pub(super) cases: Option<Spanned<Words>>,
    pub(super) cases_files: Option<Spanned<Words>>,
    pub(super) fail_on: Option<Spanned<Words>>,
    pub(super) strict: bool,
    pub(super) server: ServerRow,
    pub(super) client: ClientRow,
    pub(super) proxy: ProxyRow,
    pub(super) timeouts: TimeoutsRow,
    pub(super) capabilities: CapabilitiesRow,
    pub(super) deviation: Vec<Spanned<DeviationRow>>,
}

/// `[server]`: how `wscheck server` finds and starts the testee.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ServerRow {
    pub(super) url: Option<Spanned<Words>>,
    pub(super) command: Option<Spanned<Words>>,
    pub(super) agent: Option<Spanned<Words>>,
    pub(super) start_timeout: Option<Spanned<f64>>,
    pub(super) headers: Option<Spanned<Words>>,
    pub(super) origin: Option<String>,
    pub(super) protocols: Option<Spanned<Words>>,
    pub(super) ca: Option<String>,
    pub(super) insecure: bool,
    pub(super) sni: Option<String>,
    pub(super) preflight: Option<bool>,
    pub(super) jobs: Option<Spanned<i64>>,
}

/// `[client]`: how `wscheck client` listens and starts the testee.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ClientRow {
    pub(super) command: Option<Spanned<Words>>,
    pub(super) listen: Option<Spanned<String>>,
    pub(super) start_timeout: Option<Spanned<f64>>,
    pub(super) idle_timeout: Option<Spanned<f64>>,
    pub(super) tls: bool,
    pub(super) cert: Option<Spanned<String>>,
    pub(super) key: Option<Spanned<String>>,
}

/// `[proxy]`: how `wscheck proxy` finds and starts the testee, and where it listens.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ProxyRow {
    pub(super) through: Option<Spanned<String>>,
    pub(super) command: Option<Spanned<Words>>,
    pub(super) listen: Option<Spanned<String>>,
    pub(super) agent: Option<String>,
    pub(super) start_timeout: Option<Spanned<f64>>,
    pub(super) headers: Option<Spanned<Words>>,
    pub(super) ca: Option<String>,
    pub(super) insecure: bool,
    pub(super) sni: Option<String>,
    pub(super) preflight: Option<bool>,
}

/// `[timeouts]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct TimeoutsRow {
    pub(super) pace: Option<Spanned<String>>,
    pub(super) scale: Option<Spanned<f64>>,
    pub(super) max_time: Option<Spanned<f64>>,
}

/// `[capabilities]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct CapabilitiesRow {
    pub(super) utf8_validation: Option<bool>,
    pub(super) compression: Option<bool>,
    pub(super) largest_message: Option<Spanned<i64>>,
    pub(super) largest_frame: Option<Spanned<i64>>,
}

/// A `[[deviation]]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct DeviationRow {
    pub(super) cases: Option<Spanned<Words>>,
    pub(super) agent: Option<Spanned<String>>,
    pub(super) role: Option<Spanned<String>>,
    pub(super) grade: Option<Spanned<Words>>,
    #[serde(alias = "behavior")]
    pub(super) behaviour: Option<Spanned<Words>>,
    pub(super) close: Option<Spanned<Words>>,
    pub(super) reason: Option<Spanned<String>>,
    pub(super) issue: Option<Spanned<String>>,
    pub(super) expires: Option<Spanned<toml::Value>>,
}

/// A text, or several.
#[derive(Debug, Default)]
pub(super) struct Words(pub(super) Vec<Spanned<String>>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMany)
    }
}

struct OneOrMany;

impl<'de> Visitor<'de> for OneOrMany {
    type Value = Words;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_str<E>(self, text: &str) -> Result<Words, E> {
        // Where it is, is known to who reads it.
        Ok(Words(vec![Spanned::new(0..0, text.to_owned())]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Words, A::Error> {
        let mut words = Vec::new();
        while let Some(word) = list.next_element()? {
            words.push(word);
        }
        Ok(Words(words))
    }
}
