//! Echo over websocket, known as rust-websocket. Usage: `rust-websocket-server [PORT]`

use std::error::Error;
use std::net::TcpStream;
use std::{env, thread};

use websocket::OwnedMessage;
use websocket::sync::{Client, Server};

fn main() -> Result<(), Box<dyn Error>> {
    let port = env::args().nth(1).map_or(Ok(0), |port| port.parse())?;
    let mut server = Server::bind(("127.0.0.1", port))?;
    println!("ws://{}", server.local_addr()?);

    loop {
        // A request that does not ask for an upgrade is dropped.
        if let Ok(upgrade) = server.accept() {
            thread::spawn(move || {
                if let Ok(client) = upgrade.accept() {
                    echo(client);
                }
            });
        }
    }
}

/// Echoes and answers pings until the peer closes, or says something wrong.
///
/// The library leaves the answers to its user: a close is answered in kind, an error
/// with a close that has no code.
fn echo(client: Client<TcpStream>) {
    let Ok((mut receiver, mut sender)) = client.split() else {
        return;
    };
    for message in receiver.incoming_messages() {
        let answer = match message {
            Ok(OwnedMessage::Ping(payload)) => OwnedMessage::Pong(payload),
            Ok(OwnedMessage::Pong(_)) => continue,
            Ok(message) => message,
            Err(_) => OwnedMessage::Close(None),
        };
        if sender.send_message(&answer).is_err() || answer.is_close() {
            break;
        }
    }
    let _ = sender.shutdown_all();
}
