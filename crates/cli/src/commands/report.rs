//! `wscheck report`: stored results as reports.

use wscheck_report::merge;

use crate::args::ReportCommandArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::reports::Reports;
use crate::selection::Library;
use crate::terminal::Terminal;

/// Writes the reports that are asked for.
///
/// # Errors
/// If the results cannot be read or are not of one run, or a report cannot be
/// written.
pub fn run(args: &ReportCommandArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let reports = Reports::new(&args.reports)?;
    if reports.has_nothing_of_results() {
        return Err(Failure::argument("no report is asked for")
            .advising("--html FILE, --junit FILE, --markdown FILE, --tap FILE or --pcap FILE"));
    }
    let library = Library::with_files(&args.cases_file)?;
    let stored = merge::load(&args.results)?;
    reports.write(&stored, |id| library.case(id), terminal)?;
    reports.write_packets(&stored, terminal)?;
    Ok(Exit::AsExpected)
}
