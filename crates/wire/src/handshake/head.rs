//! The head of an HTTP/1.1 message: the octets up to the empty line, kept as
//! they came.

use super::token;

/// Collects octets up to the end of a head.
#[derive(Debug, Clone)]
pub struct HeadReader {
    octets: Vec<u8>,
    limit: usize,
}

/// A head that did not end within the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the peer's HTTP head is longer than {limit} octets")]
pub struct HeadTooLarge {
    /// The most octets allowed, the empty line included.
    pub limit: usize,
}

/// What ends a head.
const END: &[u8] = b"\r\n\r\n";

impl HeadReader {
    /// A reader for a head of at most `limit` octets, the empty line included.
    pub const fn new(limit: usize) -> Self {
        Self {
            octets: Vec::new(),
            limit,
        }
    }

    /// Takes octets. When the head is complete, gives it and how many of
    /// `octets` belong to it; the reader is empty again then.
    ///
    /// # Errors
    ///
    /// When the limit is reached and the head is not complete.
    pub fn push(&mut self, octets: &[u8]) -> Result<Option<(Head, usize)>, HeadTooLarge> {
        let before = self.octets.len();
        let room = self.limit - before;
        self.octets
            .extend_from_slice(&octets[..octets.len().min(room)]);
        // The end may have begun in an earlier push.
        let from = before.saturating_sub(END.len() - 1);
        let end = self.octets[from..]
            .windows(END.len())
            .position(|window| window == END);
        let Some(end) = end else {
            return if self.octets.len() < self.limit {
                Ok(None)
            } else {
                Err(HeadTooLarge { limit: self.limit })
            };
        };
        let end = from + end + END.len();
        let mut head = std::mem::take(&mut self.octets);
        head.truncate(end);
        Ok(Some((Head { octets: head }, end - before)))
    }

    /// What has come so far of a head that is not complete.
    pub fn partial(&self) -> &[u8] {
        &self.octets
    }
}

/// A complete head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Every octet as it came, the empty line included.
    pub octets: Vec<u8>,
}

impl Head {
    /// The lines without their ends (CRLF or a bare LF), the start line first,
    /// the empty line left out.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let octets = self.octets.strip_suffix(END).unwrap_or(&self.octets);
        octets
            .split(|octet| *octet == b'\n')
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// The request line or the status line.
    pub fn start_line(&self) -> &[u8] {
        self.lines().next().unwrap_or_default()
    }

    /// The status of an answer. The words behind it are not looked at.
    pub fn status(&self) -> Option<u16> {
        let mut words = self
            .start_line()
            .split(u8::is_ascii_whitespace)
            .filter(|word| !word.is_empty());
        words.next().filter(|word| word.starts_with(b"HTTP/"))?;
        std::str::from_utf8(words.next()?).ok()?.parse().ok()
    }

    /// Whether this is an interim answer, which a final one follows: 1xx, but not
    /// 101 (RFC 9110 §15.2).
    pub fn is_interim(&self) -> bool {
        let mut words = self.start_line().split(|octet| *octet == b' ');
        words.next().is_some_and(|word| word.starts_with(b"HTTP/"))
            && words.next().is_some_and(|status| {
                matches!(status, [b'1', b'0'..=b'9', b'0'..=b'9']) && status != b"101"
            })
    }

