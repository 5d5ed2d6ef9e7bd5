//! `wscheck report`: stored results as reports.

use wscheck_report::account::Account;
use wscheck_report::merge;

use crate::args::{Format, ReportCommandArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::reports::Reports;
use crate::selection::Library;
use crate::settings::Settings;
use crate::terminal::Terminal;

/// Writes the reports that are asked for.
///
/// # Errors
/// If the results cannot be read or are not of one run, or a report cannot be
/// written.
pub fn run(args: &ReportCommandArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let reports = Reports::new(&args.reports)?;
    if reports.has_nothing_of_results() && args.update.update.is_none() {
        return Err(Failure::argument("no report is asked for")
            .advising("--html FILE, --junit FILE, --markdown FILE, --tap FILE or --pcap FILE"));
    }
    let settings = Settings::new(&args.expect, args.update.update.is_some())?;
    settings.check_update(args.update.update, Format::Text)?;
    let library = Library::with_files(settings.cases_files(&args.cases_file))?;
    let stored = merge::load(&args.results)?;
    let account = Account::new(&stored, |id| library.case(id)).beside(&settings.expectations);
    reports.write(&account, terminal)?;
    reports.write_packets(&stored, terminal)?;
    settings.update(args.update.update, &account, terminal)?;
    Ok(Exit::AsExpected)
}
