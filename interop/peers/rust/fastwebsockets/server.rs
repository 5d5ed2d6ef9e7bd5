//! Echo over fastwebsockets and hyper. Usage: `fastwebsockets-server [PORT]`

use std::convert::Infallible;
use std::env;
use std::error::Error;

use bytes::Bytes;
use fastwebsockets::{FragmentCollector, Frame, OpCode, WebSocketError, upgrade};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

#[path = "../close_command.rs"]
mod close_command;

const MAX_MESSAGE: usize = 64 * 1024 * 1024;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = env::args().nth(1).map_or(Ok(0), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("ws://{}", listener.local_addr()?);

    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(
            http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service_fn(accept))
                .with_upgrades(),
        );
    }
}

/// The library looks at the key and the version; the rest is left to who calls it.
async fn accept(mut request: Request<Incoming>) -> Result<Response<Empty<Bytes>>, Infallible> {
    let mut refusal = Response::new(Empty::new());
    *refusal.status_mut() = StatusCode::BAD_REQUEST;
    if request.method() != Method::GET || !upgrade::is_upgrade_request(&request) {
        return Ok(refusal);
    }
    match upgrade::upgrade(&mut request) {
        Ok((response, upgraded)) => {
            tokio::spawn(echo(upgraded));
            return Ok(response);
        }
        Err(WebSocketError::InvalidSecWebsocketVersion) => {
            let known = HeaderValue::from_static("13");
            refusal.headers_mut().insert("Sec-WebSocket-Version", known);
        }
        Err(_) => {}
    }
    Ok(refusal)
}

/// Echoes until the connection ends; the library answers pings and Closes.
async fn echo(upgraded: upgrade::UpgradeFut) -> Result<(), WebSocketError> {
    let mut socket = upgraded.await?;
    socket.set_max_message_size(MAX_MESSAGE);
    let mut socket = FragmentCollector::new(socket);
    loop {
        let frame = socket.read_frame().await?;
        match frame.opcode {
            OpCode::Text => {
                let text = std::str::from_utf8(&frame.payload).unwrap_or_default();
                let answer = match close_command::asked(text) {
                    Some(Some((code, reason))) => Frame::close(code, reason.as_bytes()),
                    Some(None) => Frame::close_raw(Vec::new().into()),
                    None => frame,
                };
                socket.write_frame(answer).await?;
            }
            OpCode::Binary => socket.write_frame(frame).await?,
            OpCode::Close => return Ok(()),
            _ => {}
        }
    }
}
