//! What the client reads before there is a tunnel: answers, one after another.

use wscheck_wire::handshake::{Head, HeadReader};

use super::evidence::{AnswerSeen, StreamSeen, kept_head};
use super::head::list;

/// The longest head, and the longest body in chunks, that are read.
const LIMIT: usize = 1 << 20;

/// Reads answers of HTTP/1.1 (RFC 9112 §6.3).
#[derive(Debug)]
pub(super) struct AnswerReader {
    head: HeadReader,
    answer: AnswerSeen,
    body: StreamSeen,
    framing: Framing,
}

#[derive(Debug)]
enum Framing {
    /// No head yet.
    Head,
    /// So many octets are left of the body.
    Length(u64),
    /// What has come of a body in chunks.
    Chunked(Vec<u8>),
    /// The body ends with the connection.
    UntilEnd,
    /// This is no HTTP.
    Lost,
}

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Got {
    /// 101; what follows the given number of octets is the tunnel's.
    Switch(AnswerSeen, usize),
    /// A final answer.
    Answer(AnswerSeen),
    /// Octets that are no HTTP.
    Stray(Vec<u8>),
}

impl AnswerReader {
    pub(super) fn new() -> Self {
        Self {
            head: HeadReader::new(LIMIT),
            answer: AnswerSeen::default(),
            body: StreamSeen::default(),
            framing: Framing::Head,
        }
    }

    /// Takes octets and gives what is complete by them. Of a switch nothing
    /// behind it is read.
    pub(super) fn push(&mut self, octets: &[u8]) -> Vec<Got> {
        let mut got = Vec::new();
        let mut at = 0;
        while at < octets.len() {
            let (used, one) = self.step(&octets[at..]);
            at += used;
            match one {
                Some(Got::Switch(answer, _)) => {
                    got.push(Got::Switch(answer, at));
                    return got;
                }
                one => got.extend(one),
            }
        }
        got
    }

    /// The connection has ended: a body that ends with it is whole, another is
    /// not.
    pub(super) fn end(&mut self) -> Option<AnswerSeen> {
        let whole = match self.framing {
            Framing::Head | Framing::Lost => return None,
            Framing::UntilEnd => true,
            Framing::Length(_) | Framing::Chunked(_) => false,
        };
        Some(self.finish(whole))
    }

    fn step(&mut self, octets: &[u8]) -> (usize, Option<Got>) {
        match &mut self.framing {
            Framing::Head => self.read_head(octets),
            Framing::Length(left) => {
                let take =
                    usize::try_from(*left).map_or(octets.len(), |left| left.min(octets.len()));
                *left -= take as u64;
                let ends = *left == 0;
                self.body.push(&octets[..take]);
                (take, ends.then(|| Got::Answer(self.finish(true))))
            }
            Framing::Chunked(so_far) => {
                let before = so_far.len();
                so_far.extend_from_slice(octets);
                match chunks(so_far) {
                    Chunks::More if so_far.len() < LIMIT => (octets.len(), None),
                    Chunks::Whole(body, used) => {
                        self.body.push(&body);
                        (used - before, Some(Got::Answer(self.finish(true))))
                    }
                    _ => {
                        self.framing = Framing::Lost;
                        (octets.len(), Some(Got::Stray(octets.to_vec())))
                    }
                }
            }
            Framing::UntilEnd => {
                self.body.push(octets);
                (octets.len(), None)
            }
            Framing::Lost => (octets.len(), Some(Got::Stray(octets.to_vec()))),
        }
    }

    fn read_head(&mut self, octets: &[u8]) -> (usize, Option<Got>) {
        let before = self.head.partial().len();
        match self.head.push(octets) {
            Ok(Some((head, used))) => match head.status() {
                None | Some(0) => self.lose(&head.octets[before.min(head.octets.len())..], used),
                Some(status) => (used, self.begin(&head, status)),
            },
            Ok(None) if could_begin_answer(self.head.partial()) => (octets.len(), None),
            _ => {
                let partial = self.head.partial().to_vec();
                self.lose(&partial, octets.len())
            }
        }
    }

    fn lose(&mut self, octets: &[u8], used: usize) -> (usize, Option<Got>) {
        self.framing = Framing::Lost;
        (used, Some(Got::Stray(octets.to_vec())))
    }

    fn begin(&mut self, head: &Head, status: u16) -> Option<Got> {
        self.answer = AnswerSeen {
            status,
            head: kept_head(&head.octets),
            ..AnswerSeen::default()
        };
        if status == 101 {
            return Some(Got::Switch(self.finish(true), 0));
        }
        if (100..200).contains(&status) {
            return None;
        }
        self.framing = framing(head, status);
        let is_empty = matches!(self.framing, Framing::Length(0));
        is_empty.then(|| Got::Answer(self.finish(true)))
    }

