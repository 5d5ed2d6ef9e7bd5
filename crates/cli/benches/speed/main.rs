//! How fast wscheck is, beside a peer of the same job and beside the servers themselves.
//!
//! wscheck and [kosoku](https://pypi.org/project/kosoku/) 0.1.0 test the same servers, in
//! turns: a round is one run of each, each against a server of its own that has just been
//! started. The medians of all rounds are printed, and below them the ratios, which are
//! taken within a round; beside each stands what it is to come to. Nothing fails when a
//! target is missed: a time says something only on a quiet machine.
//!
//! | race | cases | servers |
//! |---|---|---|
//! | `short` | sections 1 to 7 and 10 | tungstenite and ws |
//! | `large` | section 9 | tungstenite |
//! | `whole` | all 517, by wscheck alone | ws, which compresses |
//!
//! ```sh
//! cargo bench -p wscheck --bench speed
//! cargo bench -p wscheck --bench speed -- whole
//! cargo bench -p wscheck --bench speed -- short --rounds 11
//! ```
//!
//! Without a name it is `short` and `large`, three minutes together; `whole` takes as long
//! as ws does for chapters 12 and 13, which is five minutes a round. Every run has its
//! default flags, writes its reports, and is counted by them. The times of the servers come
//! from `/proc`: Linux only, in steps of 10 ms.

mod contender;
#[path = "../../tests/interop/installation.rs"]
mod installation;
#[path = "../../tests/interop/peer.rs"]
mod peer;
#[path = "../measuring/process.rs"]
mod process;
#[path = "../../tests/interop/program.rs"]
mod program;
mod race;
#[path = "../measuring/run.rs"]
mod run;
mod table;

use std::env;
use std::process::ExitCode;

use race::{RACES, Race};

const USAGE: &str = "usage: cargo bench -p wscheck --bench speed -- [RACE ...] [--rounds N]";

/// What the command line asks for.
struct Wish {
    races: Vec<&'static Race>,
    rounds: Option<usize>,
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "what it is for")]
fn main() -> ExitCode {
    if !cfg!(target_os = "linux") {
        eprintln!("the times of a server come from /proc, which only Linux has");
        return ExitCode::FAILURE;
    }
    // Cargo adds an argument of its own.
    let arguments = env::args().skip(1).filter(|argument| argument != "--bench");
    let Some(wish) = Wish::typed(arguments) else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    for race in wish.races {
        for server in race.servers {
            match race.run(server, wish.rounds.unwrap_or(race.rounds)) {
                Ok(rounds) => println!("{}", table::of(race, server, &rounds)),
                Err(why) => {
                    eprintln!("{}, {server}: {why}", race.name);
                    return ExitCode::FAILURE;
                }
            }
        }
    }
    ExitCode::SUCCESS
}

impl Wish {
    fn typed(mut arguments: impl Iterator<Item = String>) -> Option<Self> {
        let mut wish = Self {
            races: Vec::new(),
            rounds: None,
        };
        while let Some(argument) = arguments.next() {
            if argument == "--rounds" {
                let rounds = arguments.next()?.parse().ok()?;
                wish.rounds = Some(rounds).filter(|rounds| *rounds > 0);
                wish.rounds?;
            } else {
                let named = RACES.iter().find(|race| race.name == argument)?;
                wish.races.push(named);
            }
        }
        if wish.races.is_empty() {
            wish.races.extend(RACES.iter().filter(|race| race.is_usual));
        }
        Some(wish)
    }
}
