//! A run: one target after another, of each so many cases at a time.

use std::sync::Arc;

use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use wscheck_suite::result::{CutShort, RunInfo};

use crate::bout::Bout;
use crate::event::Event;
use crate::plan::Plan;

/// Plays a plan: the targets one after another, of each so many cases at a
/// time as the plan says. Everything that comes of it is told to `tell`, in
/// order; nothing of it is kept.
///
/// A run that fails fast, or whose time is over, tells what it has not played as
/// skipped. When `cancel` is cancelled, the cases that run are dropped without a result
/// and the run ends as interrupted.
///
/// Returns what [`Event::RunFinished`] told.
pub async fn run(
    plan: Plan,
    cancel: &CancellationToken,
    mut tell: impl FnMut(Event) + Send,
) -> RunInfo {
    let begin = Instant::now();
    let mut info = plan.info();
    tell(Event::RunStarted(info.clone()));
    let plan = Arc::new(plan);
    let deadline = plan.max_time.and_then(|limit| begin.checked_add(limit));
    for index in 0..info.targets.len() {
        let mut bout = Bout::new(&plan, index, &info.targets);
        if let Some(why) = info.cut_short {
            bout.pass_over(why, &mut tell);
        } else {
            let playing = within(deadline, bout.play(&mut tell));
            match cancel.run_until_cancelled(playing).await {
                Some(Ok(())) => {}
                Some(Err(OutOfTime)) => bout.cut(CutShort::OutOfTime, &mut tell),
                None => info.interrupted = true,
            }
            info.cut_short = bout.cut_short();
        }
        info.targets[index] = bout.end(&mut tell).await;
        if info.interrupted {
            break;
        }
    }
    let took = begin.elapsed().as_millis();
    info.duration_ms = Some(u64::try_from(took).unwrap_or(u64::MAX));
    tell(Event::RunFinished(info.clone()));
    info
}

/// The time for the whole run is over.
struct OutOfTime;

async fn within(
    deadline: Option<Instant>,
    work: impl Future<Output = ()>,
) -> Result<(), OutOfTime> {
    match deadline {
        Some(deadline) => timeout_at(deadline, work).await.map_err(|_| OutOfTime),
        None => {
            work.await;
            Ok(())
        }
    }
}
