//! A run: one target after another, of each so many cases at a time.

use std::sync::Arc;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wscheck_suite::result::RunInfo;

use crate::bout::Bout;
use crate::event::Event;
use crate::plan::Plan;

/// Plays a plan: the targets one after another, of each so many cases at a
/// time as the plan says. Everything that comes of it is told to `tell`, in
/// order; nothing of it is kept.
///
/// When `cancel` is cancelled, the cases that run are dropped without a result
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
    for index in 0..info.targets.len() {
        let mut bout = Bout::new(&plan, index, &info.targets);
        let played = cancel.run_until_cancelled(bout.play(&mut tell)).await;
        info.targets[index] = bout.end(&mut tell).await;
        if played.is_none() {
            info.interrupted = true;
            break;
        }
    }
    let took = begin.elapsed().as_millis();
    info.duration_ms = Some(u64::try_from(took).unwrap_or(u64::MAX));
    tell(Event::RunFinished(info.clone()));
    info
}
