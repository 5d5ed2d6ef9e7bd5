//! `wscheck man` and `wscheck completions`: what packages ship, made from the
//! definitions of the arguments.

use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use crate::args::Wscheck;
use crate::args::wstest::Wstest;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::terminal::Terminal;

/// Writes the man pages of both programs, and of each command, into `folder`.
///
/// # Errors
/// If they cannot be written.
pub fn man(folder: &Path) -> Result<Exit, Failure> {
    fs::create_dir_all(folder).map_err(Failure::writing(folder))?;
    for mut command in [Wscheck::command(), Wstest::command()] {
        command.build();
        clap_mangen::generate_to(command, folder).map_err(Failure::writing(folder))?;
    }
    Ok(Exit::AsExpected)
}

/// Prints the completions of `shell` for both programs.
pub fn completions(shell: Shell, terminal: &Terminal) -> Exit {
    let mut script = Vec::new();
    let mut add = |mut command: Command| {
        let name = command.get_name().to_owned();
        clap_complete::generate(shell, &mut command, name, &mut script);
    };
    add(Wscheck::command());
    add(Wstest::command());
    terminal.out(&String::from_utf8_lossy(&script));
    Exit::AsExpected
}
