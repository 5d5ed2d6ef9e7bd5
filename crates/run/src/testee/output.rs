//! What a program printed, as far as it is kept.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt};

/// How many octets of output are kept at all.
const KEPT: usize = 256 * 1024;

/// How many octets of it one answer holds.
const TOLD: usize = 16 * 1024;

/// The last [`KEPT`] octets of a stream, with places in it.
#[derive(Debug, Default)]
pub(super) struct Output {
    ring: Mutex<Ring>,
}

#[derive(Debug, Default)]
struct Ring {
    octets: VecDeque<u8>,
    /// How many octets there were in all.
    total: u64,
}

impl Output {
    fn push(&self, octets: &[u8]) {
        let mut ring = self.lock();
        ring.octets.extend(octets);
        let surplus = ring.octets.len().saturating_sub(KEPT);
        ring.octets.drain(..surplus);
        ring.total += octets.len() as u64;
    }

    /// The place that is reached now.
    pub(super) fn mark(&self) -> u64 {
        self.lock().total
    }

    /// What came since `mark`; of much only the last, with a note before it.
    pub(super) fn since(&self, mark: u64) -> String {
        let ring = self.lock();
        let wanted = usize::try_from(ring.total.saturating_sub(mark)).unwrap_or(usize::MAX);
        let told = wanted.min(TOLD).min(ring.octets.len());
        let skipped = ring.octets.len() - told;
        let octets: Vec<u8> = ring.octets.iter().skip(skipped).copied().collect();
        let text = String::from_utf8_lossy(&octets);
        match wanted - told {
            0 => text.into_owned(),
            missing => format!("[{missing} octets left out]\n{text}"),
        }
    }

    /// What came last.
    pub(super) fn last(&self) -> String {
        self.since(0)
    }

    fn lock(&self) -> MutexGuard<'_, Ring> {
        // A ring is whole at every moment, whoever panicked.
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps what comes out of `pipe`, until its end.
pub(super) async fn keep(mut pipe: impl AsyncRead + Unpin, output: Arc<Output>) {
    let mut buffer = vec![0; 8 * 1024];
    while let Ok(count @ 1..) = pipe.read(&mut buffer).await {
        output.push(&buffer[..count]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_sliced_by_marks_and_bounded() {
        let output = Output::default();
        output.push(b"before\n");
        let mark = output.mark();
        assert_eq!(output.since(mark), "");
        output.push(b"during\n");
        assert_eq!(output.since(mark), "during\n");
        assert_eq!(output.last(), "before\nduring\n");

        output.push(&vec![b'x'; 2 * KEPT]);
        let told = output.since(mark);
        assert!(
            told.starts_with("[507911 octets left out]\nxxx"),
            "{}",
            &told[..40]
        );
        assert!(output.lock().octets.len() == KEPT);
    }
}
