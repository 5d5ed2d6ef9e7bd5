//! The connections of stored results, as far as their logs have every octet.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, SystemTime};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use wscheck_suite::log::{Row, RowKind};
use wscheck_suite::octets::Octets;
use wscheck_suite::result::{CaseResult, RunResult};
use wscheck_suite::transcript::ConnectionRecord;
use wscheck_wire::{Eof, Role};

use super::{Interface, Pcapng, StreamInfo, TcpStream};
use crate::console::safe_text::fit;
use crate::console::visible;
use crate::whole_file;

/// Ours and the testee's: RFC 5737 §3 keeps these for documentation.
const OURS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const THEIRS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 2);

/// The port of the server; those of clients count from [`FIRST_PORT`].
const HTTP: u16 = 80;
const FIRST_PORT: u16 = 49_152;

/// How often a row may be folded: results need not come from a run of ours.
const MOST_TIMES: u64 = 1_000_000;

/// A play that is left out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untold {
    /// Which play: the case and the agent, safe to show.
    pub play: String,
    /// What its log lacks.
    pub why: String,
}

/// Writes the connections of `stored` to `path`, and says which plays are left
/// out because their logs are not complete.
///
/// # Errors
/// If the file cannot be written.
pub fn write_stored(path: &Path, stored: &RunResult) -> io::Result<Vec<Untold>> {
    let mut untold = Vec::new();
    whole_file::write(path, |file| {
        let mut to = Pcapng::new(file, &visible(&stored.run.tool))?;
        let mut connections = 0;
        for result in &stored.cases {
            let streams: Result<Vec<_>, String> = result
                .transcript
                .connections
                .iter()
                .map(|record| pieces(record).map(|pieces| (record, pieces)))
                .collect();
            match streams {
                Ok(streams) => write_play(stored, result, &streams, &mut connections, &mut to)?,
                Err(why) => untold.push(Untold {
                    play: name_of(result),
                    why,
                }),
            }
        }
        Ok(())
    })?;
    Ok(untold)
}

fn name_of(result: &CaseResult) -> String {
    let agent = fit(&visible(&result.agent), 200);
    match result.attempt {
        1 => format!("{} of {agent}", result.case),
        play => format!("{} of {agent}, play {play}", result.case),
    }
}

/// Something that passed.
struct Piece<'a> {
    at: Duration,
    times: u64,
    what: What<'a>,
}

enum What<'a> {
    Sent(&'a [u8]),
    Received(&'a [u8]),
    PeerEnded(Eof),
    WeEnded { reset: bool },
}

/// All that passed on a connection, or what the log lacks of it.
fn pieces(record: &ConnectionRecord) -> Result<Vec<Piece<'_>>, String> {
    let missing = record.log.missing();
    if missing > 0 {
        return Err(format!("its log has lost {missing} rows"));
    }
    let opening = &record.evidence.opening;
    let (mut request, mut response) = (Some(&opening.request), Some(&opening.response));
    let mut pieces = Vec::new();
    for (
        _,
        Row {
            at, times, what, ..
        },
    ) in record.log.rows()
    {
        let what = match what {
            RowKind::OctetsSent { length, octets, .. } => {
                What::Sent(whole(*length, octets, request.take())?)
            }
            RowKind::OctetsReceived { length, octets } => {
                What::Received(whole(*length, octets, response.take())?)
            }
            RowKind::PeerEnded { how } => What::PeerEnded(*how),
            RowKind::WeEnded { reset } => What::WeEnded { reset: *reset },
            _ => continue,
        };
        if *times > MOST_TIMES {
            return Err(format!("its log has folded {times} rows into one"));
        }
        pieces.push(Piece {
            at: *at,
            times: *times,
            what,
        });
    }
    Ok(pieces)
}

/// The octets of a row. Of a long head the log has the beginning, and the
/// evidence all of it.
fn whole<'a>(length: u64, kept: &'a Octets, head: Option<&'a Octets>) -> Result<&'a [u8], String> {
    let is = |octets: &Octets| octets.0.len() as u64 == length;
    match head {
        _ if is(kept) => Ok(&kept.0),
        Some(head) if is(head) && head.0.starts_with(&kept.0) => Ok(&head.0),
        _ => Err(format!("of {length} octets its log has {}", kept.0.len())),
    }
}

fn write_play<W: Write>(
    stored: &RunResult,
    result: &CaseResult,
    streams: &[(&ConnectionRecord, Vec<Piece<'_>>)],
    connections: &mut u16,
    to: &mut Pcapng<W>,
) -> io::Result<()> {
    let mut began = moment(&result.started);
    for (index, (record, pieces)) in streams.iter().enumerate() {
        // Behind a proxy it is the one that dials.
        let testee = match index > 0 && record.evidence.relay.is_some() {
            true => Role::Client,
            false => stored.run.testee.role(),
        };
        let port = FIRST_PORT.wrapping_add(*connections % (u16::MAX - FIRST_PORT));
        *connections = connections.wrapping_add(1);
        let (client, server) = match testee {
            Role::Server => (OURS, THEIRS),
            Role::Client => (THEIRS, OURS),
        };
        let info = StreamInfo {
            interface: Interface::Stored,
            client: SocketAddr::from((client, port)),
            server: SocketAddr::from((server, HTTP)),
            began,
            comment: format!("{}, connection {}", name_of(result), index + 1),
        };
        let mut stream = TcpStream::open(&info, to)?;
        for piece in pieces {
            write_piece(testee, piece, &mut stream, to)?;
        }
        // However it went, a connection that is over has been ended by us too.
        let end = pieces.last().map_or(Duration::ZERO, |piece| piece.at);
        stream.fin(testee.other(), end, to)?;
        // When the next one began stands nowhere; it was not before this.
        began = began.checked_add(end).unwrap_or(began);
    }
    Ok(())
}

fn write_piece<W: Write>(
    testee: Role,
    piece: &Piece<'_>,
    stream: &mut TcpStream,
    to: &mut Pcapng<W>,
) -> io::Result<()> {
    let (us, at) = (testee.other(), piece.at);
    for _ in 0..piece.times {
        match piece.what {
            What::Sent(octets) => stream.octets(us, at, octets, to)?,
            What::Received(octets) => stream.octets(testee, at, octets, to)?,
            What::PeerEnded(Eof::Reset) => stream.reset(testee, at, to)?,
            What::PeerEnded(Eof::Fin | Eof::Truncated) => stream.fin(testee, at, to)?,
            What::WeEnded { reset: true } => stream.reset(us, at, to)?,
            What::WeEnded { reset: false } => stream.fin(us, at, to)?,
        }
    }
    Ok(())
}

fn moment(written: &str) -> SystemTime {
    let parsed = OffsetDateTime::parse(written, &Rfc3339);
    parsed.map_or(SystemTime::UNIX_EPOCH, SystemTime::from)
}
