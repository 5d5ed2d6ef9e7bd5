//! `Sec-WebSocket-Extensions` (RFC 6455 §9.1).
//!
//! The grammar is that of RFC 2616: white space may stand between any two
//! words, and a list may have empty elements, which mean nothing.

use std::fmt;

use super::token::is_token;

/// An extension that is offered or accepted, with its parameters in order and
/// each as often as it stands: whether it may is for its negotiation to say.
///
/// Names keep their case, and are compared by it: where RFC 6455 means a
/// comparison that ignores case, as for `Upgrade`, it says so, and of these it
/// does not.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Extension {
    /// Its name.
    pub name: String,
    /// Name and value of each parameter. A value is the same whether it came
    /// quoted or not.
    pub params: Vec<(String, Option<String>)>,
}

impl fmt::Display for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        for (name, value) in &self.params {
            write!(f, "; {name}")?;
            if let Some(value) = value {
                write!(f, "={value}")?;
            }
        }
        Ok(())
    }
}

/// Where and why a list of extensions breaks the grammar. "The recipient of
/// such malformed data MUST immediately _Fail the WebSocket Connection_"
/// (RFC 6455 §9.1).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error, serde::Serialize, serde::Deserialize,
)]
#[error("{kind} at octet {offset} of Sec-WebSocket-Extensions")]
pub struct MalformedExtensions {
    /// The position in the value, from 0; its length at the end.
    pub offset: usize,
    /// What is wrong there.
    pub kind: ExtensionsFault,
}

/// What can be wrong with a list of extensions.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum ExtensionsFault {
    /// An extension or a parameter without a name.
    #[error("no name")]
    NoName,
    /// `=`, and no value after it.
    #[error("no value after =")]
    NoValue,
    /// Neither the end nor one of `,`, `;` and, where it may be, `=`.
    #[error("no delimiter")]
    NoDelimiter,
    /// A quoted string that does not end.
    #[error("unclosed quoted string")]
    Unclosed,
    /// A quoted string whose content is not a token.
    #[error("quoted string that is not a token")]
    QuotedNotToken,
}

/// Reads the value of the field; of several fields, their values
/// [joined](super::Head::joined). A value without any extension is none.
///
/// # Errors
///
/// The first octet that breaks the grammar; of a quoted string that is not a
/// token, where it begins.
pub fn parse_extensions(value: &[u8]) -> Result<Vec<Extension>, MalformedExtensions> {
    let mut reader = Reader { value, at: 0 };
    let mut extensions = Vec::new();
    loop {
        while reader.take(b',') {}
        if reader.is_at_end() {
            return Ok(extensions);
        }
        extensions.push(reader.extension()?);
        if !reader.is_at_end() && !reader.take(b',') {
            return Err(reader.fault(ExtensionsFault::NoDelimiter));
        }
    }
}

/// Reads words from the front.
struct Reader<'a> {
    value: &'a [u8],
    /// How far it has read.
    at: usize,
}

