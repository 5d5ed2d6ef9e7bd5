//! Echo over websocket, known as rust-websocket. Usage: `rust-websocket-server [PORT]`

use std::error::Error;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::{env, thread};

use websocket::server::upgrade::HyperIntoWsError;
use websocket::sync::Client;
use websocket::sync::server::IntoWs;
use websocket::{CloseData, OwnedMessage};

#[path = "../close_command.rs"]
mod close_command;

fn main() -> Result<(), Box<dyn Error>> {
    let port = env::args().nth(1).map_or(Ok(0), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("ws://{}", listener.local_addr()?);

    for stream in listener.incoming() {
        let stream = stream?;
        thread::spawn(move || match stream.into_ws() {
            Ok(upgrade) => {
                if let Ok(client) = upgrade.accept() {
                    echo(client);
                }
            }
            Err((stream, _, _, error)) => refuse(stream, &error),
        });
    }
    Ok(())
}

/// The library hands back what is no request for an upgrade, and says why.
fn refuse(mut stream: TcpStream, error: &HyperIntoWsError) {
    let status = match error {
        HyperIntoWsError::Io(_) => return,
        HyperIntoWsError::UnsupportedWebsocketVersion => {
            "400 Bad Request\r\nSec-WebSocket-Version: 13"
        }
        _ => "400 Bad Request",
    };
    let rest = "Connection: close\r\nContent-Length: 0\r\n\r\n";
    let _ = stream.write_all(format!("HTTP/1.1 {status}\r\n{rest}").as_bytes());
}

/// Echoes and answers pings until the peer closes, or says something wrong.
///
/// The library leaves the answers to its user: a close is answered in kind, an error
/// with a close that has no code.
fn echo(client: Client<TcpStream>) {
    let Ok((mut receiver, mut sender)) = client.split() else {
        return;
    };
    let mut closed = false; // by us, not yet by the peer
    for message in receiver.incoming_messages() {
        let answer = match message {
            Ok(message) if closed && !message.is_close() => continue,
            _ if closed => break,
            Ok(OwnedMessage::Ping(payload)) => OwnedMessage::Pong(payload),
            Ok(OwnedMessage::Pong(_)) => continue,
            Ok(OwnedMessage::Text(text)) => match close_command::asked(&text) {
                Some(end) => {
                    closed = true;
                    let end = end.map(|(code, reason)| CloseData::new(code, reason.to_owned()));
                    OwnedMessage::Close(end)
                }
                None => OwnedMessage::Text(text),
            },
            Ok(message) => message,
            Err(_) => OwnedMessage::Close(None),
        };
        if sender.send_message(&answer).is_err() || (answer.is_close() && !closed) {
            break;
        }
    }
    let _ = sender.shutdown_all();
}
