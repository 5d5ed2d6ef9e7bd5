//! Echo over tungstenite. Usage: `tungstenite-server [PORT]`

use std::error::Error;
use std::net::{TcpListener, TcpStream};
use std::{env, thread};

use tungstenite::protocol::CloseFrame;

#[path = "../close_command.rs"]
mod close_command;

fn main() -> Result<(), Box<dyn Error>> {
    let port = env::args().nth(1).map_or(Ok(0), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("ws://{}", listener.local_addr()?);

    for stream in listener.incoming() {
        let stream = stream?;
        stream.set_nodelay(true)?;
        thread::spawn(move || echo(stream));
    }
    Ok(())
}

/// Echoes until the connection ends; what tungstenite had queued then is still sent.
fn echo(stream: TcpStream) {
    let Ok(mut socket) = tungstenite::accept(stream) else {
        return;
    };
    while let Ok(message) = socket.read() {
        if !socket.can_write() {
            continue; // until the Close that ends all
        }
        let text = message.to_text().ok().filter(|_| message.is_text());
        let sent = match text.and_then(close_command::asked) {
            Some(end) => socket.close(end.map(|(code, reason)| CloseFrame {
                code: code.into(),
                reason: reason.into(),
            })),
            None if message.is_text() || message.is_binary() => socket.send(message),
            None => continue,
        };
        if sent.is_err() {
            return;
        }
    }
    let _ = socket.flush();
}
