//! What a peer may do to harm us, each by a name: as a server and as a client.

use std::future::pending;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wscheck_wire::Role;
use wscheck_wire::deflate::{Deflater, TAIL, Terms};
use wscheck_wire::handshake::{Head, HeadReader, accept_for};

use crate::served::request;

/// A way to harm us.
pub struct Harm {
    /// As `docs/hostile.md` lists it.
    pub name: &'static str,
    /// When it begins.
    pub stage: Stage,
    /// By how much the waits of the cases are stretched.
    pub scale: f64,
    /// Does it to one connection.
    pub does: Does,
}

/// Does harm to one connection.
pub type Does = fn(Peer) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// When a harm begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Where TLS is expected.
    Tls,
    /// In place of its opening handshake: a client names no case.
    Opening,
    /// When the connection is open.
    Open,
}

/// For what goes on until we have had enough.
const HASTY: f64 = 0.02;
/// For what comes to its end by itself.
const NOMINAL: f64 = 1.0;

macro_rules! harm {
    ($name:literal, $stage:ident, $scale:expr, |$peer:ident| $does:expr) => {
        Harm {
            name: $name,
            stage: Stage::$stage,
            scale: $scale,
            does: |mut $peer| {
                Box::pin(async move {
                    if Stage::$stage != Stage::Open || $peer.open().await.is_ok() {
                        let _ = $does.await;
                    }
                })
            },
        }
    };
}

/// All of them.
pub static HARMS: [Harm; 38] = [
    harm!("tls-garbage", Tls, HASTY, |peer| peer
        .flood(b"no record of TLS ")),
    harm!("tls-endless-records", Tls, HASTY, |peer| peer
        .flood(&[22, 3, 3, 0, 4, 2, 0, 0xff, 0xff])),
    harm!("tls-silence", Tls, HASTY, |peer| peer.swallow()),
    harm!("tls-reset", Tls, HASTY, |peer| peer.reset()),
    harm!("silence", Opening, HASTY, |peer| peer.swallow()),
    harm!("end-for-a-head", Opening, HASTY, |peer| peer.tcp.shutdown()),
    harm!("half-open-for-a-head", Opening, HASTY, |peer| peer
        .half_open()),
    harm!("reset-for-a-head", Opening, HASTY, |peer| peer.reset()),
    harm!("reset-in-the-head", Opening, HASTY, |peer| peer
        .reset_after(b"HTTP/1.1 101 Swi")),
    harm!("endless-head-fields", Opening, HASTY, |peer| peer
        .endless_head(b"X: y\r\n")),
    harm!("endless-head-line", Opening, HASTY, |peer| peer
        .endless_head(b"x")),
    harm!("head-an-octet-at-a-time", Opening, HASTY, |peer| peer
        .drip(b"GET / HTTP/1.1 101 ")),
    harm!("garbage-for-a-head", Opening, HASTY, |peer| peer
        .flood(b"\x00\xff\r\n\r\n")),
    harm!("silence-once-open", Open, HASTY, |peer| peer.swallow()),
    harm!("reads-nothing", Open, HASTY, |peer| peer.hold()),
    harm!("never-ends-tcp", Open, HASTY, |peer| peer.never_ends()),
    harm!("half-open", Open, HASTY, |peer| peer.half_open()),
    harm!("reset-once-open", Open, HASTY, |peer| peer.reset()),
    harm!("reset-in-a-header", Open, HASTY, |peer| peer
        .reset_after(b"\x81")),
    harm!("reset-in-a-payload", Open, HASTY, |peer| peer
        .reset_in_a_payload()),
    harm!("reset-behind-its-close", Open, HASTY, |peer| peer
        .reset_behind_its_close()),
    harm!("reset-behind-our-close", Open, HASTY, |peer| peer
        .reset_behind_our_close()),
    harm!("reset-while-we-write", Open, HASTY, |peer| peer
        .reset_while_we_write()),
    harm!("close-while-we-write", Open, HASTY, |peer| peer
        .close_while_we_write()),
    harm!("end-while-we-write", Open, HASTY, |peer| peer
        .read_a_little()),
    harm!("frame-an-octet-at-a-time", Open, HASTY, |peer| peer
        .drip(b"\x82\x7f\0\0\0\0\0\xff\xff\xff")),
    harm!("frame-of-2-to-the-62", Open, HASTY, |peer| peer
        .endless_frame()),
    harm!("frame-of-2-to-the-62-and-no-more", Open, HASTY, |peer| peer
        .announce()),
    harm!("endless-messages", Open, HASTY, |peer| peer
        .flood_of(&[(0x81, b"hello")])),
    harm!("endless-message", Open, HASTY, |peer| peer
        .endless_message()),
    harm!("endless-pings", Open, HASTY, |peer| peer
        .flood_of(&[(0x89, b"ping")])),
    harm!("endless-pings-read", Open, HASTY, |peer| peer
        .pings_and_reads()),
    harm!("endless-pongs", Open, HASTY, |peer| peer
        .flood_of(&[(0x8a, b"")])),
    harm!("endless-closes", Open, HASTY, |peer| peer
        .flood_of(&[(0x88, b"\x03\xe8")])),
    harm!("garbage", Open, HASTY, |peer| peer.flood(b"\xff garbage")),
    harm!("two-million-empty-fragments", Open, NOMINAL, |peer| peer
        .empty_fragments(2_000_000)),
    harm!("deflate-bomb", Open, HASTY, |peer| peer.bomb()),
    harm!("deflate-bombs", Open, HASTY, |peer| peer.bombs()),
];

