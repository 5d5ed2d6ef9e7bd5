//! How a case changes the head of our opening request, or of our answer.

use serde::{Deserialize, Serialize};
use wscheck_wire::handshake::Head;

use crate::payload::Payload;

/// One change to a head that we would send by the book.
///
/// In the text of lines that a case writes, `{target}`, `{host}`, `{key}` and
/// `{accept}` stand for what the head by the book has there: the request target,
/// the value of `Host`, `Sec-WebSocket-Key` and, in an answer, the
/// `Sec-WebSocket-Accept` that goes with it. `{scheme}` is `http`, or `https`
/// over TLS. `{accept-in-lower-case}` and `{accept-without-padding}` are what
/// they say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum HeadEdit {
    /// Another request or status line, without its line end.
    StartLine(String),
    /// Takes away each field of this name.
    Remove(String),
    /// Adds a field, `Name: value`, as it is written here.
    Add(String),
    /// Writes the name of each field of this name in these letters.
    Spell(String),
    /// Adds a field with a value of so many octets.
    Fill {
        /// Its name.
        name: String,
        /// Octets of the value, each an `a`.
        octets: u32,
    },
    /// Adds so many fields; `{n}` in the line counts them from 1.
    Many {
        /// The field, as in `X-{n}: {n}`.
        line: String,
        /// How many there are.
        times: u32,
    },
    /// In the lines so far `{...}` stands for `part`, so many times.
    Repeat {
        /// What is repeated.
        part: String,
        /// How often.
        times: u32,
    },
    /// Octets in front of the head, such as an interim answer.
    Before(String),
    /// Octets behind the empty line.
    Behind(Payload),
    /// What ends each line, in place of CRLF.
    LineEnd(String),
    /// The whole head, octet for octet, in place of ours.
    Raw(Payload),
}

/// What the placeholders stand for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) scheme: &'static str,
    pub(crate) target: String,
    pub(crate) host: String,
    pub(crate) key: String,
    pub(crate) accept: String,
}

impl Words {
    /// `text` with the placeholders filled in.
    fn fill(&self, text: &str) -> String {
        text.replace("{scheme}", self.scheme)
            .replace("{target}", &self.target)
            .replace("{host}", &self.host)
            .replace("{key}", &self.key)
            .replace("{accept}", &self.accept)
            .replace("{accept-in-lower-case}", &self.accept.to_lowercase())
            .replace(
                "{accept-without-padding}",
                self.accept.trim_end_matches('='),
            )
    }
}

/// `head` with `edits` made to its lines, in order.
pub(crate) fn edited(head: Vec<u8>, edits: &[HeadEdit], words: &Words) -> Vec<u8> {
    if edits.is_empty() {
        return head;
    }
    let mut draft = Draft::of(&Head { octets: head });
    for edit in edits {
        match edit {
            HeadEdit::Raw(octets) => return octets.to_octets().into_owned(),
            edit => draft.change(edit, words),
        }
    }
    draft.finish()
}

/// A head that is being changed.
struct Draft {
    before: String,
    lines: Vec<Vec<u8>>,
    line_end: String,
    behind: Vec<u8>,
}

impl Draft {
    fn of(head: &Head) -> Self {
        Self {
            before: String::new(),
            lines: head.lines().map(<[u8]>::to_vec).collect(),
            line_end: "\r\n".to_owned(),
            behind: Vec::new(),
        }
    }

