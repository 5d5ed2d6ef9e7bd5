//! One connection, from its first octet: what it asks for decides who talks.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::{Notify, oneshot};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout, timeout_at};
use wscheck_suite::case::Case;
use wscheck_suite::session::request::{Refusal, judge};
use wscheck_wire::handshake::Head;
use wscheck_wire::{CloseCode, Conversation, EndpointConfig};

use super::asker::Asker;
use super::command::CommandMode;
use super::control::{Control, Reply};
use super::farewell::Farewell;
use super::http::{HttpCommand, HttpRequest, HttpResponse, MAX_BODY};
use super::request_head::{NoHead, RequestHead, read_some};
use super::resource::Resource;
use super::roster::{Next, TooManyAgents};
use super::route::Route;
use super::standing::Standing;
use super::view::View;
use super::{Shared, playing};
use crate::driver::{drive, drive_nudged};
use crate::listen::secure;
use crate::tls::ServerTls;
use crate::transport::Stream;

/// How long reports, and what is run again, wait for what an agent is still
/// running.
const SETTLE_LIMIT: std::time::Duration = std::time::Duration::from_secs(2);

/// A connection and what it asked for.
pub(super) struct Connection {
    pub(super) stream: Stream,
    pub(super) peer: Option<SocketAddr>,
    /// When the opening handshake could begin.
    pub(super) started: Instant,
    pub(super) request: RequestHead,
}

/// Serves one client until its connection ends.
pub(super) async fn serve(
    shared: Arc<Shared>,
    stream: Stream,
    peer: Option<SocketAddr>,
    tls: Option<ServerTls>,
) {
    // A client that fails at TLS has been told so by TLS.
    let Ok(mut stream) = secure(stream, tls.as_ref()).await else {
        return;
    };
    shared.roster.note_connection();
    let started = Instant::now();
    let limit = shared.plan.limits.opening;
    match RequestHead::read(&mut stream, started, limit).await {
        Ok(request) => {
            let connection = Connection {
                stream,
                peer,
                started,
                request,
            };
            connection.dispatch(&shared).await;
        }
        Err(NoHead::Gone) => {}
        Err(NoHead::Refused(refusal)) => {
            let octets = refusal.encode(shared.plan.profile);
            say(stream, &octets, started).await;
        }
    }
}

/// Says `octets` and ends the connection in order.
async fn say(stream: Stream, octets: &[u8], started: Instant) {
    let mut farewell = Farewell::new(octets, started.elapsed());
    drive(stream, &mut farewell, started, &mut ()).await;
}

impl Connection {
    async fn dispatch(self, shared: &Arc<Shared>) {
        let target = request_target(&self.request.head);
        let resource = Resource::parse(&target);
        if self.request.head.count("Upgrade") == 0 {
            return self.answer_page(shared, resource).await;
        }
        let plan = &shared.plan;
        let judged = judge(
            &self.request.head,
            plan.profile,
            plan.host_port,
            shared.tls.is_some(),
        );
        let route = Route::parse(&resource, &shared.cases, plan.profile);
        match (judged, route) {
            // A case judges the request by itself, and keeps what it finds.
            (_, Ok(Route::Run(case, agent))) => self.run(shared, &case, &agent).await,
            (_, Ok(Route::Next(agent))) => self.run_next(shared, &agent).await,
            (Err(refusal), _) | (Ok(_), Err(refusal)) => self.refuse(shared, &refusal).await,
            (Ok(_), Ok(route)) => match self.permit(shared, &route) {
                Ok(()) => self.talk(shared, route).await,
                Err(refusal) => self.refuse(shared, &refusal).await,
            },
        }
    }

    /// Not everybody may have reports written or stop the server.
    fn permit(&self, shared: &Shared, route: &Route) -> Result<(), Refusal> {
        if !matches!(route, Route::Update(..) | Route::Stop) {
            return Ok(());
        }
        let asker = Asker {
            head: &self.request.head,
            peer: self.peer,
            tls: matches!(self.stream, Stream::Tls(_)),
        };
        asker
            .may_command(&shared.ourselves())
            .map_err(Refusal::from)
    }

    pub(super) async fn refuse(self, shared: &Shared, refusal: &Refusal) {
        let octets = refusal.encode(shared.plan.profile);
        say(self.stream, &octets, self.started).await;
    }