/// The hostile peer's end of a connection.
pub struct Peer {
    pub tcp: TcpStream,
    /// What it plays.
    pub role: Role,
    /// What it asks for, as a client.
    pub target: String,
}

/// What inflates to a MiB of zeros, whatever came before.
fn bomb() -> Vec<u8> {
    Deflater::new(Terms::default(), 9).message(&vec![0; 1 << 20])
}

const COMPRESSED_BINARY: u8 = 0xc2;
const FIN: u8 = 0x80;

impl Peer {
    /// Takes part in the opening handshake by the book, with compression.
    async fn open(&mut self) -> io::Result<()> {
        match self.role {
            Role::Server => {
                let request = self.head().await?;
                let key = request.joined("Sec-WebSocket-Key").unwrap_or_default();
                let mut answer = format!(
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\
                     Connection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n",
                    accept_for(&key)
                );
                if request.count("Sec-WebSocket-Extensions") > 0 {
                    answer += "Sec-WebSocket-Extensions: permessage-deflate\r\n";
                }
                answer += "\r\n";
                self.tcp.write_all(answer.as_bytes()).await
            }
            Role::Client => {
                let mut request = request(&self.target);
                request += "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
                self.tcp.write_all(request.as_bytes()).await?;
                self.head().await.map(drop)
            }
        }
    }

    /// Reads a head, and forgets what came with it.
    async fn head(&mut self) -> io::Result<Head> {
        let (mut reader, mut buffer) = (HeadReader::new(8192), [0; 4096]);
        loop {
            let count = self.tcp.read(&mut buffer).await?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Ok(Some((head, _))) = reader.push(&buffer[..count]) {
                return Ok(head);
            }
        }
    }

    /// A short frame, masked by zeros if it must be masked.
    fn frame(&self, first: u8, payload: &[u8]) -> Vec<u8> {
        let length = u16::try_from(payload.len()).unwrap();
        let mask: (u8, &[u8]) = match self.role {
            Role::Server => (0, &[]),
            Role::Client => (0x80, &[0; 4]),
        };
        let mut frame = vec![first];
        match length {
            ..126 => frame.push(mask.0 | length as u8),
            _ => {
                frame.push(mask.0 | 126);
                frame.extend(length.to_be_bytes());
            }
        }
        frame.extend_from_slice(mask.1);
        frame.extend_from_slice(payload);
        frame
    }

    /// Reads and forgets until we have ended.
    async fn swallow(&mut self) {
        let mut buffer = vec![0; 65536];
        while let Ok(1..) = self.tcp.read(&mut buffer).await {}
    }

    /// Does nothing for ever, and keeps the connection.
    async fn hold(&mut self) {
        pending().await
    }

    /// Ends its direction, and reads ours for ever.
    async fn half_open(&mut self) {
        let _ = self.tcp.shutdown().await;
        self.swallow().await;
    }

    async fn reset(&mut self) -> io::Result<()> {
        self.tcp.set_zero_linger()
    }

    async fn reset_after(&mut self, octets: &[u8]) -> io::Result<()> {
        self.tcp.write_all(octets).await?;
        self.reset().await
    }

    async fn reset_in_a_payload(&mut self) -> io::Result<()> {
        let frame = self.frame(0x81, b"hello");
        self.reset_after(&frame[..frame.len() - 3]).await
    }

    async fn reset_behind_its_close(&mut self) -> io::Result<()> {
        let close = self.frame(0x88, b"\x03\xe8");
        self.reset_after(&close).await
    }

    async fn reset_behind_our_close(&mut self) -> io::Result<()> {
        self.hear_close().await?;
        self.reset().await
    }

    async fn never_ends(&mut self) -> io::Result<()> {
        self.hear_close().await?;
        let close = self.frame(0x88, b"\x03\xe8");
        self.tcp.write_all(&close).await?;
        self.swallow().await;
        self.hold().await;
        Ok(())
    }