    fn finish(&mut self, whole: bool) -> AnswerSeen {
        self.framing = Framing::Head;
        let body = std::mem::take(&mut self.body);
        AnswerSeen {
            body: body.evidence(),
            whole,
            ..std::mem::take(&mut self.answer)
        }
    }
}

fn framing(head: &Head, status: u16) -> Framing {
    if matches!(status, 204 | 304) {
        return Framing::Length(0);
    }
    let codings = list(head, "Transfer-Encoding");
    if codings
        .iter()
        .any(|coding| coding.eq_ignore_ascii_case("chunked"))
    {
        return Framing::Chunked(Vec::new());
    }
    let lengths = list(head, "Content-Length");
    match lengths.first().map(|length| length.parse()) {
        Some(Ok(length)) => Framing::Length(length),
        _ => Framing::UntilEnd,
    }
}

/// Whether `octets` may be the beginning of a status line.
fn could_begin_answer(octets: &[u8]) -> bool {
    const VERSION: &[u8] = b"HTTP/";
    let length = octets.len().min(VERSION.len());
    octets[..length] == VERSION[..length]
}

enum Chunks {
    More,
    /// The body, and how many octets it took.
    Whole(Vec<u8>, usize),
    Bad,
}

/// A body in chunks, from its first octet (RFC 9112 §7.1).
fn chunks(octets: &[u8]) -> Chunks {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let Some(end) = find(&octets[at..], b"\r\n") else {
            return Chunks::More;
        };
        let line = String::from_utf8_lossy(&octets[at..at + end]);
        let size = line.split(';').next().unwrap_or_default().trim();
        let Ok(size) = usize::from_str_radix(size, 16) else {
            return Chunks::Bad;
        };
        at += end + 2;
        if size == 0 {
            // Without trailer fields an empty line follows at once.
            let rest = &octets[at..];
            let trailer = if rest.starts_with(b"\r\n") {
                Some(2)
            } else {
                find(rest, b"\r\n\r\n").map(|end| end + 4)
            };
            return trailer.map_or(Chunks::More, |used| Chunks::Whole(body, at + used));
        }
        let Some(end) = at.checked_add(size).filter(|end| end + 2 <= octets.len()) else {
            return if size > LIMIT {
                Chunks::Bad
            } else {
                Chunks::More
            };
        };
        body.extend_from_slice(&octets[at..end]);
        at = end + 2;
    }
}

fn find(octets: &[u8], wanted: &[u8]) -> Option<usize> {
    octets
        .windows(wanted.len())
        .position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(octets: &[u8], at_a_time: usize) -> (Vec<(u16, String, bool)>, usize) {
        let mut reader = AnswerReader::new();
        let (mut answers, mut strays) = (Vec::new(), 0);
        let mut take = |answer: AnswerSeen| {
            let body = String::from_utf8_lossy(&answer.body.octets.0).into_owned();
            answers.push((answer.status, body, answer.whole));
        };
        for part in octets.chunks(at_a_time) {
            for got in reader.push(part) {
                match got {
                    Got::Answer(answer) | Got::Switch(answer, _) => take(answer),
                    Got::Stray(octets) => strays += octets.len(),
                }
            }
        }
        if let Some(answer) = reader.end() {
            take(answer);
        }
        (answers, strays)
    }

    #[test]
    fn answers_are_told_apart_however_they_arrive() {
        let octets = b"HTTP/1.1 103 Early\r\n\r\n\
            HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno\
            HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n2\r\nde\r\n0\r\n\r\n\
            HTTP/1.0 400 Bad\r\n\r\nuntil the end";
        for at_a_time in [1, 2, 7, octets.len()] {
            let (answers, strays) = read(octets, at_a_time);
            assert_eq!(
                answers,
                [
                    (426, "no".into(), true),
                    (200, "abcde".into(), true),
                    (400, "until the end".into(), true)
                ],
                "{at_a_time}"
            );
            assert_eq!(strays, 0);
        }
    }

    #[test]
    fn what_is_no_http_is_stray() {
        for at_a_time in [1, 100] {
            let octets = b"HTTP/1.1 204 No Content\r\n\r\n\x81\x02hi";
            let (answers, strays) = read(octets, at_a_time);
            assert_eq!(answers, [(204, String::new(), true)]);
            assert_eq!(strays, 4);
        }
    }

    #[test]
    fn a_body_that_is_cut_is_not_whole() {
        let (answers, _) = read(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", 3);
        assert_eq!(answers, [(200, "ab".into(), false)]);
    }
}
