//! The programs `wscheck` and `wstest`: arguments in, runs and reports out.

pub mod args;
mod capture;
mod client_config;
pub mod commands;
mod config;
mod echo_server;
pub mod exit;
pub mod failure;
mod fault_name;
mod interrupt;
mod last_failed;
mod listening;
mod pages;
mod proxy_config;
mod recorder;
mod reports;
pub mod selection;
mod settings;
pub mod terminal;
mod wire_trace;
pub mod wstest;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

use args::{Color, Command, Wscheck};
use exit::Exit;
use failure::Failure;
use terminal::Terminal;

/// Runs `wscheck` with `args`, the first of which is the program's name.
pub fn wscheck(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let typed = match Wscheck::try_parse_from(args) {
        Ok(typed) => typed,
        Err(message) => return told(&message),
    };
    let terminal = Arc::new(Terminal::new(typed.color));
    let ended = match typed.command {
        Command::Server(args) => commands::server::run(&args, &terminal),
        Command::Client(args) => commands::client::run(&args, &terminal),
        Command::Proxy(args) => commands::proxy::run(&args, &terminal),
        Command::List(args) => commands::list::run(&args, &terminal),
        Command::Explain(args) => commands::explain::run(&args, &terminal),
        Command::Report(args) => commands::report::run(&args, &terminal),
        Command::Diff(args) => commands::diff::run(&args, &terminal),
        Command::Merge(args) => commands::merge::run(&args, &terminal),
        Command::Import(args) => commands::import::run(&args, &terminal),
        Command::Echo(args) => commands::echo::run(&args, &terminal),
        Command::Man { folder } => commands::documentation::man(&folder),
        Command::Completions { shell } => {
            Ok(commands::documentation::completions(shell, &terminal))
        }
    };
    conclude(&terminal, ended)
}

/// Runs `wstest` with `args`, the first of which is the program's name.
pub fn wstest(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let typed = match args::wstest::Wstest::try_parse_from(args) {
        Ok(typed) => typed,
        Err(message) => return told(&message),
    };
    let terminal = Arc::new(Terminal::new(Color::Auto));
    let ended = wstest::run(&typed, &terminal);
    conclude(&terminal, ended)
}

/// Help and version go to stdout, a wrong command line to stderr.
fn told(message: &clap::Error) -> ExitCode {
    // Who closed the stream does not want the text.
    let _ = message.print();
    let exit = if message.use_stderr() {
        Exit::Usage
    } else {
        Exit::AsExpected
    };
    exit.into()
}

fn conclude(terminal: &Terminal, ended: Result<Exit, Failure>) -> ExitCode {
    let ended = ended.and_then(|exit| match terminal.fault() {
        None => Ok(exit),
        Some(source) => Err(Failure::Io {
            verb: "write",
            path: "the standard output".into(),
            source,
        }),
    });
    match ended {
        Ok(exit) => exit.into(),
        Err(failure) => {
            terminal.error(&failure);
            failure.exit().into()
        }
    }
}
