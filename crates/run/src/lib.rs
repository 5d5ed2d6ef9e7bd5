//! Plays conformance cases over sockets: the only crate that knows sockets,
//! TLS, processes and the clock.
//!
//! - A [`Plan`] says which cases are played against which servers; [`run`]
//!   plays it and tells [`Event`]s.
//! - [`drive`] is the one loop where a [`Transport`] meets a
//!   [`Conversation`](wscheck_wire::Conversation), whichever that is.
//! - A [`Dialler`] reaches the server at an [`Address`].

mod address;
mod bout;
mod clock;
mod dial;
mod driver;
mod error;
mod event;
mod job;
mod listen;
mod plan;
mod pool;
mod preflight;
mod serve;
mod testee;
mod tls;
mod transport;

pub use address::{Address, BadAddress, Place};
pub use clock::timestamp;
pub use dial::{CONNECT_LIMIT, Dialled, Dialler};
pub use driver::{FLUSH_LIMIT, MAX_READ, Observer, drive};
pub use error::CouldNotTest;
pub use event::Event;
pub use listen::{CouldNotListen, Listener};
pub use plan::{Direction, Plan, TargetPlan, Trace, UNKNOWN_SERVER};
pub use pool::run;
pub use preflight::{Preflight, Unfit, preflight};
pub use serve::{MAX_CONNECTIONS, serve_echo};
pub use testee::{Ending, LISTEN_LIMIT, NotStarted, Stopped, Testee, TesteeCommand};
pub use tls::{BadTls, ClientTls, ServerTls, Trust};
pub use tokio_util::sync::CancellationToken;
pub use transport::{Stream, Transport};