    /// The name and the value of each field line, without the white space
    /// around them. Lines without a colon or without a name are left out.
    pub fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.lines().skip(1).filter_map(|line| {
            let colon = line.iter().position(|octet| *octet == b':')?;
            let name = token::trim(&line[..colon]);
            (!name.is_empty()).then(|| (name, token::trim(&line[colon + 1..])))
        })
    }

    /// The values of the fields called `name`, in any case, in order.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.fields()
            .filter(move |(field, _)| field.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value)
    }

    /// How many fields are called `name`.
    pub fn count(&self, name: &str) -> usize {
        self.values(name).count()
    }

    /// The values of the fields called `name`, joined by `, `, which means the
    /// same (RFC 9110 §5.3).
    pub fn joined(&self, name: &str) -> Option<Vec<u8>> {
        let mut values = self.values(name);
        let mut joined = values.next()?.to_vec();
        for value in values {
            joined.extend_from_slice(b", ");
            joined.extend_from_slice(value);
        }
        Some(joined)
    }

    /// The head with each folded line joined to the one before, by a space
    /// (RFC 9112 §5.2).
    pub fn unfolded(&self) -> Self {
        let mut octets: Vec<u8> = Vec::with_capacity(self.octets.len());
        for line in self.octets.split_inclusive(|octet| *octet == b'\n') {
            if matches!(line, [b' ' | b'\t', ..]) && octets.ends_with(b"\r\n") {
                octets.truncate(octets.len() - 2);
            }
            octets.extend_from_slice(line);
        }
        Self { octets }
    }

    /// The head for people: line ends kept as LF, other controls and octets
    /// that are not UTF-8 escaped.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.octets.len());
        for line in self.lines() {
            for chunk in line.utf8_chunks() {
                for c in chunk.valid().chars() {
                    if c.is_control() && c != '\t' {
                        text.extend(c.escape_default());
                    } else {
                        text.push(c);
                    }
                }
                for octet in chunk.invalid() {
                    text.push_str(&format!("\\x{octet:02x}"));
                }
            }
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &[u8] = b"HTTP/1.1 101 OK\r\nUpgrade: a\r\nno colon\r\n:no name\r\n\
        X-Empty:\r\nupgrade :\t b \nBare: lf\r\n\r\n";

    fn read(pushes: &[&[u8]], limit: usize) -> Result<Option<(Head, usize)>, HeadTooLarge> {
        let mut reader = HeadReader::new(limit);
        let mut result = Ok(None);
        for push in pushes {
            result = reader.push(push);
        }
        result
    }

    fn head() -> Head {
        Head {
            octets: HEAD.to_vec(),
        }
    }

    #[test]
    fn ends_at_the_empty_line_however_it_is_cut() {
        let octets = [HEAD, b"\x81\x00"].concat();
        for cut in 0..HEAD.len() {
            let (front, back) = octets.split_at(cut);
            assert_eq!(
                read(&[front, back], 1000),
                Ok(Some((head(), HEAD.len() - cut)))
            );
        }
        assert_eq!(read(&[&HEAD[..HEAD.len() - 1]], 1000), Ok(None));
    }

    #[test]
    fn may_just_fit_the_limit() {
        let limit = HEAD.len();
        let (front, back) = HEAD.split_at(20);
        let fits = Ok(Some((head(), limit - 20)));
        assert_eq!(read(&[front, back], limit), fits);
        assert_eq!(
            read(&[front, back], limit - 1),
            Err(HeadTooLarge { limit: limit - 1 })
        );
    }

    #[test]
    fn fields_keep_their_order_and_their_bad_neighbours_are_skipped() {
        let head = head();
        assert_eq!(head.start_line(), b"HTTP/1.1 101 OK");
        let fields: Vec<(&[u8], &[u8])> = head.fields().collect();
        let wanted: [(&[u8], &[u8]); 4] = [
            (b"Upgrade", b"a"),
            (b"X-Empty", b""),
            (b"upgrade", b"b"),
            (b"Bare", b"lf"),
        ];
        assert_eq!(fields, wanted);
        assert_eq!(head.joined("UPGRADE"), Some(b"a, b".to_vec()));
        assert_eq!((head.joined("x-none"), head.count("upgrade")), (None, 2));
    }

    #[test]
    fn the_status_stands_behind_the_version() {
        for (line, status) in [
            (&b"HTTP/1.1 101 Switching Protocols"[..], Some(101)),
            (b"HTTP/1.0  404", Some(404)),
            (b"HTTP/1.1 426 n\xf6", Some(426)),
            (b"HTTP/1.1 OK", None),
            (b"HTTP/1.1", None),
            (b"ICY 200 OK", None),
            (b"", None),
        ] {
            let octets = [line, END].concat();
            assert_eq!(Head { octets }.status(), status, "{line:?}");
        }
    }

    #[test]
    fn an_interim_answer_is_1xx_but_not_101() {
        for (line, interim) in [
            ("HTTP/1.1 103 Early Hints", true),
            ("HTTP/1.1 100", true),
            ("HTTP/1.1 101 Switching Protocols", false),
            ("HTTP/1.1 200 OK", false),
            ("GET 100 HTTP/1.1", false),
        ] {
            let octets = format!("{line}\r\n\r\n").into_bytes();
            assert_eq!(Head { octets }.is_interim(), interim, "{line}");
        }
    }

    #[test]
    fn folded_lines_are_joined() {
        let head = Head {
            octets: b"GET / HTTP/1.1\r\nA: 1,\r\n\t 2\r\nB: 3\r\n\r\n".to_vec(),
        };
        let unfolded = head.unfolded();
        assert_eq!(
            unfolded.octets,
            b"GET / HTTP/1.1\r\nA: 1,\t 2\r\nB: 3\r\n\r\n"
        );
        assert_eq!(unfolded.unfolded(), unfolded);
    }

    #[test]
    fn the_text_shows_what_does_not_print() {
        let head = Head {
            octets: b"GET /\xff\x1b HTTP/1.1\r\nA: \xc3\xa9\r\n\r\n".to_vec(),
        };
        assert_eq!(head.text(), "GET /\\xff\\u{1b} HTTP/1.1\nA: é\n");
    }
}
