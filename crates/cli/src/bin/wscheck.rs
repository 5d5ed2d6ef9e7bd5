//! `wscheck`: tests WebSocket implementations.

use std::process::ExitCode;

fn main() -> ExitCode {
    wscheck::wscheck(std::env::args_os())
}
