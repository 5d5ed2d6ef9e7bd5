//! Plays conformance cases over sockets: the only crate that knows sockets,
//! TLS, processes and the clock.
//!
//! - A [`Plan`] says which cases are played against which servers; [`run`]
//!   plays it and tells [`Event`]s, and keeps none.
//! - [`preflight()`] looks at a server before it is tested; a [`Testee`] is one
//!   that we start ourselves.
//! - [`drive`] is the one loop where a [`Transport`] meets a
//!   [`Conversation`](wscheck_wire::Conversation), whichever that is.
//! - A [`Dialler`] reaches the server at an [`Address`]; a [`Listener`] is one,
//!   and [`serve_echo`] makes it the reference server.
//! - [`run_through`] plays a plan through a proxy, which forwards to a listener of ours.
//! - A [`Service`] serves the suite at such a place, to clients that are tested.
//!
//! ```
//! use std::sync::Arc;
//!
//! use wscheck_run::{CancellationToken, Event, Listener, Plan, TargetPlan, run, serve_echo};
//! use wscheck_suite::{catalogue, verdict::Grade};
//! use wscheck_wire::EndpointConfig;
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let listener = Listener::bind(&"ws://127.0.0.1:0".parse()?).await?;
//! let address = listener.address().clone();
//! let stop = CancellationToken::new();
//! tokio::spawn(serve_echo(listener, None, EndpointConfig::default(), stop.clone()));
//!
//! let chapter = catalogue::all().iter().filter(|case| case.id.chapter() == 5);
//! let cases = chapter.cloned().map(Arc::new).collect();
//! let mut plan = Plan::new();
//! plan.targets.push(TargetPlan::new(address, cases));
//!
//! let mut grades = Vec::new();
//! let cancel = CancellationToken::new();
//! run(plan, &cancel, |event| {
//!     if let Event::CaseFinished(result) = event {
//!         grades.push(result.outcome.grade());
//!     }
//! })
//! .await;
//! stop.cancel();
//! assert_eq!(grades, [Some(Grade::Ok); 20]);
//! # Ok(())
//! # }
//! ```

mod address;
mod bout;
mod case_observer;
mod clock;
mod dial;
mod driver;
mod echo_client;
mod error;
mod event;
mod job;
mod listen;
mod pace;
mod plan;
mod pool;
mod preflight;
mod proxy;
mod serve;
pub mod service;
mod testee;
mod tls;
mod trace;
mod transport;

pub use address::{Address, BadAddress, Place};
pub use clock::timestamp;
pub use dial::{CONNECT_LIMIT, Dialled, Dialler};
pub use driver::{FLUSH_LIMIT, MAX_READ, Observer, drive};
pub use echo_client::{ClientFault, EchoClient};
pub use error::CouldNotTest;
pub use event::Event;
pub use listen::{CouldNotListen, Listener, MAX_CONNECTIONS};
pub use plan::{Plan, Policy, TargetPlan, UNKNOWN_SERVER};
pub use pool::run;
pub use preflight::{Preflight, Unfit, preflight};
pub use proxy::{UNKNOWN_PROXY, UnfitProxy, run_through};
pub use serve::{serve_echo, serve_faulty};
pub use service::{Service, ServicePlan};
pub use testee::{Ending, LISTEN_LIMIT, NotStarted, Stopped, Testee, TesteeCommand};
pub use tls::{BadTls, ClientTls, ServerTls, Trust};
pub use tokio_util::sync::CancellationToken;
pub use trace::{Carrier, ConnectionInfo, Trace};
pub use transport::{Stream, Transport};
