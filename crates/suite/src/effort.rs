//! About how long a case takes, told from what it does.

use std::time::Duration;

use crate::case::{Case, Frame, Script, Step};
use crate::fragment;
use crate::payload::Payload;

/// Opening and closing a connection.
const CONNECTION: Duration = Duration::from_millis(1);

/// There and back.
const ROUND_TRIP: Duration = Duration::from_micros(100);

/// A write of its own, or a frame.
const WRITE: Duration = Duration::from_micros(10);

/// One of many small frames in one write.
const FRAME_IN_A_ROW: Duration = Duration::from_micros(1);

/// Octets a second through both ends.
const OCTETS: u64 = 200_000_000;

/// Octets a second where they are compressed and inflated on the way.
const COMPRESSED_OCTETS: u64 = 20_000_000;

/// About how long `case` takes against a testee that is neither slow nor wrong.
/// It is good for cutting work into even parts and for beginning with the longest.
pub fn effort(case: &Case) -> Duration {
    // One connection before the proxy, and one behind it.
    let relayed = case
        .relay
        .as_ref()
        .map_or(Duration::ZERO, |_| 2 * CONNECTION);
    relayed + case.connections.iter().map(of_script).sum::<Duration>()
}

fn of_script(script: &Script) -> Duration {
    let is_lawful = script.steps.iter().all(|step| step.breaks().is_empty());
    let steps = script.steps.iter().map(|step| match step {
        // A good testee fails the connection before, if it is given a reason.
        Step::CloseAfter(lasts) if is_lawful => *lasts,
        step => of_step(step),
    });
    CONNECTION + steps.sum::<Duration>()
}

fn of_step(step: &Step) -> Duration {
    match step {
        Step::Send(frame) => of_frame(frame),
        Step::Fragments { payload, size, .. } => {
            times(WRITE, fragment::count(length(payload), *size)) + carried(length(payload), OCTETS)
        }
        Step::Part(octets) | Step::Raw { octets, .. } => WRITE + carried(octets.len(), OCTETS),
        Step::RoundTrips { frame, times, size } => {
            let fragments = size.map_or(1, |size| fragment::count(length(&frame.payload), size));
            let one = ROUND_TRIP + self::times(WRITE, fragments) + of_frame(frame);
            self::times(one, u64::from(*times))
        }
        Step::Repeat { frame, times } => {
            let octets = length(&frame.payload).saturating_mul(u64::from(*times));
            self::times(FRAME_IN_A_ROW, u64::from(*times)) + carried(octets, OCTETS)
        }
        Step::Pause { lasts, .. } => *lasts,
        // A good testee does not let it come to that.
        Step::Begin { .. }
        | Step::FailAfter(_)
        | Step::CloseAfter(_)
        | Step::HalfClose
        | Step::Reset => Duration::ZERO,
    }
}

fn of_frame(frame: &Frame) -> Duration {
    let length = length(&frame.payload);
    let rate = if frame.compressed {
        COMPRESSED_OCTETS
    } else {
        OCTETS
    };
    let writes = frame
        .chop
        .map_or(1, |chop| length.div_ceil(u64::from(chop.max(1))));
    times(WRITE, writes) + carried(length, rate)
}

/// In characters where it is an excerpt of a text, which is not made for this.
fn length(payload: &Payload) -> u64 {
    match payload {
        Payload::Excerpt { length, .. } => *length,
        other => other.len(),
    }
}

fn times(duration: Duration, count: u64) -> Duration {
    duration.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX))
}

fn carried(octets: u64, rate: u64) -> Duration {
    Duration::from_nanos(octets.saturating_mul(1_000_000_000) / rate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    fn of(id: &str) -> Duration {
        effort(catalogue::find(id.parse().unwrap()).unwrap())
    }

    #[test]
    fn more_takes_longer() {
        for (less, more) in [
            ("1.1.1", "9.1.6"),
            ("6.4.1", "6.4.3"),
            ("9.1.1", "9.1.6"),
            ("9.3.2", "9.3.1"),
            ("9.5.2", "9.5.1"),
            ("9.7.1", "9.7.6"),
            ("12.1.1", "12.1.10"),
            ("1.1.1", "9.7.1"),
            ("1.1.1", "30.1.1"),
        ] {
            assert!(of(less) < of(more), "{less} {more}");
        }
        assert!(of("6.4.3") >= Duration::from_secs(2), "its pauses count");
    }
}
