//! Compressed messages against zlib itself, by way of Python: what one side
//! deflates, the other inflates within the window agreed on.

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use wscheck_wire::deflate::{Deflater, Inflater, Terms};

/// Reads requests and answers them: a letter, a length, octets; a sign, a
/// length, octets. Inflating in steps no larger than the window is what keeps zlib from
/// finding in its output what its window has lost.
const SCRIPT: &str = r#"
import struct, sys, zlib
TAIL = b"\x00\x00\xff\xff"
requests, answers = sys.stdin.buffer, sys.stdout.buffer

def renew():
    global inflater, deflater
    inflater = zlib.decompressobj(-bits)
    deflater = zlib.compressobj(level, wbits=-max(bits, 9))

def inflate(octets):
    octets, text, step = octets + TAIL, b"", min(512, 1 << bits)
    while True:
        piece = inflater.decompress(octets, step)
        octets = inflater.unconsumed_tail
        text += piece
        if not octets and len(piece) < step:
            return text

def deflate(text):
    message = deflater.compress(text) + deflater.flush(zlib.Z_SYNC_FLUSH)
    return message[:-4] if message.endswith(TAIL) else b"\x00"

while True:
    head = requests.read(5)
    if not head:
        break
    verb, length = struct.unpack("<cI", head)
    octets = requests.read(length)
    if verb == b"n":
        bits, no_context_takeover, level = octets
        renew()
        continue
    try:
        answer = inflate(octets) if verb == b"i" else deflate(octets)
        answers.write(b"+" + struct.pack("<I", len(answer)) + answer)
    except zlib.error as error:
        answer = str(error).encode()
        answers.write(b"-" + struct.pack("<I", len(answer)) + answer)
    answers.flush()
    if no_context_takeover:
        renew()
"#;

/// A process that knows zlib.
struct Python {
    child: Child,
    requests: ChildStdin,
    answers: ChildStdout,
}

impl Python {
    fn start() -> Self {
        let mut child = Command::new("python3")
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 cannot be started; this test compares with its zlib");
        Self {
            requests: child.stdin.take().expect("stdin is a pipe"),
            answers: child.stdout.take().expect("stdout is a pipe"),
            child,
        }
    }

    fn request(&mut self, verb: u8, octets: &[u8]) -> io::Result<()> {
        let length = (octets.len() as u32).to_le_bytes();
        let request = [&[verb], &length[..], octets].concat();
        self.requests.write_all(&request)?;
        self.requests.flush()
    }

    /// A new connection, whose both directions have `terms`.
    fn renew(&mut self, terms: Terms, level: u32) {
        let takeover = u8::from(terms.no_context_takeover);
        self.request(b'n', &[terms.max_window_bits, takeover, level as u8])
            .expect("Python reads");
    }

    /// The answer, or what zlib complains of.
    fn ask(&mut self, verb: u8, octets: &[u8]) -> Result<Vec<u8>, String> {
        self.request(verb, octets).expect("Python reads");
        let mut head = [0; 5];
        self.answers.read_exact(&mut head).expect("Python answers");
        let [sign, length @ ..] = head;
        let mut answer = vec![0; u32::from_le_bytes(length) as usize];
        self.answers
            .read_exact(&mut answer)
            .expect("Python answers");
        match sign {
            b'+' => Ok(answer),
            _ => Err(String::from_utf8_lossy(&answer).into_owned()),
        }
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Octets that repeat themselves at any distance.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..2000),
        (1_u32..2000, 0_usize..6000).prop_map(|(period, len)| {
            let octet = |n: u32| ((n % period).wrapping_mul(0x9e37_79b9) >> 23) as u8;
            (0..).map(octet).take(len).collect()
        }),
    ];
    prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn terms(bits: impl Strategy<Value = u8>) -> impl Strategy<Value = Terms> {
    (any::<bool>(), bits).prop_map(|(no_context_takeover, max_window_bits)| Terms {
        no_context_takeover,
        max_window_bits,
    })
}

fn runner() -> TestRunner {
    TestRunner::new(Config {
        cases: 200,
        failure_persistence: None,
        ..Config::default()
    })
}

#[test]
fn python_inflates_what_we_deflate() {
    let python = RefCell::new(Python::start());
    let texts = prop::collection::vec(text(), 1..5);
    let cases = (terms(8_u8..=15), 0_u32..=9, texts, 1_usize..3000);
    let result = runner().run(&cases, |(terms, level, texts, fragment)| {
        let mut python = python.borrow_mut();
        python.renew(terms, level);
        let mut deflater = Deflater::new(terms, level);
        for text in texts {
            let mut message = Vec::new();
            for fragment in text.chunks(fragment) {
                deflater.push(fragment, &mut message);
                deflater.flush(&mut message);
            }
            deflater.finish(&mut message);
            prop_assert_eq!(python.ask(b'i', &message), Ok(text));
        }
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn we_inflate_what_python_deflates() {
    let python = RefCell::new(Python::start());
    let texts = prop::collection::vec(text(), 1..5);
    let cases = (terms(9_u8..=15), 0_u32..=9, texts);
    let result = runner().run(&cases, |(terms, level, texts)| {
        let mut python = python.borrow_mut();
        python.renew(terms, level);
        let mut inflater = Inflater::strict(terms);
        for text in texts {
            let message = python.ask(b'd', &text).map_err(TestCaseError::fail)?;
            let mut inflated = Vec::new();
            let mut out = |piece: &[u8]| {
                inflated.extend_from_slice(piece);
                true
            };
            prop_assert_eq!(inflater.push(&message, &mut out), Ok(()));
            prop_assert_eq!(inflater.finish(&mut out), Ok(()));
            prop_assert_eq!(inflated, text);
        }
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

/// The first test would find a deflater that leaves its window.
#[test]
fn python_would_notice_a_window_that_is_too_large() {
    let mut python = Python::start();
    let wide = Terms::default();
    let narrow = Terms {
        max_window_bits: 9,
        ..wide
    };
    let text: Vec<u8> = (0..3000_u32)
        .map(|n| ((n % 1500).wrapping_mul(0x9e37_79b9) >> 23) as u8)
        .collect();
    let message = Deflater::new(wide, 9).message(&text);
    python.renew(wide, 9);
    assert_eq!(python.ask(b'i', &message), Ok(text));
    python.renew(narrow, 9);
    let complaint = python.ask(b'i', &message).expect_err("too far back");
    assert!(complaint.contains("too far back"), "{complaint}");
}
