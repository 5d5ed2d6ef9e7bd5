//! `wstest`: the command line of Autobahn|Testsuite, over wscheck.

use std::process::ExitCode;

fn main() -> ExitCode {
    wscheck::wstest(std::env::args_os())
}
