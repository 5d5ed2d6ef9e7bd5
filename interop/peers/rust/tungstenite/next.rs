use std::io::ErrorKind::ConnectionRefused;

use tungstenite::{Error, Message, connect};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::var("WSCHECK_URL")? + "/next?agent=tungstenite";
    loop {
        let mut socket = match connect(&url) {
            Ok((socket, _)) => socket,
            Err(Error::Io(error)) if error.kind() == ConnectionRefused => return Err(error.into()),
            Err(_) => continue,
        };
        while let Ok(message) = socket.read() {
            match message {
                Message::Text(_) | Message::Binary(_) => drop(socket.send(message)),
                Message::Close(Some(end)) if end.reason == "no more cases" => return Ok(()),
                _ => {}
            }
        }
        let _ = socket.flush(); // the Close of a case that failed
    }
}
