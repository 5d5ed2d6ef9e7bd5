//! Which cases are played against whom, and how fast that is to be.

use std::path::Path;

use crate::contender::{Contender, Told};
use crate::peer::Peer;
use crate::process::Process;
use crate::program;
use crate::run::Run;

/// Contenders that test the same servers with the same cases.
pub struct Race {
    /// What the command line calls it.
    pub name: &'static str,
    /// What is played.
    pub title: &'static str,
    /// Its cases.
    pub patterns: &'static [&'static str],
    /// The servers, as `interop/` calls them.
    pub servers: &'static [&'static str],
    /// Who plays, in the order of a round; wscheck is the first.
    pub contenders: &'static [Contender],
    /// What wscheck is to come to.
    pub targets: &'static [Target],
    /// How many rounds, unless told otherwise.
    pub rounds: usize,
    /// Whether it is run when no race is named.
    pub is_usual: bool,
}

/// What wscheck is to come to in a race.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// To take less than so many seconds.
    Under(f64),
    /// To take at most so many times the processor time of the server.
    OfServer(f64),
    /// To be at least so many times faster.
    FasterThan(Contender, f64),
}

/// A run of each contender, in their order.
pub type Round = Vec<Lap>;

/// A run of one contender.
pub struct Lap {
    /// As it was measured.
    pub run: Run,
    /// As it was reported.
    pub told: Told,
}

const KOSOKU_1: Contender = Contender::Kosoku { parallelism: 1 };
const KOSOKU_8: Contender = Contender::Kosoku { parallelism: 8 };

/// Every race.
pub const RACES: [Race; 3] = [
    Race {
        name: "short",
        title: "sections 1 to 7 and 10",
        patterns: &["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*"],
        servers: &["tungstenite", "ws"],
        contenders: &[Contender::Wscheck, KOSOKU_1, KOSOKU_8],
        targets: &[
            Target::Under(0.5),
            Target::FasterThan(KOSOKU_1, 15.0),
            Target::FasterThan(KOSOKU_8, 4.0),
        ],
        rounds: 5,
        is_usual: true,
    },
    Race {
        name: "large",
        title: "section 9",
        patterns: &["9.*"],
        servers: &["tungstenite"],
        contenders: &[Contender::Wscheck, KOSOKU_1, KOSOKU_8],
        targets: &[Target::OfServer(1.2), Target::FasterThan(KOSOKU_1, 2.5)],
        rounds: 5,
        is_usual: true,
    },
    Race {
        name: "whole",
        title: "all 517",
        patterns: &["1-13"],
        servers: &["ws"],
        contenders: &[Contender::Wscheck],
        targets: &[Target::OfServer(1.15)],
        rounds: 1,
        is_usual: false,
    },
];

impl Race {
    /// Runs so many rounds against a server.
    pub fn run(&self, server: &str, rounds: usize) -> Result<Vec<Round>, String> {
        let round = |_| {
            let laps = self.contenders.iter();
            laps.map(|contender| self.lap(*contender, server)).collect()
        };
        (0..rounds).map(round).collect()
    }

    fn lap(&self, contender: Contender, server: &str) -> Result<Lap, String> {
        let mut peer = Peer::start(program::server(server)?)?;
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut command = contender.command(peer.url(), self.patterns, folder.path())?;
        let run = Run::of(&mut command, Process::new(peer.process.id()))?;
        peer.is_alive()?;
        let told = self.told(contender, &run, folder.path());
        let told = told.map_err(|why| format!("{contender}: {why}\n{}", run.story))?;
        Ok(Lap { run, told })
    }

    fn told(&self, contender: Contender, run: &Run, folder: &Path) -> Result<Told, String> {
        if !contender.may_end_with(run.status.code()) {
            return Err(format!("it ended with {}", run.status));
        }
        contender.told(folder)
    }
}

impl Target {
    /// What is compared in a round with what it is to come to. `contenders` are those of
    /// the round.
    pub fn of(self, round: &[Lap], contenders: &[Contender]) -> f64 {
        let wall = |lap: &Lap| lap.run.wall.as_secs_f64();
        let wscheck = &round[0];
        match self {
            Self::Under(_) => wall(wscheck),
            Self::OfServer(_) => wall(wscheck) / wscheck.run.server.as_secs_f64(),
            Self::FasterThan(whom, _) => {
                let at = contenders.iter().position(|contender| *contender == whom);
                wall(&round[at.expect("it takes part")]) / wall(wscheck)
            }
        }
    }

    /// Whether a value is good enough.
    pub fn is_met_by(self, value: f64) -> bool {
        match self {
            Self::Under(seconds) => value < seconds,
            Self::OfServer(most) => value <= most,
            Self::FasterThan(_, least) => value >= least,
        }
    }
}
