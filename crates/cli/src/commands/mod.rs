//! What `wscheck` does, a file a command.

pub mod client;
pub mod diff;
pub mod documentation;
pub mod echo;
pub mod explain;
pub mod import;
pub mod list;
pub mod merge;
pub mod proxy;
pub mod report;
pub mod server;
