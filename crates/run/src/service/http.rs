//! The HTTP side: whoever asks without `Upgrade` is answered a page.
//!
//! What stands on the pages is not for this crate to say: an [`HttpSide`] makes
//! a response of a request and a [`View`]. Connections are not kept alive.

use std::fmt;
use std::net::SocketAddr;

use wscheck_wire::handshake::Head;

use super::resource::Resource;
use super::view::View;

/// The longest body of a request that is read, octets.
pub const MAX_BODY: usize = 64 * 1024;

/// Answers requests that are no opening handshakes. Many threads may ask at a
/// time; nobody else is served by the thread that waits, so files may be read.
pub trait HttpSide: fmt::Debug + Send + Sync + 'static {
    /// Answers a request. `state` tells how things stand.
    fn respond(&self, request: &HttpRequest, state: &View) -> HttpResponse;
}

/// A request that is no opening handshake.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    /// Its head as it came: `Host`, `Origin` and all else.
    pub head: Head,
    /// The method, as in `GET`.
    pub method: String,
    /// The path and the parameters.
    pub resource: Resource,
    /// The body, at most [`MAX_BODY`] octets.
    pub body: Vec<u8>,
    /// Who asks; `None` over a unix socket.
    pub peer: Option<SocketAddr>,
}

impl HttpRequest {
    /// Whether it comes from this machine.
    pub fn is_local(&self) -> bool {
        self.peer
            .is_none_or(|peer| peer.ip().to_canonical().is_loopback())
    }
}

/// The answer to a request. Length and end of the connection are told by
/// themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// Further fields, `Content-Type` among them.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// What the server shall do.
    pub command: Option<HttpCommand>,
}

/// What a page may make the server do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpCommand {
    /// Write the reports before the answer goes out.
    WriteReports,
    /// Stop once the answer is out.
    Stop,
}

impl HttpResponse {
    /// A text, of one line or more.
    pub fn text(status: u16, text: impl Into<String>) -> Self {
        let mut body = text.into().into_bytes();
        body.push(b'\n');
        let kind = "text/plain; charset=utf-8".to_owned();
        Self {
            status,
            headers: vec![("Content-Type".to_owned(), kind)],
            body,
            command: None,
        }
    }

    /// The octets of the answer; to HEAD it has no body.
    pub(super) fn encode(&self, method: &str) -> Vec<u8> {
        let reason = match self.status {
            200 => "OK",
            303 => "See Other",
            400 => "Bad Request",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            413 => "Content Too Large",
            421 => "Misdirected Request",
            500 => "Internal Server Error",
            _ => "Answer",
        };
        let mut head = format!("HTTP/1.1 {} {reason}\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let length = self.body.len();
        head.push_str(&format!(
            "Content-Length: {length}\r\nConnection: close\r\n\r\n"
        ));
        let mut octets = head.into_bytes();
        if method != "HEAD" {
            octets.extend_from_slice(&self.body);
        }
        octets
    }
}

/// One plain page that says what this is.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainPage;

impl HttpSide for PlainPage {
    fn respond(&self, request: &HttpRequest, state: &View) -> HttpResponse {
        if !matches!(request.method.as_str(), "GET" | "HEAD") {
            return HttpResponse::text(405, "only GET is answered here");
        }
        if request.resource.path != "/" {
            return HttpResponse::text(404, "there is no such page");
        }
        let mut text = format!(
            "This is a WebSocket conformance suite with {} cases at {}.\n\
             Open /runCase?case=1&agent=NAME as a WebSocket and send back what you hear.",
            state.cases().len(),
            state.address()
        );
        for (name, count) in state.map_agents(|agent| (agent.name.clone(), agent.results.len())) {
            text.push_str(&format!("\n{}: {count} cases run", name.escape_debug()));
        }
        HttpResponse::text(200, text)
    }
}
