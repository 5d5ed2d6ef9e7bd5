//! The look at a proxy before it is tested: does it answer, and does what it
//! forwards arrive here?

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use wscheck_suite::pace::{Pace, Wait};
use wscheck_suite::relay::{CASE_FIELD, request_token};
use wscheck_wire::handshake::{ClientRequest, Head, HeadReader, accept_for, encode_key};
use wscheck_wire::mask::MaskingKeys;

use super::upstream::Upstream;
use crate::error::CouldNotTest;
use crate::plan::TargetPlan;
use crate::transport::Stream;

/// How long the proxy may take.
const LIMIT: Duration = Duration::from_secs(5);

/// How long we wait when we are told to wait for ever.
const FOR_EVER: Duration = Duration::from_secs(365 * 24 * 3600);

/// The longest head that is read.
const HEAD_LIMIT: usize = 64 * 1024;

/// The most characters of a status line that an error shows.
const SHOWN: usize = 80;

const TOKEN: &str = "preflight";

/// Why it makes no sense to test a proxy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnfitProxy {
    /// There is no connection.
    #[error(transparent)]
    Unreachable(#[from] CouldNotTest),
    /// It answers, but not with what we said behind it, and nobody came.
    #[error(
        "the proxy does not forward to us: expected its connection at {listen}, and it answered \
         {answer:?}; tell it to forward to {listen}, or us by --listen where it forwards to"
    )]
    AnswersAlone {
        /// Where we listen.
        listen: String,
        /// Its status line.
        answer: String,
    },
    /// It does not answer, and nobody came.
    #[error(
        "the proxy does not forward to us: expected its connection at {listen}, and none came \
         within {after:?}; tell it to forward to {listen}, or us by --listen where it forwards to"
    )]
    Silent {
        /// Where we listen.
        listen: String,
        /// How long we waited.
        after: Duration,
    },
    /// A request came, but without our field.
    #[error(
        "the proxy forwards without the field {CASE_FIELD}: expected it as it left, by which we \
         know our requests; tell the proxy to pass it on"
    )]
    TakesOurField,
    /// A request came, and no upgrade.
    #[error(
        "the proxy forwards the request without the upgrade: expected Upgrade: websocket and \
         Connection: upgrade, and they did not come; most proxies have to be told to forward \
         them"
    )]
    NoUpgrade,
    /// We answered by 101, and the client has another answer.
    #[error("the proxy does not open the tunnel: we answered with 101, and it {came}")]
    NoTunnel {
        /// What it did.
        came: String,
    },
}

/// Looks at the proxy, and gives what it calls itself.
///
/// # Errors
/// If it cannot be tested: every case would fail for the same reason.
pub(super) async fn preflight(
    target: &TargetPlan,
    upstream: &mut Upstream,
    pace: Pace,
) -> Result<Option<String>, UnfitProxy> {
    let limit = pace.wait(Wait::GiveUp, LIMIT).unwrap_or(FOR_EVER);
    let listen = upstream.at().to_owned();
    let mut client = target.dialler.dial(&target.address).await?.stream;
    let request = request(target);
    // A proxy that does not read will not answer either.
    drop(timeout(limit, client.write_all(&request)).await);
    let looking = async {
        let mut answer = Box::pin(head(&mut client));
        let mut ours = None;
        loop {
            tokio::select! {
                answer = &mut answer => return (answer, ours.is_some()),
                came = behind(upstream), if ours.is_none() => match came {
                    Ok(stream) => ours = Some(stream),
                    Err(unfit) => return (Err(Some(unfit)), true),
                },
            }
        }
    };
    let answered = timeout(limit, looking).await;
    match answered {
        Err(_) => Err(UnfitProxy::Silent {
            listen,
            after: limit,
        }),
        Ok((Err(Some(unfit)), _)) => Err(unfit),
        Ok((Err(None), true)) => Err(UnfitProxy::NoTunnel {
            came: "ended the connection".into(),
        }),
        Ok((Err(None), false)) => Err(UnfitProxy::AnswersAlone {
            listen,
            answer: "nothing, and ended the connection".into(),
        }),
        Ok((Ok(head), arrived)) => judged(&head, arrived, listen),
    }
}

fn judged(head: &Head, arrived: bool, listen: String) -> Result<Option<String>, UnfitProxy> {
    let line = String::from_utf8_lossy(head.start_line());
    let answer: String = line.escape_debug().take(SHOWN).collect();
    if !arrived {
        return Err(UnfitProxy::AnswersAlone { listen, answer });
    }
    if line.split_ascii_whitespace().nth(1) != Some("101") {
        let came = format!("answered {answer:?}");
        return Err(UnfitProxy::NoTunnel { came });
    }
    let name = head.joined("Server").or_else(|| head.joined("Via"));
    Ok(name.map(|name| String::from_utf8_lossy(&name).into_owned()))
}

fn request(target: &TargetPlan) -> Vec<u8> {
    let handshake = &target.handshake;
    let key = encode_key(MaskingKeys::seeded(0).next_nonce());
    let mut request = ClientRequest::bare(&handshake.resource, &handshake.host, key);
    request.headers.clone_from(&handshake.headers);
    request.headers.push((CASE_FIELD.into(), TOKEN.into()));
    request.origin.clone_from(&handshake.origin);
    request.encode()
}

/// Waits for our request behind the proxy, and answers it.
async fn behind(upstream: &mut Upstream) -> Result<Stream, UnfitProxy> {
    loop {
        let Some((mut stream, _)) = upstream.next().await else {
            return std::future::pending().await;
        };
        // Who connects and says nothing only looks whether we are there.
        let Ok(Ok(head)) = timeout(Duration::from_millis(500), head(&mut stream)).await else {
            continue;
        };
        let has = |name: &str, token: &str| {
            let value = head.joined(name).unwrap_or_default();
            let value = String::from_utf8_lossy(&value).to_ascii_lowercase();
            value.split(',').any(|member| member.trim() == token)
        };
        let ours = request_token(&head).as_deref() == Some(TOKEN);
        let upgrades = has("Upgrade", "websocket") && has("Connection", "upgrade");
        if !ours && !upgrades && head.count("Sec-WebSocket-Key") == 0 {
            let answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
            drop(stream.write_all(answer).await);
            continue;
        }
        match (ours, upgrades) {
            (false, _) => return Err(UnfitProxy::TakesOurField),
            (true, false) => return Err(UnfitProxy::NoUpgrade),
            (true, true) => {}
        }
        let accept = accept_for(&head.joined("Sec-WebSocket-Key").unwrap_or_default());
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {accept}\r\n\r\n"
        );
        drop(stream.write_all(answer.as_bytes()).await);
        return Ok(stream);
    }
}

/// The first head that comes; `None`: the connection ended before.
async fn head(stream: &mut Stream) -> Result<Head, Option<UnfitProxy>> {
    let mut reader = HeadReader::new(HEAD_LIMIT);
    let mut octets = [0; 4096];
    loop {
        match stream.read(&mut octets).await {
            Ok(0) | Err(_) => return Err(None),
            Ok(count) => match reader.push(&octets[..count]) {
                Ok(Some((head, _))) => return Ok(head),
                Ok(None) => {}
                Err(_) => return Err(None),
            },
        }
    }
}
