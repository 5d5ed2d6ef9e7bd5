//! Echo over tungstenite. Usage: `tungstenite-server [PORT]`

use std::error::Error;
use std::net::{TcpListener, TcpStream};
use std::{env, thread};

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
        if (message.is_text() || message.is_binary()) && socket.send(message).is_err() {
            return;
        }
    }
    let _ = socket.flush();
}
