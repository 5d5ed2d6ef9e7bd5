//! The reports of a run that were asked for.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use wscheck_report::account::Account;
use wscheck_report::pcapng::{self, Untold};
use wscheck_report::store::StoreError;
use wscheck_report::{annotations, html, junit, markdown, tap, whole_file};
use wscheck_suite::result::RunResult;

use crate::args::{Annotations, ReportArgs};
use crate::capture::Capture;
use crate::failure::Failure;
use crate::terminal::Terminal;

/// Which reports there are to be, and where.
#[derive(Debug, Clone, Default)]
pub struct Reports {
    html: Option<PathBuf>,
    junit: Option<PathBuf>,
    markdown: Option<PathBuf>,
    tap: Option<PathBuf>,
    pcap: Option<PathBuf>,
    annotations: bool,
}

impl Reports {
    /// What was asked for. The folders are made now: who waits for a run should
    /// not learn at its end that its report has no place.
    ///
    /// # Errors
    /// If a file cannot be where it is wanted.
    pub fn new(args: &ReportArgs) -> Result<Self, Failure> {
        let reports = Self {
            html: args.html.clone(),
            junit: args.junit.clone(),
            markdown: args.markdown.clone(),
            tap: args.tap.clone(),
            pcap: args.pcap.clone(),
            annotations: match args.annotations {
                Annotations::Always => true,
                Annotations::Never => false,
                Annotations::Auto => {
                    std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
                }
            },
        };
        let files = [
            &reports.html,
            &reports.junit,
            &reports.markdown,
            &reports.tap,
            &reports.pcap,
        ];
        for file in files.into_iter().flatten() {
            prepare(file)?;
        }
        Ok(reports)
    }

    /// Whether nothing was asked for that is written at the end of a run.
    pub fn is_empty(&self) -> bool {
        let Self {
            html,
            junit,
            markdown,
            tap,
            pcap: _,
            annotations,
        } = self;
        let files = [html, junit, markdown, tap];
        !annotations && files.into_iter().all(Option::is_none)
    }

    /// Whether nothing was asked for that can be made of stored results.
    pub fn has_nothing_of_results(&self) -> bool {
        self.is_empty() && self.pcap.is_none()
    }

    /// Has the connections of a run written while it goes on, if that was asked
    /// for; `tool` is who writes them.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn capture(&self, tool: &str) -> Result<Option<Arc<Capture>>, Failure> {
        let file = self.pcap.as_deref();
        file.map(|file| Capture::create(file, tool)).transpose()
    }

    /// Writes the connections of stored results whose logs are complete, if that
    /// was asked for, and tells which are not.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write_packets(&self, stored: &RunResult, terminal: &Terminal) -> Result<(), Failure> {
        let Some(path) = &self.pcap else {
            return Ok(());
        };
        let untold = pcapng::write_stored(path, stored).map_err(Failure::writing(path))?;
        for Untold { play, why } in untold {
            terminal.warn(&format!("{play} is not in {}: {why}", path.display()));
        }
        terminal.say(&format!("packets: {}", path.display()));
        Ok(())
    }

    /// Writes each report of the run that `account` tells of.
    ///
    /// # Errors
    /// If one cannot be written.
    pub fn write(&self, account: &Account<'_>, terminal: &Terminal) -> Result<(), Failure> {
        if let Some(path) = &self.html {
            let page = html::render(account).map_err(std::io::Error::other);
            put(path, page, terminal)?;
        }
        if let Some(path) = &self.junit {
            put(path, junit::render(account), terminal)?;
        }
        if let Some(path) = &self.markdown {
            put(path, Ok(markdown::render(account)), terminal)?;
        }
        if let Some(path) = &self.tap {
            put(path, Ok(tap::render(account)), terminal)?;
        }
        if self.annotations {
            // The runner reads both streams, and stdout may carry JSON.
            for line in annotations::render(account).lines() {
                terminal.say(line);
            }
        }
        Ok(())
    }
}

/// Makes the folder that `file` is to be in.
///
/// # Errors
/// If there is no place for it.
pub fn prepare(file: &Path) -> Result<(), Failure> {
    if file.is_dir() {
        return Err(Failure::argument(format!(
            "{} is a folder; expected the name of a file",
            file.display()
        )));
    }
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => {
            fs::create_dir_all(folder).map_err(Failure::writing(folder))
        }
        _ => Ok(()),
    }
}

/// Writes a report, and tells where it is.
///
/// # Errors
/// If it could not be made, or cannot be written.
pub fn put(path: &Path, text: std::io::Result<String>, terminal: &Terminal) -> Result<(), Failure> {
    let written = text.and_then(|text| whole_file::write_text(path, &text));
    written.map_err(|source| StoreError {
        path: path.to_owned(),
        source,
    })?;
    terminal.say(&format!("report: {}", path.display()));
    Ok(())
}
