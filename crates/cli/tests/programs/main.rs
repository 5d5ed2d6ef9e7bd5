//! The two programs from outside: what they print, write and exit with.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[cfg(unix)]
mod ci;
mod client;
mod echo;
mod expectations;
mod explain;
mod help;
mod import;
mod interrupt;
mod list;
mod packets;
mod pages;
mod peers;
mod place;
mod proxy;
mod reports;
mod server;
mod testee;
mod unfit;
mod wstest;
