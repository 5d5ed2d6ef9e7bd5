//! The languages that peers are written in.

use std::path::PathBuf;

use crate::installation::{crates_io, debian, npm, pypi};

/// A folder of `interop/peers`, with what its peers are made of.
#[derive(Debug, Clone, Copy)]
pub enum Language {
    /// JavaScript, over packages from npm.
    Node,
    /// Python, over packages from PyPI.
    Python,
    /// Rust, over crates.
    Rust,
    /// C++, over headers that Debian has.
    Cpp,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Python, Self::Node, Self::Cpp, Self::Rust];

    /// How its folder is called.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Python => "python",
            Self::Rust => "rust",
            Self::Cpp => "cpp",
        }
    }

    /// Installs what its peers are made of. The programs that start them are in this folder.
    pub fn install(self) -> Result<PathBuf, String> {
        match self {
            Self::Node => npm(),
            Self::Python => pypi().map(of_program),
            Self::Rust => crates_io(),
            Self::Cpp => {
                debian("beast-server")?;
                debian("beast-client")?;
                debian("websocketpp-server").map(of_program)
            }
        }
    }
}

/// The folder that a program is in.
fn of_program(mut program: PathBuf) -> PathBuf {
    program.pop();
    program
}
