//! `wscheck merge`: several stored runs as one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use wscheck_report::account::Account;
use wscheck_report::console::Console;
use wscheck_report::merge;

use crate::args::MergeArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::recorder::Files;
use crate::reports::Reports;
use crate::selection::Library;
use crate::settings::Settings;
use crate::terminal::Terminal;

/// Writes the files of a run that has all the results.
///
/// # Errors
/// If the results cannot be read, are not of one run, or cannot be written.
pub fn run(args: &MergeArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let reports = Reports::new(&args.reports)?;
    let settings = Settings::new(&args.expect, false)?;
    let library = Library::with_files(settings.cases_files(&args.cases_file))?;
    for path in &args.results {
        if is_in(path, &args.out) {
            return Err(Failure::argument(format!(
                "{} is where the results go; it cannot be one of those that are merged",
                path.display()
            )));
        }
    }
    let whole = merge::load(&args.results)?;
    let known = whole
        .cases
        .iter()
        .filter_map(|result| library.get(result.case));
    let cases: BTreeMap<_, _> = known.map(|case| (case.id, case)).collect();
    let mut files = Files::create(&args.out, &whole.run, &cases)?;
    for result in &whole.cases {
        files.add(cases.get(&result.case).map(AsRef::as_ref), result)?;
    }
    let account = Account::new(&whole, |id| library.case(id)).beside(&settings.expectations);
    let path = files.report(&whole.run, Some(&account.review))?;
    terminal.say(&format!("results: {}", path.display()));
    let told = Console::new(&whole.run).width(terminal.width());
    let told = told.review(&account.review);
    if !told.is_empty() {
        terminal.say(told.trim_end());
    }
    reports.write(&account, terminal)?;
    reports.write_packets(&whole, terminal)?;
    Ok(Exit::AsExpected)
}

/// Whether `path` is the folder or a file in it.
fn is_in(path: &Path, folder: &Path) -> bool {
    let Ok(folder) = folder.canonicalize() else {
        return false;
    };
    let path: Option<PathBuf> = path.canonicalize().ok();
    path.is_some_and(|path| path == folder || path.parent() == Some(&folder))
}
