//! Servers to test, in this process: each on a free port, gone with its value.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;
use wscheck_run::{CancellationToken, Listener, ServerTls, Stream, drive, serve_echo};
use wscheck_wire::handshake::accept_for;
use wscheck_wire::{Echo, EndpointConfig};

/// The reference server, differently configured.
pub struct Reference {
    pub url: String,
    _runtime: Runtime,
}

impl Reference {
    pub fn new(config: EndpointConfig) -> Self {
        Self::serving("ws://127.0.0.1:0/", config)
    }

    /// One at this URL, whose port may be 0; over TLS if it says so.
    pub fn at(url: &str) -> Self {
        Self::serving(url, EndpointConfig::default())
    }

    fn serving(url: &str, config: EndpointConfig) -> Self {
        let runtime = Runtime::new().unwrap();
        let address = url.parse().unwrap();
        let listener = runtime.block_on(Listener::bind(&address)).unwrap();
        let url = listener.address().to_string();
        let tls = url
            .starts_with("wss:")
            .then(|| ServerTls::self_made(&["127.0.0.1"]).unwrap());
        runtime.spawn(serve_echo(listener, tls, config, CancellationToken::new()));
        Self {
            url,
            _runtime: runtime,
        }
    }

    /// One that calls itself so.
    pub fn named(name: &str) -> Self {
        Self::new(EndpointConfig {
            server_header: Some(name.to_owned()),
            ..EndpointConfig::default()
        })
    }

    /// One that fails case 1.1.6, whose message is too long for it.
    pub fn narrow() -> Self {
        Self::new(EndpointConfig {
            server_header: Some("narrow".to_owned()),
            max_message: 1000,
            ..EndpointConfig::default()
        })
    }
}

/// The reference server, which accepts a connection when the one before has
/// ended. It ends with this process.
pub fn one_by_one() -> String {
    echoing(|_| true)
}

/// One that drops its first connection, and serves the others one by one.
pub fn bad_at_first() -> String {
    echoing(|number| number > 0)
}

fn echoing(serves: fn(usize) -> bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        for (number, tcp) in listener.incoming().flatten().enumerate() {
            if serves(number) {
                tcp.set_nonblocking(true).unwrap();
                runtime.block_on(async {
                    let tcp = tokio::net::TcpStream::from_std(tcp).unwrap();
                    let mut echo = Echo::server(EndpointConfig::default());
                    drive(Stream::Tcp(tcp), &mut echo, Instant::now(), &mut ()).await;
                });
            }
        }
    });
    format!("ws://127.0.0.1:{port}")
}

/// A server of a function: it gets each connection, on a thread of its own.
pub fn scripted(serve: fn(TcpStream)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve(stream));
        }
    });
    format!("ws://127.0.0.1:{port}")
}

/// The URL of a port where nobody listens.
pub fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("ws://{}", listener.local_addr().unwrap())
}

/// Answers the opening handshake, and nothing after it.
pub fn deaf(mut stream: TcpStream) {
    open(&mut stream);
    read_all(stream);
}

/// Answers the opening handshake, and each chunk of octets by a text that
/// nobody asked for.
pub fn off_topic(mut stream: TcpStream) {
    open(&mut stream);
    let mut chunk = [0; 4096];
    while let Ok(1..) = stream.read(&mut chunk) {
        if stream.write_all(b"\x81\x03no!").is_err() {
            return;
        }
    }
}

/// Markup, quotes, what ends sections of XML, control characters and marks of
/// direction; with a script that would leave its trace.
pub const MARKUP: &str = "</pre><script>document.documentElement.dataset.ran='yes'</script>\
    \"'><img src=x onerror=\"document.documentElement.dataset.ran='yes'\"> ]]> \u{1b}[31m\
    \u{202e}gpj.exe\u{2066}";

/// Says such things in its head, in each text, and in the reason of its Close.
pub fn vandal(mut stream: TcpStream) {
    let key = read_head(&mut stream);
    let accept = accept_for(key.as_bytes());
    let fields = MARKUP.replace('\u{1b}', "");
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nServer: {fields}\r\n\
         X-More: {fields}\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    let _ = stream.write_all(head.as_bytes());
    let mut chunk = [0; 4096];
    if let Ok(1..) = stream.read(&mut chunk) {
        let mut answer = vec![0x81, 126, 0, MARKUP.len() as u8];
        answer.extend_from_slice(MARKUP.as_bytes());
        let reason = &MARKUP.as_bytes()[..110];
        answer.extend_from_slice(&[0x88, 112, 0x03, 0xe8]);
        answer.extend_from_slice(reason);
        answer.extend_from_slice(b"\x81\x03\xff\xfe\xfd");
        let _ = stream.write_all(&answer);
    }
}

/// Accepts, reads, says nothing.
pub fn silent(stream: TcpStream) {
    read_all(stream);
}

/// A web page.
pub fn web_page(mut stream: TcpStream) {
    read_head(&mut stream);
    let page = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    let _ = stream.write_all(page.as_bytes());
}

fn open(stream: &mut TcpStream) {
    let key = read_head(stream);
    let accept = accept_for(key.as_bytes());
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\
         Connection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    let _ = stream.write_all(head.as_bytes());
}

/// Reads a request's head, and gives the key in it.
fn read_head(stream: &mut TcpStream) -> String {
    let mut key = String::new();
    for line in BufReader::with_capacity(1, stream).lines() {
        let line = line.unwrap_or_default();
        if line.is_empty() {
            break;
        }
        if let Some(("Sec-WebSocket-Key", value)) = line.split_once(": ") {
            key = value.to_owned();
        }
    }
    key
}

fn read_all(mut stream: TcpStream) {
    let mut chunk = [0; 4096];
    while let Ok(1..) = stream.read(&mut chunk) {}
}
