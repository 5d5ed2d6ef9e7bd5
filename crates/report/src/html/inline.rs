//! Style and script as they stand in the page, with the hashes by which its
//! policy lets them in.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// A text that the page may apply or run.
pub(crate) struct Inline {
    pub(crate) text: &'static str,
    /// As a Content-Security-Policy names it.
    pub(crate) hash: String,
}

pub(super) static STYLE: LazyLock<Inline> =
    LazyLock::new(|| Inline::new(include_str!("../../templates/html/style.css")));

pub(super) static SCRIPT: LazyLock<Inline> =
    LazyLock::new(|| Inline::new(include_str!("../../templates/html/script.js")));

impl Inline {
    pub(crate) fn new(text: &'static str) -> Self {
        let hash = STANDARD.encode(Sha256::digest(text));
        Self {
            text,
            hash: format!("sha256-{hash}"),
        }
    }
}
