//! That round trips are played and judged as such, and nothing else beside them.

use wscheck_wire::Opcode;

use super::{Law, Place, Report, expectations};
use crate::case::{Case, Script, Step};
use crate::expectation::Pattern;

pub(super) fn stand_alone(script: &Script, place: Place, report: &mut Report<'_>) {
    let mut behind = false;
    for (index, step) in script.steps.iter().enumerate() {
        let is_timer = matches!(step, Step::FailAfter(_) | Step::CloseAfter(_));
        if behind && !is_timer {
            report(
                Law::RoundTrips,
                format!("{} follows round trips", place.step(index)),
            );
        }
        if let Step::RoundTrips { frame, .. } = step {
            behind = true;
            let data = matches!(frame.opcode, Opcode::TEXT | Opcode::BINARY);
            if !data || !frame.fin {
                report(
                    Law::RoundTrips,
                    format!("{} sends no whole message", place.step(index)),
                );
            }
        }
    }
}

pub(super) fn are_judged(case: &Case, report: &mut Report<'_>) {
    let plays = |step: &Step| matches!(step, Step::RoundTrips { .. });
    let played = case
        .connections
        .iter()
        .any(|script| script.steps.iter().any(plays));
    for expect in expectations(case) {
        for answer in &expect.answers {
            if (answer.heard == Pattern::RoundTrips) != played {
                report(
                    Law::RoundTrips,
                    "round trips must be both played and expected, or neither".into(),
                );
            }
        }
    }
}
