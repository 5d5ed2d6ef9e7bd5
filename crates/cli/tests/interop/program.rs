//! The programs of the peers, each installed when it is first asked for.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::installation;

/// The folder with the peers, their kept verdicts and the named races.
pub fn interop() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../interop")
}

/// The echo server over the library that is kept as `agent`. An error says what it needs
/// and does not get.
///
/// # Panics
/// When there is no such peer.
pub fn program(agent: &str) -> Result<Command, String> {
    match agent {
        "ws" => node("ws.js"),
        "websocket-driver" => node("websocket-driver.js"),
        "websockets" => {
            let mut program = Command::new(installation::pypi()?);
            program.arg(interop().join("peers/python/websockets_echo.py"));
            Ok(program)
        }
        "tungstenite" | "rust-websocket" => {
            let bin = installation::crates_io()?;
            Ok(Command::new(bin.join(format!("{agent}-echo"))))
        }
        "websocketpp" => Ok(Command::new(installation::debian()?)),
        _ => panic!("{agent} is no peer"),
    }
}

fn node(script: &str) -> Result<Command, String> {
    let mut program = Command::new("node");
    program.arg(installation::npm()?.join(script));
    Ok(program)
}