    fn change(&mut self, edit: &HeadEdit, words: &Words) {
        match edit {
            HeadEdit::StartLine(line) => self.lines[0] = words.fill(line).into_bytes(),
            HeadEdit::Add(line) => self.lines.push(words.fill(line).into_bytes()),
            HeadEdit::Fill { name, octets } => {
                let value = "a".repeat(usize::try_from(*octets).unwrap_or_default());
                self.lines.push(format!("{name}: {value}").into_bytes());
            }
            HeadEdit::Many { line, times } => {
                let line = words.fill(line);
                let numbered = (1..=*times).map(|n| line.replace("{n}", &n.to_string()));
                self.lines.extend(numbered.map(String::into_bytes));
            }
            HeadEdit::Repeat { part, times } => {
                let part = part.repeat(usize::try_from(*times).unwrap_or_default());
                for line in &mut self.lines {
                    if let Some(at) = line.windows(5).position(|octets| octets == b"{...}") {
                        line.splice(at..at + 5, part.bytes());
                    }
                }
            }
            HeadEdit::Remove(name) => {
                let mut index = 0;
                self.lines.retain(|line| {
                    index += 1;
                    index == 1 || !is_field(line, name)
                });
            }
            HeadEdit::Spell(name) => {
                let fields = self.lines.iter_mut().skip(1);
                for line in fields.filter(|line| is_field(line, name)) {
                    line[..name.len()].copy_from_slice(name.as_bytes());
                }
            }
            HeadEdit::Before(octets) => self.before.push_str(&words.fill(octets)),
            HeadEdit::Behind(octets) => self.behind.extend_from_slice(&octets.to_octets()),
            HeadEdit::LineEnd(octets) => self.line_end.clone_from(octets),
            HeadEdit::Raw(_) => {}
        }
    }

    fn finish(mut self) -> Vec<u8> {
        self.lines.push(Vec::new());
        self.lines.push(Vec::new());
        let mut octets = self.before.into_bytes();
        octets.extend(self.lines.join(self.line_end.as_bytes()));
        octets.extend(self.behind);
        octets
    }
}

/// Whether `line` is a field called `name`, in any case.
fn is_field(line: &[u8], name: &str) -> bool {
    let written = line.get(..name.len());
    written.is_some_and(|written| written.eq_ignore_ascii_case(name.as_bytes()))
        && line.get(name.len()) == Some(&b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n";

    fn changed(edits: &[HeadEdit]) -> String {
        let words = Words {
            scheme: "http",
            target: "/".into(),
            host: "a".into(),
            key: "k==".into(),
            accept: String::new(),
        };
        String::from_utf8(edited(HEAD.to_vec(), edits, &words)).unwrap()
    }

    #[test]
    fn edits_change_the_head_line_by_line() {
        let edits = [
            HeadEdit::Remove("upgrade".into()),
            HeadEdit::StartLine("GET {scheme}://{host}{target} HTTP/1.0".into()),
            HeadEdit::Add("Upgrade: h2c".into()),
            HeadEdit::Spell("hOST".into()),
        ];
        assert_eq!(
            changed(&edits),
            "GET http://a/ HTTP/1.0\r\nhOST: a\r\nUpgrade: h2c\r\n\r\n"
        );
        assert_eq!(changed(&[]).as_bytes(), HEAD);
        assert_eq!(changed(&[HeadEdit::Raw("nonsense".into())]), "nonsense");
    }

    #[test]
    fn a_head_can_be_made_large() {
        let edits = [
            HeadEdit::Remove("Host".into()),
            HeadEdit::Fill {
                name: "X".into(),
                octets: 3,
            },
            HeadEdit::Many {
                line: "X-{n}: {key}".into(),
                times: 2,
            },
            HeadEdit::Add("Y: b{...}x".into()),
            HeadEdit::Repeat {
                part: ", ".into(),
                times: 3,
            },
        ];
        assert_eq!(
            changed(&edits),
            "GET / HTTP/1.1\r\nUpgrade: websocket\r\nX: aaa\r\nX-1: k==\r\nX-2: k==\r\n\
             Y: b, , , x\r\n\r\n"
        );
    }

    #[test]
    fn octets_can_stand_around_it() {
        let edits = [
            HeadEdit::Before("HTTP/1.1 103 Early Hints\r\n\r\n".into()),
            HeadEdit::Behind("body".into()),
            HeadEdit::LineEnd("\n".into()),
        ];
        assert_eq!(
            changed(&edits),
            "HTTP/1.1 103 Early Hints\r\n\r\nGET / HTTP/1.1\nHost: a\nUpgrade: websocket\n\nbody"
        );
    }
}
