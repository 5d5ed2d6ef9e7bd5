//! A stored run as text and files, for people and for programs. Decides
//! nothing: what is right and what is wrong was said by the judge.

pub mod autobahn;
pub mod console;
pub mod json;
pub mod store;
pub mod stored;
pub mod summary;
mod whole_file;
pub mod wording;

#[cfg(test)]
mod sample;
