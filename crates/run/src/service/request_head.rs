//! The head of a request, before it is known what it asks for.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::ready;
use std::time::Duration;

use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::{Instant, timeout_at};
use wscheck_suite::session::request::Refusal;
use wscheck_wire::handshake::{Head, HeadReader};

/// The longest head, octets.
pub const MAX_HEAD: usize = 64 * 1024;

/// How long a head may take where no limit is set.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// The most octets of one read.
const MAX_READ: usize = 4096;

/// A request whose head is complete.
#[derive(Debug)]
pub(super) struct RequestHead {
    pub(super) head: Head,
    /// All octets that came, those after the head too.
    pub(super) octets: Vec<u8>,
}

/// Why there is none.
#[derive(Debug)]
pub(super) enum NoHead {
    /// The client is gone; nobody is left to be told.
    Gone,
    /// The client should be told.
    Refused(Refusal),
}

impl RequestHead {
    /// Reads until the head is complete.
    pub(super) async fn read(
        stream: &mut (impl AsyncRead + Unpin),
        started: Instant,
        limit: Option<Duration>,
    ) -> Result<Self, NoHead> {
        let limit = limit.unwrap_or(LONGEST_WAIT);
        let reading = Self::read_whole(stream);
        match timeout_at(started + limit, reading).await {
            Ok(read) => read,
            Err(_) => {
                let why = format!("no complete request after {} s", limit.as_secs_f64());
                Err(NoHead::Refused(Refusal::with_status(408, why)))
            }
        }
    }

    async fn read_whole(stream: &mut (impl AsyncRead + Unpin)) -> Result<Self, NoHead> {
        let mut reader = HeadReader::new(MAX_HEAD);
        let mut octets = Vec::new();
        loop {
            let before = octets.len();
            match read_some(stream, &mut octets).await {
                Ok(0) | Err(_) => return Err(NoHead::Gone),
                Ok(_) => {}
            }
            match reader.push(&octets[before..]) {
                Ok(None) => {}
                Ok(Some((head, _))) => return Ok(Self { head, octets }),
                Err(too_large) => {
                    let refusal = Refusal::with_status(431, too_large.to_string());
                    return Err(NoHead::Refused(refusal));
                }
            }
        }
    }

    /// What came after the head.
    pub(super) fn rest(&self) -> &[u8] {
        self.octets
            .get(self.head.octets.len()..)
            .unwrap_or_default()
    }
}

/// Appends what one read gives. A connection that is silent holds no buffer.
pub(super) async fn read_some(
    stream: &mut (impl AsyncRead + Unpin),
    into: &mut Vec<u8>,
) -> io::Result<usize> {
    poll_fn(|cx| {
        let mut space = [0; MAX_READ];
        let mut buffer = ReadBuf::new(&mut space);
        let read = ready!(Pin::new(&mut *stream).poll_read(cx, &mut buffer));
        into.extend_from_slice(buffer.filled());
        std::task::Poll::Ready(read.map(|()| buffer.filled().len()))
    })
    .await
}
