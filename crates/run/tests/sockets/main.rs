//! Runs over real sockets.
#![cfg(test)]

mod echo;
mod hostile;
mod memory;
mod service;
mod support;
#[cfg(unix)]
mod testee;
