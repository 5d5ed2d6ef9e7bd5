//! What a WebSocket conformance case is, the catalogue of them, and how a
//! case is played and judged. No sockets, no clock, no files.

pub mod case;
pub mod case_id;
mod case_row;
pub mod catalogue;
pub mod corpus;
pub mod cover;
pub mod demands;
pub mod effort;
pub mod evidence;
pub mod expectation;
pub mod explain;
pub mod export;
pub mod fragment;
pub mod in_process;
pub mod judge;
pub mod lint;
pub mod load;
pub mod log;
mod matching;
pub mod matrix;
pub mod octets;
mod our_side;
pub mod pace;
pub mod payload;
pub mod profile;
pub mod result;
pub mod session;
pub mod shard;
mod step_row;
mod step_words;
pub mod transcript;
pub mod verdict;
pub mod vocabulary;
pub mod wildcard;
