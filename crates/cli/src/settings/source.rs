//! The text of a file, which knows where in it a fault is.

use std::fmt::Display;
use std::ops::Range;
use std::path::PathBuf;
use std::str::FromStr;

use clap::ValueEnum;
use toml::Spanned;

use super::rows::Words;
use crate::failure::Failure;

/// A file and its text.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

/// A text of the file, and where it stands.
pub(super) struct Word<'w> {
    pub(super) text: &'w str,
    pub(super) span: Range<usize>,
}

impl<'w> Word<'w> {
    pub(super) fn of(text: &'w Spanned<String>) -> Self {
        Self {
            text: text.get_ref(),
            span: text.span(),
        }
    }

    /// The texts of a list; none if there is no list.
    pub(super) fn all(words: Option<&'w Spanned<Words>>) -> Vec<Self> {
        let Some(words) = words else {
            return Vec::new();
        };
        let list = words.get_ref().0.iter().map(|word| match word.span() {
            span if span.is_empty() => Self {
                text: word.get_ref(),
                span: words.span(),
            },
            _ => Self::of(word),
        });
        list.collect()
    }
}

impl Source {
    /// The line of the octet `at`, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at);
        let before = before.unwrap_or(self.text.as_bytes());
        before.iter().filter(|octet| **octet == b'\n').count() + 1
    }

    /// What is wrong at `span`.
    pub(super) fn fault(&self, span: &Range<usize>, problem: impl Display) -> Failure {
        let problem = problem.to_string();
        let lines: Vec<&str> = problem.lines().map(str::trim).collect();
        Failure::File {
            path: self.path.clone(),
            line: Some(self.line(span.start)),
            problem: lines.join(", "),
        }
    }

    /// What does not parse.
    pub(super) fn toml_fault(&self, error: &toml::de::Error) -> Failure {
        let span = error.span().unwrap_or_default();
        match error.message() {
            // The only list of tables that there is.
            "invalid type: map, expected a sequence" => {
                self.fault(&span, "`deviation` is a list; write [[deviation]]")
            }
            message => self.fault(&span, message),
        }
    }

    /// A word of a list of words.
    pub(super) fn named<T: ValueEnum>(&self, key: &str, word: &Word<'_>) -> Result<T, Failure> {
        T::from_str(word.text, false).map_err(|_| {
            let allowed = T::value_variants().iter();
            let allowed = allowed.filter_map(ValueEnum::to_possible_value);
            let allowed: Vec<String> = allowed.map(|v| v.get_name().to_owned()).collect();
            self.unknown(key, word, &allowed)
        })
    }

    /// A word that is none of those allowed.
    pub(super) fn unknown(&self, key: &str, word: &Word<'_>, allowed: &[String]) -> Failure {
        let problem = format!(
            "`{key}`: '{}' is not one of {}",
            word.text.escape_debug(),
            allowed.join(", ")
        );
        self.fault(&word.span, problem)
    }

    /// A text that has a form of its own.
    pub(super) fn parsed<T: FromStr<Err: Display>>(
        &self,
        key: &str,
        word: &Word<'_>,
    ) -> Result<T, Failure> {
        let parsed = word.text.parse();
        parsed.map_err(|error| self.fault(&word.span, format!("`{key}`: {error}")))
    }

    /// A whole number from `least` to `most`.
    pub(super) fn whole(
        &self,
        key: &str,
        number: &Spanned<i64>,
        least: u64,
        most: u64,
    ) -> Result<u64, Failure> {
        let found = u64::try_from(*number.get_ref()).ok();
        let fits = found.filter(|found| (least..=most).contains(found));
        fits.ok_or_else(|| {
            let range = match most {
                u64::MAX => format!("a whole number from {least}"),
                _ => format!("a whole number from {least} to {most}"),
            };
            let problem = format!("`{key}`: expected {range}, not {}", number.get_ref());
            self.fault(&number.span(), problem)
        })
    }

    /// Seconds above 0.
    pub(super) fn seconds(&self, key: &str, number: &Spanned<f64>) -> Result<f64, Failure> {
        let seconds = *number.get_ref();
        crate::config::seconds(key, seconds).map_err(|_| {
            let problem = format!("`{key}`: expected seconds above 0, not {seconds}");
            self.fault(&number.span(), problem)
        })?;
        Ok(seconds)
    }
}
