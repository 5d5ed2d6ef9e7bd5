//! `wscheck explain`: a case in words, and what came of it.

use std::path::Path;

use anstyle::{AnsiColor, Style};
use wscheck_report::console::{Console, render_row};
use wscheck_report::stored;
use wscheck_suite::case::Case;
use wscheck_suite::explain::{Explanation, LineKind, Options, explain};
use wscheck_suite::export::to_toml;
use wscheck_suite::result::{CaseResult, RunInfo};

use crate::args::ExplainArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::selection::Library;
use crate::terminal::Terminal;

/// Explains the case that is asked for.
///
/// # Errors
/// If there is no such case, or a file is at fault.
pub fn run(args: &ExplainArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let library = Library::with_files(&args.cases_file)?;
    let case = library.find(&args.case)?;
    if args.toml {
        terminal.out(&to_toml([case])?);
        return Ok(Exit::AsExpected);
    }
    let happened = args
        .result
        .as_deref()
        .map(|path| Happened::read(path, case));
    let happened = happened.transpose()?;
    let profile = match (args.profile, &happened) {
        (Some(name), _) => name.into(),
        (None, Some(happened)) => happened.run.profile,
        (None, None) => Default::default(),
    };
    let options = Options {
        bytes: args.bytes,
        ..Options::default()
    };
    terminal.out(&styled(&explain(case, profile, options)));
    if let Some(happened) = happened {
        happened.tell(case, terminal);
    }
    Ok(Exit::AsExpected)
}

fn styled(explanation: &Explanation) -> String {
    let mut text = String::new();
    for line in &explanation.lines {
        let style = style(line.kind);
        text += &format!("{style}{}{style:#}\n", line.text);
    }
    text
}

fn style(kind: LineKind) -> Style {
    match kind {
        LineKind::Title => Style::new().bold(),
        LineKind::Heading => AnsiColor::Cyan.on_default().bold(),
        LineKind::Violation => AnsiColor::Red.on_default(),
        LineKind::Octets | LineKind::Aside => Style::new().dimmed(),
        LineKind::Plain => Style::new(),
    }
}

/// What a run says of a case.
struct Happened {
    run: RunInfo,
    results: Vec<CaseResult>,
}

impl Happened {
    fn read(path: &Path, case: &Case) -> Result<Self, Failure> {
        let mut results = Vec::new();
        let stored = stored::read(path, |result| {
            if result.case == case.id {
                results.push(result);
            }
        })?;
        if results.is_empty() {
            return Err(Failure::argument(format!(
                "{} holds no result of {}",
                path.display(),
                case.id
            )));
        }
        Ok(Self {
            run: stored.run,
            results,
        })
    }

    /// Each play of the case: the verdict with its reasons, and the log.
    fn tell(&self, case: &Case, terminal: &Terminal) {
        let console = Console::new(&self.run).width(terminal.width());
        let heading = style(LineKind::Heading);
        terminal.out(&format!("\n{heading}What happened{heading:#}\n"));
        for result in &self.results {
            terminal.out(&format!("\n{}", console.failure(case, result)));
            for (index, connection) in result.transcript.connections.iter().enumerate() {
                terminal.out(&format!("\n  All of connection {}\n", index + 1));
                for (missing, row) in connection.log.rows() {
                    if missing > 0 {
                        terminal.out(&format!("  … {missing} rows are missing\n"));
                    }
                    terminal.out(&format!("  {}\n", render_row(row, terminal.width() - 2)));
                }
            }
        }
    }
}
