//! The connections of a run, written as packets while it goes on.

use std::fs::File;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use wscheck_report::pcapng::{Interface, Pcapng, StreamInfo, TcpStream};
use wscheck_run::{Carrier, ConnectionInfo, Observer, Trace};
use wscheck_wire::{Eof, Moment, Role};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::recorder::Recorder;
use crate::terminal::{Terminal, printable};

/// The most characters of the name of an agent.
const LONGEST_NAME: usize = 200;

/// Where a unix socket has no address: RFC 5737 §3 keeps this for documentation.
const NOWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// The ports there: that of the server, by which Wireshark knows HTTP, and the
/// first of clients.
const HTTP: u16 = 80;
const FIRST_PORT: u16 = 49_152;

/// A file of packets that grows with the run. It has no buffer: what has
/// happened is in it, whatever ends the program.
#[derive(Debug)]
pub struct Capture {
    path: PathBuf,
    file: Arc<Mutex<Growing>>,
}

#[derive(Debug)]
struct Growing {
    packets: Pcapng<File>,
    /// How many connections without addresses there were.
    nameless: u16,
    /// Why nothing more is written.
    failed: Option<io::Error>,
}

impl Capture {
    /// Begins the file; `tool` is who writes it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn create(path: &Path, tool: &str) -> Result<Arc<Self>, Failure> {
        let begun = File::create(path).and_then(|file| Pcapng::new(file, tool));
        Ok(Arc::new(Self {
            path: path.to_owned(),
            file: Arc::new(Mutex::new(Growing {
                packets: begun.map_err(Failure::writing(path))?,
                nameless: 0,
                failed: None,
            })),
        }))
    }

    /// As what watches a run.
    pub fn as_trace(self: Arc<Self>) -> Arc<dyn Trace> {
        self
    }
}

/// The exit code of a run, once it is told where its packets are.
///
/// # Errors
/// If the results could not be kept, or not all packets written.
pub fn conclude(
    recorder: Recorder<'_>,
    capture: Option<&Capture>,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let exit = recorder.conclude()?;
    if let Some(Capture { path, file }) = capture {
        if let Some(error) = locked(file).failed.take() {
            return Err(Failure::writing(path)(error));
        }
        terminal.say(&format!("packets: {}", path.display()));
    }
    Ok(exit)
}

impl Trace for Capture {
    fn watch(&self, connection: &ConnectionInfo<'_>) -> Box<dyn Observer + Send> {
        let mut file = locked(&self.file);
        let info = info(connection, &mut file);
        let stream = file.tell(|packets| TcpStream::open(&info, packets));
        Box::new(Captured {
            file: Arc::clone(&self.file),
            stream,
            us: connection.role,
        })
    }
}

fn locked(file: &Mutex<Growing>) -> std::sync::MutexGuard<'_, Growing> {
    file.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Growing {
    /// Writes, unless that has failed before.
    fn tell<T>(&mut self, write: impl FnOnce(&mut Pcapng<File>) -> io::Result<T>) -> Option<T> {
        if self.failed.is_some() {
            return None;
        }
        write(&mut self.packets)
            .map_err(|error| self.failed = Some(error))
            .ok()
    }
}

fn info(connection: &ConnectionInfo<'_>, file: &mut Growing) -> StreamInfo {
    let (us, testee) = match (connection.local, connection.peer) {
        (Some(local), Some(peer)) => (local, peer),
        _ => {
            let port = FIRST_PORT + file.nameless % (u16::MAX - FIRST_PORT);
            file.nameless = file.nameless.wrapping_add(1);
            let (client, server) = (
                SocketAddr::new(NOWHERE, port),
                SocketAddr::new(NOWHERE, HTTP),
            );
            match connection.role {
                Role::Client => (client, server),
                Role::Server => (server, client),
            }
        }
    };
    let (client, server) = match connection.role {
        Role::Client => (us, testee),
        Role::Server => (testee, us),
    };
    let (interface, remark) = match connection.carrier {
        Carrier::Tcp => (Interface::Tcp, ""),
        Carrier::Tls => (Interface::Tls, "; the plaintext of TLS"),
        Carrier::Unix => (
            Interface::Unix,
            "; a unix socket, its addresses are made up",
        ),
    };
    let agent = match connection.agent {
        "" => "an agent not known yet".to_owned(),
        agent => format!("agent {}", printable(agent, LONGEST_NAME)),
    };
    StreamInfo {
        interface,
        client,
        server,
        began: connection.began,
        comment: format!(
            "case {}, {agent}, play {}, connection {}{remark}",
            connection.case,
            connection.attempt,
            connection.connection + 1,
        ),
    }
}

/// One connection on its way into the file.
struct Captured {
    file: Arc<Mutex<Growing>>,
    /// `None`: its beginning could not be written.
    stream: Option<TcpStream>,
    us: Role,
}

impl Captured {
    fn tell(&mut self, write: impl FnOnce(&mut TcpStream, &mut Pcapng<File>) -> io::Result<()>) {
        if let Some(stream) = &mut self.stream {
            locked(&self.file).tell(|packets| write(stream, packets));
        }
    }
}

impl Observer for Captured {
    fn sent(&mut self, now: Moment, octets: &[u8]) {
        let us = self.us;
        self.tell(|stream, packets| stream.octets(us, now, octets, packets));
    }

    fn received(&mut self, now: Moment, octets: &[u8]) {
        let testee = self.us.other();
        self.tell(|stream, packets| stream.octets(testee, now, octets, packets));
    }

    fn peer_ended(&mut self, now: Moment, how: Eof) {
        let testee = self.us.other();
        self.tell(|stream, packets| match how {
            Eof::Reset => stream.reset(testee, now, packets),
            Eof::Fin | Eof::Truncated => stream.fin(testee, now, packets),
        });
    }

    fn we_ended(&mut self, now: Moment, reset: bool) {
        let us = self.us;
        self.tell(|stream, packets| match reset {
            true => stream.reset(us, now, packets),
            false => stream.fin(us, now, packets),
        });
    }
}
