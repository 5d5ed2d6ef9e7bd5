//! Runs over real sockets.
#![cfg(test)]

mod bounds;
mod company;
mod echo;
mod harm;
mod hostile;
mod memory;
mod proxy;
mod served;
mod service;
mod strangers;
mod support;
#[cfg(unix)]
mod testee;