    /// Reads until there is an octet that begins a Close, or the end.
    async fn hear_close(&mut self) -> io::Result<()> {
        let mut buffer = vec![0; 65536];
        loop {
            let count = self.tcp.read(&mut buffer).await?;
            if count == 0 || buffer[..count].contains(&0x88) {
                return Ok(());
            }
        }
    }

    /// Of our 16 MiB.
    async fn read_a_little(&mut self) -> io::Result<()> {
        self.tcp.read_exact(&mut [0; 20]).await.map(drop)
    }

    async fn reset_while_we_write(&mut self) -> io::Result<()> {
        self.read_a_little().await?;
        self.reset().await
    }

    async fn close_while_we_write(&mut self) -> io::Result<()> {
        self.read_a_little().await?;
        let close = self.frame(0x88, b"\x03\xe8");
        self.tcp.write_all(&close).await?;
        self.hold().await;
        Ok(())
    }

    /// Sends the same octets until we have had enough, reading nothing.
    async fn flood(&mut self, octets: &[u8]) -> io::Result<()> {
        let block = octets.repeat(65536 / octets.len());
        loop {
            self.tcp.write_all(&block).await?;
        }
    }

    async fn flood_of(&mut self, frames: &[(u8, &[u8])]) -> io::Result<()> {
        let frames = frames
            .iter()
            .map(|(first, payload)| self.frame(*first, payload));
        let octets = frames.collect::<Vec<_>>().concat();
        self.flood(&octets).await
    }

    /// Begins with what is right in either role.
    async fn endless_head(&mut self, octets: &[u8]) -> io::Result<()> {
        let first: &[u8] = match self.role {
            Role::Server => b"HTTP/1.1 101 Switching Protocols\r\n",
            Role::Client => b"GET /runCase?case=1&agent=x HTTP/1.1\r\n",
        };
        self.tcp.write_all(first).await?;
        self.flood(octets).await
    }

    /// The pace of this one is of the wire: it is what it is about.
    async fn drip(&mut self, octets: &[u8]) -> io::Result<()> {
        let mut every = tokio::time::interval(Duration::from_millis(10));
        for octet in octets.iter().cycle() {
            every.tick().await;
            self.tcp.write_all(&[*octet]).await?;
        }
        Ok(())
    }

    fn long_header(&self) -> &'static [u8] {
        match self.role {
            Role::Server => b"\x82\x7f\x40\0\0\0\0\0\0\0",
            Role::Client => b"\x82\xff\x40\0\0\0\0\0\0\0\0\0\0\0",
        }
    }

    async fn endless_frame(&mut self) -> io::Result<()> {
        self.tcp.write_all(self.long_header()).await?;
        self.flood(b"x").await
    }

    async fn announce(&mut self) -> io::Result<()> {
        self.tcp.write_all(self.long_header()).await?;
        self.swallow().await;
        Ok(())
    }

    async fn endless_message(&mut self) -> io::Result<()> {
        let first = self.frame(0x02, b"begins");
        self.tcp.write_all(&first).await?;
        self.flood_of(&[(0x00, &[0; 1000])]).await
    }

    /// Takes our pongs, too.
    async fn pings_and_reads(&mut self) {
        let ping = self.frame(0x89, &[0; 125]).repeat(500);
        let (mut from_us, mut to_us) = self.tcp.split();
        let mut buffer = vec![0; 65536];
        let reading = async { while let Ok(1..) = from_us.read(&mut buffer).await {} };
        let writing = async { while to_us.write_all(&ping).await.is_ok() {} };
        tokio::join!(reading, writing);
    }

    /// A message of nothing, and then the end.
    async fn empty_fragments(&mut self, count: usize) -> io::Result<()> {
        let begin = self.frame(0x01, b"");
        self.tcp.write_all(&begin).await?;
        let block = self.frame(0x00, b"").repeat(1000);
        for _ in 0..count / 1000 {
            self.tcp.write_all(&block).await?;
        }
        let end = [self.frame(FIN, b""), self.frame(0x88, b"\x03\xe8")].concat();
        self.tcp.write_all(&end).await?;
        self.swallow().await;
        Ok(())
    }

    /// One message, of a MiB a fragment.
    async fn bomb(&mut self) -> io::Result<()> {
        let mebibyte = [bomb(), TAIL.to_vec()].concat();
        let begin = self.frame(COMPRESSED_BINARY - FIN, &mebibyte);
        self.tcp.write_all(&begin).await?;
        self.flood_of(&[(0x00, &mebibyte)]).await
    }

    /// Messages of a MiB.
    async fn bombs(&mut self) -> io::Result<()> {
        self.flood_of(&[(COMPRESSED_BINARY, &bomb())]).await
    }
}
