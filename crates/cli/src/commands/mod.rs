//! What `wscheck` does, a file a command.

pub mod list;
