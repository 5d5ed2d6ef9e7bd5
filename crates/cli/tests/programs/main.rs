//! The two programs from outside: what they print, write and exit with.

mod echo;
mod explain;
mod help;
mod interrupt;
mod list;
mod peers;
mod place;
mod server;
mod testee;
mod unfit;
mod wstest;
