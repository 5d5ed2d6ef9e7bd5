//! What stands on the pages that the suite serves to browsers and scripts.
//!
//! | path | what it is |
//! |---|---|
//! | `/` | a page that plays cases with the browser that shows it |
//! | `/reports`, `/report?agent=A`, `/report?agent=A&case=N` | what came of it |
//! | `/cases.json?patterns=P&quick=true&agent=A` | the cases that are meant |
//! | `/results.json`, `/results.json?agent=A` | what came of it, in short |
//! | `/result.json?agent=A&case=N` | one result as it is stored |
//! | `/verdict.json` | a verdict, and whether an API saw what was on the wire |
//! | `/progress.json` | how far all agents are |
//! | POST `/reports`, POST `/stop` | commands, from this machine alone |
//!
//! No script runs but ours, from this place: agents name themselves, and what
//! they sent is shown.

mod agreement;
mod archive;
mod choice;
mod guard;
mod json;
mod painted;
mod report;
mod seen;
mod start;

use std::sync::Arc;

use askama::Template;
use wscheck_run::Place;
use wscheck_run::service::{HttpCommand, HttpRequest, HttpResponse, HttpSide, Repeated, View};

pub use archive::{Archive, Kept};
use guard::{Host, Refused};

const SCRIPT: &str = include_str!("../../assets/run.js");
const STYLE: &str = include_str!("../../assets/style.css");

/// The pages of one service.
#[derive(Debug)]
pub struct Pages {
    /// What calls itself the tool, as in `wscheck 0.1.0`.
    tool: String,
    /// Where the results are.
    archive: Arc<Archive>,
    /// Whether the pages are at another port than the suite, too.
    beside: bool,
}

/// Why there is no such page, or not now.
#[derive(Debug, thiserror::Error)]
enum NoPage {
    #[error("there is no such page")]
    Path,
    #[error("there is no agent {0:?}")]
    Agent(String),
    #[error("there is no case {0:?}")]
    Case(String),
    #[error("no result of {case} by {agent:?} is stored")]
    Result { agent: String, case: String },
    #[error(transparent)]
    Repeated(#[from] Repeated),
    #[error("{path} needs {what}")]
    Missing { path: String, what: &'static str },
    #[error("{0}")]
    Bad(String),
    #[error("we cannot read the result: {0}")]
    Unreadable(String),
    #[error("we could not make this page: {0}")]
    Template(#[from] askama::Error),
}

impl NoPage {
    fn status(&self) -> u16 {
        match self {
            Self::Path | Self::Agent(_) | Self::Case(_) | Self::Result { .. } => 404,
            Self::Repeated(_) | Self::Missing { .. } | Self::Bad(_) => 400,
            Self::Unreadable(_) | Self::Template(_) => 500,
        }
    }
}

impl Pages {
    /// Pages at the place of the suite, about results that `archive` knows.
    pub fn new(tool: &str, archive: Arc<Archive>) -> Self {
        Self {
            tool: tool.to_owned(),
            archive,
            beside: false,
        }
    }

    /// They stand at a port of their own, too.
    #[must_use]
    pub fn beside(mut self) -> Self {
        self.beside = true;
        self
    }

    /// The port of the suite, where pages may stand at another.
    fn suite_port(&self, state: &View) -> Option<u16> {
        match state.address().place() {
            Place::Tcp { port, .. } if self.beside => Some(*port),
            _ => None,
        }
    }

    fn route(&self, request: &HttpRequest, host: &Host, state: &View) -> HttpResponse {
        let path = request.resource.path.as_str();
        let is_read = matches!(request.method.as_str(), "GET" | "HEAD");
        match path {
            "/stop" if is_read => method(path, "POST"),
            "/reports" | "/stop" if request.method == "POST" => obey(request),
            "/reports" if !is_read => method(path, "GET, HEAD, POST"),
            _ if !is_read => method(path, "GET, HEAD"),
            _ => self
                .page(request, host, state)
                .unwrap_or_else(|none| HttpResponse::text(none.status(), none.to_string())),
        }
    }

    fn page(
        &self,
        request: &HttpRequest,
        host: &Host,
        state: &View,
    ) -> Result<HttpResponse, NoPage> {
        let resource = &request.resource;
        match resource.path.as_str() {
            "/" => html(&start::StartPage::new(self, request, host, state)),
            "/run.js" => Ok(typed("text/javascript; charset=utf-8", SCRIPT)),
            "/style.css" => Ok(typed("text/css; charset=utf-8", STYLE)),
            "/reports" => html(&report::Overview::new(self, request, state)),
            "/report" => self.report(resource, state),
            "/cases.json" => json::cases(resource, state),
            "/results.json" => json::results(resource, state),
            "/result.json" => self.stored(resource),
            "/verdict.json" => json::verdict(resource, state),
            "/progress.json" => json::progress(state),
            _ => Err(NoPage::Path),
        }
    }
}

impl HttpSide for Pages {
    fn respond(&self, request: &HttpRequest, state: &View) -> HttpResponse {
        let guarded = guard::check(&request.head, state.address());
        let (mut response, policy) = match guarded {
            Ok(host) => {
                let policy = guard::policy(&host, self.suite_port(state), state.address().is_tls());
                (self.route(request, &host, state), policy)
            }
            Err(Refused { status, why }) => {
                (HttpResponse::text(status, why), guard::NOTHING.to_owned())
            }
        };
        for (name, value) in [
            ("Content-Security-Policy", &*policy),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Cache-Control", "no-store"),
        ] {
            response.headers.push((name.to_owned(), value.to_owned()));
        }
        response
    }
}

/// A command. Who may give it was checked but for the place.
fn obey(request: &HttpRequest) -> HttpResponse {
    if !request.is_local() {
        return HttpResponse::text(403, "only from the machine that serves the suite");
    }
    let (said, command) = match request.resource.path.as_str() {
        "/stop" => ("the server stops", HttpCommand::Stop),
        _ => ("the reports are written", HttpCommand::WriteReports),
    };
    HttpResponse {
        command: Some(command),
        ..HttpResponse::text(200, said)
    }
}

/// What may be asked of `path`.
fn method(path: &str, allowed: &str) -> HttpResponse {
    let mut response = HttpResponse::text(405, format!("{path} takes {allowed}"));
    // RFC 9110 §15.5.6: "MUST generate an Allow header field"
    let field = ("Allow".to_owned(), allowed.to_owned());
    response.headers.push(field);
    response
}

fn typed(kind: &str, body: impl Into<Vec<u8>>) -> HttpResponse {
    HttpResponse {
        status: 200,
        headers: vec![("Content-Type".to_owned(), kind.to_owned())],
        body: body.into(),
        command: None,
    }
}

fn html(page: &impl Template) -> Result<HttpResponse, NoPage> {
    Ok(typed("text/html; charset=utf-8", page.render()?))
}
