//! The driver against scripted conversations.

use std::collections::VecDeque;

use tokio::io::{AsyncReadExt, duplex};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::tls::{ClientTls, ServerTls, Trust};
use crate::transport::Stream;

/// Says what it is told to and notes what it hears.
#[derive(Default)]
struct Scripted {
    outputs: VecDeque<Output>,
    /// Time-outs that are due when they are set, one after another.
    turns: u32,
    until: Option<Moment>,
    deaf: bool,
    ends_at_eof: bool,
    over: bool,
    heard: Vec<u8>,
    longest_read: usize,
    eof: Option<Eof>,
    log: Vec<&'static str>,
}

impl Scripted {
    fn saying(outputs: impl IntoIterator<Item = Output>) -> Self {
        Self {
            outputs: outputs.into_iter().collect(),
            ends_at_eof: true,
            ..Self::default()
        }
    }

    async fn over(&mut self, transport: impl Transport) {
        drive(transport, self, Instant::now(), &mut ()).await;
    }
}

impl Conversation for Scripted {
    fn handle_input(&mut self, _now: Moment, input: &mut [u8]) {
        self.heard.extend_from_slice(input);
        self.longest_read = self.longest_read.max(input.len());
        self.log.push("input");
    }

    fn handle_eof(&mut self, _now: Moment, how: Eof) {
        self.eof = Some(how);
        if self.ends_at_eof {
            self.over = true;
            self.outputs.push_back(Output::Drop);
        }
    }

    fn handle_timeout(&mut self, now: Moment) {
        if self.turns > 0 {
            self.turns -= 1;
            self.log.push("turn");
            self.outputs.push_back(Output::Write(vec![b'.']));
        } else if self.until.is_some_and(|until| until <= now) {
            self.until = None;
            self.over = true;
            self.outputs.push_back(Output::Drop);
        }
    }

    fn poll_output(&mut self, _now: Moment) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn poll_timeout(&self) -> Option<Moment> {
        if self.turns > 0 {
            return Some(Moment::ZERO);
        }
        self.until
    }

    fn wants_input(&self) -> bool {
        !self.deaf
    }

    fn is_over(&self) -> bool {
        self.over
    }
}

fn write(octets: impl Into<Vec<u8>>) -> Output {
    Output::Write(octets.into())
}

async fn read_all(mut from: impl tokio::io::AsyncRead + Unpin) -> Vec<u8> {
    let mut octets = Vec::new();
    from.read_to_end(&mut octets).await.unwrap();
    octets
}

async fn tcp_pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (ours, theirs) = tokio::join!(TcpStream::connect(address), listener.accept());
    (ours.unwrap(), theirs.unwrap().0)
}

#[tokio::test]
async fn writes_leave_in_order_and_the_transport_is_closed() {
    let (ours, theirs) = duplex(3);
    let mut conversation = Scripted::saying([write("hello, "), write("world"), Output::Drop]);
    let (heard, ()) = tokio::join!(read_all(theirs), conversation.over(ours));
    assert_eq!(heard, b"hello, world");
}

#[tokio::test]
async fn reads_while_it_writes() {
    let (ours, mut theirs) = duplex(16);
    let mut conversation = Scripted::saying([write(vec![1; 1000])]);
    let peer = async {
        // The peer reads nothing before it has written all.
        theirs.write_all(&[2; 1000]).await.unwrap();
        let mut octets = vec![0; 1000];
        theirs.read_exact(&mut octets).await.unwrap();
        drop(theirs);
        octets
    };
    let (octets, ()) = tokio::join!(peer, conversation.over(ours));
    assert_eq!((octets, conversation.heard), (vec![1; 1000], vec![2; 1000]));
    assert_eq!(conversation.eof, Some(Eof::Fin));
}

#[tokio::test(start_paused = true)]
async fn a_conversation_that_wants_no_input_pushes_back() {
    let (ours, mut theirs) = duplex(16);
    let mut conversation = Scripted::saying([]);
    conversation.deaf = true;
    conversation.until = Some(Duration::from_secs(1));
    let (written, ()) = tokio::join!(theirs.write_all(&[2; 17]), conversation.over(ours));
    assert!(written.is_err());
    assert!(conversation.heard.is_empty());
}

#[tokio::test]
async fn a_failed_write_does_not_end_the_reading() {
    let (ours, mut theirs) = tcp_pair().await;
    theirs.write_all(b"last words").await.unwrap();
    // FIN, and RST to whatever we write.
    drop(theirs);
    let mut conversation = Scripted::saying((0..100).map(|_| write(vec![1; 1000])));
    conversation.over(Stream::Tcp(ours)).await;
    assert_eq!(conversation.heard, b"last words");
    assert!(conversation.eof.is_some());
}

#[tokio::test]
async fn octets_arrive_in_reads_of_at_most_64_kib() {
    let (ours, mut theirs) = duplex(1 << 20);
    theirs.write_all(&vec![0; 1 << 20]).await.unwrap();
    drop(theirs);
    let mut conversation = Scripted::saying([]);
    conversation.over(ours).await;
    assert_eq!(conversation.longest_read, MAX_READ);
    assert_eq!(conversation.heard.len(), 1 << 20);
}

