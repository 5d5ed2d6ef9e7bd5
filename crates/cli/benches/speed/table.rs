//! The rounds of a race, as people read them.

use std::fmt::Write as _;

use crate::race::{Lap, Race, Round, Target};

/// The line above the rows; times in seconds, memory in MiB.
const HEAD: &str =
    "             cases  failed      wall  (least   most)   server  wall÷server      own  memory";

/// Medians, and the ratios within the rounds.
pub fn of(race: &Race, server: &str, rounds: &[Round]) -> String {
    let mut text = format!(
        "{} against {server}, medians of {} rounds\n{HEAD}\n",
        race.title,
        rounds.len()
    );
    for (index, contender) in race.contenders.iter().enumerate() {
        let laps: Vec<&Lap> = rounds.iter().map(|round| &round[index]).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{contender:<11}  {}", row(&laps));
    }
    for target in race.targets {
        let values = rounds.iter().map(|round| target.of(round, race.contenders));
        let value = median(values);
        let verdict = match target.is_met_by(value) {
            true => "met",
            false => "missed",
        };
        let _ = writeln!(text, "{}: {verdict}", line(*target, value));
    }
    text
}

fn row(laps: &[&Lap]) -> String {
    let told = laps[0].told;
    let median_of = |of: fn(&Lap) -> f64| median(laps.iter().map(|lap| of(lap)));
    let walls = || laps.iter().map(|lap| wall(lap));
    format!(
        "{:>5}  {:>6}  {:>8.3}  {:>6.3} {:>6.3} {:>8.2}  {:>11.3} {:>8.2} {:>7.1}",
        told.cases,
        told.failed,
        median_of(wall),
        walls().fold(f64::INFINITY, f64::min),
        walls().fold(0.0, f64::max),
        median_of(|lap| lap.run.server.as_secs_f64()),
        median_of(|lap| wall(lap) / lap.run.server.as_secs_f64()),
        median_of(|lap| lap.run.own.as_secs_f64()),
        median_of(|lap| lap.run.memory as f64 / f64::from(1 << 20)),
    )
}

fn wall(lap: &Lap) -> f64 {
    lap.run.wall.as_secs_f64()
}

/// What is compared, what it is, and what it is to be.
fn line(target: Target, value: f64) -> String {
    match target {
        Target::Under(seconds) => {
            format!("  wall                  {value:8.3}   under {seconds}")
        }
        Target::OfServer(most) => {
            format!("  wall÷server           {value:8.3}   at most {most}")
        }
        Target::FasterThan(whom, least) => {
            format!("  {whom:<11} ÷ wscheck {value:8.1}   at least {least}")
        }
    }
}

/// Of an even number the mean of the two in the middle.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}
