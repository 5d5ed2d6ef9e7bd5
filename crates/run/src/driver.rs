//! The one loop where a transport meets a conversation.
//!
//! The loop goes in turns. In each turn, what waits to be written is offered to
//! the transport once, then one read is tried, then a timer that is due is
//! served. Nothing waits for anything else: the peer is read while it does not
//! read us, and a peer that never stops sending does not keep a timer from
//! being served.
//!
//! - An output is asked for when the one before it is out, so that a message of
//!   16 MiB exists 64 KiB at a time.
//! - A time-out that is due sooner than the timer can tell is not slept for:
//!   turns of the loop, each with one attempt to write and one to read, pass
//!   the time. The other tasks of the thread get their turn in between, and so
//!   does whoever shares our processor: a testee that does would otherwise be
//!   kept from reading until all is written, and pieces that are meant to
//!   arrive apart would arrive as one.
//! - A write that fails is the end of the writing: what follows is swallowed.
//!   What the peer had sent before is still read.
//! - Once the conversation is over, what it still wants written has
//!   [`FLUSH_LIMIT`]. What comes in meanwhile is thrown away, so that a peer
//!   that writes before it reads does not block us.

use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::thread;
use std::time::Duration;

use tokio::io::{AsyncWriteExt, ReadBuf};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};
use wscheck_wire::{Conversation, Eof, Moment, Output};

use crate::transport::Transport;

/// How long the last octets of a conversation that is over may take to leave.
pub const FLUSH_LIMIT: Duration = Duration::from_secs(5);

/// What the timer cannot tell apart.
const TIMER_GRAIN: Duration = Duration::from_millis(1);

/// The most octets of one read.
pub const MAX_READ: usize = 64 * 1024;

thread_local! {
    /// A read and its handling never leave the thread, so one buffer serves
    /// all connections of it, and an idle connection costs none.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; MAX_READ]);
}

/// Sees the octets of a connection as they pass.
pub trait Observer {
    /// The transport took octets.
    fn sent(&mut self, _now: Moment, _octets: &[u8]) {}

    /// The transport gave octets.
    fn received(&mut self, _now: Moment, _octets: &[u8]) {}

    /// Nothing more comes from the peer.
    fn peer_ended(&mut self, _now: Moment, _how: Eof) {}

    /// We end our direction, or by a reset all of it. Told once, or first the
    /// one and then the other.
    fn we_ended(&mut self, _now: Moment, _reset: bool) {}
}

/// Looks away.
impl Observer for () {}

/// Holds a conversation over a transport until it is over, and ends the
/// transport. `started` is the moment from which the conversation counts its
/// own.
///
/// A conversation for which nothing can happen any more, no input, no output
/// and no time-out, is ended too.
pub async fn drive<T, C, O>(transport: T, conversation: &mut C, started: Instant, observer: &mut O)
where
    T: Transport,
    C: Conversation,
    O: Observer + ?Sized,
{
    let driver = Driver::new(transport, conversation, started, observer);
    driver.run().await;
}

/// The same, for a conversation that has more to say for another reason than
/// input and time: it is asked when `nudge` is notified, too.
pub(crate) async fn drive_nudged<T, C>(
    transport: T,
    conversation: &mut C,
    started: Instant,
    nudge: &Notify,
) where
    T: Transport,
    C: Conversation,
{
    let mut observer = ();
    let mut driver = Driver::new(transport, conversation, started, &mut observer);
    driver.nudge = Some(nudge);
    driver.run().await;
}

struct Driver<'a, T, C, O: ?Sized> {
    transport: T,
    conversation: &'a mut C,
    observer: &'a mut O,
    started: Instant,
    nudge: Option<&'a Notify>,
    writing: Writing,
    /// An output that was asked for ahead of time.
    next: Option<Output>,
    write_failed: bool,
    peer_ended: bool,
    we_ended: bool,
    /// Set when the conversation is over.
    flush_by: Option<Instant>,
}

/// What is on its way out.
enum Writing {
    Nothing,
    Octets { octets: Vec<u8>, at: usize },
    Flush,
    Shutdown,
}

/// How the transport ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    InOrder,
    Abort,
}

