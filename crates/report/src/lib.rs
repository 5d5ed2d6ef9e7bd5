//! A stored run as text and files, for people and for programs. Decides
//! nothing: what is right and what is wrong was said by the judge.

pub mod account;
pub mod annotations;
pub mod autobahn;
pub mod console;
pub mod diff;
pub mod expectations;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod merge;
pub mod pcapng;
pub mod standing;
pub mod store;
pub mod stored;
pub mod summary;
pub mod tap;
pub mod whole_file;
pub mod wording;

#[cfg(test)]
mod sample;
