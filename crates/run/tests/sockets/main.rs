//! Runs over real sockets.
#![cfg(test)]

mod company;
mod echo;
mod hostile;
mod memory;
mod served;
mod service;
mod strangers;
mod support;
#[cfg(unix)]
mod testee;