impl<'a, T, C, O> Driver<'a, T, C, O>
where
    T: Transport,
    C: Conversation,
    O: Observer + ?Sized,
{
    fn new(transport: T, conversation: &'a mut C, started: Instant, observer: &'a mut O) -> Self {
        Self {
            transport,
            conversation,
            observer,
            started,
            nudge: None,
            writing: Writing::Nothing,
            next: None,
            write_failed: false,
            peer_ended: false,
            we_ended: false,
            flush_by: None,
        }
    }

    async fn run(mut self) {
        let end = loop {
            if let Some(end) = self.fetch_output() {
                break end;
            }
            let deadline = self.deadline();
            if deadline.is_none() && !self.is_reading() && matches!(self.writing, Writing::Nothing)
            {
                break End::InOrder;
            }
            let soon = Instant::now() + TIMER_GRAIN;
            let at_once = deadline.is_some_and(|deadline| deadline <= soon);
            self.exchange(deadline, at_once).await;
            if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                if self.flush_by.is_some() {
                    break End::Abort;
                }
                self.conversation.handle_timeout(self.now());
            }
            if at_once {
                thread::yield_now();
                tokio::task::yield_now().await;
            }
        };
        if end == End::InOrder {
            self.tell_end();
        } else {
            self.observer.we_ended(self.started.elapsed(), true);
        }
        if end == End::Abort
            || timeout(FLUSH_LIMIT, self.transport.shutdown())
                .await
                .is_err()
        {
            self.transport.abort();
        }
    }

    /// Our direction ends in order.
    fn tell_end(&mut self) {
        if !self.we_ended {
            self.we_ended = true;
            self.observer.we_ended(self.started.elapsed(), false);
        }
    }

    fn now(&self) -> Moment {
        self.started.elapsed()
    }

    /// When something must be done though nothing happens.
    fn deadline(&mut self) -> Option<Instant> {
        if self.conversation.is_over() {
            return Some(
                *self
                    .flush_by
                    .get_or_insert_with(|| Instant::now() + FLUSH_LIMIT),
            );
        }
        self.started.checked_add(self.conversation.poll_timeout()?)
    }

    /// Asks what to do next, if the last thing is done. `Some`: it was the
    /// last.
    fn fetch_output(&mut self) -> Option<End> {
        loop {
            let is_idle = matches!(self.writing, Writing::Nothing);
            if self.next.is_none() && (is_idle || self.conversation.is_over()) {
                self.next = self.conversation.poll_output(self.now());
            }
            match self.next.take()? {
                Output::Reset => return Some(End::Abort),
                output if !is_idle => {
                    self.next = Some(output);
                    return None;
                }
                Output::Drop => return Some(End::InOrder),
                _ if self.write_failed => {}
                Output::Write(octets) => self.writing = Writing::Octets { octets, at: 0 },
                Output::ShutdownWrite => self.writing = Writing::Shutdown,
            }
        }
    }

    /// Waits until something is written or read, somebody nudges, or the
    /// deadline has come; `at_once` for none of these.
    async fn exchange(&mut self, deadline: Option<Instant>, at_once: bool) {
        let sleeps_until = deadline.filter(|_| !at_once);
        let mut timer = pin!(sleeps_until.map(sleep_until));
        let nudge = self.nudge;
        let mut nudged = pin!(async {
            match nudge {
                Some(nudge) => nudge.notified().await,
                None => pending().await,
            }
        });
        poll_fn(|cx| {
            let wrote = self.poll_write(cx).is_ready();
            let read = self.poll_read(cx).is_ready();
            let nudged = nudged.as_mut().poll(cx).is_ready();
            if wrote || read || nudged || at_once {
                return Poll::Ready(());
            }
            match timer.as_mut().as_pin_mut() {
                Some(timer) => timer.poll(cx),
                None => Poll::Pending,
            }
        })
        .await;
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let transport = Pin::new(&mut self.transport);
        let done = match &mut self.writing {
            Writing::Nothing => return Poll::Pending,
            Writing::Octets { octets, at } => {
                match ready!(transport.poll_write(cx, &octets[*at..])) {
                    Ok(0) => Err(io::ErrorKind::WriteZero.into()),
                    Ok(count) => {
                        let now = self.started.elapsed();
                        self.observer.sent(now, &octets[*at..*at + count]);
                        *at += count;
                        if *at == octets.len() {
                            self.writing = Writing::Flush;
                        }
                        return Poll::Ready(());
                    }
                    Err(error) => Err(error),
                }
            }
            Writing::Flush => ready!(transport.poll_flush(cx)),
            Writing::Shutdown => {
                let done = ready!(transport.poll_shutdown(cx));
                self.tell_end();
                done
            }
        };
        self.write_failed |= done.is_err();
        self.writing = Writing::Nothing;
        Poll::Ready(())
    }

    fn is_reading(&self) -> bool {
        !self.peer_ended && (self.conversation.is_over() || self.conversation.wants_input())
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.is_reading() {
            return Poll::Pending;
        }
        BUFFER.with_borrow_mut(|buffer| {
            let mut input = ReadBuf::new(buffer);
            let read = ready!(Pin::new(&mut self.transport).poll_read(cx, &mut input));
            self.handle_read(read, input.filled_mut());
            Poll::Ready(())
        })
    }

    fn handle_read(&mut self, read: io::Result<()>, input: &mut [u8]) {
        let now = self.now();
        let eof = match read {
            Ok(()) if !input.is_empty() => {
                self.observer.received(now, input);
                if !self.conversation.is_over() {
                    self.conversation.handle_input(now, input);
                }
                return;
            }
            // After a failed write this is all that is left of an RST.
            Ok(()) if self.write_failed => Eof::Reset,
            Ok(()) => Eof::Fin,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Eof::Truncated,
            Err(_) => Eof::Reset,
        };
        self.peer_ended = true;
        self.observer.peer_ended(now, eof);
        if !self.conversation.is_over() {
            self.conversation.handle_eof(now, eof);
        }
    }
}

#[cfg(test)]
mod tests;