    async fn run(self, shared: &Arc<Shared>, case: &Arc<Case>, agent: &str) {
        if shared.excludes(agent, case) {
            return self.reply(shared, Reply::default()).await;
        }
        if let Some(why) = shared.cut_short() {
            let refusal = Refusal::with_status(503, format!("no case is given out: {why}"));
            return self.refuse(shared, &refusal).await;
        }
        match shared.roster.begin(agent, case) {
            Ok(play) => playing::play(self, shared, play, agent).await,
            Err(full) => {
                let refusal = Refusal::with_status(503, full.to_string());
                self.refuse(shared, &refusal).await;
            }
        }
    }

    async fn run_next(self, shared: &Arc<Shared>, agent: &str) {
        match next_of(shared, agent).await {
            Ok(Next::Play(play)) => playing::play(self, shared, play, agent).await,
            Ok(Next::Later | Next::Nothing) => {
                let no_more = Reply {
                    message: None,
                    close: Some((CloseCode::NORMAL, "no more cases")),
                };
                self.reply(shared, no_more).await;
            }
            Err(full) => {
                let refusal = Refusal::with_status(503, full.to_string());
                self.refuse(shared, &refusal).await;
            }
        }
    }

    async fn talk(self, shared: &Arc<Shared>, route: Route) {
        match route {
            Route::Count => {
                let count = shared.cases.list.len().to_string();
                self.reply(shared, Reply::message(count)).await;
            }
            Route::Info(case) => {
                let description = case.title.split('<').next().unwrap_or_default();
                let info = serde_json::json!({
                    "id": case.id.to_string(),
                    "description": description,
                });
                self.reply(shared, Reply::message(info.to_string())).await;
            }
            Route::Status(case, agent) => {
                if let Some(standing) = shared.roster.standing(&agent, case.id) {
                    return self.reply(shared, status(&standing)).await;
                }
                let status = wait_for_status(shared, &case, &agent);
                self.reply_later(shared, status).await;
            }
            Route::Update(agent, stop) => {
                let reports = async {
                    write_reports(shared, &agent).await;
                    Reply::default()
                };
                self.reply_later(shared, reports).await;
                if stop {
                    shared.stop.cancel();
                }
            }
            Route::Stop => {
                self.reply(shared, Reply::default()).await;
                shared.stop.cancel();
            }
            Route::Command => {
                let mut mode = CommandMode::new(endpoint_config(shared));
                self.hold(&mut mode).await;
            }
            Route::Run(..) | Route::Next(_) => {}
        }
    }

    async fn reply(self, shared: &Shared, reply: Reply) {
        let (answer, answered) = oneshot::channel();
        // It waits there until the connection is open.
        let _ = answer.send(reply);
        let mut control = Control::new(endpoint_config(shared), answered);
        self.hold(&mut control).await;
    }

    /// Opens at once, and gives the reply when it is there.
    async fn reply_later(self, shared: &Shared, reply: impl Future<Output = Reply>) {
        let (answer, answered) = oneshot::channel();
        let mut control = Control::new(endpoint_config(shared), answered);
        let nudge = Notify::new();
        let waiting = async {
            // Whoever asked may be gone.
            let _ = answer.send(reply.await);
            nudge.notify_one();
            std::future::pending::<()>().await;
        };
        let mut octets = self.request.octets;
        control.handle_input(self.started.elapsed(), &mut octets);
        tokio::select! {
            () = drive_nudged(self.stream, &mut control, self.started, &nudge) => {}
            () = waiting => {}
        }
    }

    /// Holds a conversation, whose first input is the request.
    async fn hold(self, conversation: &mut impl Conversation) {
        let mut octets = self.request.octets;
        conversation.handle_input(self.started.elapsed(), &mut octets);
        drive(self.stream, conversation, self.started, &mut ()).await;
    }

    async fn answer_page(mut self, shared: &Arc<Shared>, resource: Resource) {
        let (response, method) = match self.read_request(resource).await {
            Ok(request) => {
                let method = request.method.clone();
                (page(shared, request).await, method)
            }
            Err(response) => (response, String::new()),
        };
        if response.command == Some(HttpCommand::WriteReports) {
            shared.write_reports("").await;
        }
        say(self.stream, &response.encode(&method), self.started).await;
        if response.command == Some(HttpCommand::Stop) {
            shared.stop.cancel();
        }
    }

