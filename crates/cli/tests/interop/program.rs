//! The programs of the peers, each installed when it is first asked for.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::installation;

/// The folder with the peers, their kept verdicts and the named races.
pub fn interop() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../interop")
}

/// The echo server over the library that is kept as `agent`, on a free port. An error says
/// what it needs and does not get.
///
/// # Panics
/// When there is no such peer.
pub fn server(agent: &str) -> Result<Command, String> {
    let mut program = match agent {
        "ws" => node("ws/server.js")?,
        "websocket-driver" => node("websocket-driver/server.js")?,
        "websockets" => python("websockets/server.py")?,
        "tungstenite" | "rust-websocket" => {
            let bin = installation::crates_io()?;
            Command::new(bin.join(format!("{agent}-server")))
        }
        "websocketpp" => Command::new(installation::debian("websocketpp-server")?),
        _ => panic!("{agent} is no peer"),
    };
    program.arg("0");
    Ok(program)
}

/// A script in `peers/node`, whose packages are installed.
pub fn node(script: &str) -> Result<Command, String> {
    let mut program = Command::new("node");
    program.arg(installation::npm()?.join(script));
    Ok(program)
}

/// A script in `peers/python`, by an interpreter that has its packages.
pub fn python(script: &str) -> Result<Command, String> {
    let mut program = Command::new(installation::pypi()?);
    program.arg(interop().join("peers/python").join(script));
    Ok(program)
}