#[tokio::test]
async fn turns_alternate_with_reads_and_are_a_write_each() {
    let (ours, mut theirs) = duplex(1 << 20);
    theirs.write_all(&vec![0; 4 * MAX_READ]).await.unwrap();
    let mut conversation = Scripted::saying([]);
    conversation.turns = 4;
    let peer = async {
        let mut octets = [0; 4];
        theirs.read_exact(&mut octets).await.unwrap();
        drop(theirs);
    };
    tokio::join!(peer, conversation.over(ours));
    let turns = [
        "input", "turn", "input", "turn", "input", "turn", "input", "turn",
    ];
    assert_eq!(conversation.log, turns);
}

#[tokio::test(start_paused = true)]
async fn a_flood_does_not_keep_a_timer_from_its_turn() {
    struct Flood;
    impl tokio::io::AsyncRead for Flood {
        fn poll_read(
            self: Pin<&mut Self>,
            _cx: &mut Context<'_>,
            into: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            into.put_slice(b"flood");
            Poll::Ready(Ok(()))
        }
    }
    impl tokio::io::AsyncWrite for Flood {
        fn poll_write(
            self: Pin<&mut Self>,
            _cx: &mut Context<'_>,
            octets: &[u8],
        ) -> Poll<io::Result<usize>> {
            Poll::Ready(Ok(octets.len()))
        }
        fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
        fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }
    impl Transport for Flood {}
    let mut conversation = Scripted::saying([]);
    conversation.turns = 1000;
    conversation.until = Some(Duration::ZERO);
    conversation.over(Flood).await;
    assert_eq!(conversation.turns, 0);
}

#[tokio::test(start_paused = true)]
async fn last_words_that_nobody_reads_are_given_up() {
    let (ours, theirs) = duplex(16);
    let mut conversation = Scripted::saying([write(vec![1; 100]), Output::Drop]);
    conversation.over = true;
    let begin = Instant::now();
    conversation.over(ours).await;
    assert_eq!(begin.elapsed(), FLUSH_LIMIT);
    assert_eq!(read_all(theirs).await.len(), 16);
}

#[tokio::test]
async fn shutdown_ends_our_direction_and_reading_goes_on() {
    let (ours, mut theirs) = tcp_pair().await;
    let mut conversation = Scripted::saying([write("question"), Output::ShutdownWrite]);
    let peer = async {
        let question = {
            let mut octets = Vec::new();
            theirs.read_to_end(&mut octets).await.unwrap();
            octets
        };
        theirs.write_all(b"answer").await.unwrap();
        drop(theirs);
        question
    };
    let (question, ()) = tokio::join!(peer, conversation.over(Stream::Tcp(ours)));
    assert_eq!(
        (question, conversation.heard),
        (b"question".to_vec(), b"answer".to_vec())
    );
    assert_eq!(conversation.eof, Some(Eof::Fin));
}

#[tokio::test]
async fn resets_are_sent_and_recognised() {
    let (ours, theirs) = tcp_pair().await;
    let (mut aborting, mut aborted) = (Scripted::saying([Output::Reset]), Scripted::saying([]));
    tokio::join!(
        aborting.over(Stream::Tcp(ours)),
        aborted.over(Stream::Tcp(theirs))
    );
    assert_eq!(aborted.eof, Some(Eof::Reset));
}

#[tokio::test]
async fn a_conversation_with_nothing_to_do_is_ended() {
    let (ours, theirs) = duplex(16);
    drop(theirs);
    let mut conversation = Scripted::saying([]);
    conversation.ends_at_eof = false;
    conversation.over(ours).await;
    assert_eq!(conversation.eof, Some(Eof::Fin));
}

#[tokio::test]
async fn octets_are_observed_as_they_pass() {
    #[derive(Default)]
    struct Noted(Vec<u8>, Vec<u8>);
    impl Observer for Noted {
        fn sent(&mut self, _now: Moment, octets: &[u8]) {
            self.0.extend_from_slice(octets);
        }
        fn received(&mut self, _now: Moment, octets: &[u8]) {
            self.1.extend_from_slice(octets);
        }
    }
    let (ours, mut theirs) = duplex(4);
    let mut conversation = Scripted::saying([write("question")]);
    let mut noted = Noted::default();
    let peer = async {
        let mut octets = [0; 8];
        theirs.read_exact(&mut octets).await.unwrap();
        theirs.write_all(b"answer").await.unwrap();
        drop(theirs);
    };
    let driven = drive(ours, &mut conversation, Instant::now(), &mut noted);
    tokio::join!(peer, driven);
    assert_eq!(
        (&noted.0[..], &noted.1[..]),
        (&b"question"[..], &b"answer"[..])
    );
}

#[tokio::test]
async fn tls_that_ends_without_close_notify_is_truncated() {
    let server_tls = ServerTls::self_made(&["localhost"]).unwrap();
    let client_tls = ClientTls::new(&Trust::Anyone, None).unwrap();
    for (in_order, eof) in [(true, Eof::Fin), (false, Eof::Truncated)] {
        let (ours, theirs) = tcp_pair().await;
        let (ours, theirs) = tokio::join!(
            client_tls.connect(ours, "localhost"),
            server_tls.accept(theirs)
        );
        let mut theirs = theirs.unwrap();
        theirs.write_all(b"last words").await.unwrap();
        if in_order {
            theirs.shutdown().await.unwrap();
        }
        drop(theirs);
        let mut conversation = Scripted::saying([]);
        conversation
            .over(Stream::Tls(Box::new(ours.unwrap())))
            .await;
        assert_eq!(conversation.heard, b"last words");
        assert_eq!(conversation.eof, Some(eof));
    }
}