    async fn read_request(&mut self, resource: Resource) -> Result<HttpRequest, HttpResponse> {
        let head = self.request.head.clone();
        let line = String::from_utf8_lossy(head.start_line()).into_owned();
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let [method, _, "HTTP/1.1" | "HTTP/1.0"] = words[..] else {
            let why = format!("bad request line {line:?}");
            return Err(HttpResponse::text(400, why));
        };
        Ok(HttpRequest {
            method: method.to_owned(),
            resource,
            body: self.read_body().await?,
            head,
            peer: self.peer,
        })
    }

    async fn read_body(&mut self) -> Result<Vec<u8>, HttpResponse> {
        let length = match self.request.head.values("Content-Length").next() {
            Some(value) => std::str::from_utf8(value)
                .ok()
                .and_then(|value| value.parse().ok())
                .ok_or_else(|| HttpResponse::text(400, "Content-Length is no number"))?,
            None => 0,
        };
        if length > MAX_BODY {
            let why = format!("a body over {MAX_BODY} octets");
            return Err(HttpResponse::text(413, why));
        }
        let mut body = self.request.rest().to_vec();
        let give_up = Instant::now() + std::time::Duration::from_secs(5);
        while body.len() < length {
            match timeout_at(give_up, read_some(&mut self.stream, &mut body)).await {
                Ok(Ok(1..)) => {}
                _ => return Err(HttpResponse::text(400, "the body is not complete")),
            }
        }
        body.truncate(length);
        Ok(body)
    }
}

/// What the pages answer. They may read files, so nobody else waits for them.
async fn page(shared: &Arc<Shared>, request: HttpRequest) -> HttpResponse {
    let (http, view) = (Arc::clone(&shared.plan.http), View::new(shared));
    spawn_blocking(move || http.respond(&request, &view))
        .await
        .unwrap_or_else(|_| HttpResponse::text(500, "we could not make this page"))
}

/// What is known of an agent's case, as soon as something is.
async fn wait_for_status(shared: &Shared, case: &Case, agent: &str) -> Reply {
    let mut progress = shared.roster.progress();
    loop {
        progress.mark_unchanged();
        if let Some(standing) = shared.roster.standing(agent, case.id) {
            return status(&standing);
        }
        if progress.changed().await.is_err() {
            return Reply::default();
        }
    }
}

fn status(standing: &Standing) -> Reply {
    let verdict = standing.outcome.verdict();
    let behaviour = verdict.map(|verdict| verdict.behaviour.to_string());
    Reply::message(serde_json::json!({ "behavior": behaviour }).to_string())
}

/// The next case of `agent`. What it is still running may turn out to be one
/// that it is to run again, so that is waited for, if not for ever.
async fn next_of(shared: &Shared, agent: &str) -> Result<Next, TooManyAgents> {
    let begin = || match shared.cut_short() {
        Some(_) => Ok(Next::Nothing),
        None => shared.roster.begin_next(agent, shared.cases_of(agent)),
    };
    match begin()? {
        Next::Later if shared.plan.learned_pace => {
            settle(shared, agent).await;
            begin()
        }
        next => Ok(next),
    }
}

/// Writes the reports, once what the agent has run is told.
async fn write_reports(shared: &Shared, agent: &str) {
    // Whatever takes longer comes into the next reports.
    settle(shared, agent).await;
    shared.write_reports(agent).await;
}

/// Waits for what `agent` is running, if it does not take long.
async fn settle(shared: &Shared, agent: &str) {
    let mut progress = shared.roster.progress();
    let settled = async {
        loop {
            progress.mark_unchanged();
            if !shared.roster.is_busy(agent) || progress.changed().await.is_err() {
                return;
            }
        }
    };
    drop(timeout(SETTLE_LIMIT, settled).await);
}

fn endpoint_config(shared: &Shared) -> EndpointConfig {
    EndpointConfig {
        server_header: Some(shared.plan.name.clone()),
        ..EndpointConfig::default()
    }
}

fn request_target(head: &Head) -> String {
    let line = String::from_utf8_lossy(head.start_line());
    let target = line.split_ascii_whitespace().nth(1);
    target.unwrap_or_default().to_owned()
}
