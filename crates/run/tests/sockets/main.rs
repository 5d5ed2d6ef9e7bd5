//! Runs over real sockets.
#![cfg(test)]

#[cfg(target_os = "linux")]
mod bounds;
mod company;
mod echo;
#[cfg(target_os = "linux")]
mod harm;
mod hostile;
mod memory;
mod served;
mod service;
mod strangers;
mod support;
#[cfg(unix)]
mod testee;