impl Reader<'_> {
    fn extension(&mut self) -> Result<Extension, MalformedExtensions> {
        let name = self.token(ExtensionsFault::NoName)?;
        let mut params = Vec::new();
        while self.take(b';') {
            let name = self.token(ExtensionsFault::NoName)?;
            let value = if self.take(b'=') {
                Some(self.param_value()?)
            } else {
                None
            };
            params.push((name, value));
        }
        Ok(Extension { name, params })
    }

    fn param_value(&mut self) -> Result<String, MalformedExtensions> {
        let start = self.word_start();
        if self.take(b'"') {
            self.quoted(start)
        } else {
            self.token(ExtensionsFault::NoValue)
        }
    }

    /// The rest of a quoted string, which began at `start`: "the value after
    /// quoted-string unescaping MUST conform to the 'token' ABNF" (§9.1).
    fn quoted(&mut self, start: usize) -> Result<String, MalformedExtensions> {
        let mut content = Vec::new();
        loop {
            match self.value[self.at..] {
                [b'"', ..] => break,
                [b'\\', escaped, ..] => {
                    content.push(escaped);
                    self.at += 2;
                }
                [octet, ..] => {
                    content.push(octet);
                    self.at += 1;
                }
                [] => return Err(self.fault(ExtensionsFault::Unclosed)),
            }
        }
        self.at += 1;
        if !is_token(&content) {
            return Err(MalformedExtensions {
                offset: start,
                kind: ExtensionsFault::QuotedNotToken,
            });
        }
        Ok(String::from_utf8_lossy(&content).into_owned())
    }

    /// A token, or else the fault `missing`.
    fn token(&mut self, missing: ExtensionsFault) -> Result<String, MalformedExtensions> {
        let start = self.word_start();
        let is_in_token = |octet: &u8| is_token(&[*octet]);
        let rest = &self.value[start..];
        let len = rest.iter().take_while(|octet| is_in_token(octet)).count();
        if len == 0 {
            return Err(self.fault(missing));
        }
        self.at = start + len;
        Ok(String::from_utf8_lossy(&rest[..len]).into_owned())
    }

    /// Takes a delimiter, if it is next.
    fn take(&mut self, delimiter: u8) -> bool {
        let found = self.value.get(self.word_start()) == Some(&delimiter);
        self.at += usize::from(found);
        found
    }

    fn is_at_end(&mut self) -> bool {
        self.word_start() == self.value.len()
    }

    /// Skips white space.
    fn word_start(&mut self) -> usize {
        while let Some(b' ' | b'\t') = self.value.get(self.at) {
            self.at += 1;
        }
        self.at
    }

    const fn fault(&self, kind: ExtensionsFault) -> MalformedExtensions {
        MalformedExtensions {
            offset: self.at,
            kind,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ExtensionsFault::*;
    use proptest::prelude::*;

    fn extension(name: &str, params: &[(&str, Option<&str>)]) -> Extension {
        let params = params.iter();
        Extension {
            name: name.to_owned(),
            params: params
                .map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned)))
                .collect(),
        }
    }

    #[test]
    fn reads_the_examples_of_section_9_1() {
        let read = parse_extensions(b"deflate-stream").unwrap();
        assert_eq!(read, [extension("deflate-stream", &[])]);
        let read = parse_extensions(b"mux; max-channels=4; flow-control, deflate-stream").unwrap();
        let mux = extension(
            "mux",
            &[("max-channels", Some("4")), ("flow-control", None)],
        );
        assert_eq!(read, [mux, extension("deflate-stream", &[])]);
        let read = parse_extensions(b"private-extension").unwrap();
        assert_eq!(read, [extension("private-extension", &[])]);
    }

    #[test]
    fn the_same_may_be_written_in_many_ways() {
        let wanted = [
            extension("a", &[("b", Some("1")), ("b", None)]),
            extension("a", &[]),
        ];
        for value in [
            &b"a; b=1; b, a"[..],
            b"a;b=1;b,a",
            b" a\t; b = \"1\" ;b ,, ,a , ",
            b",a;b=\"\\1\";b,a",
        ] {
            assert_eq!(parse_extensions(value).as_deref(), Ok(&wanted[..]));
        }
        for none in [&b""[..], b" ,\t, "] {
            assert_eq!(parse_extensions(none), Ok(vec![]));
        }
    }

    #[test]
    fn case_order_and_repetition_are_kept() {
        let read = parse_extensions(b"B; X; x; X, b").unwrap();
        let upper = extension("B", &[("X", None), ("x", None), ("X", None)]);
        assert_eq!(read, [upper, extension("b", &[])]);
        assert_eq!(read[0].to_string(), "B; X; x; X");
    }

    #[test]
    fn says_what_breaks_the_grammar_and_where() {
        for (value, offset, kind) in [
            (&b"; a"[..], 0, NoName),
            (b"a;", 2, NoName),
            (b"a; ,b", 3, NoName),
            (b"a;=1", 2, NoName),
            (b"a; \"b\"", 3, NoName),
            (b"\xc3\xa9", 0, NoName),
            (b"a; b=", 5, NoValue),
            (b"a; b=,c", 5, NoValue),
            (b"a; b==1", 5, NoValue),
            (b"a b", 2, NoDelimiter),
            (b"a=1", 1, NoDelimiter),
            (b"a; b=1 2", 7, NoDelimiter),
            (b"a; b=\"1\"2", 8, NoDelimiter),
            (b"a; b=\"1", 7, Unclosed),
            (b"a; b=\"1\\\"", 9, Unclosed),
            (b"a; b=\"1\\", 8, Unclosed),
            (b"a; b=\"\"", 5, QuotedNotToken),
            (b"a; b= \"1, c; d=2\"", 6, QuotedNotToken),
            (b"a; b=\"\\\"\"", 5, QuotedNotToken),
        ] {
            let fault = MalformedExtensions { offset, kind };
            let text = value.escape_ascii();
            assert_eq!(parse_extensions(value), Err(fault), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            list in prop::collection::vec(
                ("[a-zA-Z!#.-]{1,9}", prop::collection::vec(
                    ("[a-z_]{1,9}", prop::option::of("[0-9a-z]{1,4}")), 0..4)),
                0..4),
        ) {
            let list: Vec<Extension> = list
                .into_iter()
                .map(|(name, params)| Extension { name, params })
                .collect();
            let text: Vec<String> = list.iter().map(Extension::to_string).collect();
            prop_assert_eq!(parse_extensions(text.join(", ").as_bytes()), Ok(list));
        }

        #[test]
        fn any_octets_give_extensions_or_a_fault_inside(value: Vec<u8>) {
            if let Err(fault) = parse_extensions(&value) {
                prop_assert!(fault.offset <= value.len());
            }
        }
    }
}
